"""Checks of what a unit says again about an item it has filed before: facts changed, ends withdrawn, dates moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Positions, Rows
from planeval.ledger.rules.registry import ColumnId, ColumnIds, Failure, Words, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import Floats, Truths
from planeval.plan.model import Entry


class Facts(Entry):
    """columns: facts that stay as they were filed. unless: a change of this column explains the others."""

    columns: ColumnIds
    unless: ColumnId = ""


@named_check("cross_period", settings=Facts, words=("before", "before_period"))
def facts_changed(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A later filing of a unit does not change a fact of an item that the filing before gave. A blank that is filled
    in is no change.
    """
    rows, wanted = frames[rule.table], rule.settings(Facts)
    previous = rows.previous
    explained = _changed(rows, wanted.unless, previous) if wanted.unless else np.zeros(len(rows), dtype=bool)
    for column in wanted.columns:
        for at in np.flatnonzero(_changed(rows, column, previous) & ~explained):
            yield Failure(rule.table, int(at), column, _earlier(rows, context, column, int(previous[at])))


def _changed(rows: Rows, column: str, previous: Positions) -> Truths:
    """Where a row gives another value than the unit's row before on the same item; a blank says nothing."""
    said = rows.comparable(column)
    before = said[previous]
    known = (previous >= 0) & np.array([value is not None for value in said], dtype=bool)
    known &= np.array([value is not None for value in before], dtype=bool)
    return known & (said != before).astype(bool)


def _earlier(rows: Rows, context: RuleContext, column: str, before: int) -> dict[str, str]:
    return {"before": context.cell(rows, before, column), "before_period": rows.period_name(before)}


class FirstWord(Entry):
    """columns: figures of a quarter that only a superseding filing may change."""

    columns: ColumnIds


@named_check("cross_period", settings=FirstWord, words=("before", "before_period"))
def closed_quarter_changed(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A quarter's figures that a unit has filed are not changed by another filing of its own that does not supersede
    the first. The first word stands; every later row that differs from it is told of.
    """
    rows, wanted = frames[rule.table], rule.settings(FirstWord)
    first = _first_positions(rows)
    for column in wanted.columns:
        for at in np.flatnonzero(_changed(rows, column, first)):
            yield Failure(rule.table, int(at), column, _earlier(rows, context, column, int(first[at])))


def _first_positions(rows: Rows) -> Positions:
    """For each row the position of the same unit's first row on the same item; -1 for that row itself."""
    firsts: dict[tuple[object, object], int] = {}
    found = np.full(len(rows), -1, dtype=np.int64)
    for at, key in enumerate(zip(rows.items, rows.units, strict=True)):
        if key[0] is not None:
            first = firsts.setdefault(key, at)
            found[at] = first if first != at else -1
    return found


@named_check("cross_period", words=("before_period",))
def end_backdated(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The day that takes an item off the open list does not lie in a quarter for which the same unit has filed the
    item as still open.
    """
    rows, column = frames[rule.table], frames[rule.table].table.ended_by
    if column:
        ends, previous = rows.days(column), rows.previous
        closed = np.where(previous >= 0, rows.period_ends()[previous], np.nan)
        open_before = (previous >= 0) & np.isnan(ends[previous])
        for at in np.flatnonzero(open_before & (ends <= closed)):
            yield Failure(rule.table, int(at), column, {"before_period": rows.period_name(int(previous[at]))})


@named_check("cross_period", words=("before", "before_period"))
def end_withdrawn(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """An item that a unit has filed as ended is not open again in its next filing."""
    rows, column = frames[rule.table], frames[rule.table].table.ended_by
    if column:
        ends, previous = rows.days(column), rows.previous
        for at in np.flatnonzero((previous >= 0) & np.isnan(ends) & ~np.isnan(ends[previous])):
            yield Failure(rule.table, int(at), column, _earlier(rows, context, column, int(previous[at])))


class Stages(Entry):
    """column: the stage; order: its stages from first to last."""

    column: ColumnId
    order: Annotated[Words, Field(min_length=2)]


@named_check("cross_period", settings=Stages, words=("before", "before_period"))
def stage_goes_back(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The stage of an item does not go back from one filing of a unit to the next."""
    rows, wanted = frames[rule.table], rule.settings(Stages)
    place = {stage: position for position, stage in enumerate(wanted.order)}
    steps = np.array([place.get(stage, np.nan) for stage in rows.objects(wanted.column)], dtype=np.float64)
    previous = rows.previous
    for at in np.flatnonzero((previous >= 0) & (steps < steps[previous])):
        yield Failure(rule.table, int(at), wanted.column, _earlier(rows, context, wanted.column, int(previous[at])))


class Due(Entry):
    """by: whose day due; column: the day due; changed_on: the day of the change, else the day of receipt counts.

    late: speak of changes made after the day due, or of those made before it.
    """

    by: ColumnId
    column: ColumnId
    changed_on: ColumnId = ""
    late: bool


@named_check("cross_period", settings=Due, words=("before",))
def due_moved(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A day due is not moved. Moved in time, the new day holds from then on; moved when it has passed, the old day
    stays, and every row that goes on saying otherwise is told of.
    """
    rows, wanted = frames[rule.table], rule.settings(Due)
    days, received = rows.days(wanted.column), rows.days("received_on")
    told = rows.days(wanted.changed_on) if wanted.changed_on else np.full(len(rows), np.nan)
    for known in (received, rows.period_ends()):
        told = np.where(np.isnan(told), known, told)
    order = told if wanted.changed_on else np.arange(len(rows), dtype=np.float64)
    for standing, *later in _histories(rows, wanted.by, days, order):
        for at in later:
            if days[at] != days[standing]:
                late = bool(told[at] > days[standing])
                if late == wanted.late:
                    before = context.cell(rows, standing, wanted.column)
                    yield Failure(rule.table, at, wanted.column, {"before": before})
                standing = standing if late else at


def _histories(rows: Rows, by: str, days: Floats, order: Floats) -> Iterator[list[int]]:
    """Positions of the rows of one thing of one unit in order, where they give more than one day."""
    said = pd.DataFrame({"by": rows.normal(by), "unit": rows.units, "day": days, "at": np.arange(len(rows))})
    said = said.iloc[np.argsort(order, kind="stable")].dropna()
    several = said.groupby(["by", "unit"], sort=False)["day"].transform("nunique") > 1
    for _, history in said[several].groupby(["by", "unit"], sort=False):
        yield [int(at) for at in history["at"]]
