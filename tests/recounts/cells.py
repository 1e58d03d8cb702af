"""What a published cell should say where it is not plainly a number, a day or a word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class Digits(tuple[Decimal, ...]):
    """A sentence that carries these numbers, in this order, and no other."""

    def __new__(cls, numbers: Iterable[Any]) -> Digits:
        """The numbers as printed."""
        return super().__new__(cls, (Decimal(str(number)) for number in numbers))

    def said_in(self, sentence: str) -> bool:
        """Whether a sentence carries them."""
        return [Decimal(number) for number in re.findall(r"-?\d+(?:\.\d+)?", sentence)] == list(self)


class Among(frozenset[str]):
    """These words joined by 、 in any order, each once."""

    def said_in(self, cell: str) -> bool:
        """Whether a cell names them and nothing else."""
        named = cell.split("、") if cell else []
        return len(named) == len(self) and set(named) == self


@dataclass(frozen=True)
class Drawn:
    """A number found by random draws, so that two honest draws may differ by this much."""

    value: float
    within: float


@dataclass(frozen=True)
class Quantile:
    """A quantile of random draws: about this share of our own draws lies at or below what is published.

    Held by the share, not the value: between two humps a quantile is any value of the gap.
    """

    draws: tuple[float, ...]
    share: float
    within: float

    def said_in(self, cell: str) -> bool:
        """Whether a cell is such a quantile."""
        below = sum(draw <= float(cell) for draw in self.draws) / len(self.draws)
        return abs(below - self.share) <= self.within


@dataclass(frozen=True)
class Decided:
    """A decision's value: everything written in the params stands in the cell; what was left out may be filled in."""

    value: Any

    def said_in(self, cell: str) -> bool:
        """Whether a cell holds the value, as itself or as JSON."""
        if isinstance(self.value, str):
            return cell.removeprefix("'") == self.value
        return holds(json.loads(cell), self.value)


def holds(said: Any, written: Any) -> bool:
    """Whether what is said has everything that was written."""
    if isinstance(written, Mapping):
        return isinstance(said, dict) and all(
            str(key) in said and holds(said[str(key)], value) for key, value in written.items()
        )
    if isinstance(written, list):
        return isinstance(said, list) and len(said) == len(written) and all(map(holds, said, written))
    return bool(said == written)
