"""The named checks: each documented, with typed parameters and the words it hands to messages.

A check is a function `(frames, context, rule)` that yields a Failure for each row at fault. It sees one concrete
table in `rule.table` (a rule for `all` tables is run once for each).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from pydantic import Strict

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames
from planeval.ledger.rules.rule import Rule
from planeval.plan.documents import Place
from planeval.plan.model import Entry

COLUMN, WHERE = "column", "where"
ColumnId = Annotated[str, COLUMN]
ColumnIds = Annotated[tuple[str, ...], Strict(False), COLUMN]
Where = Annotated[dict[str, Annotated[tuple[str, ...], Strict(False)]], WHERE]
Words = Annotated[tuple[str, ...], Strict(False)]


class NoSettings(Entry):
    """A check without parameters."""


@dataclass(frozen=True)
class Failure:
    """One row at fault: its position in the table's Rows and the column to blame ('' for the rule's own).

    words: what the message may say besides the row's cells.
    """

    table: str
    at: int
    column: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


Run = Callable[[Frames, RuleContext, Rule], Iterator[Failure]]


class Check(NamedTuple):
    """A named check. words: the placeholders it fills in messages. meaning: its docstring. one_filing: whether they
    speak of the filing at fault alone, whatever the scope.
    """

    run: Run
    scopes: tuple[str, ...]
    settings: type[Entry]
    words: tuple[str, ...]
    meaning: str
    one_filing: bool = False


CHECKS: dict[str, Check] = {}


def named_check(
    *scopes: str, settings: type[Entry] = NoSettings, words: tuple[str, ...] = (), one_filing: bool = False
) -> Callable[[Run], Run]:
    """Enter a function into the registry under its own name."""

    def enter(function: Run) -> Run:
        CHECKS[function.__name__] = Check(function, scopes, settings, words, inspect.getdoc(function) or "", one_filing)
        return function

    return enter


class Reference(NamedTuple):
    """A column a parameter names: where it is written, in which table, and the values it is held against."""

    place: Place
    table: str
    column: str
    values: tuple[str, ...] = ()


def references(settings: Entry, table: str) -> Iterator[Reference]:
    """Every column the parameters of a rule speak of; a parameter with a `table` of its own speaks of that one.

    A reference without a column stands for the table itself.
    """
    own = getattr(settings, "table", None)
    if own is not None:
        yield Reference(("table",), own, "")
    for name, described in type(settings).model_fields.items():
        value = getattr(settings, name)
        if COLUMN in described.metadata:
            for column in (value,) if isinstance(value, str) else value:
                if column:
                    yield Reference((name,), own or table, column)
        elif WHERE in described.metadata:
            yield from (Reference((name, column), own or table, column, values) for column, values in value.items())
        else:
            yield from _nested(name, value, own or table)


def _nested(name: str, value: object, table: str) -> Iterator[Reference]:
    entries = enumerate(value) if isinstance(value, tuple) else [("", value)]
    for position, entry in entries:
        if isinstance(entry, Entry):
            prefix: Place = (name,) if position == "" else (name, position)
            yield from (found._replace(place=(*prefix, *found.place)) for found in references(entry, table))
