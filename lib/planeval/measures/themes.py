"""What the ledger says about the plan's themes beside the targets: each measured when first asked for.

One property per module of this folder that is not about targets; a page computes only what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from planeval.ledger import Ledger
from planeval.ledger.published import PublishedFile
from planeval.periods import Period
from planeval.plan import Method, Plan


@dataclass(frozen=True)
class Themes:
    """Measures of one review, computed on demand and kept (`functools.cached_property`)."""

    ledger: Ledger
    published: tuple[PublishedFile, ...]
    plan: Plan
    method: Method
    period: Period
