"""Small ledgers in memory for tests: only the columns a case needs, everything else blank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from planeval.ledger.book import ORIGIN_COLUMNS, Ledger
from planeval.ledger.items import one_row_per_item
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


def settled_ledger(
    rows: dict[str, list[dict[str, Any]]],
    reported: set[tuple[Period, str, str]] | None = None,
    duties: dict[str, tuple[str, ...]] | None = None,
) -> Ledger:
    """A ledger as filed quarter by quarter: rows carry `period` ("2025Q2") and `unit_id`, in the order of the register;
    the last word of each unit stands, and between units the one named first in `duties`.
    """
    marked = {table: [{**row, "period": Period.parse(row["period"])} for row in own] for table, own in rows.items()}
    plain, owed = ledger_of(marked, reported), duties or {}
    said = {(row["period"], row["unit_id"], table) for table, own in marked.items() for row in own}
    current, twice = {}, []
    for table in TABLES:
        current[table.id], repeated = one_row_per_item(plain.filed[table.id], table, owed.get(table.id, ()))
        twice.append(repeated)
    return replace(
        plain, current=current, duplicates=pd.concat(twice, ignore_index=True), duties=owed,
        reported=plain.reported | said,
    )  # fmt: skip
