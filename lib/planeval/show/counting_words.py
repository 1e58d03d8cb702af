"""Counting rules and validity as an evaluator would say them."""

from __future__ import annotations

from planeval.ledger.tables import BY_ID
from planeval.plan import CountingRule
from planeval.plan.validity import Validity

_WINDOWS = {
    "rolling_four_quarters": "最近四个季度合计",
    "calendar_year": "当年各季累计",
    "last_full_year": "最近一个完整年度合计",
}


def rule_in_words(rule: CountingRule) -> str:
    """A counting rule as an evaluator would say it."""
    declared = BY_ID[rule.table]
    where = "，".join(
        f"{declared.column(column).heading}为{'、'.join(values)}" for column, values in rule.where.items()
    )
    parts = [f"“{declared.sheet}”表中{where or '全部行'}"]
    dated = declared.column(rule.dated_by).heading
    parts.append(
        f"按{declared.column(rule.distinct).heading}去重"
        if rule.sum is None
        else f"{declared.column(rule.sum).heading}相加"
    )
    parts.append(_WINDOWS.get(rule.window, f"以{dated}为准"))
    if rule.since == "plan_start":
        parts.append("只计起算日以后的")
    if isinstance(rule.validity, Validity):
        parts.append(validity_in_words(rule.validity))
    if rule.ends_by:
        parts.append(f"自{declared.column(rule.ends_by).heading}起不计")
    if rule.resident:
        parts.append("只计当时在规划范围内的企业")
    return "，".join(parts)


def validity_in_words(validity: Validity) -> str:
    """How long a status lasts, in a clause."""
    if validity.years is not None:
        return f"{validity.years} 年内有效"
    if validity.months is not None:
        return f"{validity.months} 个月内有效"
    return "当年 12 月 31 日前有效" if validity.until == "year_end" else "次年 3 月 31 日前有效"
