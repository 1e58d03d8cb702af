"""The nodes of the decomposition as they stand: what was decided about each beside what was filed about it.

A due date is what was decided (the quarter's end, or an extension decided in time); a later date that is only filed
does not count and is said. Without a decomposition the nodes are those filed, in no order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.tasks import MADE_UP, NOT_DUE, ON_TIME, OVERDUE, UNREPORTED
from planeval.periods import Period
from planeval.plan import Plan, part_names
from planeval.plan.milestones import Decomposition, Node

COLUMNS = (
    "milestone_id", "task", "work_item", "name", "lead_unit", "supporting_units", "due_on", "extended", "after",
    "finished_on", "state", "progress_note", "filed", "decided", "differs",
)  # fmt: skip
BURN_UP_COLUMNS = ("period", "planned", "done", "on_time")
UNIT_BURN_UP_COLUMNS = ("unit_id", *BURN_UP_COLUMNS)
FINISHED = (ON_TIME, MADE_UP)
LATE_STATES = (OVERDUE, UNREPORTED)


def due_dates(decomposition: Decomposition | None, as_known_on: date | None) -> dict[str, date]:
    """Node id → the day it is due as decided by a day; empty without a decomposition."""
    if decomposition is None:
        return {}
    return {node.id: decomposition.due_on(node, as_known_on) for node in decomposition.nodes}


def measure_nodes(
    states: pd.DataFrame, ledger: Ledger, decomposition: Decomposition | None, plan: Plan, period: Period
) -> pd.DataFrame:
    """One row per node, decomposed or filed, in the order of the decomposition; columns as in COLUMNS.

    states: see milestone_states, its due dates already those decided. decided:
    whether it stands in the decomposition. filed: whether any unit filed it; a decomposed node nobody filed is 未到期
    before its day and 未报送 after it. differs: what was filed otherwise than decided (Chinese), empty when nothing.
    after: ids of the nodes it waits for.
    """
    filed = {str(row["milestone_id"]): row for row in states.to_dict("records")}
    filed_due = dict(ledger.current["milestones"][["milestone_id", "due_on"]].itertuples(index=False, name=None))
    tasks = {item.id: (task.id, item.name) for task in plan.tasks for item in task.work_items}
    decided = due_dates(decomposition, ledger.as_known_on)
    rows = []
    for node in decomposition.nodes if decomposition else ():
        due = decided[node.id]
        row = filed.pop(node.id, {})
        task, work_item = tasks[node.work_item]
        overdue = UNREPORTED if due <= period.end else NOT_DUE
        rows.append({
            "milestone_id": node.id, "task": task, "work_item": work_item, "name": node.name, "lead_unit": node.lead,
            "supporting_units": node.supporting, "due_on": pd.Timestamp(due), "extended": due != node.due.end,
            "after": node.after, "finished_on": row.get("finished_on", pd.NaT), "state": row.get("state", overdue),
            "progress_note": row.get("progress_note") or "", "filed": bool(row), "decided": True,
            "differs": _differs(node, due, row, filed_due, plan) if row else "",
        })  # fmt: skip
    rows += [_only_filed(row) for row in filed.values()]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"due_on": "datetime64[ns]", "finished_on": "datetime64[ns]"}
    )


def _only_filed(row: dict[Any, Any]) -> dict[str, object]:
    kept = {column: row[column] for column in COLUMNS if column in row}
    supporting = tuple(str(row["supporting_units"]).split("、")) if row["supporting_units"] else ()
    return {
        **kept, "supporting_units": supporting, "extended": False, "after": (), "filed": True, "decided": False,
        "differs": "", "progress_note": row["progress_note"] or "",
    }  # fmt: skip


def _differs(node: Node, due: date, row: dict[Any, Any], filed_due: Mapping[str, pd.Timestamp], plan: Plan) -> str:
    """What a filing says otherwise than the decomposition: due date, lead, supporting units."""
    said = []
    names = part_names(plan, "unit")
    filed_day = filed_due[node.id].date()
    if filed_day != due:
        said.append(f"时限报为 {filed_day.isoformat()}，以决定的 {due.isoformat()} 为准")
    if row["lead_unit"] != node.lead:
        said.append(f"牵头单位报为{names[str(row['lead_unit'])]}，分解中是{names[node.lead]}")
    supporting = set(str(row["supporting_units"]).split("、")) if row["supporting_units"] else set()
    if supporting != set(node.supporting):
        said.append(f"配合单位报为{'、'.join(names.get(unit, unit) for unit in sorted(supporting)) or '无'}")
    return "；".join(said)


def burn_up(nodes: pd.DataFrame, due: date, period: Period) -> pd.DataFrame:
    """Cumulative nodes by quarter, from the first one due to the last; columns as in BURN_UP_COLUMNS.

    planned: due by the quarter's end. done: finished by then as now known, on_time: of these the ones finished
    by the day due; both are <NA> for quarters that have not been reviewed.
    """
    if nodes.empty:
        return pd.DataFrame(columns=list(BURN_UP_COLUMNS))
    first = Period.of(nodes["due_on"].min().date())
    last = max(Period.of(nodes["due_on"].max().date()), Period.of(due), period)
    finished = nodes[nodes["state"].isin(FINISHED)]
    rows = []
    rows = [_by_end_of(quarter, nodes, finished, quarter <= period) for quarter in first.until(last)]
    return pd.DataFrame(rows, columns=list(BURN_UP_COLUMNS)).astype({"done": "Int64", "on_time": "Int64"})


def _by_end_of(quarter: Period, nodes: pd.DataFrame, finished: pd.DataFrame, reviewed: bool) -> tuple[object, ...]:
    """One row of BURN_UP_COLUMNS."""
    end = pd.Timestamp(quarter.end)
    done = finished["finished_on"].le(end)
    by_now = (int(done.sum()), int((done & finished["state"].eq(ON_TIME)).sum())) if reviewed else (pd.NA, pd.NA)
    return (str(quarter), int(nodes["due_on"].le(end).sum()), *by_now)


def unit_burn_up(nodes: pd.DataFrame, plan: Plan, period: Period) -> pd.DataFrame:
    """The nodes each unit leads, cumulative over the same quarters for all; columns as in UNIT_BURN_UP_COLUMNS.

    Units in the plan's order; one that leads no node has no rows.
    """
    quarters = [Period.parse(quarter) for quarter in burn_up(nodes, plan.text.due, period)["period"]]
    rows = []
    for unit in plan.units:
        led = nodes[nodes["lead_unit"].eq(unit.id)]
        finished = led[led["state"].isin(FINISHED)]
        rows += [
            (unit.id, *_by_end_of(quarter, led, finished, quarter <= period)) for quarter in quarters if len(led)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(UNIT_BURN_UP_COLUMNS)).astype({"done": "Int64", "on_time": "Int64"})
