"""Small multiples by unit: the nodes each unit leads, planned and done over the quarters, one small panel each."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.plan import part_names
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Align, Fragment, heading, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import listed

_ACROSS = 4
_NAME_WIDTH = 11  # characters of a unit's name on one line of its panel
_PANEL_HEIGHT, _FOOT = 0.98, 0.42


@traced
def unit_courses(review: Review) -> Fragment:
    """The panels in the plan's order, all on one scale, with the numbers drawn; one sentence without nodes."""
    head = heading(3, "各单位牵头节点逐季计划和完成", "courses")
    names = part_names(review.plan, "unit")
    courses = {
        names[str(unit)]: rows_of(rows) for unit, rows in review.unit_burn_up.groupby("unit_id", sort=False)
    }  # fmt: skip
    if not courses:
        return together([head, paragraph("没有任务节点：方案没有分解，也没有单位报送，本节不适用。")])
    without = [name for name in names.values() if name not in courses]
    parts = [head, _figure(review, courses)]
    if without:
        parts.append(paragraph(f"没有牵头节点记录的单位 {len(without)} 个：{listed(without)}。", "note"))
    return together(parts)


def _figure(review: Review, courses: dict[str, list[dict[str, Any]]]) -> Fragment:
    now = {name: _at(rows, str(review.period)) for name, rows in courses.items()}
    down = -(-len(courses) // _ACROSS)
    top = max(row["planned"] for rows in courses.values() for row in rows)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.6, _PANEL_HEIGHT * down + _FOOT))
        share = _PANEL_HEIGHT / (_PANEL_HEIGHT * down + _FOOT)
        for place, (name, rows) in enumerate(courses.items()):
            left, bottom = 0.01 + (place % _ACROSS) / _ACROSS, 1 - (place // _ACROSS + 1) * share + 0.08 * share
            axes = figure.add_axes((left, bottom, 0.88 / _ACROSS, 0.58 * share))
            _draw(axes, rows, top, labelled=place + _ACROSS >= len(courses))
            axes.set_title(fill(f"{name} {now[name]['done']}/{now[name]['planned']}", _NAME_WIDTH), fontsize=8,
                           loc="left", color=INK, pad=3, linespacing=1.05)  # fmt: skip
        figure.text(0.01, 0.005, "实线：已完成　虚线：计划到期　灰：还差的　名称后：已完成/已到期（个）　各图同一刻度",
                    fontsize=8, color=MUTED)  # fmt: skip
        alt = "；".join(f"{name} {_course(rows)}" for name, rows in courses.items())
        return chart(figure, _title(now), f"各单位牵头节点逐季累计的小图。{alt}。", _data(courses))


def _at(rows: list[dict[str, Any]], period: str) -> dict[str, Any]:
    return next(row for row in rows if row["period"] == period)


def _title(now: dict[str, dict[str, Any]]) -> str:
    """Who has done less than was due by now."""
    behind = [
        f"{name}（少 {row['planned'] - row['done']} 个）" for name, row in now.items() if row["done"] < row["planned"]
    ]
    if not behind:
        return f"{len(now)} 个单位完成的节点都不少于已到期的"
    return f"{len(now)} 个单位中 {len(behind)} 个完成的节点少于已到期的：{listed(behind)}"


def _draw(axes: Axes, rows: list[dict[str, Any]], top: int, labelled: bool) -> None:
    done = [row["done"] for row in rows if not pd.isna(row["done"])]
    planned = [row["planned"] for row in rows]
    axes.fill_between(range(len(done)), done, [max(pair) for pair in zip(done, planned, strict=False)], color=RULE,
                      linewidth=0)  # fmt: skip
    axes.plot(range(len(rows)), planned, color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
    axes.plot(range(len(done)), done, color=ACCENT, linewidth=1.8, marker="o", markersize=2.2)
    axes.set_xlim(-0.3, len(rows) - 0.7)
    axes.set_ylim(0, top * 1.1)
    axes.set_yticks([])
    axes.set_xticks([])
    if labelled:
        axes.set_xticks([0, len(rows) - 1], [rows[0]["period"], rows[-1]["period"]], fontsize=7)
        first, last = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")
    axes.tick_params(length=0, pad=2)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(RULE)


def _course(rows: list[dict[str, Any]]) -> str:
    return "，".join(
        f"{row['period']} 计划 {row['planned']}、完成 {row['done']}" for row in rows if not pd.isna(row["done"])
    )


def _data(courses: dict[str, list[dict[str, Any]]]) -> Fragment:
    quarters = [row["period"] for row in next(iter(courses.values()))]
    rows = [
        (name, *("未到" if pd.isna(row["done"]) else f"{row['done']}/{row['planned']}" for row in course))
        for name, course in courses.items()
    ]
    marks: list[Align] = ["mark" for _ in quarters]
    return table(
        "各单位牵头节点（已完成/计划到期，累计）",
        ("责任单位", *quarters),
        rows,
        ["text", *marks],
        unit="个",
        kind="plain",
    )
