"""Responsible units as their filings and milestones show them (no score, no rank)."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures import tasks
from planeval.periods import Period
from planeval.plan import Plan
from planeval.problems import ERROR

COLUMNS = (
    "unit_id", "name", "filing", "received_on", "tables_due", "tables_filed", "refused", "milestones", "due",
    "finished", "overdue",
)  # fmt: skip


def measure_units(
    ledger: Ledger, history: pd.DataFrame, states: pd.DataFrame, plan: Plan, period: Period
) -> pd.DataFrame:
    """One row per responsible unit in the plan's order; columns as in COLUMNS.

    history: see filing_history, whose state of this period is repeated as `filing`. states: see
    milestone_states. refused: faults of level 错误 in everything the unit filed. milestones, due, finished,
    overdue: of the milestones it leads, at the end of the period; due counts those whose result is known (finished
    or overdue), so a due node that nobody reported is in none of the three.
    """
    now = history[history["period"].eq(str(period))].set_index("unit_id")
    rows = []
    for unit in plan.units:
        owed = {table for table, units in ledger.duties.items() if unit.id in units}
        filed = {table for when, who, table in ledger.reported if when == period and who == unit.id}
        led = states[states["lead_unit"].eq(unit.id)]
        finished = led["state"].isin([tasks.ON_TIME, tasks.MADE_UP])
        overdue = led["state"].eq(tasks.OVERDUE)
        rows.append({
            "unit_id": unit.id, "name": unit.short_name, "filing": now.loc[unit.id, "filing"],
            "received_on": now.loc[unit.id, "received_on"], "tables_due": len(owed), "tables_filed": len(filed & owed),
            "refused": sum(problem.unit == unit.id and problem.level == ERROR for problem in ledger.problems),
            "milestones": len(led), "due": int((finished | overdue).sum()),
            "finished": int(finished.sum()), "overdue": int(overdue.sum()),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
