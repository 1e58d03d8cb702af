"""The publicity record (五(四)): what was published, where, and how regularly the promotion meetings were held."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.governance import PUBLICITY
from planeval.periods import Period

MEDIA = PUBLICITY.column("medium").choices
LEVELS = PUBLICITY.column("level").choices
MEETINGS = ("推进会", "交流会")  # 五(四): 建设推进会、工作交流会


@dataclass(frozen=True)
class Publicity:
    """Items published up to the end of a period.

    items: rows of 宣传. by_medium: medium, one column per level, total. by_quarter: quarter, items, meetings, both
    missing (not 0) for a quarter in which no unit filed the table. silent: units that owed the table for the
    period and did not file it.
    """

    items: pd.DataFrame
    by_medium: pd.DataFrame
    by_quarter: pd.DataFrame
    silent: tuple[str, ...]

    @property
    def meetings(self) -> pd.DataFrame:
        """推进会 and 交流会 in the order of their days."""
        held = self.items[self.items["medium"].isin(MEETINGS)]
        return held.sort_values(["published_on", "item_id"], kind="stable").reset_index(drop=True)

    @property
    def without_meeting(self) -> tuple[str, ...]:
        """Filed quarters in which no promotion or exchange meeting was held."""
        rows = self.by_quarter
        return tuple(rows.loc[rows["meetings"].eq(0), "quarter"])


def measure_publicity(ledger: Ledger, period: Period) -> Publicity:
    """The record up to the end of the period; each item counts once, in the quarter of its own day."""
    rows = ledger.current["publicity"]
    items = rows[rows["published_on"].le(pd.Timestamp(period.end))].reset_index(drop=True)
    due, filed = ledger.filers("publicity", period)
    return Publicity(
        items=items,
        by_medium=_by_medium(items),
        by_quarter=_by_quarter(items, ledger, period),
        silent=tuple(unit for unit in due if unit not in filed),
    )


def _by_medium(items: pd.DataFrame) -> pd.DataFrame:
    counted = [
        {"medium": medium, **{level: int((items["medium"].eq(medium) & items["level"].eq(level)).sum())
                              for level in LEVELS}, "total": int(items["medium"].eq(medium).sum())}
        for medium in MEDIA
    ]  # fmt: skip
    return pd.DataFrame(counted, columns=["medium", *LEVELS, "total"])


def _by_quarter(items: pd.DataFrame, ledger: Ledger, period: Period) -> pd.DataFrame:
    filed = {quarter for quarter, _, table in ledger.reported if table == "publicity"}
    started = min(filed, default=period)
    days = [Period.of(day.date()) for day in items["published_on"]]
    rows = []
    for quarter in started.until(period):
        own = items[[day == quarter for day in days]]
        known = quarter in filed or len(own) > 0
        rows.append({
            "quarter": str(quarter), "items": len(own) if known else None,
            "meetings": int(own["medium"].isin(MEETINGS).sum()) if known else None,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["quarter", "items", "meetings"]).astype({"items": "Int64", "meetings": "Int64"})
