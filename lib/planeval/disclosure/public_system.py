"""Everything the public editions say of what was filed, as cells and what ties them, over several quarters.

Tables by industry and zone of each quarter, the totals of the targets, and what a reader knows of them: margins add up,
a firm with a title is a firm, where there is no firm nobody works and nothing is earned, a title's total is its
target's value, revenue over a window is the sum of its quarters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from planeval.disclosure.linked import (
    Address,
    Cell,
    Contribution,
    LinkedTables,
    Publication,
    Statement,
    adds_up,
    at_most,
    crossed,
    same,
)
from planeval.judge.rounding import DECIMALS
from planeval.measures.counting import WAN_PER_UNIT, window_quarters
from planeval.measures.place_contributions import FIRMS, NAMES, REVENUE, TITLES, PlaceTable, place_tables
from planeval.measures.places import revenue_rule
from planeval.periods import Period
from planeval.plan import Target
from planeval.plan.disclosure_decisions import DisclosureRule
from planeval.review import Review

RULE, PLACES, TOTALS = "disclosure_rule", "public_places", "public_totals"
TARGETS, VALUE, WHOLE = "指标完成情况", "现值", "合计"
_MARGIN, _TARGET = 4.0, 100.0  # times what hiding a margin, and a target's total, loses more than a cell inside
_HOLDERS = {
    "certificates": "enterprise_id", "operations": "enterprise_id", "achievements": "receiver", "platforms": "host",
    "partnerships": "university", "events": "organiser", "funds": "fund_id",
}  # fmt: skip


@dataclass(frozen=True)
class PublicSystem:
    """tables: see linked. rule: in force. accepted: totals that were decided to be public all the same. printed: the
    tables by industry and zone of the reviewed quarter. earlier: cells that an earlier edition printed as they are.
    """

    tables: LinkedTables
    rule: DisclosureRule
    accepted: frozenset[Publication]
    printed: tuple[PlaceTable, ...]
    earlier: frozenset[Publication] = frozenset()

    def saying(self, statements: Iterable[Statement]) -> PublicSystem:
        """With what is said elsewhere, as far as it is said of the numbers as they are known now: a number that was
        corrected since says nothing of the one that stands in its place.
        """
        known = [each for each in statements if all(address in self.tables.at for address, _ in each.terms)]
        return replace(self, tables=_tied(self.tables, known))


Printed = Mapping[Address, frozenset[float]]
"""What earlier editions printed: address with its quarter → the numbers, none where it was not printed."""


def titled(name: str) -> str:
    """What a table by industry and zone is called where it is not printed itself."""
    return f"分产业分区域的{name}"


REVENUE_TABLE = titled(NAMES[REVENUE][0])


def target_address(name: str) -> Address:
    """Where a target's value stands."""
    return Address(TARGETS, name, VALUE)


def public_system(review: Review, before: Printed) -> PublicSystem | None:
    """The system of the reviewed quarter and of what was printed before. review: of the internal edition.

    None when nobody decided when a number is hidden. A number that was printed otherwise than it is known now was
    corrected: it is not known from its print.
    """
    rule = review.method.optional(RULE, review.period)
    if rule is None:
        return None
    kinds = _decided(review, PLACES, "tables")
    found = place_tables(review.ledger, review.plan, review.method, review.period)
    printed = tuple(table for table in found if table.kind in kinds)
    cells = {table.name: tuple(_cells(table, review, review.period)) for table in printed}
    tables = _tied_quarter(LinkedTables(tuple(_target_cells(review))), printed, cells)
    quarters = {Period.parse(address.period): found for address in before if address.period}
    for quarter in quarters:
        found = place_tables(review.ledger, review.plan, review.method, quarter)
        listed = {table.name: tuple(_listed(_cells(table, review, quarter), before)) for table in found}
        tables = _tied_quarter(tables, found, listed)
    earlier = frozenset(cell.address for cell in tables.cells if cell.address.period and not cell.unprinted)
    accepted = frozenset(cell.address for cell in tables.cells if cell.out) - earlier
    return PublicSystem(_tied(tables, _target_ties(review, tables, printed)), rule, accepted, printed, earlier)


def _decided(review: Review, name: str, part: str) -> tuple[str, ...]:
    value = review.method.optional(name, review.period)
    return () if value is None else tuple(getattr(value, part))


def _tied(tables: LinkedTables, ties: Iterable[Statement]) -> LinkedTables:
    """With those ties that hold: a firm that was filed late may break one, and then nobody can rely on it."""
    return tables.joined(LinkedTables(()), [each for each in ties if tables.agrees(each)])


def _listed(cells: Iterable[Cell], before: Printed) -> Iterator[Cell]:
    """The cells of an earlier quarter that an edition spoke of; a printed one is taken as known to the last digit,
    which is the safe side and keeps quarters apart.
    """
    for cell in cells:
        if cell.address in before:
            known = any(math.isclose(value, cell.shown, abs_tol=1e-9) for value in before[cell.address])
            yield replace(cell, out=known, unprinted=not known, step=0.0 if known else cell.step)


def _target_cells(review: Review) -> Iterator[Cell]:
    """The value of each target that was counted from what was filed, and who adds what to it."""
    public = _decided(review, TOTALS, "targets")
    for target in review.plan.targets:
        count, rule = review.counts.get(target.id), review.method.counting(target.id, review.period)
        if count is None or count.value is None or rule is None or count.items.empty:
            continue
        items = count.items
        step = 10.0 ** -DECIMALS[target.unit] if target.unit in DECIMALS else 0.0
        amounts = items[rule.sum].fillna(0.0) / WAN_PER_UNIT[target.unit] if rule.sum else [1.0] * len(items)
        named = items[_HOLDERS.get(rule.table, "unit_id")].fillna("")
        who = [str(name) or f"{rule.table}-{row}" for row, name in enumerate(named)]
        parts = tuple(Contribution(holder, float(each)) for holder, each in zip(who, amounts, strict=True))
        yield Cell(target_address(target.name), count.value, parts, whole=rule.sum is None, step=step,
                   cost=_TARGET, out=target.id in public)  # fmt: skip


def _cells(table: PlaceTable, review: Review, quarter: Period) -> Iterator[Cell]:
    """Every industry and zone of the plan, with 合计; hiding one loses one and ten times its share of the whole."""
    text = review.plan.text
    industries, zones = ({each.id: each.name for each in part} for part in (text.industries, text.zones))
    parts: dict[tuple[str, str], list[Contribution]] = {
        (row, column): [] for row in (*industries.values(), WHOLE) for column in (*zones.values(), WHOLE)
    }
    for who, industry, zone, amount in table.rows.itertuples(index=False):
        for row in (industries[industry], WHOLE):
            for column in (zones[zone], WHOLE):
                parts[row, column].append(Contribution(str(who), float(amount)))
    whole = math.fsum(each.amount for each in parts[WHOLE, WHOLE])
    period = "" if quarter == review.period else str(quarter)
    for (row, column), added in parts.items():
        value = math.fsum(each.amount for each in added)
        yield Cell(
            Address(titled(table.name), row, column, period), value, tuple(added), whole=table.whole,
            step=0.0 if table.whole else 1.0, cost=1.0 + (10.0 * value / whole if whole else 0.0),
        )  # fmt: skip


def _tied_quarter(
    tables: LinkedTables, found: Sequence[PlaceTable], cells: Mapping[str, Sequence[Cell]]
) -> LinkedTables:
    """With the tables of a quarter: margins of those that are whole, and what ties them to the firms."""
    for each in found:
        rows, columns = ({getattr(cell.address, part) for cell in cells[each.name]} for part in ("row", "column"))
        is_whole = len(cells[each.name]) == len(rows) * len(columns) > 1
        made = crossed(cells[each.name], WHOLE, WHOLE, _MARGIN) if is_whole else LinkedTables(tuple(cells[each.name]))
        tables = tables.joined(made)
    firms = {(cell.address.row, cell.address.column): cell.address
             for each in found if each.kind == FIRMS for cell in cells[each.name]}  # fmt: skip
    ties = []
    for each in (each for each in found if each.kind != FIRMS):
        most = 1.0 if each.kind == TITLES else max(1.0, math.fsum(each.rows["amount"]))
        where = "" if each.kind == TITLES else "没有企业的地方没有从业人员和营收"
        for cell in cells[each.name]:
            if (cell.address.row, cell.address.column) in firms:
                firm = firms[cell.address.row, cell.address.column]
                ties.append(at_most(cell.address, firm, most, where))
    return _tied(tables, ties)


def _target_ties(review: Review, tables: LinkedTables, printed: Sequence[PlaceTable]) -> Iterator[Statement]:
    """A title's total is its target's value; revenue over a window is the sum of its quarters."""
    names = {target.id: target.name for target in review.plan.targets}
    for table in printed:
        if table.target and target_address(names[table.target]) in tables.at:
            yield same(Address(titled(table.name), WHOLE, WHOLE), target_address(names[table.target]))
    target, parts = window_totals(review, review.period)
    if target is None or target_address(target.name) not in tables.at:
        return
    there = [part for part in parts if part in tables.at]
    tie = adds_up(target_address(target.name), there, f"{target.name}等于各季营业收入之和")
    (whole, _), *others = tie.terms
    least = 0.0 if len(there) == len(parts) else -math.inf  # a quarter nobody spoke of may be anything
    yield replace(tie, terms=((whole, -float(WAN_PER_UNIT[target.unit])), *others), low=least)


def window_totals(review: Review, period: Period) -> tuple[Target | None, tuple[Address, ...]]:
    """The target that adds up quarterly revenue over a window ending with a quarter, and where the totals of its
    quarters stand; None when no target is counted so.
    """
    rule = revenue_rule(review.plan, review.method, period)
    if rule is None or rule.window == "to_date" or period not in window_quarters(rule.window, period):
        return None, ()
    target = next(each for each in review.plan.targets if review.method.counting(each.id, period) == rule)
    quarters = window_quarters(rule.window, period)
    names = ["" if quarter == review.period else str(quarter) for quarter in quarters]
    return target, tuple(Address(REVENUE_TABLE, WHOLE, WHOLE, name) for name in names)
