"""What of the ledger anybody may read: when a number is hidden, how little may be known of it then, and what is public
all the same. The evaluators' decisions.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from planeval.plan.explaining import Shape
from planeval.plan.model import Entry, WordId

_Percent = Annotated[float, Field(gt=0, le=100)]
PlaceTableKind = Literal["firms", "titles", "employees", "revenue"]


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


class PublicPlaces(Entry):
    """The tables by industry and zone that the public edition prints."""

    tables: Annotated[tuple[PlaceTableKind, ...], Strict(False)]


class PublicTotals(Entry):
    """Targets whose total is printed although the rule would hide it, because it is a public matter anyway."""

    targets: Annotated[tuple[WordId, ...], Strict(False)]


DISCLOSURE_SHAPES = {
    "disclosure_rule": Shape(DisclosureRule),
    "public_places": Shape(PublicPlaces),
    "public_totals": Shape(PublicTotals),
}
