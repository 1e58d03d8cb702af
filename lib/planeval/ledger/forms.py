"""From a sheet of text to ledger rows: headings matched, cells understood, faults addressed.

A row with a fault is not returned; every fault is. What was written and what was understood stand side
by side in `echoes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from operator import itemgetter
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

_AT_A_GLANCE = 500  # texts
Read = tuple[Any, str, Unreadable | None]


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
    """One sheet read: `columns` (column id → values, plus `row`), faults and echoes; `letters` addresses columns.

    written: how many rows hold an item, read or refused. letters is empty when the sheet could not be read.
    """

    columns: dict[str, list[Any]] = field(default_factory=lambda: {"row": []})
    problems: list[Problem] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    written: int = 0

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The same row by row."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True)
class _Form:
    """A sheet whose columns have been found: everything needed to read one row after the other."""

    sheet: Sheet
    table: Table
    origin: Origin
    readers: list[CellReader]

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """Where each reader's cells stand in a row."""
        return tuple(reader.item.position for reader in self.readers)

    @cached_property
    def reach(self) -> int:
        """The last of these positions."""
        return max(self.positions)

    @cached_property
    def chosen(self) -> Callable[[tuple[str, ...]], Sequence[str]]:
        """The cells at these positions, of a row that reaches so far."""
        return itemgetter(*self.positions) if len(self.positions) > 1 else lambda cells: (cells[self.reach],)

    def texts(self, cells: tuple[str, ...]) -> Sequence[str]:
        """A row's cells in the order of `readers`; cells beyond its end are blank."""
        if len(cells) > self.reach:
            return self.chosen(cells)
        return [cells[position] if position < len(cells) else "" for position in self.positions]

    @cached_property
    def keys(self) -> tuple[bool, ...]:
        """Whether each reader's column is part of the key."""
        return tuple(reader.column.id in self.table.key for reader in self.readers)

    def begins_with_code(self, texts: Sequence[str]) -> bool:
        """Whether a row's first filled cell is a key in letters and digits: no total, remark or heading is."""
        for place, text in enumerate(texts):
            if text and not text.isspace():
                return self.keys[place] and text.isascii() and not _is_heading(self.readers[place].item, text)
        return False


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
    items: list[tuple[int, Sequence[str]]] = []
    for number, cells, texts in _filled_rows(form, header):
        message = _not_an_item(form, cells, texts)
        if message:
            place, remedy = f"第 {number} 行", "台账里只写事项，不写合计、重复的表头和表尾说明"
            reading.problems.append(origin.fault(place, message, "total_row", remedy=remedy, level=WARNING))
        else:
            items.append((number, texts))
    reading.written = len(items)
    _read_items(form, items, reading)
    return reading


def _filled_rows(form: _Form, header: int) -> Iterator[tuple[int, tuple[str, ...], Sequence[str]]]:
    """Excel row numbers, cells and texts of the rows below the headings that hold anything in a known column."""
    letters = {reader.letter for reader in form.readers}
    untrusted = {int(cell.lstrip(ascii_uppercase)) for cell in form.sheet.untrusted if cell.rstrip(digits) in letters}
    rows = form.sheet.rows
    for number in range(header + 2, max([len(rows), *untrusted]) + 1):
        cells = rows[number - 1] if number <= len(rows) else ()
        texts = form.texts(cells)
        if number in untrusted or any(map(str.strip, texts)):
            yield number, cells, texts


def _not_an_item(form: _Form, cells: tuple[str, ...], texts: Sequence[str]) -> str:
    """Why a row is no item (a total, a remark under the table, the headings again); '' when it is one."""
    if form.begins_with_code(texts):
        return ""
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


def _read_items(form: _Form, items: list[tuple[int, Sequence[str]]], reading: FormReading) -> None:
    """Read the rows that hold items, column by column; faults and echoes stand in the order of the rows."""
    columns = [_read_column(form, place, items) for place in range(len(form.readers))]
    refused = {number for _, faults, _ in columns for number in faults}
    numbers = [number for number, _ in items]
    kept = [number not in refused for number in numbers]
    reading.columns = {"row": list(compress(numbers, kept))} | {
        reader.column.id: list(compress(values, kept)) if refused else values
        for reader, (values, _, _) in zip(form.readers, columns, strict=True)
    }
    for number in sorted(refused):
        reading.problems += [faults[number] for _, faults, _ in columns if number in faults]
    for number in sorted({number for _, _, echoes in columns for number in echoes}):
        reading.echoes += [echoes[number] for _, _, echoes in columns if number in echoes]


def _read_column(
    form: _Form, place: int, items: list[tuple[int, Sequence[str]]]
) -> tuple[list[Any], dict[int, Problem], dict[int, Echo]]:
    """One column's value in every row, and its faults and echoes by row; each distinct text is read once."""
    reader, untrusted = form.readers[place], form.sheet.untrusted
    cells = [texts[place] for _, texts in items]
    read = _read_distinct(reader, list(dict.fromkeys(cells)))
    faults: dict[int, Problem] = {}
    echoes: dict[int, Echo] = {}
    spoken = untrusted or any(said or why for _, said, why in read.values())
    for (number, _), written in zip(items, cells, strict=True) if spoken else ():
        address = f"{reader.letter}{number}"
        why = untrusted.get(address, "")
        _, understood, fault = _read_cell(reader, written, why) if why else read[written]
        if understood:
            echoes[number] = Echo(form.origin.file, form.origin.sheet, address, written, understood)
        if fault:
            faults[number] = form.origin.fault(
                address, fault.message, reader.column.kind, value=written.strip(), expected=fault.expected,
                remedy=fault.remedy,
            )  # fmt: skip
    return [read[cell][0] for cell in cells], faults, echoes


def _read_distinct(reader: CellReader, texts: list[str]) -> dict[str, Read]:
    """Text → what `_read_cell` makes of it; texts that mean themselves are told so many at a time."""
    read: dict[str, Read] = {}
    for start in range(0, len(texts), _AT_A_GLANCE):
        some = texts[start : start + _AT_A_GLANCE]
        if reader.reads_as_written(some):
            read.update((text, (text, "", None)) for text in some)
        else:
            read.update((text, _read_cell(reader, text, "")) for text in some)
    return read


def _read_cell(reader: CellReader, written: str, untrusted: str) -> Read:
    """The value of a cell, what was understood where it differs, and why it cannot be read."""
    try:
        value = reader.value(written, untrusted)
    except Unreadable as fault:
        return None, "", fault
    return value, "" if value is None else reader.understood(written, value), None
