"""Secondary suppression: the cheapest set of further cells to hide, so that nobody can work a sensitive cell out.

The exact model of Fischetti & Salazar (2000, "Models and algorithms for optimizing cell suppression in tabular data
with linear constraints", JASA 95: 916–928), solved by cuts: choose what to hide (scipy.optimize.milp), let anybody and
every large contributor attack, and where one comes too close add the inequality that the duals of his linear program
give: Σ min(gain, short) · hidden ≥ short. Hiding more never narrows a range, so a choice that fails for whole numbers
only is cut off by asking for one more.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from planeval.disclosure.audit import Auditor, Breach, PublicationRefused
from planeval.disclosure.linked import Address, LinkedTables, Publication
from planeval.disclosure.rules import Need

Cut = dict[Publication, float]


@dataclass(frozen=True)
class Suppression:
    """What is hidden. primary, secondary: cells; withheld: these and the names of percentages and texts.

    exact: nothing cheaper would do; False when time ran out and more may be hidden than is needed (`note` says so).
    cost: of the secondary ones. The public edition prints one mark for both, for a mark that tells them apart tells
    that a cell is small.
    """

    primary: frozenset[Address]
    secondary: frozenset[Address]
    withheld: frozenset[Publication]
    exact: bool
    cost: float
    note: str = ""


def suppress(
    tables: LinkedTables, needs: Iterable[Need], accepted: Collection[Publication] = (), seconds: float = 60.0
) -> Suppression:
    """Hide every cell that has a need and the cheapest further publications. Same tables, same answer.

    accepted: see audit.Auditor. seconds: of the processor for the exact model, so that a busy machine changes nothing;
    after them, whatever gives a cell away is hidden piece by piece, which is safe but may hide more than is needed.
    Raises PublicationRefused when what cannot be hidden gives a cell away.
    """
    auditor = Auditor(tables, tuple(needs), frozenset(accepted))
    costs = _costs(tables)
    start = frozenset(need.address for need in auditor.needs)
    free = {name: cost for name, cost in costs.items() if name not in start}
    everything = start | frozenset(free)
    if hopeless := auditor.breaches(everything):
        raise PublicationRefused(auditor.finding(breach, everything) for breach in hopeless)
    chosen = _exact(auditor, start, free, time.process_time() + seconds)
    hidden = chosen if chosen is not None else _piecemeal(auditor, start, free)
    more = [name for name in free if name in hidden]
    return Suppression(
        start, frozenset(name for name in more if isinstance(name, Address)), hidden, chosen is not None,
        sum(free[name] for name in more),
        "" if chosen is not None else "时间不够求最少的一组，改用逐格隐去的办法：保密不受影响，隐去的格可能偏多",
    )  # fmt: skip


def _costs(tables: LinkedTables) -> dict[Publication, float]:
    """What can be withheld → what that loses."""
    costs: dict[Publication, float] = {
        cell.address: cell.loss for cell in tables.cells if not cell.out and not cell.unprinted
    }
    return costs | {each.said_in: each.cost for each in tables.statements if each.said_in and each.cost is not None}


def _exact(
    auditor: Auditor, start: frozenset[Publication], free: Mapping[Publication, float], until: float
) -> frozenset[Publication] | None:
    """The cheapest safe choice, or None when time ran out."""
    cuts: list[Cut] = []
    hidden: frozenset[Publication] = start
    while time.process_time() < until:
        breaches = auditor.breaches(hidden)
        if not breaches:
            return hidden
        cuts += [_cut(breach, free) or {name: 1.0 for name in free if name not in hidden} for breach in breaches]
        chosen = _cheapest(free, cuts, until - time.process_time())
        if chosen is None:
            return None
        hidden = start | chosen
    return None


def _cut(breach: Breach, free: Mapping[Publication, float]) -> Cut:
    """Σ coefficient · hidden ≥ 1; empty where only whole numbers come too close: then one more of all is asked."""
    if not breach.short:
        return {}
    return {name: min(gain, breach.short) / breach.short for name, gain in breach.gains.items() if name in free}


def _cheapest(free: Mapping[Publication, float], cuts: Sequence[Cut], seconds: float) -> frozenset[Publication] | None:
    """The cheapest choice that obeys every cut; equal costs are settled by the order of the tables."""
    place = {name: number for number, name in enumerate(free)}
    entries = [(line, place[name], factor) for line, cut in enumerate(cuts) for name, factor in cut.items()]
    lines, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
    matrix = scipy.sparse.coo_array((factors, (lines, columns)), shape=(len(cuts), len(free))).tocsr()
    costs = np.array([*free.values()])
    order = np.arange(1, len(free) + 1) * (costs[costs > 0].min(initial=1.0) * 1e-3 / (len(free) + 1) ** 2)
    found = scipy.optimize.milp(
        costs + order, integrality=np.ones(len(free)), bounds=scipy.optimize.Bounds(0, 1),
        constraints=scipy.optimize.LinearConstraint(matrix, np.full(len(cuts), 1 - 1e-7), np.inf),
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.status != 0:
        return None
    return frozenset(name for name, chosen in zip(free, found.x, strict=True) if chosen > 0.5)


def _piecemeal(
    auditor: Auditor, start: frozenset[Publication], free: Mapping[Publication, float]
) -> frozenset[Publication]:
    """Hide the cheapest piece of each breach until there is none; safe, for each step hides one more at least."""
    hidden: frozenset[Publication] = start
    order = {name: number for number, name in enumerate(free)}
    while breaches := auditor.breaches(hidden):
        before = hidden
        for breach in breaches:
            pieces = [name for name in breach.gains if name in free and name not in hidden]
            if pieces and not any(name in hidden - before for name in breach.gains):
                hidden |= {min(pieces, key=lambda name: (free[name], order[name]))}
        if hidden == before:
            hidden |= {next(name for name in free if name not in hidden)}
    return hidden
