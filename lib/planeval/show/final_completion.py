"""终期评估, 完成: the history of every target, its verdict under every reading, the milestones of the tasks."""

from __future__ import annotations

import math
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.judge.final import DEPENDS, UNKNOWN
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, chart, style
from planeval.show.html import Cell, Fragment, heading, link, paragraph, rows_of, table, together
from planeval.show.lights import three_lights
from planeval.show.trace import traced
from planeval.show.words import amount, amount_with_unit, listed

_COLUMNS = 4
_LABEL_DROP = 9  # points the last value is set below its dot when it would meet the target's label


@traced
def completion_section(review: Review) -> Fragment:
    """Verdicts, history over all quarters, milestones."""
    return together([
        heading(3, "指标的结论和经过", "completion"),
        paragraph(_finding(review)),
        _verdict_table(review),
        history_chart(review),
        heading(3, "重点任务的节点", "final-tasks"),
        _task_table(review),
    ])  # fmt: skip


def _finding(review: Review) -> str:
    rows = review.final.targets
    shaky, unknown = review.final.having(DEPENDS), review.final.having(UNKNOWN)
    firm = len(rows) - len(shaky) - len(unknown)
    said = f"{firm} 项指标达到与否在所列各种口径下都一样"
    said += f"，{len(shaky)} 项取决于评估人员的选择（{listed(shaky)}）" if shaky else ""
    return said + (f"，{len(unknown)} 项没有可用的数（{listed(unknown)}）。" if unknown else "。")


def _verdict_table(review: Review) -> Fragment:
    rows = [
        (Cell(row["name"], link(row["name"], f"20_targets.html#target-{row['target_id']}").html),
         review.plan.target(row["target_id"]).wanted, amount(row["value"], row["unit"]), row["verdict"],
         f"{row['reached']}/{row['readings']}", "、".join(row["decisive"]) or "—")
        for row in rows_of(review.final.targets)
    ]  # fmt: skip
    when = "终期" if review.final.due else "现在"
    return table(
        f"各项指标{when}的结论",
        ("指标", "目标值", "现值", f"{when}结论", "达到的口径/全部口径", "起决定作用的选择"), rows,
        ("text", "number", "number", "mark", "number", "text"), unit="见目标值",
        notes=["现值按采用的口径。口径：起算日、计数口径、基数等各取参数中列出的一种读法，所有组合都重算一遍，"
               "每种组合的数见“方法与口径”。起决定作用的选择：只换这一项，达到与否就会改变。",
               *[f"{row['name']}：{row['absent']} 种口径下没有可用的数，不作未达到计。"
                 for row in rows_of(review.final.targets) if row["absent"]]],
    )  # fmt: skip


def history_chart(review: Review) -> Fragment:
    """Small multiples: every target over all quarters against the amount the plan wants."""
    targets = review.plan.targets
    lines = {target.id: review.series[review.series["target_id"].eq(target.id)] for target in targets}
    down = -(-len(targets) // _COLUMNS)
    reached = [row["name"] for row in rows_of(review.targets) if row["done_share"] >= 1]
    title = f"{len(targets)} 项指标的经过：{listed(reached) + '到过目标线' if reached else '都还没有到目标线'}"
    title = title if review.targets["reported"].any() else "各项指标各季都没有可用的数"
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.6, 1.5 * down))
        for place, target in enumerate(targets):
            across, row = place % _COLUMNS, place // _COLUMNS
            left, bottom = 0.01 + across / _COLUMNS, 1 - (row + 1) / down + 0.27 / down
            axes = figure.add_axes((left, bottom, 0.86 / _COLUMNS, 0.50 / down))
            values = list(lines[target.id]["value"])
            _draw(axes, values, target.amount, target.unit)
            axes.set_title(fill(target.name, 13), fontsize=9, loc="left", color=INK, pad=8)
            quarters = list(lines[target.id]["period"])
            axes.set_xticks([0, len(quarters) - 1], [quarters[0], quarters[-1]], fontsize=7.5)
            first, last = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
            first.set_horizontalalignment("left")
            last.set_horizontalalignment("right")
        alt = "；".join(f"{target.name} {_course(lines[target.id], target.unit)}" for target in targets)
        return chart(figure, title, f"各项指标各季末数值的小图，虚线为目标值。{alt}。", _data(review, lines))


def _draw(axes: Axes, values: list[float], wanted: float, unit: str) -> None:
    known = [(place, value) for place, value in enumerate(values) if not math.isnan(value)]
    axes.axhline(wanted, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.plot(range(len(values)), values, color=ACCENT, linewidth=1.5, marker="o", markersize=2.5)
    if known:
        place, value = known[-1]
        axes.annotate(amount(value, unit), (place, value), textcoords="offset points", xytext=(-2, 4), ha="right",
                      fontsize=9.5, color=ACCENT)  # fmt: skip
    else:
        axes.text(0.5, 0.4, "没有数", transform=axes.transAxes, ha="center", fontsize=8.5, color=MUTED)
    axes.annotate(f"目标 {wanted:g} {unit}", (0, wanted), textcoords="offset points", xytext=(0, 2), fontsize=7.5,
                  color=MUTED, va="bottom")  # fmt: skip
    axes.set_ylim(0, max([wanted, *(value for _, value in known)]) * 1.3)
    axes.set_xlim(-0.3, max(len(values) - 1, 1) + 0.3)
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _course(rows: Any, unit: str) -> str:
    said = [f"{row['period']} {amount_with_unit(row['value'], unit)}" for row in rows_of(rows)]
    return "，".join(said)


def _data(review: Review, lines: dict[str, Any]) -> Fragment:
    quarters = list(dict.fromkeys(review.series["period"]))
    rows = [
        (target.name, *(amount(value, target.unit) for value in lines[target.id]["value"]), target.wanted)
        for target in review.plan.targets
    ]
    aligns: list[Any] = ["text", *["number" for _ in quarters], "number"]
    return table("各项指标各季末的数", ("指标", *quarters, "目标值"), rows, aligns, kind="plain")


def _task_table(review: Review) -> Fragment:
    rows = rows_of(review.task_lights)
    if not rows:
        return paragraph("方案（或其公开部分）没有列出重点任务，本节不适用。")
    if not any(row["milestones"] for row in rows):
        return paragraph("没有收到任务节点台账，任务完成与否无法评价，不作未完成计。")
    late = [row["name"] for row in rows if row["overdue"]]
    first = f"{len(late)} 项任务有逾期未完成的节点：{listed(late)}。" if late else "没有逾期未完成的节点。"
    lines = [
        (row["name"], f"{row['finished']}/{row['milestones']}", str(row["finished_late"]), str(row["overdue"]),
         str(row["remaining"]), *three_lights(row))
        for row in rows
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("重点任务的节点和三灯",
              ("重点任务", "完成/全部", "其中逾期后完成", "逾期未完成", "未到期", "进度灯", "展望灯", "证据灯"), lines,
              ("text", "number", "number", "number", "number", "mark", "mark", "mark"), unit="个",
              notes=["节点由责任单位分解并报送，全部完成只说明节点完成，不等于任务的目的已经达到。"]),
    ])  # fmt: skip
