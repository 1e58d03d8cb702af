"""How a notebook opens its review: the one handed over to its process, else computed and disclosed here."""

from __future__ import annotations

from pathlib import Path

from planeval.disclosure.editions import DisclosedReview, disclose
from planeval.disclosure.withheld import DisclosureError
from planeval.plan.review_files import EDITIONS, INTERNAL, UNIT, review_words
from planeval.review import Review, asked_for
from planeval.review import open_review as compute_review
from planeval.workspace import find_workspace, handed_over, handed_words


def open_review(
    plan: str, period: str, as_known_on: str = "", edition: str = INTERNAL, unit: str = "",
    workspace: str | Path | None = None,
) -> Review:  # fmt: skip
    """The review of an edition, see review.open_review for the words and what is raised.

    unit: whose, in the unit edition; other editions take no notice of it. A process that was handed a lower edition
    opens that one and no other: it never computes a review, so nothing that its edition may not show is ever in it.
    Asking it for other words raises DisclosureError.
    """
    place = find_workspace(workspace)
    review_words(period, as_known_on, edition, EDITIONS)
    whose = unit if edition == UNIT else ""
    asked = asked_for(place, plan, period, as_known_on, edition, whose)
    given = handed_words()
    if given is not None and given[4] != INTERNAL:
        review = handed_over(asked)
        if isinstance(review, DisclosedReview):
            return review
        raise DisclosureError("open_review", given[4])
    return disclose(compute_review(plan, period, as_known_on, workspace=place.root), edition, whose)
