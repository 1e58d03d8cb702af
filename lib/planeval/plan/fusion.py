"""The decision `fusion`: which indicators stand for the four chains and the plan's three roles, on which goalposts.

The plan speaks of “四链”融合 and of three roles (一、总体要求) and says nothing about how to see them.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field, Strict, model_validator

from planeval.plan.counting_rule import CountingRule
from planeval.plan.model import Entry, Text, WordId

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Ids = Annotated[tuple[WordId, ...], Strict(False)]


class FusionIndicator(Entry):
    """One indicator: what counts (`rule`), in which unit, and the two goalposts of its index.

    index = (value − unacceptable) / (satisfactory − unacceptable), clipped to [0, 1].
    """

    name: Text
    unit: Text
    rule: CountingRule
    unacceptable: _Finite
    satisfactory: _Finite

    @model_validator(mode="after")
    def _apart(self) -> FusionIndicator:
        if self.satisfactory <= self.unacceptable:
            raise ValueError("satisfactory 应大于 unacceptable")
        return self


class IndicatorGroup(Entry):
    """A chain or a role: the plain mean of its indicators' indices."""

    name: Text
    indicators: Annotated[_Ids, Field(min_length=1)]


class FusionGrade(Entry):
    """A word for a degree of coordination, from this degree on."""

    name: Text
    least: Annotated[float, Field(ge=0, le=1)]


class Fusion(Entry):
    """Chains, roles, grades of the degree of coordination, and how far the goalposts are moved in the simulation."""

    indicators: dict[WordId, FusionIndicator]
    chains: Annotated[dict[WordId, IndicatorGroup], Field(min_length=2)]
    roles: dict[WordId, IndicatorGroup]
    catalyst: Text
    grades: Annotated[tuple[FusionGrade, ...], Strict(False), Field(min_length=1)]
    goalpost_band: Annotated[float, Field(ge=0, lt=0.5)]
    draws: Annotated[int, Field(ge=100, le=100_000), Strict()]
    seed: Annotated[int, Field(ge=0), Strict()]

    @model_validator(mode="after")
    def _known_indicators(self) -> Fusion:
        for group in (*self.chains.values(), *self.roles.values()):
            unknown = [name for name in group.indicators if name not in self.indicators]
            if unknown:
                raise ValueError(f"“{group.name}”用了没有定义的指标：{'、'.join(unknown)}")
            repeated = [name for name, count in Counter(group.indicators).items() if count > 1]
            if repeated:
                raise ValueError(f"“{group.name}”中指标重复：{'、'.join(repeated)}")
        if [grade.least for grade in self.grades] != sorted({grade.least for grade in self.grades}):
            raise ValueError("grades 应按 least 从小到大排列，且不重复")
        if self.grades[0].least > 0:
            raise ValueError("grades 的第一档应从 0 开始")
        return self
