"""The decision on unit judgement applied to the milestones as filed."""

from __future__ import annotations

import pandas as pd

from planeval.judge.unit_bands import UnitBands, UnitRules, judge_units
from planeval.plan import Plan, part_names
from planeval.plan.decisions import UnitJudgement


def band_units(states: pd.DataFrame, plan: Plan, decided: UnitJudgement | None) -> UnitBands | None:
    """Every responsible unit on the milestones it leads or supports; None when no rule was decided.

    states: see measures.tasks.milestone_states. Milestones in a state whose points are null are not counted: of
    a node nobody reported it is not known whether it was done, and missing is not zero.
    """
    if decided is None:
        return None
    points: dict[str, float] = {state: value for state, value in decided.points.items() if value is not None}
    uncounted = [state for state, value in decided.points.items() if value is None]
    rules = UnitRules(
        supporting_share=decided.supporting_share, points=points, least_item_sd=decided.least_item_sd,
        least_items=decided.least_items, confidence=decided.confidence,
    )  # fmt: skip
    names = part_names(plan, "unit")
    return judge_units(states[~states["state"].isin(uncounted)], names, rules)
