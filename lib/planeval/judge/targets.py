"""The judged table of targets: value, progress, pace."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pandas as pd

from planeval.judge.pace import pace_needed
from planeval.judge.progress import Progress, expected_share, judge_progress
from planeval.judge.rounding import displayed_pace
from planeval.judge.target_lights import LIGHT_COLUMNS
from planeval.ledger import Ledger
from planeval.measures.counting import Count
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target

PROGRESS_COLUMNS = (
    "target_id", "name", "unit", "kind", "value", "amount", "comparison", "baseline", "done_share",
    "expected_share", "gap", "required_pace", "best_quarter", "progress_light", "reported", "expected_basis",
    "best_quarter_period", "last_quarter", "quarters_left", "low_target", "filers_due", "filers_filed",
    "reason", "clause",
)  # fmt: skip
COLUMNS = (*PROGRESS_COLUMNS, *LIGHT_COLUMNS)


def judge_targets(
    counts: dict[str, Count], series: pd.DataFrame, ledger: Ledger, plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """One row per target in the plan's order; columns as in PROGRESS_COLUMNS (target_lights adds the other lights).

    Values, shares and paces are floats exactly as displayed; NaN where nothing can be said. reported: whether
    a value exists; filers_due / filers_filed: units that had to file its table this quarter, and did.
    """
    rows = []
    for target in plan.targets:
        count = counts[target.id]
        rule = method.counting(target.id, period)
        start = method.plan_start(period)
        baseline = method.baseline(target.id, period)
        progress = _progress(count, target, rule, method, period, start, baseline)
        quarterly = series[series["target_id"].eq(target.id)].set_index("period")["added"]
        due, filed = ledger.filers(rule.table, period) if rule else ((), ())
        rows.append({
            "target_id": target.id, "name": target.name, "unit": target.unit, "kind": target.kind,
            "amount": target.amount, "comparison": target.comparison, "clause": target.clause,
            "baseline": baseline,
            "value": _number(progress.value), "done_share": _number(progress.done_share),
            "expected_share": float(progress.expected_share), "expected_basis": progress.expected_basis,
            "gap": _number(progress.gap), "progress_light": progress.light, "low_target": progress.low_target,
            "required_pace": _number(pace_needed(progress.value, target, quarterly, period)),
            **_quarters(quarterly, period),
            "quarters_left": period.quarters_left(target.due), "reported": progress.value is not None,
            "filers_due": len(due), "filers_filed": len(filed), "reason": count.reason,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROGRESS_COLUMNS))


def _number(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)


def _progress(
    count: Count, target: Target, rule: CountingRule | None, method: Method, period: Period, start: date,
    baseline: float,
) -> Progress:  # fmt: skip
    path = method.milestone_path(target.id, period)
    yearly = rule is not None and rule.window == "calendar_year"
    expected = expected_share(target, start, baseline, path, period, yearly)
    bands = method.value("light_bands", period)
    return judge_progress(count.value, target, baseline, expected, bands, period.end, count.absence)


def _quarters(quarterly: pd.Series, period: Period) -> dict[str, float | str]:
    """The best quarter ever and the last one. Quarters that cannot be said take no part."""
    known = quarterly.dropna()
    last = float(quarterly.get(str(period), math.nan))
    if known.empty:
        return {"best_quarter": math.nan, "best_quarter_period": "", "last_quarter": last}
    best = displayed_pace(Decimal(repr(float(known.max()))))
    shown_last = math.nan if math.isnan(last) else float(displayed_pace(Decimal(repr(last))))
    return {"best_quarter": float(best), "best_quarter_period": str(known.idxmax()), "last_quarter": shown_last}
