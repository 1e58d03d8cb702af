"""The sections of the formal report: basis, targets, tasks, units, what went wrong, what the next quarter needs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.judge.progress import DONE, LATE_LIGHTS
from planeval.measures import tasks as tasks_measured
from planeval.plan.review_files import INTERNAL, PUBLIC
from planeval.review import Review
from planeval.show.html import (
    Cell,
    Fragment,
    definition_list,
    heading,
    link,
    paragraph,
    rows_of,
    table,
    together,
)
from planeval.show.lights import chance, light_notes, three_lights
from planeval.show.sentences import sentences, source_of
from planeval.show.target_trace import target_source, target_traces, trace_link
from planeval.show.trace import traced, with_trace
from planeval.show.words import (
    amount,
    band,
    legend,
    listed,
    pace,
    pace_multiple,
    percent,
    points,
)

BY_US = "评估人员的决定，不是方案原文"


@traced
def basis(review: Review) -> Fragment:
    """一、基本情况: what the plan covers and what this review was made from."""
    text = review.plan.text
    filed = int(review.units["filing"].isin(["按时", "迟报"]).sum())
    asked = int(review.units["filing"].ne("无报送任务").sum())
    first = (
        f"本次评估依据 {len(review.ledger.filings)} 份报送文件；本季应报送的 {asked} 个单位中，{filed} 个已报送。"
        if asked
        else "本计划没有安排单位报送，评估只用公开数据。"
    )
    facts = [("量化指标", f"{len(text.targets)} 项，到期日 {text.due.isoformat()}")]
    if text.qualitative_targets:
        facts.append(("定性要求", listed([target.name for target in text.qualitative_targets])))
    if text.industries:
        facts.append(("产业", "；".join(f"{entry.name}{_chains(entry.chains)}" for entry in text.industries)))
    if text.zones:
        facts.append(("区域", "、".join(f"{zone.name} {zone.area_km2:g} 平方公里" for zone in text.zones)))
    if text.premises:
        facts.append(("载体", "、".join(f"{item.name} {item.amount:g} {item.unit}" for item in text.premises)))
    if text.tasks:
        facts.append(("重点任务", f"{len(text.tasks)} 项，责任单位 {len(review.plan.units)} 个"))
    start = review.method.plan_start(review.period)
    facts.append(("序时进度起算日", f"{start.isoformat()}（{BY_US}）"))
    return together([paragraph(first), definition_list(facts)])


def _chains(chains: tuple[str, ...]) -> str:
    return f"（{'、'.join(chains)}）" if chains else ""


def target_table(review: Review) -> Fragment:
    """二、指标完成情况: every target against what is due, in the plan's order."""
    late = review.targets[review.targets["progress_light"].isin(LATE_LIGHTS)]
    known = int(review.targets["reported"].sum())
    first = f"{len(late)} 项指标落后：{listed(list(late['name']))}。" if len(late) else "有数的指标都不落后于应达进度。"
    first = first if known else "各项指标都没有可用的数，无法判断进度。"
    rows: list[tuple[Cell | str, ...]] = [
        (Cell(row["name"], link(row["name"], f"20_targets.html#target-{row['target_id']}").html),
         review.plan.target(row["target_id"]).wanted, *_numbers(row), *three_lights(row), chance(row["outlook_p"]))
        for row in rows_of(review.targets)
    ]  # fmt: skip
    made = together([
        paragraph(first),
        table("量化指标完成情况",
              ("指标", "目标值", "现值", "完成比例", "应达比例", "差距（百分点）", "进度灯",
               "展望灯", "证据灯", "到期达到的可能"), rows,
              ("text", "number", "number", "number", "number", "number", "mark", "mark", "mark", "number"),
              unit="见目标值", notes=_target_notes(review), kind="compact"),
    ])  # fmt: skip
    return with_trace(made, review, "target_table", more=target_traces(review))


def _numbers(row: dict[str, Any]) -> tuple[Cell, ...]:
    """Value, done share, expected share and gap; each leads to where it comes from."""
    shares = (percent(row["done_share"]), percent(row["expected_share"]), points(row["gap"]))
    return tuple(trace_link(text, row["target_id"]) for text in (amount(row["value"], row["unit"]), *shares))


def _target_notes(review: Review) -> list[str]:
    bands = review.method.value("light_bands", review.period)
    notes = [
        f"进度灯：{legend()}。差距不低于 {band(bands.on_pace)} 个百分点为按序时，"
        f"不低于 {band(bands.behind)} 个百分点为滞后，再低为严重滞后；达到目标值为已完成。界限是{BY_US}。",
        "应达比例：有节点的按到期节点，没有节点的按序时进度；节点是评估人员的分解，方案没有分年目标。",
        "完成比例和进度灯都按表中所印的数计算。未报送不等于零。",
    ]
    notes += light_notes(review)
    notes += _refused_note(review)
    partial = review.targets[
        (review.targets["filers_filed"] < review.targets["filers_due"]) & review.targets["reported"]
    ]
    notes += [
        f"{row['name']}：应报 {row['filers_due']} 个单位，实报 {row['filers_filed']} 个，现值只含已报送的部分。"
        for row in rows_of(partial)
    ]
    notes += [f"{row['name']}：{row['reason']}。" for row in rows_of(review.targets) if row["reason"]]
    notes += [
        f"{row['name']}：已明显超过目标值，请研究目标是否偏低。" for row in rows_of(review.targets) if row["low_target"]
    ]
    return notes


def _refused_note(review: Review) -> list[str]:
    """How many faults kept rows or files out of these values, and whose; nothing when there are none."""
    tally = review.tally
    if not tally.errors:
        return []
    said = f"报送中 {tally.errors} 处错误所在的行或文件没有计入上表"
    if review.edition == PUBLIC:
        return [f"{said}。"]
    whose = listed([review.plan.unit(unit).short_name for unit in tally.units]) or "未登记的文件"
    return [f"{said}，涉及{whose}{'，见“数据质量”' if review.edition == INTERNAL else ''}。"]


@traced
def task_table(review: Review) -> Fragment:
    """三、重点任务: milestones of each task by state."""
    tasks = review.tasks
    if tasks.empty:
        return paragraph("方案（或其公开部分）没有列出重点任务，本节不适用。")
    overdue = int(tasks[tasks_measured.OVERDUE].sum())
    first = (
        f"{int(tasks['milestones'].sum())} 个任务节点中，{overdue} 个逾期未完成。"
        if tasks["milestones"].sum()
        else "各单位均未报送任务节点，任务进展无法评价。"
    )
    leads = review.method.value("lead_units", review.period)
    rows = [
        (row["name"], row["clause"], _unit_name(review, leads.get(row["task_id"], "")),
         str(row["milestones"]) if row["milestones"] else "未报送",
         *(str(row[state]) if row["milestones"] else "—" for state in tasks_measured.STATES))
        for row in rows_of(tasks)
    ]  # fmt: skip
    return together([
        heading(3, "各项任务的节点", "tasks"),
        paragraph(first),
        table("重点任务节点完成情况",
              ("重点任务", "条款", "牵头单位", "节点", *tasks_measured.STATES), rows,
              ("text", "text", "text", "number", "number", "number", "number", "number", "number"), unit="个",
              notes=[f"牵头单位是{BY_US}；方案只列责任单位。逾期后补做的记为逾期完成，不再转为按期。",
                     "未报送：节点已到期，本季没有收到报送单位的台账，是否完成不得而知。",
                     "表中只有报送过的节点；分解了而没有单位报送过的，见“进度和衔接”。"]),
    ])  # fmt: skip


def _unit_name(review: Review, unit_id: str) -> str:
    return review.plan.unit(unit_id).short_name if unit_id else "未定"


@traced
def overdue_milestones(review: Review) -> Fragment:
    """Milestones overdue at the end of the quarter, oldest first."""
    rows = review.milestones[review.milestones["state"].eq(tasks_measured.OVERDUE)].sort_values("due_on")
    return _milestone_table(review, rows, "逾期未完成的任务节点")


def milestones_due_next(review: Review) -> pd.DataFrame:
    """The milestones that fall due in the next quarter and are not finished, earliest first."""
    upcoming, due = review.period.next, review.milestones["due_on"]
    inside = due.ge(pd.Timestamp(upcoming.start)) & due.le(pd.Timestamp(upcoming.end))
    return review.milestones[inside & review.milestones["state"].eq(tasks_measured.NOT_DUE)].sort_values("due_on")


@traced
def next_milestones(review: Review) -> Fragment:
    """Milestones that fall due in the next quarter."""
    return _milestone_table(review, milestones_due_next(review), f"{review.period.next.label}到期的任务节点")


def _milestone_table(review: Review, rows: pd.DataFrame, caption: str) -> Fragment:
    if rows.empty:
        return paragraph(f"没有{caption}。")
    tasks = {task.id: task.name for task in review.plan.tasks}
    listed_rows = [
        (row["name"], tasks[row["task"]], _unit_name(review, row["lead_unit"]), f"{row['due_on']:%Y-%m-%d}",
         row["progress_note"] or "—")
        for row in rows_of(rows)
    ]  # fmt: skip
    return table(
        caption,
        ("节点", "重点任务", "牵头单位", "完成时限", "进展"),
        listed_rows,
        ("text", "text", "text", "mark", "text"),
    )


@traced
def unit_table(review: Review) -> Fragment:
    """四、责任单位: filing and milestones of every unit, in the plan's order; no ranking."""
    units = review.units
    if units["filing"].eq("无报送任务").all():
        return paragraph("本计划没有安排单位报送，本节不适用。")
    late = units[units["filing"].isin(["迟报", "未报送"])]
    first = (
        f"{len(late)} 个单位未按时报送：{listed(list(late['name']))}。" if len(late) else "应报送的单位均已按时报送。"
    )
    deadline = review.method.value("filing_deadline_days", review.period)
    rows = [
        (row["name"], row["filing"], row["received_on"].isoformat() if row["received_on"] else "—",
         f"{row['tables_filed']}/{row['tables_due']}", str(row["refused"]), str(row["milestones"]), str(row["due"]),
         str(row["finished"]), str(row["overdue"]))
        for row in rows_of(units)
    ]  # fmt: skip
    return together([
        heading(3, "各单位的报送和节点", "units"),
        paragraph(first),
        table("责任单位报送和牵头节点",
              ("责任单位", "本季报送", "收到日期", "实报/应报表", "退回错误", "牵头节点", "已到期", "已完成", "逾期"),
              rows,
              ("text", "mark", "mark", "number", "number", "number", "number", "number", "number"),
              notes=[f"按方案所列顺序排列，不作排名。季末后 {deadline} 天内收到为按时（{BY_US}）。"
                     "已到期含提前完成的节点。"]),
    ])  # fmt: skip


@traced
def required_pace_table(review: Review) -> Fragment:
    """六、展望: what each quarter left must bring, beside the best and the last quarter."""
    open_targets = review.targets[review.targets["reported"] & ~review.targets["progress_light"].eq(DONE)]
    left = review.period.quarters_left(review.plan.text.due)
    first = f"到期前还有 {left} 个季度。" if left else "到期前已没有剩余季度。"
    if open_targets.empty:
        return paragraph(f"{first}没有可以计算所需进度的指标。")
    first += f"{len(open_targets)} 项指标有数而尚未达到目标值。"
    rows = [
        (row["name"], review.plan.target(row["target_id"]).wanted, amount(row["value"], row["unit"]),
         pace(row["required_pace"], row["unit"]), pace(row["last_quarter"], row["unit"]), _best(row),
         pace_multiple(row["required_pace"], row["best_quarter"]))
        for row in rows_of(open_targets)
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("未达到指标所需进度", ("指标", "目标值", "现值", "每季所需", "本季实际", "历史最好季度", "比较"), rows,
              ("text", "number", "number", "number", "number", "number", "text"),
              notes=["每季所需：差额除以剩余季度数；年度指标按到期前最后四个季度计算。这是需要达到的进度，不是预测。",
                     "本季实际、历史最好：存量指标为季度净增，流量和年度指标为当季数。"]),
    ])  # fmt: skip


def _best(row: dict[str, object]) -> str:
    best = pace(float(str(row["best_quarter"])), str(row["unit"]))
    return f"{best}（{row['best_quarter_period']}）" if row["best_quarter_period"] else best


def suggestions(review: Review) -> Fragment:
    """What follows from the figures for the next quarter; each line is derived from a table above."""
    lines = []
    for row in rows_of(review.targets[review.targets["progress_light"].isin(LATE_LIGHTS)]):
        asked = f"请牵头单位说明差距原因，提出每季完成 {pace(row['required_pace'], row['unit'])}的安排。"
        lines.append((f"{row['name']}：{asked}", target_source(row["target_id"])))
    overdue = review.milestones[review.milestones["state"].eq(tasks_measured.OVERDUE)]
    names = [_unit_name(review, unit) for unit in dict.fromkeys(overdue["lead_unit"])]
    if names:
        lines.append((f"逾期节点由{listed(names)}逐项反馈进展和新的完成时间。", source_of("overdue_milestones")))
    silent = list(review.units.loc[review.units["filing"].eq("未报送"), "name"])
    if silent:
        lines.append((f"请{listed(silent)}补报；补报前有关指标按未报送处理。", source_of("report_units")))
    if review.errors:
        lines.append(("请有关单位按附件更正退回的行，另存新文件作为更正报送。", source_of("report_data")))
    return sentences(lines) if lines else paragraph("没有需要调度的事项。")
