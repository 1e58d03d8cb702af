"""From a sheet of text to ledger rows: headings matched, cells understood, faults addressed.

A row with a fault is not returned; every fault is. What was written and what was understood stand side
by side in `echoes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import ascii_uppercase, digits
from typing import Any

from planeval.ledger.cells import CellReader, cell_reader
from planeval.ledger.headings import Origin, Placed, find_header, no_header, place_columns, split_heading
from planeval.ledger.parsing import Unreadable
from planeval.ledger.sheets import Sheet
from planeval.ledger.tables import Table
from planeval.plan import Plan
from planeval.plan.model import normal
from planeval.problems import WARNING, Problem

# Both are held against a cell after NFKC and without white space.
_TOTAL = re.compile(r"(本页|本季|本年)?(合计|总计|小计|共计|累计)(数|金额)?([:(].*)?")
_REMARK = re.compile(
    r"(注|备注|说明|填报说明|填表说明):.*|(填表人|填报人|制表人?|审核人|联系人|联系电话|单位负责人|填报日期)(:.*)?"
)


@dataclass(frozen=True)
class Echo:
    """A cell that was understood otherwise than it was written."""

    file: str
    sheet: str
    cell: str
    written: str
    understood: str


@dataclass
class FormReading:
    """One sheet read: `rows` (column id → value, plus `row`), faults and echoes; `letters` addresses columns.

    written: how many rows hold an item, read or refused. letters is empty when the sheet could not be read.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    written: int = 0


@dataclass(frozen=True)
class _Form:
    """A sheet whose columns have been found: everything needed to read one row after the other."""

    sheet: Sheet
    table: Table
    origin: Origin
    readers: list[CellReader]

    def texts(self, cells: tuple[str, ...]) -> list[str]:
        """A row's cells in the order of `readers`; cells beyond its end are blank."""
        width = len(cells)
        return [cells[reader.item.position] if reader.item.position < width else "" for reader in self.readers]


def read_form(sheet: Sheet, table: Table, plan: Plan, origin: Origin) -> FormReading:
    """Read one sheet as a ledger table. Never raises for content: faults are in the result."""
    reading = FormReading()
    header = find_header(sheet, table)
    if header is None:
        reading.problems.append(no_header(sheet, table, origin))
        return reading
    placed = place_columns(sheet, header, table, origin, reading.problems)
    if placed is None:
        return reading
    form = _Form(sheet, table, origin, [cell_reader(item, plan) for item in placed])
    reading.letters = {reader.column.id: reader.letter for reader in form.readers}
    for number, cells, texts in _filled_rows(form, header):
        message = _not_an_item(form, cells, texts)
        if message:
            place, remedy = f"第 {number} 行", "台账里只写事项，不写合计、重复的表头和表尾说明"
            reading.problems.append(origin.fault(place, message, "total_row", remedy=remedy, level=WARNING))
        else:
            reading.written += 1
            _read_row(form, number, texts, reading)
    return reading


def _filled_rows(form: _Form, header: int) -> Iterator[tuple[int, tuple[str, ...], list[str]]]:
    """Excel row numbers, cells and texts of the rows below the headings that hold anything in a known column."""
    letters = {reader.letter for reader in form.readers}
    untrusted = {int(cell.lstrip(ascii_uppercase)) for cell in form.sheet.untrusted if cell.rstrip(digits) in letters}
    rows = form.sheet.rows
    for number in range(header + 2, max([len(rows), *untrusted]) + 1):
        cells = rows[number - 1] if number <= len(rows) else ()
        texts = form.texts(cells)
        if number in untrusted or not all(not text or text.isspace() for text in texts):
            yield number, cells, texts


def _not_an_item(form: _Form, cells: tuple[str, ...], texts: list[str]) -> str:
    """Why a row is no item (a total, a remark under the table, the headings again); '' when it is one."""
    filled = [(reader.item, text) for reader, text in zip(form.readers, texts, strict=True) if text.strip()]
    if not filled:
        return ""
    first, label = filled[0][0], normal(filled[0][1])
    if len(filled) > 1 and all(_is_heading(item, text) for item, text in filled):
        return "重复的表头，不计入"
    keys = [item for item, _ in filled if item.column.id in form.table.key]
    if keys and first not in keys:
        return ""
    if _TOTAL.fullmatch(label) or (not keys and any(_TOTAL.fullmatch(normal(text)) for text in cells)):
        return "合计行不计入"
    return "表尾说明不计入" if _REMARK.fullmatch(label) else ""


def _is_heading(item: Placed, text: str) -> bool:
    return item.column.heading[:1] in text and normal(split_heading(text)[0]) == normal(item.column.heading)


def _read_row(form: _Form, number: int, texts: list[str], reading: FormReading) -> None:
    values: dict[str, Any] = {"row": number}
    untrusted = form.sheet.untrusted
    refused = False
    for reader, written in zip(form.readers, texts, strict=True):
        try:
            value = reader.value(written, untrusted.get(f"{reader.letter}{number}", "") if untrusted else "")
        except Unreadable as fault:
            refused = True
            reading.problems.append(
                form.origin.fault(
                    f"{reader.letter}{number}", fault.message, reader.column.kind, value=written.strip(),
                    expected=fault.expected, remedy=fault.remedy,
                )
            )  # fmt: skip
            continue
        values[reader.column.id] = value
        understood = "" if value is None else reader.understood(written, value)
        if understood:
            place = f"{reader.letter}{number}"
            reading.echoes.append(Echo(form.origin.file, form.origin.sheet, place, written, understood))
    if not refused:
        reading.rows.append(values)
