"""Critical slippage: which node that is not done holds up which, over the order of the decomposition.

A node holds up another when the other, directly or through nodes between them, waits for it and is not done. Which
of several late nodes is to blame is not asked: each is listed with everything behind it. Float and durations are not
in the decomposition, so no critical path in days is claimed (Kelley & Walker 1959 would need them).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from planeval.measures.nodes import FINISHED, LATE_STATES

COLUMNS = ("holder", "held", "steps", "days_overdue", "held_due_on")


def slippage(nodes: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per late node and node it holds up, nearest first; columns as in COLUMNS.

    nodes: see measures.nodes.measure_nodes. holder: due by `day` and not known to be done (逾期未完成, 未报送).
    held: every node not done that waits for it; None, with <NA> steps, when nothing does. steps: 1 = directly.
    days_overdue: from the holder's due date to `day`.
    """
    state = dict(zip(nodes["milestone_id"], nodes["state"], strict=True))
    due = {node: moment.date() for node, moment in zip(nodes["milestone_id"], nodes["due_on"], strict=True)}
    following = _following(nodes)
    rows: list[tuple[str, str | None, object, int, date | None]] = []
    for holder in (node for node in state if state[node] in LATE_STATES and due[node] <= day):
        days = (day - due[holder]).days
        behind = {node: steps for node, steps in _behind(holder, following).items() if state[node] not in FINISHED}
        ordered = sorted(behind, key=lambda node: (behind[node], due[node], node))
        rows += [(holder, node, behind[node], days, due[node]) for node in ordered]
        rows += [] if behind else [(holder, None, pd.NA, days, None)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"steps": "Int64"})


def out_of_order(nodes: pd.DataFrame) -> pd.DataFrame:
    """Nodes said to be done while a node they wait for is not: milestone_id, waits_for. A doubt, not a fault."""
    done = set(nodes.loc[nodes["state"].isin(FINISHED), "milestone_id"])
    rows = [
        (node, other)
        for node, after in zip(nodes["milestone_id"], nodes["after"], strict=True)
        for other in after
        if node in done and other not in done
    ]
    return pd.DataFrame(rows, columns=["milestone_id", "waits_for"])


def _following(nodes: pd.DataFrame) -> Mapping[str, list[str]]:
    """Node → the nodes that wait for it directly."""
    following: dict[str, list[str]] = {node: [] for node in nodes["milestone_id"]}
    for node, after in zip(nodes["milestone_id"], nodes["after"], strict=True):
        for other in after:
            following[other].append(node)
    return following


def _behind(holder: str, following: Mapping[str, list[str]]) -> dict[str, int]:
    """Every node behind a node and the fewest steps to it; breadth first, the loader has refused circles."""
    steps: dict[str, int] = {}
    front = [holder]
    while front:
        front = [node for each in front for node in following[each] if node not in steps and node != holder]
        depth = 1 + max(steps.values(), default=0)
        steps |= dict.fromkeys(front, depth)
    return steps
