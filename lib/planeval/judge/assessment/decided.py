"""The decisions of method.yml turned into a scheme of scoring; what cannot be used is refused with its decision.

Every answer is tried, in force or competing, and every fault of every decision is reported together: a weight
reading that would fail later must be refused when it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planeval.judge.robustness.monte_carlo import Uncertainty
from planeval.judge.scoring.ahp import GroupJudgement, judge_group
from planeval.judge.scoring.points import IN_DOUBT, OWED, Goalposts
from planeval.judge.scoring.refusal import Refused
from planeval.judge.scoring.totals import Floor, GradeScale, Scheme
from planeval.judge.scoring.weights import Weights, equal_weights, expert_weights, given_weights
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.scoring_decisions import SCORING, GoalpostRule, MissingRule, RobustnessRule, WeightRule

LEFT_OUT = "left_out"


@dataclass(frozen=True)
class DecisionFault:
    """One fault of one decision: its id in method.yml, what is wrong and what to do (Chinese phrases)."""

    decision: str
    message: str
    remedy: str


class DecisionsRefused(ValueError):
    """Decisions that cannot be used as they stand; carries every fault found."""

    def __init__(self, faults: Iterable[DecisionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("；".join(f"{each.decision}：{each.message}" for each in self.faults))


@dataclass(frozen=True)
class Experts:
    """A weight decision by experts: the reading it stands under ('' for none), whether it is in force, the group."""

    label: str
    in_force: bool
    group: GroupJudgement


def scoring_decided(method: Method, plan: Plan) -> bool:
    """Whether the method decides anything about the score; a plan without such decisions is not scored."""
    return any(method.decides(name) for name in _needed(plan))


def _needed(plan: Plan) -> list[str]:
    goalposts = [f"goalposts.{target.id}" for target in plan.targets]
    return [*goalposts, *(name for name in SCORING if name != "goalposts")]


def check_decisions(method: Method, plan: Plan) -> None:
    """Raise DecisionsRefused with the faults of every answer of every decision of the score."""
    faults = [
        DecisionFault(name, "评分要用的决定不全，缺这一项", f"补上 {name}，或把评分的决定全部删去（不评分）")
        for name in _needed(plan)
        if not method.decides(name)
    ]
    if faults:
        raise DecisionsRefused(faults)
    ids = [target.id for target in plan.targets]
    trials: list[tuple[str, Callable[[Any], object]]] = [
        *((f"goalposts.{target}", goalposts_of) for target in ids),
        ("weights", lambda rule: weights_of(rule, ids)),
        ("grades", grades_of),
        ("robustness", uncertainty_of),
    ]
    for name, build in trials:
        faults += _refusals(name, build, _answers(method, name))
    if not faults:
        scale = grades_of(_answers(method, "grades")[0])
        equal = equal_weights(ids)
        faults += _refusals("floor", lambda rule: Scheme({}, equal, Floor(rule.lines, rule.cap), scale),
                            _answers(method, "floor"))  # fmt: skip
    if faults:
        raise DecisionsRefused(faults)


def _answers(method: Method, name: str) -> list[Any]:
    decision = method.text.decisions[name]
    listed = [reading.value for reading in decision.readings]
    return [*listed, *(version.value for version in decision.values if version.reading is None)]


def _refusals(name: str, build: Callable[[Any], object], answers: Iterable[Any]) -> list[DecisionFault]:
    found = []
    for answer in answers:
        try:
            build(answer)
        except Refused as refusal:
            found += [DecisionFault(name, message, remedy) for message, remedy in refusal.faults]
    return list(dict.fromkeys(found))


def goalposts_of(rule: GoalpostRule, unit: str = "") -> Goalposts:
    """The goalposts of one target; unit only where they are held against the value itself."""
    return Goalposts(rule.unacceptable, rule.satisfactory, unit if rule.measure == "value" else "")


def weights_of(rule: WeightRule, ids: list[str]) -> Weights:
    """The weights of a rule; Refused when they do not cover the targets, do not sum to 1 or contradict themselves."""
    if rule.basis == "equal":
        return equal_weights(ids)
    return given_weights(ids, rule.given) if rule.basis == "given" else expert_weights(ids, group_of(rule))


def group_of(rule: WeightRule) -> GroupJudgement:
    """The experts of a rule judged together; Refused for a matrix that is ragged, not reciprocal or inconsistent."""
    ragged = [
        (f"{name}的判断矩阵第 {number} 行有 {len(row)} 个数，指标有 {len(rule.criteria)} 项", "补齐或删去多余的数")
        for name, matrix in rule.experts.items()
        for number, row in enumerate(matrix, start=1)
        if len(row) != len(rule.criteria)
    ]
    if ragged:
        raise Refused(ragged)
    matrices = {name: np.array(matrix, dtype=float) for name, matrix in rule.experts.items()}
    return judge_group(rule.criteria, matrices, rule.random_index)


def grades_of(limits: dict[str, float]) -> GradeScale:
    """The grades with their lower limits, as written: best first."""
    return GradeScale(tuple((name, float(limit)) for name, limit in limits.items()))


def uncertainty_of(rule: RobustnessRule) -> Uncertainty:
    """How far each choice is moved."""
    return Uncertainty(rule.weights, rule.weight_band, rule.goalpost_band, rule.geometric_share, rule.late)


def left_out_by(rule: MissingRule) -> frozenset[str]:
    """The states that a decision leaves out although they would count."""
    choices = {OWED: rule.owed, IN_DOUBT: rule.in_doubt}
    return frozenset(state for state, choice in choices.items() if choice == LEFT_OUT)


def scheme_in_force(method: Method, plan: Plan, period: Period) -> Scheme:
    """The scheme of scoring that the decisions in force in a period make; check_decisions comes first."""
    weights = weights_of(method.value("weights", period), [target.id for target in plan.targets])
    floor = method.value("floor", period)
    return Scheme(
        goalposts={
            target.id: goalposts_of(method.value(f"goalposts.{target.id}", period), target.unit)
            for target in plan.targets
        },
        weights=weights, floor=Floor(floor.lines, floor.cap), grades=grades_of(method.value("grades", period)),
        left_out=left_out_by(method.value("missing", period)),
    )  # fmt: skip


def experts_of(method: Method, period: Period) -> tuple[Experts, ...]:
    """Every answer to the weights that rests on experts, in force or competing."""
    rule = method.value("weights", period)
    chosen = method.reading_in_force("weights", period)
    found = [
        Experts(reading.label, reading.id == chosen, group_of(reading.value))
        for reading in method.readings("weights")
        if reading.value.basis == "ahp"
    ]
    return (Experts("", True, group_of(rule)), *found) if chosen is None and rule.basis == "ahp" else tuple(found)
