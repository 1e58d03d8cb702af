"""Which published tables go with an edition, so that its pages name those alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planeval.disclosure.editions import DisclosedReview
from planeval.plan.review_files import BRIEF, UNIT
from planeval.review import Review

TABLES_OF = {
    UNIT: ("units", "unit_lights", "milestones", "nodes", "dispatch", "problems", "filings"),
    BRIEF: ("targets", "task_lights", "units"),
}
"""Editions that hold some tables only → those, as publish.tables gives them out (a test holds both together)."""


def own_file(unit: str, table: str) -> str:
    """The name of a table of one unit's own rows, without `.csv`: a unit is sent those that begin with its id."""
    return f"{unit}-{table}"


def files_of_edition(review: Review, tables: Iterable[str]) -> Iterator[str]:
    """Of these tables, the files that go with an edition: `tables/targets.csv`, `tables/kejiju-units.csv`."""
    held = TABLES_OF.get(review.edition)
    unit = review.unit if isinstance(review, DisclosedReview) else ""
    for table in tables:
        if held is None or table in held:
            yield f"tables/{own_file(unit, table) if unit else table}.csv"
