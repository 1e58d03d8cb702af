"""Figures of the 督办 loop: 销号 over the quarters, and how old the open orders are."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.measures.dispatch import OVERDUE, ageing
from planeval.review import Review
from planeval.show.figures import INK, LIGHT_COLOURS, MUTED, chart, style
from planeval.show.html import Fragment, paragraph, rows_of, table
from planeval.show.trace import traced
from planeval.show.words import percent

_CLOSED, _OPEN, _LATE = LIGHT_COLOURS["on-pace"], "#aab4bd", LIGHT_COLOURS["far-behind"]
_HATCH: dict[str, Any] = {"hatch": "////", "edgecolor": "white", "linewidth": 0}


@traced
def closing_chart(review: Review) -> Fragment:
    """At each quarter's end, how many orders opened so far are closed, open, overdue; 销号率 with its n above."""
    rows = rows_of(review.order_quarters[review.order_quarters["opened_to_date"].gt(0)])
    if not rows:
        return Fragment("")
    last = rows[-1]
    title = f"累计交办 {last['opened_to_date']} 件，销号 {last['closed_to_date']} 件"
    title += f"，销号率 {percent(last['closing_share'])}"
    shares = [row["closing_share"] for row in rows]
    if len(rows) > 1 and shares[-1] != shares[-2]:
        title += f"，比上季{'升' if shares[-1] > shares[-2] else '降'}"
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.8))
        axes = figure.add_axes((0.04, 0.14, 0.80, 0.80))
        for place, row in enumerate(rows):
            _quarter_bar(axes, place, row)
        top = last["opened_to_date"]
        axes.set_ylim(0, top * 1.25)
        axes.set_xlim(-0.6, len(rows) - 0.4)
        axes.set_xticks(range(len(rows)), [row["period"] for row in rows], fontsize=9)
        axes.set_yticks([])
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        _legend(axes, len(rows) - 0.5, last)
        return chart(figure, title, _closing_alt(rows), _closing_data(rows))


def _quarter_bar(axes: Axes, place: int, row: dict[str, Any]) -> None:
    closed, still, overdue = row["closed_to_date"], row["open"] - row["overdue"], row["overdue"]
    axes.bar(place, closed, width=0.55, color=_CLOSED)
    axes.bar(place, still, width=0.55, bottom=closed, color=_OPEN)
    axes.bar(
        place, overdue, width=0.55, bottom=closed + still, color=_LATE, hatch="////", edgecolor="white", linewidth=0
    )
    label = f"{percent(row['closing_share'])}\n{row['closed_to_date']}/{row['opened_to_date']}"
    axes.text(place, row["opened_to_date"] + 0.2, label, ha="center", va="bottom", fontsize=8.5, color=INK)


def _legend(axes: Axes, x: float, last: dict[str, Any]) -> None:
    """Direct labels beside the last bar."""
    closed, still, overdue = last["closed_to_date"], last["open"] - last["overdue"], last["overdue"]
    for low, height, word, colour in (
        (0, closed, "已销号", _CLOSED), (closed, still, "未到期", MUTED), (closed + still, overdue, "逾期", _LATE),
    ):  # fmt: skip
        if height:
            axes.text(x, low + height / 2, f"{word} {height}", va="center", fontsize=9, color=colour, clip_on=False)


def _closing_alt(rows: list[dict[str, Any]]) -> str:
    said = "；".join(
        f"{row['period']} 累计交办 {row['opened_to_date']} 件，销号 {row['closed_to_date']} 件，"
        f"逾期 {row['overdue']} 件"
        for row in rows
    )
    return f"各季末督办事项的柱形图：{said}。"


def _closing_data(rows: list[dict[str, Any]]) -> Fragment:
    return table(
        "各季末督办事项", ("季度", "累计交办", "累计销号", "未销号", "其中逾期", "销号率"),
        [(row["period"], str(row["opened_to_date"]), str(row["closed_to_date"]), str(row["open"]), str(row["overdue"]),
          percent(row["closing_share"])) for row in rows],
        ("text", "number", "number", "number", "number", "number"), unit="件", kind="plain",
    )  # fmt: skip


@traced
def ageing_chart(review: Review) -> Fragment:
    """Open orders by how long they have been open, the overdue ones hatched."""
    if not review.method.decides("dispatch_limits"):
        return paragraph("method.yml 没有确定账龄分档（dispatch_limits），不画账龄图。")
    rows = rows_of(ageing(review.orders, review.method.value("dispatch_limits", review.period).ageing))
    total = sum(row["orders"] for row in rows)
    if not total:
        return paragraph("季末没有未销号的督办事项。")
    oldest = next(row for row in reversed(rows) if row["orders"])
    overdue = sum(row["overdue"] for row in rows)
    title = f"未销号的 {total} 件中 {oldest['orders']} 件已开单 {_label(oldest)}，"
    title += f"{overdue} 件{OVERDUE}" if overdue else "没有逾期的"
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 0.42 * len(rows) + 0.35))
        axes = figure.add_axes((0.16, 0.04, 0.74, 0.92))
        for place, row in enumerate(rows):
            axes.barh(-place, row["orders"] - row["overdue"], height=0.55, color=_OPEN)
            axes.barh(-place, row["overdue"], left=row["orders"] - row["overdue"], height=0.55, color=_LATE,
                      **_HATCH)  # fmt: skip
            late = f"（逾期 {row['overdue']}）" if row["overdue"] else ""
            axes.text(row["orders"] + 0.08, -place, f"{row['orders']} 件{late}", va="center", fontsize=9)
        axes.set_yticks([-place for place in range(len(rows))], [_label(row) for row in rows])
        axes.set_xlim(0, max(row["orders"] for row in rows) * 1.25)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        said = "，".join(f"{_label(row)} {row['orders']} 件（逾期 {row['overdue']} 件）" for row in rows)
        data = table("未销号事项的账龄", ("开单以来", "件数", "其中逾期"),
                     [(_label(row), str(row["orders"]), str(row["overdue"])) for row in rows],
                     ("text", "number", "number"), unit="件", kind="plain")  # fmt: skip
        return chart(figure, title, f"未销号督办事项按开单以来天数的条形图：{said}。", data)


def _label(row: dict[str, Any]) -> str:
    if row["to_days"] is None:
        return f"{row['from_days'] - 1} 天以上"
    return f"{row['from_days']}—{row['to_days']} 天" if row["from_days"] else f"{row['to_days']} 天以内"
