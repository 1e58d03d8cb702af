"""What the world consists of: items of the ledger, each with what its row says from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from planeval.ledger.tables import BY_ID, SAMPLE, Table
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.sample.dice import Dice
from planeval.sample.scenario import Scenario

Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """A row as it reads from a day on. `open`: carried forward in every filing until it changes."""

    since: date
    row: Row
    open: bool = False


@dataclass(frozen=True)
class Item:
    """One item of one table, filed by one unit; its states run forward in time."""

    table: Table
    unit: str
    states: tuple[State, ...]

    def on(self, day: date) -> State | None:
        """The state on a day; None before the item exists."""
        begun = [state for state in self.states if state.since <= day]
        return begun[-1] if begun else None


@dataclass(frozen=True)
class Setting:
    """What every part of the world is made from: the plan, the decisions about it, the story and the seed."""

    plan: Plan
    method: Method
    story: Scenario
    seed: int

    def dice(self, topic: str) -> Dice:
        """The stream of draws of a topic."""
        return Dice(self.seed, topic)

    @property
    def start(self) -> date:
        """起算日 by the decision in force at the end of the story."""
        return self.method.plan_start(self.story.last)

    @property
    def duties(self) -> Mapping[str, tuple[str, ...]]:
        """Table id → units that file it."""
        duties: Mapping[str, tuple[str, ...]] = self.method.value("filing_duties", self.story.last)
        return duties

    @property
    def chain_links(self) -> Mapping[str, tuple[str, ...]]:
        """Chain → its links by the decision in force; empty when none was taken."""
        decided = self.method.decides("chain_links")
        return self.method.value("chain_links", self.story.last) if decided else {}

    def filer(self, table: str, what: str) -> str:
        """The unit that files an item of a kind: the story's choice if it owes the table, else the first that does."""
        due = self.duties[table]
        chosen = self.story.filed_by.get(table, {}).get(what, "")
        return chosen if chosen in due else due[0]

    def reached(self, target: str) -> int:
        """The number of items that count for a target in the end."""
        return int(self.plan.target(target).amount * self.story.reached[target] + 0.5)

    def days_of(self, quarter: Period) -> tuple[date, date]:
        """First and last day of a quarter, not before the plan's start."""
        return max(quarter.start, self.start), quarter.end


def make_item(table: str, unit: str, *states: State) -> Item:
    """An item whose every row is marked as demonstration data."""
    marked = tuple(State(state.since, {**state.row, "nature": SAMPLE}, state.open) for state in states)
    return Item(BY_ID[table], unit, marked)


def evidence(dice: Dice, setting: Setting, label: str) -> str | None:
    """The evidence of a row; None for the share of rows that have none."""
    return f"示例佐证-{label}.pdf" if dice.chance(setting.story.evidence_share) else None
