"""The kinds of decision a method may hold: the type of each value, and which decisions every plan must take."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict, model_validator

from planeval.plan.counting_rule import CountingRule
from planeval.plan.disclosure_decisions import DISCLOSURE_SHAPES
from planeval.plan.explaining import Shape
from planeval.plan.fund_reading import FundReading
from planeval.plan.fusion import Fusion
from planeval.plan.industry_decisions import ConcentrationBands, ReadinessCriterion, ReferenceShare
from planeval.plan.ladder import Ladder, SurvivalReading
from planeval.plan.lights import EvidenceBands, MilestoneBands, OutlookBands, Overrides
from planeval.plan.model import Day, Entry, Text, WordId, normal
from planeval.plan.policy_decisions import PolicyEffect
from planeval.plan.scoring_decisions import SCORING_SHAPES


class LightBands(Entry):
    """Lower limits of the gap (done share - expected share) for each light; `over` flags a low target."""

    on_pace: Annotated[float, Field(ge=-1, le=0)]
    behind: Annotated[float, Field(ge=-1, le=0)]
    over: Annotated[float, Field(ge=1)]

    @model_validator(mode="after")
    def _ordered(self) -> LightBands:
        if self.behind >= self.on_pace:
            raise ValueError("behind 应小于 on_pace")
        return self


class Finding(Entry):
    """What a person found about a demand that no ledger row can settle, with the evidence."""

    finding: Literal["已做到", "部分做到", "未做到"]
    evidence: Text


_Days = Annotated[int, Field(ge=1, le=1000), Strict()]


class DispatchLimits(Entry):
    """督办: days to finish by what raised the order, what extensions are granted, what feedback is asked.

    behind, far_behind, missed: a target with that light. overdue_milestone: a milestone. extensions: how many
    an order may get, each of at most extension_days. ageing: upper ends, in days, of the classes of open orders.
    """

    behind: _Days
    far_behind: _Days
    missed: _Days
    overdue_milestone: _Days
    extensions: Annotated[int, Field(ge=0, le=10), Strict()]
    extension_days: _Days
    feedback: Text
    ageing: Annotated[tuple[_Days, ...], Strict(False), Field(min_length=1)]

    @model_validator(mode="after")
    def _rising(self) -> DispatchLimits:
        if list(self.ageing) != sorted(set(self.ageing)):
            raise ValueError("ageing 应从小到大排列，且不重复")
        return self


class UnitJudgement(Entry):
    """How the sub-item ledger becomes a unit's score, 0 to 100; the bands are computed by judge.unit_bands.

    supporting_share: what a milestone counts for a supporting unit (1 for the lead). points: by state of a milestone
    that is due; null: not counted. least_item_sd: in points. confidence: of the rank interval, both tails together.
    """

    supporting_share: Annotated[float, Field(ge=0, le=1)]
    points: dict[Literal["按期完成", "逾期完成", "逾期未完成", "未报送"], Annotated[float, Field(ge=0, le=100)] | None]
    least_item_sd: Annotated[float, Field(ge=0, le=50)]
    least_items: Annotated[int, Field(ge=3, le=100)]
    confidence: Annotated[float, Field(ge=0.5, lt=1)]

    @model_validator(mode="after")
    def _every_state(self) -> UnitJudgement:
        missing = [state for state in ("按期完成", "逾期完成", "逾期未完成", "未报送") if state not in self.points]
        if missing:
            raise ValueError(f"points 缺少：{'、'.join(missing)}；不计的写 null")
        return self


class Lesson(Entry):
    """What the evaluators learnt, in their own words; never written by the program."""

    topic: Text
    text: Text


_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False), Strict()]
_Units = Annotated[tuple[WordId, ...], Strict(False)]
_Words = Annotated[tuple[Text, ...], Strict(False)]


def _each_once(groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Refuse a name that stands in two groups, where it would be counted twice."""
    written = Counter(normal(name) for names in groups.values() for name in names)
    repeated = [name for name, times in written.items() if times > 1]
    if repeated:
        raise ValueError(f"写了不止一次：{'、'.join(repeated)}")
    return groups


_SHAPES: dict[str, Shape] = {
    "plan_start": Shape(Day),
    "source_of_record": Shape(Literal["filings", "published"]),
    "enterprise_identifier": Shape(Literal["uscc", "any"]),
    "light_bands": Shape(LightBands),
    "outlook_bands": Shape(OutlookBands),
    "evidence_bands": Shape(EvidenceBands),
    "milestone_bands": Shape(MilestoneBands),
    "overrides": Shape(Overrides),
    "filing_deadline_days": Shape(Annotated[int, Field(ge=0, le=365), Strict()]),
    "anonymous_band_least": Shape(Annotated[int, Field(ge=3, le=100), Strict()]),
    "filing_duties": Shape(dict[WordId, _Units]),
    "lead_units": Shape(dict[WordId, WordId]),
    "target_tasks": Shape(dict[WordId, WordId]),
    "dispatch_limits": Shape(DispatchLimits),
    "closed_lists": Shape(dict[WordId, Annotated[_Words, Field(min_length=1)]]),
    "fusion": Shape(Fusion),
    "fund_reading": Shape(FundReading),
    "policy_fields": Shape(Annotated[dict[Text, _Words], AfterValidator(_each_once)]),
    "policy_effect": Shape(PolicyEffect),
    "qualitative_findings": Shape(dict[WordId, Finding]),
    "lessons": Shape(Annotated[tuple[Lesson, ...], Strict(False), Field(min_length=1)]),
    "enterprise_ladder": Shape(Ladder),
    "survival_reading": Shape(SurvivalReading),
    "university_regions": Shape(Annotated[dict[Text, _Words], AfterValidator(_each_once)]),
    "name_similarity": Shape(Annotated[float, Field(ge=0.5, le=1), Strict()]),
    "chain_links": Shape(dict[Text, Annotated[_Words, Field(min_length=1)]]),
    "industry_reference": Shape(dict[WordId, ReferenceShare]),
    "concentration_bands": Shape(ConcentrationBands),
    "extension_readiness": Shape(Annotated[tuple[ReadinessCriterion, ...], Strict(False), Field(min_length=1)]),
    "unit_judgement": Shape(UnitJudgement),
    "baseline": Shape(_Amount),
    "counting": Shape(CountingRule),
    "milestones": Shape(dict[Annotated[str, Field(pattern=r"^20[0-9]{2}Q[1-4]$")], _Amount]),
    **{name: Shape(wanted) for name, wanted in SCORING_SHAPES.items()},
    **DISCLOSURE_SHAPES,
}
PER_TARGET = ("baseline", "counting", "milestones", "goalposts")
REQUIRED = (
    "plan_start", "source_of_record", "enterprise_identifier", "light_bands", "filing_deadline_days",
    "filing_duties", "lead_units",
)  # fmt: skip


def shape_of(decision_id: str) -> Shape | None:
    """The type a decision's value must have, or None for an id nobody knows."""
    family, _, target = decision_id.partition(".")
    return _SHAPES.get(family) if (family in PER_TARGET) == bool(target) else None


def known_decisions() -> tuple[str, ...]:
    """Every decision id, per-target families written `counting.<指标>`."""
    return tuple(f"{name}.<指标>" if name in PER_TARGET else name for name in _SHAPES)
