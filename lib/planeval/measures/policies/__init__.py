"""政策评价与修订 (四（六）, 五（二）): who can claim and does, what is due and paid, reviews, what is to change.

A row of 政策 is a policy in a quarter with cumulative counts: a policy's latest row stands, quarters are never added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.actors import ever_filed
from planeval.measures.policies.effect import (
    before_and_after,
    difference_refusal,
    ledger_tells_beneficiaries,
)
from planeval.measures.proportions import wilson
from planeval.periods import Period
from planeval.plan import Method
from planeval.plan.policy_decisions import PolicyEffect

__all__ = ["Policies", "measure_policies"]
IN_TIME, LATE, OVERDUE, NOT_DUE, NO_DATE = (
    "按期复评",
    "逾期复评",
    "逾期未评",
    "未到期",
    "没有应评日期",
)
STANDING, ENDED, AHEAD = "施行中", "已失效", "未施行"
INVENTORY_COLUMNS = (
    "policy_id", "name", "document_number", "owner", "effective_on", "expires_on", "state", "quarter", "stale", "field",
    "eligible", "beneficiaries", "coverage", "low", "high", "amount_due", "amount_paid", "delivery", "per_beneficiary",
    "review_due_on", "reviewed_on", "review", "proposal", "proposal_reason", "evidence",
)  # fmt: skip
FIELD_COLUMNS = ("field", "policies", "names", "eligible", "beneficiaries", "amount_due", "amount_paid", "unknown")


@dataclass(frozen=True)
class Policies:
    """Policies known at the end of a period; amounts in 万元, counts in 户.

    inventory: one row per policy (INVENTORY_COLUMNS), its latest row filed for a quarter up to the period; stale: in
    force and not filed for the period; coverage = beneficiaries / eligible with Wilson's interval, delivery =
    amount_paid / amount_due, NaN where the ledger does not allow it (blank, or more had than could have). fields: the
    decided fields (FIELD_COLUMNS; unknown: numbers decided that the ledger does not hold), None when not decided.
    effects: see effect; None when not decided. refusal: why no difference-in-differences. filed: as in Actors.
    """

    inventory: pd.DataFrame
    fields: pd.DataFrame | None
    effects: pd.DataFrame | None
    effect: PolicyEffect | None
    refusal: str
    filed: frozenset[str]


def measure_policies(ledger: Ledger, method: Method, period: Period) -> Policies:
    """Everything the policy page shows."""
    mapping: dict[str, tuple[str, ...]] | None = method.optional("policy_fields", period)
    effect: PolicyEffect | None = method.optional("policy_effect", period)
    survival = method.optional("survival_reading", period)
    found = _inventory(ledger, mapping or {}, survival.confidence if survival else None, period)
    filed = frozenset({"policies"} if ever_filed(ledger, "policies", period) else ())
    start = method.plan_start(period)
    firms = 0 if ledger_tells_beneficiaries() else None
    return Policies(
        inventory=found, fields=None if mapping is None else _fields(found, mapping),
        effects=None if effect is None else before_and_after(ledger, found, effect, start, period), effect=effect,
        refusal="" if effect is None else difference_refusal(firms, firms, 0, effect),
        filed=filed,
    )  # fmt: skip


def _inventory(
    ledger: Ledger, mapping: dict[str, tuple[str, ...]], confidence: float | None, period: Period
) -> pd.DataFrame:
    rows = ledger.current["policies"]
    upto = rows[rows["quarter"].map(lambda quarter: Period.parse(str(quarter)) <= period).astype(bool)]
    last = (
        upto.sort_values("quarter", kind="stable")
        .drop_duplicates("policy_id", keep="last")
        .sort_values("policy_id", kind="stable")
    )
    fields = {policy: field for field, policies in mapping.items() for policy in policies}
    listed = [{str(name): value for name, value in row.items()} for row in last.to_dict("records")]
    built = [_policy(row, fields, confidence, period) for row in listed]
    return pd.DataFrame(built, columns=list(INVENTORY_COLUMNS))


def _policy(
    row: dict[str, Any], fields: dict[str, str], confidence: float | None, period: Period
) -> dict[str, Any]:  # fmt: skip
    end = pd.Timestamp(period.end)
    eligible, had = float(row["eligible"]), float(row["beneficiaries"])
    due, paid = float(row["amount_due"]), float(row["amount_paid"])
    possible = eligible > 0 and had <= eligible
    low, high = wilson(int(had), int(eligible), confidence) if possible and confidence else (math.nan, math.nan)
    state = AHEAD if row["effective_on"] > end else ENDED if row["expires_on"] < end else STANDING
    reviewed = row["reviewed_on"] if row["reviewed_on"] <= end else pd.NaT
    return {
        **{name: row[name] for name in INVENTORY_COLUMNS if name in row}, "state": state,
        "quarter": str(row["quarter"]), "stale": state == STANDING and Period.parse(str(row["quarter"])) < period,
        "field": fields.get(str(row["policy_id"]), ""),
        "coverage": had / eligible if possible else math.nan, "low": low, "high": high,
        "delivery": paid / due if due > 0 and not math.isnan(paid) else math.nan,
        "per_beneficiary": paid / had if had > 0 else math.nan, "reviewed_on": reviewed,
        "review": _review(row["review_due_on"], reviewed, end),
    }  # fmt: skip


def _review(due: Any, done: Any, end: pd.Timestamp) -> str:
    if pd.isna(due):
        return NO_DATE
    if pd.isna(done):
        return OVERDUE if due < end else NOT_DUE
    return IN_TIME if done <= due else LATE


def _fields(inventory: pd.DataFrame, mapping: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    rows = []
    for field, policies in mapping.items():
        own = inventory[inventory["field"].eq(field)]
        sums = {name: own[name].astype(float).sum(min_count=1) for name in FIELD_COLUMNS[3:7]}
        unknown = tuple(policy for policy in policies if policy not in set(inventory["policy_id"]))
        rows.append({"field": field, "policies": len(own), "names": tuple(own["name"]), **sums, "unknown": unknown})
    return pd.DataFrame(rows, columns=list(FIELD_COLUMNS))
