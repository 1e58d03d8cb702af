"""The decisions on what anybody may read, as an evaluator would write them."""

from __future__ import annotations

from planeval.plan import Plan
from planeval.plan.disclosure_decisions import DisclosureRule, PublicPlaces, PublicTotals

_TABLES = {"firms": "企业", "titles": "资质", "employees": "从业人员", "revenue": "当季营业收入"}


def disclosure_in_words(rule: DisclosureRule) -> str:
    """When a number is hidden, and how open it must stay then."""
    parts = [f"不足 {rule.threshold} 个贡献者", f"第二大的能把最大的估到 {rule.p_percent:g}% 以内"]
    if rule.dominance is not None:
        who = "一个" if rule.dominance.largest == 1 else f" {rule.dominance.largest} 个合起来"
        parts.insert(1, f"最大的{who}占到 {rule.dominance.percent:g}% 以上")
    return (
        f"{'，或者'.join(parts)}，就不公开；不公开的个数至少有 {rule.count_values} 个可能的值，"
        f"不公开的金额上下至少各留 {rule.amount_percent:g}%"
    )


def places_in_words(value: PublicPlaces) -> str:
    """Which tables by industry and zone are printed."""
    return "、".join(_TABLES[table] for table in value.tables) or "都不列"


def totals_in_words(value: PublicTotals, plan: Plan) -> str:
    """Which targets' totals are printed whatever the rule says."""
    names = {target.id: target.name for target in plan.targets}
    return "、".join(names[target] for target in value.targets) or "没有例外"
