"""Published tables tied to one another: their cells, and everything a reader knows that ties the cells.

A reader knows that margins add up, that a total stands in two tables, that a cumulative number is the one before plus
what was added, that a percentage is a part of a whole rounded to its last digit. Each of these is one linear
`Statement`. Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4 (linked tables).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Address:
    """Where a number stands: table, row and column as printed, and the quarter when it is not the reviewed one."""

    table: str
    row: str
    column: str
    period: str = ""

    def __str__(self) -> str:
        when = f"（{self.period}）" if self.period else ""
        return f"“{self.table}”{when}“{self.row}”行“{self.column}”列"


@dataclass(frozen=True)
class Cell:
    """One number that a table would print.

    value: None when nobody here knows it (hidden in an earlier edition whose ledger is gone). contributors: how many
    persons or firms it is made of. largest: their amounts, largest first, as many as the rules look at. holders: who
    they are, in the same order, as far as known. whole: a count of whole things. step: width of the rounding it is
    printed with. least: no reader believes it to be lower. cost: what hiding it loses. out: it is public already
    (an earlier edition, a law) and cannot be hidden. hidden: it was hidden in an earlier edition.
    """

    address: Address
    value: float | None
    contributors: int = 0
    largest: tuple[float, ...] = ()
    holders: tuple[str, ...] = ()
    whole: bool = True
    step: float = 0.0
    least: float = 0.0
    cost: float = 1.0
    out: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Statement:
    """low ≤ Σ coefficient · cell ≤ high.

    where: what says it, in Chinese, for the reader of a finding. said_in: name of the publication that says it; empty:
    every reader knows it from the meaning of the tables. cost: of withholding that publication; None: it is out.
    Statements of the same name are withheld together.
    """

    terms: tuple[tuple[Address, float], ...]
    low: float
    high: float
    where: str
    said_in: str = ""
    cost: float | None = None


@dataclass(frozen=True)
class LinkedTables:
    """Cells and statements; raises ValueError for an address that stands twice or is not there."""

    cells: tuple[Cell, ...]
    statements: tuple[Statement, ...] = ()

    def __post_init__(self) -> None:
        known = {cell.address for cell in self.cells}
        if len(known) < len(self.cells):
            raise ValueError("an address stands twice")
        strange = [address for each in self.statements for address, _ in each.terms if address not in known]
        if strange:
            raise ValueError(f"no such cell: {strange[0]}")

    def cell(self, address: Address) -> Cell:
        """The cell at an address; KeyError when there is none."""
        return {cell.address: cell for cell in self.cells}[address]

    def joined(self, other: LinkedTables, ties: Iterable[Statement] = ()) -> LinkedTables:
        """Both sets of tables and what ties them."""
        return LinkedTables(self.cells + other.cells, (*self.statements, *other.statements, *ties))


def adds_up(total: Address, parts: Sequence[Address], where: str = "") -> Statement:
    """Total = Σ parts: a margin, a hierarchy, or cumulative = previous + added."""
    said = where or f"{total}等于各部分之和"
    return Statement(((total, -1.0), *((part, 1.0) for part in parts)), 0.0, 0.0, said)


def same(one: Address, other: Address) -> Statement:
    """The same number in two tables."""
    return Statement(((one, 1.0), (other, -1.0)), 0.0, 0.0, f"{one}与{other}是同一个数")


def never_falls(now: Address, before: Address) -> Statement:
    """A cumulative number is at least what it was."""
    return Statement(((now, 1.0), (before, -1.0)), 0.0, math.inf, f"{now}是累计数，不会少于{before}")


def share(
    part: Address, whole: Address, shown: float, step: float, said_in: str, cost: float | None = None
) -> tuple[Statement, ...]:
    """A share (0 to 1) printed to the nearest `step`: (shown ± step/2) · whole holds the part between them.

    Two statements, linear because what is printed is a number. cost None: the share is out already.
    """
    where = f"{said_in}：{part}占{whole}的 {100 * shown:g}%"
    low, high = max(0.0, shown - step / 2), shown + step / 2
    return (
        Statement(((part, 1.0), (whole, -low)), 0.0, math.inf, where, said_in, cost),
        Statement(((part, 1.0), (whole, -high)), -math.inf, 0.0, where, said_in, cost),
    )


def said(address: Address, value: float, step: float, said_in: str, cost: float | None = None) -> Statement:
    """A number said in a text, a figure or an earlier edition, rounded to `step`."""
    where = f"{said_in}：{address}为 {value:g}"
    return Statement(((address, 1.0),), value - step / 2, value + step / 2, where, said_in, cost)


def crossed(cells: Iterable[Cell], rows: str = "合计", columns: str = "合计", margin_cost: float = 1.0) -> LinkedTables:
    """A two-way table with its margins: rows and columns add up to those named; margins cost so many times more."""
    listed = tuple(cells)
    at = {(cell.address.row, cell.address.column): cell.address for cell in listed}
    names = list(dict.fromkeys(row for row, _ in at)), list(dict.fromkeys(column for _, column in at))
    ties = [
        adds_up(at[row, columns], [at[row, each] for each in names[1] if each != columns and (row, each) in at])
        for row in names[0] if (row, columns) in at and len(names[1]) > 1
    ] + [
        adds_up(at[rows, column], [at[each, column] for each in names[0] if each != rows and (each, column) in at])
        for column in names[1] if (rows, column) in at and len(names[0]) > 1
    ]  # fmt: skip
    dearer = [_dearer(cell, rows, columns, margin_cost) for cell in listed]
    return LinkedTables(tuple(dearer), tuple(ties))


def _dearer(cell: Cell, rows: str, columns: str, times: float) -> Cell:
    margins = (cell.address.row == rows) + (cell.address.column == columns)
    return replace(cell, cost=cell.cost * times**margins)
