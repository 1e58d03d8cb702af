"""Every combination of competing readings, or a stated sample of them when there are too many."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from planeval.periods import Period
from planeval.plan import Method

MOST = 4096
_SEED = 38


@dataclass(frozen=True)
class Choice:
    """One competing value of a decision and whether it is the one in force."""

    label: str
    value: Any
    in_force: bool


def choices(method: Method, decision_id: str, period: Period) -> list[Choice]:
    """The readings of a decision, or its only value; nothing chosen when the method does not decide it."""
    if not method.decides(decision_id):
        return [Choice("没有确定", None, True)]
    chosen = method.reading_in_force(decision_id, period)
    if chosen is None:
        return [Choice("采用值", method.value(decision_id, period), True)]
    return [Choice(reading.label, reading.value, reading.id == chosen) for reading in method.readings(decision_id)]


def combinations(axes: Sequence[Sequence[Choice]], most: int = MOST) -> tuple[list[tuple[Choice, ...]], int]:
    """Combinations of one choice per axis, and how many there are in all.

    All of them when there are at most `most`; else that many drawn with a fixed seed, the one in force always among
    them, without repetition.
    """
    number = math.prod(len(axis) for axis in axes)
    if number <= most:
        return list(product(*axes)), number
    in_force = tuple(next(choice for choice in axis if choice.in_force) for axis in axes)
    draw = random.Random(_SEED)
    places = draw.sample(range(number), most)
    drawn = [_at(axes, place) for place in sorted(places)]
    return [in_force, *[found for found in drawn if found != in_force][: most - 1]], number


def _at(axes: Sequence[Sequence[Choice]], place: int) -> tuple[Choice, ...]:
    """The combination at a place in the order of itertools.product, without listing the others."""
    found: list[Choice] = []
    for axis in reversed(axes):
        place, index = divmod(place, len(axis))
        found.append(axis[index])
    return tuple(reversed(found))
