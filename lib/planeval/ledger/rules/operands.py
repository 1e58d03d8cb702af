"""The pieces an expression is checked into: what they are, how two of them meet, how they are worked out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from planeval.ledger.rules.values import KIND_NAMES, Kind, Values, constant, numbers, truths

_QUARTER = re.compile(r"20[0-9]{2}Q[1-4]")
_EPOCH = date(1970, 1, 1)
Columns = Callable[[str], Values]  # what a name stands for


class Refused(ValueError):
    """An expression that is not accepted; `remedy` is a Chinese phrase for its author."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class Node:
    """A checked piece: the kind it gives and how to work it out.

    literal is set for texts written out, choices for columns with a closed list.
    """

    kind: Kind
    work_out: Callable[[Columns], Values]
    literal: str | None = None
    choices: tuple[str, ...] = ()


def sum_kind(minus: bool, plus: bool, left: Kind, right: Kind) -> Kind:
    """The kind of a calculation: numbers throughout, or a day and a number of days. Raises Refused."""
    if left == right == "number":
        return "number"
    if minus and left == right == "day":
        return "number"
    if (minus or plus) and left == "day" and right == "number":
        return "day"
    raise Refused(f"{KIND_NAMES[left]}和{KIND_NAMES[right]}不能这样计算", "只对数字计算；日期只能加减天数或相减")


def alike(left: Node, right: Node) -> tuple[Node, Node]:
    """Both sides in one kind: a text written out becomes the day or quarter it is compared with. Raises Refused."""
    if left.kind == right.kind == "text":
        for one, other in ((left, right), (right, left)):
            if one.choices and other.literal is not None and other.literal not in one.choices:
                raise Refused(f"“{other.literal}”不在可选的内容里", nearest(other.literal, one.choices))
    if left.kind == right.kind:
        return left, right
    if right.literal is not None and left.kind in ("day", "quarter"):
        return left, _converted(right.literal, left.kind)
    if left.literal is not None and right.kind in ("day", "quarter"):
        return _converted(left.literal, right.kind), right
    raise Refused(f"{KIND_NAMES[left.kind]}和{KIND_NAMES[right.kind]}不能比较", "两边换成同一种内容")


def _converted(text: str, kind: Kind) -> Node:
    if kind == "quarter":
        if _QUARTER.fullmatch(text) is None:
            raise Refused(f"“{text}”不是季度", "写成 '2026Q3'")
        return Node(kind, lambda columns: constant(kind, text))
    try:
        days = float((date.fromisoformat(text) - _EPOCH).days)
    except ValueError:
        raise Refused(f"“{text}”不是日期", "写成 '2025-03-31'") from None
    return Node(kind, lambda columns: constant(kind, days))


def compared(compare: Callable[..., object], left: Values, right: Values) -> Values:
    """A comparison, known where both sides are."""
    known = left.known & right.known
    if left.kind in ("number", "day"):
        return truths(np.asarray(compare(left.data, right.data), dtype=bool), known)
    one, other = np.broadcast_arrays(np.where(left.known, left.data, ""), np.where(right.known, right.data, ""))
    return truths(np.asarray(compare(one, other), dtype=bool), known)


def calculated(work: Callable[..., object], left: Values, right: Values, kind: Kind) -> Values:
    """A calculation, known where both sides are and the result is finite."""
    with np.errstate(all="ignore"):
        data = np.asarray(work(left.data, right.data), dtype=np.float64)
    return numbers(data, left.known & right.known, kind)


def negative(value: Values) -> Values:
    """The number with the other sign."""
    return numbers(-value.data, value.known)


def nearest(written: str, known: Sequence[str]) -> str:
    """A did-you-mean, or what there is to choose from."""
    close = difflib.get_close_matches(written, known, n=1, cutoff=0.5)
    return f"是不是“{close[0]}”" if close else f"可用的有：{'、'.join(known[:30])}"
