"""Types of the decisions about industries, chains and zones."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planeval.plan.model import Entry, Text, WordId


class ReferenceShare(Entry):
    """A published share (in %) of an industry's revenue in the revenue of all industries of a reference area."""

    file: WordId
    series: Text


class ConcentrationBands(Entry):
    """HHI (0 to 10 000) from which revenue counts as moderately and highly concentrated; `one_firm`: the share of
    one firm from which the industry is said to depend on it.
    """

    moderate: Annotated[float, Field(gt=0, lt=10_000)]
    high: Annotated[float, Field(gt=0, le=10_000)]
    one_firm: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _ordered(self) -> ConcentrationBands:
        if self.moderate >= self.high:
            raise ValueError("moderate 应小于 high")
        return self


class ReadinessCriterion(Entry):
    """One condition for 运营成熟: a measure of a zone that must reach an amount (shares between 0 and 1)."""

    measure: Literal["firms", "occupancy", "delivered", "net_entrants", "certified_share"]
    at_least: Annotated[float, Field(ge=0, allow_inf_nan=False)]
