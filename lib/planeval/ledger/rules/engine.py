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
from planeval.ledger.rules.rule import ALL_TABLES, Rule
from planeval.ledger.rules.telling import Finding, told
from planeval.ledger.rules.values import Truths
from planeval.ledger.tables import TABLES, Table
from planeval.problems import Problem

_ONE_ROW = ("cell", "row")


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
    return RuleFindings(tuple(found.problems(rules, context)), found.refused)


class _Found:
    """Gathers what the rules find."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.refused: dict[str, set[Hashable]] = {}

    def note(self, rule: Rule, frames: Frames, context: RuleContext) -> None:
        for failure in failures_of(rule, frames, context):
            finding = Finding(rule, failure, frames[failure.table])
            self.findings.append(finding)
            if rule.refuses:
                self.refused.setdefault(failure.table, set()).add(finding.label)

    def accepted(self, table: str, rows: Rows) -> Truths:
        refused = self.refused.get(table, set())
        return np.array([label not in refused for label in rows.labels], dtype=bool)

    def problems(self, rules: Sequence[Rule], context: RuleContext) -> list[Problem]:
        """What is told, in the order of the rules; a warning repeated word for word stands at its last row."""
        order = {rule.id: place for place, rule in enumerate(rules)}
        hidden = frozenset(finding.cell for finding in self.findings if finding.rule.hide)
        problems: dict[tuple[object, ...], Problem] = {}
        for finding in sorted(self.findings, key=lambda finding: order[finding.rule.id]):
            problem = told(finding, context, hidden)
            item = finding.rows.items[finding.failure.at]
            key: tuple[object, ...] = (*finding.cell, problem)
            if not finding.rule.refuses and item is not None:
                key = (problem.rule, finding.failure.table, problem.unit, item, problem.message, problem.value)
            problems.pop(key, None)
            problems[key] = problem
        return list(problems.values())


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
