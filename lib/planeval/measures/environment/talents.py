"""Talents: who came, who is in post, by level. Counted by 人才编号; nothing here names a person."""

from __future__ import annotations

import math

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables import BY_ID
from planeval.periods import Period

ARRIVAL_COLUMNS = ("period", "arrived", "left", "in_post", "units_due", "units_filed")
LEVEL_COLUMNS = ("level", "ever", "arrived", "left", "in_post")
LEVELS = BY_ID["talents"].column("level").choices


def arrivals(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Arrived and left in each quarter, in post at its end, from the first quarter filed; columns ARRIVAL_COLUMNS.

    Numbers are NaN for a quarter after which nobody who has to file 人才 filed it.
    """
    rows = ledger.current["talents"]
    filed = [when for when, _, table in ledger.reported if table == "talents"]
    found = []
    for quarter in min([*filed, period]).until(period):
        due, said = ledger.filers("talents", quarter)
        start, end = pd.Timestamp(quarter.start), pd.Timestamp(quarter.end)
        numbers: tuple[float, ...] = (math.nan,) * 3
        if any(when >= quarter for when in filed):
            numbers = (rows["arrived_on"].between(start, end).sum(), rows["left_on"].between(start, end).sum(),
                       in_post(rows, end).sum())  # fmt: skip
        found.append((str(quarter), *map(float, numbers), len(due), len(said)))
    return pd.DataFrame(found, columns=list(ARRIVAL_COLUMNS))


def in_post(rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Row-wise: arrived by the day and not left by it."""
    return rows["arrived_on"].le(day) & ~rows["left_on"].le(day)


def by_level(ledger: Ledger, since: pd.Timestamp, period: Period) -> pd.DataFrame:
    """Every level of the closed list, in its order; columns as in LEVEL_COLUMNS.

    ever: arrived by the day. arrived, left: on or after `since` (起算日). in_post: on the day.
    """
    day = pd.Timestamp(period.end)
    rows = ledger.current["talents"]
    found = []
    for level in dict.fromkeys((*LEVELS, *rows["level"])):
        of_it = rows[rows["level"].eq(level)]
        found.append((
            level, int(of_it["arrived_on"].le(day).sum()), int(of_it["arrived_on"].between(since, day).sum()),
            int(of_it["left_on"].between(since, day).sum()), int(in_post(of_it, day).sum()),
        ))  # fmt: skip
    return pd.DataFrame(found, columns=list(LEVEL_COLUMNS))
