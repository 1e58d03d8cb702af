"""Holding the rules against everything that was filed: problems by cell, and the rows that are not counted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planeval.ledger.rules.catalogue import CHECKS
from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.expressions import parse_expression
from planeval.ledger.rules.frames import Frames, Rows, named_values, narrowed, ready_rows
from planeval.ledger.rules.loading import operands
from planeval.ledger.rules.registry import Failure
from planeval.ledger.rules.rule import ALL_TABLES, Rule, placeholders
from planeval.ledger.rules.values import Truths
from planeval.ledger.tables import TABLES, Table
from planeval.problems import Problem, shorten

_ONE_ROW = ("cell", "row")
_SHOWN = 60


@dataclass(frozen=True)
class RuleFindings:
    """What the rules found. refused: table id → index labels of the filed rows that must not be counted.

    problems: in the order of the rules, then of the filings. A 警告 that a unit's later rows on the same item repeat
    word for word stands once, at the last of them.
    """

    problems: tuple[Problem, ...] = ()
    refused: dict[str, set[Hashable]] = field(default_factory=dict)


def apply_rules(
    rules: Sequence[Rule], filed: Mapping[str, pd.DataFrame], context: RuleContext, tables: Sequence[Table] = TABLES
) -> RuleFindings:
    """Hold every rule against every accepted row of every standing filing.

    filed: table id → rows with the table's columns, unit_id, period, received_on, file, sheet, row. Rules of one row
    come first; the rows they refuse are not seen by rules of tables, of several tables and over time, so that one
    fault does not breed others. Never raises for what was filed.
    """
    everything = {table.id: ready_rows(filed.get(table.id, pd.DataFrame()), table) for table in tables}
    found = _Found()
    for rule in rules:
        if rule.scope in _ONE_ROW:
            found.note(rule, everything, context)
    kept = {table: narrowed(rows, found.accepted(table, rows)) for table, rows in everything.items()}
    for rule in rules:
        if rule.scope not in _ONE_ROW:
            found.note(rule, kept, context)
    order = {rule.id: place for place, rule in enumerate(rules)}
    problems = sorted(found.problems(), key=lambda problem: order[problem.rule])
    return RuleFindings(tuple(problems), {table: labels for table, labels in found.refused.items() if labels})


class _Found:
    """Gathers what the rules find."""

    def __init__(self) -> None:
        self.refused: dict[str, set[Hashable]] = {}
        self.errors: list[Problem] = []
        self.warnings: dict[tuple[object, ...], Problem] = {}

    def note(self, rule: Rule, frames: Frames, context: RuleContext) -> None:
        for failure in failures_of(rule, frames, context):
            rows = frames[failure.table]
            problem = _problem(rule, failure, rows, context)
            if rule.refuses:
                self.refused.setdefault(failure.table, set()).add(rows.labels[failure.at])
                self.errors.append(problem)
            else:
                item = rows.items[failure.at] or failure.at
                key = (rule.id, failure.table, problem.unit, item, problem.message, problem.value)
                self.warnings.pop(key, None)
                self.warnings[key] = problem

    def accepted(self, table: str, rows: Rows) -> Truths:
        refused = self.refused.get(table, set())
        return np.array([label not in refused for label in rows.labels], dtype=bool)

    def problems(self) -> list[Problem]:
        return [*self.errors, *self.warnings.values()]


def failures_of(rule: Rule, frames: Frames, context: RuleContext) -> Iterator[Failure]:
    """Every row that breaks a rule."""
    for table in frames if rule.table == ALL_TABLES else (rule.table,):
        rows = frames[table]
        if len(rows):
            concrete = rule if rule.table == table else rule.model_copy(update={"table": table})
            if rule.check:
                yield from CHECKS[rule.check].run(frames, context, concrete)
            else:
                yield from _broken(concrete, rows, context)


def _broken(rule: Rule, rows: Rows, context: RuleContext) -> Iterator[Failure]:
    """Rows in which the rule's expression is known to be false, among those in which `when` is known to be true."""
    names = operands(rows.table, context.plan)
    columns = named_values(rows, context.constants())
    wrong = parse_expression(rule.expression, names).false_rows(columns, len(rows))
    if rule.when:
        wrong = wrong & parse_expression(rule.when, names).true_rows(columns, len(rows))
    for at in np.flatnonzero(wrong):
        yield Failure(rule.table, int(at), rule.column)


def _problem(rule: Rule, failure: Failure, rows: Rows, context: RuleContext) -> Problem:
    column = failure.column or rule.column or rows.table.key[0]
    file, sheet = (str(rows.frame[name].iat[failure.at] or "") for name in ("file", "sheet"))
    row, letter = rows.frame["row"].iat[failure.at], context.letters.get((file, sheet), {}).get(column, "")
    value = context.cell(rows, failure.at, column) if failure.value is None else failure.value
    words = {
        **failure.words, "unit": context.unit_name(rows.units[failure.at]), "period": rows.period_name(failure.at),
        "heading": rows.table.column(column).heading,
    }  # fmt: skip
    return Problem(
        file, sheet, f"{letter}{row}" if letter else f"第 {row} 行",
        _filled_in(rule.message, words, rows, failure.at, context), shorten(value, _SHOWN),
        remedy=_filled_in(rule.remedy, words, rows, failure.at, context), rule=rule.id, level=rule.level,
        unit=str(rows.units[failure.at] or ""),
    )  # fmt: skip


def _filled_in(template: str, words: Mapping[str, str], rows: Rows, at: int, context: RuleContext) -> str:
    """A message with its placeholders filled: the check's words first, then the row's cells."""
    used = {
        name: words[name] if name in words else shorten(context.cell(rows, at, name), _SHOWN)
        for name in placeholders(template)
    }
    return template.format_map(used)
