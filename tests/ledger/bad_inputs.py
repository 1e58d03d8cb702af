"""The corpus of bad filings: one list of named files and rows, how each is made, and what its author must be told.

Three kinds: bytes that are refused whole, cells of a workbook that cannot be read (every column of every table, real
shapes of Excel and WPS), and rows that can be read and break a rule of the plan. Nothing here is drawn at random.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bad_shapes import SHAPES
from rules.rule_frames import EXAMPLES, ROOT, USUAL, blamed_cells, findings
from test_bad_bytes import BOMBS, NO_CSV, NO_XLSX
from test_parsing import REFUSED_DATES, REFUSED_NUMBERS

from filing_desk import workbook
from planeval.ledger.forms import read_form
from planeval.ledger.headings import Origin, column_letter
from planeval.ledger.sheets import read_sheets
from planeval.ledger.tables import BY_SHEET, TABLES, Column, Table
from planeval.plan import Plan, load_plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

FILE = "port.xlsx"
MARKUP = "<script>alert(1)</script>"
WRONG = {
    "number": ("约12", "十二", "-3", "12%", "10 11", "N/A"),
    "count": ("约12", "1.5", "-3", "12家半"),
    "date": ("2025-13-01", "2025年3月", "昨天", "9999-12-31"),
    "choice": ("没有这一项",),
    "industry": ("没有这个产业",),
    "zone": ("没有这个区域",),
    "task": ("没有这项任务",),
    "unit": ("市没有局",),
    "units": ("市没有局",),
    "quarter": ("三季度", "2026Q5"),
    "code": ("9.11405E+17", MARKUP),
    "text": (MARKUP, "＜img src=x onerror=alert(1)＞"),
}


@dataclass(frozen=True)
class BadInput:
    """One bad file or row. how: what it is made of. rule, file, sheet, cell: of the fault that must be told; sheet
    and cell are '' for a file refused whole. told: reads it and returns all that its author is told.
    """

    name: str
    how: str
    rule: str
    file: str
    sheet: str
    cell: str
    told: Callable[[], Sequence[Problem]]


@cache
def plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


def told_of(content: bytes, name: str = FILE) -> tuple[Problem, ...]:
    """What is told of a file: refused whole, or the faults of its sheets."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            sheets = read_sheets(path, name)
        except InputError as error:
            return tuple(error.problems)
    readings = [
        read_form(sheet, BY_SHEET[sheet.name], plan(), Origin(name, "port", sheet.name))
        for sheet in sheets if sheet.name in BY_SHEET
    ]  # fmt: skip
    return tuple(problem for reading in readings for problem in reading.problems)


# --------------------------------------------------------------------------------------- whole files


def bad_files() -> Iterator[BadInput]:
    """Bytes that are no ledger, and bombs."""
    for group, cases, name in (("no workbook", NO_XLSX, FILE), ("no CSV", NO_CSV, "活动.csv"), ("bomb", BOMBS, FILE)):
        for case, (make, rule) in cases.items():
            yield BadInput(f"{group}: {case}", case, rule, name, "", "", _whole(make, name))


def _whole(make: Callable[[], bytes], name: str) -> Callable[[], Sequence[Problem]]:
    return lambda: told_of(make(), name)


def bad_shapes() -> Iterator[BadInput]:
    """Shapes that Excel, WPS and people make."""
    for case, (make, rule, sheet, cell, name) in SHAPES.items():
        yield BadInput(f"shape: {case}", case, rule, name, sheet, cell, _whole(make, name))


# --------------------------------------------------------------------------------------------- cells


def bad_cells() -> Iterator[BadInput]:
    """Every column of every table with each wrong text of its kind, and blank where it must be filled."""
    for table in TABLES:
        for number, (column, written) in enumerate(_wrong_cells(table)):
            letter = column_letter(table.columns.index(column))
            shown = written or "（空白）"
            yield BadInput(
                f"{table.id}.{column.id}: {shown}", f"“{column.heading}”写 {shown}", column.kind, FILE, table.sheet,
                f"{letter}{number + 2}", lambda table=table: told_of(_sheet_of_wrong_cells(table)),
            )  # fmt: skip


@cache
def _wrong_cells(table: Table) -> tuple[tuple[Column, str], ...]:
    wrong = [(column, written) for column in table.columns for written in WRONG[column.kind]]
    wrong += [(column, "") for column in table.columns if column.required]
    if table.id == "events":
        wrong += [(table.column("held_on"), written) for written, _ in REFUSED_DATES if written]
        wrong += [
            (table.column("participants"), written)
            for written, unit, said in REFUSED_NUMBERS
            if written and said and unit != "万元"
        ]
    return tuple(dict.fromkeys(wrong))


@cache
def _sheet_of_wrong_cells(table: Table) -> bytes:
    """A workbook with one row for each wrong cell, all other cells as usual."""
    usual = [_written(column, USUAL[table.id].get(column.id)) for column in table.columns]
    rows = []
    for column, written in _wrong_cells(table):
        row = list(usual)
        row[table.columns.index(column)] = written
        rows.append(row)
    return workbook({table.sheet: [[column.title for column in table.columns], *rows]})


def _written(column: Column, value: Any) -> str:
    """A usual value as a unit writes it."""
    if value is None:
        return ""
    if column.kind in ("unit", "units"):
        return "、".join(plan().unit(unit).short_name for unit in str(value).split("、"))
    return str(value)


# --------------------------------------------------------------------------------------------- rules


def bad_rows() -> Iterator[BadInput]:
    """Rows that can be read and break a rule: the failing examples of tests/cases/rules.yml."""
    for rule, examples in EXAMPLES.items():
        for number, example in enumerate(examples["fails"], start=1):
            for file, sheet, cell in sorted(blamed_cells(example["rows"], example["blames"])):
                yield BadInput(
                    f"{rule} {number}: {file} {sheet}{cell}", str(example["rows"]), rule, file, sheet, cell,
                    lambda rule=rule, number=number: _found(rule, number),
                )  # fmt: skip


@cache
def _found(rule: str, number: int) -> tuple[Problem, ...]:
    return findings(EXAMPLES[rule]["fails"][number - 1]["rows"], rule).problems


CORPUS: tuple[BadInput, ...] = (*bad_files(), *bad_shapes(), *bad_cells(), *bad_rows())
