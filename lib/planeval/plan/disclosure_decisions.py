"""When a cell of a public table is hidden, and how little may be known of it then: the evaluators' decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from planeval.plan.model import Entry

_Percent = Annotated[float, Field(gt=0, le=100)]


class Dominance(Entry):
    """(n, k) rule: sensitive when the `largest` contributors together make up more than `percent` % of the cell."""

    largest: Annotated[int, Field(ge=1, le=5), Strict()]
    percent: _Percent


class DisclosureRule(Entry):
    """Primary rules, and the width asked of what a reader can work out about a hidden cell.

    threshold: a cell with fewer contributors (but at least one) is sensitive. p_percent: an amount is sensitive when
    its second largest contributor could estimate the largest one within p %. dominance: (n, k), null: not used.
    count_values: a hidden count must be compatible with that many whole numbers. amount_percent: an amount hidden for
    its few contributors must be open by that many percent of itself, up and down.
    """

    threshold: Annotated[int, Field(ge=2, le=50), Strict()]
    p_percent: _Percent
    dominance: Dominance | None
    count_values: Annotated[int, Field(ge=2, le=50), Strict()]
    amount_percent: _Percent
