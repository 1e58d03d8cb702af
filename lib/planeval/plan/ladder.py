"""What evaluators decide about firms and time: the rungs of 梯度培育, and how censored times are read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict, model_validator

from planeval.plan.model import Entry, Text, WordId
from planeval.plan.validity import Validity

_Words = Annotated[tuple[Text, ...], Strict(False)]


class Rung(Entry):
    """One rung of the ladder. Without `target` and `kinds` a firm stands on it by being in the 企业 table.

    target: the title is told as that target's counting rule tells it (资质种类, validity). kinds: any of these
    资质种类, with the validity given here.
    """

    id: WordId
    label: Text
    target: WordId | None = None
    kinds: _Words = ()
    validity: Literal["none"] | Validity = "none"

    @model_validator(mode="after")
    def _one_source(self) -> Rung:
        if self.target is not None and (self.kinds or self.validity != "none"):
            raise ValueError("写了 target 就不再写 kinds 和 validity")
        return self


class Ladder(Entry):
    """Rungs from the lowest up, and how many quarters ahead titles that lapse are listed."""

    rungs: Annotated[tuple[Rung, ...], Strict(False), Field(min_length=2)]
    lapsing_quarters: Annotated[int, Field(ge=1, le=40), Strict()]

    @model_validator(mode="after")
    def _distinct(self) -> Ladder:
        names = [rung.id for rung in self.rungs]
        if len(names) != len(set(names)):
            raise ValueError("各级的 id 不能重复")
        return self


class SurvivalReading(Entry):
    """How times that have not ended yet are read.

    cohort_since: whom curves follow: those who began on or after 起算日, or everybody in the ledger. least_at_risk:
    a curve stops where fewer are under observation, and a rate over fewer is shown as counts only. horizon_days:
    the day at which a curve is quoted in tables. confidence: level of every interval.
    """

    cohort_since: Literal["plan_start", "beginning"]
    least_at_risk: Annotated[int, Field(ge=1, le=100), Strict()]
    horizon_days: Annotated[int, Field(ge=1, le=3660), Strict()]
    confidence: Annotated[float, Field(gt=0.5, lt=1), Strict()]
