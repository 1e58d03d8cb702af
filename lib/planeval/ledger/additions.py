"""Rows written here and added to a table between quarterly filings, as the bytes of a filing of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from planeval.ledger.forms import read_form
from planeval.ledger.headings import Origin
from planeval.ledger.incoming import Incoming
from planeval.ledger.sheets import sheets_of
from planeval.ledger.tables import Table
from planeval.periods import Period
from planeval.plan import Plan
from planeval.problems import InputError


def addition(plan: Plan, table: Table, unit: str, period: Period, rows: Sequence[Mapping[str, object]]) -> Incoming:
    """These rows (column id → value) of a table as a filing of a unit for a quarter, UTF-8 CSV with BOM.

    The file is read back as any filing is; raises InputError with what a reader would find wrong in it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.title for column in table.columns)
    for row in rows:
        writer.writerow(_cell(row.get(column.id)) for column in table.columns)
    content = b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
    shown = f"{table.sheet}.csv"
    problems = [
        problem
        for sheet in sheets_of(content, PurePosixPath(shown), shown)
        for problem in read_form(sheet, table, plan, Origin(shown, unit, table.sheet)).problems
    ]
    if problems:
        raise InputError(problems)
    return Incoming(table.sheet, content, ".csv", table.sheet, unit, period, addition=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split())
