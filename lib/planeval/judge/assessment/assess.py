"""The score of one quarter with everything that is said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import pandas as pd

from planeval.judge.assessment.decided import (
    Experts,
    experts_of,
    goalposts_of,
    scheme_in_force,
    scoring_decided,
    uncertainty_of,
    weights_of,
)
from planeval.judge.assessment.stages import Facts, Stage
from planeval.judge.assessment.standing import Standing, score_table
from planeval.judge.robustness.monte_carlo import Simulation, Uncertainty, simulate
from planeval.judge.robustness.one_at_a_time import leave_one_out, tornado
from planeval.judge.scoring.comparison import Comparison, compare_methods
from planeval.judge.scoring.totals import Change, Scheme, Total, decompose, score_items
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.method import Reading
from planeval.plan.scoring_decisions import GoalpostRule

READING_COLUMNS = ("weights", "goalposts", "in_force", "total", "grade", "below_floor")
IN_FORCE = "采用值"
FEWEST_QUARTERS = 2


@dataclass(frozen=True)
class Robustness:
    """simulation: band of the total and P(grade). leave_one_out, tornado: see judge.robustness.one_at_a_time."""

    simulation: Simulation
    leave_one_out: pd.DataFrame
    tornado: pd.DataFrame


@dataclass(frozen=True)
class Assessment:
    """The score of a quarter.

    items: see standing.score_table. total: points, weights, floor and grade. last: the last review's total, None
    when there was none. change: what moved it, None when one of the two has no total. readings: the total under
    every competing weight and goalpost reading, columns as in READING_COLUMNS. experts: every weight answer that
    rests on experts. comparison: None unless the decision shows it.
    """

    items: pd.DataFrame
    scheme: Scheme
    choices: Uncertainty
    draws: int
    seed: int
    total: Total
    last: Total | None
    change: Change | None
    readings: pd.DataFrame
    experts: tuple[Experts, ...]
    comparison: Comparison | None

    @cached_property
    def robustness(self) -> Robustness:
        """Computed when first asked for: a function of what is frozen here, and of nothing else."""
        return Robustness(
            simulate(self.items, self.scheme, self.choices, self.draws, self.seed),
            leave_one_out(self.items, self.scheme),
            tornado(self.items, self.scheme, self.choices),
        )


def assess(stages: Sequence[Stage], now: Facts, period: Period) -> Assessment | None:
    """The score of a quarter from the stages since the last review; None when the method decides no score."""
    plan, method = now.plan, now.method
    today = stages[-1]
    if not scoring_decided(method, plan) or today.total is None:
        return None
    rule = method.value("robustness", period)
    last = next((stage.total for stage in stages[:-1] if stage.total is not None), None)
    scheme = scheme_in_force(method, plan, period)
    brought = now.standings(period.previous, period, period)
    return Assessment(
        items=score_table(today.standings, plan, method, period, brought),
        scheme=scheme, choices=uncertainty_of(rule), draws=rule.draws, seed=rule.seed, total=today.total, last=last,
        change=_change(last, today.total), readings=_readings(today.standings, scheme, plan, method, period),
        experts=experts_of(method, period), comparison=_comparison(now, scheme, period),
    )  # fmt: skip


def scored_targets(targets: pd.DataFrame, assessment: Assessment | None) -> pd.DataFrame:
    """The judged targets with `score` (points, NaN: not counted) and `weight` (as it counted; sums to 1)."""
    if assessment is None:
        return targets.assign(score=float("nan"), weight=float("nan"))
    table = assessment.total.table.set_index("item_id")
    ids = targets["target_id"]
    return targets.assign(score=ids.map(table["points"]), weight=ids.map(table["effective_weight"]))


def _change(last: Total | None, total: Total) -> Change | None:
    """What moved the total; None when one of the two quarters has none."""
    if last is None or last.value is None or total.value is None:
        return None
    return decompose(last, total)


def _readings(
    standings: Mapping[str, Standing], scheme: Scheme, plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """Every weight reading × every goalpost reading; a goalpost reading is taken by all targets that list it."""
    ids = [target.id for target in plan.targets]
    rows = []
    posts = list(dict.fromkeys((each.id, each.label) for target in ids for each in _listed(method, target)))
    for weights, chosen in product(_choices(method.readings("weights")), posts or [("", IN_FORCE)]):
        tried = scheme if weights is None else replace(scheme, weights=weights_of(weights.value, ids))
        rules = {target: _rule(method, target, chosen[0], period) for target in ids}
        goalposts = {
            target.id: goalposts_of(rules[target.id], target.unit) for target in plan.targets
        }  # fmt: skip
        items = pd.DataFrame(
            [(target.id, target.name, *standings[target.id].x(rules[target.id])) for target in plan.targets],
            columns=["item_id", "name", "x", "state"],
        )
        total = score_items(items, replace(tried, goalposts=goalposts))
        rows.append((
            weights.label if weights else IN_FORCE, chosen[1],
            (weights is None or weights.id == method.reading_in_force("weights", period))
            and all(rules[target] == method.value(f"goalposts.{target}", period) for target in ids),
            total.value, total.grade, len(total.below_floor),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(READING_COLUMNS))


def _choices(readings: tuple[Reading, ...]) -> list[Reading | None]:
    return list(readings) or [None]


def _listed(method: Method, target: str) -> tuple[Reading, ...]:
    return method.readings(f"goalposts.{target}")


def _rule(method: Method, target: str, reading: str, period: Period) -> GoalpostRule:
    """The goalposts of a target under a reading; as in force where the target does not list it."""
    listed: dict[str, GoalpostRule] = {each.id: each.value for each in _listed(method, target)}
    in_force: GoalpostRule = method.value(f"goalposts.{target}", period)
    return listed.get(reading, in_force)


def _comparison(now: Facts, scheme: Scheme, period: Period) -> Comparison | None:
    """The other methods over the quarters so far, as known now and by the decisions now in force."""
    method = now.method
    if not method.decides("comparison") or not method.value("comparison", period).shown:
        return None
    totals = {}
    for quarter in Period.of(method.plan_start(period)).until(period):
        items = score_table(now.standings(quarter, quarter, period), now.plan, method, period)
        total = score_items(items, scheme)
        if total.value is not None:
            totals[str(quarter)] = total
    if len(totals) < FEWEST_QUARTERS:
        return None
    points = pd.DataFrame(
        {quarter: total.table.set_index("item_id")["points"] for quarter, total in totals.items()}
    ).T.rename(columns={target.id: target.name for target in now.plan.targets})
    weights = {target.name: scheme.weights.by_item[target.id] for target in now.plan.targets}
    return compare_methods(points, weights, pd.Series({quarter: total.value for quarter, total in totals.items()}))
