"""The sections of the formal report: each begins with its finding and leads to the page that carries the detail."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.judge.progress import DONE
from planeval.judge.unit_bands import BANDS
from planeval.plan import part_names
from planeval.review import Review
from planeval.show.changes import change_sentence
from planeval.show.dispatch import order_digest
from planeval.show.figures import progress_chart
from planeval.show.findings import fusion_line, task_findings
from planeval.show.html import Fragment, bullets, esc, heading, link, paragraph, rows_of, table, together
from planeval.show.lights import override_notes, three_lights
from planeval.show.opening import headline_cards, summary
from planeval.show.overview import (
    milestones_due_next,
    overdue_milestones,
    required_pace_table,
    suggestions,
    target_table,
)
from planeval.show.score_figures import signed_points
from planeval.show.sentences import sentence, source_of
from planeval.show.trace import traced, with_trace
from planeval.show.words import listed

BY_US = "评估人员的决定，不是方案原文"


def see(text: str, *pages: tuple[str, str]) -> Fragment:
    """One sentence with the pages that carry the detail: (page, its name)."""
    names = "、".join(link(name, f"{page}.html").html for page, name in pages)
    told = "、".join(name for _, name in pages)
    return Fragment(f"<p>{esc(text)}详见{names}。</p>", f"{text}详见{told}。")


def report_summary(review: Review) -> Fragment:
    """摘要: the conclusion, the points in order of weight, the score, what changed, a card per target."""
    return together([summary(review), score_line(review), _change_line(review), headline_cards(review)])


def _change_line(review: Review) -> Fragment:
    """What differs from the last review, in one sentence; nothing where there was none."""
    said = change_sentence(review)
    if not said:
        return Fragment("")
    pages = (("21_score", "综合得分与变化"), ("80_data_quality", "数据质量（修订）"))
    return with_trace(see(said, *pages), review, "change_section")


@traced
def score_line(review: Review) -> Fragment:
    """Total and grade in one sentence, and how far it moved; nothing for a plan that is not scored."""
    judged = review.assessment
    if judged is None:
        return Fragment("")
    total = judged.total
    if total.value is None:
        return see("本季没有综合得分。", ("21_score", "综合得分与变化"))
    moved = f"，比上期 {signed_points(judged.change.delta)} 分" if judged.change is not None else ""
    floor = "，触发底线规则" if total.below_floor else ""
    text = f"综合得分 {total.value:.1f} 分，等级“{total.grade}”{floor}{moved}；评分办法是{BY_US}。"
    return see(text, ("21_score", "综合得分与变化"))


def report_targets(review: Review) -> Fragment:
    """二、指标完成情况: every target against what is due."""
    shaky = [row["name"] for row in rows_of(review.dependence) if not row["holds"]]
    firm = f"{len(shaky)} 项指标的进度灯换一种口径就会改变：{listed(shaky)}。" if shaky else "各项进度灯不随口径改变。"
    return together([
        target_table(review), progress_chart(review),
        with_trace(see(firm, ("20_targets", "指标完成情况"), ("90_method", "方法与口径")), review, "verdict_table"),
    ])  # fmt: skip


@traced
def report_tasks(review: Review) -> Fragment:
    """三、重点任务: state and lights of each task, then the one finding of each theme page."""
    rows = rows_of(review.task_lights)
    if not rows:
        return paragraph("方案（或其公开部分）没有列出重点任务，本节不适用。")
    leads = review.method.value("lead_units", review.period)
    names = part_names(review.plan, "unit")
    lines = [
        (f"{row['clause']} {row['name']}", names.get(leads.get(row["task_id"], ""), "未定"), _nodes(row),
         str(row["overdue"]) if row["milestones"] else "—", *three_lights(row))
        for row in rows
    ]  # fmt: skip
    notes = [f"牵头单位是{BY_US}。节点：已完成/已到期（含提前完成），到期未报送的不计；三灯各自判断、不合并。"]
    return together([
        paragraph(_tasks_finding(rows)),
        table("重点任务的节点和三灯", ("重点任务", "牵头单位", "节点", "逾期", "进度灯", "展望灯", "证据灯"), lines,
              ("text", "text", "number", "number", "mark", "mark", "mark"), unit="个",
              notes=[*notes, *override_notes(rows)]),
        see("节点逐项、前后衔接和各单位的完成情况，", ("30_tasks", "任务节点")),
        heading(3, "各主题的主要发现", "themes"), task_findings(review), fusion_line(review),
    ])  # fmt: skip


def _nodes(row: dict[str, Any]) -> str:
    return f"{row['finished']}/{row['due']}" if row["milestones"] else "未报送"


def _tasks_finding(rows: list[dict[str, Any]]) -> str:
    if not any(row["milestones"] for row in rows):
        return "各单位均未报送任务节点，任务进展无法评价，不作未完成计。"
    due, finished = sum(row["due"] for row in rows), sum(row["finished"] for row in rows)
    late = [row["name"] for row in rows if row["overdue"]]
    unknown = sum(row["unknown"] for row in rows)
    text = f"{len(rows)} 项任务已到期和提前完成的 {due} 个节点中，完成 {finished} 个，"
    text += f"逾期未完成 {due - finished} 个，在{listed(late)}" if late else "没有逾期未完成的"
    return text + (f"；另有 {unknown} 个到期节点没有报送，不得而知。" if unknown else "。")


@traced
def report_units(review: Review) -> Fragment:
    """四、责任单位: bands and who cannot be told apart; filing and nodes of each unit in the plan's order."""
    units = review.units
    if units["filing"].eq("无报送任务").all():
        return paragraph("本计划没有安排单位报送，本节不适用。")
    late = list(units.loc[units["filing"].isin(["迟报", "未报送"]), "name"])
    filed = f"{len(late)} 个单位未按时报送：{listed(late)}。" if late else "应报送的单位均已按时报送。"
    bands = _bands(review)
    rows = [
        (link(row["name"], f"40_unit-{row['unit_id']}.html"), row["filing"], _nodes(row), str(row["overdue"]),
         str(row["refused"]), *bands.get(row["unit_id"], ("—", "—")))
        for row in rows_of(units)
    ]  # fmt: skip
    return together([
        paragraph(_units_finding(review)), paragraph(filed),
        table("责任单位的报送、牵头节点和分段",
              ("责任单位", "本季报送", "牵头节点", "逾期", "退回错误", "名次区间", "分段"), rows,
              ("text", "mark", "number", "number", "number", "mark", "mark"), kind="compact",
              notes=["按方案所列顺序排列，不作排名。牵头节点：已完成/已到期。名次区间和分段按牵头和配合的节点折算，"
                     f"折算办法是{BY_US}；整个区间在前一半为前段，在后一半为后段，其余为中段。"]),
        see("各单位的得分、三灯和报送，", ("41_units", "责任单位总览")),
    ])  # fmt: skip


def _bands(review: Review) -> dict[str, tuple[str, str]]:
    """Rank interval and band by unit; nothing where no rule was decided or no node is due."""
    judged = review.unit_bands
    if judged is None or judged.units["items"].eq(0).all():
        return {}
    return {
        row["unit_id"]: ("—" if pd.isna(row["rank_low"]) else f"{row['rank_low']}–{row['rank_high']}", row["band"])
        for row in rows_of(judged.units)
    }


def _units_finding(review: Review) -> str:
    judged = review.unit_bands
    if judged is None:
        return "没有作出“责任单位怎样折算得分”（unit_judgement）的决定，不评单位得分和分段。"
    if judged.units["items"].eq(0).all():
        return "没有已到期的任务节点，单位得分和分段不适用。"
    ranked = judged.units[judged.units["rank_low"].notna()]
    few = len(judged.units) - len(ranked)
    if not len(judged.pairs):
        return f"{few} 个单位到期的节点都太少，不比较、不分段。"
    blurred = len(judged.pairs) - int(judged.pairs["distinct"].sum())
    counts = "，".join(f"{band} {int(ranked['band'].eq(band).sum())} 个" for band in BANDS)
    text = f"可以比较的 {len(ranked)} 个单位：{counts}；{len(judged.pairs)} 对单位中有 {blurred} 对分不出先后"
    lonely = _inseparable(review)
    text += "，名次没有意义" if blurred == len(judged.pairs) else ""
    text += f"（{listed(lonely)}与任何单位都分不出）" if 0 < len(lonely) < len(ranked) else ""
    return text + (f"；另有 {few} 个单位节点太少，不比较。" if few else "。")


def _inseparable(review: Review) -> list[str]:
    """Units whose nodes tell them apart from nobody."""
    judged = review.unit_bands
    if judged is None:
        return []
    apart = judged.pairs[judged.pairs["distinct"].astype(bool)]
    distinct = {*apart["unit_a"], *apart["unit_b"]}
    ranked = judged.units.loc[judged.units["rank_low"].notna(), "unit_id"]
    return [review.plan.unit(unit).short_name for unit in ranked if unit not in distinct]


def report_problems(review: Review) -> Fragment:
    """五、存在问题与督办: overdue nodes, the orders, what was refused."""
    parts = [heading(3, "逾期节点", "overdue"), overdue_milestones(review)]
    parts += [heading(3, "督办", "dispatch"), order_digest(review)]
    parts += [heading(3, "数据", "data"), report_data(review)]
    return together(parts)


@traced
def report_data(review: Review) -> Fragment:
    """How many faults were left out, and how many are only listed."""
    refused, asked = len(review.errors), len(review.ledger.problems) - len(review.errors)
    text = (
        f"报送中 {refused} 处错误没有计入，{asked} 处警告已计入并列出；" if refused or asked else "报送没有退回和疑问；"
    )
    return see(text, ("80_data_quality", "数据质量"))


def report_outlook(review: Review) -> Fragment:
    """六、展望与建议: what is foreseen, the pace it takes, what falls due next, what to do."""
    return together([
        sentence(_outlook_finding(review), source_of("target_table")), required_pace_table(review),
        report_next_nodes(review), heading(3, "建议", "suggestions"), suggestions(review),
    ])  # fmt: skip


@traced
def report_next_nodes(review: Review) -> Fragment:
    """How many nodes fall due next quarter, and with whom."""
    due = milestones_due_next(review)
    if due.empty:
        return paragraph("下季度没有到期的任务节点。")
    units = [unit.short_name for unit in review.plan.units if due["lead_unit"].eq(unit.id).any()]
    return see(f"下季度到期的任务节点 {len(due)} 个，{_led_by(review, units)}。", ("30_tasks", "任务节点"))


def _led_by(review: Review, units: list[str]) -> str:
    """Who leads the nodes; no list of names where it is everybody."""
    if len(units) == len(review.plan.units):
        return f"{len(units)} 个责任单位各有牵头"
    return f"由 {len(units)} 个单位牵头：{listed(units)}"


def _outlook_finding(review: Review) -> str:
    still_open = review.targets[review.targets["reported"] & ~review.targets["progress_light"].eq(DONE)]
    known = [row for row in rows_of(still_open) if not math.isnan(row["outlook_p"])]
    if not known:
        return "没有可以预测的指标：数不够，或已经达到目标。"
    by_light: dict[str, list[str]] = {}
    for row in known:
        by_light.setdefault(row["outlook_light"], []).append(row["name"])
    said = "；".join(f"{word} {len(names)} 项（{listed(names)}）" for word, names in by_light.items())
    rest = len(still_open) - len(known)
    return f"到期能否达到，未达到的 {len(still_open)} 项中：{said}" + (f"；{rest} 项暂不预测。" if rest else "。")


@traced
def report_annexes(review: Review) -> Fragment:
    """附件: where the definitions, data quality, revisions, details and the list for checking are."""
    revised = len(review.revising_units)
    points = [
        f"口径和决定：{len(review.decisions)} 项决定在“方法与口径”，各指标的口径和明细行在“指标完成情况”。",
        f"数据质量和修订说明：{revised} 个单位后来的报送改变了以前季度的数，见“数据质量”。"
        if revised else "数据质量和修订说明：没有单位后来的报送改变以前季度的数，见“数据质量”。",
        f"明细：全部数表另存在 tables 文件夹，目录见索引页；本次用到 {len(review.inputs)} 个输入文件。",
    ]  # fmt: skip
    return together([
        bullets(points),
        see("", ("90_method", "方法与口径"), ("20_targets", "指标完成情况"), ("80_data_quality", "数据质量"),
            ("99_final", "终期评估")),
    ])  # fmt: skip
