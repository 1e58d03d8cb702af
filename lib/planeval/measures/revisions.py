"""What earlier quarters' values became after they were first known, by whom and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.register import Filing
from planeval.ledger.tables import BY_ID
from planeval.measures.counting import Count
from planeval.measures.targets import measure_target
from planeval.periods import Period
from planeval.plan import Method, Plan

COLUMNS = ("target_id", "name", "unit", "period", "known_first_on", "first", "now", "difference", "units", "reason")
UNIT_COLUMNS = ("unit_id", "name", "revised", "mean_absolute_revision")
CORRECTED, LATE, SUPPLEMENTED, CHANGED = "更正报送", "迟报", "以后季度补报", "后来的报送改动"


def measure_revisions(
    first_known: Mapping[Period, Ledger], now: Ledger, plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """Every target of every earlier quarter whose value changed; columns as in COLUMNS.

    first_known: the ledger as known when each earlier quarter's filings were due. Both values are computed by
    the decisions now in force, so a difference is a change of facts, never of method. first or now is NaN
    where nothing could be said; difference then too. units: ids of the units whose rows made the difference.
    """
    rows = []
    start = method.plan_start(period)
    for quarter, then in first_known.items():
        for target in plan.targets:
            rule = method.counting(target.id, period)
            before = measure_target(then, plan, target, quarter, rule, start)
            after = measure_target(now, plan, target, quarter, rule, start)
            if rule is None or _same(before.value, after.value):
                continue
            changed = _changed_rows(before, after, BY_ID[rule.table].key)
            rows.append({
                "target_id": target.id, "name": target.name, "unit": target.unit, "period": str(quarter),
                "known_first_on": then.as_known_on, "first": _number(before.value), "now": _number(after.value),
                "difference": _number(after.value) - _number(before.value),
                "units": tuple(dict.fromkeys(changed["unit_id"])),
                "reason": "、".join(_reasons(changed, now, quarter, then.as_known_on)),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _same(before: float | None, after: float | None) -> bool:
    """Equal but for the noise of adding floats in another order."""
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, rel_tol=1e-12)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _changed_rows(before: Count, after: Count, key: tuple[str, ...]) -> pd.DataFrame:
    """Rows counted on one side only, or counted from another filing."""
    columns = [*key, "unit_id", "file"]
    sides = [
        count.items[columns].astype(str) if len(count.items) else pd.DataFrame(columns=columns)
        for count in (after, before)
    ]
    return pd.concat(sides).drop_duplicates(keep=False)


def _reasons(changed: pd.DataFrame, now: Ledger, quarter: Period, day: date | None) -> list[str]:
    """Why, in the order found: by the filings received after the day that the changed rows come from."""
    files = set(changed["file"])
    later = [
        filing
        for filing in now.received
        if (day is None or filing.received_on > day) and any(file.endswith(filing.file) for file in files)
    ]
    found = [_reason(filing, quarter) for filing in later]
    return list(dict.fromkeys(found)) or [CHANGED]


def _reason(filing: Filing, quarter: Period) -> str:
    if filing.supersedes:
        return CORRECTED
    return LATE if filing.period == quarter else SUPPLEMENTED


def revisions_by_unit(revisions: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """How many values each unit's later filings changed, and by how much on average; columns as in UNIT_COLUMNS.

    mean_absolute_revision: mean of |difference| / |first| over the values that were known and not zero, as a share;
    NaN where there was none. Only units that changed something are listed, in the plan's order.
    """
    rows = []
    for unit in plan.units:
        caused = revisions[revisions["units"].map(lambda units, wanted=unit.id: wanted in units)]
        if len(caused):
            share = (caused["difference"].abs() / caused["first"].where(caused["first"].ne(0))).mean()
            rows.append(
                {"unit_id": unit.id, "name": unit.short_name, "revised": len(caused), "mean_absolute_revision": share}
            )
    return pd.DataFrame(rows, columns=list(UNIT_COLUMNS))
