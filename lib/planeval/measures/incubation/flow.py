"""Firms in the valley: who entered, who left, who is there, quarter by quarter and by origin."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables import BY_ID
from planeval.measures.counting import residents
from planeval.periods import Period

FLOW_COLUMNS = ("period", "opening", "entered", "left", "net", "closing", "units_due", "units_filed")
ORIGIN_COLUMNS = ("origin", "firms", "entered", "left", "inside")
ORIGINS = BY_ID["enterprises"].column("origin").choices
NO_ORIGINS = pd.DataFrame(columns=list(ORIGIN_COLUMNS))


def firm_flow(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Opening, entered, left, net and closing number of firms, from the first quarter filed to the period.

    Columns as in FLOW_COLUMNS; opening + entered − left = closing. Numbers are NaN for a quarter after which nobody
    who has to file 企业 filed it: who came and went since is not known. units_due, units_filed: of that quarter.
    """
    firms = ledger.current["enterprises"]
    filed = [when for when, _, table in ledger.reported if table == "enterprises"]
    first = min([*filed, period])
    rows = []
    for quarter in first.until(period):
        due, said = ledger.filers("enterprises", quarter)
        start, end = pd.Timestamp(quarter.start), pd.Timestamp(quarter.end)
        known = any(when >= quarter for when in filed)
        opening, closing = len(residents(ledger, quarter.previous.end)), len(residents(ledger, quarter.end))
        entered = int(firms["entered_on"].between(start, end).sum())
        left = int(firms["left_on"].between(start, end).sum())
        numbers = (opening, entered, left, entered - left, closing) if known else (float("nan"),) * 5
        rows.append((str(quarter), *numbers, len(due), len(said)))
    return pd.DataFrame(rows, columns=list(FLOW_COLUMNS))


def firms_by_origin(ledger: Ledger, since: pd.Timestamp, period: Period) -> pd.DataFrame:
    """Firms by 来源 in the order of the closed list; columns as in ORIGIN_COLUMNS.

    firms: in the ledger and entered by the day. entered, left: on or after `since` (起算日). inside: on the day.
    """
    day = pd.Timestamp(period.end)
    firms = ledger.current["enterprises"]
    firms = firms[firms["entered_on"].le(day)]
    inside = firms["enterprise_id"].isin(residents(ledger, period.end))
    rows = []
    for origin in dict.fromkeys((*ORIGINS, *firms["origin"])):
        of_it = firms["origin"].eq(origin)
        rows.append((
            origin, int(of_it.sum()), int((of_it & firms["entered_on"].ge(since)).sum()),
            int((of_it & firms["left_on"].between(since, day)).sum()), int((of_it & inside).sum()),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(ORIGIN_COLUMNS))
