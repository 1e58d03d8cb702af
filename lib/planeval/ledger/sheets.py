"""Opening what a unit sent: a workbook or a CSV file becomes sheets of text cells, nothing more.

The file's bytes are looked at before any library opens it; a fault is a Problem about the whole file.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath

from planeval.ledger.containers import MAX_FILE_BYTES, ODS, XLS, XLSX, refused, workbook_kind
from planeval.ledger.ods_scan import scan_ods
from planeval.ledger.reading_child import CHILD
from planeval.ledger.sheet_scan import MAX_AREA, MAX_COLUMNS, MAX_ROWS, scan_workbook
from planeval.ledger.xls_scan import scan_xls

_ZIP_OR_OLE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_FIRST_LINES = 10


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
    """All sheets of an .xlsx, .xls, .ods or .csv file. Raises InputError (one whole-file Problem) when unreadable."""
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
    """The sheets in a filing's bytes; `name` tells .csv from workbooks. Raises InputError as read_sheets."""
    if name.suffix.lower() != ".csv":
        return _read_workbook(raw, shown)
    if raw.startswith(_ZIP_OR_OLE):
        raise refused(shown, "not_csv", "扩展名是 .csv，内容却是工作簿", "扩展名改回 .xlsx，重新登记", "CSV 文本")
    return (_read_csv(raw, name.stem, shown),)


def _read_workbook(raw: bytes, shown: str) -> tuple[Sheet, ...]:
    """The sheets of an .xlsx, .xls or .ods workbook, told by its bytes.

    .xlsx and .ods show which formulas nobody has calculated (.xls is always saved with results); an error value is
    known in all three.
    """
    kind = workbook_kind(raw, shown)
    by_place = scan_xls(raw, shown) if kind == XLS else []
    by_name = scan_workbook(raw, shown) if kind == XLSX else scan_ods(raw, shown) if kind == ODS else {}
    return tuple(
        Sheet(
            name, tuple(tuple(row) for row in rows), by_place[place] if kind == XLS else by_name.get(name, {}),
            tuple((a, b, c, d) for a, b, c, d in merged), hidden,
        )
        for place, name, hidden, merged, rows in CHILD.read(raw, shown)
    )  # fmt: skip


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
