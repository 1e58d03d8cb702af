"""建议交办: the orders a review opens by rule, as a table and as printable 交办单 (a draft, without number or seal)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from planeval.judge.dispatch import BY_TASK
from planeval.judge.progress import LATE_LIGHTS
from planeval.measures import tasks
from planeval.review import Review
from planeval.show.dispatch import keeps_orders
from planeval.show.html import Fragment, definition_list, heading, paragraph, rows_of, table, together
from planeval.show.trace import traced

_UNDECIDED = "未定"


@traced
def proposed_table(review: Review) -> Fragment:
    """Every matter without an open order: finding, lead unit, source, limit."""
    if not keeps_orders(review):
        return paragraph("不适用：没有督办台账，也没有可以交办的责任单位。")
    if not review.method.decides("dispatch_limits"):
        return paragraph("method.yml 没有确定办结时限（dispatch_limits），不能按规则建议交办。")
    late = int(review.targets["progress_light"].isin(LATE_LIGHTS).sum())
    overdue = int(review.milestones["state"].eq(tasks.OVERDUE).sum())
    matters = f"本季落后的指标 {late} 项、逾期未完成的节点 {overdue} 个"
    proposed = review.proposed_orders
    if proposed.empty:
        said = "，都已有未销号的督办单，不重复开单。" if late + overdue else "，没有需要交办的事项。"
        return paragraph(f"{matters}{said}")
    rows = [
        (row["about"], row["finding"], row["unit"] or f"{_UNDECIDED}（{row['lead_basis']}）", row["source"],
         f"交办之日起 {row['limit_days']} 天", row["previous_order"] or "—", row["order_id"] or "待开单")
        for row in rows_of(proposed)
    ]  # fmt: skip
    return together([
        paragraph(f"{matters}，其中 {len(proposed)} 件到本季末没有未销号的督办单，建议交办；其余已有单，不重复开。"),
        table("建议交办的事项", ("事项", "判断", "承办单位", "来源条款", "时限", "以前的督办", "开单"), rows,
              ("text", "mark", "text", "text", "text", "mark", "mark"), notes=_notes(review)),
    ])  # fmt: skip


def _notes(review: Review) -> list[str]:
    limits = review.method.text.decisions["dispatch_limits"].in_force(review.period)
    return [
        f"时限和延期规则是评估人员的决定（{limits.by}），不是方案原文：{limits.reason}",
        f"承办单位：节点按台账所填的牵头单位；指标{BY_TASK}的牵头单位（target_tasks、lead_units，均为评估人员的决定）。",
        "未报送的指标和节点不开督办单，由报送环节催报。登记开单：planeval dispatch open。",
    ]


@traced
def order_slips(review: Review) -> Fragment:
    """One 交办单 per proposed order, each kept on one printed page."""
    if not keeps_orders(review) or review.proposed_orders.empty:
        return paragraph("本季没有要印发的交办单。")
    return together([_slip(number, row, review) for number, row in enumerate(rows_of(review.proposed_orders), start=1)])


def _slip(number: int, row: dict[str, Any], review: Review) -> Fragment:
    asked = f"交办之日起 {row['limit_days']} 天内"
    if review.as_known_on:
        last = review.as_known_on + timedelta(days=int(row["limit_days"]))
        asked += f"（如 {review.as_known_on} 交办，为 {last}）"
    facts = definition_list([
        ("编号", row["order_id"] or "DB-____-__（开单时编发）"),
        ("承办单位", row["unit"] or f"{_UNDECIDED}：{row['lead_basis']}"),
        ("来源条款", f"{row['source']}：“{row['quote']}”"),
        ("事项", f"{row['content']}。"),
        ("依据", f"{review.period.label}评估，{row['finding']}；数据截至 {review.as_known_on or '—'}"),
        ("办结时限", asked),
        ("反馈要求", f"{row['feedback_asked']}。"),
        ("以前的督办", row["previous_order"] or "无"),
    ])  # fmt: skip
    inside = together([heading(3, f"交办单{number}　{row['about']}"), facts])
    return Fragment(f'<section class="order-slip">{inside.html}</section>', inside.text)
