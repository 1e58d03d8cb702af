"""Writing ledger workbooks: one sheet per table, the form that units fill and that `sheets` reads back.

What goes in is text, numbers and days; nothing becomes a formula or a link. The same content gives the
same bytes on every run and on every system.
"""

from __future__ import annotations

import io
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from planeval.ledger.book import NOTES_SHEET
from planeval.ledger.tables import Column, Table
from planeval.plan import Plan, part_names

LONGEST_TEXT = 32_767  # characters in one cell, Excel's limit
HEADING = {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
_CREATED = datetime(2024, 1, 1)  # a file that told when it was made would differ from run to run
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_WIDTHS = {"text": 26, "code": 24, "number": 14, "count": 12, "date": 12, "quarter": 10, "units": 30, "task": 26}
_DEFAULT_WIDTH = 16
TEMPORARY = ".tmp"  # how a file that is still being written ends; its name begins with a dot
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(
    path: Path, sheets: Mapping[Table, Sequence[Mapping[str, Any]]], plan: Plan, notes: Sequence[tuple[str, str]]
) -> None:
    """Write one workbook: the sheet 填报说明 with `notes`, then one sheet per table.

    sheets: table → rows (column id → value; a missing key, None or NaN is a blank cell). Dates are dates,
    `number` and `count` numbers, everything else text; ids of units, industries, zones and tasks are
    written as the plan's Chinese names. Raises KeyError for an id the plan does not have. The file
    appears whole or not at all.
    """
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    formats = {
        "header": workbook.add_format(HEADING),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
    }
    write_notes(workbook.add_worksheet(NOTES_SHEET), notes, formats["header"], formats["wrapped"])
    for table, rows in sheets.items():
        _write_table(workbook.add_worksheet(table.sheet), table, rows, plan, formats)
    workbook.close()
    replace_file(path, repacked(buffer.getvalue()))


def new_workbook(buffer: io.BytesIO) -> Any:
    """An XlsxWriter workbook that makes no formula or link of any text and does not tell when it was made."""
    workbook = xlsxwriter.Workbook(buffer, _OPTIONS)
    workbook.set_properties({"created": _CREATED})
    return workbook


def write_notes(sheet: Any, notes: Iterable[tuple[str, str]], label_format: Any, text_format: Any) -> None:
    """Two columns: what a line is about, and the line."""
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 72)
    for row, (label, text) in enumerate(notes):
        sheet.write_string(row, 0, label, label_format)
        sheet.write_string(row, 1, text, text_format)


def _write_table(
    sheet: Any, table: Table, rows: Sequence[Mapping[str, Any]], plan: Plan, formats: dict[str, Any]
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 30)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column_width(column))
        sheet.write_string(0, position, column.title, formats["header"])
        written = written_as(column, plan)
        for number, row in enumerate(rows, start=1):
            value = row.get(column.id)
            if not is_blank(value):
                write_value(sheet, number, position, column, value, written, formats.get(column.kind))


def column_width(column: Column) -> int:
    """How wide a column of a form is, in characters."""
    return _WIDTHS.get(column.kind, _DEFAULT_WIDTH)


def is_blank(value: object) -> bool:
    """None, empty text, NaN and NaT (which differ from themselves)."""
    return value is None or value == "" or value != value


def write_value(
    sheet: Any, row: int, position: int, column: Column, value: Any, written: Callable[[Any], str], cell_format: Any
) -> None:
    """Write one value as its column's kind wants it. Raises ValueError for a number that is not finite."""
    if column.kind == "date":
        sheet.write_datetime(row, position, datetime(value.year, value.month, value.day), cell_format)
    elif column.kind in ("number", "count"):
        if not math.isfinite(value):
            raise ValueError(f"{column.heading}：{value} 不是有限的数")
        sheet.write_number(row, position, value, cell_format)
    else:
        sheet.write_string(row, position, fitting(written(value)), cell_format)


def fitting(text: str) -> str:
    """Text that fits into a cell; what is too long ends in …, where a workbook would drop it whole."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def written_as(column: Column, plan: Plan) -> Callable[[Any], str]:
    """How a value of a column is written: ids by the plan's name for them, everything else as it is."""
    if column.kind == "unit":
        return lambda unit: plan.unit(unit).short_name
    if column.kind == "units":
        return lambda units: "、".join(plan.unit(unit).short_name for unit in units.split("、"))
    names = plan_names(column, plan)
    return str if names is None else names.__getitem__


def plan_names(column: Column, plan: Plan) -> dict[str, str] | None:
    """Id → name of everything that a column may hold by the plan's own words; None when it is not of that kind."""
    if column.kind in ("unit", "units"):
        return part_names(plan, "unit")
    entries: dict[str, dict[str, str]] = {
        "industry": {industry.id: industry.name for industry in plan.text.industries},
        "zone": {zone.id: zone.name for zone in plan.text.zones},
        "task": {task.id: task.name for task in plan.tasks},
    }
    return entries.get(column.kind)


def repacked(content: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """The same zip members in the same order, without the traces of day and operating system.

    replaced: members whose content is to be another.
    """
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.create_system = _UNIX
            member.compress_type = zipfile.ZIP_DEFLATED
            kept = (replaced or {}).get(name)
            target.writestr(member, source.read(name) if kept is None else kept, compresslevel=9)
    return packed.getvalue()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside its place, then put it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make new names and renames in a folder last through a power cut; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
