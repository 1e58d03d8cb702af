"""How each published table is headed in a workbook: its sheet, its notes, and each column's heading, unit and kind.

The words stand in tables.csv and columns.csv beside this file; a row of columns.csv for `*` serves every table that
has no row of its own for the field.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXT, NUMBER, PERCENT, DATE, FLAG, EITHER = KINDS = ("text", "number", "percent", "date", "flag", "either")
EVERY_TABLE = "*"
OF_THE_ROW, OF_THE_TARGET, OF_THE_MEASURE = UNITS_ELSEWHERE = ("本行单位", "见指标", "见标准")
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class ColumnForm:
    """A column. field: as in the CSV file. unit: of its numbers, one of UNITS_ELSEWHERE, or empty.

    kind: text; number; percent (a share of 1, shown as %); date (ISO day); flag (true, false); either: a number where
    the cell reads as one, else text.
    """

    field: str
    heading: str
    unit: str
    kind: str

    @property
    def headed(self) -> str:
        """The heading, with its unit in a second line where every row has the same."""
        return self.heading if not self.unit or self.unit in UNITS_ELSEWHERE else f"{self.heading}\n（{self.unit}）"


@dataclass(frozen=True)
class TableForm:
    """A table. sheet: the short name of its sheet. note: what to know to read its blanks and numbers, or empty."""

    name: str
    sheet: str
    note: str
    columns: tuple[ColumnForm, ...]

    @property
    def unit_line(self) -> str:
        """Where the unit of a number stands, and what the percentages are of."""
        kinds, units = {column.kind for column in self.columns}, {column.unit for column in self.columns}
        said = [
            ("写在表头括号里", bool(units - {"", *UNITS_ELSEWHERE})),
            ("没有写的以“单位”列为准", OF_THE_ROW in units and any(c.field == "unit" for c in self.columns)),
            ("没有写的见“指标”表的“单位”列", OF_THE_TARGET in units),
            ("没有写的见说明", OF_THE_MEASURE in units),
            ("比例以 % 表示", PERCENT in kinds),
        ]
        return "单位：" + ("；".join(text for text, holds in said if holds) or "无") + "。"


def table_form(name: str, fields: Sequence[str]) -> TableForm:
    """The form of a table with these columns. What nobody described keeps its own name and is text."""
    sheet, note = _tables().get(name, (name, ""))
    described = _columns()
    columns = (described.get((name, field)) or described.get((EVERY_TABLE, field)) for field in fields)
    return TableForm(
        name, sheet, note,
        tuple(column or ColumnForm(field, field, "", TEXT) for field, column in zip(fields, columns, strict=True)),
    )  # fmt: skip


@cache
def _tables() -> dict[str, tuple[str, str]]:
    return {row["table"]: (row["sheet"], row["note"]) for row in _rows("tables.csv")}


@cache
def _columns() -> dict[tuple[str, str], ColumnForm]:
    return {
        (row["table"], row["field"]): ColumnForm(row["field"], row["heading"], row["unit"], row["kind"])
        for row in _rows("columns.csv")
    }


def _rows(file: str) -> list[dict[str, str]]:
    with (_HERE / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
