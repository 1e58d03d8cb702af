"""The audit of a public edition: everything it prints and everything earlier editions printed, as one system.

What is about to be printed is taken from the files themselves, not from the model that made them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planeval.disclosure.audit import Auditor, Finding
from planeval.disclosure.linked import Address, Publication, Statement, said, share
from planeval.disclosure.public_system import (
    REVENUE_TABLE,
    TARGETS,
    WHOLE,
    Printed,
    PublicSystem,
    public_system,
    target_address,
    titled,
    window_totals,
)
from planeval.disclosure.rules import Need, needs_of
from planeval.measures.counting import WAN_PER_UNIT
from planeval.periods import Period
from planeval.review import Review

SHARES = "“占全谷”一栏"
_SHARE_STEP = 0.001


@dataclass(frozen=True)
class Print:
    """What one public edition says. name: of the edition, for a finding. places: (table, industry, zone) → (value,
    share), each None where it is not printed. targets: name → value, in the target's unit.
    """

    name: str
    period: Period
    places: Mapping[tuple[str, str, str], tuple[float | None, float | None]]
    targets: Mapping[str, float]


class UnknownPrint(ValueError):
    """Something is printed that the ledger does not hold, or otherwise than it does (Chinese)."""


def audit_publication(
    review: Review, now: Print, sentences: Iterable[Statement], earlier: Sequence[Print]
) -> tuple[Finding, ...]:
    """Every sensitive number that readers of this edition and of the earlier ones can work out too closely.

    review: of the internal edition. sentences: what texts of the edition say of single cells. Raises UnknownPrint when
    the edition prints what the ledger does not hold. Empty when nobody decided when a number is hidden.
    """
    system = public_system(review, _before(review, earlier))
    if system is None:
        return ()
    withheld = _not_printed(system, now)
    past = [*_same_quarter(review, earlier), *_windows(review, system, earlier)]
    known = system.saying([*_shares(system, now), *sentences, *past])
    here = [need for need in needs_of(known.tables, known.rule) if not need.address.period]
    gone = [need for need in needs_of(known.tables, known.rule) if need.address.period]
    found = _findings(known, here, withheld, known.accepted)
    out = known.accepted | known.earlier | {each.said_in for each in past}
    return (*found, *_findings(known, _within_reach(known, gone), withheld, out))


def _findings(
    system: PublicSystem, needs: Sequence[Need], withheld: frozenset[Publication], accepted: frozenset[Publication]
) -> list[Finding]:
    auditor = Auditor(system.tables, needs, accepted)
    return [auditor.finding(breach, withheld) for breach in auditor.breaches(withheld)]


def _within_reach(system: PublicSystem, needs: Sequence[Need]) -> list[Need]:
    """Needs of earlier quarters that this edition can bear upon: those linked to anything that is not of then."""
    if not needs:
        return []
    auditor = Auditor(system.tables, needs)
    current = frozenset(cell.address for cell in system.tables.cells if not cell.address.period)
    labels, place = auditor.attack.linked(current), auditor.attack.place
    reached = {int(labels[place[address]]) for address in current}
    return [need for need in needs if int(labels[place[need.address]]) in reached]


def _not_printed(system: PublicSystem, now: Print) -> frozenset[Publication]:
    """The cells of the quarter that the edition does not print. Raises UnknownPrint."""
    found: set[Publication] = set()
    known = set()
    for cell in system.tables.cells:
        address = cell.address
        if address.period:
            continue
        if address.table == TARGETS:
            value = now.targets.get(address.row)
        else:
            key = (address.table.removeprefix(titled("")), address.row, address.column)
            known.add(key)
            value = now.places.get(key, (None, None))[0]
        if value is None:
            found.add(address)
        elif not math.isclose(value, cell.shown, rel_tol=1e-9, abs_tol=1e-9):
            raise UnknownPrint(f"{address}印的是 {value:g}，与台账算出的数不同")
    if strange := [key for key in now.places if key not in known]:
        raise UnknownPrint(f"“{'、'.join(strange[0])}”这一行不在评估人员决定公开的表里，没有核验过")
    return frozenset(found)


def _shares(system: PublicSystem, now: Print) -> Iterator[Statement]:
    """Each printed share of a table's whole."""
    for (table, industry, zone), (_, printed) in now.places.items():
        part, whole = Address(titled(table), industry, zone), Address(titled(table), WHOLE, WHOLE)
        if printed is not None and part != whole:
            yield from share(part, whole, printed, _SHARE_STEP, SHARES)


def _before(review: Review, earlier: Sequence[Print]) -> Printed:
    """What was printed of other quarters, and which cells were not; a title's total is its target's value."""
    found: dict[Address, set[float]] = {}
    for each in (each for each in earlier if each.period != review.period):
        for (table, industry, zone), (value, _) in each.places.items():
            printed = found.setdefault(Address(titled(table), industry, zone, str(each.period)), set())
            printed.update(() if value is None else (value,))
        for name, value in each.targets.items():
            total = Address(titled(name), WHOLE, WHOLE, str(each.period))
            if total in found:
                found[total].add(value)
    return {address: frozenset(values) for address, values in found.items()}


def _same_quarter(review: Review, earlier: Sequence[Print]) -> Iterator[Statement]:
    """What another edition of the same quarter printed, of another review or before this one was made again."""
    units = {target.name: target.unit for target in review.plan.targets}
    for each in (each for each in earlier if each.period == review.period):
        for (table, industry, zone), (value, part) in each.places.items():
            address, whole = Address(titled(table), industry, zone), Address(titled(table), WHOLE, WHOLE)
            if value is not None:
                yield said(address, value, 1.0 if titled(table) == REVENUE_TABLE else 0.0, each.name)
            if part is not None and address != whole:
                yield from share(address, whole, part, _SHARE_STEP, each.name)
        for name, value in each.targets.items():
            yield said(target_address(name), value, 0.01 if units.get(name) in WAN_PER_UNIT else 0.0, each.name)


def _windows(review: Review, system: PublicSystem, earlier: Sequence[Print]) -> Iterator[Statement]:
    """A target that adds up quarters, printed in an earlier edition, is the sum of the quarters of its own window."""
    for each in (each for each in earlier if each.period != review.period):
        target, parts = window_totals(review, each.period)
        if target is None or target.name not in each.targets or target.unit not in WAN_PER_UNIT:
            continue
        scale, value = WAN_PER_UNIT[target.unit], each.targets[target.name]
        there = tuple((part, 1.0) for part in parts if part in system.tables.at)
        low = value * scale - 0.005 * scale if len(there) == len(parts) else -math.inf
        where = f"{each.name}：{target.name}为 {value:g} {target.unit}"
        yield Statement(there, low, value * scale + 0.005 * scale, where, each.name)
