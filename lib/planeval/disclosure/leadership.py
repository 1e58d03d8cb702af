"""The leadership brief: units may be named, firms may not; so nothing that a unit wrote in its own words is kept.

Numbers, states, days, units and what the plan or the decomposition names are kept; contents, feedback, notes, numbers
of orders and names of nodes that were only filed are not.
"""

from __future__ import annotations

import pandas as pd

from planeval.measures.dispatch import MILESTONE, OTHER, TARGET
from planeval.review import Review

OTHER_MATTER, OTHER_NODE = "其他事项", "任务分解以外的节点"
_NODE_COLUMNS = ("task", "name", "lead_unit", "due_on", "state", "decided")
_ORDER_COLUMNS = (
    "kind", "about", "unit_id", "unit", "opened_on", "limit", "extensions", "state_before", "state", "days_open",
    "overdue_days", "closed_on", "light",
)  # fmt: skip
_PROPOSED_COLUMNS = ("kind", "about", "finding", "unit_id", "unit", "limit_days")


def nodes(review: Review, unit: str) -> pd.DataFrame:
    """Task, name, lead, day due and state of each node; the name only where it was decided."""
    rows = review.nodes
    return rows.assign(name=rows["name"].where(rows["decided"].astype(bool), OTHER_NODE))[list(_NODE_COLUMNS)]


def orders(review: Review, unit: str) -> pd.DataFrame:
    """Orders by what they are about, to whom, and how they stand."""
    return review.orders.assign(about=_about(review, review.orders))[list(_ORDER_COLUMNS)]


def proposed_orders(review: Review, unit: str) -> pd.DataFrame:
    """Orders the review opens by rule, by what they are about and to whom."""
    return review.proposed_orders.assign(about=_about(review, review.proposed_orders))[list(_PROPOSED_COLUMNS)]


def _about(review: Review, rows: pd.DataFrame) -> list[str]:
    """What each order is about in words of the plan or of the decomposition, never in a unit's own."""
    decided = {} if review.decomposition is None else {node.id: node.name for node in review.decomposition.nodes}
    names = {
        TARGET: {target.id: target.name for target in review.plan.targets}, MILESTONE: decided, OTHER: dict[str, str](),
    }  # fmt: skip
    other = {MILESTONE: OTHER_NODE}
    return [
        names[kind].get(about, other.get(kind, OTHER_MATTER))
        for kind, about in zip(rows["kind"], rows["about_id"], strict=True)
    ]
