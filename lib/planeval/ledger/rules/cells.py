"""Checks of single cells and rows that no expression can say: personal data, bounds of days, words of levels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Rows
from planeval.ledger.rules.functions import pattern_fault
from planeval.ledger.rules.registry import ColumnId, ColumnIds, Failure, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import SEPARATOR, Floats
from planeval.plan.model import Day, Entry

_APART = r"[ -]?"
_IDENTITY = re.compile(
    rf"(?<![0-9A-Za-z])[1-8][0-9]{{5}}{_APART}(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    rf"{_APART}[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z])(?:\+?86{_APART})?1[3-9][0-9]{_APART}[0-9]{{4}}{_APART}[0-9]{{4}}(?![0-9A-Za-z])"
)


class PersonalData(Entry):
    """phone_codes: columns of codes in which a mobile number is looked for too, not only an identity number."""

    phone_codes: ColumnIds = ()


@named_check("cell", settings=PersonalData, words=("found",))
def personal_data(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """No text or code holds an 18-digit identity number, no text a mobile number."""
    rows, phone_codes = frames[rule.table], rule.settings(PersonalData).phone_codes
    for column in rows.table.columns:
        if column.kind not in ("text", "code") or not _may_hold_numbers(rows, column.id):
            continue
        phones = column.kind == "text" or column.id in phone_codes
        for at, found in _each(rows, column.id, partial(_personal, phones=phones)):
            yield Failure(rule.table, at, column.id, {"found": found})


def _may_hold_numbers(rows: Rows, column: str) -> bool:
    """Whether a text of a column is an identity or mobile number: mostly none is, as one look at all of them tells."""
    return bool(_personal(SEPARATOR.join(map(str, rows.distinct(column)[1])), phones=True))


def _personal(text: str, phones: bool) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(plain):
        return "身份证号"
    return "手机号" if phones and _MOBILE.search(plain) else ""


def _each(rows: Rows, column: str, judge: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    """Positions of the cells a judgement speaks of; each distinct text is judged once."""
    codes, distinct = rows.distinct(column)
    said = [judge(str(text)) for text in distinct]
    spoken = np.array([bool(words) for words in [*said, ""]], dtype=bool)
    for at in np.flatnonzero(spoken[codes]):
        yield int(at), said[codes[at]]


class DatesWithin(Entry):
    """One bound of every date: a day, or the end of the filing's quarter, or its receipt. besides: dates that are
    plans or promises and may lie anywhere.
    """

    not_before: Day | None = None
    not_after: Literal["period_end", "received_on"] | None = None
    besides: ColumnIds = ()


@named_check("cell", settings=DatesWithin, words=("bound",))
def dates_within(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Every date of the table lies on the right side of a bound."""
    rows, wanted = frames[rule.table], rule.settings(DatesWithin)
    bound = _bounds(rows, wanted)
    for column in rows.table.columns:
        if column.kind == "date" and column.id not in wanted.besides:
            days = rows.days(column.id)
            wrong = days < bound if wanted.not_before else days > bound
            for at in np.flatnonzero(wrong):
                shown = date.fromordinal(date(1970, 1, 1).toordinal() + int(bound[at])).isoformat()
                yield Failure(rule.table, int(at), column.id, {"bound": shown})


def _bounds(rows: Rows, wanted: DatesWithin) -> Floats:
    if wanted.not_before:
        return np.full(len(rows), float((wanted.not_before - date(1970, 1, 1)).days))
    return rows.period_ends() if wanted.not_after == "period_end" else rows.days("received_on")


class LevelWords(Entry):
    """level: the column with the level; source: the name that gives it; words: level → pattern found in names of
    that level.
    """

    level: ColumnId
    source: ColumnId
    words: Annotated[dict[str, str], Field(min_length=1)]

    @field_validator("words")
    @classmethod
    def _are_patterns(cls, words: dict[str, str]) -> dict[str, str]:
        for pattern in words.values():
            if fault := pattern_fault(pattern):
                raise ValueError(fault)
        return words


@named_check("row", settings=LevelWords, words=("suggested",))
def level_words(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The name of an issuer or outlet does not belong to another level than the row says. Names that no pattern
    knows are not judged.
    """
    rows, wanted = frames[rule.table], rule.settings(LevelWords)
    patterns = {level: re.compile(pattern) for level, pattern in wanted.words.items()}
    levels, sources = rows.objects(wanted.level), rows.objects(wanted.source)
    for source in {text for text in sources if text is not None}:
        suggested = [level for level, pattern in patterns.items() if pattern.search(source)]
        if suggested:
            for at in np.flatnonzero((sources == source) & ~np.isin(levels.astype(str), suggested)):
                if levels[at] is not None:
                    yield Failure(rule.table, int(at), words={"suggested": "、".join(suggested)})
