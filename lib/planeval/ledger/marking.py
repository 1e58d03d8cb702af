"""A unit's own workbook, handed back with its faulty cells coloured and commented.

The workbook keeps what it had but what reaches out of it (links, formulas that fetch or start something); a first sheet
退回说明 lists every fault. Nothing in it is calculated or run, and nothing that a fault quotes becomes a formula. The
same input gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from planeval.ledger.containers import checked_entries
from planeval.ledger.sheets import Sheet
from planeval.ledger.workbooks import fitting, repacked
from planeval.problems import ERROR, InputError, Problem, shorten

RETURN_SHEET = "退回说明"
AUTHOR = "评估退回"
ERROR_COLOUR, WARNING_COLOUR = "FFFFC7CE", "FFFFEB9C"
LISTED = ("级别", "文件", "工作表", "位置", "写的是", "问题", "应为", "处理")
_WIDTHS = (8, 26, 12, 12, 24, 42, 32, 48)
_HEADS = (
    "本表列出这份报送的全部问题。红色的格子是错误，所在的行（或整张表、整份文件）没有计入；",
    "黄色的格子是警告，除写明“不计入”的以外已经计入，请核对。格子的批注写明原因和处理办法。",
    "请在各表里改正，另存一份，作为更正重新报送；本表不用填，可以保留。",
)
MOST = 5_000  # faults listed and coloured: more than anybody mends one by one
_LARGE = 20_000_000  # bytes unpacked,
_LARGE_STYLES = 2_000_000  # bytes of cell formats, or
_LARGE_AREA = 400_000  # cells, above which openpyxl would take more time and memory than a list is worth
_LONGEST_COMMENT = 1_500
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"第 ?([1-9][0-9]{0,6}) ?行")
_DATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_OUTWARD = re.compile(  # another workbook, a program (DDE), a file, or a function that fetches or calls something
    r"\[[^\]]*\][^!,;()+*/&=<>]*!|\||#\$|\b(?:HYPERLINK|WEBSERVICE|FILTERXML|IMAGE|RTD|DDE|CALL|REGISTER(?:\.ID)?|EXEC|FOPEN"
    r"|IMPORT[A-Z]+|STOCKHISTORY|CUBE[A-Z]+|PY)\s*\(",
    re.IGNORECASE,
)
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, ParseError, InvalidFileException,
               zipfile.BadZipFile)  # fmt: skip


@dataclass(frozen=True)
class Returned:
    """A filing to be handed back: its name for the reader, its bytes, and its sheets as the ledger read them.

    content: None for a CSV file. sheets: empty when the file could not be read.
    """

    name: str
    content: bytes | None
    sheets: Sequence[Sheet]
    problems: Sequence[Problem]


def marked_workbook(filings: Sequence[Returned]) -> bytes:
    """The workbook to hand back for filings of one unit and quarter (one workbook, or its CSV files).

    A workbook that cannot be followed, and CSV files, come back as plain values; what could not be read, or is
    very large, comes back as the list of its faults.
    """
    if len(filings) == 1 and (book := _own_workbook(filings[0])) is not None:
        try:
            return _marked(book, filings)
        except _UNREADABLE:  # openpyxl reads some workbooks that it cannot write
            pass
    return _marked(_values([sheet for filing in filings for sheet in filing.sheets]), filings)


def _marked(book: Any, filings: Sequence[Returned]) -> bytes:
    _clear_earlier_marks(book)
    problems = [problem for filing in filings for problem in filing.problems]
    problems.sort(key=lambda problem: problem.level != ERROR)
    for (sheet, cell), found in _by_place(book, problems[:MOST]).items():
        _mark(book[sheet], cell, found)
    _list_problems(book, filings)
    return _saved(book)


def _own_workbook(filing: Returned) -> Any:
    """The unit's workbook, formulas kept as text of formulas and macros left out; None when it cannot be followed."""
    if filing.content is None or not filing.sheets:
        return None
    try:
        sizes = {entry.filename.lower(): entry.file_size for entry in checked_entries(filing.content, filing.name)}
        if sum(sizes.values()) > _LARGE or sizes.get("xl/styles.xml", 0) > _LARGE_STYLES:
            return None
        book = load_workbook(io.BytesIO(filing.content), keep_vba=False, data_only=False, keep_links=False)
        _keep_inside(book)
        return book
    except (InputError, *_UNREADABLE):
        return None


def _keep_inside(book: Any) -> None:
    """Turn into text every formula that reaches out of the workbook; take off links and names that lead elsewhere."""
    for name in [name for name, defined in book.defined_names.items() if _OUTWARD.search(str(defined.attr_text))]:
        del book.defined_names[name]
    for sheet in book.worksheets:
        for cell in list(sheet._cells.values()):
            if isinstance(cell, MergedCell):
                continue
            if cell.hyperlink is not None and cell.hyperlink.target:
                cell.hyperlink = None
            formula = str(getattr(cell.value, "text", cell.value))
            if cell.data_type == "f" and _OUTWARD.search(formula):
                _write(cell, formula)


def _values(sheets: Sequence[Sheet]) -> Any:
    """A workbook that holds the text of sheets and nothing else; not even that when there is too much of it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    if sum(len(row) for sheet in sheets for row in sheet.rows) > _LARGE_AREA:
        return book
    for read in sheets:
        sheet = book.create_sheet(_title(read.name))
        for number, row in enumerate(read.rows, start=1):
            for position, text in enumerate(row, start=1):
                if text:
                    _write(sheet.cell(number, position), text)
    return book


def _title(name: str) -> str:
    """A name as a sheet may bear it."""
    return _BAD_TITLE.sub("_", name)[:31] or "Sheet"


def _write(cell: Any, text: str) -> None:
    """Put text into a cell so that it stays text, whatever it looks like and even when it is edited."""
    cell.value = fitting("".join(char if char.isprintable() or char == "\n" else " " for char in text))
    cell.data_type = "s"
    cell.quotePrefix = True


def _by_place(book: Any, problems: Iterable[Problem]) -> dict[tuple[str, str], list[Problem]]:
    """Faults by the sheet and cell to colour; those of a file, and of sheets that are not there, have no place."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    lengths = {title: sheet.max_row for title, sheet in sheets.items()}
    places: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        title = problem.sheet if problem.sheet in sheets else _title(problem.sheet)
        if title in sheets:
            _colour_tab(sheets[title], problem)
            if cell := _cell(sheets[title], problem.cell, lengths[title]):
                places.setdefault((title, cell), []).append(problem)
    return places


def _cell(sheet: Any, written: str, length: int) -> str:
    """The cell to colour for a place named in a fault: the cell itself, or the first of its row; '' for none."""
    address, row = _ADDRESS.fullmatch(written), _ROW.match(written)
    cell = address[0] if address else f"A{row[1]}" if row else ""
    number = int(address[2] if address else row[1] if row else 0)
    if not cell or number > length + 1:
        return ""
    merged = next((area for area in sheet.merged_cells.ranges if cell in area), None)
    return str(merged.start_cell.coordinate) if merged is not None else cell


def _colour_tab(sheet: Any, problem: Problem) -> None:
    if problem.level == ERROR or sheet.sheet_properties.tabColor is None:
        sheet.sheet_properties.tabColor = ERROR_COLOUR if problem.level == ERROR else WARNING_COLOUR


def _mark(sheet: Any, address: str, found: Sequence[Problem]) -> None:
    cell = sheet[address]
    is_error = any(problem.level == ERROR for problem in found)
    cell.fill = PatternFill("solid", fgColor=ERROR_COLOUR if is_error else WARNING_COLOUR)
    text = "\n".join(_said(problem) for problem in found)
    if cell.comment is not None:
        text = f"{text}\n——\n{cell.comment.text}"
    text = text if len(text) <= _LONGEST_COMMENT else text[: _LONGEST_COMMENT - 1] + "…"
    lines = sum(1 + len(line) // 22 for line in text.splitlines())
    cell.comment = Comment(text, AUTHOR, height=30 + 18 * min(lines, 20), width=320)


def _said(problem: Problem) -> str:
    wanted = f"应为：{shorten(problem.expected, 200)}。" if problem.expected else ""
    todo = f"处理：{shorten(problem.remedy, 200)}。" if problem.remedy else ""
    return f"[{problem.level}] {shorten(problem.message, 200)}。{wanted}{todo}"


def _clear_earlier_marks(book: Any) -> None:
    """Take off what an earlier return left, when a unit went on working in the marked copy."""
    if RETURN_SHEET in book.sheetnames:
        del book[RETURN_SHEET]
    for sheet in book.worksheets:
        if _rgb(sheet.sheet_properties.tabColor) in (ERROR_COLOUR, WARNING_COLOUR):
            sheet.sheet_properties.tabColor = None
        for cell in list(sheet._cells.values()):  # iter_rows would make every blank cell up to the last one
            if not isinstance(cell, MergedCell) and cell.comment is not None and cell.comment.author == AUTHOR:
                kept = cell.comment.text.partition("\n——\n")[2]
                cell.comment = Comment(kept, "") if kept else None
                if _rgb(cell.fill.fgColor) in (ERROR_COLOUR, WARNING_COLOUR):
                    cell.fill = PatternFill()


def _rgb(colour: Any) -> str:
    return colour.rgb if colour is not None and isinstance(colour.rgb, str) else ""


def _list_problems(book: Any, filings: Sequence[Returned]) -> None:
    sheet = book.create_sheet(RETURN_SHEET, 0)
    for number, text in enumerate(_HEADS, start=1):
        _write(sheet.cell(number, 1), text)
    for position, (heading, width) in enumerate(zip(LISTED, _WIDTHS, strict=True), start=1):
        cell = sheet.cell(len(_HEADS) + 1, position)
        _write(cell, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    listed = [(filing.name, problem) for filing in filings for problem in filing.problems]
    listed.sort(key=lambda entry: entry[1].level != ERROR)
    for number, (name, problem) in enumerate(listed[:MOST], start=len(_HEADS) + 2):
        _list_row(sheet, number, name, problem)
    if len(listed) > MOST:
        _write(sheet.cell(len(_HEADS) + 2 + MOST, 1), f"……共 {len(listed)} 处，这里列出前 {MOST} 处")
    sheet.freeze_panes = sheet.cell(len(_HEADS) + 2, 1)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _list_row(sheet: Any, number: int, name: str, problem: Problem) -> None:
    texts = (problem.level, name, problem.sheet, problem.cell, problem.value, problem.message, problem.expected,
             problem.remedy)  # fmt: skip
    colour = ERROR_COLOUR if problem.level == ERROR else WARNING_COLOUR
    for position, text in enumerate(texts, start=1):
        cell = sheet.cell(number, position)
        _write(cell, shorten(text, 300))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(number, 1).fill = PatternFill("solid", fgColor=colour)


def _saved(book: Any) -> bytes:
    """The bytes of a workbook without the day and the time at which it was saved."""
    buffer = io.BytesIO()
    book.save(buffer)
    core = "docProps/core.xml"
    content = buffer.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        dated = archive.read(core)
    return repacked(content, {core: _DATED.sub(rb"\g<1>2024-01-01T00:00:00Z", dated)})
