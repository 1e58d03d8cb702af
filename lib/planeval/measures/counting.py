"""The four arithmetics: which ledger rows count on a day, and what they add up to.

- flow: items dated up to the day, summed over the plan. - stock: items begun and not ended on the day.
- expiring stock: as stock, and within validity on the day. - annual flow: a 万元 column over a window of
quarters. Money is a stock of 万元. Summing a stock over quarters is never done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planeval.ledger import Ledger
from planeval.periods import Period
from planeval.plan import CountingRule
from planeval.plan.validity import Validity

UNREPORTED, INCOMPLETE, UNPUBLISHED = ABSENCES = ("未报送", "未满计算期", "未见公开数据")
WAN_PER_UNIT = {"亿元": 10_000, "万元": 1}


@dataclass(frozen=True)
class Count:
    """A measured value. value None means it cannot be said, and `reason` says why (Chinese) and
    `absence` names the state: 未报送 (nobody filed its table), 未满计算期, 未见公开数据.

    items: the ledger rows that count, one per distinct item (every row for sums), with their origin.
    """

    value: float | None
    items: pd.DataFrame
    reason: str = ""
    absence: str = ""


def count_on(ledger: Ledger, rule: CountingRule, start: date, period: Period, unit: str) -> Count:
    """The value of a counting rule at the end of a period, in the target's unit.

    ledger: as known on its day. start: 起算日, used when the rule counts only what is new since then.
    """
    if rule.window == "to_date":
        return _total(standing_rows(ledger, rule, start, period.end), rule, unit)
    rows = _selected(ledger, rule)
    quarters = window_quarters(rule.window, period)
    silent = [quarter for quarter in quarters if not quarter_reported(ledger, rule.table, quarter, rows)]
    if silent:
        return Count(None, rows.iloc[:0], f"{'、'.join(map(str, silent))} 未报送，不足一个完整的计算期", INCOMPLETE)
    items = rows[rows[rule.dated_by].isin([str(quarter) for quarter in quarters])]
    return _total(_of_residents(ledger, items, rule), rule, unit)


def standing_rows(ledger: Ledger, rule: CountingRule, start: date, day: date) -> pd.DataFrame:
    """Every row of a to-date rule that counts on a day, before one is kept per distinct item."""
    rows = _standing(_selected(ledger, rule), rule, start, day)
    return rows[rows["enterprise_id"].isin(residents(ledger, day))] if rule.resident else rows


def quarter_amount(ledger: Ledger, rule: CountingRule, quarter: Period, unit: str) -> float | None:
    """One quarter's own amount of an annual-flow rule; None when nobody reported that quarter."""
    rows = _selected(ledger, rule)
    if not quarter_reported(ledger, rule.table, quarter, rows):
        return None
    return _total(_of_residents(ledger, rows[rows[rule.dated_by].eq(str(quarter))], rule), rule, unit).value


def quarter_reported(ledger: Ledger, table: str, quarter: Period, rows: pd.DataFrame) -> bool:
    """Whether a quarter's figures were filed: by a filing of that quarter or by rows naming it."""
    if any(when == quarter and what == table for when, _, what in ledger.reported):
        return True
    return "quarter" in rows and bool(rows["quarter"].eq(str(quarter)).any())


def window_quarters(window: str, period: Period) -> tuple[Period, ...]:
    """The quarters an annual flow is added over, seen from a period."""
    if window == "rolling_four_quarters":
        return period.shift(-3).until(period)
    if window == "calendar_year":
        return Period(period.year, 1).until(period)
    year = period.year if period.quarter == 4 else period.year - 1
    return Period(year, 1).until(Period(year, 4))


def expiry(begun: pd.Series, validity: Validity) -> pd.Series:
    """First day on which a status no longer holds, from the day it began.

    years: n years after issue (HNTE: 国科发火〔2016〕32号, three years from the certificate date);
    until year_end / next_march_31: the two local readings of a tech-SME entry.
    """
    if validity.years is not None:
        return begun + pd.DateOffset(years=validity.years)
    if validity.months is not None:
        return begun + pd.DateOffset(months=validity.months)
    first_month = 1 if validity.until == "year_end" else 4
    return pd.to_datetime({"year": begun.dt.year + 1, "month": first_month, "day": 1})


def residents(ledger: Ledger, day: date) -> set[str]:
    """Enterprises inside the planned area on a day: entered, not left."""
    firms = ledger.current["enterprises"]
    moment = pd.Timestamp(day)
    inside = firms["entered_on"].le(moment) & ~firms["left_on"].le(moment)
    return set(firms.loc[inside, "enterprise_id"])


def _selected(ledger: Ledger, rule: CountingRule) -> pd.DataFrame:
    rows = ledger.current[rule.table]
    for column, allowed in rule.where.items():
        rows = rows[rows[column].isin(allowed)]
    return rows


def _standing(rows: pd.DataFrame, rule: CountingRule, start: date, day: date) -> pd.DataFrame:
    """Rows begun, not ended and not expired on the day. A row without a beginning does not count:
    an undated item cannot be placed in the plan period.
    """
    moment = pd.Timestamp(day)
    begun = rows[rule.dated_by]
    standing = begun.le(moment)
    if rule.since == "plan_start":
        standing &= begun.ge(pd.Timestamp(start))
    if rule.ends_by is not None:
        standing &= ~rows[rule.ends_by].le(moment)
    if isinstance(rule.validity, Validity):
        standing &= expiry(begun, rule.validity).gt(moment)
    return rows[standing]


def _of_residents(ledger: Ledger, rows: pd.DataFrame, rule: CountingRule) -> pd.DataFrame:
    """Quarter rows of enterprises that were inside the area at the end of that quarter."""
    if not rule.resident:
        return rows
    inside = {quarter: residents(ledger, Period.parse(quarter).end) for quarter in rows["quarter"].unique()}
    kept = [firm in inside[quarter] for firm, quarter in zip(rows["enterprise_id"], rows["quarter"], strict=True)]
    return rows[pd.Series(kept, index=rows.index, dtype=bool)]


def _total(items: pd.DataFrame, rule: CountingRule, unit: str) -> Count:
    """Sum or number of distinct items. A row without an amount adds nothing to a sum: it is not known to be 0,
    so a published sum is a sum over the rows that state one.
    """
    if rule.sum is not None:
        return Count(math.fsum(items[rule.sum].dropna()) / WAN_PER_UNIT[unit], items)
    counted = items.drop_duplicates(rule.distinct, keep="last")
    return Count(float(len(counted)), counted)
