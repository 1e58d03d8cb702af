"""The decisions behind the score, as an evaluator would write them."""

from __future__ import annotations

from planeval.judge.robustness.monte_carlo import LATE_WORDS
from planeval.judge.scoring.random_index import RANDOM_INDEXES
from planeval.plan import Plan
from planeval.plan.scoring_decisions import (
    FloorRule,
    GoalpostRule,
    MissingRule,
    RobustnessRule,
    WeightRule,
)

MEASURES = {"of_expected": "完成比例÷此时应达比例", "done_share": "最终目标的完成比例", "value": "指标数值"}
_WEIGHTS_MOVED = {"band": "各自上下 {:.0%}", "dirichlet": "按狄利克雷分布", "fixed": "不变"}


def floor_in_words(rule: FloorRule, plan: Plan) -> str:
    """The lines of the floor rule and the grade they cap."""
    names = _names(plan)
    lines = "、".join(f"{names.get(item, item)} {line:g} 分" for item, line in rule.lines.items())
    return f"警戒线：{lines or '无'}；任何一项低于警戒线，等级不高于“{rule.cap}”"


def missing_in_words(rule: MissingRule) -> str:
    """What becomes of each of the four states of absence."""
    owed = "按 0 分计" if rule.owed == "zero" else "不计分"
    doubt = "先按报送数计分并加注" if rule.in_doubt == "counted" else "不计分"
    return f"未到期、不适用不计分；应报未报{owed}；待核{doubt}"


def robustness_in_words(rule: RobustnessRule) -> str:
    """What the simulation moves, and how far."""
    moved = _WEIGHTS_MOVED[rule.weights].format(rule.weight_band)
    late = "、".join(LATE_WORDS[each] for each in rule.late)
    return (
        f"权重{moved}；标准值各上下 {rule.goalpost_band:.0%}；{rule.geometric_share:.0%} 用几何平均；"
        f"迟报{late}；模拟 {rule.draws:,} 次，随机种子 {rule.seed}"
    )


def goalpost_in_words(rule: GoalpostRule, unit: str) -> str:
    """What is held against which goalposts: `完成比例÷此时应达比例：60.0% 得60分，100.0% 得100分`."""
    share = rule.measure != "value"
    low, high = (
        f"{100 * post:.1f}%" if share else f"{post:.10g}{unit}" for post in (rule.unacceptable, rule.satisfactory)
    )
    return f"{MEASURES[rule.measure]}为 {low} 得 60 分（不允许值），{high} 得 100 分（满意值）"


def weights_in_words(rule: WeightRule, plan: Plan) -> str:
    """Where the weights come from, with the given ones in full."""
    names = _names(plan)
    if rule.basis == "equal":
        return "各项等权"
    if rule.basis == "given":
        return "、".join(f"{names.get(item, item)} {weight:.0%}" for item, weight in rule.given.items())
    source = RANDOM_INDEXES[rule.random_index].source
    return f"{len(rule.experts)} 位专家两两比较（{'、'.join(rule.experts)}），随机一致性指标取自{source}"


def _names(plan: Plan) -> dict[str, str]:
    return {target.id: target.name for target in plan.targets}
