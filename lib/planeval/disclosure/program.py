"""The attacker's linear program for linked cells, for many readers at once.

All that is asked of one set of linked cells is solved as blocks of one sparse program (HiGHS); where a solution breaks
a count in parts, that block is solved again in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy

from planeval.disclosure.linked import Address, Publication

if TYPE_CHECKING:
    from planeval.disclosure.attack import Attack

NEAR = 1e-6  # what the solver may miss an end by, relative to the largest number
ANYBODY = ""
_FAR = 1e3  # times the largest number of the program
_SIDES = (1.0, -1.0)  # the low end is found by minimising, the high end by minimising the opposite
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ask:
    """Whose range of which cell. holder: of the contributor who attacks, ANYBODY for a reader from outside."""

    address: Address
    holder: str = ANYBODY


@dataclass(frozen=True)
class Range:
    """What fits everything published.

    parts: lowest and highest if counts could be broken in parts, which is never narrower. ends: the same in whole
    numbers where cells are counts. gains: of the low end (0) or the high end (1) of `parts`: publication → how much
    further it could move, at most, were that withheld (by the duals of the linear program).
    """

    parts: tuple[float, float]
    ends: Callable[[], tuple[float, float]]
    gains: Callable[[int], dict[Publication, float]]

    @cached_property
    def low(self) -> float:
        """Lowest."""
        return self.ends()[0]

    @cached_property
    def high(self) -> float:
        """Highest; infinite where nothing holds it."""
        return self.ends()[1]


@dataclass(frozen=True)
class Program:
    """Asks about linked cells: two blocks of one program for each, its low end and its high end.

    seen: cells that are printed. said: rows of the statements that are. columns: the linked cells; everything else in
    their statements is known. bounds: of every reader who asks, and of anybody.
    """

    attack: Attack
    seen: npt.NDArray[np.bool_]
    said: npt.NDArray[np.int_]
    columns: npt.NDArray[np.int_]
    asks: Sequence[Ask]
    bounds: Mapping[str, tuple[Numbers, Numbers]]

    def solved(self) -> dict[Ask, Range]:
        """The range behind each ask of the group."""
        if not len(self.columns):
            found = {}
            for each in self.asks:
                place = self.attack.place[each.address]
                low, high = (float(end[place]) for end in self.bounds[each.holder])
                found[each] = Range((low, high), partial(_pair, low, high), partial(_own_print, each))
            return found
        answers, duals = self._program()
        for answer in answers:
            if not self._broken(answer):
                self.attack.remember(self.columns, answer)
        blocks = {each: slice(2 * number, 2 * number + 2) for number, each in enumerate(self.asks)}
        return {
            each: Range(self._open(*answers[block, self._at(each)]), partial(self._ends, each, answers[block]),
                        partial(self._gains, each, duals[block]))
            for each, block in blocks.items()
        }  # fmt: skip

    def _at(self, ask: Ask) -> int:
        """Where its cell stands among the columns."""
        return int(np.searchsorted(self.columns, self.attack.place[ask.address]))

    def _open(self, low: float, high: float) -> tuple[float, float]:
        """Infinite where only the edge of the program holds the high end."""
        return float(low), float(high) if high < self.far else math.inf

    @cached_property
    def far(self) -> float:
        """Higher than this is as good as without end."""
        limits = np.concatenate([self.attack.values[self.columns], *self._limits])
        return _FAR * max(1.0, float(np.abs(limits[np.isfinite(limits)]).max(initial=0.0)))

    def _believed(self, holder: str) -> tuple[Numbers, Numbers]:
        """Lowest and highest of the linked cells for a reader, within the edge of the program."""
        low, high = (end[self.columns] for end in self.bounds[holder])
        return low, np.minimum(high, np.maximum(self.far, low))

    def _ends(self, ask: Ask, answers: Numbers) -> tuple[float, float]:
        return self._open(*(self._end(ask, answer, sign) for answer, sign in zip(answers, _SIDES, strict=True)))

    @cached_property
    def rows(self) -> npt.NDArray[np.int_]:
        """Statements about the linked cells."""
        return self.said[abs(self.attack.rows[self.said][:, self.columns]).sum(axis=1) > 0]

    @cached_property
    def _matrix(self) -> scipy.sparse.csr_array:
        return scipy.sparse.csr_array(self.attack.rows[self.rows])

    @cached_property
    def _limits(self) -> tuple[Numbers, Numbers]:
        """Low and high of those statements, less what is known in them."""
        known = self.bounds[ANYBODY][0].copy()
        known[self.columns] = 0.0
        low, high = self.attack.ends
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
        bounds = np.array([np.column_stack(self._believed(each.holder)) for each in self.asks])
        copies = scipy.sparse.eye_array(blocks, format="csr")
        above = scipy.sparse.csr_array(np.vstack([matrix[up].toarray(), -matrix[down].toarray()]))
        found = scipy.optimize.linprog(
            aims.ravel(), scipy.sparse.kron(copies, above, "csr") if above.shape[0] else None,
            np.tile(np.concatenate([high[up], -low[down]]), blocks) if above.shape[0] else None,
            scipy.sparse.kron(copies, matrix[equal], "csr") if equal.any() else None,
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
        whole = self.attack.whole[self.columns]
        here = self._at(ask)
        if not self._broken(answer):
            return float(np.round(answer[here]) if whole[here] else answer[here])
        aim = np.zeros(len(self.columns))
        aim[here] = sign
        told = scipy.optimize.LinearConstraint(self._matrix[:, self.columns], *self._limits) if len(self.rows) else None
        found = scipy.optimize.milp(
            aim, integrality=whole.astype(int), bounds=scipy.optimize.Bounds(*self._believed(ask.holder)),
            constraints=told,
        )  # fmt: skip
        if found.status != 0:
            raise ArithmeticError(f"no whole numbers fit what is published: {found.message}")
        self.attack.remember(self.columns, found.x)
        return float(np.round(found.x[here]) if whole[here] else found.x[here])

    def _broken(self, answer: Numbers) -> bool:
        """Whether a solution breaks a count in parts."""
        return bool((np.abs(answer - np.round(answer)) > NEAR)[self.attack.whole[self.columns]].any())

    def _gains(self, ask: Ask, duals: Numbers, side: int) -> dict[Publication, float]:
        """By duality: withholding a print frees a cell down to what is believed of it, or up without end."""
        tables = self.attack.tables
        reduced = -(self._matrix.T @ duals[side])
        reduced[self.attack.place[ask.address]] += _SIDES[side]
        believed = self.attack.known[ask.holder][0]
        gains: dict[Publication, float] = {}
        for column in np.flatnonzero((np.abs(reduced) > 1e-9) & self.seen):
            room = max(0.0, self.attack.printed[0][column] - believed[column]) if reduced[column] > 0 else math.inf
            if room:
                gains[tables.cells[column].address] = abs(float(reduced[column])) * room
        for row in np.flatnonzero(np.abs(duals[side]) > 1e-9):
            name = tables.statements[self.rows[row]].said_in
            if name:
                gains[name] = math.inf
        return gains


def _pair(low: float, high: float) -> tuple[float, float]:
    return low, high


def _own_print(ask: Ask, side: int) -> dict[Publication, float]:
    """A cell that is printed as it is: only withholding it moves an end."""
    return {ask.address: math.inf}
