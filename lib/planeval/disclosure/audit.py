"""The audit of what is about to be published: what readers of all of it could work out of each sensitive cell.

Counting the gaps of a line is no protection; only the feasible range is. For every need the lowest and highest value
are computed that fit every table, total, percentage, text and earlier edition together: for anybody, and for the two
largest contributors of every hidden cell that is linked to it, who know what they added everywhere (the singleton
problem and its wider form, Hundepool et al. 2012, 4.3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from planeval.disclosure.attack import Attack, Worlds
from planeval.disclosure.linked import Address, LinkedTables, Publication
from planeval.disclosure.program import Ask, Range
from planeval.disclosure.rules import Need

LARGEST = 2  # contributors of each hidden cell who attack


@dataclass(frozen=True)
class Finding:
    """A sensitive cell that can be worked out too closely.

    low, high: its feasible range. holder: the contributor who can, ANYBODY when everyone can. given_away_by: the
    publications that together give it away, none of which can be left out; empty: the meaning of the tables alone.
    """

    need: Need
    low: float
    high: float
    holder: str
    given_away_by: tuple[str, ...]

    def line(self) -> str:
        """The finding in one Chinese line, for the evaluator and never for an edition."""
        who = "另一个贡献者用自己的数" if self.holder else "任何读者"
        range_ = f"只能是 {self.low:g}" if self.high == self.low else f"只能在 {self.low:g} 到 {self.high:g} 之间"
        told = "、".join(f"“{each}”" for each in self.given_away_by) or "各表之间的关系本身"
        return (
            f"{self.need.address}不公开（{self.need.why}），{who}却能算出它{range_}；"
            f"规则要求{self.need.asked}。泄露它的是：{told}"
        )


class PublicationRefused(Exception):
    """A sensitive cell can be worked out, so nothing of the edition may be published; carries every finding."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        lines = "\n".join(f"  {finding.line()}" for finding in self.findings)
        return f"{len(self.findings)} 个不公开的数能被推算出来\n{lines}"


@dataclass(frozen=True)
class Breach:
    """A need that is not met: whose ask, what he finds, how far that falls short in parts of counts, and what
    withholding a publication could at most add; short is 0 where only whole numbers come too close.
    """

    need: Need
    ask: Ask
    found: Range
    short: float
    gains: dict[Publication, float]


@dataclass(frozen=True)
class Auditor:
    """Needs of a set of tables, checked against one choice of publications withheld after another.

    accepted: publications whose consequences were decided (totals that are public though few are behind them). What
    they tell when nothing else is published is asked of nobody.
    """

    tables: LinkedTables
    needs: Sequence[Need]
    accepted: frozenset[Publication] = frozenset()
    _floors: dict[Ask, Range] = field(default_factory=dict)

    @cached_property
    def attack(self) -> Attack:
        """The tables, ready to be attacked."""
        return Attack(self.tables)

    @cached_property
    def everything(self) -> frozenset[Publication]:
        """Every publication that is not accepted."""
        cells: list[Publication] = [cell.address for cell in self.tables.cells]
        return frozenset([*cells, *(each.said_in for each in self.tables.statements if each.said_in)]) - self.accepted

    def breaches(self, withheld: Collection[Publication]) -> list[Breach]:
        """Every need that is not met against anybody; where all are, those that are not against a contributor: one for
        each who comes too close.
        """
        gone = frozenset(withheld)
        worlds = Worlds(self.attack, gone)
        if outside := self._unmet([(need, Ask(need.address)) for need in self.needs], gone, worlds):
            return outside
        insiders = self._insiders(gone)
        return [
            breach for need, holders in insiders.items()
            for breach in self._unmet([(need, Ask(need.address, each)) for each in holders], gone, worlds)
        ]  # fmt: skip

    def _insiders(self, withheld: frozenset[Publication]) -> dict[Need, list[str]]:
        """Need → the contributors who add something to an unknown cell that is linked to its own.

        Nobody can be kept from knowing a cell that he is alone in.
        """
        labels, place = self.attack.linked(withheld), self.attack.place
        known_by: dict[int, dict[str, None]] = {}
        for cell in self.tables.cells:
            label = int(labels[place[cell.address]])
            known_by.setdefault(label, {}).update(dict.fromkeys(each for each in cell.held if each in self._attackers))
        linked = {need: int(labels[place[need.address]]) for need in self.needs}
        return {
            need: [each for each in known_by[label] if [*self.tables.at[need.address].held] != [each]]
            for need, label in linked.items() if label >= 0
        }  # fmt: skip

    @cached_property
    def _attackers(self) -> frozenset[str]:
        """The largest contributors of each cell, hidden or not."""
        return frozenset(holder for cell in self.tables.cells for holder in [*cell.held][:LARGEST])

    def _unmet(
        self, wanted: Sequence[tuple[Need, Ask]], withheld: frozenset[Publication], worlds: Worlds
    ) -> list[Breach]:
        def witnessed(need: Need, ask: Ask) -> bool:
            return _wide(*worlds.span(ask), self._levels(need, ask, None), self._slack(need))

        open_ = [each for each in wanted if not witnessed(*each)]
        ranges = self.attack.ranges([ask for _, ask in open_], withheld)
        close = [each for each in open_ if not witnessed(*each) and not self._met(*each, ranges[each[1]])]
        unknown = [ask for _, ask in close if ask not in self._floors]
        self._floors.update(self.attack.ranges(unknown, self.everything))
        found = []
        for need, ask in close:
            floor = self._floors[ask]
            if not self._met(need, ask, ranges[ask], floor):
                levels = self._levels(need, ask, floor)
                found.append(Breach(need, ask, ranges[ask], *_short(ranges[ask], levels, self._slack(need))))
        return found

    def _levels(self, need: Need, ask: Ask, floor: Range | None) -> tuple[float, float, float]:
        """Upper, lower and sliding level: no lower than what the reader adds himself, no wider than `floor` leaves."""
        own = self.tables.at[need.address].held.get(ask.holder, 0.0)
        upper, lower, width = need.upper, max(need.lower, own), min(need.width, max(0.0, need.upper - own))
        if floor is None:
            return upper, lower, width
        return min(upper, floor.high), max(lower, floor.low), min(width, floor.high - floor.low)

    def _slack(self, need: Need) -> float:
        return float(self.attack.slack[self.attack.place[need.address]])

    def _met(self, need: Need, ask: Ask, found: Range, floor: Range | None = None) -> bool:
        """Whether a range is open enough; in whole numbers only where it is in parts of them."""
        levels, slack = self._levels(need, ask, floor), self._slack(need)
        return _wide(*found.parts, levels, slack) and _wide(found.low, found.high, levels, slack)

    def finding(self, breach: Breach, withheld: Collection[Publication]) -> Finding:
        """The breach with the publications that give the cell away: each is left out in turn, for good if it was not
        needed.
        """
        gone, needed = frozenset(withheld), []
        sources = self._sources(gone)
        for name, publications in sources.items():
            if self._still(breach, gone | publications):
                gone |= publications
            else:
                needed.append(name)
        low, high = breach.found.low, breach.found.high
        return Finding(breach.need, low, high, breach.ask.holder, tuple(needed))

    def _still(self, breach: Breach, withheld: frozenset[Publication]) -> bool:
        found = self.attack.ranges([breach.ask], withheld)[breach.ask]
        return not self._met(breach.need, breach.ask, found, self._floors[breach.ask])

    def _sources(self, withheld: frozenset[Publication]) -> dict[str, frozenset[Publication]]:
        """Table, text or edition by its name → what is published in it."""
        named: list[tuple[str, Publication]] = [
            (cell.address.source, cell.address) for cell in self.tables.cells if not cell.unprinted
        ]
        named += [(each.said_in, each.said_in) for each in self.tables.statements if each.said_in]
        found: dict[str, set[Publication]] = {}
        for name, publication in named:
            if publication not in withheld:
                found.setdefault(name, set()).add(publication)
        return {name: frozenset(publications) for name, publications in found.items()}


def _wide(low: float, high: float, levels: tuple[float, float, float], slack: float) -> bool:
    upper, lower, width = levels
    return high >= upper - slack and low <= lower + slack and high - low >= width - slack


def _short(found: Range, levels: tuple[float, float, float], slack: float) -> tuple[float, dict[Publication, float]]:
    """How far a range in parts of counts falls short, of the first level of which it does, and by what it is held."""
    upper, lower, width = levels
    low, high = found.parts
    if high < upper - slack:
        return upper - high, found.gains(1)
    if low > lower + slack:
        return low - lower, found.gains(0)
    if high - low < width - slack:
        ends = found.gains(0), found.gains(1)
        both = {name: sum(gains.get(name, 0.0) for gains in ends) for name in {**ends[0], **ends[1]}}
        return width - (high - low), both
    return 0.0, {}


def audit(
    tables: LinkedTables, needs: Iterable[Need], withheld: Collection[Publication],
    accepted: Collection[Publication] = (),
) -> tuple[Finding, ...]:  # fmt: skip
    """Every need that is not met with these publications withheld; empty: nothing is given away.

    Raises ArithmeticError when the publications contradict each other, for then nothing can be said.
    """
    auditor = Auditor(tables, tuple(needs), frozenset(accepted))
    return tuple(auditor.finding(breach, withheld) for breach in auditor.breaches(withheld))


def hidden_ranges(tables: LinkedTables, withheld: Collection[Publication]) -> dict[Address, tuple[float, float]]:
    """What anybody can work out of every cell that is not printed."""
    attack = Attack(tables)
    asks = [Ask(cell.address) for cell in tables.cells if cell.unprinted or cell.address in withheld]
    return {ask.address: (found.low, found.high) for ask, found in attack.ranges(asks, withheld).items()}
