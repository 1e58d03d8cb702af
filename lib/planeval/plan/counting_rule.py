"""口径: the type of a counting rule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from planeval.plan.model import Entry, Text, WordId
from planeval.plan.validity import Validity


class CountingRule(Entry):
    """口径: which ledger rows count for a target, and how.

    Rows of `table` whose columns hold one of the values in `where`; one item per `distinct`; dated by
    `dated_by`; no longer counted from `ends_by` or expiry on; `sum` adds a 万元 column instead of
    counting. `since`: whether items dated before the plan's start count. `resident`: only enterprises
    inside the planned area on the day. `window` is for sums.
    """

    table: WordId
    where: dict[WordId, Annotated[tuple[Text, ...], Strict(False)]] = Field(default_factory=dict)
    distinct: WordId
    dated_by: WordId
    ends_by: WordId | None = None
    since: Literal["plan_start", "beginning"] = "beginning"
    validity: Literal["none"] | Validity = "none"
    resident: bool = False
    sum: WordId | None = None
    window: Literal["to_date", "calendar_year", "rolling_four_quarters", "last_full_year"] = "to_date"
