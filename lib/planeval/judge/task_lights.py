"""Three lights for each key task, from its milestones. See judge.milestone_lights for the arithmetic."""

from __future__ import annotations

import pandas as pd

from planeval.judge.evidence import EvidenceFacts, judge_evidence
from planeval.judge.milestone_lights import LIGHT_COLUMNS, judge_node_outlook, judge_pace, node_counts, nodes_of, past
from planeval.judge.overrides import OVERRIDE_COLUMNS, with_overrides
from planeval.measures.tasks import MADE_UP, ON_TIME
from planeval.periods import Period
from planeval.plan import Method, Plan

COLUMNS = ("task_id", "name", "clause", *LIGHT_COLUMNS, *OVERRIDE_COLUMNS)


def judge_task_lights(states: pd.DataFrame, plan: Plan, method: Method, period: Period) -> pd.DataFrame:
    """One row per task in the plan's order; columns as in COLUMNS, None or NaN where nothing can be said.

    states: measures.tasks.milestone_states. Evidence: documents of the finished nodes; a due node that nobody
    reported weakens it.
    """
    past_due = past(plan.text.due, period.end)
    rows = []
    for task in plan.tasks:
        mine = states[states["task"].eq(task.id)]
        nodes = nodes_of(mine)
        finished = mine[mine["state"].isin([ON_TIME, MADE_UP])]
        facts = EvidenceFacts(
            len(finished), int(finished["evidence"].notna().sum()), absent=nodes.unknown, filers="到期节点",
            what="已完成的节点",
        )  # fmt: skip
        evidence = judge_evidence(facts, method.optional("evidence_bands", period))
        rows.append({
            "task_id": task.id, "name": task.name, "clause": task.clause, **node_counts(nodes),
            **judge_pace(nodes, method.optional("milestone_bands", period), past_due),
            **judge_node_outlook(nodes, method.optional("outlook_bands", period)),
            "evidence_light": evidence.light, "evidence_coverage": evidence.coverage,
            "evidence_reason": evidence.reason,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return with_overrides(table, "task", "task_id", method.overrides(period))
