"""Counting rules held against the ledger they speak of: unknown tables, columns and values, with did-you-mean.

A rule that a person mistyped must be refused here; measured, it would count nothing, or the wrong thing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from planeval.plan.counting_rule import CountingRule
from planeval.plan.documents import Document, Place
from planeval.plan.method import Decision
from planeval.plan.model import Plan
from planeval.problems import Problem

MONEY_UNITS = ("亿元", "万元")


class ColumnFacts(NamedTuple):
    """What a counting rule may know of a ledger column: its kind, its closed list, its unit."""

    kind: str
    choices: tuple[str, ...] = ()
    unit: str = ""


ColumnsByTable = Mapping[str, Mapping[str, ColumnFacts]]


def unknown_entry(document: Document, place: Place, what: str, written: str, known: Iterable[str]) -> Problem:
    """A Problem for an id that is not among the known ones, with the nearest of them as remedy."""
    names = list(known)
    close = difflib.get_close_matches(written, names, n=1, cutoff=0.6 if written.isascii() else 0.4)
    return document.fault(
        place, "unknown_id", f"没有这个{what}", value=written,
        expected="、".join(names) if len(names) <= 12 else f"已列出的{what}",
        remedy=f"是不是“{close[0]}”" if close else f"改成已列出的{what}，或先把它补上",
    )  # fmt: skip


def answers(decisions: dict[str, Decision], name: str) -> Iterator[tuple[Place, Any]]:
    """Every value a decision might take, in force or competing, with its place; values that failed their type are
    left out.
    """
    decision = decisions.get(name)
    if decision is None:
        return
    here: Place = ("decisions", name)
    for index, version in enumerate(decision.values):
        if version.reading is None and version.value is not None:
            yield (*here, "values", index, "value"), version.value
    for index, reading in enumerate(decision.readings):
        if reading.value is not None:
            yield (*here, "readings", index, "value"), reading.value


def counting_faults(
    decisions: dict[str, Decision], plan: Plan, columns: ColumnsByTable, document: Document
) -> Iterator[Problem]:
    """Faults of every counting rule, of the tables in filing_duties and of the lists in closed_lists."""
    if not columns:
        return
    lists = {f"{table}-{column}": facts.choices for table, facts_of in columns.items()
             for column, facts in facts_of.items() if facts.choices}  # fmt: skip
    closed: dict[str, set[str]] = {}
    for place, value in answers(decisions, "closed_lists"):
        for name, words in value.items():
            closed.setdefault(name, set()).update(words)
            if name not in lists:
                yield unknown_entry(document, (*place, name), "可改的选项列表", name, lists)
    for place, value in answers(decisions, "filing_duties"):
        for table in value:
            if table not in columns:
                yield unknown_entry(document, (*place, table), "台账表", table, columns)
    for target in plan.targets:
        for place, rule in answers(decisions, f"counting.{target.id}"):
            yield from _Rule(rule, target.unit, plan, columns, closed, place, document).faults()
    for place, fusion in answers(decisions, "fusion"):
        for name, indicator in fusion.indicators.items():
            here = (*place, "indicators", name, "rule")
            yield from _Rule(indicator.rule, indicator.unit, plan, columns, closed, here, document).faults()


@dataclass(frozen=True)
class _Rule:
    """One counting rule where it stands, beside everything it may speak of."""

    rule: CountingRule
    unit: str
    plan: Plan
    columns: ColumnsByTable
    closed: dict[str, set[str]]
    place: Place
    document: Document

    def faults(self) -> Iterator[Problem]:
        if self.rule.table not in self.columns:
            yield unknown_entry(self.document, (*self.place, "table"), "台账表", self.rule.table, self.columns)
            return
        known = self.columns[self.rule.table]
        for key in ("distinct", "dated_by", "ends_by", "sum"):
            column = getattr(self.rule, key)
            if column is not None and column not in known:
                yield unknown_entry(self.document, (*self.place, key), "列", column, known)
        for column, values in self.rule.where.items():
            if column in known:
                yield from self.unknown_values(column, known[column], values)
            else:
                yield unknown_entry(self.document, (*self.place, "where", column), "列", column, known)
        yield from self.wrong_kinds(known)
        yield from self.without_effect()

    def unknown_values(self, column: str, facts: ColumnFacts, values: tuple[str, ...]) -> Iterator[Problem]:
        listed = {
            "industry": [industry.id for industry in self.plan.text.industries],
            "zone": [zone.id for zone in self.plan.text.zones],
            "task": [task.id for task in self.plan.tasks],
            "unit": [unit.id for unit in self.plan.units],
        }.get(facts.kind, list(facts.choices))
        allowed = self.closed.get(f"{self.rule.table}-{column}") or listed
        for index, value in enumerate(values):
            if allowed and value not in allowed:
                yield unknown_entry(
                    self.document, (*self.place, "where", column, index), "取值", value, sorted(allowed)
                )

    def wrong_kinds(self, known: Mapping[str, ColumnFacts]) -> Iterator[Problem]:
        """Columns that exist but cannot be dated by, ended by, added up, or tied to an enterprise."""
        dates = "date" if self.rule.window == "to_date" else "quarter"
        for key, kind, label in (
            ("dated_by", dates, "日期" if dates == "date" else "季度"),
            ("ends_by", "date", "日期"),
        ):
            column = getattr(self.rule, key)
            if column in known and known[column].kind != kind:
                yield self.misused(
                    key, column, f"{key} 应是{label}列", known, lambda facts, kind=kind: facts.kind == kind
                )
        if self.rule.sum is not None and self.rule.sum in known and known[self.rule.sum].unit != "万元":
            yield self.misused("sum", self.rule.sum, "sum 应是万元列", known, lambda facts: facts.unit == "万元")
        if self.rule.sum is not None and self.unit not in MONEY_UNITS:
            yield self.document.fault(
                (*self.place, "sum"), "counting", "这个指标的单位不是金额，不能用 sum", value=self.unit,
                expected="、".join(MONEY_UNITS), remedy="删去 sum，或核对指标的单位",
            )  # fmt: skip
        if self.rule.resident and "enterprise_id" not in known:
            yield self.document.fault(
                (*self.place, "resident"), "counting", "这张表没有企业代码，不能用 resident", remedy="删去 resident"
            )

    def misused(self, key: str, column: str, message: str, known: Mapping[str, ColumnFacts], fits: Any) -> Problem:
        usable = [name for name, facts in known.items() if fits(facts)]
        return self.document.fault(
            (*self.place, key), "counting", message, value=column, expected="、".join(usable),
            remedy="换成可用的列" if usable else "这张表没有这样的列，核对 table",
        )  # fmt: skip

    def without_effect(self) -> Iterator[Problem]:
        """Keys that a sum over quarters would silently ignore."""
        if self.rule.window == "to_date":
            return
        for key, idle in (("ends_by", None), ("validity", "none"), ("since", "beginning")):
            if getattr(self.rule, key) != idle:
                yield self.document.fault(
                    (*self.place, key), "counting", f"按季度窗口（{self.rule.window}）计算时，{key} 不起作用",
                    remedy=f"删去 {key}，或把 window 改成 to_date",
                )  # fmt: skip
