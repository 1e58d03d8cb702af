"""Names that may mean the same: cores of names, and pairs of cores that are close. Candidates only, never a merge."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from planeval.ledger.rules.values import SEPARATOR, normal_text, normal_texts

_SIGNS = re.compile(rf"[^\w{SEPARATOR}]+|_")
_COUNTED = re.compile(r"[0-9a-z]+|[一二三四五六七八九十甲乙丙丁]")
_SHORTEST = 4  # a shorter core must be equal
_RAREST = 5  # shared pieces of a name by which others are looked up
_CROWD = 100  # a piece that more names share is no clue
_CONTAINED = 0.6


def core_name(name: str, drop: Sequence[str]) -> str:
    """What is left of a name without signs and the words dropped (places, legal forms); the whole if nothing is."""
    return core_names([name], drop)[0]


def core_names(names: Sequence[str], drop: Sequence[str]) -> list[str]:
    """`core_name` of each, worked out for all in one go."""
    plain = _SIGNS.sub("", SEPARATOR.join(normal_texts([name.replace(SEPARATOR, "") for name in names])))
    cores = plain
    for word in sorted(drop, key=len, reverse=True):
        if SEPARATOR not in word:
            cores = cores.replace(normal_text(word), "")
    wholes = plain.split(SEPARATOR)
    return [core or whole for core, whole in zip(cores.split(SEPARATOR), wholes, strict=True)][: len(names)]


def close_pairs(cores: Sequence[str], similarity: float) -> Iterator[tuple[int, int]]:
    """Pairs (i, j), i < j, of cores that are equal, or close and alike in every number and letter they hold.

    Close: a ratio of at least `similarity`, or one core of four or more characters makes up the greater part of the
    other. Looked up by the rarest pieces that they share with any other, so that time grows with the names, not with
    their pairs; a pair that has none of these, or less than half of all its pieces, in common is missed.
    """
    pieces = _shared_pieces(cores)
    shared = Counter(piece for own in pieces.values() for piece in own)
    shelves: dict[Piece, list[int]] = defaultdict(list)
    for place, own in pieces.items():
        near = set()
        clues = (piece for piece in own if 1 < shared[piece] <= _CROWD)
        for piece in sorted(clues, key=lambda piece: (shared[piece], piece))[:_RAREST]:
            near.update(shelves[piece])
            shelves[piece].append(place)
        for other in sorted(near):
            common = len(own & pieces[other])
            if 2 * common >= min(len(own), len(pieces[other])) and alike(cores[other], cores[place], similarity):
                yield other, place


Piece = tuple[str, ...]


def _shared_pieces(cores: Sequence[str]) -> dict[int, set[Piece]]:
    """Place → pieces of the cores whose numbers and letters another core has, too: nobody else shares a piece."""
    counted = [tuple(_COUNTED.findall(core)) for core in cores]
    bearers = Counter(counted)
    return {place: _pieces(cores[place], found) for place, found in enumerate(counted) if bearers[found] > 1}


def _pieces(core: str, counted: Piece) -> set[Piece]:
    """Every two neighbouring characters, each with the numbers and letters of the whole, and the whole itself."""
    return {(core[start : start + 2], *counted) for start in range(len(core) - 1)} | {(core, *counted)}


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
