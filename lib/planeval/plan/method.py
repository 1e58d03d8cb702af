"""What the evaluators decided: each decision with its value, reason, author and first period.

Nothing here is in the plan. Pages print these as decisions, with `by`, never as the plan's words.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, Strict, model_validator

from planeval.periods import Period
from planeval.plan.counting_rule import CountingRule
from planeval.plan.decisions import UnitJudgement
from planeval.plan.lights import Override
from planeval.plan.model import Entry, Text, WordId

EXAMPLE_AUTHOR = "示例设定"


def parse_period(value: object) -> Period:
    """A quarter written `2026Q3`; raises ValueError (Chinese) for anything else."""
    return value if isinstance(value, Period) else Period.parse(str(value))


Quarter = Annotated[Period, PlainValidator(parse_period), PlainSerializer(str, when_used="json")]


class Version(Entry):
    """One answer, in force from a period until the next version: a value, or the id of a listed reading."""

    value: Any = None
    reading: WordId | None = None
    reason: Text
    by: Text
    since: Quarter = Field(alias="from")

    @model_validator(mode="after")
    def _one_answer(self) -> Version:
        if (self.value is None) == (self.reading is None):
            raise ValueError("value 和 reading 必须写且只写一个")
        return self


class Reading(Entry):
    """A competing reading: the value another evaluator might have decided."""

    id: WordId
    label: Text
    value: Any


class Decision(Entry):
    """A question the plan leaves open and the evaluators' answer."""

    question: Text
    values: Annotated[tuple[Version, ...], Strict(False), Field(min_length=1)]
    readings: Annotated[tuple[Reading, ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Decision:
        starts = [version.since for version in self.values]
        if starts != sorted(set(starts)):
            raise ValueError("values 应按 from 从早到晚排列，且不重复")
        repeated = [name for name, count in Counter(reading.id for reading in self.readings).items() if count > 1]
        if repeated:
            raise ValueError(f"readings 的 id 重复：{'、'.join(repeated)}")
        return self

    def in_force(self, period: Period) -> Version:
        """The version that applies in a period; the first one also serves earlier periods' history."""
        applicable = [version for version in self.values if version.since <= period]
        return applicable[-1] if applicable else self.values[0]


class MethodText(Entry):
    """method.yml as written."""

    plan: WordId
    decisions: dict[str, Decision]


class InForce(Entry):
    """A decision as it applies to one review, ready to be printed."""

    id: str
    question: str
    value: Any
    reason: str
    by: str
    since: Period
    reading: str


class Method(Entry):
    """All decisions, typed; ask it with a period, so that old quarters keep their old rules."""

    text: MethodText

    def value(self, decision_id: str, period: Period) -> Any:
        """The value of a decision in force; KeyError when the method does not decide it."""
        return self.text.decisions[decision_id].in_force(period).value

    def optional(self, decision_id: str, period: Period) -> Any:
        """The value in force, or None when the method does not decide it."""
        return self.value(decision_id, period) if self.decides(decision_id) else None

    def overrides(self, period: Period) -> tuple[Override, ...]:
        """Lights set by hand that hold in a period, in the order of method.yml."""
        listed: tuple[Override, ...] = self.optional("overrides", period) or ()
        return tuple(override for override in listed if override.holds_in(period))

    def decides(self, decision_id: str) -> bool:
        """Whether the method holds this decision."""
        return decision_id in self.text.decisions

    def plan_start(self, period: Period) -> date:
        """起算日 in force."""
        return parse_day(self.value("plan_start", period))

    def unit_judgement(self, period: Period) -> UnitJudgement | None:
        """How units are judged on their milestones; None when that was not decided."""
        return self.value("unit_judgement", period) if self.decides("unit_judgement") else None

    def counting(self, target_id: str, period: Period) -> CountingRule | None:
        """口径 of a target in force; None when none was decided."""
        name = f"counting.{target_id}"
        return self.value(name, period) if self.decides(name) else None

    def baseline(self, target_id: str, period: Period) -> float:
        """Baseline of a target in its own unit."""
        return float(self.value(f"baseline.{target_id}", period))

    def milestone_path(self, target_id: str, period: Period) -> dict[Period, float]:
        """Cumulative value due at the end of each period named; empty means 序时进度 applies."""
        name = f"milestones.{target_id}"
        path = self.value(name, period) if self.decides(name) else {}
        return {Period.parse(quarter): amount for quarter, amount in path.items()}

    def readings(self, decision_id: str) -> tuple[Reading, ...]:
        """Competing readings of a decision; empty when none are listed."""
        return self.text.decisions[decision_id].readings if self.decides(decision_id) else ()

    def reading_in_force(self, decision_id: str, period: Period) -> str | None:
        """Id of the reading a decision follows; None when the value was given outright or not decided."""
        return self.text.decisions[decision_id].in_force(period).reading if self.decides(decision_id) else None

    def in_force(self, period: Period) -> tuple[InForce, ...]:
        """Every decision as it applies in a period, in the order of method.yml."""
        return tuple(_in_force(name, decision, period) for name, decision in self.text.decisions.items())


def parse_day(value: date | str) -> date:
    """A date value of a decision, whether already parsed or still text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _in_force(name: str, decision: Decision, period: Period) -> InForce:
    version = decision.in_force(period)
    label = next((reading.label for reading in decision.readings if reading.id == version.reading), "")
    return InForce(
        id=name, question=decision.question, value=version.value, reason=version.reason, by=version.by,
        since=version.since, reading=label,
    )  # fmt: skip
