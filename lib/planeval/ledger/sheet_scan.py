"""Reading through a workbook's XML once, in pieces, before the real reader builds tables from it.

It finds how far the filled cells really reach (`<dimension>` is never believed), and the cells whose
value cannot be trusted: formulas nobody has calculated, and error values, which a reader takes for blanks.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import digits
from typing import Any
from xml.parsers import expat

from planeval.ledger.addresses import COLUMN_NUMBERS, column_letters
from planeval.ledger.containers import checked_entries, refused, unpacked
from planeval.ledger.plain_parts import NotPlain, PlainPart
from planeval.problems import InputError

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_AREA = 3_000_000  # rows × columns over all sheets: what a reader will lay out in memory
MAX_ELEMENTS = 5_000_000
MAX_STYLES = 65_490  # Excel's own limit of cell formats
UNSAVED, ERROR_VALUE = "unsaved", "error_value"
_ENOUGH = 64  # characters of a value: more are not needed to tell blank, 0 and the rest apart
_NOT_READ = ("docProps/", "customXml/")


@dataclass
class PartScan:
    """What was found in one part: extent of its filled cells, how many XML elements it has, and the cells
    without a trustworthy value (A1 → why).
    """

    rows: int = 0
    columns: int = 0
    elements: int = 0
    untrusted: dict[str, str] = field(default_factory=dict)


def scan_workbook(raw: bytes, shown: str) -> dict[str, dict[str, str]]:
    """Sheet name → cells whose value cannot be trusted (A1 → `unsaved` or `error_value`).

    raw: bytes of an .xlsx file. Raises InputError when the file is not a harmless .xlsx workbook.
    """
    entries = {entry.filename.replace("\\", "/"): entry for entry in checked_entries(raw, shown)}
    sheets, calculated = _sheet_parts(raw, entries, shown)
    scans = _scan_parts(raw, entries, sheets, calculated, shown)
    if _area(scans) > MAX_AREA:  # blank cells may have been taken for filled ones
        scans = _scan_parts(raw, entries, sheets, calculated, shown, glance=False)
    if _area(scans) > MAX_AREA:
        raise refused(shown, "dimensions", f"填写的范围有 {_area(scans)} 个格子，过大", "分成几份报送")
    return {sheet: scans[part].untrusted for part, sheet in sheets.items()}


def _area(scans: dict[str, PartScan]) -> int:
    return sum(scan.rows * scan.columns for scan in scans.values())


def _scan_parts(
    raw: bytes, entries: dict[str, zipfile.ZipInfo], sheets: dict[str, str], calculated: bool, shown: str,
    glance: bool = True,
) -> dict[str, PartScan]:  # fmt: skip
    """What was found in each part of XML. glance: a part that is plain at a glance is not followed."""
    scans: dict[str, PartScan] = {}
    budget = MAX_ELEMENTS
    for name, entry in entries.items():
        if name.endswith((".xml", ".rels")) and not name.startswith(_NOT_READ):
            sheet = sheets.get(name, "")
            found = _glanced(unpacked(raw, entry, shown), sheet, budget, shown) if glance else None
            scans[name] = found or _scan_part(unpacked(raw, entry, shown), sheet, calculated, budget, shown)
            budget -= scans[name].elements
        else:
            for _ in unpacked(raw, entry, shown):
                pass
    return scans


def _glanced(pieces: Iterator[bytes], sheet: str, budget: int, shown: str) -> PartScan | None:
    """What a part holds when it is plain, None when it has to be followed."""
    part = PlainPart(budget, MAX_STYLES, MAX_ROWS, MAX_COLUMNS)
    try:
        feed(careful_parser(shown), part.watch(pieces), sheet, shown)
    except NotPlain:
        return None
    return PartScan(part.rows, part.columns, part.elements)


def _sheet_parts(raw: bytes, entries: dict[str, zipfile.ZipInfo], shown: str) -> tuple[dict[str, str], bool]:
    """Part → sheet name, and whether the program that wrote the file left its formulas calculated."""
    links = {
        link.get("Id", ""): link.get("Target", "")
        for link in _elements(raw, entries, "xl/_rels/workbook.xml.rels", "Relationship", shown)
    }
    parts: dict[str, str] = {}
    for sheet in _elements(raw, entries, "xl/workbook.xml", "sheet", shown):
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        target = links.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part not in entries or not part.endswith(".xml") or part.startswith(_NOT_READ) or part in parts:
            raise refused(
                shown, "damaged", "找不到工作表的内容，文件已损坏", "重新导出后再报送", value=sheet.get("name", "")
            )
        parts[part] = sheet.get("name", "")
    settings = _elements(raw, entries, "xl/workbook.xml", "calcPr", shown)
    return parts, not any(setting.get("fullCalcOnLoad") in ("1", "true") for setting in settings)


def _elements(
    raw: bytes, entries: dict[str, zipfile.ZipInfo], part: str, wanted: str, shown: str
) -> Iterator[dict[str, str]]:
    """The attributes of every element of one kind in a part."""
    if part not in entries:
        raise refused(shown, "not_xlsx", "内容不是 .xlsx 工作簿", "用 Excel 或 WPS 另存为 .xlsx", ".xlsx 工作簿")
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = careful_parser(shown)
    parser.StartElementHandler = start
    feed(parser, unpacked(raw, entries[part], shown), "", shown)
    yield from found


def _scan_part(pieces: Iterator[bytes], sheet: str, calculated: bool, budget: int, shown: str) -> PartScan:
    parser = careful_parser(shown)
    scan = _CellScan(parser, sheet, calculated, budget, shown)
    feed(parser, pieces, sheet, shown)
    if scan.formula:
        scan.end_formula()
    return scan.found


def careful_parser(shown: str) -> Any:
    """An XML parser that refuses a file with declarations of its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(*_: Any) -> None:
        raise refused(
            shown, "entities", "工作簿里有实体声明，文件被人改造过", "用 Excel 或 WPS 打开后另存为 .xlsx 再报送"
        )

    parser.StartDoctypeDeclHandler = declared
    return parser


def feed(parser: Any, pieces: Iterator[bytes], sheet: str, shown: str) -> None:
    """Give a part to a parser. Raises InputError when it is not well-formed UTF-8 XML."""
    try:
        for number, piece in enumerate(pieces):
            if number == 0 and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise expat.ExpatError("not UTF-8")
            parser.Parse(piece)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise unreadable(shown, sheet) from error


def unreadable(shown: str, sheet: str = "") -> InputError:
    """The error for a workbook that a reader cannot follow."""
    return refused(
        shown,
        "unreadable_workbook",
        "工作簿打不开，可能已损坏",
        "用 Excel 或 WPS 打开后另存为 .xlsx 再报送",
        sheet=sheet,
    )


class _CellScan:
    """Handlers of the XML parser: follow the cells of one part, keep only what `PartScan` holds.

    It sees a million cells: what most of them need is done in `start`, without a call; a cell's address is
    read only when the cell holds something, and text is listened to only inside a cell with a formula.
    """

    def __init__(self, parser: Any, sheet: str, calculated: bool, budget: int, shown: str) -> None:
        self.found = PartScan()
        self.parser, self.sheet, self.calculated, self.budget, self.shown = parser, sheet, calculated, budget, shown
        self.styles = self.row = self.column = 0
        self.reference: str | None = None
        self.kind: str | None = None
        self.inside = self.text = ""
        self.formula = self.has_value = False
        parser.StartElementHandler = self.start
        parser.StartCdataSectionHandler = self.cdata
        parser.XmlDeclHandler = self.declaration

    def declaration(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII"):
            raise unreadable(self.shown, self.sheet)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.elements += 1
        if ":" in name:
            name = name.rpartition(":")[2]
        self.inside = name
        if name == "c":
            if self.formula:
                self.end_formula()
            self.kind = attributes.get("t")
            reference = attributes.get("r")
            if reference is None:
                self.settle()
                self.column += 1
            self.reference = reference
            if self.kind == "e":
                self.settle()
                self.found.untrusted[self.cell()] = ERROR_VALUE
        elif name in ("v", "is"):
            self.settle()
            self.filled()
        elif name == "f":
            self.start_formula()
        elif name == "row":
            self.start_row(attributes.get("r", ""))
        elif name == "xf":
            self.styles += 1
            if self.styles > MAX_STYLES:
                raise refused(self.shown, "dimensions", "单元格格式过多", "把数据复制到新的模板里再报送")
        if self.found.elements > self.budget:
            raise refused(self.shown, "dimensions", "格子过多", "删去整行整列的空白格式后再报送", sheet=self.sheet)

    def start_row(self, number: str) -> None:
        self.settle()
        self.row = int(number) if re.fullmatch("[0-9]{1,7}", number) else self.row + 1
        self.column, self.reference = 0, None

    def settle(self) -> None:
        """Read the address of the cell at hand, where it has one."""
        if self.reference is None:
            return
        letters = self.reference.rstrip(digits)
        number = self.reference[len(letters) :]
        column = COLUMN_NUMBERS.get(letters)
        if column is None or len(number) > 7 or number[:1] in ("", "0"):
            raise unreadable(self.shown, self.sheet)
        self.column, self.row, self.reference = column, int(number), None

    def cell(self) -> str:
        return f"{column_letters(self.column)}{self.row}"

    def filled(self) -> None:
        """The cell at hand holds something: it stretches the sheet."""
        found = self.found
        self.has_value = True
        if self.row > found.rows:
            found.rows = self.row
        if self.column > found.columns:
            found.columns = self.column
        if self.row > MAX_ROWS or self.column > MAX_COLUMNS:
            raise refused(
                self.shown, "dimensions", f"填写到了 {self.cell()}，超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列",
                "清除这个格子和它以外的内容", sheet=self.sheet, cell=self.cell(),
            )  # fmt: skip

    def start_formula(self) -> None:
        self.settle()
        self.formula, self.has_value, self.text = True, False, ""
        self.parser.CharacterDataHandler = self.characters

    def characters(self, text: str) -> None:
        if self.inside == "v" and len(self.text) < _ENOUGH:
            self.text += text

    def end_formula(self) -> None:
        """Called when the next cell begins: only now is the value of the last one complete."""
        self.settle()
        if not self.is_calculated() and self.kind != "e":
            self.found.untrusted[self.cell()] = UNSAVED
        self.formula = False
        self.parser.CharacterDataHandler = None

    def is_calculated(self) -> bool:
        """Whether a formula's result was saved: a text result may be blank, a first 0 may mean nobody calculated."""
        text = self.text.strip()
        if not text:
            return self.has_value and self.kind == "str"
        return self.calculated or text != "0"

    def cdata(self) -> None:
        """Text in CDATA is dropped by the reader: refused, so that no cell turns blank unnoticed."""
        if self.inside in ("t", "v"):
            raise unreadable(self.shown, self.sheet)
