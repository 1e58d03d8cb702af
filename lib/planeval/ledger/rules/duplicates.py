"""Checks of one table for what stands in it twice: by two units, under two keys, under two names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Positions, Rows
from planeval.ledger.rules.names import close_pairs, core_name, core_names
from planeval.ledger.rules.registry import ColumnId, ColumnIds, Failure, Where, Words, named_check
from planeval.ledger.rules.rule import Rule
from planeval.plan.model import Entry


class SeveralFilers(Entry):
    """compare: columns in which two units may say different things. differing: speak only of items in which they
    do, or only of items in which they do not.
    """

    compare: ColumnIds = ()
    differing: bool


@named_check("table", settings=SeveralFilers, words=("used", "others", "differences"))
def filed_by_several(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """An item is filed by one unit. The row told of is the one that is not used: the last word of the unit that
    stands lower in filing_duties. Keys are compared in normal form, so full-width digits make no second item.
    """
    rows, wanted = frames[rule.table], rule.settings(SeveralFilers)
    values = {column: rows.comparable(column) for column in wanted.compare}
    for first, others in _shared_items(rows, context):
        for other in others:
            apart = [column for column, said in values.items() if _differ(said[first], said[other])]
            if bool(apart) == wanted.differing:
                words = {
                    "used": context.unit_name(rows.units[first]),
                    "others": context.unit_name(rows.units[other]),
                    "differences": "；".join(_difference(rows, context, column, other, first) for column in apart),
                }
                yield Failure(rule.table, other, apart[0] if apart else rows.table.key[0], words)


class OtherThing(Entry):
    """column: the name of the thing. drop: words that do not tell names apart. similarity: below it, names are of
    different things.
    """

    column: ColumnId
    drop: Words = ()
    similarity: Annotated[float, Field(ge=0, le=1)] = 0.5


@named_check("table", settings=OtherThing, words=("used", "other_name"))
def one_key_two_things(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A number that units give themselves names one thing only. Told of is the row that would vanish behind another
    unit's row of the same number, when the two names have little in common and neither holds the other.
    """
    rows, wanted = frames[rule.table], rule.settings(OtherThing)
    names = rows.objects(wanted.column)
    for first, others in _shared_items(rows, context):
        for other in others:
            if names[first] is None or names[other] is None:
                continue
            one, two = (core_name(str(names[at]), wanted.drop) for at in (first, other))
            if not (one in two or two in one or SequenceMatcher(None, one, two).ratio() >= wanted.similarity):
                words = {
                    "used": context.unit_name(rows.units[first]),
                    "other_name": context.cell(rows, first, wanted.column),
                }
                yield Failure(rule.table, other, rows.table.key[0], words)


def _shared_items(rows: Rows, context: RuleContext) -> Iterator[tuple[int, list[int]]]:
    """For each item filed by several units: the position of the row that is used, and of the others."""
    last = rows.last_words
    items = pd.Series(rows.items[last])
    shared: dict[object, list[int]] = defaultdict(list)
    for at in last[items.duplicated(keep=False).to_numpy()]:
        shared[rows.items[at]].append(int(at))
    for found in shared.values():
        ranked = sorted(found, key=lambda at: (context.rank(rows.table.id, rows.units[at]), at))
        yield ranked[0], ranked[1:]


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _difference(rows: Rows, context: RuleContext, column: str, here: int, there: int) -> str:
    heading, other = rows.table.column(column).heading, context.unit_name(rows.units[there])
    return f"“{heading}”写 {context.cell(rows, here, column)}，{other}写 {context.cell(rows, there, column)}"


class OneValue(Entry):
    """by: the column that names the thing; column: what may not differ; where: rows it is asked of."""

    by: ColumnId
    column: ColumnId
    where: Where = Field(default_factory=dict)


@named_check("table", settings=OneValue, words=("other",))
def one_value(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The last words of all units give one thing one value (an industry, a zone, a manager). The latest is told of."""
    rows, wanted = frames[rule.table], rule.settings(OneValue)
    said = pd.DataFrame(
        {"by": rows.normal(wanted.by), "value": rows.comparable(wanted.column), "at": np.arange(len(rows))}
    )
    said = said.iloc[rows.last_words]
    said = said[rows.where(wanted.where)[rows.last_words]].dropna()
    said = said.drop_duplicates(["by", "value"], keep="last")
    for _, several in said[said.duplicated("by", keep=False)].groupby("by", sort=False):
        *earlier, latest = sorted(int(at) for at in several["at"])
        other = "、".join(_said_by(rows, context, wanted.column, at) for at in earlier)
        yield Failure(rule.table, latest, wanted.column, {"other": other})


def _said_by(rows: Rows, context: RuleContext, column: str, at: int) -> str:
    return f"{context.cell(rows, at, column)}（{context.unit_name(rows.units[at])}）"


class SameFacts(Entry):
    """columns: facts that no two things share; differs: the column that names the thing (else the whole key)."""

    columns: ColumnIds
    differs: ColumnId = ""
    where: Where = Field(default_factory=dict)


@named_check("table", settings=SameFacts, words=("other", "other_unit"))
def same_facts(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Facts (a certificate's number, a title with its outlet) stand under one key only. The first that used them
    stands; every row that repeats them under another key is told of. Compared in normal form.
    """
    rows, wanted = frames[rule.table], rule.settings(SameFacts)
    facts = pd.DataFrame({column: rows.comparable(column) for column in wanted.columns})
    facts["thing"] = rows.normal(wanted.differs) if wanted.differs else rows.items
    facts["at"] = np.arange(len(rows))
    facts = facts[rows.where(wanted.where)].dropna()
    first = facts.groupby(list(wanted.columns), sort=False)[["thing", "at"]].transform("first")
    repeated = (first["thing"] != facts["thing"]).to_numpy()
    for at, other in zip(facts["at"].to_numpy()[repeated], first["at"].to_numpy()[repeated], strict=True):
        words = {"other": rows.item_name(int(other)), "other_unit": context.unit_name(rows.units[int(other)])}
        yield Failure(rule.table, int(at), wanted.columns[0], words)


class NearNames(Entry):
    """column: the name. drop: words that do not tell names apart. similarity: from 0 to 1. dated_by and within_days:
    only items that lie so close in time. same: columns in which both must agree.
    """

    column: ColumnId
    drop: Words = ()
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.85
    dated_by: ColumnId = ""
    within_days: Annotated[int, Field(ge=0)] = 0
    same: ColumnIds = ()


@named_check("table", settings=NearNames, words=("other", "other_name", "other_unit"))
def near_names(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """No two items bear names that may mean the same. Candidates for a person to look at: nothing is merged.

    Names are compared after NFKC, without signs and the words dropped, and only where all numbers in them agree.
    """
    rows, wanted = frames[rule.table], rule.settings(NearNames)
    names, may_be_same = rows.objects(wanted.column), _comparison(rows, wanted)
    shelves: dict[str, list[int]] = defaultdict(list)
    first = _first_of_each(rows, wanted)
    for at, core in zip(first, core_names([str(names[at]) for at in first], wanted.drop), strict=True):
        shelves[core].append(int(at))
    cores = list(shelves)
    namesakes = ((place, place) for place, core in enumerate(cores) if len(shelves[core]) > 1)
    told: set[object] = set()
    for one, other in [*namesakes, *close_pairs(cores, wanted.similarity)]:
        for here, there in _candidates(shelves[cores[one]], shelves[cores[other]]):
            if rows.items[there] not in told and may_be_same(here, there):
                told.add(rows.items[there])
                words = {
                    "other": rows.item_name(here), "other_name": context.cell(rows, here, wanted.column),
                    "other_unit": context.unit_name(rows.units[here]),
                }  # fmt: skip
                yield Failure(rule.table, there, wanted.column, words)


def _first_of_each(rows: Rows, wanted: NearNames) -> Positions:
    """One position per item and spelling of its name, in the order in which they were filed."""
    spelled = pd.DataFrame({"item": rows.items, "name": rows.normal(wanted.column)})
    return np.flatnonzero((spelled.notna().all(axis=1) & ~spelled.duplicated()).to_numpy())


_MOST_ALIKE = 50


def _candidates(ones: list[int], others: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs in the order of filing, of at most 50 rows a side: one crowd of namesakes is one thing to look at."""
    for here in ones[:_MOST_ALIKE]:
        for there in others[:_MOST_ALIKE]:
            if here != there and (ones is not others or here < there):
                yield min(here, there), max(here, there)


def _comparison(rows: Rows, wanted: NearNames) -> Callable[[int, int], bool]:
    """Whether two rows with close names may be one thing: other items, close in time, alike where they must be."""
    alike = [rows.comparable(column) for column in wanted.same]
    days = rows.days(wanted.dated_by) if wanted.dated_by else np.zeros(len(rows))

    def may_be_same(here: int, there: int) -> bool:
        apart = rows.items[here] != rows.items[there] and abs(days[here] - days[there]) <= wanted.within_days
        return bool(apart) and all(said[here] == said[there] for said in alike)

    return may_be_same
