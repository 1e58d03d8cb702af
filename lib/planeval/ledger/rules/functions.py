"""The functions an expression may call: each with the kinds it takes, the kind it gives and what it means.

No other function exists for an expression. Patterns are kept to those that cannot run away: no backslashes, no
repeated groups, at most two open-ended repetitions, and no text longer than 500 characters is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planeval.ledger.rules.values import (
    Kind,
    Values,
    calendar_part,
    later_by_months,
    mapped,
    normal_text,
    numbers,
    texts,
    truths,
)

LONGEST_TEXT = 500
_LONGEST_PATTERN = 200
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_OPEN_ENDED = re.compile(r"[*+]|,\}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Function:
    """A function by name. takes: the kind of each argument; `pattern`, `whole` (a number written out) and `words`
    (a text written out) are constants handed over as they are. apply: the constants follow the columns.
    """

    takes: tuple[str, ...]
    gives: Kind
    apply: Callable[..., Values]
    meaning: str


def pattern_fault(pattern: str) -> str:
    """Why a regular expression is not accepted, in Chinese; '' when it is."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"正则表达式超过 {_LONGEST_PATTERN} 个字符"
    if _REPEATED_GROUP.search(pattern) or len(_OPEN_ENDED.findall(pattern)) > 2:
        return "正则表达式里不能重复括号组，* 和 + 合计不超过两个"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"正则表达式写错了：{error}"
    return ""


def _year(value: Values) -> Values:
    if value.kind == "day":
        return calendar_part(value, "year")
    return _as_numbers(mapped(value, lambda text: int(text[:4]) if text[:4].isascii() and text[:4].isdigit() else None))


def _as_numbers(data: np.ndarray[Any, Any]) -> Values:
    filled = np.array([np.nan if value is None else value for value in data], dtype=np.float64)
    return numbers(filled, ~np.isnan(filled))


def _blank(value: Values) -> Values:
    return truths(~value.known, np.ones(value.known.shape, dtype=bool))


def _filled(value: Values) -> Values:
    return truths(value.known.copy(), np.ones(value.known.shape, dtype=bool))


def _length(value: Values) -> Values:
    return _as_numbers(mapped(value, len))


def _matches(value: Values, pattern: str) -> Values:
    wanted = re.compile(pattern)
    found = mapped(value, lambda text: len(text) <= LONGEST_TEXT and wanted.fullmatch(text) is not None)
    return truths(found == np.True_, value.known)


def _extract(value: Values, pattern: str) -> Values:
    wanted = re.compile(pattern)

    def piece(text: str) -> str | None:
        match = wanted.search(text[:LONGEST_TEXT])
        return None if match is None else match[match.lastindex or 0]

    return texts(mapped(value, piece), value.known)


def _part(value: Values, first: float, last: float) -> Values:
    begin, end = int(first) - 1, int(last)
    return texts(mapped(value, lambda text: text[begin:end] if len(text) >= end else None), value.known)


def _number(value: Values) -> Values:
    return _as_numbers(mapped(value, lambda text: float(text) if _PLAIN_NUMBER.fullmatch(text) else None))


def _contains(value: Values, words: str) -> Values:
    return truths(mapped(value, lambda text: words in text) == np.True_, value.known)


def _same(left: Values, right: Values) -> Values:
    one, other = np.broadcast_arrays(mapped(left, normal_text), mapped(right, normal_text))
    return truths((one == other).astype(bool), left.known & right.known)


def _lists(left: Values, right: Values) -> Values:
    parts = mapped(left, lambda text: frozenset(text.split("、")))
    one, other = np.broadcast_arrays(parts, right.data)
    known = np.broadcast_arrays(left.known & right.known, one)[0]
    found = [bool(sure) and word in words for words, word, sure in zip(one, other, known, strict=True)]
    return truths(np.array(found, dtype=bool), known)


def _after_months(value: Values, months: float) -> Values:
    return later_by_months(value, int(months))


def _after_years(value: Values, years: float) -> Values:
    return later_by_months(value, 12 * int(years))


def _absolute(value: Values) -> Values:
    return numbers(np.abs(value.data), value.known)


FUNCTIONS: Mapping[str, Function] = {
    "year": Function(("day|quarter",), "number", _year, "日期或季度的年份"),
    "month": Function(("day",), "number", lambda value: calendar_part(value, "month"), "日期的月份"),
    "blank": Function(("any",), "truth", _blank, "没有填"),
    "filled": Function(("any",), "truth", _filled, "填了"),
    "length": Function(("text",), "number", _length, "字数"),
    "matches": Function(("text", "pattern"), "truth", _matches, "整段文字符合正则表达式"),
    "extract": Function(("text", "pattern"), "text", _extract, "正则表达式找到的（第一个括号内的）文字"),
    "part": Function(("text", "whole", "whole"), "text", _part, "第几个到第几个字；不够长的按没有填"),
    "number": Function(("text",), "number", _number, "文字写的数；不是数的按没有填"),
    "contains": Function(("text", "words"), "truth", _contains, "含有这几个字"),
    "lists": Function(("text", "text"), "truth", _lists, "用顿号分开的名单里有这一项"),
    "same": Function(("text", "text"), "truth", _same, "不计全角半角、大小写和空格，两段文字相同"),
    "after_months": Function(("day", "whole"), "day", _after_months, "几个月以后的同一天"),
    "after_years": Function(("day", "whole"), "day", _after_years, "几年以后的同一天"),
    "abs": Function(("number",), "number", _absolute, "绝对值"),
}
