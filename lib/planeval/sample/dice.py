"""Draws that come out the same on every system and in every version of Python.

Only `Random.random()` is used, whose sequence Python guarantees for a seed, and arithmetic without
functions that differ in the last digit: exp, log and power between systems, `sum` of floats between
versions of Python (`math.fsum` is exact).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

Thing = TypeVar("Thing")
_HOLIDAYS = (((1, 1), (1, 3)), ((5, 1), (5, 5)), ((10, 1), (10, 8)))  # the same days each year
_SPRING_FESTIVALS = ((date(2025, 1, 28), date(2025, 2, 4)), (date(2026, 2, 15), date(2026, 2, 23)))


class Dice:
    """One stream of draws. Each topic has its own, so that a change in one leaves the others as they were."""

    def __init__(self, seed: int, topic: str) -> None:
        self._random = random.Random(f"{seed}/{topic}")

    def chance(self, share: float) -> bool:
        """True in this share of all draws."""
        return self._random.random() < share

    def between(self, low: float, high: float) -> float:
        """A number from low up to high."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of the things, each as likely as the others."""
        return things[self.whole(0, len(things) - 1)]

    def weighted(self, things: Sequence[Thing], weights: Sequence[float]) -> Thing:
        """One of the things by weight. Weights beyond the things are left aside, missing ones are the last."""
        known = [weights[min(index, len(weights) - 1)] for index in range(len(things))]
        mark = self._random.random() * math.fsum(known)
        for thing, weight in zip(things, known, strict=True):
            mark -= weight
            if mark < 0:
                return thing
        return things[-1]

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        """All the things in a random order (Fisher and Yates)."""
        order = list(things)
        for last in range(len(order) - 1, 0, -1):
            other = self.whole(0, last)
            order[last], order[other] = order[other], order[last]
        return order

    def day(self, first: date, last: date) -> date:
        """A day from first to last on which an office works, or any of them when there is none."""
        days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        return self.pick([day for day in days if is_working_day(day)] or days)


def is_working_day(day: date) -> bool:
    """Monday to Friday, outside the long holidays."""
    fixed = any(first <= (day.month, day.day) <= last for first, last in _HOLIDAYS)
    return day.weekday() < 5 and not fixed and not any(first <= day <= last for first, last in _SPRING_FESTIVALS)


def next_working_day(day: date) -> date:
    """The day itself, or the first one after it on which an office works."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def stepwise(total: int, path: Sequence[float]) -> tuple[int, ...]:
    """How many of `total` come in each quarter when `path` gives the cumulative share (halves round up)."""
    reached = [int(total * share + 0.5) for share in path]
    return tuple(now - before for before, now in zip([0, *reached], reached, strict=False))
