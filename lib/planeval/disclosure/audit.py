"""Whether what is published gives a hidden cell away: every need checked against everything a reader knows.

Readers: anybody, and each contributor who is alone in some cell and so knows that cell exactly (the singleton problem,
Hundepool et al. 2012, 4.3). What the second largest contributor of a cell knows is in the p % level itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from planeval.disclosure.attack import NOTHING, TOLERANCE, Attack, Extreme, Knowledge
from planeval.disclosure.linked import Address, LinkedTables
from planeval.disclosure.rules import Need

NARROW = 4.0  # a relaxed range not wider than this many times what is asked is confirmed with whole numbers


@dataclass(frozen=True)
class Finding:
    """A hidden cell that can be worked out. low, high: its feasible range. given_away_by: the publications without
    any one of which it could not be, as the reader finds them. reader: 任何读者, or which contributor.
    """

    address: Address
    low: float
    high: float
    given_away_by: tuple[str, ...]
    reader: str
    why: str

    def line(self) -> str:
        """The finding in one Chinese line."""
        exact = self.high - self.low <= TOLERANCE * max(1.0, abs(self.high))
        range_ = f"只能是 {self.low:g}" if exact else f"只能在 {self.low:g} 到 {self.high:g} 之间"
        told = "；".join(self.given_away_by) or "各表的加总关系"
        return f"{self.address}不予公开（{self.why}），但{self.reader}能算出它{range_}。由这些公布内容得出：{told}"


class PublicationRefused(Exception):
    """A hidden cell can be worked out, so nothing of the edition may be published; carries every finding."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        lines = "\n".join(f"  {finding.line()}" for finding in self.findings)
        return f"公开版没有发布：{len(self.findings)} 格不予公开的数能被推算出来\n{lines}"


@dataclass(frozen=True)
class Reader:
    """Somebody who reads what is published and knows some cells by himself."""

    name: str
    knows: Knowledge
    own: frozenset[Address] = frozenset()


def readers(tables: LinkedTables) -> tuple[Reader, ...]:
    """Anybody, then each contributor who is alone in an amount, in the order of the cells."""
    alone: dict[str, dict[Address, float]] = {}
    for cell in tables.cells:
        if cell.contributors == 1 and not cell.whole and cell.value is not None:
            holder = cell.holders[0] if cell.holders else f"{cell.address}"
            alone.setdefault(holder, {})[cell.address] = cell.value
    single = (Reader(f"{min(cells)}的唯一贡献者", cells, frozenset(cells)) for cells in alone.values())
    return Reader("任何读者", NOTHING), *single


def audit(tables: LinkedTables, needs: Iterable[Need], withheld: Collection[str]) -> tuple[Finding, ...]:
    """Every need that is not met with these publications withheld; empty: nothing is given away.

    needs: of cells that are hidden. withheld: names of publications, see attack.Attack. Raises RuntimeError when the
    publications contradict each other, for then nothing can be said.
    """
    attack = Attack.on(tables)
    return tuple(_finding(attack, need, reader, withheld) for need, reader in unmet(attack, tables, needs, withheld))


def unmet(
    attack: Attack, tables: LinkedTables, needs: Iterable[Need], withheld: Collection[str]
) -> Iterator[tuple[Need, Reader]]:
    """Each need with the first reader against whom it does not hold."""
    everyone = readers(tables)
    for need in needs:
        for reader in everyone:
            if need.address not in reader.own and not _met(attack, need, reader, withheld):
                yield need, reader
                break


def shortfall(low: Extreme, high: Extreme, need: Need) -> tuple[float, dict[str, float]]:
    """How far a range falls short of a need, and what withholding each publication could at most add; 0: it does not.

    Of upper, lower and sliding level, the first that falls short.
    """
    room = TOLERANCE * max(1.0, abs(need.upper) if math.isfinite(need.upper) else 1.0)
    if high.value < need.upper - room:
        return need.upper - high.value, high.gains
    if low.value > need.lower + room:
        return low.value - need.lower, low.gains
    if high.value - low.value < need.width - room:
        both = {name: low.gains.get(name, 0.0) + high.gains.get(name, 0.0) for name in {**low.gains, **high.gains}}
        return need.width - (high.value - low.value), both
    return 0.0, {}


def _met(attack: Attack, need: Need, reader: Reader, withheld: Collection[str]) -> bool:
    low, high = attack.range_of(need.address, withheld, reader.knows)
    if shortfall(low, high, need)[0] > 0:
        return False
    if not need.whole or high.value - low.value > NARROW * max(need.width, 1.0):
        return True
    least, most = attack.whole_range(need.address, withheld, reader.knows)
    return shortfall(Extreme(least), Extreme(most), need)[0] == 0


def _finding(attack: Attack, need: Need, reader: Reader, withheld: Collection[str]) -> Finding:
    low, high = attack.range_of(need.address, withheld, reader.knows)
    short, gains = shortfall(low, high, need)
    if short > 0:
        names = _irreducible(attack, need, reader, withheld, [*gains])
        low, high = attack.range_of(need.address, withheld, reader.knows)
        ends = low.value, high.value
    else:  # only whole numbers give it away
        names, ends = [*low.gains | high.gains], attack.whole_range(need.address, withheld, reader.knows)
    told = tuple(attack.publications[name].where for name in names)
    return Finding(need.address, *ends, told, reader.name, need.why)


def _irreducible(attack: Attack, need: Need, reader: Reader, withheld: Collection[str], names: list[str]) -> list[str]:
    """The publications of the duals, less each without which the need is still not met (a deletion filter)."""
    for name in [*names]:
        fewer = [each for each in names if each != name]
        low, high = attack.range_of(need.address, withheld, reader.knows, only=fewer)
        if shortfall(low, high, need)[0] > 0:
            names = fewer
    return names
