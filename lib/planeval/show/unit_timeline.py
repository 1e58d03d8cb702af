"""The nodes of one unit: on a time line, due day against the day done, and as a table."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from planeval.measures.nodes import FINISHED
from planeval.measures.tasks import MADE_UP, NOT_DUE, OVERDUE, UNREPORTED
from planeval.periods import Period
from planeval.review import Review
from planeval.show.figures import INK, LIGHT_COLOURS, MUTED, RULE, chart, style
from planeval.show.html import Fragment, rows_of, table
from planeval.show.node_states import STATE_SYMBOLS, state_mark

_ANOTHERS = "（其他单位牵头）"


def node_table(review: Review, nodes: pd.DataFrame, caption: str) -> Fragment:
    """Nodes with task, due day, day done, state and what stands in their way."""
    names = dict(review.nodes[["milestone_id", "name"]].itertuples(index=False, name=None))
    tasks = {task.id: task.name for task in review.plan.tasks}
    rows = [
        (f"{row['name']}（{row['milestone_id']}）", tasks[row["task"]], f"{row['due_on']:%Y-%m-%d}",
         "—" if pd.isna(row["finished_on"]) else f"{row['finished_on']:%Y-%m-%d}", state_mark(row["state"]),
         "、".join(names.get(each, f"{each}{_ANOTHERS}") for each in row["after"]) or "—", row["progress_note"] or "—")
        for row in rows_of(nodes)
    ]  # fmt: skip
    differs = [f"{row['name']}：{row['differs']}。" for row in rows_of(nodes) if row["differs"]]
    unfiled = [str(row["name"]) for row in rows_of(nodes) if not row["filed"]]
    said = [f"没有单位报送过：{'、'.join(unfiled)}。"] if unfiled else []
    return table(
        caption, ("节点", "重点任务", "时限", "完成日期", "状态", "前置节点", "进展"), rows,
        ("text", "text", "mark", "mark", "mark", "text", "text"), kind="rows", notes=[*said, *differs],
    )  # fmt: skip


def unit_timeline(review: Review, nodes: pd.DataFrame) -> Fragment:
    """Each node a line from the day due to the day done; the review's day is the upright line."""
    rows = rows_of(nodes)
    late = [row for row in rows if row["state"] in (MADE_UP, OVERDUE)]
    due = [row for row in rows if row["state"] != NOT_DUE]
    title = _title(rows, due, late)
    alt = "；".join(_said(row) for row in rows)
    data = [(str(row["name"]), *_days(row), str(row["state"])) for row in rows]
    with mpl.rc_context(style()):
        height = 0.36 * len(rows) + 0.75
        figure = Figure(figsize=(7.6, height))
        _draw(figure.add_axes((0.36, 0.36 / height, 0.62, 1 - 0.61 / height)), rows, review)
        return chart(figure, title, f"节点时间线：{alt}。",
                     table("节点的时限和完成日期", ("节点", "时限", "完成日期", "状态"), data,
                           ("text", "mark", "mark", "mark"), kind="plain"))  # fmt: skip


def _title(rows: list[dict[str, Any]], due: list[dict[str, Any]], late: list[dict[str, Any]]) -> str:
    """How many of the nodes that are due kept their day."""
    if not due:
        return f"{len(rows)} 个节点都没有到期"
    unheard = sum(row["state"] == UNREPORTED for row in due)
    said = f"{len(late)} 个没有按期" if late else "" if unheard else "都按期"
    said += f"{'，' if late else ''}{unheard} 个没有报送" if unheard else ""
    return f"到期和提前完成的节点 {len(due)} 个，{said}"


def _days(row: dict[str, Any]) -> tuple[str, str]:
    done = "—" if pd.isna(row["finished_on"]) else f"{row['finished_on']:%Y-%m-%d}"
    return f"{row['due_on']:%Y-%m-%d}", done


def _said(row: dict[str, Any]) -> str:
    due, done = _days(row)
    return f"{row['name']} {due} 到期，{f'{done} 完成，' if done != '—' else ''}{row['state']}"


def _draw(axes: Axes, rows: list[dict[str, Any]], review: Review) -> None:
    first = Period.of(min(row["due_on"] for row in rows).date())
    last = max(Period.of(max(row["due_on"] for row in rows).date()), Period.of(review.plan.text.due), review.period)
    now = float(date2num(review.period.end))
    axes.axvline(now, color=INK, linewidth=1)
    for place, row in enumerate(rows):
        colour = LIGHT_COLOURS[STATE_SYMBOLS[row["state"]][1]]
        due = float(date2num(row["due_on"]))
        finished = row["state"] in FINISHED
        end = float(date2num(row["finished_on"])) if finished else now if row["state"] in (OVERDUE, UNREPORTED) else due
        dash = "-" if finished or row["state"] == OVERDUE else (0, (2, 2))
        axes.plot([due, end], [-place, -place], color=colour, linewidth=2, linestyle=dash)
        axes.plot(due, -place, marker="D", markersize=6, color=colour, markerfacecolor="white", linestyle="none")
        if finished:
            axes.plot(end, -place, marker="o", markersize=6, color=colour, linestyle="none")
    quarters = [quarter for quarter in first.shift(-1).until(last)]
    axes.set_xticks(
        [float(date2num(quarter.end)) for quarter in quarters], [str(each) for each in quarters], fontsize=8
    )
    axes.set_xlim(float(date2num(first.start)) - 10, float(date2num(last.end)) + 20)
    axes.set_yticks([-place for place in range(len(rows))], [_label(row["name"]) for row in rows], fontsize=8.2,
                    linespacing=0.95)  # fmt: skip
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.text(now, 0.62, "本次评估", fontsize=8, color=MUTED, ha="center", va="bottom")


def _label(name: str) -> str:
    """A node's whole name, on two lines where it is long."""
    return fill(" ".join(name.split()), 22)
