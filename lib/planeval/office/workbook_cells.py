"""One cell of a published table in a workbook: number, share, day, 是 / 否, text that stays text, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planeval.ledger.exporting import inert
from planeval.ledger.workbooks import fitting
from planeval.office.table_forms import DATE, EITHER, FLAG, NUMBER, PERCENT, UNITS_ELSEWHERE, ColumnForm

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
DIGITS = "Arial"  # of numbers and days, and what columns are measured in
_FLAGS = {"true": "是", "false": "否"}
_FIRST_DAY = datetime(1900, 3, 1)  # before it Excel counts a 29 February 1900 that never was
_MOST_DECIMALS = 2
_SMALL_DECIMALS = 4  # for columns whose numbers all lie within _SMALL of 0
_SMALL = 0.1


@dataclass(frozen=True)
class TypedCell:
    """value: None (empty), a number, a day or text. form: which of the sheet's formats it is written in."""

    value: float | datetime | str | None
    form: str


def typed(column: ColumnForm, text: str, decimals: int) -> TypedCell:
    """A cell of a published CSV as its column's kind wants it; what does not read as that kind stays text.

    An empty cell stays empty: it is not known, which is not zero. decimals: shown, not kept, by numbers of a column.
    """
    if not text:
        return TypedCell(None, "text")
    if column.kind in (NUMBER, PERCENT, EITHER) and _NUMBER.fullmatch(text):
        own = _shown([text]) if column.kind == EITHER or column.unit in UNITS_ELSEWHERE else decimals
        return TypedCell(float(text), PERCENT if column.kind == PERCENT else number_form(own))
    if column.kind == DATE and (day := _day(text)) is not None:
        return TypedCell(day, DATE)
    if column.kind == FLAG and text in _FLAGS:
        return TypedCell(_FLAGS[text], FLAG)
    return TypedCell(fitting(text), "quoted" if _would_live(text) else "text")


def decimals_of(column: ColumnForm, cells: Iterable[str]) -> int:
    """How many decimals the numbers of a column are shown with: as many as they have, at most two, four if small."""
    return _shown([text for text in cells if column.kind == NUMBER and _NUMBER.fullmatch(text)])


def number_form(decimals: int) -> str:
    """The name of the format for numbers with so many decimals."""
    return f"{NUMBER}{decimals}"


def cell_formats(workbook: Any) -> Mapping[str, Any]:
    """The formats of cells by name. quoted: text that a spreadsheet would take for a formula, marked as text."""
    common = {"font_size": 10, "valign": "top", "bottom": 4, "bottom_color": "#9AA5B1"}
    words = {**common, "font_name": "宋体", "text_wrap": True, "align": "left", "indent": 1}
    digits = {**common, "font_name": DIGITS, "align": "right"}
    patterns = {number_form(n): f"#,##0.{'0' * n}".rstrip(".") for n in range(_SMALL_DECIMALS + 1)}
    return {
        "text": workbook.add_format({**words, "num_format": "@"}),
        "quoted": workbook.add_format({**words, "num_format": "@", "quote_prefix": True}),
        FLAG: workbook.add_format({**common, "font_name": "宋体", "align": "center"}),
        DATE: workbook.add_format({**digits, "num_format": "yyyy-mm-dd", "align": "center"}),
        PERCENT: workbook.add_format({**digits, "num_format": "0.0%"}),
        **{name: workbook.add_format({**digits, "num_format": pattern}) for name, pattern in patterns.items()},
    }


def write_cell(sheet: Any, row: int, position: int, cell: TypedCell, formats: Mapping[str, Any]) -> None:
    """Write a cell. Text is always written as a string: nothing of it becomes a formula, a link or a number."""
    form = formats[cell.form]
    if cell.value is None:
        sheet.write_blank(row, position, None, form)
    elif isinstance(cell.value, str):
        sheet.write_string(row, position, cell.value, form)
    elif isinstance(cell.value, datetime):
        sheet.write_datetime(row, position, cell.value, form)
    else:
        sheet.write_number(row, position, cell.value, form)


def shown(cell: TypedCell) -> str:
    """A cell as it is read on the sheet."""
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    if isinstance(cell.value, datetime):
        return cell.value.date().isoformat()
    return f"{cell.value:.1%}" if cell.form == PERCENT else f"{cell.value:,.{int(cell.form.removeprefix(NUMBER))}f}"


def _would_live(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula; published with an apostrophe before it or not."""
    return inert(text) != text or (text.startswith("'") and inert(text[1:]) != text[1:])


def _day(text: str) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None


def _shown(numbers: list[str]) -> int:
    """Decimals of the numbers, without what only binary fractions add (548.8000000000001)."""
    plain = [f"{float(text):.10f}".rstrip("0") for text in numbers]
    small = any(float(text) for text in numbers) and all(abs(float(text)) < _SMALL for text in numbers)
    most = _SMALL_DECIMALS if small else _MOST_DECIMALS
    return min(most, max((len(text.partition(".")[2]) for text in plain), default=0))
