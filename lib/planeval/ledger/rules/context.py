"""What a rule may know besides the rows: the plan, the decisions in force, what has been received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from planeval.ledger.register import Filing
from planeval.ledger.rules.frames import Positions, Rows, day_constant
from planeval.ledger.rules.values import Values, constant
from planeval.ledger.tables import Column
from planeval.periods import Period
from planeval.plan import Method, Plan, part_names

Letters = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class RuleContext:
    """period: the quarter under review, by whose decisions plan_start, duties and identifier were taken.

    filings: everything received by `as_known_on`. letters: (file, sheet) → column id → Excel letter. duties: table →
    units, first the one whose word counts.
    """

    plan: Plan
    period: Period
    plan_start: date
    identifier: str
    duties: Mapping[str, tuple[str, ...]]
    as_known_on: date | None = None
    filings: tuple[Filing, ...] = ()
    letters: Letters = field(default_factory=dict)

    @classmethod
    def of(
        cls, plan: Plan, method: Method, period: Period, *, as_known_on: date | None = None,
        filings: tuple[Filing, ...] = (), letters: Letters | None = None,
    ) -> RuleContext:  # fmt: skip
        """The context of a review, with the decisions in force in its period."""
        duties = {table: tuple(units) for table, units in method.value("filing_duties", period).items()}
        return cls(
            plan, period, method.plan_start(period), method.value("enterprise_identifier", period), duties,
            as_known_on, filings, {} if letters is None else letters,
        )  # fmt: skip

    def constants(self) -> dict[str, Values]:
        """Names an expression may use that are the same in every row."""
        return {
            "plan_start": day_constant(self.plan_start),
            "plan_due": day_constant(self.plan.text.due),
            "identifier": constant("text", self.identifier),
        }

    def rank(self, table: str, unit: object) -> int:
        """How far down the list of those who owe a table a unit stands; who owes nothing stands last."""
        due = self.duties.get(table, ())
        return due.index(str(unit)) if unit in due else len(due)

    def standing(self, rows: Rows) -> Positions:
        """Positions of the row that counts for each item, as the review counts it."""
        return rows.standing(lambda unit: self.rank(rows.table.id, unit))

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        text = self.plan.text
        units = part_names(self.plan, "unit")
        return {
            "unit": units,
            "units": units,
            "industry": {industry.id: industry.name for industry in text.industries},
            "zone": {zone.id: zone.name for zone in text.zones},
            "task": {task.id: task.name for task in self.plan.tasks},
        }

    def unit_name(self, unit: object) -> str:
        """A unit as the plan writes it."""
        return self._names["unit"].get(str(unit), str(unit or ""))

    def ids(self, kind: str) -> tuple[str, ...]:
        """The ids a column of this kind may hold by the plan; empty for kinds without."""
        return tuple(self._names.get(kind, {})) if kind != "units" else ()

    def shown(self, column: Column, value: object) -> str:
        """A cell's value as its author would write it."""
        if value is None or value is pd.NaT or value != value:
            return ""
        if isinstance(value, pd.Timestamp):
            return f"{value:%Y-%m-%d}"
        if isinstance(value, float):
            return f"{value:.15g}"
        names = self._names.get(column.kind)
        return "、".join(names.get(part, part) for part in str(value).split("、")) if names else str(value)

    def cell(self, rows: Rows, at: int, column_id: str) -> str:
        """A cell of a row as its author would write it."""
        return self.shown(rows.table.column(column_id), rows.frame[column_id].iat[at])
