"""Opening what a unit sent: a workbook or a CSV file becomes sheets of text cells, nothing more.

The file's bytes are looked at before any library opens it; a fault is a Problem about the whole file.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path, PurePath

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from planeval.ledger.containers import MAX_FILE_BYTES, refused
from planeval.ledger.sheet_scan import MAX_AREA, MAX_COLUMNS, MAX_ROWS, scan_workbook, unreadable

_ZIP_OR_OLE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_FIRST_LINES = 10
_EXACT_DIGITS = 10**15  # Excel keeps 15 digits of a number; a longer one is no longer what was typed


@dataclass(frozen=True)
class Sheet:
    """A sheet as text: `rows[i][j]` is the cell in Excel row i+1, column j+1; blank is ''.

    untrusted: cells (A1) whose value cannot be believed → `unsaved` (a formula nobody calculated) or
    `error_value`. merged: (first row, first column, last row, last column) of merged areas, counted from 0.
    hidden: not shown in Excel. encoding is set for CSV.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    untrusted: dict[str, str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    encoding: str = field(default="", compare=False)


def read_sheets(path: Path, shown: str) -> tuple[Sheet, ...]:
    """All sheets of an .xlsx or .csv file. Raises InputError (one whole-file Problem) when it cannot be read."""
    return sheets_of(read_bytes(path, shown), path, shown)


def read_bytes(path: Path, shown: str) -> bytes:
    """The bytes of a filing. Raises InputError when it is missing, cannot be read, is empty or too large."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except FileNotFoundError as error:
        raise refused(shown, "missing_file", "登记了这份报送，但文件不在", "把文件放回原处，或重新报送") from error
    except OSError as error:
        raise refused(
            shown, "unreadable_file", "文件读不出来", "关闭正在打开它的程序，检查它是不是文件、有没有读取权限"
        ) from error
    if size > MAX_FILE_BYTES:
        raise refused(shown, "file_size", "文件超过 20 MB", "删去图片和多余格式后再报送")
    if not raw:
        raise refused(shown, "empty_file", "文件是空的", "重新导出后再报送")
    return raw


def sheets_of(raw: bytes, name: PurePath, shown: str) -> tuple[Sheet, ...]:
    """The sheets in a filing's bytes; `name` tells .csv from .xlsx. Raises InputError as read_sheets."""
    if name.suffix.lower() != ".csv":
        return _read_workbook(raw, shown)
    if raw.startswith(_ZIP_OR_OLE):
        raise refused(shown, "not_csv", "扩展名是 .csv，内容却是工作簿", "扩展名改回 .xlsx，重新登记", "CSV 文本")
    return (_read_csv(raw, name.stem, shown),)


def _read_workbook(raw: bytes, shown: str) -> tuple[Sheet, ...]:
    untrusted = scan_workbook(raw, shown)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return tuple(
            _text_sheet(workbook, found.name, untrusted.get(found.name, {}), found.visible != SheetVisibleEnum.Visible)
            for found in workbook.sheets_metadata
            if found.typ == SheetTypeEnum.WorkSheet
        )
    except (CalamineError, OSError, ValueError, KeyError, OverflowError) as error:
        raise unreadable(shown) from error


def _text_sheet(workbook: CalamineWorkbook, name: str, untrusted: dict[str, str], hidden: bool) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    rows = tuple(tuple(cell_text(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))
    merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    return Sheet(name, rows, untrusted, merged, hidden)


def cell_text(value: object) -> str:
    """A cell as the text a person sees: whole numbers without `.0`, days as 2025-03-31.

    A number of more than 15 digits is written 9.114050012345678E+17: its last digits are not what was typed.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT_DIGITS:
            return f"{Decimal(repr(value)).normalize():E}"
        return f"{Decimal(repr(value)).normalize() + 0:f}"
    if isinstance(value, datetime):
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _read_csv(raw: bytes, name: str, shown: str) -> Sheet:
    text, encoding = decode(raw, shown)
    lines = io.StringIO(text, newline="")
    rows: list[tuple[str, ...]] = []
    area = 0
    try:
        for row in csv.reader(lines, delimiter=_delimiter(text), strict=True):
            rows.append(tuple(row))
            area += len(row)
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS or area > MAX_AREA:
                place = f"第 {len(rows)} 行"
                message = f"超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列"
                raise refused(shown, "dimensions", message, "删去多余的行和列，或分成几份报送", cell=place)
    except csv.Error as error:
        raise refused(
            shown, "csv", "引号不成对，或一个格子过长，不是合法的 CSV", "用 Excel 另存为“CSV UTF-8（逗号分隔）”",
            cell=f"第 {len(rows) + 1} 行",
        ) from error  # fmt: skip
    return Sheet(name, tuple(rows), encoding=encoding)


def _delimiter(text: str) -> str:
    """Comma, unless the first lines hold more tabs (Excel's “Unicode 文本”) or semicolons."""
    first = "".join(islice(io.StringIO(text), _FIRST_LINES))
    return max((",", "\t", ";"), key=first.count)


def decode(raw: bytes, shown: str) -> tuple[str, str]:
    """Text of a CSV file and its encoding: BOM, then strict UTF-8, then GB18030, in that order."""
    order = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise refused(shown, "encoding", "编码认不出来", "用 Excel 另存为“CSV UTF-8（逗号分隔）”", "UTF-8 或 GB18030")
