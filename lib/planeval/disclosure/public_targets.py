"""The public edition's targets and decisions: without those whose total the decided rule hides."""

from __future__ import annotations

import pandas as pd

from planeval.disclosure.own_rows import decisions_where, method_where
from planeval.disclosure.public_places import withheld_targets
from planeval.plan import InForce, Method
from planeval.plan.lights import Override
from planeval.review import Review


def targets(review: Review, unit: str) -> pd.DataFrame:
    """Every target whose total may be read. One that may not has no row: its light would tell how large it is."""
    return _without(review, review.targets)


def dependence(review: Review, unit: str) -> pd.DataFrame:
    """On which targets a choice decides, of those that may be read."""
    return _without(review, review.dependence)


def method(review: Review, unit: str) -> Method:
    """The decisions, without lights set by hand for units and for targets that may not be read."""
    hidden = withheld_targets(review)
    return method_where(review, lambda each: _readable(each, hidden))


def decisions(review: Review, unit: str) -> tuple[InForce, ...]:
    """Every decision in force, see `method`."""
    hidden = withheld_targets(review)
    return decisions_where(review, lambda each: _readable(each, hidden))


def _readable(override: Override, hidden: frozenset[str]) -> bool:
    return override.kind != "unit" and not (override.kind == "target" and override.id in hidden)


def _without(review: Review, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["target_id"].isin(withheld_targets(review))].reset_index(drop=True)
