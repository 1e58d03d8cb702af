"""Secondary suppression: the cheapest set of further cells to hide, so that nobody can work a sensitive cell out.

The exact model of Fischetti & Salazar (2000, "Models and algorithms for optimizing cell suppression in tabular data
with linear constraints", JASA 95: 916–928), solved by cuts: choose what to hide (scipy.optimize.milp), let the attacker
work out each sensitive cell, and where he comes too close add the inequality that the duals of his linear program give:
Σ min(gain, short) · hidden ≥ short. Hiding more never narrows a range, so a choice that fails for whole numbers only is
cut off by asking for one more.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from planeval.disclosure.attack import Attack, Publication
from planeval.disclosure.audit import PublicationRefused, audit, readers, shortfall, unmet
from planeval.disclosure.linked import Address, LinkedTables
from planeval.disclosure.rules import Need

PUBLISHED, PRIMARY, SECONDARY = "公开", "敏感", "连带"
Cut = dict[str, float]


@dataclass(frozen=True)
class Suppression:
    """What is hidden. primary, secondary: cells; withheld: names of publications, percentages and texts among them.

    exact: nothing cheaper would do; False when time ran out and more may be hidden than is needed (`note` says so).
    cost: of the secondary ones. The public edition prints one mark for both, for a mark that tells them apart tells
    that a cell is small.
    """

    primary: frozenset[Address]
    secondary: frozenset[Address]
    withheld: frozenset[str]
    exact: bool
    cost: float
    note: str = ""

    def state(self, address: Address) -> str:
        """公开, 敏感 or 连带."""
        if address in self.primary:
            return PRIMARY
        return SECONDARY if address in self.secondary else PUBLISHED


def suppress(tables: LinkedTables, needs: Iterable[Need], seconds: float = 20.0) -> Suppression:
    """Hide every cell that has a need and the cheapest further publications. Same tables, same answer.

    seconds: time for the exact model; after it, whatever gives a cell away is hidden piece by piece, which is safe but
    may hide more than is needed. Raises PublicationRefused when what is out already gives a cell away.
    """
    asked, attack = tuple(needs), Attack.on(tables)
    start = frozenset(name for name in (f"格 {need.address}" for need in asked) if name in attack.publications)
    free = [each for each in attack.publications.values() if each.cost is not None and each.name not in start]
    hopeless = audit(tables, asked, start | {each.name for each in free})
    if hopeless:
        raise PublicationRefused(hopeless)
    chosen = _exact(attack, tables, asked, start, free, time.monotonic() + seconds)
    exact = chosen is not None
    hidden = chosen if chosen is not None else _piecemeal(attack, tables, asked, start, free)
    more = [each for each in free if each.name in hidden]
    primary = frozenset(need.address for need in asked)
    return Suppression(
        primary, frozenset(each.address for each in more if each.address is not None), hidden, exact,
        sum(each.cost or 0.0 for each in more),
        "" if exact else "时间不够求最少的一组，改用逐格隐去的办法：保密不受影响，隐去的格可能偏多",
    )  # fmt: skip


def _exact(
    attack: Attack, tables: LinkedTables, needs: Sequence[Need], start: frozenset[str],
    free: Sequence[Publication], until: float,
) -> frozenset[str] | None:  # fmt: skip
    """The cheapest safe choice, or None when time ran out."""
    cuts: list[Cut] = []
    hidden = start
    while time.monotonic() < until:
        found = _cuts(attack, tables, needs, hidden)
        if not found and next(unmet(attack, tables, needs, hidden), None) is None:
            return hidden
        cuts += found or [{each.name: 1.0 for each in free if each.name not in hidden}]
        chosen = _cheapest(free, cuts, until - time.monotonic())
        if chosen is None:
            return None
        hidden = start | chosen
    return None


def _cuts(attack: Attack, tables: LinkedTables, needs: Sequence[Need], hidden: frozenset[str]) -> list[Cut]:
    """One inequality Σ coefficient · hidden ≥ 1 for each need and reader that come too close."""
    found = []
    for reader in readers(tables):
        for need in needs:
            if need.address in reader.own:
                continue
            short, gains = shortfall(*attack.range_of(need.address, hidden, reader.knows), need)
            if short > 0:
                found.append({name: min(gain, short) / short for name, gain in gains.items()})
    return found


def _cheapest(free: Sequence[Publication], cuts: Sequence[Cut], seconds: float) -> frozenset[str] | None:
    """The cheapest choice that obeys every cut; equal costs are settled by the order of the tables."""
    place = {each.name: number for number, each in enumerate(free)}
    matrix = np.zeros((len(cuts), len(free)))
    for line, cut in enumerate(cuts):
        for name, coefficient in cut.items():
            if name in place:
                matrix[line, place[name]] = coefficient
    costs = np.array([each.cost or 0.0 for each in free])
    smallest = costs[costs > 0].min(initial=1.0)
    order = np.arange(1, len(free) + 1) * (smallest * 1e-3 / (len(free) + 1) ** 2)
    found = milp(
        costs + order, integrality=np.ones(len(free)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, np.full(len(cuts), 1 - 1e-7), np.inf),
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.status != 0:
        return None
    return frozenset(each.name for each, chosen in zip(free, found.x, strict=True) if chosen > 0.5)


def _piecemeal(
    attack: Attack, tables: LinkedTables, needs: Sequence[Need], start: frozenset[str], free: Sequence[Publication]
) -> frozenset[str]:
    """Hide the cheapest piece of each cut until nothing is given away; safe, for each step hides one more at least."""
    costs = {each.name: each.cost or 0.0 for each in free}
    order = {each.name: number for number, each in enumerate(free)}
    hidden = start
    while True:
        found = _cuts(attack, tables, needs, hidden)
        if not found and next(unmet(attack, tables, needs, hidden), None) is None:
            return hidden
        found = found or [dict.fromkeys([name for name in order if name not in hidden], 1.0)]
        for cut in found:
            pieces = [name for name in cut if name in costs and name not in hidden]
            if pieces and not any(name in hidden - start for name in cut):
                hidden |= {min(pieces, key=lambda name: (costs[name], order[name]))}
