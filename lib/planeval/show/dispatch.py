"""督办与销号: last quarter's orders and what became of them, every order, the loop over the quarters, by unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from planeval.ledger.tables.governance import DISPATCH
from planeval.measures.dispatch import (
    IN_HAND,
    IN_TIME,
    LIGHTS,
    MADE_UP_LATE,
    OVERDUE,
    SOLVED,
    STATES,
    orders_by_unit,
)
from planeval.review import Review
from planeval.show.html import Align, Cell, Fragment, bullets, heading, link, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import SYMBOLS, light, listed, percent

_BY_US = "评估人员的决定，不是方案原文"
_NOT_KEPT = (
    "本计划没有安排单位报送，方案（或其公开部分）也没有责任单位和牵头单位，没有督办台账，本节不适用；"
    "不能据此认为没有需要督办的事项。"
)


def keeps_orders(review: Review) -> bool:
    """Whether anybody has to keep, or ever filed, the 督办 table."""
    return bool(review.ledger.duties.get(DISPATCH.id)) or not review.orders.empty


@traced
def dispatch_summary(review: Review) -> Fragment:
    """本季结论: what became of the orders, in one sentence, then what needs a word."""
    if not keeps_orders(review):
        return paragraph(_NOT_KEPT)
    lead = _lead(review)
    points = [*_points(review)]
    said = Fragment(f'<p class="lead">{paragraph(lead).html[3:-4]}</p>', lead)
    return together([said, bullets(points)]) if points else said


def _lead(review: Review) -> str:
    quarter = review.order_quarters.iloc[-1]
    if not quarter["opened_to_date"]:
        filed = (review.period, "dispatch") in {(when, what) for when, _, what in review.ledger.reported}
        return "到本季末没有督办事项。" if filed else "到本季末没有收到督办台账，有没有督办事项不得而知。"
    lead = (
        f"期初未销号 {quarter['carried']} 件，本季新交办 {quarter['opened']} 件、销号 {quarter['closed']} 件，"
        f"季末未销号 {quarter['open']} 件"
    )
    lead += f"，其中逾期未办结 {quarter['overdue']} 件；" if quarter["overdue"] else "；"
    return f"{lead}累计销号率 {_share(quarter)}。"


def _share(row: Any) -> str:
    """销号率 with its n: `66.7%（10/15）`."""
    if not row["opened_to_date"]:
        return "—"
    return f"{percent(row['closing_share'])}（{row['closed_to_date']}/{row['opened_to_date']}）"


def _points(review: Review) -> list[str]:
    orders = review.orders
    overdue = orders[orders["light"].eq(OVERDUE)]
    said = [
        f"{row['order_id']}（{row['unit']}）逾期 {row['overdue_days']} 天未办结：{row['content']}。"
        for row in rows_of(overdue)
    ]
    late = orders[orders["light"].eq(MADE_UP_LATE)]
    said += [f"逾期补办 {len(late)} 件（{listed(list(late['order_id']))}），按黄灯登记，不转绿。"] if len(late) else []
    waiting = orders[orders["light"].eq(IN_HAND) & orders["solved_on"].notna()]
    said += [f"已解决、待核验销号 {len(waiting)} 件：{listed(list(waiting['order_id']))}。"] if len(waiting) else []
    said += (
        [f"本季评估建议新开 {len(review.proposed_orders)} 件，见“建议交办”。"] if len(review.proposed_orders) else []
    )
    faults = review.order_faults
    said += [f"台账有 {len(faults)} 行状态变化不合顺序，没有计入，见“台账中的问题”。"] if len(faults) else []
    return said


@traced
def carried_orders(review: Review) -> Fragment:
    """上季督办事项: what was open when the quarter began or was assigned after the last review, and its end."""
    if not keeps_orders(review):
        return paragraph("不适用：没有督办台账。")
    before = pd.Timestamp(review.period.previous.end)
    closed = pd.to_datetime(review.orders["closed_on"])
    rows = review.orders[closed.isna() | closed.gt(before)]
    if rows.empty:
        return paragraph("上季没有留下未销号的督办事项，上季评估以后也没有新交办的。")
    gone = int(rows["closed_on"].notna().sum())
    first = f"上季留下和上季评估以后新交办的共 {len(rows)} 件，到本季末销号 {gone} 件，未销号 {len(rows) - gone} 件。"
    body = [
        (row["order_id"], row["unit"], row["content"], row["state_before"] or "本季新交办", row["state"],
         light(row["light"]), row["feedback"] or "没有反馈")
        for row in rows_of(rows)
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("上季督办事项的办理结果",
              ("督办编号", "承办单位", "事项", "上季末", "本季末", "灯", "最近一次反馈"), body,
              ("mark", "text", "text", "mark", "mark", "mark", "text"), kind="rows"),
    ])  # fmt: skip


@traced
def order_table(review: Review) -> Fragment:
    """Every order with limit, extension, state and light, oldest first."""
    if not keeps_orders(review):
        return paragraph("不适用：没有督办台账。")
    rows = [
        (row["order_id"], row["unit"], _about(row), row["source"], _day(row["opened_on"]), _limit(row),
         row["state"], str(row["days_open"]), str(row["overdue_days"]) if row["overdue_days"] else "—",
         _day(row["closed_on"]), light(row["light"]))
        for row in rows_of(review.orders)
    ]  # fmt: skip
    legend = "　".join(f"{SYMBOLS[word]} {word}" for word in LIGHTS)
    listed_orders = table(
        "督办事项一览",
        ("督办编号", "承办单位", "指标或节点", "来源条款", "开单", "办结时限", "状态", "历时（天）", "逾期（天）",
         "销号", "灯"),
        rows, ("mark", "text", "text", "text", "mark", "text", "mark", "number", "number", "mark", "mark"),
        kind="rows orders",
        notes=[f"灯：{legend}。按“{SOLVED}”之日与时限比较：时限以内解决并销号的为{IN_TIME}；逾期以后补办的为{MADE_UP_LATE}，"
               f"不转绿；时限过了没有解决的为{OVERDUE}；其余为{IN_HAND}。",
               f"状态：{'—'.join(STATES)}。历时从开单算到销号，没有销号的算到 {review.period.end}。",
               f"截至 {review.period.end} 的状态，按{_known(review)}收到的报送；全部各列见 tables/dispatch.csv。"],
    )  # fmt: skip
    return heading(3, "督办事项", "orders") + listed_orders


def _numbers(columns: int) -> list[Align]:
    return ["number"] * columns


def _known(review: Review) -> str:
    return f"{review.as_known_on} 以前" if review.as_known_on else "本次"


def _about(row: dict[str, Any]) -> Cell | str:
    if row["kind"] != "指标":
        return f"{row['about_id']} {row['about']}" if row["about_id"] else "对不上指标或节点"
    return Cell(row["about"], link(row["about"], f"20_targets.html#target-{row['about_id']}").html)


def _limit(row: dict[str, Any]) -> str:
    if not row["extensions"]:
        return _day(row["limit"])
    return f"{_day(row['limit'])}（原 {_day(row['first_limit'])}，到期以前申请延期 {row['extensions']} 次）"


def _day(day: date | None) -> str:
    return "—" if day is None or pd.isna(day) else day.isoformat()


@traced
def order_units(review: Review) -> Fragment:
    """Orders by unit, in the plan's order, 销号率 with its n."""
    by_unit = orders_by_unit(review.orders, review.plan)
    if by_unit.empty:
        return paragraph("没有督办事项。")
    rows = [
        (row["unit"], str(row["orders"]), *(str(row[word]) for word in LIGHTS),
         f"{row['closed']}/{row['orders']}" + (f"（{percent(row['closing_share'])}）" if row["orders"] >= 5 else ""))
        for row in rows_of(by_unit)
    ]  # fmt: skip
    return table(
        "各单位督办事项", ("承办单位", "交办", *LIGHTS, "销号/交办"), rows,
        ("text", *_numbers(len(LIGHTS) + 2)), unit="件",
        notes=["按方案所列顺序，不作排名。少于 5 件的只写件数，不计比例。"],
    )  # fmt: skip


@traced
def order_loop(review: Review) -> Fragment:
    """The loop over the quarters: carried, opened, closed, open, 销号率 with its n."""
    quarters = review.order_quarters[review.order_quarters["opened_to_date"].gt(0)]
    if quarters.empty:
        return paragraph("没有督办事项。")
    rows = [
        (row["period"], str(row["carried"]), str(row["opened"]), str(row["closed"]), str(row["late_closed"]),
         str(row["extended"]), str(row["open"]), str(row["overdue"]), _share(row))
        for row in rows_of(quarters)
    ]  # fmt: skip
    return table(
        "各季督办事项",
        ("季度", "期初未销号", "新交办", "销号", "其中逾期补办", "延期", "期末未销号", "其中逾期", "累计销号率"), rows,
        ("text", *_numbers(8)), unit="件",
        notes=["期初未销号＋新交办－销号＝期末未销号。累计销号率：到季末销号的件数除以交办的件数，括号内为件数。"],
    )  # fmt: skip


@traced
def order_fault_table(review: Review) -> Fragment:
    """Rows of 督办 that may not follow what came before, and orders whose source names nothing."""
    loose = list(review.orders.loc[review.orders["kind"].eq("其他"), "order_id"])
    rows = [
        (row["order_id"], _day(row["changed_on"]), row["state"], row["fault"], f"{row['file']} 第 {row['row']} 行")
        for row in rows_of(review.order_faults)
    ]  # fmt: skip
    parts = [paragraph("状态变化都合顺序。")] if not rows else [
        table("没有计入的状态变化", ("督办编号", "日期", "状态", "问题", "出处"), rows,
              ("text", "mark", "mark", "text", "text"), kind="rows",
              notes=["这些行不改变督办事项的状态和时限；请填报单位核对后更正。"]),
    ]  # fmt: skip
    if loose:
        parts.append(paragraph(f"来源条款对不上任何指标或节点的：{listed(loose)}；不能判断是否重复开单，请核对。"))
    return together(parts)


@traced
def order_digest(review: Review) -> Fragment:
    """For the overview: the conclusion of the 督办 page and where it is."""
    if not keeps_orders(review):
        return paragraph(_NOT_KEPT)
    where = link("督办与销号", "70_dispatch.html")
    overdue = review.orders[review.orders["light"].eq(OVERDUE)]
    names = listed([f"{row['order_id']}（{row['unit']}）" for row in rows_of(overdue)])
    second = f"逾期未办结：{names}。" if len(overdue) else ""
    new = f"本次评估建议新开 {len(review.proposed_orders)} 件。" if len(review.proposed_orders) else ""
    text = f"{_lead(review)}{second}{new}"
    body = paragraph(text).html.removesuffix("</p>")
    return Fragment(f"{body}见{where.html}。</p>", f"{text}见督办与销号。")
