"""引育孵化: firms that came, climbed, are about to lose a title, stay, and where they come from."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pandas as pd

from planeval.measures.incubation import Incubation
from planeval.review import Review
from planeval.show.html import Align, Fragment, folded, heading, numbers, paragraph, rows_of, table, together
from planeval.show.ladder_figure import ladder_chart
from planeval.show.silence import silent_units, unavailable
from planeval.show.small_samples import NO_READING, median_text, reading_note, share_text
from planeval.show.survival_figures import curve_chart
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed, signed

ROWS_SHOWN = 300
NO_LADDER = "企业梯度分哪几级，评估人员未作决定（enterprise_ladder），本节不计。"


@traced
def flow_section(review: Review) -> Fragment:
    """Stock and flow: opening, entered, left, net, closing by quarter."""
    head = heading(3, "企业有多少，来了多少，走了多少", "flow")
    absent = unavailable(review, "enterprises")
    if absent is not None:
        return together([head, absent])
    flow = review.themes.incubation.flow
    rows = [
        (row["period"], *(_whole(row[name]) for name in ("opening", "entered", "left")), signed(row["net"], "家"),
         _whole(row["closing"]), f"{row['units_filed']}/{row['units_due']}")
        for row in rows_of(flow)
    ]  # fmt: skip
    return together([
        head, paragraph(flow_finding(review)),
        table("各季企业存量和流动", ("季度", "季初", "进", "出", "净增", "季末", "报送单位"), rows,
              ("text", "number", "number", "number", "number", "number", "number"), unit="家",
              notes=["口径：企业表中入驻日期在前、没有迁出或迁出日期在后的为在谷；季初＋进−出＝季末。入驻、迁出按日期归季，"
                     "后来补报的归到发生的那一季。报送单位：该季应报的单位中报了的。",
                     *silent_units(review, "enterprises")]),
    ])  # fmt: skip


def flow_finding(review: Review) -> str:
    """How many firms are in the valley, and how many came and left."""
    absent = unavailable(review, "enterprises")
    if absent is not None:
        return absent.text
    flow = review.themes.incubation.flow
    last, known = rows_of(flow)[-1], flow[flow["closing"].notna()]
    return (
        f"{review.period.label}末在谷企业 {last['closing']:.0f} 家，本季进 {last['entered']:.0f} 家、"
        f"出 {last['left']:.0f} 家，净增 {signed(last['net'], '家')}；"
        f"自 {known['period'].iloc[0]} 以来共进 {known['entered'].sum():.0f} 家、出 {known['left'].sum():.0f} 家。"
    )


def enterprises_finding(review: Review) -> str:
    """The one sentence of the page: firms on each rung of the ladder, and where the way up is narrowest."""
    absent = unavailable(review, "enterprises", "certificates")
    if absent is not None:
        return absent.text
    firms = review.themes.incubation
    return NO_LADDER if firms.ladder is None or firms.rungs.empty else _ladder_finding(firms, _narrowest(firms))


def _whole(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.0f}"


@traced
def ladder_section(review: Review) -> Fragment:
    """The ladder: counts on the day, conversion between rungs, time to the next rung."""
    head = heading(3, "梯度各级有多少，升得快不快", "ladder")
    absent = unavailable(review, "enterprises", "certificates")
    firms = None if absent else review.themes.incubation
    if firms is None or firms.ladder is None:
        return together([head, absent or paragraph(NO_LADDER)])
    if firms.rungs.empty:
        return together([head, paragraph("梯度各级都没有可用的口径，本节不计。")])
    narrow = _narrowest(firms)
    parts = [head, paragraph(_ladder_finding(firms, narrow)), _ladder_decision(review)]
    parts.append(ladder_chart(firms, _ladder_title(firms, narrow)))
    notes = [*silent_units(review, "enterprises", "certificates")]
    notes += [f"没有可用口径而未列的级别：{'、'.join(firms.undecided)}。"] if firms.undecided else []
    parts.append(together(paragraph(note, "note") for note in notes))
    parts.append(_steps_table(firms) if firms.reading else paragraph(NO_READING))
    return together([*parts, _climb_curves(firms)])


def _ladder_finding(firms: Incubation, narrow: dict[str, Any] | None) -> str:
    counts = "，".join(f"{row['rung']} {row['holding']} 家" for row in rows_of(firms.rungs)[1:])
    text = f"在谷 {firms.inside} 家企业中，当日{counts}。" if firms.inside else "在谷没有企业，各级都是零。"
    if narrow is not None:
        text += (
            f"{narrow['from_rung']}到{narrow['to_rung']}最窄，"
            f"{share_text(narrow['reached'], narrow['cohort'], narrow['share'], narrow['low'], narrow['high'])}。"
        )
    return text


def _narrowest(firms: Incubation) -> dict[str, Any] | None:
    """The climb with the smallest share, of those that have one."""
    said = firms.steps[firms.steps["share"].notna()]
    return rows_of(said.sort_values("share", kind="stable"))[0] if len(said) else None


def _ladder_title(firms: Incubation, narrow: dict[str, Any] | None) -> str:
    rungs = rows_of(firms.rungs)
    empty = [row["rung"] for row in rungs if not row["holding"]]
    title = f"{rungs[0]['rung']} {rungs[0]['holding']} 家，往上越来越少"
    if any(low["holding"] < high["holding"] for low, high in pairwise(rungs)):
        title = f"各级从 {min(row['holding'] for row in rungs)} 家到 {max(row['holding'] for row in rungs)} 家不等"
    title += f"，{listed(empty)}还没有" if empty else ""
    return title + (f"；{narrow['from_rung']}升{narrow['to_rung']}的比例最低" if narrow else "")


def _ladder_decision(review: Review) -> Fragment:
    entry = next(decision for decision in review.decisions if decision.id == "enterprise_ladder")
    named = f"（{entry.reading}）" if entry.reading else ""
    return paragraph(f"级别是评估人员的决定{named}，不是方案原文。{entry.by}：{entry.reason}", "note")


def _steps_table(firms: Incubation) -> Fragment:
    rows = [
        (f"{step['from_rung']}→{step['to_rung']}",
         share_text(step["reached"], step["cohort"], step["share"], step["low"], step["high"]),
         median_text(each.curve), str(step["already_above"]), str(step["brought_along"]), str(step["earlier"]))
        for step, each in zip(rows_of(firms.steps), firms.climbs, strict=True)
    ]  # fmt: skip
    assert firms.reading is not None
    return table(
        "各级之间的升级", ("从→到", "已升/跟踪（区间）", "半数升级用时", "先在上级", "带资质入谷", "起算日前"), rows,
        ("text", "number", "number", "number", "number", "number"), unit="家", kind="compact",
        notes=[f"跟踪：在谷期间首次到达本级、此前没到过上一级的企业；后三列不在跟踪之内。已升的比例是到评价日为止的，"
               f"来得晚的时间还短；用时见曲线。{reading_note(firms.reading, '到达本级')}",
               "迁出的企业跟踪到迁出之日。"],
    )  # fmt: skip


def _climb_curves(firms: Incubation) -> Fragment:
    drawn = [
        (f"→{each.row['to_rung']}", each.curve)
        for each in firms.climbs
        if each.curve.last_day and each.curve.times.events
    ]
    if not drawn:
        return together([])
    halved = [name for name, curve in drawn if curve.median is not None]
    title = (
        f"{listed([name.removeprefix('→') for name in halved])}已有过半企业升到"
        if halved
        else "各级都还没有过半企业升到"
    )
    return curve_chart(drawn, f"{title}，其余尚未过半" if halved and len(halved) < len(drawn) else title,
                       "到达本级后，已升到上一级的企业比例", ended=True)  # fmt: skip


def lapsing_finding(review: Review) -> str:
    """How many titles lapse soon and before the plan's end, and how many have lapsed."""
    absent = unavailable(review, "enterprises", "certificates")
    if absent is not None:
        return absent.text
    firms = review.themes.incubation
    if firms.ladder is None:
        return NO_LADDER
    soon = firms.lapsing[firms.lapsing["within_horizon"].astype(bool)]
    before_end = int(firms.lapsing["before_plan_end"].sum())
    return (
        f"今后 {firms.ladder.lapsing_quarters} 个季度有 {len(soon)} 项资质到期（{_by_rung(soon)}），"
        f"方案期末前到期 {before_end} 项；"
        + (
            f"另有 {len(firms.lapsed)} 项已经到期、至今未续（{_by_rung(firms.lapsed)}）。"
            if len(firms.lapsed)
            else "没有到期未续的。"
        )
    )


@traced
def lapsing_section(review: Review) -> Fragment:
    """Titles about to lapse, and titles that lapsed and wait for renewal."""
    head = heading(3, "哪些资质快到期，哪些到期未续", "lapsing")
    absent = unavailable(review, "enterprises", "certificates")
    firms = None if absent else review.themes.incubation
    if firms is None or firms.ladder is None:
        return together([head, absent or paragraph(NO_LADDER)])
    return together([
        head, paragraph(lapsing_finding(review)),
        *([_lapsing_table(firms), _lapsing_list(firms)] if len(firms.lapsing) else []),
        *([_lapsed_list(firms)] if len(firms.lapsed) else []),
        paragraph("台账没有“申报中”一栏，正在申报认定的企业看不到，应由受理单位另行说明。", "note"),
    ])  # fmt: skip


def _by_rung(rows: pd.DataFrame) -> str:
    counts = rows["rung"].value_counts(sort=False)
    return "、".join(f"{rung} {count}" for rung, count in counts.items()) or "没有"


def _lapsing_table(firms: Incubation) -> Fragment:
    counts = firms.lapsing.groupby(["quarter", "rung"]).size()
    quarters = sorted(set(firms.lapsing["quarter"]))
    rungs = [row["rung"] for row in rows_of(firms.rungs) if row["rung"] in set(firms.lapsing["rung"])]
    rows = [(quarter, *(str(counts.get((quarter, rung), 0)) for rung in rungs)) for quarter in quarters]
    aligns: list[Align] = ["text", *numbers(len(rungs))]
    return table(
        "今后各季到期的资质", ("到期季度", *rungs), rows, aligns, unit="项",
        notes=["口径：在谷企业每一级只看有效到最晚的一张证书或一次入库；没有有效期的不列。到期日当天起不再有效。"],
    )  # fmt: skip


def _lapsing_list(firms: Incubation) -> Fragment:
    rows = [
        (row["name"], row["rung"], row["certificate_number"], _day(row["issued_on"]), _day(row["lapses_on"]),
         "是" if row["before_plan_end"] else "否")
        for row in rows_of(firms.lapsing.head(ROWS_SHOWN))
    ]  # fmt: skip
    listing = table(
        "将到期的资质", ("企业", "级别", "证书或登记编号", "发证或入库", "到期", "方案期末前"), rows,
        ("text", "text", "text", "mark", "mark", "mark"), notes=_left_out(firms.lapsing), kind="rows",
    )  # fmt: skip
    return folded(f"将到期的 {len(firms.lapsing)} 项", listing)


def _lapsed_list(firms: Incubation) -> Fragment:
    rows = [
        (row["name"], row["rung"], row["certificate_number"], _day(row["lapsed_on"]), f"{row['days']}")
        for row in rows_of(firms.lapsed.head(ROWS_SHOWN))
    ]
    listing = table(
        "到期未续的资质", ("企业", "级别", "证书或登记编号", "到期", "已过天数"), rows,
        ("text", "text", "text", "mark", "number"), notes=_left_out(firms.lapsed), kind="rows",
    )  # fmt: skip
    return folded(f"到期未续的 {len(firms.lapsed)} 项", listing)


def _left_out(rows: pd.DataFrame) -> list[str]:
    left = len(rows) - ROWS_SHOWN
    return [f"另有 {left} 项未列出，见 tables 文件夹。"] if left > 0 else []


def _day(value: Any) -> str:
    return str(value.strftime("%Y-%m-%d"))
