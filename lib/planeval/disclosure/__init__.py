"""What an edition may show of a review: the `Review` its readers get, and nothing behind it."""

from planeval.disclosure.editions import DisclosedReview, disclose
from planeval.disclosure.opened import open_review
from planeval.disclosure.withheld import DisclosureError, Withheld, withheld

__all__ = ["DisclosedReview", "DisclosureError", "Withheld", "disclose", "open_review", "withheld"]
