"""Talent subsidies: what was due against what was paid, and how many days payment took."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.items import one_row_per_item
from planeval.ledger.tables import BY_ID
from planeval.measures.survival import Curve, kaplan_meier, times_between
from planeval.periods import Period
from planeval.plan.ladder import SurvivalReading

SUBSIDY_COLUMNS = ("period", "people", "due", "paid", "in_full", "in_part", "unpaid", "unstated")
STATES = ("in_full", "in_part", "unpaid", "unstated")


@dataclass(frozen=True)
class Subsidies:
    """quarters: one row per quarter in which subsidies fell due; columns as in SUBSIDY_COLUMNS, amounts in 万元.

    in_full, in_part, unpaid: people by what was paid by the day; unstated: 已发补贴 left blank, added to no sum.
    without_due_date: people with 应发补贴 and no 应发日期, in no quarter. curve: days from due to paid in full, of
    those due on or after the beginning of the cohort; undated: paid in full without a day, so not in the curve.
    """

    quarters: pd.DataFrame
    without_due_date: int
    curve: Curve | None
    undated: int


def measure_subsidies(
    ledger: Ledger, since: pd.Timestamp, period: Period, reading: SurvivalReading | None
) -> Subsidies:
    """Subsidies due by the end of the period, as units filed them for quarters up to it.

    A payment dated after the day had not been made. A payment before the due day took 0 days.
    """
    day, rows = pd.Timestamp(period.end), as_filed(ledger, period)
    owed = rows[rows["subsidy_due"].gt(0)]
    due = owed[owed["subsidy_due_on"].le(day)]
    later = due["subsidy_paid_on"].gt(day)
    paid = due["subsidy_paid"].mask(later, 0.0)
    state = pd.Series("unpaid", index=due.index, dtype=object)
    state[paid.gt(0)] = "in_part"
    state[paid.ge(due["subsidy_due"])] = "in_full"
    state[paid.isna()] = "unstated"
    said = due.assign(paid=paid, state=state, period=[str(Period.of(when.date())) for when in due["subsidy_due_on"]])
    undated = said["state"].eq("in_full") & said["subsidy_paid_on"].isna()
    timed = said[~undated & said["state"].ne("unstated") & said["subsidy_due_on"].ge(since)]
    ended = timed["subsidy_paid_on"].where(timed["state"].eq("in_full"))
    never = pd.Series(pd.NaT, index=timed.index, dtype="datetime64[ns]")
    curve = kaplan_meier(times_between(timed["subsidy_due_on"], ended, never, day), reading) if reading else None
    return Subsidies(_by_quarter(said), int(owed["subsidy_due_on"].isna().sum()), curve, int(undated.sum()))


def as_filed(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Each person's row as last filed for a quarter up to the period: 已发补贴 is cumulative to that quarter."""
    filed = ledger.filed["talents"]
    upto = filed[[when <= period for when in filed["period"]]] if len(filed) else filed
    rows, _ = one_row_per_item(upto, BY_ID["talents"], ledger.duties.get("talents", ()))
    return rows


def _by_quarter(said: pd.DataFrame) -> pd.DataFrame:
    """Sums of 已发补贴 are over the rows that state one; the others are counted as unstated."""
    found = []
    for name, group in said.groupby("period", sort=True):
        states = group["state"].value_counts()
        found.append((
            name, len(group), float(group["subsidy_due"].sum()), float(group["paid"].sum()),
            *(int(states.get(state, 0)) for state in STATES),
        ))  # fmt: skip
    return pd.DataFrame(found, columns=list(SUBSIDY_COLUMNS))
