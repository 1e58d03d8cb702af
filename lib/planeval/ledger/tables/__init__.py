"""What units file: each ledger table declared once.

From one declaration come the reading, the validation, the templates, the codebook, the store's types and the
demonstration filings. A row is one item with its evidence, never a quarterly total.
"""

from __future__ import annotations

from dataclasses import replace

from planeval.ledger.tables.columns import NATURES, SAMPLE, Column, ColumnKind, Table
from planeval.ledger.tables.finance import CREDIT, FUNDS, INVESTMENTS
from planeval.ledger.tables.firms import CERTIFICATES, ENTERPRISES, OPERATIONS, PREMISES
from planeval.ledger.tables.governance import DISPATCH, MILESTONES, POLICIES, PUBLICITY
from planeval.ledger.tables.innovation import ACHIEVEMENTS, EVENTS, PARTNERSHIPS, PLATFORMS
from planeval.ledger.tables.people import TALENT_SERVICES, TALENTS
from planeval.plan.counting_faults import ColumnFacts

TABLES: tuple[Table, ...] = (
    ENTERPRISES, CERTIFICATES, OPERATIONS, PLATFORMS, PARTNERSHIPS, ACHIEVEMENTS, EVENTS, FUNDS, INVESTMENTS, CREDIT,
    TALENTS, TALENT_SERVICES, MILESTONES, POLICIES, PUBLICITY, PREMISES, DISPATCH,
)  # fmt: skip
BY_ID: dict[str, Table] = {table.id: table for table in TABLES}
COLUMNS_BY_TABLE: dict[str, dict[str, ColumnFacts]] = {
    table.id: {column.id: ColumnFacts(column.kind, column.choices, column.unit) for column in table.columns}
    for table in TABLES
}
BY_SHEET: dict[str, Table] = {table.sheet: table for table in TABLES}

__all__ = [
    "BY_ID",
    "BY_SHEET",
    "COLUMNS_BY_TABLE",
    "NATURES",
    "SAMPLE",
    "TABLES",
    "Column",
    "ColumnKind",
    "Table",
    "with_choices",
]


def with_choices(table: Table, closed_lists: dict[str, tuple[str, ...]]) -> Table:
    """The table with closed lists replaced where a plan decides its own (`certificates-kind: [...]`)."""
    return replace(
        table,
        columns=tuple(
            replace(column, choices=closed_lists.get(f"{table.id}-{column.id}", column.choices))
            for column in table.columns
        ),
    )
