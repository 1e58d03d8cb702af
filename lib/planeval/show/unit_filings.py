"""One responsible unit's dealings with the review: filings, orders, what is due next, what was refused."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.ledger.tables import BY_ID
from planeval.measures.dispatch import CLOSED
from planeval.measures.dispatch import OVERDUE as OVERDUE_ORDER
from planeval.measures.quality import LATE, MISSING, NOT_ASKED, ON_TIME
from planeval.measures.tasks import NOT_DUE, OVERDUE, UNREPORTED
from planeval.plan.review_files import INTERNAL
from planeval.problems import ERROR, Problem
from planeval.review import Review
from planeval.show.html import Fragment, bullets, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.unit_page import unit_of
from planeval.show.words import listed

PROBLEMS_SHOWN = 60
_MARKS = {ON_TIME: "● 按时", LATE: "◆ 迟报", MISSING: "○ 未报送", NOT_ASKED: "—"}


@traced
def unit_filing(review: Review, unit: str) -> Fragment:
    """Filing discipline over all quarters: on time, late, silent, corrected."""
    unit_of(review, unit)
    history = review.filing_history[review.filing_history["unit_id"].eq(unit)]
    if history.empty or history["filing"].eq(NOT_ASKED).all():
        return paragraph("没有安排这个单位报送，本节不适用。")
    count = {state: int(history["filing"].eq(state).sum()) for state in (ON_TIME, LATE, MISSING)}
    corrections = int(history["corrections"].sum())
    first = (
        f"{len(history)} 个季度中按时 {count[ON_TIME]} 次，迟报 {count[LATE]} 次，未报送 {count[MISSING]} 次；"
        f"更正 {corrections} 次。"
    )
    rows = [
        (row["period"], _MARKS[row["filing"]], row["received_on"].isoformat() if row["received_on"] else "—",
         str(row["corrections"]))
        for row in rows_of(history)
    ]  # fmt: skip
    days = review.method.value("filing_deadline_days", review.period)
    return together([
        paragraph(first),
        table("历次报送", ("季度", "报送", "收到日期", "更正次数"), rows, ("text", "mark", "mark", "number"),
              kind="compact",
              notes=[f"季末后 {days} 天内收到第一份报送为按时（评估人员的决定，不是方案原文）。",
                     "更正另计，不改变按时与否。"]),
    ])  # fmt: skip


@traced
def unit_orders(review: Review, unit: str) -> Fragment:
    """Dispatch orders addressed to the unit: how many were closed, and those still open at the period's end."""
    unit_of(review, unit)
    mine = review.orders[review.orders["unit_id"].eq(unit)]
    if mine.empty:
        return paragraph("没有向这个单位交办过督办事项。")
    running = _running_orders(review, unit)
    first = f"交办过 {len(mine)} 件，已销号 {len(mine) - len(running)} 件，在办 {len(running)} 件。"
    late = int(running["light"].eq(OVERDUE_ORDER).sum())
    first += f"在办的有 {late} 件逾期未办结。" if late else ""
    if running.empty:
        return paragraph(first)
    rows = [
        (row["order_id"], row["content"], row["source"], row["state"], f"{row['limit']:%Y-%m-%d}", row["light"],
         str(row["overdue_days"]), row["feedback"] or "—")
        for row in rows_of(running)
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("季末在办的督办事项",
              ("督办编号", "事项", "来源", "状态", "办结时限", "办结灯", "逾期天数", "反馈"), rows,
              ("text", "text", "text", "mark", "mark", "mark", "number", "text"), kind="rows"),
    ])  # fmt: skip


def _running_orders(review: Review, unit: str) -> pd.DataFrame:
    """Orders addressed to a unit that were not closed at the period's end."""
    orders = review.orders
    return orders[orders["unit_id"].eq(unit) & orders["state"].ne(CLOSED)]


@traced
def unit_next(review: Review, unit: str) -> Fragment:
    """What the unit owes in the next quarter: nodes, tables, orders."""
    who, upcoming = unit_of(review, unit), review.period.next
    points = [*_nodes_owed(review, unit), *_tables_owed(review, unit)]
    points += [
        f"办结督办 {row['order_id']}：{row['content']}（时限 {row['limit']:%Y-%m-%d}）"
        for row in rows_of(_running_orders(review, unit))
    ]
    if not points:
        return paragraph(f"{who.short_name}{upcoming.label}没有到期的节点、报表和督办事项。")
    return together([paragraph(f"{upcoming.label}应完成 {len(points)} 件事："), bullets(points)])


def _nodes_owed(review: Review, unit: str) -> list[str]:
    """Nodes it leads: due by the end of the next quarter, or late already."""
    led = review.nodes[review.nodes["lead_unit"].eq(unit)].sort_values(["due_on", "milestone_id"])
    due = led[led["state"].eq(NOT_DUE) & led["due_on"].le(pd.Timestamp(review.period.next.end))]
    late = led[led["state"].isin([OVERDUE, UNREPORTED])]
    owed = [
        f"{'补办' if row['state'] == OVERDUE else '报送'}节点“{row['name']}”（{row['milestone_id']}），{row['state']}，"
        f"原定 {row['due_on']:%Y-%m-%d}"
        for row in rows_of(late)
    ]
    return owed + [
        f"完成节点“{row['name']}”（{row['milestone_id']}），{row['due_on']:%Y-%m-%d} 到期{_held_by(review, row)}"
        for row in rows_of(due)
    ]


def _tables_owed(review: Review, unit: str) -> list[str]:
    owed = [BY_ID[table_id].sheet for table_id, units in review.ledger.duties.items() if unit in units]
    upcoming, days = review.period.next, review.method.value("filing_deadline_days", review.period)
    return [f"{upcoming.end:%Y-%m-%d} 后 {days} 天内报送{upcoming.label}的{listed(owed, 20)}"] if owed else []


def _held_by(review: Review, node: dict[str, Any]) -> str:
    """That a node waits for a late one, named; nothing when it does not."""
    holders = review.slippage.loc[review.slippage["held"].eq(node["milestone_id"]), "holder"]
    names = review.nodes.set_index("milestone_id")["name"]
    return f"；前置节点{'、'.join(f'“{names[each]}”（{each}）' for each in holders)}还没有完成" if len(holders) else ""


def _row_of(problem: Problem) -> tuple[int, str]:
    """The place of a cell in reading order: D9 before D10."""
    digits = "".join(mark for mark in problem.cell if mark.isdigit())
    return (int(digits) if digits else 0, problem.cell)


@traced
def unit_refused(review: Review, unit: str) -> Fragment:
    """What of the unit's filings was refused or doubted, where and why."""
    unit_of(review, unit)
    problems = [problem for problem in review.ledger.problems if problem.unit == unit]
    if not problems:
        return paragraph("报送中没有错误和警告。")
    errors = sum(problem.level == ERROR for problem in problems)
    ordered = sorted(
        problems, key=lambda problem: (problem.level != ERROR, problem.file, problem.sheet, _row_of(problem))
    )[:PROBLEMS_SHOWN]
    rows = [
        (f"{problem.file.rpartition('/filings/')[2]} {problem.sheet} {problem.cell}".strip(), problem.level,
         problem.message, problem.value or "—", problem.remedy)
        for problem in ordered
    ]  # fmt: skip
    rest = "tables/problems.csv" if review.edition == INTERNAL else "退回单"
    more = [f"只列前 {PROBLEMS_SHOWN} 处，其余见{rest}。"] if len(problems) > PROBLEMS_SHOWN else []
    first = f"历次报送中 {errors} 处错误（有关的行或文件没有计入），{len(problems) - errors} 处警告（已计入，请核对）。"
    return together([
        paragraph(first),
        table("错误和警告", ("位置", "级别", "问题", "写的是", "处理"), rows,
              ("text", "mark", "text", "text", "text"), kind="rows", notes=more),
    ])  # fmt: skip
