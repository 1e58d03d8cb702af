"""What a cell of each kind of column means: its parser, and how the understanding is said back to its author."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from planeval.ledger.headings import Placed, column_letter
from planeval.ledger.parsing import (
    Unreadable,
    parse_code,
    parse_count,
    parse_date,
    parse_number,
    parse_quarter,
    parse_text,
    plain,
    reads_as_code,
    reads_as_text,
)
from planeval.ledger.tables import Column
from planeval.plan import Plan, part_names
from planeval.plan.model import normal

_BETWEEN_UNITS = re.compile(r"[、,，;；/\n]+")
_UNTRUSTED = {
    "unsaved": ("公式没有保存计算结果", "在 Excel 或 WPS 中打开、保存一次，或改成数值"),
    "error_value": ("公式出错，没有结果", "改正公式，或直接填写数值"),
}


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one column found in a sheet, at `position` (from 0) under `letter`.

    parse: turns text into a value or raises Unreadable. names: the Chinese names of values that are ids.
    """

    item: Placed
    parse: Callable[[str], Any]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def column(self) -> Column:
        """The declared column."""
        return self.item.column

    def reads_as_written(self, texts: Sequence[str]) -> bool:
        """Whether all of these texts can be told at a glance to mean themselves; False says nothing."""
        glance = {"text": reads_as_text, "code": reads_as_code}.get(self.column.kind)
        return glance is not None and glance(texts)

    @cached_property
    def letter(self) -> str:
        """Excel's name of the column."""
        return column_letter(self.item.position)

    def value(self, written: str, untrusted: str = "") -> Any:
        """The value of a cell, None when it is blank. Raises Unreadable, also for a blank that must be filled.

        untrusted: why the value cannot be believed (see Sheet.untrusted), or ''.
        """
        if untrusted:
            message, remedy = _UNTRUSTED[untrusted]
            raise Unreadable(message, "数值或文字", remedy)
        value = self.parse(written) if written.strip() else None
        if value == "":
            value = None
        if value is None and self.column.required:
            raise Unreadable(f"“{self.column.heading}”必须填写", self.column.meaning, "补上")
        return value

    def understood(self, written: str, value: Any) -> str:
        """What was understood where it differs from what was written; '' where it does not."""
        if isinstance(value, float):
            return "" if _is_number(written, value) else f"{value:.15g}"
        said = "、".join(self.names.get(part, part) for part in str(value).split("、")) if self.names else str(value)
        return "" if said == written.strip() else said


def _is_number(written: str, value: float) -> bool:
    try:
        return float(written) == value
    except ValueError:
        return False


def cell_reader(item: Placed, plan: Plan) -> CellReader:
    """The reader of a column found in a sheet, for the units, industries, zones and tasks of a plan."""
    column = item.column
    simple: dict[str, Callable[[str], Any]] = {
        "text": parse_text,
        "code": parse_code,
        "date": parse_date,
        "quarter": parse_quarter,
        "number": lambda written: parse_number(written, column.unit, item.factor),
        "count": lambda written: parse_count(written, column.unit),
    }
    if column.kind in simple:
        return CellReader(item, simple[column.kind])
    if column.kind in ("unit", "units"):
        return _unit_reader(item, plan)
    names = {
        "industry": {entry.id: entry.name for entry in plan.text.industries},
        "zone": {entry.id: entry.name for entry in plan.text.zones},
        "task": {entry.id: entry.name for entry in plan.tasks},
    }.get(column.kind, {choice: choice for choice in column.choices})
    return CellReader(item, _chooser(names), names)


def _unit_reader(item: Placed, plan: Plan) -> CellReader:
    spellings = {normal(spelling): unit.id for unit in plan.units for spelling in unit.spellings}
    shown = [spelling for unit in plan.units for spelling in unit.spellings]

    def one(written: str) -> str:
        found = spellings.get(normal(written))
        if found is None:
            raise Unreadable(
                f"没有“{plain(written)}”这个责任单位", "方案所列责任单位的全称或简称",
                _nearest(written, shown, 0.5) or "按方案中的单位名称填写",
            )  # fmt: skip
        return found

    def several(written: str) -> str:
        return "、".join(one(part) for part in _BETWEEN_UNITS.split(written) if part.strip())

    names = part_names(plan, "unit")
    return CellReader(item, one if item.column.kind == "unit" else several, names)


def _chooser(names: Mapping[str, str]) -> Callable[[str], str]:
    """A parser that accepts an entry's name or id and nothing else."""
    accepted = {normal(entry_id): entry_id for entry_id in names} | {normal(name): i for i, name in names.items()}

    def chosen(written: str) -> str:
        found = accepted.get(normal(written))
        if found is None:
            listed = list(names.values())
            raise Unreadable("不在可选的内容里", "、".join(listed), _nearest(written, listed, 0.4) or "从下拉列表中选")
        return found

    return chosen


def _nearest(written: str, known: list[str], cutoff: float) -> str:
    close = difflib.get_close_matches(plain(written)[:100], known, n=1, cutoff=cutoff)
    return f"是不是“{close[0]}”" if close else ""
