"""Kaplan–Meier by hand: at each day, how many are still followed, how many end, and what share remains."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from statistics import NormalDist

from recomputation import Row

Times = list[tuple[int, bool]]


def followed(begun: date, ended: date | None, until: date) -> tuple[int, bool]:
    """Days from a beginning to its end, or to the day until which it is followed (False: it had not ended)."""
    if ended is not None and ended <= until:
        return max(0, (ended - begun).days), True
    return (until - begun).days, False


def steps(times: Times, least: int, confidence: float) -> list[Row]:
    """The curve: day 0, then each day on which somebody ends or is last seen, while at least `least` are followed.

    remaining = Π (1 − d/n); limits S^exp(±z·√V / ln S) with Greenwood's V = Σ d / (n (n − d)).
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread, found = Fraction(1), Fraction(0), []
    for day in sorted({0, *(days for days, _ in times)}):
        at_risk = sum(days >= day for days, _ in times)
        events = sum(days == day and ended for days, ended in times)
        if at_risk < least:
            break
        share *= 1 - Fraction(events, at_risk)
        spread += Fraction(events, at_risk * (at_risk - events)) if events < at_risk else 0
        low = high = None
        if 0 < share < 1:
            width = z * math.sqrt(spread) / math.log(share)
            low, high = sorted((float(share) ** math.exp(width), float(share) ** math.exp(-width)))
        found.append(
            {"days": day, "at_risk": at_risk, "events": events, "remaining": float(share), "low": low, "high": high}
        )
    return found


def median(curve: list[Row]) -> int | None:
    """The first day on which at most half remain."""
    return next((step["days"] for step in curve if step["remaining"] <= 0.5), None)


def wilson(hits: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval: the shares p with (p̂ − p)² = z² p (1 − p) / n."""
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    share = hits / n
    root = math.sqrt(z2 * share * (1 - share) / n + z2 * z2 / (4 * n * n))
    centre, scale = share + z2 / (2 * n), 1 + z2 / n
    return max(0.0, (centre - root) / scale), min(1.0, (centre + root) / scale)


def curve_rows(curves: list[tuple[str, str, Times]], least: int, confidence: float) -> list[Row]:
    """Curves under their names and groups, as published."""
    return [
        {"curve": curve, "group": group, **step}
        for curve, group, times in curves
        for step in steps(times, least, confidence)
    ]
