"""The working group's own record (五(一)) as the 督办 ledger shows it: what it assigned, checked and closed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.governance import DISPATCH
from planeval.periods import Period

COLLECTED, ASSIGNED, SOLVED, CHECKED, CLOSED = DISPATCH.column("state").choices


@dataclass(frozen=True)
class WorkingGroup:
    """Decisions of the group up to the end of a period.

    by_quarter: quarter, collected, assigned, checked, closed (orders reaching that state for the first time in the
    quarter), units (addressed by an assignment), days_to_assign (median days from 收集 to 交办 of the orders first
    assigned in the quarter, missing without any). Counts are missing for a quarter nobody filed. silent: units that
    owed the 督办 table for the period and did not file it. asked: whether any unit had to file it.
    """

    by_quarter: pd.DataFrame
    silent: tuple[str, ...]
    asked: bool

    @property
    def idle(self) -> tuple[str, ...]:
        """Filed quarters in which the group assigned nothing."""
        return tuple(self.by_quarter.loc[self.by_quarter["assigned"].eq(0), "quarter"])


def measure_working_group(ledger: Ledger, period: Period) -> WorkingGroup:
    """The record of the group; a state reached twice (an extension, a reminder) counts once."""
    rows = ledger.current["dispatch"]
    seen = rows[rows["changed_on"].le(pd.Timestamp(period.end))]
    first = seen.groupby(["order_id", "state"], sort=True)["changed_on"].min().unstack()
    due, filed = ledger.filers("dispatch", period)
    reported = {quarter for quarter, _, table in ledger.reported if table == "dispatch"}
    quarters = min(reported, default=period).until(period) if reported else ()
    counted = [_quarter(quarter, seen, first, quarter in reported) for quarter in quarters]
    columns = ["quarter", "collected", "assigned", "checked", "closed", "units", "days_to_assign"]
    whole = dict.fromkeys(columns[1:6], "Int64")
    return WorkingGroup(
        by_quarter=pd.DataFrame(counted, columns=columns).astype({**whole, "days_to_assign": "Float64"}),
        silent=tuple(unit for unit in due if unit not in filed),
        asked=bool(due),
    )


def _quarter(quarter: Period, seen: pd.DataFrame, first: pd.DataFrame, filed: bool) -> dict[str, object]:
    start, end = pd.Timestamp(quarter.start), pd.Timestamp(quarter.end)

    def reached(state: str) -> pd.Series:
        days = first[state] if state in first else pd.Series(pd.NaT, index=first.index, dtype="datetime64[s]")
        return days.between(start, end)

    if not filed and not seen["changed_on"].between(start, end).any():
        return {"quarter": str(quarter)}
    assigned = reached(ASSIGNED)
    orders = set(first.index[assigned])
    waits = (first.loc[assigned, ASSIGNED] - first.loc[assigned, COLLECTED]).dt.days if COLLECTED in first else None
    known = waits.dropna() if waits is not None else pd.Series(dtype=float)  # an order never collected has no wait
    return {
        "quarter": str(quarter), "collected": int(reached(COLLECTED).sum()), "assigned": int(assigned.sum()),
        "checked": int(reached(CHECKED).sum()), "closed": int(reached(CLOSED).sum()),
        "units": seen.loc[seen["order_id"].isin(orders), "lead_unit"].nunique(),
        "days_to_assign": float(known.median()) if len(known) else None,
    }  # fmt: skip
