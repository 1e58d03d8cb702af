"""A decision's value as an evaluator would write it: one entry here for each type a decision may have."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from pydantic import BaseModel

from planeval.ledger.tables import BY_ID
from planeval.plan import CountingRule, Plan, part_names
from planeval.plan.decisions import DispatchLimits, Finding, Lesson, LightBands, UnitJudgement
from planeval.plan.disclosure_decisions import DisclosureRule, PublicPlaces, PublicTotals
from planeval.plan.fund_reading import FundReading
from planeval.plan.fusion import Fusion
from planeval.plan.industry_decisions import ConcentrationBands, ReadinessCriterion, ReferenceShare
from planeval.plan.ladder import Ladder, SurvivalReading
from planeval.plan.lights import EvidenceBands, MilestoneBands, OutlookBands, Override
from planeval.plan.policy_decisions import PolicyEffect
from planeval.plan.scoring_decisions import (
    ComparisonRule,
    FloorRule,
    GoalpostRule,
    MissingRule,
    RobustnessRule,
    WeightRule,
)
from planeval.show.counting_words import rule_in_words
from planeval.show.disclosure_words import disclosure_in_words, places_in_words, totals_in_words
from planeval.show.ladder_words import ladder_in_words, survival_in_words
from planeval.show.light_decisions import bands_in_words, override_in_words
from planeval.show.score_decisions import (
    floor_in_words,
    goalpost_in_words,
    missing_in_words,
    robustness_in_words,
    weights_in_words,
)
from planeval.show.words import band
from planeval.show.zone_words import CRITERIA, measured

_SOURCES = {"filings": "责任单位报送", "published": "公开数"}
_IDENTIFIERS = {"uscc": "统一社会信用代码", "any": "不限"}


def _light_bands(value: LightBands, plan: Plan) -> str:
    return (
        f"按序时：差距 ≥ {band(value.on_pace)} 个百分点；滞后：≥ {band(value.behind)} 个百分点；"
        f"完成比例 ≥ {100 * value.over:g}% 提示目标偏低"
    )


def _fusion(value: Fusion, plan: Plan) -> str:
    groups = "；".join(
        f"{group.name}：{'、'.join(value.indicators[name].name for name in group.indicators)}"
        for group in (*value.chains.values(), *value.roles.values())
    )
    posts = "；".join(
        f"{one.name} {one.unacceptable:g}—{one.satisfactory:g} {one.unit}" for one in value.indicators.values()
    )
    return f"{groups}。不允许值—满意值：{posts}"


def _fund_reading(value: FundReading, plan: Plan) -> str:
    back = "收回而没有再投的看作可分配的回收" if value.distributed == "exits_less_reinvested" else "不把收回看作分配"
    rest = "没有估值的项目按成本" if value.unvalued == "at_cost" else "没有估值的项目不计"
    cash = "实缴未投的计入剩余价值" if value.cash == "counted" else "实缴未投的不计"
    young = f"首次实缴 {value.j_curve_years:g} 年内标明J曲线"
    return f"{back}；{rest}；{cash}；{young}；现金流不足 {value.least_days} 天不给年化收益率"


def _policy_effect(value: PolicyEffect, plan: Plan) -> str:
    outcomes = (
        "；".join(f"{policy} 看{outcome.name}" for policy, outcome in value.outcomes.items()) or "没有定看什么结果"
    )
    return (
        f"双重差分至少享受 {value.least_treated} 家、未享受 {value.least_control} 家、"
        f"施行前 {value.pre_quarters} 季；{outcomes}"
    )


def _concentration(value: ConcentrationBands, plan: Plan) -> str:
    return (
        f"HHI ≥ {value.moderate:g} 为较集中，> {value.high:g} 为集中；一家占 ≥ {100 * value.one_firm:g}% 为依赖单一企业"
    )


def _readiness(value: ReadinessCriterion, plan: Plan) -> str:
    return f"{CRITERIA[value.measure]} ≥ {measured(value.measure, value.at_least)}"


def _dispatch_limits(value: DispatchLimits, plan: Plan) -> str:
    return (
        f"滞后的指标 {value.behind} 天，严重滞后 {value.far_behind} 天，到期未完成 {value.missed} 天，"
        f"逾期节点 {value.overdue_milestone} 天；可延期 {value.extensions} 次，每次不超过 {value.extension_days} 天；"
        f"反馈：{value.feedback}；账龄按 {'、'.join(map(str, value.ageing))} 天分档"
    )


def _unit_judgement(value: UnitJudgement, plan: Plan) -> str:
    points = "、".join(
        f"{state}{'不计' if worth is None else f' {worth:g} 分'}" for state, worth in value.points.items()
    )
    return (
        f"到期节点：{points}；牵头记全份，配合记 {100 * value.supporting_share:g}%；不足 {value.least_items} 项不排名；"
        f"单项标准差不低于 {value.least_item_sd:g} 分；名次区间 {100 * value.confidence:g}%"
    )


def _entries_in_order(value: tuple[Any, ...], plan: Plan) -> str:
    return "；".join(value_in_words(entry, plan) for entry in value) or "无"


def _entries(value: dict[str, Any], plan: Plan) -> str:
    named = _named(value, plan)
    said = (f"{named.get(key) or _key(str(key))}：{_entry(entry, plan)}" for key, entry in value.items())
    return "；".join(said) or "无"


_WORDS: dict[type, Callable[[Any, Plan], str]] = {
    CountingRule: lambda value, plan: rule_in_words(value),
    LightBands: _light_bands,
    OutlookBands: lambda value, plan: bands_in_words(value),
    EvidenceBands: lambda value, plan: bands_in_words(value),
    MilestoneBands: lambda value, plan: bands_in_words(value),
    Override: override_in_words,
    GoalpostRule: lambda value, plan: goalpost_in_words(value, ""),
    WeightRule: weights_in_words,
    FloorRule: floor_in_words,
    MissingRule: lambda value, plan: missing_in_words(value),
    RobustnessRule: lambda value, plan: robustness_in_words(value),
    ComparisonRule: lambda value, plan: "列出" if value.shown else "不列",
    UnitJudgement: _unit_judgement,
    DispatchLimits: _dispatch_limits,
    Finding: lambda value, plan: f"{value.finding}（{value.evidence}）",
    Lesson: lambda value, plan: f"{value.topic}：{value.text}",
    Ladder: ladder_in_words,
    SurvivalReading: lambda value, plan: survival_in_words(value),
    ReferenceShare: lambda value, plan: f"公开数 {value.file} 的“{value.series}”",
    ConcentrationBands: _concentration,
    ReadinessCriterion: _readiness,
    Fusion: _fusion,
    FundReading: _fund_reading,
    PolicyEffect: _policy_effect,
    DisclosureRule: lambda value, plan: disclosure_in_words(value),
    PublicPlaces: lambda value, plan: places_in_words(value),
    PublicTotals: totals_in_words,
    tuple: _entries_in_order,
    dict: _entries,
}


def value_in_words(value: Any, plan: Plan, reading: str = "") -> str:
    """The value in one line; a reading's label stands before it, or instead of a plain value.

    Raises TypeError for a type that has no words here: its repr must never reach a page.
    """
    if type(value) in _WORDS:
        said = _WORDS[type(value)](value, plan)
        return f"{reading}：{said}" if reading else said
    if isinstance(value, BaseModel):
        raise TypeError(f"no words for {type(value).__name__}")
    plain = f"{value:g}" if isinstance(value, float) else str(value)
    return reading or _SOURCES.get(plain) or _IDENTIFIERS.get(plain) or plain


def _named(keys: Collection[str], plan: Plan) -> dict[str, str]:
    """Names of keys that are all ids of one kind of the plan; nothing where they are not."""
    for kind in (plan.targets, plan.tasks, plan.text.industries):
        names = {each.id: each.name for each in kind}
        if names.keys() >= set(keys):
            return names
    return {}


def _key(key: str) -> str:
    """A ledger table, a column of one (`table-column`), or the key as written."""
    if key in BY_ID:
        return BY_ID[key].sheet
    table_id, _, column = key.partition("-")
    if column and table_id in BY_ID:
        return f"{BY_ID[table_id].sheet}·{BY_ID[table_id].column(column).heading}"
    return key


def _entry(entry: Any, plan: Plan) -> str:
    names = part_names(plan, "unit")
    if isinstance(entry, BaseModel):
        return value_in_words(entry, plan)
    if isinstance(entry, tuple):
        if len(entry) == len(names) > 1 and set(entry) == set(names):
            return f"全部 {len(names)} 个责任单位"
        return "、".join(names.get(str(part), str(part)) for part in entry)
    names |= {task.id: task.name for task in plan.tasks}
    return f"{entry:g}" if isinstance(entry, float) else names.get(str(entry), str(entry))
