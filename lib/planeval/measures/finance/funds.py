"""The fund from announced to paid in, and what public money brought with it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.finance import FUNDS
from planeval.periods import Period

RECORDS = ANNOUNCED, FIRST_CLOSE, FILED, PAID_IN = FUNDS.column("record").choices
RECORD_COLUMNS = ("fund_id", "name", "manager", "record", "recorded_on", "amount", "fiscal_amount", "document_number")
SCALE_COLUMNS = (
    "fund_id", "name", "record", "rows", "first_on", "last_on", "amount", "fiscal_stated", "with_fiscal",
    "fiscal_amount", "social_amount", "leverage",
)  # fmt: skip


def fund_records(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Every record dated by the end of a period (RECORD_COLUMNS; amounts in 万元), by fund and day."""
    rows = ledger.current["funds"]
    known = rows[rows["recorded_on"].le(pd.Timestamp(period.end))]
    return known.sort_values(["fund_id", "recorded_on"], kind="stable").reset_index(drop=True)[list(RECORD_COLUMNS)]


def fund_scales(records: pd.DataFrame) -> pd.DataFrame:
    """Each fund's 公告, 首期, 备案 and 实缴 (SCALE_COLUMNS): one row per fund and kind, in that order, even if empty.

    Rows of one kind are added, as the target's 口径 adds them; amount is NaN where there is no row. fiscal_stated:
    rows that say how much of them is public money; with_fiscal: the amount of these rows; leverage (撬动) =
    (with_fiscal − fiscal_amount) / fiscal_amount, NaN where nothing is stated or no public money is in it.
    """
    found = [_scale(own[own["record"].eq(kind)], str(fund), kind, str(own["name"].iloc[-1]))
             for fund, own in records.groupby("fund_id", sort=True) for kind in RECORDS]  # fmt: skip
    return pd.DataFrame(found, columns=list(SCALE_COLUMNS))


def _scale(rows: pd.DataFrame, fund: str, kind: str, name: str) -> dict[str, Any]:
    stated = rows[rows["fiscal_amount"].notna()]
    whole, fiscal = (math.fsum(stated[column]) if len(stated) else math.nan for column in ("amount", "fiscal_amount"))
    return {
        "fund_id": fund, "name": name, "record": kind, "rows": len(rows),
        "first_on": rows["recorded_on"].min(), "last_on": rows["recorded_on"].max(),
        "amount": math.fsum(rows["amount"]) if len(rows) else math.nan,
        "fiscal_stated": len(stated), "with_fiscal": whole, "fiscal_amount": fiscal, "social_amount": whole - fiscal,
        "leverage": (whole - fiscal) / fiscal if fiscal > 0 else math.nan,
    }  # fmt: skip
