"""Primary suppression: which cells are sensitive by the decided rules, and how wide each must stay open.

Sources: Hundepool et al., Statistical Disclosure Control (Wiley 2012), 4.2 (threshold, (n, k), p %) and table 4.4
(upper protection levels); Fischetti & Salazar (2000) for upper, lower and sliding levels. The widths are decisions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from planeval.disclosure.linked import Address, Cell, LinkedTables
from planeval.plan.disclosure_decisions import DisclosureRule


@dataclass(frozen=True)
class Need:
    """What a reader must not be able to exclude of a hidden cell.

    upper: the feasible range reaches at least so high; lower: at least so low; width: it is at least so wide.
    why: the rule that asks it, in Chinese; for the evaluator, never for the edition.
    """

    address: Address
    why: str
    upper: float = -math.inf
    lower: float = math.inf
    width: float = 0.0
    whole: bool = True


def needs_of(tables: LinkedTables, rule: DisclosureRule) -> tuple[Need, ...]:
    """One need for every sensitive cell, and for every cell that an earlier edition hid, in the order of the cells."""
    found = (_need(cell, rule) for cell in tables.cells)
    return tuple(need for need in found if need is not None)


def _need(cell: Cell, rule: DisclosureRule) -> Need | None:
    if cell.value is None or cell.hidden:
        width = rule.count_values - 1.0 if cell.whole else (cell.value or 0.0) * rule.amount_percent / 100
        return Need(cell.address, "以前的公开版不予公开", width=width, whole=cell.whole)
    if cell.out or cell.contributors == 0:
        return None
    return _count_need(cell, rule) if cell.whole else _amount_need(cell, cell.value, rule)


def _count_need(cell: Cell, rule: DisclosureRule) -> Need | None:
    """A small count must not be known to be small, and must leave several whole numbers open."""
    if cell.contributors >= rule.threshold:
        return None
    why = f"贡献者 {cell.contributors} 个，少于 {rule.threshold} 个"
    return Need(cell.address, why, upper=float(rule.threshold), width=rule.count_values - 1.0)


def _amount_need(cell: Cell, value: float, rule: DisclosureRule) -> Need | None:
    """The widest of what the rules that call it sensitive ask, the same distance up and down."""
    asked = list(_distances(cell, value, rule))
    if not asked:
        return None
    distance = max(each for each, _ in asked) or cell.step or 1.0  # an amount of 0 must not be known to be 0
    return Need(cell.address, "；".join(why for _, why in asked), upper=value + distance,
                lower=max(cell.least, value - distance), whole=False)  # fmt: skip


def _distances(cell: Cell, value: float, rule: DisclosureRule) -> list[tuple[float, str]]:
    """(distance, why) for each rule that finds the amount sensitive.

    p %: X − x₁ − x₂ < p·x₁, level p·x₁ − (X − x₁ − x₂): what the second largest contributor, who knows x₂, must not
    undercut. (n, k): Σ top n > k·X, level (100/k)·Σ top n − X.
    """
    found = []
    if cell.contributors < rule.threshold:
        found.append((value * rule.amount_percent / 100, f"贡献者 {cell.contributors} 个，少于 {rule.threshold} 个"))
    first, second = (*cell.largest, 0.0, 0.0)[:2]
    short = rule.p_percent / 100 * first - (value - first - second)
    if short > 0:
        found.append((short, f"第二大贡献者能把最大的一个估到 {rule.p_percent:g}% 以内"))
    if rule.dominance is not None:
        top = math.fsum(cell.largest[: rule.dominance.largest])
        over = 100 / rule.dominance.percent * top - value
        if over > 0:
            found.append((over, f"最大的 {rule.dominance.largest} 个超过 {rule.dominance.percent:g}%"))
    return found
