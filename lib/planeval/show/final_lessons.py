"""终期评估, 经验教训 and the annexes: what was late and why as the units filed it; the evaluators' own words apart."""

from __future__ import annotations

from collections.abc import Sequence

from planeval.measures.dispatch import MADE_UP_LATE, OVERDUE
from planeval.measures.tasks import MADE_UP
from planeval.measures.tasks import OVERDUE as NODE_OVERDUE
from planeval.plan.decisions import Lesson
from planeval.plan.method import EXAMPLE_AUTHOR
from planeval.review import Review
from planeval.show.html import Fragment, definition_list, folded, heading, link, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import listed

LESSONS = "lessons"
_OPEN = "评估组还没有写出经验教训（参数中没有 lessons 这项决定），本处留空，不由程序代写。"


@traced
def lesson_section(review: Review) -> Fragment:
    """What was late, with the reason as filed; then what the evaluators wrote, by whom and why."""
    return together([
        heading(3, "迟在哪里、为什么", "late"), *_late_nodes(review), *_late_orders(review),
        heading(3, "评估组的总结", "lessons"), _written(review),
    ])  # fmt: skip


def _late_nodes(review: Review) -> list[Fragment]:
    states = review.milestones["state"]
    late = review.milestones[states.isin([MADE_UP, NODE_OVERDUE])]
    if review.milestones.empty:
        return [paragraph("没有收到任务节点台账，哪些节点迟了不得而知。")]
    if late.empty:
        return [paragraph(f"{len(states)} 个节点没有一个逾期。")]
    units = list(dict.fromkeys(review.plan.unit(unit).short_name for unit in late["lead_unit"]))
    tasks = {task.id: task.name for task in review.plan.tasks}
    first = (
        f"{len(states)} 个节点中逾期过的 {len(late)} 个（后来补做 {int(states.eq(MADE_UP).sum())} 个），"
        f"牵头单位：{listed(units)}。"
    )
    rows = [
        (row["name"], tasks[row["task"]], review.plan.unit(row["lead_unit"]).short_name, f"{row['due_on']:%Y-%m-%d}",
         f"{row['finished_on']:%Y-%m-%d}" if row["state"] == MADE_UP else "未完成", row["progress_note"] or "没有说明")
        for row in rows_of(late.sort_values("due_on", kind="stable"))
    ]  # fmt: skip
    listing = table(
        "逾期的节点", ("节点", "重点任务", "牵头单位", "完成时限", "完成日期", "报送的说明"), rows,
        ("text", "text", "text", "mark", "mark", "text"), kind="rows",
    )  # fmt: skip
    return [paragraph(first), folded(f"逾期的 {len(rows)} 个节点", listing)]


def _late_orders(review: Review) -> list[Fragment]:
    late = review.orders[review.orders["light"].isin([MADE_UP_LATE, OVERDUE])]
    if review.orders.empty:
        return [paragraph("没有督办记录，迟的原因没有反馈可引。")]
    if late.empty:
        return [paragraph(f"{len(review.orders)} 件督办事项都在时限内，没有迟的原因可引。")]
    told = int(late["feedback"].ne("").sum())
    rows = [
        (row["order_id"], row["unit"], row["content"], f"{row['limit']:%Y-%m-%d}", str(row["overdue_days"]),
         row["light"], row["feedback"] or "没有反馈")
        for row in rows_of(late)
    ]  # fmt: skip
    return [
        paragraph(
            f"{len(review.orders)} 件督办事项中 {len(late)} 件办结迟了或至今未办结，其中 {told} 件有反馈，原文如下。"
        ),
        table("办迟的督办事项和报送的反馈",
              ("督办编号", "承办单位", "事项", "时限", "逾期天数", "结果", "最近一次反馈"), rows,
              ("mark", "text", "text", "mark", "number", "mark", "text"), kind="rows",
              notes=["反馈是承办单位和工作专班报送的原文，评估没有核实原因。"]),
    ]  # fmt: skip


def _written(review: Review) -> Fragment:
    if not review.method.decides(LESSONS):
        return paragraph(_OPEN, "note")
    entry = next(decision for decision in review.decisions if decision.id == LESSONS)
    lessons: Sequence[Lesson] = entry.value
    return together([
        paragraph(f"评估组写了 {len(lessons)} 条，是评估人员的判断，不是台账里的数。"),
        definition_list([(lesson.topic, lesson.text) for lesson in lessons]),
        paragraph(f"{entry.by}：{entry.reason}", "note"),
    ])  # fmt: skip


@traced
def annex_section(review: Review) -> Fragment:
    """Where the forecasts' record, the decisions, the data quality and the tables are."""
    example = sum(decision.by == EXAMPLE_AUTHOR for decision in review.decisions)
    method, quality = link("方法与口径", "90_method.html").html, link("数据质量", "80_data_quality.html").html
    entries = [
        ("预测的成绩", f"{review.calibration.reason}。"),
        ("评估人员的决定", f"{len(review.decisions)} 项，其中{EXAMPLE_AUTHOR} {example} 项。"),
        ("没有计入的错误", f"{len(review.errors)} 处。"),
    ]
    return together([
        paragraph(f"本版采用 {len(review.decisions)} 项决定、{len(review.inputs)} 个输入文件。"),
        definition_list(entries),
        Fragment(f'<p class="note">逐项见{method}和{quality}。</p>'),
    ])  # fmt: skip
