"""Tasks as their nodes show them: planned and done by quarter, what is held up by what, and who stands where."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.judge.slippage import out_of_order
from planeval.measures.nodes import FINISHED
from planeval.measures.tasks import NOT_DUE, OVERDUE, UNREPORTED
from planeval.plan import Unit
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, chart, style
from planeval.show.html import Align, Cell, Fragment, esc, heading, link, paragraph, rows_of, table, together
from planeval.show.lights import task_light_table
from planeval.show.trace import traced
from planeval.show.words import listed

_NO_NODES = "没有任务节点：方案没有分解，也没有单位报送，本节不适用。"
_MARKS = {OVERDUE: "■", UNREPORTED: "○"}


def task_progress(review: Review) -> Fragment:
    """The tasks' three lights, then their nodes."""
    return task_light_table(review) + task_nodes(review)


def task_nodes(review: Review) -> Fragment:
    """Planned and done by quarter, what is held up, and where each unit stands; said once where there are none."""
    if review.nodes.empty:
        return paragraph(_NO_NODES)
    return together([
        heading(3, "节点按计划完成了多少", "progress"), burn_up_chart(review),
        heading(3, "哪个节点压住了后续节点", "slippage"), slippage_section(review),
        heading(3, "各单位在各任务中完成了多少", "grid"), task_unit_table(review),
    ])  # fmt: skip


@traced
def burn_up_chart(review: Review) -> Fragment:
    """Nodes planned and nodes done, cumulative by quarter."""
    rows = rows_of(review.burn_up)
    if not rows:
        return paragraph(_NO_NODES)
    now = next(row for row in rows if row["period"] == str(review.period))
    lag = now["planned"] - now["done"]
    behind = f"少 {lag} 个" if lag > 0 else f"多 {-lag} 个" if lag else "相同"
    title = f"{review.period} 末计划完成 {now['planned']} 个节点，已完成 {now['done']} 个，{behind}"
    done = [row for row in rows if not pd.isna(row["done"])]
    said = "，".join(f"{row['period']} 计划 {row['planned']}、完成 {row['done']}" for row in done)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.7))
        _draw_burn_up(figure.add_axes((0.05, 0.17, 0.78, 0.76)), rows, done)
        return chart(figure, title, f"各季末累计计划和完成节点数的折线图：{said}。", _burn_up_data(rows))


def _draw_burn_up(axes: Axes, rows: list[dict[str, Any]], done: list[dict[str, Any]]) -> None:
    planned = [row["planned"] for row in rows]
    finished = [row["done"] for row in done]
    axes.plot(range(len(rows)), planned, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)), marker="D", markersize=4,
              markerfacecolor="white")  # fmt: skip
    axes.plot(range(len(done)), finished, color=ACCENT, linewidth=2, marker="o", markersize=5)
    axes.text(len(rows) - 0.85, planned[-1], f"计划 {planned[-1]}", va="center", color=INK, fontsize=9)
    axes.annotate(f"完成 {finished[-1]}", (len(done) - 1, finished[-1]), color=ACCENT, fontsize=9, va="center",
                  textcoords="offset points", xytext=(8, -9))  # fmt: skip
    axes.set_xticks(range(len(rows)), [row["period"] for row in rows], fontsize=8.5)
    axes.set_xlim(-0.3, len(rows) - 0.5)
    axes.set_ylim(0, max(planned) * 1.1)
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _burn_up_data(rows: list[dict[str, Any]]) -> Fragment:
    return table(
        "各季末累计节点", ("季度", "计划完成", "已完成", "其中按期"),
        [(row["period"], str(row["planned"]), *("未到" if pd.isna(row[name]) else str(row[name])
                                                 for name in ("done", "on_time"))) for row in rows],
        ("text", "number", "number", "number"), unit="个", kind="plain",
    )  # fmt: skip


@traced
def slippage_section(review: Review) -> Fragment:
    """Which node that is late holds up which; then what the decomposition and the filings say differently."""
    if review.nodes.empty:
        return paragraph(_NO_NODES)
    nodes = {row["milestone_id"]: row for row in rows_of(review.nodes)}
    holders = rows_of(review.slippage.drop_duplicates("holder"))
    rows = []
    for holder in holders:
        held = review.slippage.loc[review.slippage["holder"].eq(holder["holder"]), "held"].dropna()
        node = nodes[holder["holder"]]
        rows.append((
            _named(node), _short(review, node["lead_unit"]), node["state"],
            f"{node['due_on']:%Y-%m-%d}", str(holder["days_overdue"]),
            "；".join(f"{_named(nodes[each])}（{_short(review, nodes[each]['lead_unit'])}，"
                     f"{nodes[each]['due_on']:%Y-%m-%d}）" for each in held) or "没有后续节点等它",
        ))  # fmt: skip
    first = _slippage_said(review)
    notes = ["后续节点：直接或间接以它为前置、还没有完成的节点。未报送：已到期，没有单位报送，是否完成不得而知。"]
    if review.decomposition is not None:
        notes += [
            f"节点、时限和先后次序是评估人员的分解（{review.decomposition.by}），不是方案原文："
            f"{review.decomposition.reason}",
            "时限只有到期以前作出延期决定才顺延，否则以原时限为准。",
        ]
    parts = [paragraph(first)]
    if rows:
        parts.append(table("逾期或未报送的节点和它压住的后续节点",
                           ("节点", "牵头单位", "状态", "时限", "已过天数", "压住的后续节点"), rows,
                           ("text", "text", "mark", "mark", "number", "text"), notes=notes))  # fmt: skip
    return together([*parts, *(paragraph(said) for said in decomposition_doubts(review))])


def _slippage_said(review: Review) -> str:
    late = review.slippage["holder"].nunique()
    held = review.slippage["held"].nunique()
    if not late:
        return "没有逾期或未报送的节点，没有节点被压住。"
    if not held:
        return f"{late} 个节点逾期或到期未报送，没有后续节点被它们压住。"
    following = review.period.next
    soon = review.nodes[review.nodes["milestone_id"].isin(review.slippage["held"])]
    count = int(soon["due_on"].le(pd.Timestamp(following.end)).sum())
    more = f"，其中 {count} 个在{following.label}末以前到期" if count else ""
    return f"{late} 个节点逾期或到期未报送，压住后续 {held} 个尚未完成的节点{more}。"


def decomposition_doubts(review: Review) -> list[str]:
    """Where decomposition and filings do not meet, one sentence each; nothing without a decomposition."""
    if review.decomposition is None:
        return []
    nodes = review.nodes
    unfiled, foreign = nodes[~nodes["filed"]], nodes[~nodes["decided"]]
    said = []
    if len(unfiled):
        said.append(f"分解了而没有单位报送的节点 {len(unfiled)} 个：{_list(unfiled)}。")
    if len(foreign):
        said.append(f"报送了而不在分解之内的节点 {len(foreign)} 个：{_list(foreign)}。")
    said += [f"{_named(row)}：{row['differs']}。" for row in rows_of(nodes[nodes["differs"].ne("")])]
    cut = {node.work_item for node in review.decomposition.nodes}
    left = [item.name for task in review.plan.tasks for item in task.work_items if item.id not in cut]
    said += [f"还没有分解出节点的工作事项 {len(left)} 项：{listed(left)}。"] if left else []
    by_id = {row["milestone_id"]: row for row in rows_of(nodes)}
    said += [
        f"{_named(by_id[row['milestone_id']])}报为完成，而它的前置节点{_named(by_id[row['waits_for']])}没有完成，请核实。"
        for row in rows_of(out_of_order(nodes))
    ]
    return said


def _list(nodes: pd.DataFrame) -> str:
    return listed([_named(row) for row in rows_of(nodes)])


def _named(node: dict[str, Any]) -> str:
    return f"{node['name']}（{node['milestone_id']}）"


def _short(review: Review, unit_id: str) -> str:
    return review.plan.unit(unit_id).short_name


@traced
def task_unit_table(review: Review) -> Fragment:
    """Units against tasks: how many of the nodes a unit leads are due and done, and where one is late."""
    if review.nodes.empty:
        return paragraph(_NO_NODES)
    tasks = review.plan.tasks
    rows = [(_unit_link(unit), *(_cell(review, unit.id, task.id) for task in tasks)) for unit in review.plan.units]
    marks: list[Align] = ["mark" for _ in tasks]
    return table(
        "各单位牵头节点在各任务中的完成情况（已完成/已到期）",
        ("责任单位", *(task.clause for task in tasks)), rows, ["text", *marks],
        unit="个", kind="compact",
        notes=["；".join(f"{task.clause} {task.name}" for task in tasks) + "。",
               "底色越深，已到期的节点中没有完成的越多：浅为全部完成，中为差一半以内，深为差一半以上，无底色为没有到期的。"
               "已到期含提前完成的节点。■ 有逾期未完成，○ 有到期未报送（不作完成也不作逾期计），— 不牵头。"
               "按方案所列顺序排列。"],
    )  # fmt: skip


def _unit_link(unit: Unit) -> Cell:
    return link(unit.short_name, f"40_unit-{unit.id}.html")


def _cell(review: Review, unit_id: str, task_id: str) -> Cell:
    led = review.nodes[review.nodes["lead_unit"].eq(unit_id) & review.nodes["task"].eq(task_id)]
    if led.empty:
        return Cell("—")
    due = led[led["state"].ne(NOT_DUE)]
    marks = "".join(mark for state, mark in _MARKS.items() if due["state"].eq(state).any())
    done = int(led["state"].isin(FINISHED).sum())
    text = f"{done}/{len(due)}" + (f" {marks}" if marks else "")
    if due.empty:
        return Cell(text)
    missing = "none" if done == len(due) else "some" if 2 * done >= len(due) else "most"
    return Cell(text, f'<span class="heat {missing}">{esc(text)}</span>')
