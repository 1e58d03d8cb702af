"""Which column of a sheet is which: headings found, matched, their units converted or refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from planeval.ledger.parsing import heading_factor
from planeval.ledger.sheets import Sheet
from planeval.ledger.tables import Column, Table
from planeval.plan.model import normal
from planeval.problems import WARNING, Problem

_HEADER_SEARCH = 10
_HEADING = re.compile(r"(?P<name>[^（(]*?)\s*[（(](?P<unit>[^）)]*)[）)]\s*[*＊]?|(?P<bare>.*?)[*＊]?")


@dataclass(frozen=True)
class Origin:
    """Where rows come from: the file as shown in messages, the unit that filed it, its sheet."""

    file: str
    unit: str
    sheet: str


@dataclass(frozen=True)
class Placed:
    """A declared column found at a position, with the factor of its heading's unit."""

    column: Column
    position: int
    factor: Decimal


def column_letter(position: int) -> str:
    """Excel's name of a column, from 0: A, B, … AA."""
    letters = ""
    position += 1
    while position:
        position, digit = divmod(position - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def find_header(sheet: Sheet, table: Table) -> int | None:
    """The row, among the first ten, that holds most of the table's headings (at least half of them)."""
    wanted = {normal(column.heading) for column in table.columns}
    best, best_row = 0, None
    for index, cells in enumerate(sheet.rows[:_HEADER_SEARCH]):
        matched = len(wanted & {normal(_split_heading(cell)[0]) for cell in cells})
        if matched > best:
            best, best_row = matched, index
    return best_row if best * 2 >= len(wanted) else None


def _split_heading(cell: str) -> tuple[str, str]:
    match = _HEADING.fullmatch(" ".join(cell.split()))
    if match is None:
        return cell.strip(), ""
    return (match["bare"], "") if match["name"] is None else (match["name"], match["unit"])


def place_columns(
    sheet: Sheet, header: int, table: Table, origin: Origin, problems: list[Problem]
) -> list[Placed] | None:
    """Match headings to columns; None (and faults) when the sheet cannot be read as this table."""
    by_heading = {normal(column.heading): column for column in table.columns}
    placed: dict[str, Placed] = {}
    unknown: list[tuple[int, str]] = []
    for position, cell in enumerate(sheet.rows[header]):
        name, unit = _split_heading(cell)
        column = by_heading.get(normal(name))
        if column is None:
            if cell.strip():
                unknown.append((position, cell.strip()))
        elif column.id in placed:
            problems.append(_heading_fault(origin, position, header, "表头重复", cell, "删去其中一列"))
        else:
            factor = _factor(column, unit, origin, position, header, cell, problems)
            placed[column.id] = Placed(column, position, factor)
    missing = [column for column in table.columns if column.required and column.id not in placed]
    problems += _unknown_headings(unknown, missing, header, origin)
    merged = [area for area in sheet.merged if area[0] <= header <= area[2] and area[1] != area[3]]
    if missing and merged:
        place = f"{column_letter(merged[0][1])}{merged[0][0] + 1}"
        problems.append(
            Problem(
                origin.file,
                origin.sheet,
                place,
                "表头有合并单元格，无法对应到列",
                rule="merged_header",
                expected="每列一个表头",
                remedy="取消合并，按模板的表头填写",
                unit=origin.unit,
            )
        )
    for column in missing:
        problems.append(
            Problem(
                origin.file,
                origin.sheet,
                f"第 {header + 1} 行",
                f"缺少“{column.title}”一列",
                rule="missing_column",
                expected=column.title,
                remedy="按模板补上这一列，表头不要改动",
                unit=origin.unit,
            )
        )
    return None if missing else list(placed.values())


def _heading_fault(
    origin: Origin, position: int, header: int, message: str, cell: str, remedy: str, level: str = "错误"
) -> Problem:
    place = f"{column_letter(position)}{header + 1}"
    return Problem(
        origin.file, origin.sheet, place, message, cell, remedy=remedy, rule="heading", level=level, unit=origin.unit
    )


def _factor(
    column: Column, unit: str, origin: Origin, position: int, header: int, cell: str, problems: list[Problem]
) -> Decimal:
    """The factor of a heading's unit; another money unit converts and is said, any other is a fault."""
    if not unit or unit == column.unit:
        return Decimal(1)
    factor = heading_factor(unit, column.unit)
    if factor is None:
        if column.unit:
            problems.append(
                _heading_fault(origin, position, header, f"表头的单位应为{column.unit}", cell, f"改为“{column.title}”")
            )
        return Decimal(1)
    problems.append(
        _heading_fault(
            origin,
            position,
            header,
            f"表头单位是{unit}，台账单位是{column.unit}，已按 1{unit}={factor:f}{column.unit}换算",
            cell,
            f"核对数值；下次按“{column.title}”填写",
            WARNING,
        )
    )
    return factor


def _unknown_headings(
    unknown: list[tuple[int, str]], missing: list[Column], header: int, origin: Origin
) -> Iterator[Problem]:
    for position, cell in unknown:
        close = difflib.get_close_matches(
            _split_heading(cell)[0], [column.heading for column in missing], n=1, cutoff=0.4
        )
        remedy = f"是不是“{close[0]}”？请按模板改回" if close else "模板里没有这一列，内容不计入"
        yield _heading_fault(origin, position, header, "不认识的表头", cell, remedy, WARNING)
