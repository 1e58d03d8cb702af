"""Opening what a unit sent: a workbook or a CSV file becomes sheets of text cells, nothing more.

The file's bytes are looked at before any library opens it; a fault is a Problem about the whole file.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from planeval.ledger.formulas import unsaved_formulas
from planeval.problems import InputError, Problem

MAX_FILE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_ENTRIES = 400
MAX_ROWS = 200_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Sheet:
    """A sheet as text: `rows[i][j]` is the cell in Excel row i+1, column j+1; blank is ''.

    unsaved: cells (A1) whose formula has no saved result. merged: (first row, first column, last row,
    last column) of merged areas, counted from 0. encoding is set for CSV.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    unsaved: frozenset[str] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    encoding: str = field(default="", compare=False)


def read_sheets(path: Path, shown: str) -> tuple[Sheet, ...]:
    """All sheets of an .xlsx or .csv file. Raises InputError (one whole-file Problem) when it cannot be read."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise _refused(shown, "missing_file", "登记了这份报送，但文件不在", "把文件放回原处，或重新报送") from error
    if not raw:
        raise _refused(shown, "empty_file", "文件是空的", "重新导出后再报送")
    if len(raw) > MAX_FILE_BYTES:
        raise _refused(shown, "file_size", "文件超过 20 MB", "删去图片和多余格式后再报送")
    if path.suffix.lower() == ".csv":
        return (_read_csv(raw, path.stem, shown),)
    return _read_workbook(raw, shown)


def _refused(shown: str, rule: str, message: str, remedy: str, expected: str = "") -> InputError:
    return InputError([Problem(shown, rule=rule, message=message, expected=expected, remedy=remedy)])


def _read_workbook(raw: bytes, shown: str) -> tuple[Sheet, ...]:
    _check_container(raw, shown)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = workbook.sheet_names
        unsaved = unsaved_formulas(raw)
        return tuple(_text_sheet(workbook, name, unsaved.get(name, frozenset()), shown) for name in names)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise _refused(
            shown, "unreadable_workbook", "工作簿打不开，可能已损坏", "用 Excel 或 WPS 打开后另存为 .xlsx 再报送"
        ) from error


def _check_container(raw: bytes, shown: str) -> None:
    if raw.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in raw
        message = "文件已加密" if encrypted else "是旧版 .xls 或加密文件"
        raise _refused(
            shown,
            "encrypted" if encrypted else "legacy_xls",
            message,
            "取消打开密码" if encrypted else "取消密码并另存为 .xlsx",
            "未加密的 .xlsx",
        )
    if not raw.startswith(_ZIP):
        raise _refused(shown, "not_xlsx", "内容不是 .xlsx 工作簿", "用 Excel 或 WPS 另存为 .xlsx", ".xlsx 工作簿")
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except zipfile.BadZipFile as error:
        raise _refused(shown, "damaged", "文件不完整", "重新导出后再报送") from error
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _refused(shown, "unpacked_size", "工作簿展开后过大", "删去多余的工作表、格式和图片后再报送")


def _text_sheet(workbook: CalamineWorkbook, name: str, unsaved: frozenset[str], shown: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > 200:
        raise _refused(shown, "dimensions", f"表“{name}”超过 {MAX_ROWS} 行或 200 列", "删去整行整列的空白格式后再报送")
    rows = tuple(tuple(cell_text(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))
    merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    return Sheet(name, rows, unsaved, merged)


def cell_text(value: object) -> str:
    """A cell as the text a person sees: whole numbers without `.0`, days as 2025-03-31."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _read_csv(raw: bytes, name: str, shown: str) -> Sheet:
    text, encoding = decode(raw, shown)
    try:
        rows = tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _refused(shown, "csv", f"不是合法的 CSV（{error}）", "用 Excel 另存为“CSV UTF-8（逗号分隔）”") from error
    if len(rows) > MAX_ROWS:
        raise _refused(shown, "dimensions", f"超过 {MAX_ROWS} 行", "分成几份报送")
    return Sheet(name, rows, encoding=encoding)


def decode(raw: bytes, shown: str) -> tuple[str, str]:
    """Text of a CSV file and its encoding: BOM, then strict UTF-8, then GB18030, in that order."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ["utf-16"]
    else:
        order = ["utf-8-sig", "gb18030"]
    for encoding in order:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise _refused(shown, "encoding", "编码认不出来", "用 Excel 另存为“CSV UTF-8（逗号分隔）”", "UTF-8 或 GB18030")
