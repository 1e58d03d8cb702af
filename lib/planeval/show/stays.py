"""Retention of groups: one table and one figure for firms and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planeval.measures.stays import Stay
from planeval.plan.ladder import SurvivalReading
from planeval.show.html import Fragment, table, together
from planeval.show.small_samples import at_risk_text, reading_note, remaining_text
from planeval.show.survival_figures import curve_chart

EVERYBODY = "全部"


@dataclass(frozen=True)
class StayWords:
    """How a group is spoken of: 企业/家/入驻/迁出/仍在谷内/来源, or 人才/人/到岗/离开/仍在岗/层次."""

    who: str
    unit: str
    came: str
    left: str
    remains: str
    group: str


def stay_finding(everybody: Stay, reading: SurvivalReading, words: StayWords) -> str:
    """How many were followed, how many left, and the share that remains on the day quoted."""
    n, left = everybody.curve.n, everybody.curve.times.events
    whom = f"起算日以后{words.came}" if reading.cohort_since == "plan_start" else f"台账中{words.came}"
    if not n:
        return f"没有{whom}的{words.who}，留存无从估计。"
    counted = f"{n} 名{words.who}" if words.unit == "人" else f"{n} {words.unit}{words.who}"
    if not left:
        return f"{whom}的 {counted}，到评价日没有一{words.unit}{words.left}；跟踪时间长短不一，不等于以后都留得住。"
    kept = remaining_text(everybody.curve, reading.horizon_days)
    return (
        f"{whom}的 {counted}已{words.left} {left} {words.unit}；"
        f"{words.came}满 {reading.horizon_days} 天{words.remains}的估计：{kept}。"
    )


def stay_chart(stays: Sequence[Stay], words: StayWords) -> Fragment:
    """The curve of everybody, and of the groups whose curve shows anybody leaving; nothing when nobody left."""
    drawn = [(EVERYBODY, stays[0].curve)]
    drawn += [(stay.group, stay.curve) for stay in stays[1:] if stay.curve.steps["events"].sum()]
    drawn = [(name, curve) for name, curve in drawn if curve.last_day is not None]
    left = stays[0].curve.times.events
    if not drawn or not left:
        return together([])
    title = f"{stays[0].curve.n} {words.unit}中 {left} {words.unit}已{words.left}，其余到评价日{words.remains}"
    return curve_chart(drawn, title, f"{words.came}后{words.remains}的{words.who}比例")


def stay_table(stays: Sequence[Stay], reading: SurvivalReading, words: StayWords) -> Fragment:
    """Followed, left, under observation and remaining on the day quoted, and the log-rank test against the others."""
    day = reading.horizon_days
    rows = [
        (stay.group or EVERYBODY, str(stay.curve.n), str(stay.curve.times.events), at_risk_text(stay.curve, day),
         remaining_text(stay.curve, day), _test_text(stay, reading))
        for stay in stays
    ]  # fmt: skip
    return table(
        f"{words.who}的留存",
        (words.group, "跟踪", f"已{words.left}", f"满 {day} 天在观察中", f"满 {day} 天{words.remains}（区间）",
         "与其余相比"),
        rows, ("text", "number", "number", "number", "number", "text"), unit=words.unit, kind="compact",
        notes=[f"{reading_note(reading, words.came)}没有人离开时不给区间。",
               "与其余相比：对数秩检验，写出 z、χ²（z 的平方，自由度 1）和双侧 p；任一组或离开总数"
               f"不足 {reading.least_at_risk} 时不检验。各组各检验一次，p 未作多重比较校正。"],
    )  # fmt: skip


def _test_text(stay: Stay, reading: SurvivalReading) -> str:
    if not stay.group:
        return "—"
    test = stay.against_others
    if test is None:
        return f"不足 {reading.least_at_risk}，不检验"
    return f"z={test.z:.2f}，χ²={test.chi_square:.2f}，p={test.p_value:.3f}".replace("-", "−")
