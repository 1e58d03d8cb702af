"""Published tables tied to one another: their cells, and everything a reader knows that ties the cells.

A reader knows that margins add up, that a total stands in two tables, that a part is not more than its whole, that a
percentage is a part of a whole rounded to its last digit. Each of these is one linear `Statement`. Source: Hundepool
et al., Statistical Disclosure Control (Wiley 2012), chapter 4 (linked tables).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

_SLACK = 1e-7  # relative; what adding up decimals may lose


@dataclass(frozen=True, order=True)
class Address:
    """Where a number stands: table, row and column as printed, and the quarter when it is not the reviewed one."""

    table: str
    row: str
    column: str
    period: str = ""

    @property
    def source(self) -> str:
        """The publication it stands in, as a finding names it."""
        return f"{self.table}（{self.period}）" if self.period else self.table

    def __str__(self) -> str:
        return f"“{self.source}”“{self.row}”行“{self.column}”列"


Publication = Address | str
"""What can be withheld in one piece: a cell, or by its name (`Statement.said_in`) a percentage, a text, an edition."""


@dataclass(frozen=True)
class Contribution:
    """What one firm, person or unit adds to a cell: who, and how much (1 where things are counted one by one)."""

    holder: str
    amount: float


@dataclass(frozen=True)
class Cell:
    """One number that a table would print.

    contributions: whom it is made of. whole: whole numbers only. step: width of the rounding it is printed with, 0 when
    printed as it is. least: no reader believes it to be lower. cost: what hiding it loses; None: its value, at least 1.
    out: it is public by a decision or a law and cannot be hidden. unprinted: no table of this edition prints it (an
    earlier quarter); it may be said elsewhere.
    """

    address: Address
    value: float
    contributions: tuple[Contribution, ...] = ()
    whole: bool = True
    step: float = 0.0
    least: float = 0.0
    cost: float | None = None
    out: bool = False
    unprinted: bool = False

    @property
    def loss(self) -> float:
        """What hiding it loses, for the choice of what else to hide."""
        return max(1.0, self.value) if self.cost is None else self.cost

    @cached_property
    def held(self) -> dict[str, float]:
        """Holder → what he adds, once per holder however many things he filed; largest first, ties by name."""
        sums: dict[str, list[float]] = {}
        for each in self.contributions:
            sums.setdefault(each.holder, []).append(each.amount)
        added = {holder: math.fsum(amounts) for holder, amounts in sums.items()}
        return dict(sorted(added.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def counted(self) -> bool:
        """Whether it counts things one by one, so that nothing but the number of things can be learnt from it."""
        return self.whole and all(each.amount == 1 for each in self.contributions)

    @property
    def shown(self) -> float:
        """The number in its print; halves round up, as they are written and not as they are stored."""
        if not self.step:
            return self.value
        step = Decimal(repr(float(self.step)))
        return float((Decimal(repr(float(self.value))) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)

    @property
    def printed(self) -> tuple[float, float]:
        """What its print says: the number itself, or lowest and highest of what rounds to it.

        A tie at an end of a whole number counts only if it is the number itself: a reader may know where ties go.
        """
        if not self.step:
            return self.value, self.value
        low, high = self.shown - self.step / 2, self.shown + self.step / 2
        if self.whole:
            first, last = math.ceil(low), math.floor(high)
            low, high = first + (first == low and self.value != low), last - (last == high and self.value != high)
        return max(float(low), self.least), float(high)


@dataclass(frozen=True)
class Statement:
    """low ≤ Σ coefficient · cell ≤ high.

    where: what says it, in Chinese, for the reader of a finding. said_in: name of the publication that says it; empty:
    every reader knows it from the meaning of the tables. cost: of withholding that publication; None: it cannot be
    withheld. Statements of one name are withheld together.
    """

    terms: tuple[tuple[Address, float], ...]
    low: float
    high: float
    where: str
    said_in: str = ""
    cost: float | None = None


@dataclass(frozen=True)
class LinkedTables:
    """Cells and statements.

    Raises ValueError for an address that stands twice or is not there, for a number lower than readers believe, and for
    a statement that the values contradict: tables that do not tie cannot be protected.
    """

    cells: tuple[Cell, ...]
    statements: tuple[Statement, ...] = ()

    def __post_init__(self) -> None:
        if len(self.at) < len(self.cells):
            raise ValueError("an address stands twice")
        for cell in self.cells:
            if not math.isfinite(cell.value) or cell.value < cell.least:
                raise ValueError(f"not a possible number: {cell.address} {cell.value}")
        for each in self.statements:
            strange = [address for address, _ in each.terms if address not in self.at]
            if strange:
                raise ValueError(f"no such cell: {strange[0]}")
            if not self.agrees(each):
                raise ValueError(f"the values contradict it: {each.where}")

    @cached_property
    def at(self) -> dict[Address, Cell]:
        """Address → cell."""
        return {cell.address: cell for cell in self.cells}

    def agrees(self, statement: Statement) -> bool:
        """Whether the values of the cells fit a statement."""
        parts = [factor * self.at[address].value for address, factor in statement.terms]
        slack = _SLACK * max(1.0, *(abs(part) for part in parts))
        return statement.low - slack <= math.fsum(parts) <= statement.high + slack

    def joined(self, other: LinkedTables, ties: Iterable[Statement] = ()) -> LinkedTables:
        """Both sets of tables and what ties them."""
        return LinkedTables(self.cells + other.cells, (*self.statements, *other.statements, *ties))


def adds_up(total: Address, parts: Sequence[Address], where: str = "") -> Statement:
    """Total = Σ parts: a margin, a hierarchy, a window of quarters, or cumulative = previous + added."""
    said = where or f"{total}等于各部分之和"
    return Statement(((total, -1.0), *((part, 1.0) for part in parts)), 0.0, 0.0, said)


def same(one: Address, other: Address) -> Statement:
    """The same number in two tables."""
    return Statement(((one, 1.0), (other, -1.0)), 0.0, 0.0, f"{one}与{other}是同一个数")


def at_most(part: Address, whole: Address, times: float = 1.0, where: str = "") -> Statement:
    """Part ≤ times · whole: a part of what is counted, or nothing where there is nobody."""
    return Statement(((whole, times), (part, -1.0)), 0.0, math.inf, where or f"{part}不会多于{whole}")


def never_falls(now: Address, before: Address) -> Statement:
    """A cumulative number is at least what it was."""
    return at_most(before, now, where=f"{now}是累计数，不会少于{before}")


def share(
    part: Address, whole: Address, shown: float, step: float, said_in: str, cost: float | None = None
) -> tuple[Statement, Statement]:
    """A share (0 to 1) printed to the nearest `step`: (shown ± step/2) · whole holds the part between them.

    Two statements, linear because what is printed is a number. Both ends count as possible.
    """
    where = f"{said_in}：{part}占{whole}的 {100 * shown:g}%"
    low, high = max(0.0, shown - step / 2), shown + step / 2
    return (
        Statement(((part, 1.0), (whole, -low)), 0.0, math.inf, where, said_in, cost),
        Statement(((part, 1.0), (whole, -high)), -math.inf, 0.0, where, said_in, cost),
    )


def said(address: Address, value: float, step: float, said_in: str, cost: float | None = None) -> Statement:
    """A number said in a text, a figure or an earlier edition, rounded to `step` (0: said as it is)."""
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
    return LinkedTables(tuple(_dearer(cell, rows, columns, margin_cost) for cell in listed), tuple(ties))


def _dearer(cell: Cell, rows: str, columns: str, times: float) -> Cell:
    margins = (cell.address.row == rows) + (cell.address.column == columns)
    return replace(cell, cost=cell.loss * times**margins) if times != 1 else cell
