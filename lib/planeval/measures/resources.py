"""Money that was put in beside what came of it.

Nothing in the ledger shares one sum out over several results: money stands beside the count it was paid for, and a
sum per item is given only where every item was paid for by that sum. Amounts in 万元.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.environment.subsidies import as_filed
from planeval.periods import Period

FEWEST = 5
MONEY_COLUMNS = ("source", "table", "amount", "stated", "items", "item", "per_item")


@dataclass(frozen=True)
class Resources:
    """money: MONEY_COLUMNS, one row per source of money that anybody ever filed; per_item NaN below FEWEST items.

    unfiled: tables of money that nobody filed up to the period.
    """

    money: pd.DataFrame
    unfiled: tuple[str, ...]


def measure_resources(ledger: Ledger, period: Period) -> Resources:
    """Everything filed for quarters up to the period, as it stood at the period's end."""
    told = {table for when, _, table in ledger.reported if when <= period}
    policies = _last_state(ledger, period)
    money = pd.DataFrame(_money(ledger, told, policies, period), columns=list(MONEY_COLUMNS))
    tables = ("funds", "investments", "policies", "talents", "credit")
    return Resources(
        money=money, unfiled=tuple(table for table in tables if table not in told),
    )  # fmt: skip


def _money(ledger: Ledger, told: set[str], policies: pd.DataFrame, period: Period) -> Iterator[tuple[object, ...]]:
    """One row per source; amounts that were left blank are in no sum."""
    day = pd.Timestamp(period.end)
    if "funds" in told:
        paid_in = ledger.current["funds"]
        paid_in = paid_in[paid_in["record"].eq("实缴") & paid_in["recorded_on"].le(day)]
        yield _row("基金实缴", "funds", paid_in["amount"], paid_in["fund_id"].nunique(), "只基金")
    if "investments" in told:
        made = ledger.current["investments"]
        made = made[made["invested_on"].le(day)]
        yield _row("基金投资", "investments", made["amount"], len(made), "笔投资")
    if "policies" in told:
        costing = policies[policies["amount_due"].gt(0)]
        yield _row("政策兑现", "policies", costing["amount_paid"], int(costing["beneficiaries"].sum()), "户次受惠")
    if "talents" in told:
        people = as_filed(ledger, period)
        paid = people[people["subsidy_paid"].gt(0) & people["subsidy_paid_on"].le(day)]
        yield _row("人才补贴", "talents", paid["subsidy_paid"], len(paid), "人领取")
    if "credit" in told:
        loans = ledger.current["credit"]
        loans = loans[loans["granted_on"].le(day)]
        yield _row("科技信贷", "credit", loans["amount"], len(loans), "笔贷款")


def _row(source: str, table: str, amounts: pd.Series, items: int, item: str) -> tuple[object, ...]:
    """Items are paid for by this very sum, so the sum per item means something; not below FEWEST, not with gaps."""
    total = float(amounts.sum())
    whole = items >= FEWEST and bool(amounts.notna().all())
    return source, table, total, int(amounts.notna().sum()), items, item, total / items if whole else math.nan


def _last_state(ledger: Ledger, period: Period) -> pd.DataFrame:
    """The last row of each policy for a quarter up to the period; its amounts are cumulative."""
    rows = ledger.current["policies"]
    known = [Period.parse(str(quarter)) <= period for quarter in rows["quarter"]]
    rows = rows[pd.Series(known, index=rows.index, dtype=bool)]
    return rows.sort_values("quarter", kind="stable").drop_duplicates("policy_id", keep="last")
