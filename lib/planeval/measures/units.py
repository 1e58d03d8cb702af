"""Responsible units as their filings and milestones show them (no score, no rank)."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures import tasks
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.problems import ERROR

COLUMNS = (
    "unit_id", "name", "filing", "received_on", "tables_due", "tables_filed", "refused", "milestones", "due",
    "finished", "overdue",
)  # fmt: skip
ON_TIME, LATE, MISSING, NOT_ASKED = "按时", "迟报", "未报送", "无报送任务"


def measure_units(ledger: Ledger, states: pd.DataFrame, plan: Plan, method: Method, period: Period) -> pd.DataFrame:
    """One row per responsible unit in the plan's order; columns as in COLUMNS.

    filing: 按时 / 迟报 / 未报送 / 无报送任务, by the first file received for the period against
    filing_deadline_days. refused: faults of level 错误 in everything the unit filed. milestones, due, finished,
    overdue: of the milestones it leads, at the end of the period.
    """
    deadline = period.end + timedelta(days=method.value("filing_deadline_days", period))
    rows = []
    for unit in plan.units:
        received = [f.received_on for f in ledger.received if f.unit == unit.id and f.period == period]
        owed = [table for table, units in ledger.duties.items() if unit.id in units]
        filed = [table for when, who, table in ledger.reported if when == period and who == unit.id]
        led = states[states["lead_unit"].eq(unit.id)]
        first = min(received) if received else None
        filing = (ON_TIME if first <= deadline else LATE) if first else (MISSING if owed else NOT_ASKED)
        finished = led["state"].isin([tasks.ON_TIME, tasks.MADE_UP])
        overdue = led["state"].eq(tasks.OVERDUE)
        rows.append({
            "unit_id": unit.id, "name": unit.short_name, "filing": filing, "received_on": first,
            "tables_due": len(owed), "tables_filed": len(set(filed) & set(owed)),
            "refused": sum(problem.unit == unit.id and problem.level == ERROR for problem in ledger.problems),
            "milestones": len(led), "due": int((finished | overdue).sum()),
            "finished": int(finished.sum()), "overdue": int(overdue.sum()),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
