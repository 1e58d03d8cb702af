"""What a reader can work out: the smallest and largest value of a cell over everything that is published.

The attacker's problem of Fischetti & Salazar (2000), a linear program over the cells. A contributor attacks with what
he knows himself: no cell is lower than what he adds to it, and one he is alone in he knows. All that is asked of one
set of linked cells is solved at once, as blocks of one sparse program (HiGHS); where a solution breaks a count in
parts, that block is solved again in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, kron
from scipy.sparse.csgraph import connected_components

from planeval.disclosure.linked import Address, LinkedTables, Publication

NEAR = 1e-6  # what the solver may miss an end by, relative to the largest number
_FAR = 1e3  # times the largest number: higher than that is as good as without end
ANYBODY = ""
_SIDES = (1.0, -1.0)  # the low end is found by minimising, the high end by minimising the opposite
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ask:
    """Whose range of which cell. holder: of the contributor who attacks, ANYBODY for a reader from outside."""

    address: Address
    holder: str = ANYBODY


@dataclass(frozen=True)
class Range:
    """What fits everything published. high is infinite where nothing holds it.

    parts: the same if counts could be broken in parts, which is never narrower. low_gains, high_gains: publication →
    how much further that end of `parts` could move, at most, were it withheld (by the duals of the linear program).
    """

    low: float
    high: float
    parts: tuple[float, float]
    low_gains: Mapping[Publication, float]
    high_gains: Mapping[Publication, float]


@dataclass(frozen=True)
class Attack:
    """A set of linked tables, to be attacked with some publications withheld."""

    tables: LinkedTables

    @cached_property
    def place(self) -> dict[Address, int]:
        """Address → column."""
        return {cell.address: column for column, cell in enumerate(self.tables.cells)}

    @cached_property
    def holders(self) -> frozenset[str]:
        """Everybody who contributes anything."""
        return frozenset(holder for cell in self.tables.cells for holder in cell.held)

    @cached_property
    def _rows(self) -> csr_array:
        entries = [
            (row, self.place[address], factor)
            for row, each in enumerate(self.tables.statements) for address, factor in each.terms
        ]  # fmt: skip
        rows, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(self.tables.statements), len(self.tables.cells))
        return csr_array((np.array(factors, float), (np.array(rows, int), np.array(columns, int))), shape=shape)

    @cached_property
    def _ends(self) -> tuple[Numbers, Numbers]:
        """Low and high of the statements."""
        lows, highs = ([getattr(each, end) for each in self.tables.statements] for end in ("low", "high"))
        return np.array(lows, float), np.array(highs, float)

    @cached_property
    def _whole(self) -> npt.NDArray[np.bool_]:
        return np.array([cell.whole for cell in self.tables.cells], bool)

    @cached_property
    def _far(self) -> float:
        return _FAR * max([1.0, *(abs(cell.value) for cell in self.tables.cells)])

    @cached_property
    def slack(self) -> float:
        """What two numbers may differ by and still be the same."""
        return NEAR * max([1.0, *(abs(cell.value) for cell in self.tables.cells)])

    @cached_property
    def _known(self) -> dict[str, tuple[Numbers, Numbers]]:
        """Holder → lowest and highest he believes each cell to be when it is not printed."""
        least = np.array([cell.least for cell in self.tables.cells])
        known = {ANYBODY: (least, np.full(len(least), self._far))}
        for holder in self.holders:
            low, high = least.copy(), np.full(len(least), self._far)
            for column, cell in enumerate(self.tables.cells):
                if holder in cell.held:
                    low[column] = max(low[column], cell.held[holder])
                    if len(cell.held) == 1:
                        low[column] = high[column] = cell.value
            known[holder] = low, high
        return known

    def _bounds(self, withheld: Collection[Publication], holder: str) -> tuple[Numbers, Numbers]:
        """Lowest and highest each cell can be for a reader, before the cells are held against each other."""
        low, high = (end.copy() for end in self._known[holder])
        for column, cell in enumerate(self.tables.cells):
            if not cell.unprinted and cell.address not in withheld:
                first, last = cell.printed
                low[column], high[column] = max(low[column], first), min(high[column], last)
        return low, high

    def _said(self, withheld: Collection[Publication]) -> npt.NDArray[np.int_]:
        """Rows of the statements that are not withheld."""
        kept = [row for row, each in enumerate(self.tables.statements) if each.said_in not in withheld]
        return np.array(kept, int)

    def linked(self, withheld: Collection[Publication]) -> npt.NDArray[np.int_]:
        """A label by cell: cells of one label can tell of each other; a cell that is known has the label −1."""
        low, high = self._bounds(withheld, ANYBODY)
        free = high > low
        rows = abs(self._rows[self._said(withheld)])[:, free]
        labels = connected_components(rows.T @ rows, directed=False)[1] if free.any() else np.array([], int)
        found = np.full(len(free), -1)
        found[free] = labels
        return found

    def ranges(self, asks: Sequence[Ask], withheld: Collection[Publication]) -> dict[Ask, Range]:
        """The range behind each ask. withheld: publications the reader does not have. Raises ArithmeticError when what
        is published contradicts itself, for then nothing can be said.
        """
        labels, bounds = self.linked(withheld), {each.holder: self._bounds(withheld, each.holder) for each in asks}
        groups: dict[int, list[Ask]] = {}
        for each in dict.fromkeys(asks):
            groups.setdefault(int(labels[self.place[each.address]]), []).append(each)
        found: dict[Ask, Range] = {}
        for label, group in groups.items():
            columns = np.flatnonzero(labels == label) if label >= 0 else np.array([], int)
            found |= _Group(self, withheld, columns, group, bounds).solved()
        return found


@dataclass(frozen=True)
class _Group:
    """Asks about linked cells: two blocks of one program for each, its low end and its high end.

    columns: the linked cells; everything else in their statements is known.
    """

    attack: Attack
    withheld: Collection[Publication]
    columns: npt.NDArray[np.int_]
    asks: Sequence[Ask]
    bounds: Mapping[str, tuple[Numbers, Numbers]]

    def solved(self) -> dict[Ask, Range]:
        """The range behind each ask of the group."""
        if not len(self.columns):
            known = {each: self.bounds[each.holder] for each in self.asks}
            place = self.attack.place
            printed: dict[Ask, dict[Publication, float]] = {each: {each.address: math.inf} for each in self.asks}
            ends = {each: (low[place[each.address]], high[place[each.address]]) for each, (low, high) in known.items()}
            return {each: Range(*ends[each], ends[each], printed[each], printed[each]) for each in self.asks}
        answers, duals = self._program()
        found = {}
        for number, each in enumerate(self.asks):
            blocks = [(sign, answers[2 * number + half], duals[2 * number + half]) for half, sign in enumerate(_SIDES)]
            low, high = (self._open(self._end(each, answer, sign)) for sign, answer, _ in blocks)
            parts = [self._open(float(answer[self._at(each)])) for _, answer, _ in blocks]
            gains = (self._gains(each, dual, sign) for sign, _, dual in blocks)
            found[each] = Range(low, high, (parts[0], parts[1]), *gains)
        return found

    def _at(self, ask: Ask) -> int:
        """Where its cell stands among the columns."""
        return int(np.searchsorted(self.columns, self.attack.place[ask.address]))

    def _open(self, end: float) -> float:
        """Infinite where only the edge of the program holds it."""
        return end if end < self.attack._far else math.inf

    @cached_property
    def rows(self) -> npt.NDArray[np.int_]:
        """Statements about the linked cells."""
        said = self.attack._said(self.withheld)
        return said[abs(self.attack._rows[said][:, self.columns]).sum(axis=1) > 0]

    @cached_property
    def _matrix(self) -> csr_array:
        return csr_array(self.attack._rows[self.rows])

    @cached_property
    def _limits(self) -> tuple[Numbers, Numbers]:
        """Low and high of those statements, less what is known in them."""
        known = self.bounds.get(ANYBODY, self.attack._bounds(self.withheld, ANYBODY))[0].copy()
        known[self.columns] = 0.0
        low, high = self.attack._ends
        told = self._matrix @ known
        return low[self.rows] - told, high[self.rows] - told

    def _program(self) -> tuple[Numbers, Numbers]:
        """Solutions and duals of the statements, one line for each block. Blocks do not touch, so each is optimal."""
        blocks, width = 2 * len(self.asks), len(self.columns)
        matrix, (low, high) = self._matrix[:, self.columns], self._limits
        equal = np.isfinite(low) & (high - low <= 0)
        up, down = np.isfinite(high) & ~equal, np.isfinite(low) & ~equal
        aims = np.zeros((blocks, width))
        for number, each in enumerate(self.asks):
            aims[2 * number : 2 * number + 2, self._at(each)] = 1.0, -1.0
        bounds = np.array([np.column_stack(self.bounds[each.holder])[self.columns] for each in self.asks])
        copies = eye_array(blocks, format="csr")
        above = csr_array(np.vstack([matrix[up].toarray(), -matrix[down].toarray()]))
        found = linprog(
            aims.ravel(), kron(copies, above, "csr") if above.shape[0] else None,
            np.tile(np.concatenate([high[up], -low[down]]), blocks) if above.shape[0] else None,
            kron(copies, matrix[equal], "csr") if equal.any() else None,
            np.tile(low[equal], blocks) if equal.any() else None,
            np.repeat(bounds, 2, axis=0).reshape(-1, 2), method="highs-ds",
        )  # fmt: skip
        if found.status != 0:
            raise ArithmeticError(f"what is published contradicts itself: {found.message}")
        duals = np.zeros((blocks, len(self.rows)))
        if equal.any():
            duals[:, equal] = found.eqlin.marginals.reshape(blocks, -1)
        if above.shape[0]:
            one_sided = found.ineqlin.marginals.reshape(blocks, -1)
            duals[:, up] += one_sided[:, : up.sum()]
            duals[:, down] -= one_sided[:, up.sum() :]
        return found.x.reshape(blocks, width), duals

    def _end(self, ask: Ask, answer: Numbers, sign: float) -> float:
        """One end of a range; in whole numbers where the solution is not in them though the cells are."""
        whole = self.attack._whole[self.columns]
        here = self._at(ask)
        if not (np.abs(answer - np.round(answer)) > NEAR)[whole].any():
            return float(np.round(answer[here]) if whole[here] else answer[here])
        aim = np.zeros(len(self.columns))
        aim[here] = sign
        low, high = (end[self.columns] for end in self.bounds[ask.holder])
        found = milp(
            aim, integrality=whole.astype(int), bounds=Bounds(low, high),
            constraints=LinearConstraint(self._matrix[:, self.columns], *self._limits) if len(self.rows) else None,
        )  # fmt: skip
        if found.status != 0:
            raise ArithmeticError(f"no whole numbers fit what is published: {found.message}")
        return float(np.round(found.x[here]) if whole[here] else found.x[here])

    def _gains(self, ask: Ask, duals: Numbers, sign: float) -> dict[Publication, float]:
        """By duality: withholding a print frees a cell down to what is believed of it, or up without end."""
        tables = self.attack.tables
        reduced = -(self._matrix.T @ duals)
        reduced[self.attack.place[ask.address]] += sign
        believed = self.attack._known[ask.holder][0]
        gains: dict[Publication, float] = {}
        for column in np.flatnonzero(np.abs(reduced) > 1e-9):
            cell = tables.cells[column]
            if cell.unprinted or cell.address in self.withheld:
                continue
            room = max(0.0, cell.printed[0] - believed[column]) if reduced[column] > 0 else math.inf
            if room:
                gains[cell.address] = abs(float(reduced[column])) * room
        for row in np.flatnonzero(np.abs(duals) > 1e-9):
            name = tables.statements[self.rows[row]].said_in
            if name:
                gains[name] = math.inf
        return gains
