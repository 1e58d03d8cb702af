"""Who looks after which work item, and how its nodes stand with that unit."""

from __future__ import annotations

import pandas as pd

from planeval.measures.tasks import MADE_UP, NOT_DUE, ON_TIME, OVERDUE, UNREPORTED

COLUMNS = ("task", "work_item", "unit_id", "role", "nodes", "state")
LEAD, SUPPORT = "牵头", "配合"
_WORST_FIRST = (OVERDUE, UNREPORTED, NOT_DUE, MADE_UP, ON_TIME)


def unit_duties(nodes: pd.DataFrame) -> pd.DataFrame:
    """One row per task, work item and unit that leads or supports any of its nodes; columns as in COLUMNS.

    nodes: measure_nodes, on its columns task, work_item, lead_unit, supporting_units, state alone. role: 牵头 where the
    unit leads any of the nodes, else 配合. nodes: how many of the item's nodes the unit leads (or, leading none,
    supports). state: of these the one that asks most: 逾期未完成, 未报送, 未到期 (something is still to be done),
    逾期完成, and 按期完成 only where every node was. In the order in which the nodes name them.
    """
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for row in nodes.to_dict("records"):
        item = (str(row["task"]), str(row["work_item"]))
        for role, units in ((LEAD, (row["lead_unit"],)), (SUPPORT, row["supporting_units"])):
            for unit in units:
                found.setdefault((*item, str(unit)), {LEAD: [], SUPPORT: []})[role].append(str(row["state"]))
    rows = []
    for (task, work_item, unit), states in found.items():
        role = LEAD if states[LEAD] else SUPPORT
        worst = min(states[role], key=_WORST_FIRST.index)
        rows.append((task, work_item, unit, role, len(states[role]), worst))
    return pd.DataFrame(rows, columns=list(COLUMNS))
