"""How well the ledger was filed: who filed when, what has evidence, and what was corrected later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from planeval.ledger import TABLES, Ledger
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.problems import ERROR

ON_TIME, LATE, MISSING, NOT_ASKED = "按时", "迟报", "未报送", "无报送任务"
HISTORY_COLUMNS = ("unit_id", "name", "period", "filing", "received_on", "corrections")
EVIDENCE_COLUMNS = ("unit_id", "table", "rows", "with_evidence")


@dataclass(frozen=True)
class FilingTally:
    """How many filings stand, and how many faults of them kept rows out (errors) or were only listed (warnings).

    units: ids of the units with errors, in the plan's order; faults of files nobody registered have no unit.
    """

    files: int
    errors: int
    warnings: int
    units: tuple[str, ...]


def tally_filings(ledger: Ledger, plan: Plan) -> FilingTally:
    """The numbers that say how well a ledger was filed, without any of its rows."""
    errors = [problem for problem in ledger.problems if problem.level == ERROR]
    at_fault = {problem.unit for problem in errors}
    units = tuple(unit.id for unit in plan.units if unit.id in at_fault)
    return FilingTally(len(ledger.filings), len(errors), len(ledger.problems) - len(errors), units)


def filing_history(ledger: Ledger, plan: Plan, method: Method, period: Period) -> pd.DataFrame:
    """Every responsible unit in every quarter from the first filing to the period; columns as in HISTORY_COLUMNS.

    filing: 按时 / 迟报 / 未报送 / 无报送任务, by the first file received for that quarter against
    filing_deadline_days. corrections: filings of that quarter received later that supersede another.
    """
    grace = timedelta(days=method.value("filing_deadline_days", period))
    whole = [filing for filing in ledger.received if not filing.is_addition]
    first = min([filing.period for filing in whole], default=period)
    asked = {unit for units in ledger.duties.values() for unit in units}
    rows = []
    for unit in plan.units:
        for quarter in first.until(period):
            filings = [filing for filing in whole if (filing.unit, filing.period) == (unit.id, quarter)]
            received = min((filing.received_on for filing in filings), default=None)
            rows.append({
                "unit_id": unit.id, "name": unit.short_name, "period": str(quarter),
                "filing": _state(received, quarter.end + grace, unit.id in asked), "received_on": received,
                "corrections": sum(bool(filing.supersedes) for filing in filings),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))


def _state(received: date | None, deadline: date, asked: bool) -> str:
    if received is None:
        return MISSING if asked else NOT_ASKED
    return ON_TIME if received <= deadline else LATE


def evidence_coverage(ledger: Ledger) -> pd.DataFrame:
    """Rows counted and rows with evidence, by the unit whose row is believed and by table, in table order."""
    rows = []
    for table in TABLES:
        current = ledger.current[table.id]
        counted = current.assign(with_evidence=current["evidence"].notna()).groupby("unit_id", sort=True)
        for unit_id, group in counted:
            rows.append(
                {
                    "unit_id": unit_id,
                    "table": table.id,
                    "rows": len(group),
                    "with_evidence": int(group["with_evidence"].sum()),
                }
            )
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))
