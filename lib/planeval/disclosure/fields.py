"""Which part of a review each edition shows: one line per field and property of `Review`, and nothing else is shown.

A part that has no line here is withheld from every edition but the internal one, until somebody decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from planeval.disclosure import leadership, own_rows, public_targets, sources
from planeval.plan.review_files import BRIEF, PUBLIC, UNIT
from planeval.review import Review

Replaced = Callable[[Review, str], Any]
"""Review and unit (empty outside the unit edition) → what the edition gets instead."""


@dataclass(frozen=True)
class Kept:
    """The part itself: it holds nothing that the edition's readers may not see."""


@dataclass(frozen=True)
class Held:
    """Nothing: touching it raises DisclosureError."""


Rule = Kept | Held | Replaced
KEPT, HELD = Kept(), Held()

# What: the unit edition, the leadership brief, the public edition.
_RULES: dict[str, tuple[Rule, Rule, Rule]] = {
    # Named in public documents or by the evaluators themselves.
    "plan": (KEPT, KEPT, KEPT),
    "method": (own_rows.method, KEPT, public_targets.method),
    "period": (KEPT, KEPT, KEPT),
    "as_known_on": (KEPT, KEPT, KEPT),
    "published": (KEPT, KEPT, KEPT),
    "coverage": (KEPT, KEPT, KEPT),
    "decisions": (own_rows.decisions, KEPT, public_targets.decisions),
    "decomposition": (HELD, KEPT, HELD),
    "is_sample": (KEPT, KEPT, KEPT),
    # What was filed.
    "ledger": (own_rows.ledger, HELD, HELD),
    "counts": (HELD, HELD, HELD),
    "milestones": (own_rows.milestones, HELD, HELD),
    "nodes": (own_rows.nodes, leadership.nodes, HELD),
    "slippage": (own_rows.slippage, HELD, HELD),
    "errors": (own_rows.errors, HELD, HELD),
    "tally": (own_rows.tally, KEPT, sources.tally_without_units),
    "last_review": (HELD, HELD, HELD),
    "themes": (HELD, HELD, HELD),
    # Each target: totals over everything counted, never a row; for anybody those that the decided rule does not hide.
    "targets": (KEPT, KEPT, public_targets.targets),
    "series": (HELD, KEPT, HELD),
    "verdicts": (HELD, HELD, HELD),
    "dependence": (HELD, KEPT, public_targets.dependence),
    "flips": (HELD, HELD, HELD),
    "forecasts": (HELD, HELD, HELD),
    "calibration": (HELD, HELD, HELD),
    "revisions": (HELD, HELD, HELD),
    "changes": (HELD, KEPT, HELD),
    "final": (HELD, HELD, HELD),
    "assessment": (HELD, KEPT, HELD),
    "fusion": (HELD, HELD, HELD),
    # Each task: numbers of nodes, never a node.
    "tasks": (KEPT, KEPT, KEPT),
    "task_lights": (KEPT, KEPT, KEPT),
    "burn_up": (HELD, KEPT, HELD),
    # Each unit.
    "units": (own_rows.units, KEPT, HELD),
    "unit_burn_up": (HELD, KEPT, HELD),
    "unit_lights": (own_rows.unit_lights, HELD, HELD),
    "unit_bands": (own_rows.unit_bands, HELD, HELD),
    "filing_history": (own_rows.filing_history, HELD, HELD),
    "evidence": (own_rows.evidence, HELD, HELD),
    "revising_units": (HELD, HELD, HELD),
    "orders": (own_rows.orders, leadership.orders, HELD),
    "order_faults": (HELD, HELD, HELD),
    "order_quarters": (HELD, KEPT, HELD),
    "proposed_orders": (HELD, leadership.proposed_orders, HELD),
    # What the review was made from. `edition` and `fingerprint` are said by `disclose` itself.
    "inputs": (sources.inputs, sources.inputs, sources.inputs),
}


def rules(edition: str) -> Mapping[str, Rule]:
    """Part of a review → its rule in an edition; what is not listed is withheld."""
    place = (UNIT, BRIEF, PUBLIC).index(edition)
    return {name: each[place] for name, each in _RULES.items()}
