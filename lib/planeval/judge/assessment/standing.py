"""Where a target stands at the end of a quarter, and the number that its goalposts are held against.

x, by the measure decided for the target (numbers as displayed):

    of_expected   done share ÷ share expected by now (milestone due, else elapsed days)
    done_share    done share of the final target
    value         the value in the target's own unit

While a plan is under way `of_expected` is the measure whose goalposts keep their meaning: 100 % is on schedule in
any quarter, in the first as in the last. Its limit: where nothing is expected yet it is undefined, so the target
is 未到期. The states: 未到期 (no full period yet, or nothing expected), 应报未报 (nobody filed), 不适用 (no published
figure, or no counting rule), 待核 (a unit that had to file did not, so the number may be short), else 计分.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from planeval.judge.progress import Progress, expected_share, judge_progress
from planeval.judge.rounding import displayed_share
from planeval.judge.scoring.points import (
    IN_DOUBT,
    ITEM_COLUMNS,
    NEEDS_NUMBER,
    NOT_APPLICABLE,
    NOT_DUE,
    OWED,
    SCORED,
    STATE_OF_ABSENCE,
)
from planeval.measures.targets import TargetCount
from planeval.periods import Period
from planeval.plan import Method, Plan, Target
from planeval.plan.scoring_decisions import GoalpostRule


@dataclass(frozen=True)
class Standing:
    """One target in one quarter. value and shares as displayed, None where there is none.

    state: see the module, before any goalposts. light: 进度灯 as computed.
    """

    target: Target
    value: Decimal | None
    done_share: Decimal | None
    expected_share: Decimal
    light: str
    state: str

    def x(self, rule: GoalpostRule) -> tuple[float, str]:
        """The number held against the goalposts (NaN: none) and the state it is scored in."""
        if self.state not in NEEDS_NUMBER or self.done_share is None or self.value is None:
            return math.nan, self.state
        if rule.measure == "value":
            return float(self.value), self.state
        if rule.measure == "done_share":
            return float(self.done_share), self.state
        if self.expected_share <= 0:
            return math.nan, NOT_DUE
        return float(displayed_share(self.done_share / self.expected_share)), self.state


def standing(counted: TargetCount, target: Target, method: Method, quarter: Period, decided_in: Period) -> Standing:
    """A target at the end of a quarter by the decisions in force in another (usually later) period."""
    progress = _progress(counted, target, method, quarter, decided_in)
    state = STATE_OF_ABSENCE.get(counted.count.absence, OWED) if progress.value is None else SCORED
    if state == SCORED and len(counted.filed) < len(counted.due):
        state = IN_DOUBT
    if progress.value is None and counted.undecided:
        state = NOT_APPLICABLE
    return Standing(target, progress.value, progress.done_share, progress.expected_share, progress.light, state)


def _progress(counted: TargetCount, target: Target, method: Method, quarter: Period, decided_in: Period) -> Progress:
    rule = method.counting(target.id, decided_in)
    start, baseline = method.plan_start(decided_in), method.baseline(target.id, decided_in)
    yearly = rule is not None and rule.window == "calendar_year"
    expected = expected_share(target, start, baseline, method.milestone_path(target.id, decided_in), quarter, yearly)
    bands = method.value("light_bands", decided_in)
    return judge_progress(counted.count.value, target, baseline, expected, bands, quarter.end, counted.count.absence)


def score_table(
    standings: Mapping[str, Standing], plan: Plan, method: Method, decided_in: Period,
    last: Mapping[str, Standing] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The items to be scored, in the plan's order: item_id, name, x, state, last_x.

    last_x: the number last reported, held against what is expected now (NaN: unknown), for the late-report
    assumption of the Monte Carlo.
    """
    rows = []
    for target in plan.targets:
        rule = method.value(f"goalposts.{target.id}", decided_in)
        x, state = standings[target.id].x(rule)
        last_x = last[target.id].x(rule)[0] if last is not None else math.nan
        rows.append((target.id, target.name, x, state, last_x))
    return pd.DataFrame(rows, columns=[*ITEM_COLUMNS, "last_x"]).astype({"x": float, "last_x": float})
