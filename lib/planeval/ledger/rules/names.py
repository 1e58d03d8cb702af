"""Names that may mean the same: cores of names, and pairs of cores that are close. Candidates only, never a merge."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from planeval.ledger.rules.values import normal_text

_SIGNS = re.compile(r"[^\w]+|_")
_COUNTED = re.compile(r"[0-9a-z]+|[一二三四五六七八九十甲乙丙丁]")
_SHORTEST = 4  # a shorter core must be equal
_RAREST = 3  # pieces of a name by which others are looked up
_CROWD = 200  # a piece that more names share is no clue
_CONTAINED = 0.6


def core_name(name: str, drop: Sequence[str]) -> str:
    """What is left of a name without signs and the words dropped (places, legal forms); the whole if nothing is."""
    plain = _SIGNS.sub("", normal_text(name))
    core = plain
    for word in sorted(drop, key=len, reverse=True):
        core = core.replace(normal_text(word), "")
    return core or plain


def close_pairs(cores: Sequence[str], similarity: float) -> Iterator[tuple[int, int]]:
    """Pairs (i, j), i < j, of cores that are equal, or close and alike in every number and letter they hold.

    Looked up by their rarest pieces, so that time grows with the names, not with their pairs; a pair that shares
    none of these is missed. Close: a ratio of at least `similarity`, or one core of four or more characters makes up
    the greater part of the other.
    """
    pieces = [_pieces(core) for core in cores]
    shared = Counter(piece for own in pieces for piece in own)
    shelves: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(pieces):
        near = set()
        for piece in sorted(own, key=lambda piece: (shared[piece], piece))[:_RAREST]:
            if shared[piece] <= _CROWD:
                near.update(shelves[piece])
                shelves[piece].append(place)
        near.update(shelves[cores[place]])
        shelves[cores[place]].append(place)
        for other in sorted(near):
            if alike(cores[other], cores[place], similarity):
                yield other, place


def _pieces(core: str) -> set[str]:
    return {core[start : start + 2] for start in range(len(core) - 1)}


def alike(one: str, other: str, similarity: float) -> bool:
    """Whether two cores are close enough to be looked at by a person."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST or _COUNTED.findall(one) != _COUNTED.findall(other):
        return False
    if short in long and len(short) >= _CONTAINED * len(long):
        return True
    if 2 * len(short) < similarity * (len(short) + len(long)):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= similarity
