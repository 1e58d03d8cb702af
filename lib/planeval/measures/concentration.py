"""Concentration and specialisation of amounts: the textbook formulas, checked against published examples.

Amounts are not negative and at least one is positive; otherwise ValueError. Formulas as in Farhauer & Kröll,
Standorttheorien (2013), and the R package REAT 3.0.3 (Wieland), whose `theil()` is Theil's L, not the T used here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

HHI_SCALE = 10_000


def shares(amounts: Sequence[float]) -> list[float]:
    """Each amount's share in their sum."""
    total = math.fsum(amounts)
    if total <= 0 or min(amounts) < 0:
        raise ValueError("amounts must not be negative and must not all be zero")
    return [amount / total for amount in amounts]


def herfindahl(amounts: Sequence[float]) -> float:
    """Herfindahl-Hirschman index on the scale 0 to 10 000 (US Department of Justice): Σ (100·share)²."""
    return HHI_SCALE * math.fsum(share * share for share in shares(amounts))


def equivalent_number(amounts: Sequence[float]) -> float:
    """How many firms of equal size would give the same HHI: 1 / Σ share²."""
    return HHI_SCALE / herfindahl(amounts)


def concentration_ratio(amounts: Sequence[float], largest: int = 4) -> float:
    """CRn: the share of the n largest (between 0 and 1); of all when there are fewer."""
    return math.fsum(sorted(shares(amounts), reverse=True)[:largest])


def location_quotient(part: float, whole: float, reference_part: float, reference_whole: float) -> float:
    """(part / whole) / (reference_part / reference_whole); 1 means as strong here as in the reference area."""
    if min(whole, reference_part, reference_whole) <= 0 or part < 0:
        raise ValueError("wholes and the reference must be positive")
    return part / whole / (reference_part / reference_whole)


def theil_t(amounts: Sequence[float]) -> float:
    """Theil's T, GE(1): mean of (x/μ)·ln(x/μ), with 0·ln 0 = 0. From 0 (all alike) to ln n."""
    n = len(amounts)
    return math.fsum(share * math.log(share * n) for share in shares(amounts) if share > 0)


def theil_between(groups: Mapping[str, Sequence[float]]) -> float:
    """The part of T that lies between the groups: Σ s_g·ln(s_g·n/n_g); T = between + Σ s_g·T_g.

    s_g is a group's share of the amounts, n_g its number of members. Empty groups add nothing.
    """
    sizes = {name: len(amounts) for name, amounts in groups.items() if len(amounts)}
    part = dict(zip(sizes, shares([math.fsum(groups[name]) for name in sizes]), strict=True))
    n = sum(sizes.values())
    return math.fsum(share * math.log(share * n / sizes[name]) for name, share in part.items() if share > 0)
