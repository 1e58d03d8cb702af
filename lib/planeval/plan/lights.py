"""The decisions behind the lights other than 进度灯's bands of targets, and overrides by hand, as typed shapes.

The words a light may be overridden to are listed here, where method.yml is checked; a test holds them equal to
the words the lights themselves use.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, Strict, model_validator

from planeval.periods import Period
from planeval.plan.model import Day, Entry, Text, WordId

_Share = Annotated[float, Field(ge=0, le=1)]
_Ratio = Annotated[float, Field(ge=0, le=10)]
_Count = Annotated[int, Field(ge=1, le=100), Strict()]

PROGRESS_WORDS = ("已完成", "按序时", "滞后", "严重滞后", "到期未完成")
OUTLOOK_WORDS = ("已达到", "有把握", "不确定", "难以达到", "到期未达到")
EVIDENCE_WORDS = ("充分", "基本充分", "不足")
WORDS_OF_LIGHT = {"progress": PROGRESS_WORDS, "outlook": OUTLOOK_WORDS, "evidence": EVIDENCE_WORDS}
LIGHT_NAMES = {"progress": "进度灯", "outlook": "展望灯", "evidence": "证据灯"}
KIND_NAMES = {"target": "指标", "task": "任务", "unit": "单位"}


def _period(value: object) -> Period:
    return value if isinstance(value, Period) else Period.parse(str(value))


_Quarter = Annotated[Period, PlainValidator(_period), PlainSerializer(str, when_used="json")]


class OutlookBands(Entry):
    """展望灯: lower limits of the displayed probability. fewest_milestones: due ones with a known result, below
    which nothing is foreseen for a task or a unit.
    """

    assured: _Share
    open: _Share
    fewest_milestones: _Count

    @model_validator(mode="after")
    def _ordered(self) -> OutlookBands:
        if self.open >= self.assured:
            raise ValueError("open 应小于 assured")
        return self


class EvidenceBands(Entry):
    """证据灯: limits for 充分 (`full`) and 基本充分 (`some`); anything beyond is 不足, and the worst aspect decides.

    coverage: least share of rows with a document. old: greatest share of standing items last filed more than
    `old_quarters` ago. revision: greatest mean revision of the closed quarters, as a share of what was first known.
    """

    coverage_full: _Share
    coverage_some: _Share
    old_quarters: _Count
    old_full: _Share
    old_some: _Share
    revision_full: _Ratio
    revision_some: _Ratio

    @model_validator(mode="after")
    def _ordered(self) -> EvidenceBands:
        if self.coverage_some >= self.coverage_full:
            raise ValueError("coverage_some 应小于 coverage_full")
        if self.old_some <= self.old_full or self.revision_some <= self.revision_full:
            raise ValueError("old_some、revision_some 应大于 old_full、revision_full")
        return self


class MilestoneBands(Entry):
    """进度灯 of tasks and units: lower limits of finished / due milestones."""

    on_pace: _Share
    behind: _Share

    @model_validator(mode="after")
    def _ordered(self) -> MilestoneBands:
        if self.behind >= self.on_pace:
            raise ValueError("behind 应小于 on_pace")
        return self


class Override(Entry):
    """A light set by hand for some quarters. The computed light stays printed beside it.

    id: of a target, task or unit. `from` and `until`: first and last quarter it holds; author, date and reason
    are never optional.
    """

    kind: Literal["target", "task", "unit"]
    id: WordId
    light: Literal["progress", "outlook", "evidence"]
    to: Text
    author: Text
    on: Day
    reason: Text
    since: _Quarter = Field(alias="from")
    until: _Quarter

    @model_validator(mode="after")
    def _possible(self) -> Override:
        allowed = WORDS_OF_LIGHT[self.light]
        if self.to not in allowed:
            raise ValueError(f"{LIGHT_NAMES[self.light]}只能改为{'、'.join(allowed)}之一，现写“{self.to}”")
        if self.until < self.since:
            raise ValueError("until 早于 from")
        return self

    def holds_in(self, period: Period) -> bool:
        """Whether it applies to a review of this quarter."""
        return self.since <= period <= self.until


Overrides = Annotated[tuple[Override, ...], Strict(False)]
