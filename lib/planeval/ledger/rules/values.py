"""Columns of values with their gaps: what an expression is made of while it is evaluated.

Each value is known or not. Logic is three-valued, as in SQL's CHECK: `unknown and false` is false, `unknown or
true` is true, everything else with an unknown part is unknown, and only a known false is a fault.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["number", "text", "day", "quarter", "truth"]
KIND_NAMES: dict[str, str] = {
    "number": "数字", "text": "文字", "day": "日期", "quarter": "季度", "truth": "判断", "any": "任意列",
}  # fmt: skip
KIND_OF_COLUMN: dict[str, Kind] = {"number": "number", "count": "number", "date": "day", "quarter": "quarter"}
_FARTHEST_DAY = 2.5e6  # days from 1970 within which calendar arithmetic is defined
SEPARATOR = "\0"  # no blank, no part of any word, changed by no normal form; in what was filed it does not occur
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Distinct = tuple[npt.NDArray[np.intp], npt.NDArray[Any]]


@dataclass(frozen=True)
class Values:
    """One column (or one constant, of length 1): its kind, its data and where the data is known.

    data: float64 for numbers and days (days since 1970), bool for truths, objects for text and quarters. What
    stands where nothing is known has no meaning. distinct: gives, for each place, which of the distinct texts it
    holds (-1 where nothing is known), and these; None where nobody has worked that out.
    """

    kind: Kind
    data: npt.NDArray[Any]
    known: Truths
    distinct: Callable[[], Distinct] | None = field(default=None, compare=False, repr=False)


def constant(kind: Kind, value: object) -> Values:
    """A value that is the same in every row."""
    data = np.empty(1, dtype=object)
    data[0] = value
    typed = data.astype(np.float64) if kind in ("number", "day") else data
    return Values(kind, typed, np.ones(1, dtype=bool))


def numbers(data: Floats, known: Truths, kind: Kind = "number") -> Values:
    """Numbers or days; what is not finite is not known."""
    return Values(kind, data, known & np.isfinite(data))


def texts(
    data: npt.NDArray[Any], known: Truths, kind: Kind = "text", distinct: Callable[[], Distinct] | None = None
) -> Values:
    """Text, known where it is not None. distinct: see Values, for all that is not None."""
    return Values(kind, data, known & pd.notna(data), distinct)


def truths(data: Truths, known: Truths) -> Values:
    """Truths."""
    return Values("truth", data, known)


def both(left: Values, right: Values) -> Values:
    """`and`: false as soon as one side is known to be false."""
    left_no, right_no = left.known & ~left.data, right.known & ~right.data
    return truths(~(left_no | right_no), (left.known & right.known) | left_no | right_no)


def either(left: Values, right: Values) -> Values:
    """`or`: true as soon as one side is known to be true."""
    left_yes, right_yes = left.known & left.data, right.known & right.data
    return truths(left_yes | right_yes, (left.known & right.known) | left_yes | right_yes)


def opposite(value: Values) -> Values:
    """`not`."""
    return truths(~value.data.astype(bool), value.known)


def distinct_texts(data: npt.NDArray[Any], known: Truths) -> Distinct:
    """See Values.distinct."""
    known_text = data.astype(object)
    known_text[~known] = None
    return pd.factorize(known_text)


def mapped(value: Values, change: Callable[[str], object]) -> npt.NDArray[Any]:
    """A function of text applied once to each distinct text; None where nothing is known."""
    codes, distinct = value.distinct() if value.distinct else distinct_texts(value.data, value.known)
    results = np.empty(len(distinct) + 1, dtype=object)
    for position, text in enumerate(distinct):
        results[position] = change(str(text))
    return results[codes]


def normal_text(text: str) -> str:
    """Text in the form in which names are compared: NFKC, without white space, case folded."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split()).casefold()


def normal_texts(texts: Sequence[str]) -> list[str]:
    """`normal_text` of each: worked out for all in one go, joined by a sign that none of these steps touches."""
    joined = SEPARATOR.join(texts)
    if not texts or joined.count(SEPARATOR) != len(texts) - 1:
        return [normal_text(text) for text in texts]
    return normal_text(joined).split(SEPARATOR)


def later_by_months(days: Values, months: int) -> Values:
    """The same day of the month so many months later; the month's last day where it has no such day."""
    inside = days.known & (np.abs(days.data) < _FARTHEST_DAY)
    calendar = np.where(inside, days.data, 0.0).astype("int64").astype("datetime64[D]")
    month = calendar.astype("datetime64[M]")
    into = (calendar - month.astype("datetime64[D]")).astype("int64")
    target = month + np.timedelta64(months, "M")
    last = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")).astype("int64")
    shifted = target.astype("datetime64[D]").astype("int64") + np.minimum(into, last - 1)
    return numbers(shifted.astype(np.float64), inside, "day")


def calendar_part(days: Values, unit: Literal["year", "month"]) -> Values:
    """The year, or the month from 1 to 12, of days."""
    inside = days.known & (np.abs(days.data) < _FARTHEST_DAY)
    month = np.where(inside, days.data, 0.0).astype("int64").astype("datetime64[D]").astype("datetime64[M]")
    since = month.astype("int64")
    part = since // 12 + 1970 if unit == "year" else since % 12 + 1
    return numbers(part.astype(np.float64), inside)
