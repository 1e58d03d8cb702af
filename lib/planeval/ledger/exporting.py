"""Ledger tables as files for other programs: .xlsx and .csv in which no text can come alive.

Text that a spreadsheet would take for a formula gets a leading apostrophe; a number never does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from planeval.ledger.book import Ledger
from planeval.ledger.tables import BY_ID, BY_SHEET, Column, Table
from planeval.ledger.workbooks import (
    HEADING,
    column_width,
    fitting,
    is_blank,
    new_workbook,
    repacked,
    replace_file,
    write_value,
    written_as,
)
from planeval.plan import Plan

Format = Literal["xlsx", "csv"]
FORMATS: tuple[Format, ...] = ("xlsx", "csv")
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")
_UNSEEN = (  # blanks and signs without width, which a spreadsheet may pass over before it looks for a formula
    " \0\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\xad\u1680\u180e\u2028\u2029\u202f\u205f\u3000\ufeff"
    + "".join(map(chr, (*range(0x2000, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))))
)
_ORIGIN = (
    Column("unit_id", "来自单位", "unit", "哪个单位报送的"),
    Column("period", "来自季度", "quarter", "哪个季度的报送"),
    Column("received_on", "收件日期", "date", "收到的日期"),
    Column("file", "来自文件", "text", "报送文件"),
    Column("sheet", "来自工作表", "text", "工作表"),
    Column("row", "来自行", "count", "Excel 行号"),
)


def table_named(name: str) -> Table | None:
    """The table with this id or sheet name; None when there is none."""
    return BY_ID.get(name.strip()) or BY_SHEET.get(name.strip())


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: as it is, or with an apostrophe before it.

    It gets one when its first sign to be seen is in FORMULA_STARTS, blanks and zero-width signs before it or not;
    text such as `-5` too. A real number is no text: it is written as a number and never passes here.
    """
    return f"'{text}" if text.lstrip(_UNSEEN)[:1] in FORMULA_STARTS else text


def export_table(ledger: Ledger, table: Table, plan: Plan, path: Path, form: Format, filed: bool = False) -> int:
    """Write a table with the origin of each row; returns the number of rows. The file appears whole or not at all.

    filed: every accepted row of every filing, instead of one row per item. Ids are written as the plan's names.
    """
    rows = (ledger.filed if filed else ledger.current)[table.id]
    columns = (*table.columns, *_ORIGIN)
    content = _workbook(rows, table, columns, plan) if form == "xlsx" else _csv(rows, columns, plan)
    replace_file(path, content)
    return len(rows)


def _values(rows: pd.DataFrame, columns: tuple[Column, ...]) -> Iterator[tuple[Any, ...]]:
    yield from rows[[column.id for column in columns]].itertuples(index=False, name=None)


def _workbook(rows: pd.DataFrame, table: Table, columns: tuple[Column, ...], plan: Plan) -> bytes:
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    sheet = workbook.add_worksheet(table.sheet)
    heading = workbook.add_format(HEADING)
    formats = {"date": workbook.add_format({"num_format": "yyyy-mm-dd"})}
    writers = [_inert_writer(column, plan) for column in columns]
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column_width(column))
        sheet.write_string(0, position, column.title, heading)
    for number, values in enumerate(_values(rows, columns), start=1):
        for position, (column, value, written) in enumerate(zip(columns, values, writers, strict=True)):
            if not is_blank(value):
                write_value(sheet, number, position, column, value, written, formats.get(column.kind))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    workbook.close()
    return repacked(buffer.getvalue())


def _inert_writer(column: Column, plan: Plan) -> Callable[[Any], str]:
    written = written_as(column, plan)
    return lambda value: fitting(inert(written(value)))


def _csv(rows: pd.DataFrame, columns: tuple[Column, ...], plan: Plan) -> bytes:
    """UTF-8 with BOM, which Excel and WPS open rightly; a blank cell is not zero."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.title for column in columns)
    writers = [_inert_writer(column, plan) for column in columns]
    for values in _values(rows, columns):
        writer.writerow(
            "" if is_blank(value) else _cell(column, value, written)
            for column, value, written in zip(columns, values, writers, strict=True)
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _cell(column: Column, value: Any, written: Callable[[Any], str]) -> str:
    if column.kind == "date":
        return date(value.year, value.month, value.day).isoformat()
    if column.kind in ("number", "count"):
        return f"{Decimal(repr(float(value))).normalize() + 0:f}"
    return written(value)
