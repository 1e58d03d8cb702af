"""From a row at fault to what its author reads: the cell's address, the message filled in, nothing personal shown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Rows
from planeval.ledger.rules.registry import CHECKS, Failure
from planeval.ledger.rules.rule import Rule, placeholders
from planeval.problems import Problem, shorten

HIDDEN = "（已隐去）"
ELSEWHERE = "……"  # in place of what a check found outside the row
_OWN_SCOPES = frozenset(("cell", "row"))
_LONGEST = 60
Cell = tuple[str, Hashable, str]


@dataclass(frozen=True)
class Finding:
    """A rule broken by a row."""

    rule: Rule
    failure: Failure
    rows: Rows

    @property
    def label(self) -> Hashable:
        """The row's index in the frame that was handed in."""
        return self.rows.labels[self.failure.at]

    @property
    def column(self) -> str:
        """The column to blame: the check's, else the rule's, else the first of the key."""
        return self.failure.column or self.rule.column or self.rows.table.key[0]

    @property
    def cell(self) -> Cell:
        """The cell to blame, in any filing."""
        return self.failure.table, self.label, self.column


def told(finding: Finding, context: RuleContext, hidden: frozenset[Cell]) -> Problem:
    """The Problem of a finding. hidden: cells whose content no message may repeat."""
    rule, rows, at = finding.rule, finding.rows, finding.failure.at
    file, sheet = (str(rows.frame[name].iat[at] or "") for name in ("file", "sheet"))
    row, letter = rows.frame["row"].iat[at], context.letters.get((file, sheet), {}).get(finding.column, "")
    words = {
        **finding.failure.words, "unit": context.unit_name(rows.units[at]), "period": rows.period_name(at),
        "heading": rows.table.column(finding.column).heading,
    }  # fmt: skip
    message, remedy = (_filled_in(text, words, finding, context, hidden) for text in (rule.message, rule.remedy))
    alone = words | _alone(finding)
    message_alone, remedy_alone = (
        _filled_in(text, alone, finding, context, hidden) for text in (rule.message, rule.remedy)
    )
    return Problem(
        file, sheet, f"{letter}{row}" if letter else f"第 {row} 行", message,
        _content(finding, finding.column, context, hidden), remedy=remedy, rule=rule.id, level=rule.level,
        unit=str(rows.units[at] or ""), message_alone="" if message_alone == message else message_alone,
        remedy_alone="" if remedy_alone == remedy else remedy_alone,
    )  # fmt: skip


def _alone(finding: Finding) -> dict[str, str]:
    """The check's words without what they say of rows that another unit may have filed."""
    check = CHECKS.get(finding.rule.check)
    if finding.rule.scope in _OWN_SCOPES or (check is not None and check.one_filing):
        return {}
    return dict.fromkeys(finding.failure.words, ELSEWHERE)


def _content(finding: Finding, column: str, context: RuleContext, hidden: frozenset[Cell]) -> str:
    """What a cell of the row says, short enough for a message."""
    if (finding.failure.table, finding.label, column) in hidden:
        return HIDDEN
    return shorten(context.cell(finding.rows, finding.failure.at, column), _LONGEST)


def _filled_in(
    template: str, words: Mapping[str, str], finding: Finding, context: RuleContext, hidden: frozenset[Cell]
) -> str:
    """A message with its placeholders filled: the check's words first, then the row's cells."""
    used = {
        name: words[name] if name in words else _content(finding, name, context, hidden)
        for name in placeholders(template)
    }
    return template.format_map(used)
