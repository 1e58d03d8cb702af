"""What a reader can work out: the smallest and largest value of a cell over everything that is published.

The attacker's problem of Fischetti & Salazar (2000), a linear program over the cells. A contributor attacks with what
he knows himself: no cell is lower than what he adds to it, and one he is alone in he knows.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy

from planeval.disclosure.linked import Address, LinkedTables, Publication
from planeval.disclosure.program import ANYBODY, NEAR, Ask, Numbers, Program, Range

_NOISE = 1e-9  # of the largest number: what the solver loses of it


@dataclass(frozen=True)
class Attack:
    """A set of linked tables, to be attacked with some publications withheld.

    worlds: every filling of all cells that a solution came to, in whole numbers; see `Worlds`.
    """

    tables: LinkedTables
    worlds: list[Numbers] = field(default_factory=list)

    @cached_property
    def place(self) -> dict[Address, int]:
        """Address → column."""
        return {cell.address: column for column, cell in enumerate(self.tables.cells)}

    @cached_property
    def holders(self) -> frozenset[str]:
        """Everybody who contributes anything."""
        return frozenset(holder for cell in self.tables.cells for holder in cell.held)

    @cached_property
    def rows(self) -> scipy.sparse.csr_array:
        """Statements × cells: the coefficients."""
        entries = [
            (row, self.place[address], factor)
            for row, each in enumerate(self.tables.statements) for address, factor in each.terms
        ]  # fmt: skip
        rows, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(self.tables.statements), len(self.tables.cells))
        places = np.array(rows, int), np.array(columns, int)
        return scipy.sparse.csr_array((np.array(factors, float), places), shape=shape)

    @cached_property
    def ends(self) -> tuple[Numbers, Numbers]:
        """Low and high of the statements."""
        lows, highs = ([getattr(each, end) for each in self.tables.statements] for end in ("low", "high"))
        return np.array(lows, float), np.array(highs, float)

    @cached_property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Which cells are counts."""
        return np.array([cell.whole for cell in self.tables.cells], bool)

    @cached_property
    def slack(self) -> Numbers:
        """What each cell may be missed by: relative to itself, for in one system counts stand beside large amounts."""
        sizes = np.abs(self.values)
        return np.maximum(NEAR * np.maximum(1.0, sizes), min(_NOISE * float(sizes.max(initial=0.0)), 0.1))

    @cached_property
    def known(self) -> dict[str, tuple[Numbers, Numbers]]:
        """Holder → lowest and highest he believes each cell to be when it is not printed."""
        least = np.array([cell.least for cell in self.tables.cells])
        known = {ANYBODY: (least, np.full(len(least), math.inf))}
        for holder in self.holders:
            low, high = least.copy(), np.full(len(least), math.inf)
            for column, cell in enumerate(self.tables.cells):
                if holder in cell.held:
                    low[column] = max(low[column], cell.held[holder])
                    if len(cell.held) == 1:
                        low[column] = high[column] = cell.value
            known[holder] = low, high
        return known

    @cached_property
    def printed(self) -> tuple[Numbers, Numbers]:
        """Lowest and highest that the print of each cell allows; anything where it is not printed at all."""
        prints = [(-math.inf, math.inf) if cell.unprinted else cell.printed for cell in self.tables.cells]
        return np.array([low for low, _ in prints], float), np.array([high for _, high in prints], float)

    def _seen(self, withheld: Collection[Publication]) -> npt.NDArray[np.bool_]:
        """Which cells are printed and not withheld."""
        return np.array([not cell.unprinted and cell.address not in withheld for cell in self.tables.cells], bool)

    def _bounds(self, seen: npt.NDArray[np.bool_], holder: str) -> tuple[Numbers, Numbers]:
        """Lowest and highest each cell can be for a reader, before the cells are held against each other."""
        (low, high), (first, last) = self.known[holder], self.printed
        return np.where(seen, np.maximum(low, first), low), np.where(seen, np.minimum(high, last), high)

    def _said(self, withheld: Collection[Publication]) -> npt.NDArray[np.int_]:
        """Rows of the statements that are not withheld."""
        kept = [row for row, each in enumerate(self.tables.statements) if each.said_in not in withheld]
        return np.array(kept, int)

    def linked(self, withheld: Collection[Publication]) -> npt.NDArray[np.int_]:
        """A label by cell: cells of one label can tell of each other; a cell that is known has the label −1."""
        low, high = self._bounds(self._seen(withheld), ANYBODY)
        free = high > low
        rows = abs(self.rows[self._said(withheld)])[:, free]
        joined = scipy.sparse.csgraph.connected_components
        labels = joined(rows.T @ rows, directed=False)[1] if free.any() else np.array([], int)
        found = np.full(len(free), -1)
        found[free] = labels
        return found

    @cached_property
    def values(self) -> Numbers:
        """What the cells are."""
        return np.array([cell.value for cell in self.tables.cells])

    def remember(self, columns: npt.NDArray[np.int_], answer: Numbers) -> None:
        """Keep a solution, these cells as found and all others as they are, and what lies on the way to it.

        What lies between two possible fillings is possible, and nearer to the truth fewer readers can exclude it.
        """
        move = np.zeros(len(self.values))
        whole = self.whole[columns]
        move[columns] = np.where(whole, np.round(answer), answer) - self.values[columns]
        steps = math.gcd(*(round(float(each)) for each in move[columns][whole])) if whole.any() else 0
        for part in (1.0, 0.5, 0.25):
            share = max(1, round(steps * part)) / steps if steps else part
            self.worlds.append(self.values + share * move)

    def possible(self, worlds: Numbers, withheld: Collection[Publication]) -> npt.NDArray[np.bool_]:
        """Which fillings of all cells, one a line, agree with what anybody reads."""
        low, high = self._bounds(self._seen(withheld), ANYBODY)
        rows = self._said(withheld)
        least, most = (end[rows] for end in self.ends)
        told = (self.rows[rows] @ worlds.T).T
        inside = ((worlds >= low - self.slack) & (worlds <= high + self.slack)).all(axis=1)
        loose = abs(self.rows[rows]) @ self.slack
        return inside & ((told >= least - loose) & (told <= most + loose)).all(axis=1)

    def ranges(self, asks: Sequence[Ask], withheld: Collection[Publication]) -> dict[Ask, Range]:
        """The range behind each ask. withheld: publications the reader does not have. Raises ArithmeticError when what
        is published contradicts itself, for then nothing can be said.
        """
        labels, seen = self.linked(withheld), self._seen(withheld)
        bounds = {holder: self._bounds(seen, holder) for holder in {ANYBODY, *(each.holder for each in asks)}}
        groups: dict[int, list[Ask]] = {}
        for each in dict.fromkeys(asks):
            groups.setdefault(int(labels[self.place[each.address]]), []).append(each)
        found: dict[Ask, Range] = {}
        for label, group in groups.items():
            columns = np.flatnonzero(labels == label) if label >= 0 else np.array([], int)
            found |= Program(self, seen, self._said(withheld), columns, group, bounds).solved()
        return found


@dataclass
class Worlds:
    """The worlds an attack has come upon that agree with what is published: none of them can be excluded by anybody,
    and by a contributor none that gives him no less than he added. A range that they span needs no program.
    """

    attack: Attack
    withheld: Collection[Publication]
    _tried: int = 0
    _found: list[Numbers] = field(default_factory=list)

    def span(self, ask: Ask) -> tuple[float, float]:
        """Lowest and highest value of a cell in the worlds that the reader cannot exclude; (inf, -inf) in none."""
        if new := self.attack.worlds[self._tried :]:
            self._tried += len(new)
            lines = np.array(new)
            self._found = [np.vstack([*self._found, lines[self.attack.possible(lines, self.withheld)]])]
        if not self._found:
            return math.inf, -math.inf
        (low, high), worlds = self.attack.known[ask.holder], self._found[0]
        slack, here = self.attack.slack, self.attack.place[ask.address]
        mine = worlds[((worlds >= low - slack) & (worlds <= high + slack)).all(axis=1), here]
        return float(mine.min(initial=math.inf)), float(mine.max(initial=-math.inf))
