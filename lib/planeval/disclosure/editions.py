"""One computation, several editions: `disclose` makes the `Review` that an edition's readers get."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from planeval.disclosure.fields import Held, Kept, rules
from planeval.disclosure.place import Place, place_of
from planeval.disclosure.public_places import PublicPlaces, public_places
from planeval.disclosure.withheld import Withheld
from planeval.plan.review_files import EDITIONS, INTERNAL, PUBLIC, UNIT
from planeval.problems import InputError, Problem
from planeval.review import Review

_SAID_HERE = ("edition", "fingerprint")


@dataclass(frozen=True)
class DisclosedReview(Review):
    """A review of a lower edition: what the edition may not show is `Withheld`.

    unit, place: whose, and where it stands among the others, in the unit edition; empty and None elsewhere. places:
    what anybody may read by industry and zone, in the public edition; None elsewhere.
    """

    unit: str = ""
    place: Place | None = None
    places: PublicPlaces | None = None


def disclose(review: Review, edition: str, unit: str = "") -> Review:
    """The review as an edition may show it: `internal` gives the review itself, every other a new one.

    review: of the internal edition. unit: id of the unit whose edition it is; empty in the unit edition for what is
    about no unit (its index). Every field and computed property that disclosure.fields does not give to the edition
    raises DisclosureError when touched. Raises InputError for an edition or a unit that does not exist, and for a
    public edition without a rule of what is hidden, or whose public totals give away what it hides.
    """
    if review.edition != INTERNAL:
        raise ValueError(f"only the internal review can be disclosed, not {review.edition}")
    _check(review, edition, unit)
    if edition == INTERNAL:
        return review
    whose = unit if edition == UNIT else ""
    shown = {name: _shown(review, name, edition, whose) for name in parts(type(review))}
    shown |= {"edition": edition, "fingerprint": _fingerprint(review, edition)}
    place = place_of(review, whose) if whose else None
    own = {field.name for field in fields(Review)}
    places = public_places(review) if edition == PUBLIC else None
    disclosed = DisclosedReview(**{name: shown[name] for name in own}, unit=whose, place=place, places=places)
    disclosed.__dict__.update({name: part for name, part in shown.items() if name not in own})
    return disclosed


def parts(kind: type[Review]) -> tuple[str, ...]:
    """Every field and computed property of a review, in the order in which they are written."""
    computed = [
        name for each in reversed(kind.__mro__) for name, part in vars(each).items()
        if isinstance(part, cached_property | property)
    ]  # fmt: skip
    return (*(field.name for field in fields(kind)), *dict.fromkeys(computed))


def _shown(review: Review, name: str, edition: str, unit: str) -> Any:
    rule = rules(edition).get(name, Held())
    if name in _SAID_HERE or isinstance(rule, Held):
        return Withheld(name, edition)
    return getattr(review, name) if isinstance(rule, Kept) else rule(review, unit)


def _fingerprint(review: Review, edition: str) -> str:
    """Another than the internal one for the same inputs, so that no page of one edition passes for one of another."""
    return hashlib.sha256(f"{review.fingerprint} {edition}".encode()).hexdigest()[:12]


def _check(review: Review, edition: str, unit: str) -> None:
    problems = []
    if edition not in EDITIONS:
        problems.append(Problem("参数", cell="edition", rule="edition", value=edition, message="没有这个版本",
                                expected="、".join(EDITIONS), remedy="改成已有的版本"))  # fmt: skip
    known = [each.id for each in review.plan.units]
    if edition == UNIT and unit and unit not in known:
        problems.append(Problem("参数", cell="unit", rule="unknown_unit", value=unit, message="没有这个责任单位",
                                remedy=f"可选：{'、'.join(known)}"))  # fmt: skip
    if problems:
        raise InputError(problems)
