"""Primary suppression: which cells are sensitive by the decided rules, and how open each must stay.

Sources: Hundepool et al., Statistical Disclosure Control (Wiley 2012), 4.2 (threshold, (n, k), p %) and table 4.4
(upper protection levels); Fischetti & Salazar (2000) for upper, lower and sliding levels. The widths are decisions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from planeval.disclosure.linked import Address, Cell, LinkedTables
from planeval.plan.disclosure_decisions import DisclosureRule


@dataclass(frozen=True)
class Need:
    """What a reader must not be able to exclude of a hidden cell.

    Its feasible range reaches up to `upper`, down to `lower`, and is at least `width` wide. why: the rule that asks it,
    in Chinese; for the evaluator, never for the edition.
    """

    address: Address
    why: str
    upper: float
    lower: float
    width: float = 0.0

    @property
    def asked(self) -> str:
        """What is asked, in Chinese."""
        span = f"，相差不小于 {self.width:g}" if self.width else ""
        return f"可能的范围要上到 {self.upper:g}、下到 {self.lower:g}{span}"


def needs_of(tables: LinkedTables, rule: DisclosureRule) -> tuple[Need, ...]:
    """One need for every sensitive cell that is not public by decision, in the order of the cells."""
    found = (need_of(cell, rule) for cell in tables.cells if not cell.out)
    return tuple(need for need in found if need is not None)


def need_of(cell: Cell, rule: DisclosureRule) -> Need | None:
    """What a cell asks; None when no rule calls it sensitive. A count is judged by the threshold alone."""
    amounts = list(cell.held.values())
    if not amounts:
        return None
    return _count_need(cell, amounts, rule) if cell.counted else _amount_need(cell, amounts, rule)


def _few(amounts: Sequence[float], rule: DisclosureRule) -> str:
    return f"贡献者 {len(amounts)} 个，少于 {rule.threshold} 个" if len(amounts) < rule.threshold else ""


def _count_need(cell: Cell, amounts: Sequence[float], rule: DisclosureRule) -> Need | None:
    """A small count must not be known to be small, and must leave several whole numbers open."""
    why = _few(amounts, rule)
    if not why:
        return None
    return Need(cell.address, why, max(float(rule.threshold), cell.value), cell.value, rule.count_values - 1.0)


def _amount_need(cell: Cell, amounts: Sequence[float], rule: DisclosureRule) -> Need | None:
    """The widest of what the rules that call it sensitive ask, the same distance up and down."""
    asked = [(level, why) for level, why in _levels(cell.value, amounts, rule) if why]
    if not asked:
        return None
    distance = max(level for level, _ in asked) or cell.step or 1.0  # an amount of 0 must not be known to be 0
    distance = math.ceil(distance) if cell.whole else distance
    lower = max(cell.least, cell.value - distance)
    return Need(cell.address, "；".join(why for _, why in asked), cell.value + distance, lower)


def _levels(value: float, amounts: Sequence[float], rule: DisclosureRule) -> list[tuple[float, str]]:
    """(distance, why) of every rule; no reason where the rule does not call it sensitive.

    p %: X − x₁ − x₂ < p·x₁, level p·x₁ − (X − x₁ − x₂): what the second largest contributor, who knows x₂, must not
    undercut. (n, k): Σ top n > k·X, level (100/k)·Σ top n − X.
    """
    first, second = (*amounts, 0.0)[:2]
    short = rule.p_percent / 100 * first - (value - first - second)
    found = [
        (value * rule.amount_percent / 100, _few(amounts, rule)),
        (short, f"第二大贡献者能把最大的一个估到 {rule.p_percent:g}% 以内" if short > 0 else ""),
    ]
    if rule.dominance is not None:
        over = 100 / rule.dominance.percent * math.fsum(amounts[: rule.dominance.largest]) - value
        why = f"最大的 {rule.dominance.largest} 个超过 {rule.dominance.percent:g}%"
        found.append((over, why if over > 0 else ""))
    return found
