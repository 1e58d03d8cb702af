"""Who entered since the plan began: how long they stay, and where the firms come from."""

from __future__ import annotations

from planeval.measures.incubation import Incubation, Stay
from planeval.plan.ladder import SurvivalReading
from planeval.review import Review
from planeval.show.html import Fragment, heading, paragraph, rows_of, table, together
from planeval.show.incubation import NO_READING
from planeval.show.silence import silent_units, unavailable
from planeval.show.small_samples import at_risk_text, reading_note, remaining_text
from planeval.show.survival_figures import curve_chart
from planeval.show.words import listed, percent

EVERYBODY = "全部"


def stay_section(review: Review) -> Fragment:
    """Survival of entrants, all and by origin, with the number under observation and the log-rank test."""
    head = heading(3, "来了的企业留得住吗", "stay")
    absent = unavailable(review, "enterprises")
    firms = None if absent else review.themes.incubation
    if firms is None or firms.reading is None:
        return head + (absent or paragraph(NO_READING))
    everybody, reading = firms.stays[0], firms.reading
    return together([
        head, paragraph(_stay_finding(everybody, reading)), _stay_chart(firms), _stay_table(firms, reading),
        *(paragraph(note, "note") for note in silent_units(review, "enterprises")),
    ])  # fmt: skip


def _stay_finding(everybody: Stay, reading: SurvivalReading) -> str:
    n, left = everybody.curve.n, everybody.curve.times.events
    whom = "起算日以后入驻" if reading.cohort_since == "plan_start" else "台账中入驻"
    if not n:
        return f"没有{whom}的企业，留存无从估计。"
    if not left:
        return f"{whom}的 {n} 家企业到评价日没有一家迁出；跟踪时间长短不一，不等于以后都留得住。"
    kept = remaining_text(everybody.curve, reading.horizon_days)
    return f"{whom}的 {n} 家企业已迁出 {left} 家；入驻满 {reading.horizon_days} 天仍在谷内的估计为 {kept}。"


def _stay_chart(firms: Incubation) -> Fragment:
    drawn = [(stay.origin or EVERYBODY, stay.curve) for stay in firms.stays if stay.curve.last_day is not None]
    if not drawn or not firms.stays[0].curve.times.events:
        return together([])
    left = firms.stays[0].curve.times.events
    title = f"入驻企业中 {left} 家迁出，其余到评价日仍在谷内"
    return curve_chart(drawn, title, "入驻后仍在谷内的企业比例")


def _stay_table(firms: Incubation, reading: SurvivalReading) -> Fragment:
    rows = [
        (stay.origin or EVERYBODY, str(stay.curve.n), str(stay.curve.times.events),
         at_risk_text(stay.curve, reading.horizon_days), remaining_text(stay.curve, reading.horizon_days),
         _test_text(stay, reading))
        for stay in firms.stays
    ]  # fmt: skip
    return table(
        "入驻企业的留存", ("来源", "跟踪", "已迁出", f"满 {reading.horizon_days} 天在观察中",
                     f"满 {reading.horizon_days} 天仍在（区间）", "与其余来源相比"), rows,
        ("text", "number", "number", "number", "number", "text"), unit="家", kind="compact",
        notes=[f"{reading_note(reading, '入驻')}没有人迁出时不给区间。",
               "与其余来源相比：对数秩检验，写出 z、χ²（z 的平方，自由度 1）和双侧 p；"
               f"任一组或迁出总数不足 {reading.least_at_risk} 时不检验。几个来源各检验一次，p 未作多重比较校正。"],
    )  # fmt: skip


def _test_text(stay: Stay, reading: SurvivalReading) -> str:
    if not stay.origin:
        return "—"
    test = stay.against_others
    if test is None:
        return f"不足 {reading.least_at_risk}，不检验"
    return f"z={test.z:.2f}，χ²={test.chi_square:.2f}，p={test.p_value:.3f}".replace("-", "−")


def origin_section(review: Review) -> Fragment:
    """Where firms come from: 引进, 本地, 高校团队, 大学生创业."""
    head = heading(3, "企业从哪里来", "origin")
    absent = unavailable(review, "enterprises")
    if absent is not None:
        return head + absent
    firms = review.themes.incubation
    origins = rows_of(firms.origins)
    enough = firms.inside >= (firms.reading.least_at_risk if firms.reading else 1)
    rows = [
        (row["origin"], str(row["inside"]), percent(row["inside"] / firms.inside) if enough and firms.inside else "—",
         str(row["entered"]), str(row["left"]))
        for row in origins
    ]  # fmt: skip
    return together([
        head, paragraph(_origin_finding(firms)),
        table("企业来源", ("来源", "当日在谷", "占在谷企业", "起算日以来进", "起算日以来出"), rows,
              ("text", "number", "number", "number", "number"), unit="家",
              notes=["口径：按企业表的“来源”一栏，每家只有一个来源；占比是全体在谷企业的构成，不是抽样，不给区间。",
                     *silent_units(review, "enterprises")]),
    ])  # fmt: skip


def _origin_finding(firms: Incubation) -> str:
    if not firms.inside:
        return "当日没有在谷企业，来源无从统计。"
    ordered = rows_of(firms.origins.sort_values("inside", ascending=False, kind="stable"))
    counts = "，".join(f"{row['origin']} {row['inside']} 家" for row in ordered)
    none = [row["origin"] for row in ordered if not row["entered"]]
    text = f"在谷 {firms.inside} 家中，{counts}。"
    return text + (f"起算日以来没有新进的{listed(none)}企业。" if none else "")
