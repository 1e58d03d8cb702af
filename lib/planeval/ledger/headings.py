"""Which column of a sheet is which: headings found, matched, their units converted or refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from planeval.ledger.addresses import column_letters
from planeval.ledger.parsing import heading_factor
from planeval.ledger.sheets import Sheet
from planeval.ledger.tables import Column, Table
from planeval.plan.model import normal
from planeval.problems import ERROR, WARNING, Problem

HEADER_SEARCH = 10
_HEADING = re.compile(r"(?P<name>[^（(]*?)\s*[（(](?P<unit>[^）)]*)[）)]\s*[*＊]?|(?P<bare>.*?)[*＊]?")


@dataclass(frozen=True)
class Origin:
    """Where rows come from: the file as shown in messages, the unit that filed it, its sheet."""

    file: str
    unit: str
    sheet: str

    def fault(
        self, cell: str, message: str, rule: str, *, value: str = "", expected: str = "", remedy: str = "",
        level: str = ERROR,
    ) -> Problem:  # fmt: skip
        """A Problem at a place of this sheet."""
        return Problem(self.file, self.sheet, cell, message, value, expected, remedy, rule, level, self.unit)


@dataclass(frozen=True)
class Placed:
    """A declared column found at a position, with the factor of its heading's unit."""

    column: Column
    position: int
    factor: Decimal


@dataclass
class _Matching:
    """Headings sorted out: columns placed, headings nobody knows, faults; `usable` is whether rows can be read."""

    placed: dict[str, Placed] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    usable: bool = True


def column_letter(position: int) -> str:
    """Excel's name of a column, from 0: A, B, … AA."""
    return column_letters(position + 1)


def find_header(sheet: Sheet, table: Table) -> int | None:
    """The row, among the first ten, that holds most of the table's headings (at least half of them)."""
    wanted = {normal(column.heading) for column in table.columns}
    best, best_row = 0, None
    for index, cells in enumerate(sheet.rows[:HEADER_SEARCH]):
        matched = len(wanted & {normal(split_heading(cell)[0]) for cell in cells})
        if matched > best:
            best, best_row = matched, index
    return best_row if best * 2 >= len(wanted) else None


def split_heading(cell: str) -> tuple[str, str]:
    """A heading's name and the unit in brackets behind it (or ''), without the star that marks a duty to fill."""
    match = _HEADING.fullmatch(" ".join(cell.split()).lstrip("*＊ "))
    if match is None:
        return cell.strip(), ""
    return (match["bare"], "") if match["name"] is None else (match["name"], match["unit"].strip())


def no_header(sheet: Sheet, table: Table, origin: Origin) -> Problem:
    """The fault of a sheet whose headings stand in no single row, said with the merged cells when there are any."""
    merged = [area for area in sheet.merged if area[0] < HEADER_SEARCH and area[1] != area[3]]
    expected = "、".join(column.heading for column in table.columns if column.required)
    if merged:
        return _merged_fault(merged[0], origin, expected)
    return origin.fault("", "找不到表头", "no_header", expected=expected, remedy="按模板的表头填写，不要改动")


def place_columns(
    sheet: Sheet, header: int, table: Table, origin: Origin, problems: list[Problem]
) -> list[Placed] | None:
    """Match headings to columns; None (and faults) when the sheet cannot be read as this table."""
    matching = _Matching()
    by_heading = {normal(column.heading): column for column in table.columns}
    for position, cell in enumerate(sheet.rows[header]):
        if cell.strip():
            _match(cell, position, header, by_heading, origin, matching)
    missing = [column for column in table.columns if column.required and column.id not in matching.placed]
    lacking = [column for column in table.columns if column.id not in matching.placed]
    problems += matching.problems
    problems += _unknown_headings(matching.unknown, lacking, header, origin)
    problems += _without_heading(sheet, header, origin)
    if missing:
        merged = [area for area in sheet.merged if area[0] <= header <= area[2] and area[1] != area[3]]
        problems += [_merged_fault(area, origin, "每列一个表头") for area in merged[:1]]
        problems += [_missing_column(column, header, origin) for column in missing]
    return None if missing or not matching.usable else list(matching.placed.values())


def _match(
    cell: str, position: int, header: int, by_heading: dict[str, Column], origin: Origin, matching: _Matching
) -> None:
    """Give one heading its column, or note why it has none."""
    name, unit = split_heading(cell)
    column = by_heading.get(normal(name))
    if column is None:
        matching.unknown.append((position, cell.strip()))
        return
    place = f"{column_letter(position)}{header + 1}"
    if column.id in matching.placed:
        matching.usable = False
        matching.problems.append(
            origin.fault(place, "表头重复，不知道以哪一列为准", "heading", value=cell.strip(), remedy="删去其中一列")
        )
        return
    factor, fault = _factor(column, unit, origin, place, cell.strip())
    matching.problems += [fault] if fault else []
    matching.usable &= factor is not None
    matching.placed[column.id] = Placed(column, position, factor or Decimal(1))


def _factor(column: Column, unit: str, origin: Origin, place: str, cell: str) -> tuple[Decimal | None, Problem | None]:
    """The factor of a heading's unit and what is to be said about it; no factor when the units cannot meet."""
    if unit == column.unit or not column.unit:
        return Decimal(1), None
    if not unit:
        if heading_factor(column.unit, column.unit) is None:
            return Decimal(1), None
        message, remedy = f"表头没有写单位，已按{column.unit}读", f"核对数值；表头写成“{column.title}”"
        return Decimal(1), origin.fault(place, message, "heading_unit", value=cell, remedy=remedy, level=WARNING)
    factor = heading_factor(unit, column.unit)
    if factor is None:
        message, remedy = (
            f"表头的单位应为{column.unit}，整张表不计入",
            f"数值换算成{column.unit}，表头改为“{column.title}”",
        )
        return None, origin.fault(place, message, "heading_unit", value=cell, expected=column.title, remedy=remedy)
    message = f"表头单位是{unit}，台账单位是{column.unit}，已按 1{unit}={factor:f}{column.unit}换算"
    remedy = f"核对数值；下次按“{column.title}”填写"
    return factor, origin.fault(place, message, "heading_unit", value=cell, remedy=remedy, level=WARNING)


def _merged_fault(area: tuple[int, int, int, int], origin: Origin, expected: str) -> Problem:
    place = f"{column_letter(area[1])}{area[0] + 1}"
    return origin.fault(
        place, "表头有合并单元格，无法对应到列", "merged_header", expected=expected,
        remedy="取消合并，按模板的表头填写",
    )  # fmt: skip


def _missing_column(column: Column, header: int, origin: Origin) -> Problem:
    return origin.fault(
        f"第 {header + 1} 行", f"缺少“{column.title}”一列", "missing_column", expected=column.title,
        remedy="按模板补上这一列，表头不要改动",
    )  # fmt: skip


def _unknown_headings(
    unknown: list[tuple[int, str]], lacking: list[Column], header: int, origin: Origin
) -> Iterator[Problem]:
    for position, cell in unknown:
        close = difflib.get_close_matches(
            split_heading(cell)[0], [column.heading for column in lacking], n=1, cutoff=0.4
        )
        remedy = f"是不是“{close[0]}”？请按模板改回" if close else "模板里没有这一列，内容不计入"
        yield origin.fault(
            f"{column_letter(position)}{header + 1}",
            "不认识的表头",
            "heading",
            value=cell,
            remedy=remedy,
            level=WARNING,
        )


def _without_heading(sheet: Sheet, header: int, origin: Origin) -> Iterator[Problem]:
    """Filled columns under no heading (often hidden ones): named once each, at their first cell."""
    headed = {position for position, cell in enumerate(sheet.rows[header]) if cell.strip()}
    seen: set[int] = set()
    for number, cells in enumerate(sheet.rows[header + 1 :], start=header + 2):
        for position, cell in enumerate(cells):
            if position not in headed and position not in seen and cell.strip():
                seen.add(position)
                yield origin.fault(
                    f"{column_letter(position)}{number}", "这一列没有表头，内容不计入", "no_heading",
                    value=cell.strip(), remedy="删去这一列（可能是隐藏列），或补上模板里的表头", level=WARNING,
                )  # fmt: skip
