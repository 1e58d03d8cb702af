"""What the fund invested in, by the plan's four stages, and what came back and was invested again."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.finance import INVESTMENTS
from planeval.measures.finance.states import items_at
from planeval.periods import Period

STAGES = INVESTMENTS.column("stage").choices
_STATE = ("valuation", "exited_on", "exit_amount", "reinvested_amount")
STAGE_COLUMNS = (
    "stage", "investments", "firms", "amount", "share", "social_stated", "beside_social", "social_capital",
    "social_ratio", "exited", "valued",
)  # fmt: skip


def investments_at(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Investments made by the end of a period, as filed by then: columns of the table, told_later and stale.

    A sale dated after the end had not taken place: it and what it brought are blank.
    """
    found = items_at(ledger, "investments", "invested_on", _STATE, period)
    ahead = found["exited_on"].gt(pd.Timestamp(period.end))
    for column in _STATE[1:]:
        found[column] = found[column].mask(ahead)
    return found


def by_stage(items: pd.DataFrame) -> pd.DataFrame:
    """The four stages in the plan's order (STAGE_COLUMNS; 万元), each with a row even if nothing was invested.

    social_stated: rounds that say what others put in; beside_social: the fund's own money in these rounds;
    social_ratio: social_capital / beside_social. A blank is not known to be zero, so the three are NaN where rounds
    were held and none of them states it.
    """
    total = math.fsum(items["amount"])
    return pd.DataFrame(
        [_stage(items[items["stage"].eq(stage)], stage, total) for stage in STAGES], columns=list(STAGE_COLUMNS)
    )


def _stage(rows: pd.DataFrame, stage: str, total: float) -> dict[str, Any]:
    stated = rows[rows["social_capital"].notna()]
    amount, beside, social = math.fsum(rows["amount"]), math.fsum(stated["amount"]), math.fsum(stated["social_capital"])
    if len(rows) and stated.empty:
        beside = social = math.nan
    return {
        "stage": stage, "investments": len(rows), "firms": rows["enterprise_id"].nunique(), "amount": amount,
        "share": amount / total if total else math.nan, "social_stated": len(stated), "beside_social": beside,
        "social_capital": social, "social_ratio": social / beside if beside > 0 else math.nan,
        "exited": int(rows["exited_on"].notna().sum()),
        "valued": int((rows["exited_on"].isna() & rows["valuation"].notna()).sum()),
    }  # fmt: skip
