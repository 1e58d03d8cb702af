"""What a reader can work out: the smallest and largest value of a hidden cell over everything that is published.

The attacker's problem of Fischetti & Salazar (2000): a linear program over all cells, with one row for each published
cell and each statement. Whole numbers are relaxed, so a range is never narrower than told here, except by
`whole_range`, which keeps them whole.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from planeval.disclosure.linked import Address, LinkedTables

TOLERANCE = 1e-6
ALWAYS = ""
Knowledge = Mapping[Address, float]
NOTHING: Knowledge = MappingProxyType({})


@dataclass(frozen=True)
class Publication:
    """What can be withheld in one piece: a cell, or a percentage, a text number. cost None: it is out already."""

    name: str
    where: str
    cost: float | None
    address: Address | None = None


@dataclass(frozen=True)
class Row:
    """low ≤ Σ coefficient · y ≤ high, by position of the cell; known to everybody when `publication` is ALWAYS."""

    places: tuple[int, ...]
    coefficients: tuple[float, ...]
    low: float
    high: float
    publication: str
    where: str


@dataclass(frozen=True)
class Extreme:
    """The end of a range. gains: publication → how much further the end could move, at most, were it withheld."""

    value: float
    gains: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Attack:
    """The rows of a set of linked tables, ready to be solved with some publications withheld."""

    places: dict[Address, int]
    least: npt.NDArray[np.float64]
    whole: npt.NDArray[np.bool_]
    publications: dict[str, Publication]
    rows: tuple[Row, ...]

    @classmethod
    def on(cls, tables: LinkedTables) -> Attack:
        """One row for each cell with a known value that was not hidden earlier, and one for each statement."""
        places = {cell.address: place for place, cell in enumerate(tables.cells)}
        rows, publications = [], {}
        for cell in tables.cells:
            if cell.value is None or cell.hidden:
                continue
            name, half = f"格 {cell.address}", cell.step / 2
            shown = round(cell.value / cell.step) * cell.step if cell.step else cell.value
            publications[name] = Publication(name, str(cell.address), None if cell.out else cell.cost, cell.address)
            rows.append(Row((places[cell.address],), (1.0,), shown - half, shown + half, name,
                            f"{cell.address}已公布"))  # fmt: skip
        for each in tables.statements:
            if each.said_in:
                publications[each.said_in] = Publication(each.said_in, each.where, each.cost)
            rows.append(Row(tuple(places[address] for address, _ in each.terms), tuple(c for _, c in each.terms),
                            each.low, each.high, each.said_in or ALWAYS, each.where))  # fmt: skip
        return cls(
            places, np.array([cell.least for cell in tables.cells]), np.array([cell.whole for cell in tables.cells]),
            publications, tuple(rows),
        )  # fmt: skip

    def range_of(
        self, address: Address, withheld: Collection[str], knows: Knowledge = NOTHING, only: Iterable[str] | None = None
    ) -> tuple[Extreme, Extreme]:
        """Lowest and highest value of a cell that agree with what is published; infinite where nothing binds.

        withheld: names of publications. knows: cells a contributor knows by himself. only: publications looked at.
        """
        rows = self._rows(withheld, knows, only)
        return self._extreme(address, rows, 1.0), self._extreme(address, rows, -1.0)

    def whole_range(
        self, address: Address, withheld: Collection[str], knows: Knowledge = NOTHING
    ) -> tuple[float, float]:
        """As range_of, with counts kept whole."""
        rows = self._rows(withheld, knows, None)
        matrix = self._matrix(rows)
        bounds, ends = Bounds(self.least, np.full(len(self.least), np.inf)), []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(self.least))
            aim[self.places[address]] = sign
            found = milp(
                aim, integrality=self.whole.astype(int), bounds=bounds,
                constraints=LinearConstraint(matrix, [row.low for row in rows], [row.high for row in rows]),
            )  # fmt: skip
            ends.append(-sign * math.inf if found.status == 3 else self._solved(found) * sign)
        return ends[0], ends[1]

    def _rows(self, withheld: Collection[str], knows: Knowledge, only: Iterable[str] | None) -> list[Row]:
        kept = None if only is None else {*only}
        rows = [
            row for row in self.rows
            if row.publication == ALWAYS
            or (row.publication not in withheld and (kept is None or row.publication in kept))
        ]  # fmt: skip
        return rows + [
            Row((self.places[address],), (1.0,), value, value, ALWAYS, "贡献者自己知道")
            for address, value in knows.items()
        ]

    def _matrix(self, rows: list[Row]) -> csr_array:
        at = [(line, place) for line, row in enumerate(rows) for place in row.places]
        numbers = [number for row in rows for number in row.coefficients]
        lines, columns = (np.array(each, dtype=int) for each in zip(*at, strict=True)) if at else ([], [])
        return csr_array((numbers, (lines, columns)), shape=(len(rows), len(self.least)))

    def _extreme(self, address: Address, rows: list[Row], sign: float) -> Extreme:
        """Minimise sign · y with one dual for each side of each row."""
        lows = [row for row in rows if row.low > -math.inf]
        highs = [row for row in rows if row.high < math.inf]
        matrix, bound = None, None
        if lows or highs:
            matrix = csr_array(np.vstack([-self._matrix(lows).toarray(), self._matrix(highs).toarray()]))
            bound = np.array([-row.low for row in lows] + [row.high for row in highs])
        aim = np.zeros(len(self.least))
        aim[self.places[address]] = sign
        found = linprog(aim, A_ub=matrix, b_ub=bound, bounds=[(each, None) for each in self.least], method="highs-ds")
        if found.status == 3:
            return Extreme(-sign * math.inf)
        value = self._solved(found) * sign
        return Extreme(value, self._gains([*lows, *highs], len(lows), found.ineqlin.marginals if lows or highs else []))

    def _gains(self, rows: list[Row], lows: int, duals: Iterable[float]) -> dict[str, float]:
        """By duality: withholding a row that holds from below frees it down to its least, from above without end."""
        gains: dict[str, float] = {}
        for number, (row, dual) in enumerate(zip(rows, duals, strict=True)):
            if row.publication == ALWAYS or abs(dual) < 1e-9:
                continue
            single = number < lows and row.coefficients == (1.0,)
            gain = abs(dual) * (row.low - self.least[row.places[0]]) if single else math.inf
            gains[row.publication] = gains.get(row.publication, 0.0) + gain
        return gains

    def _solved(self, found: object) -> float:
        """The optimum; RuntimeError when what is published contradicts itself or the solver gave up."""
        if getattr(found, "status", 1) != 0:
            raise RuntimeError(f"no attacker's range: {getattr(found, 'message', '')}")
        return float(found.fun)  # type: ignore[attr-defined]
