"""Small ledgers in memory for tests: only the columns a case needs, everything else blank."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.ledger.book import ORIGIN_COLUMNS, Ledger
from planeval.ledger.tables import TABLES
from planeval.periods import Period


def ledger_of(rows: dict[str, list[dict[str, Any]]], reported: set[tuple[Period, str, str]] | None = None) -> Ledger:
    """A ledger holding these rows, dates given as text; nobody has duties unless `reported` says who filed."""
    current = {}
    for table in TABLES:
        names = [*(column.id for column in table.columns), *ORIGIN_COLUMNS]
        frame = pd.DataFrame(rows.get(table.id, []), columns=names, dtype=object)
        for column in table.columns:
            if column.kind == "date":
                frame[column.id] = pd.to_datetime(frame[column.id])
            elif column.kind in ("number", "count"):
                frame[column.id] = frame[column.id].astype(float)
        current[table.id] = frame
    duplicates = pd.DataFrame(columns=["table", "item", "units", "counted"])
    return Ledger(
        as_known_on=None, received=(), filings=(), filed=current, current=current, duplicates=duplicates,
        reported=frozenset(reported or ()), problems=(), echoes=(), duties={},
    )  # fmt: skip
