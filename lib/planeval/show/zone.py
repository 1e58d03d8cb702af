"""The page of one zone: firms, buildings and their occupancy, arrivals and departures, readiness for an extension."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.measures.zones import ZoneProfile
from planeval.plan.model import Zone
from planeval.review import Review
from planeval.show.html import Fragment, bullets, definition_list, esc, heading, paragraph, rows_of, table, together
from planeval.show.industry import parts_table
from planeval.show.place_figures import history_chart, premises_chart
from planeval.show.places import absent, filing_notes, known_entry, not_applicable
from planeval.show.silence import not_filed, without_rows
from planeval.show.trace import traced
from planeval.show.words import ABSENT, amount, percent
from planeval.show.zone_words import CRITERIA, measured

_NO_MAP = "没有区域图：方案只写了面积，公开渠道也没有各区域的边界，画出来的形状会是假的；各区域只按台账所填的名称归集。"


def _open(review: Review, zone: str) -> tuple[Zone, ZoneProfile] | None:
    """The zone and its profile; None when the plan names none. Raises InputError for an id nobody knows."""
    entry = known_entry(review.plan.text.zones, zone, "zone")
    return None if entry is None else (entry, review.themes.zones[zone])


def zone_title(review: Review, zone: str) -> Fragment:
    """The page's heading: which zone, which quarter."""
    found = _open(review, zone)
    text = f"{found[0].name if found else '区域'}　{review.period.label}"
    return Fragment(f"<h1>{esc(text)}</h1>", text)


@traced
def zone_summary(review: Review, zone: str) -> Fragment:
    """摘要 of one zone."""
    found = _open(review, zone)
    if found is None:
        return paragraph(not_applicable(review, "区域", "分区域的情况"), "lead")
    entry, profile = found
    used = rows_of(profile.premises)[-1] if len(profile.premises) else None
    space = f"，载体已用 {percent(used['occupancy'])}" if used and not math.isnan(used["occupancy"]) else ""
    lead = f"{entry.name}在谷企业 {len(profile.rows)} 家{space}。"
    points = [_moves(profile), _ready(profile)]
    facts = [("规划面积", f"{entry.area_km2:g} 平方公里（{entry.clause}，“{entry.quote}”）")]
    return together([
        Fragment(f'<p class="lead">{esc(lead)}</p>', lead), bullets(points), definition_list(facts),
        paragraph(_NO_MAP, "note"),
    ])  # fmt: skip


def _moves(profile: ZoneProfile) -> str:
    return f"本季迁入 {len(profile.entrants)} 家，迁出 {len(profile.leavers)} 家。"


def _ready(profile: ZoneProfile) -> str:
    if profile.readiness is None:
        return "未作决定：方案只写“运营成熟后”，评估办法还没有写明标准，是否具备建设拓展区的条件不作判断。"
    states = list(profile.readiness["met"])
    met, unknown = sum(state is True for state in states), sum(state is None for state in states)
    rest = f"，{unknown} 条没有数" if unknown else ""
    verdict = (
        "可以研究建设拓展区"
        if met == len(states)
        else "还不到研究建设拓展区的时候"
        if met + unknown < len(states)
        else "无法判断"
    )
    return f"“运营成熟”的 {len(states)} 条标准达到 {met} 条{rest}，{verdict}。"


@traced
def zone_firms(review: Review, zone: str) -> Fragment:
    """Firms by industry and quarter."""
    found = _open(review, zone)
    if found is None:
        return absent(review, "zone", "企业", "zone")
    entry, profile = found
    rows = [
        (row["quarter"], f"{row['firms']}", f"{row['entered']}", f"{row['left']}",
         "没有数" if math.isnan(row["revenue"]) else amount(row["revenue"], "万元"))
        for row in rows_of(profile.history)
    ]  # fmt: skip
    industries = "、".join(
        f"{industry.name} {int(profile.rows['industry'].eq(industry.id).sum())} 家"
        for industry in review.plan.text.industries
    )
    notes = ["企业：季末已入驻、未迁出，按登记的所在区域。营收：季末在谷企业报送的当季营业收入；没有数不等于零。",
             *filing_notes(review.plan, profile.firms, profile.revenue)]  # fmt: skip
    return together([
        heading(3, f"{entry.name}的企业", "zone"),
        paragraph(f"{review.period.end.isoformat()} 在谷 {len(profile.rows)} 家：{industries}。"),
        history_chart(entry.name, profile.history),
        table(f"{entry.name}逐季企业和营收", ("季度", "季末企业", "迁入", "迁出", "当季营收"), rows,
              ("text", "number", "number", "number", "number"), unit="家、万元", notes=notes),
    ])  # fmt: skip


@traced
def zone_premises(review: Review, zone: str) -> Fragment:
    """Buildings by kind with occupancy and tenants, and the plan's stock against what there is."""
    found = _open(review, zone)
    if found is None:
        return absent(review, "zone", "载体", "premises")
    entry, profile = found
    filed = profile.filed["premises"]
    silent = not_filed(review.plan, "载体", filed.due, filed.heard)
    head = heading(3, f"{entry.name}的载体", "premises")
    if profile.premises.empty:
        said = silent or without_rows(review, "premises", f"是{entry.name}的")
        return together([head, paragraph(said), _stock(profile)])
    rows = [
        (row["kind"], f"{row['places']}", amount(row["floor_area"], "平方米"), amount(row["let_area"], "平方米"),
         percent(row["occupancy"]), f"{row['tenants']}")
        for row in rows_of(profile.premises)
    ]  # fmt: skip
    whole, without = rows_of(profile.premises)[-1], int(profile.premises.iloc[-1]["without_tenants"])
    notes = ["本季各处载体的季末数；使用率＝已用面积÷建筑面积；户数含未注册企业的团队。", *([silent] if silent else [])]
    notes += [f"{without} 处没有填入驻户数，未计入户数。"] if without else []
    return together([
        head,
        paragraph(f"建筑面积 {amount(whole['floor_area'], '平方米')} 平方米，已用 {percent(whole['occupancy'])}，"
                  f"入驻 {whole['tenants']} 户。"),
        premises_chart(entry.name, profile.premises),
        table(f"{entry.name}的载体", ("种类", "处数", "建筑面积", "已用面积", "使用率", "入驻户数"), rows,
              ("text", "number", "number", "number", "number", "number"), unit="处、平方米、户", notes=notes),
        _stock(profile),
    ])  # fmt: skip


def _stock(profile: ZoneProfile) -> Fragment:
    """The plan's building stock, which it does not split by zone, against all zones."""
    rows = [
        (row["kind"], amount(row["planned"], "平方米"),
         _area(row["delivered"]), percent(row["delivered_share"]))
        for row in rows_of(profile.stock)
    ]  # fmt: skip
    return table("方案写明的载体与全谷已有（各区域合计）", ("种类", "方案写明", "本季报送", "比例"), rows,
                 ("text", "number", "number", "number"), unit="平方米",
                 notes=["方案没有把面积分到各区域，只按全谷比较；方案写的是“包含”，没有写是否建成。"])  # fmt: skip


def _area(value: float) -> str:
    return "没有数" if math.isnan(value) else amount(value, "平方米")


def _chain(value: object) -> str:
    return value if isinstance(value, str) else ABSENT


@traced
def zone_movers(review: Review, zone: str) -> Fragment:
    """Firms that entered or left this quarter."""
    found = _open(review, zone)
    if found is None:
        return absent(review, "zone", "迁入和迁出", "movers")
    entry, profile = found
    notes = filing_notes(review.plan, profile.firms, profile.revenue)[:1]
    return together([
        heading(3, f"{entry.name}本季迁入和迁出", "movers"), paragraph(_moves(profile)),
        _movers(f"{entry.name}本季迁入的企业", "迁入日期", review, profile.entrants, "entered_on", notes),
        _movers(f"{entry.name}本季迁出的企业", "迁出日期", review, profile.leavers, "left_on", []),
    ])  # fmt: skip


def _movers(title: str, day: str, review: Review, rows: pd.DataFrame, column: str, notes: list[str]) -> Fragment:
    names = {industry.id: industry.name for industry in review.plan.text.industries}
    if rows.empty:
        return together(paragraph(note, "note") for note in notes)
    listed = [
        (row["name"], names.get(row["industry"], row["industry"]), _chain(row["chain"]),
         row["origin"], row[column].date().isoformat())
        for row in rows_of(rows)
    ]  # fmt: skip
    return table(f"{title}（{len(listed)} 家）", ("企业", "产业", "产业链", "来源", day), listed,
                 ("text", "text", "text", "text", "mark"), notes=notes)  # fmt: skip


@traced
def zone_readiness(review: Review, zone: str) -> Fragment:
    """运营成熟后建设拓展区: the stated criteria, one line each."""
    found = _open(review, zone)
    if found is None:
        return absent(review, "zone", "拓展区条件", "extension")
    entry, profile = found
    head = heading(3, f"{entry.name}：是否“运营成熟”", "extension")
    if profile.readiness is None:
        return together([head, paragraph(_ready(profile))])
    rows = [
        (CRITERIA[row["measure"]], measured(row["measure"], row["at_least"]), _shown(row), row["counts"] or ABSENT,
         {True: "● 达到", False: "◆ 未达到", None: "○ 没有数"}[row["met"]])
        for row in rows_of(profile.readiness)
    ]  # fmt: skip
    notes = [
        "标准是评估人员的决定，不是方案原文；方案写在“运营成熟后”建设拓展区，没有写标准。全部达到只表示可以研究，不等于应当建设。"
    ]
    return together([
        head, paragraph(_ready(profile)),
        table(f"{entry.name}的运营成熟标准", ("标准", "不低于", "现值", "依据", "结果"), rows,
              ("text", "number", "number", "text", "mark"), notes=notes),
    ])  # fmt: skip


def _shown(row: dict[str, Any]) -> str:
    return ABSENT if math.isnan(row["value"]) else measured(row["measure"], row["value"])


@traced
def zone_targets(review: Review, zone: str) -> Fragment:
    """How much of each target this zone brings."""
    found = _open(review, zone)
    if found is None:
        return absent(review, "zone", "对各项指标的贡献", "targets")
    entry, profile = found
    title = heading(3, f"{entry.name}在各项指标中的份额", "targets")
    return together([title, parts_table(entry.name, "所在区域", profile.parts)])
