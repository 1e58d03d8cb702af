"""How long a status lasts, as evaluators write it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planeval.plan.model import Entry


class Validity(Entry):
    """How long a status lasts; exactly one of the keys. Expiry is the first day it no longer holds."""

    years: Annotated[int, Field(ge=1, le=50)] | None = None
    months: Annotated[int, Field(ge=1, le=600)] | None = None
    until: Literal["year_end", "next_march_31"] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Validity:
        if sum(value is not None for value in (self.years, self.months, self.until)) != 1:
            raise ValueError("validity 只能写 years、months、until 之一")
        return self
