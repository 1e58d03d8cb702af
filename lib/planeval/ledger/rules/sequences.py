"""Checks of things that go through states, one row a state: what may follow what (收集—交办—解决—督办—销号)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Rows
from planeval.ledger.rules.registry import ColumnId, Failure, Words, named_check
from planeval.ledger.rules.rule import Rule
from planeval.plan.model import Entry


class Sequence(Entry):
    """by: the thing; column: its state; dated_by: the day of the change; state: the state spoken of."""

    by: ColumnId
    column: ColumnId
    dated_by: ColumnId
    state: str


def _changes(rows: Rows, wanted: Sequence) -> pd.DataFrame:
    return pd.DataFrame({
        "by": rows.normal(wanted.by), "state": rows.objects(wanted.column), "day": rows.days(wanted.dated_by),
        "at": np.arange(len(rows)),
    }).dropna()  # fmt: skip


@named_check("table", "cross_period", settings=Sequence, words=("final_day",))
def nothing_after(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """After its last state (销号) a thing has no later one."""
    rows, wanted = frames[rule.table], rule.settings(Sequence)
    changes = _changes(rows, wanted)
    final = changes[changes["state"] == wanted.state].groupby("by")["day"].min()
    last = changes["by"].map(final)
    for at, day in zip(changes.loc[changes["day"] > last, "at"], last[changes["day"] > last], strict=True):
        yield Failure(rule.table, int(at), wanted.dated_by, {"final_day": str(np.datetime64(int(day), "D"))})


class Needs(Sequence):
    """one_of: states one of which must have come before."""

    one_of: Words


@named_check("table", "cross_period", settings=Needs, words=("needed",))
def needs_before(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A state is reached only after one of others (销号 after 解决), on the same day at the earliest."""
    rows, wanted = frames[rule.table], rule.settings(Needs)
    changes = _changes(rows, wanted)
    before = changes[changes["state"].isin(wanted.one_of)].groupby("by")["day"].min()
    reached = changes[changes["state"] == wanted.state]
    missing = ~(reached["by"].map(before) <= reached["day"])
    for at in reached.loc[missing, "at"]:
        yield Failure(rule.table, int(at), wanted.column, {"needed": "、".join(wanted.one_of)})
