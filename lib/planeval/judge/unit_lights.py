"""Three lights for each responsible unit: the milestones it leads, and the evidence of everything it filed."""

from __future__ import annotations

import pandas as pd

from planeval.judge.evidence import EvidenceFacts, judge_evidence
from planeval.judge.milestone_lights import LIGHT_COLUMNS, judge_node_outlook, judge_pace, node_counts, nodes_of, past
from planeval.judge.overrides import OVERRIDE_COLUMNS, with_overrides
from planeval.measures.quality import LATE, MISSING
from planeval.measures.tasks import MADE_UP, ON_TIME
from planeval.periods import Period
from planeval.plan import Method, Plan

COLUMNS = ("unit_id", "name", *LIGHT_COLUMNS, *OVERRIDE_COLUMNS)


def judge_unit_lights(
    states: pd.DataFrame, coverage: pd.DataFrame, history: pd.DataFrame, plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """One row per unit in the plan's order; columns as in COLUMNS, None or NaN where nothing can be said.

    states: measures.tasks.milestone_states; a unit answers for the nodes it leads. coverage, history:
    measures.quality (rows with evidence by unit and table; filings by unit and quarter). Evidence: all rows the unit
    filed, of its milestones only the finished ones, and whether it filed this quarter and in time.
    """
    past_due = past(plan.text.due, period.end)
    this_quarter = history[history["period"].eq(str(period))].set_index("unit_id")["filing"]
    rows = []
    for unit in plan.units:
        nodes = nodes_of(states[states["lead_unit"].eq(unit.id)])
        evidence = judge_evidence(
            _facts(unit.id, states, coverage, str(this_quarter.get(unit.id, ""))),
            method.optional("evidence_bands", period),
        )
        rows.append({
            "unit_id": unit.id, "name": unit.short_name, **node_counts(nodes),
            **judge_pace(nodes, method.optional("milestone_bands", period), past_due),
            **judge_node_outlook(nodes, method.optional("outlook_bands", period)),
            "evidence_light": evidence.light, "evidence_coverage": evidence.coverage,
            "evidence_reason": evidence.reason,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return with_overrides(table, "unit", "unit_id", method.overrides(period))


def _facts(unit_id: str, states: pd.DataFrame, coverage: pd.DataFrame, filing: str) -> EvidenceFacts:
    other = coverage[coverage["unit_id"].eq(unit_id) & coverage["table"].ne("milestones")]
    filed = states[states["unit_id"].eq(unit_id) & states["state"].isin([ON_TIME, MADE_UP])]
    return EvidenceFacts(
        rows=int(other["rows"].sum()) + len(filed),
        with_evidence=int(other["with_evidence"].sum()) + int(filed["evidence"].notna().sum()),
        absent=int(filing == MISSING), late=int(filing == LATE), filers="单位本季", what="该单位报送并计入的行",
    )  # fmt: skip
