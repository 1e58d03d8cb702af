"""Loans to the valley's firms by kind of loan and type of firm, with what is still owed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.finance import CREDIT
from planeval.measures.finance.states import items_at
from planeval.periods import Period

KINDS, FIRM_TYPES = CREDIT.column("kind").choices, CREDIT.column("firm_type").choices
LOAN_COLUMNS = (
    "group", "loans", "firms", "amount", "new_loans", "new_amount", "open", "balance", "unstated", "overdue",
)  # fmt: skip
GRANT_COLUMNS = ("period", "loans", "amount", "open", "balance", "unstated")


def loans_at(ledger: Ledger, start: pd.Timestamp, period: Period) -> pd.DataFrame:
    """Loans granted by the end of a period, as filed by then: columns of the table, told_later, stale, and

    new: granted on or after 起算日; open: not repaid by the end; overdue: open after the day it was due.
    """
    found, end = items_at(ledger, "credit", "granted_on", ("balance", "repaid_on"), period), pd.Timestamp(period.end)
    unpaid = ~found["repaid_on"].le(end)
    return found.assign(new=found["granted_on"].ge(start), open=unpaid, overdue=unpaid & found["due_on"].lt(end))


def loans_by(loans: pd.DataFrame, column: str, groups: tuple[str, ...]) -> pd.DataFrame:
    """Loans by kind or type (LOAN_COLUMNS; 万元): all, those granted since 起算日, and those still open.

    balance: of the open ones that state it; unstated: open ones that do not; each group has a row, even if empty.
    """
    return pd.DataFrame(
        [{"group": group, **_sums(loans[loans[column].eq(group)])} for group in groups], columns=list(LOAN_COLUMNS)
    )


def _sums(rows: pd.DataFrame) -> dict[str, Any]:
    new, still = rows[rows["new"].astype(bool)], rows[rows["open"].astype(bool)]
    return {
        "loans": len(rows), "firms": rows["enterprise_id"].nunique(), "amount": math.fsum(rows["amount"]),
        "new_loans": len(new), "new_amount": math.fsum(new["amount"]), "open": len(still),
        "balance": math.fsum(still["balance"].dropna()), "unstated": int(still["balance"].isna().sum()),
        "overdue": int(rows["overdue"].sum()),
    }  # fmt: skip


def grants_by_quarter(ledger: Ledger, start: pd.Timestamp, period: Period) -> pd.DataFrame:
    """Quarters from 起算日's to the period (GRANT_COLUMNS; 万元): granted in it, and owed at its end as filed by then.

    The balance is NaN for a quarter for which nobody filed 信贷: what was owed then is not known. Loans granted in
    a quarter are known from any filing.
    """
    now, rows = loans_at(ledger, start, period), []
    for quarter in Period.of(start.date()).until(period):
        granted = now[now["granted_on"].between(pd.Timestamp(quarter.start), pd.Timestamp(quarter.end))]
        owed = _sums(loans_at(ledger, start, quarter))
        filed = bool(ledger.filers("credit", quarter)[1])
        rows.append({
            "period": str(quarter), "loans": len(granted), "amount": math.fsum(granted["amount"]),
            "open": owed["open"] if filed else math.nan, "balance": owed["balance"] if filed else math.nan,
            "unstated": owed["unstated"] if filed else math.nan,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(GRANT_COLUMNS))
