"""From a sheet of text to ledger rows: headings matched, cells understood, faults addressed.

A row with a fault is not returned; every fault is. What was written and what was understood stand side
by side in `echoes`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from planeval.ledger.headings import Origin, Placed, column_letter, find_header, place_columns
from planeval.ledger.parsing import (
    Unreadable,
    parse_code,
    parse_count,
    parse_date,
    parse_number,
    parse_quarter,
    parse_text,
    plain,
)
from planeval.ledger.sheets import Sheet
from planeval.ledger.tables import Table
from planeval.plan import Plan
from planeval.plan.model import normal
from planeval.problems import WARNING, Problem

TOTALS = ("合计", "总计", "小计", "共计")


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
    """Rows (column id → value, plus `row`), faults and echoes of one sheet; `letters` addresses columns."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)


def read_form(sheet: Sheet, table: Table, plan: Plan, origin: Origin) -> FormReading:
    """Read one sheet as a ledger table. Never raises for content: faults are in the result."""
    reading = FormReading()
    header = find_header(sheet, table)
    if header is None:
        reading.problems.append(
            Problem(
                origin.file,
                origin.sheet,
                rule="no_header",
                message="找不到表头",
                unit=origin.unit,
                expected="、".join(column.heading for column in table.columns if column.required),
                remedy="按模板的表头填写，不要改动",
            )
        )
        return reading
    placed = place_columns(sheet, header, table, origin, reading.problems)
    if placed is None:
        return reading
    reading.letters = {item.column.id: column_letter(item.position) for item in placed}
    parsers = {item.column.id: _parser(item, plan) for item in placed}
    for number, cells in enumerate(sheet.rows[header + 1 :], start=header + 2):
        if not any(cell.strip() for cell in cells):
            if not _unsaved_in_row(sheet, number, placed):
                continue
        if any(plain(cell) in TOTALS for cell in cells[:3]):
            reading.problems.append(
                Problem(
                    origin.file,
                    origin.sheet,
                    f"第 {number} 行",
                    "合计行不计入",
                    level=WARNING,
                    rule="total_row",
                    remedy="台账里不写合计，系统会计算",
                    unit=origin.unit,
                )
            )
            continue
        _read_row(number, cells, sheet, placed, parsers, origin, reading)
    return reading


def _unsaved_in_row(sheet: Sheet, number: int, placed: list[Placed]) -> bool:
    return any(f"{column_letter(item.position)}{number}" in sheet.unsaved for item in placed)


def _read_row(
    number: int,
    cells: tuple[str, ...],
    sheet: Sheet,
    placed: list[Placed],
    parsers: dict[str, Callable[[str], Any]],
    origin: Origin,
    reading: FormReading,
) -> None:
    values: dict[str, Any] = {"row": number}
    faults: list[Problem] = []
    for item in placed:
        written = cells[item.position] if item.position < len(cells) else ""
        place = f"{column_letter(item.position)}{number}"
        try:
            if place in sheet.unsaved:
                raise Unreadable("公式没有保存计算结果", "数值或文字", "在 Excel 中打开、保存一次，或改成数值")
            value = parsers[item.column.id](written) if written.strip() else None
            if value is None and item.column.required:
                raise Unreadable(f"“{item.column.heading}”必须填写", item.column.meaning, "补上")
        except Unreadable as fault:
            faults.append(
                Problem(
                    origin.file,
                    origin.sheet,
                    place,
                    fault.message,
                    written.strip(),
                    fault.expected,
                    fault.remedy,
                    rule=f"{item.column.kind}",
                    unit=origin.unit,
                )
            )
            continue
        values[item.column.id] = value
        if value is not None and _differs(written, value):
            reading.echoes.append(Echo(origin.file, origin.sheet, place, written, _understood(value)))
    reading.problems += faults
    if not faults:
        reading.rows.append(values)


def _understood(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _differs(written: str, value: Any) -> bool:
    if isinstance(value, float):
        try:
            return float(written) != value
        except ValueError:
            return True
    return _understood(value) != written


def _parser(item: Placed, plan: Plan) -> Callable[[str], Any]:
    column = item.column
    simple: dict[str, Callable[[str], Any]] = {
        "text": parse_text,
        "code": parse_code,
        "date": parse_date,
        "quarter": parse_quarter,
        "number": lambda written: parse_number(written, column.unit, item.factor),
        "count": lambda written: parse_count(written, column.unit),
        "unit": lambda written: _unit(written, plan),
        "units": lambda written: "、".join(_unit(part, plan) for part in re.split(r"[、,，;；/]+", written) if part),
    }
    if column.kind in simple:
        return simple[column.kind]
    named = {
        "industry": {entry.name: entry.id for entry in plan.text.industries},
        "zone": {entry.name: entry.id for entry in plan.text.zones},
        "task": {entry.name: entry.id for entry in plan.tasks},
    }.get(column.kind, {choice: choice for choice in column.choices})
    return lambda written: _chosen(written, named)


def _unit(written: str, plan: Plan) -> str:
    unit = plan.unit_named(written)
    if unit is not None:
        return unit.id
    names = [spelling for unit in plan.units for spelling in unit.spellings]
    close = difflib.get_close_matches(written.strip(), names, n=1, cutoff=0.5)
    raise Unreadable(
        "没有这个责任单位", "方案所列责任单位的全称或简称", f"是不是“{close[0]}”" if close else "按方案中的单位名称填写"
    )


def _chosen(written: str, named: dict[str, str]) -> str:
    wanted = normal(written)
    for name, entry_id in named.items():
        if wanted in (normal(name), entry_id):
            return entry_id
    close = difflib.get_close_matches(plain(written), list(named), n=1, cutoff=0.4)
    raise Unreadable("不在可选的内容里", "、".join(named), f"是不是“{close[0]}”" if close else "从下拉列表中选")
