"""One-stop services (“一站式”服务) by kind and by unit: asked for, finished, still open, and how long it takes."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables import BY_ID
from planeval.measures.survival import Curve, kaplan_meier, times_between
from planeval.periods import Period
from planeval.plan.ladder import SurvivalReading

SERVICE_COLUMNS = ("group", "requested", "this_quarter", "finished", "open", "longest_open")
KINDS = BY_ID["talent_services"].column("kind").choices


def services_by(ledger: Ledger, column: str, order: tuple[str, ...], period: Period) -> pd.DataFrame:
    """Requests by the day, grouped by a column (kind, handled_by); columns as in SERVICE_COLUMNS.

    Every entry of `order` has a row, also without requests. this_quarter: requested within the period. longest_open:
    days the oldest open request has been waiting, NaN when none is open.
    """
    day = pd.Timestamp(period.end)
    rows = _requested(ledger, day)
    found = []
    for group in dict.fromkeys((*order, *rows[column])):
        of_it = rows[rows[column].eq(group)]
        waiting = of_it[~of_it["finished_on"].le(day)]
        longest = (day - waiting["requested_on"]).dt.days.max() if len(waiting) else float("nan")
        this_quarter = int(of_it["requested_on"].ge(pd.Timestamp(period.start)).sum())
        found.append((group, len(of_it), this_quarter, len(of_it) - len(waiting), len(waiting), float(longest)))
    return pd.DataFrame(found, columns=list(SERVICE_COLUMNS))


def service_curves(ledger: Ledger, since: pd.Timestamp, period: Period, reading: SurvivalReading) -> dict[str, Curve]:
    """Kind → days from request to finish, of requests made on or after `since`; "" is all kinds together."""
    day = pd.Timestamp(period.end)
    rows = _requested(ledger, day)
    rows = rows[rows["requested_on"].ge(since)]
    curves = {}
    for kind in ("", *KINDS):
        of_it = rows[rows["kind"].eq(kind)] if kind else rows
        never = pd.Series(pd.NaT, index=of_it.index, dtype="datetime64[ns]")
        curves[kind] = kaplan_meier(times_between(of_it["requested_on"], of_it["finished_on"], never, day), reading)
    return curves


def _requested(ledger: Ledger, day: pd.Timestamp) -> pd.DataFrame:
    rows = ledger.current["talent_services"]
    return rows[rows["requested_on"].le(day)]
