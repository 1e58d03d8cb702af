"""Before and after a policy, and whether firms with and without it may be compared."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.governance import POLICIES
from planeval.measures.counting import count_on
from planeval.periods import Period
from planeval.plan.policy_decisions import PolicyEffect, PolicyOutcome

EFFECT_COLUMNS = (
    "policy_id", "name", "outcome", "unit", "effective_on", "quarters", "after_from", "after_to", "before", "after",
    "reason",
)  # fmt: skip
_YEAR = 4


def before_and_after(
    ledger: Ledger, inventory: pd.DataFrame, effect: PolicyEffect, start: Any, period: Period
) -> pd.DataFrame:
    """Each policy with a decided outcome (EFFECT_COLUMNS): up to a year of whole quarters since it came into force
    beside the same quarters a year earlier, so that seasons cancel. before and after are sums of what is new in these
    quarters; NaN with the reason (Chinese) where there are none or nobody filed the table for one of them.
    """
    rows = []
    for row in inventory.to_dict("records"):
        outcome = effect.outcomes.get(row["policy_id"])
        if outcome is not None:
            rows.append(_compared(ledger, {str(name): value for name, value in row.items()}, outcome, start, period))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _compared(
    ledger: Ledger, row: dict[str, Any], outcome: PolicyOutcome, start: Any, period: Period
) -> dict[str, Any]:  # fmt: skip
    began = Period.of(row["effective_on"].date())
    first = began if began.start == row["effective_on"].date() else began.next
    after = first.until(period)[:_YEAR] if first <= period else ()
    before = tuple(quarter.shift(-_YEAR) for quarter in after)
    silent = [str(q) for q in (*before, *after) if not ledger.filers(outcome.rule.table, q)[1]]
    reason = "" if after else "施行以后还没有一个完整的季度"
    reason = f"{'、'.join(silent)} 没有单位报送，前后无从比" if silent else reason
    sums = [math.nan if reason else math.fsum(_new_in(ledger, outcome, start, q) for q in part)
            for part in (before, after)]  # fmt: skip
    return {
        "policy_id": row["policy_id"], "name": row["name"], "outcome": outcome.name, "unit": outcome.unit,
        "effective_on": row["effective_on"], "quarters": len(after), "after_from": str(after[0]) if after else "",
        "after_to": str(after[-1]) if after else "", "before": sums[0], "after": sums[1], "reason": reason,
    }  # fmt: skip


def _new_in(ledger: Ledger, outcome: PolicyOutcome, start: Any, quarter: Period) -> float:
    """What is dated in a quarter: counted up to its end, less counted up to the end of the one before."""
    now, then = (
        count_on(ledger, outcome.rule, start, when, outcome.unit).value for when in (quarter, quarter.shift(-1))
    )
    return math.nan if now is None or then is None else now - then


def difference_refusal(treated: int | None, control: int | None, quarters_before: int, effect: PolicyEffect) -> str:
    """Why firms with and without a policy may not be compared by difference-in-differences; empty when they may.

    treated, control: firms known to have had the policy or not, None when the ledger cannot tell.
    """
    wanted = f"至少要有 {effect.least_treated} 家享受的和 {effect.least_control} 家没有享受的企业"
    if treated is None or control is None:
        return f"台账“{POLICIES.sheet}”表只有户数，没有享受企业的代码，分不出谁享受了谁没有；{wanted}"
    if treated < effect.least_treated or control < effect.least_control:
        return f"享受的 {treated} 家、没有享受的 {control} 家，{wanted}"
    if quarters_before < effect.pre_quarters:
        return f"施行以前只有 {quarters_before} 季有数，至少要 {effect.pre_quarters} 季才能先看两组走势是否平行"
    return ""


def ledger_tells_beneficiaries() -> bool:
    """Whether a row of 政策 names the firms that had the policy."""
    return any(column.id == "enterprise_id" for column in POLICIES.columns)
