"""Checks against the plan: its tasks with their units and work items, its chains, its premises, its last day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.cross_table import Stay, stays
from planeval.ledger.rules.frames import Frames, day_number, normal_forms, period_of
from planeval.ledger.rules.registry import ColumnId, Failure, Where, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import later_by_months, normal_text, numbers
from planeval.plan.model import Entry

_AREA_UNITS = {"平方米": 1.0, "万平方米": 10_000.0}


class TaskList(Entry):
    """task: the column with the task; of: what is looked up in it; lists: the task's units or its work items."""

    task: ColumnId
    of: ColumnId
    lists: Literal["units", "work_items"]


@named_check("row", settings=TaskList, words=("wrong", "allowed"))
def named_by_task(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A unit (or each unit of a list) or work item is one that the plan names under the row's task."""
    rows, wanted = frames[rule.table], rule.settings(TaskList)
    column = rows.table.column(wanted.of)
    by_units = wanted.lists == "units"
    for task in context.plan.tasks:
        shown = (
            [context.unit_name(unit) for unit in task.units] if by_units else [item.name for item in task.work_items]
        )
        known = set(task.units) if by_units else {normal_text(name) for name in shown}
        here = rows.objects(wanted.task) == task.id
        codes, distinct = pd.factorize(rows.objects(wanted.of))
        for code, text in enumerate(distinct):
            parts = str(text).split("、") if column.kind == "units" else [str(text)]
            wrong = [part for part in parts if (part if by_units else normal_text(part)) not in known]
            if wrong:
                words = {"wrong": context.shown(column, "、".join(wrong)), "allowed": "、".join(shown)}
                for at in np.flatnonzero(here & (codes == code)):
                    yield Failure(rule.table, int(at), wanted.of, words)


class ChainList(Entry):
    """industry: the column with the industry; chain: the column with the chain."""

    industry: ColumnId
    chain: ColumnId


@named_check("row", settings=ChainList, words=("allowed",))
def chain_of_industry(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A chain, where one is given, is one that the plan lists under the row's industry."""
    rows, wanted = frames[rule.table], rule.settings(ChainList)
    chains = normal_forms(rows.objects(wanted.chain))
    for industry in context.plan.text.industries:
        known = [normal_text(chain) for chain in industry.chains]
        here = (rows.objects(wanted.industry) == industry.id) & np.array([chain is not None for chain in chains])
        for at in np.flatnonzero(here & ~np.isin(chains.astype(str), known)):
            yield Failure(rule.table, int(at), wanted.chain, {"allowed": "、".join(industry.chains) or "（留空）"})


class PlanPremises(Entry):
    """kind: the column with the kind of premises; area: the column added up; times: how much more than the plan's
    building stock is believed.
    """

    kind: ColumnId
    area: ColumnId
    times: Annotated[float, Field(ge=1)] = 1.0


@named_check("cross_table", settings=PlanPremises, words=("sum", "planned", "quarter_of"))
def premises_of_plan(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A quarter's premises of a kind that the plan gives an area for do not exceed that area. The largest of them is
    told of.
    """
    rows, wanted = frames[rule.table], rule.settings(PlanPremises)
    at = context.standing(rows)
    areas = pd.DataFrame({
        "kind": rows.objects(wanted.kind)[at], "quarter": rows.frame["of_quarter"].to_numpy()[at],
        "area": rows.floats(wanted.area)[at], "at": at,
    }).dropna()  # fmt: skip
    for premises in context.plan.text.premises:
        planned = premises.amount * _AREA_UNITS.get(premises.unit, np.nan)
        for quarter, filed in areas[areas["kind"] == premises.name].groupby("quarter"):
            total = float(filed["area"].sum())
            if total > wanted.times * planned:
                largest = int(filed["at"].to_numpy()[filed["area"].to_numpy().argmax()])
                words = {"sum": f"{total:.15g}", "planned": f"{planned:.15g}"}
                words["quarter_of"] = str(period_of(float(str(quarter))))
                yield Failure(rule.table, largest, wanted.area, words)


class Lapses(Entry):
    """by: the holder; column: the date from which the certificate lasts `months`; ended: its early end; stay: where
    holders come and go, so that those who left are not spoken of; within_days: how long ahead it is said.
    """

    by: ColumnId
    column: ColumnId
    ended: ColumnId
    months: Annotated[int, Field(ge=1, le=600)]
    within_days: Annotated[int, Field(ge=1)]
    stay: Stay
    where: Where = Field(default_factory=dict)


@named_check("cross_table", settings=Lapses, words=("expiry",))
def lapses_before_plan_end(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A certificate that is valid at the end of the quarter under review, and about to lapse, is still valid on the
    plan's last day, or its holder has a later one.
    """
    rows, wanted = frames[rule.table], rule.settings(Lapses)
    _, ended = stays(frames[wanted.stay.table], wanted.stay, context)
    today, due = day_number(context.period.end), day_number(context.plan.text.due)
    at = context.standing(rows)
    at = at[rows.where(wanted.where)[at]]
    held = pd.DataFrame({
        "by": rows.normal(wanted.by)[at], "issued": rows.days(wanted.column)[at],
        "ended": rows.days(wanted.ended)[at], "at": at,
    }).dropna(subset=["by", "issued"])  # fmt: skip
    held = held.sort_values(["by", "issued"], kind="stable").drop_duplicates("by", keep="last")
    issued = held["issued"].to_numpy()
    held["expiry"] = later_by_months(numbers(issued, np.ones(len(held), dtype=bool), "day"), wanted.months).data
    soon = held["expiry"].between(today + 1, min(due, today + wanted.within_days))
    held = held[held["ended"].isna() & (held["issued"] <= today) & soon]
    for holder, position, expiry in zip(held["by"], held["at"], held["expiry"], strict=True):
        if ended.get(holder, np.inf) > today:
            shown = str(np.datetime64(int(expiry), "D"))
            yield Failure(rule.table, int(position), wanted.column, {"expiry": shown})
