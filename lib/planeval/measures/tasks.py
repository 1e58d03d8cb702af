"""The plan's key tasks measured from their milestones (任务节点)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from planeval.ledger import Ledger
from planeval.periods import Period
from planeval.plan import Plan

ON_TIME, MADE_UP, OVERDUE, NOT_DUE, UNREPORTED = "按期完成", "逾期完成", "逾期未完成", "未到期", "未报送"
STATES = (ON_TIME, MADE_UP, OVERDUE, NOT_DUE, UNREPORTED)


def milestone_states(ledger: Ledger, period: Period, decided: Mapping[str, date] | None = None) -> pd.DataFrame:
    """Every milestone with its state at the end of the period.

    decided: node id → the day it is due by decision, which stands whatever was filed. Columns of the milestones
    table plus `state`: 按期完成 (finished on or before the day due), 逾期完成
    (finished later: made up, never as good), 逾期未完成, 未到期, and 未报送 for a node that is due and open while
    the unit that files it filed nothing for the period: whether it was finished is not known. A finish
    dated after the period's end has not happened yet.
    """
    rows = ledger.current["milestones"]
    by_decision = pd.to_datetime(rows["milestone_id"].map(dict(decided or {})))
    rows = rows.assign(due_on=by_decision.fillna(rows["due_on"]).astype(rows["due_on"].dtype))
    moment = pd.Timestamp(period.end)
    finished = rows["finished_on"].le(moment)
    due = rows["due_on"].le(moment)
    silent = ~rows["unit_id"].isin(
        [who for when, who, what in ledger.reported if (when, what) == (period, "milestones")]
    )
    state = pd.Series(NOT_DUE, index=rows.index, dtype=object)
    state[due & ~finished] = OVERDUE
    state[due & ~finished & silent] = UNREPORTED
    state[finished & rows["finished_on"].gt(rows["due_on"])] = MADE_UP
    state[finished & rows["finished_on"].le(rows["due_on"])] = ON_TIME
    return rows.assign(state=state).reset_index(drop=True)


def measure_tasks(states: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """One row per task in the plan's order: task_id, name, clause, milestones, and a count for each state.

    A task nobody filed milestones for has 0 milestones; the page calls it 未报送.
    """
    counts = states.groupby(["task", "state"]).size().unstack(fill_value=0)
    rows = []
    for task in plan.tasks:
        by_state = {state: int(counts.get(state, pd.Series(dtype=int)).get(task.id, 0)) for state in STATES}
        rows.append(
            {
                "task_id": task.id,
                "name": task.name,
                "clause": task.clause,
                "milestones": sum(by_state.values()),
                **by_state,
            }
        )
    return pd.DataFrame(rows, columns=["task_id", "name", "clause", "milestones", *STATES])
