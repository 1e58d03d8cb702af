"""Where a unit stands among others that it cannot tell apart: numbers of units by band, and never a name or a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from planeval.judge.unit_bands import BANDS
from planeval.review import Review

LEAST = "anonymous_band_least"
NOT_DECIDED = "没有决定一段里至少有几个其他单位才列出"
TOO_FEW = "有的段里其他单位太少，列出会指明是谁"  # one reason for every case: another would tell which case it is


@dataclass(frozen=True)
class Place:
    """compared: units that are compared, this one included; 0 when it is not. others: band → how many other units it
    holds, every band of BANDS that holds any; None when listing them would point to somebody, with the reason in `why`
    (Chinese).
    """

    compared: int
    others: Mapping[str, int] | None
    why: str = ""


def place_of(review: Review, unit: str) -> Place | None:
    """The unit among the others; None when units are not judged.

    Bands are listed only when each that holds others holds at least as many as decided (anonymous_band_least), and
    at least two do: all others in one band would tell everybody's. All or none, for one band left out could be
    found by subtraction.
    """
    judged = review.unit_bands
    if judged is None:
        return None
    ranked = judged.units[judged.units["rank_low"].notna()]
    if unit not in set(ranked["unit_id"]):
        return Place(0, None, "本单位没有参加比较")
    count = Counter(ranked.loc[ranked["unit_id"].ne(unit), "band"])
    others = {band: count[band] for band in BANDS if count[band]}
    least = review.method.optional(LEAST, review.period)
    if least is None:
        return Place(len(ranked), None, NOT_DECIDED)
    if len(others) < 2 or min(others.values()) < least:
        return Place(len(ranked), None, TOO_FEW)
    return Place(len(ranked), others)
