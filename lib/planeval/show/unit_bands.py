"""Responsible units in three bands, with what their milestones cannot tell apart; never a league table."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.judge.unit_bands import BANDS, LOWER, UPPER
from planeval.plan import part_names
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Fragment, link, paragraph, rows_of, table, together
from planeval.show.lights import unit_light_table
from planeval.show.trace import traced

BY_US = "评估人员的决定，不是方案原文"


def unit_standing(review: Review) -> Fragment:
    """The units' three lights, then what their milestones can and cannot tell apart."""
    return unit_light_table(review) + unit_bands_section(review)


@traced
def unit_bands_section(review: Review) -> Fragment:
    """What can and cannot be said of the units, the rank intervals, and the scores behind them."""
    judged = review.unit_bands
    if judged is None:
        return paragraph("没有作出“责任单位怎样折算得分”（unit_judgement）的决定，不评单位得分。")
    if judged.units["items"].eq(0).all():
        return paragraph("没有已到期的任务节点，单位得分和分段不适用。")
    said = [paragraph(sentence) for sentence in _said(review)]
    figure = [_interval_chart(review)] if judged.units["rank_low"].notna().sum() > 1 else []
    return together([*said, *figure, _score_table(review)])


def _said(review: Review) -> list[str]:
    """The sentences of the judgement; where nobody can be told apart, everybody's name."""
    judged = review.unit_bands
    assert judged is not None
    ranked = [
        review.plan.unit(unit).short_name for unit in judged.units.loc[judged.units["rank_low"].notna(), "unit_id"]
    ]
    said = list(judged.sentences)
    if len(judged.pairs) and not judged.pairs["distinct"].any():
        said.append(f"分不出先后的单位：{'、'.join(ranked)}。")
    return said


def _interval_chart(review: Review) -> Fragment:
    judged = review.unit_bands
    assert judged is not None
    rows = rows_of(judged.units[judged.units["rank_low"].notna()])
    names = part_names(review.plan, "unit")
    bands = {band: [names[row["unit_id"]] for row in rows if row["band"] == band] for band in BANDS}
    told = "、".join(f"{band} {len(units)} 个" for band, units in bands.items() if units)
    apart = int(judged.pairs["distinct"].sum())
    title = f"{len(rows)} 个单位的名次区间都重叠，分不出先后"
    if apart:
        title = f"{len(rows)} 个单位中 {told}；{len(judged.pairs)} 对单位里 {apart} 对分得出先后"
    alt = "；".join(f"{names[row['unit_id']]} 第 {row['rank_low']} 至 {row['rank_high']} 名" for row in rows)
    data = [(names[row["unit_id"]], f"{row['rank_low']}–{row['rank_high']}", row["band"]) for row in rows]
    with mpl.rc_context(style()):
        height = 0.22 * len(rows) + 0.75
        figure = Figure(figsize=(7.2, height))
        _draw_intervals(figure.add_axes((0.30, 0.5 / height, 0.58, 1 - 0.6 / height)), rows, names)
        listing = table(
            "各单位名次区间", ("责任单位", "名次区间", "分段"), data, ("text", "mark", "mark"), kind="plain"
        )
        return chart(figure, title, f"各单位名次区间图：{alt}。", listing)


def _draw_intervals(axes: Axes, rows: list[dict[str, Any]], names: dict[str, str]) -> None:
    """A line from the best to the worst plausible rank; the thicker the end, the better read in grey."""
    count = len(rows)
    axes.axvline((count + 1) / 2, color=RULE, linewidth=1)
    for place, row in enumerate(rows):
        low, high = int(row["rank_low"]), int(row["rank_high"])
        colour = ACCENT if row["band"] == UPPER else INK if row["band"] == LOWER else MUTED
        axes.plot([low, high], [-place, -place], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot([low, high], [-place, -place], color=colour, linestyle="none", marker="|", markersize=9)
        axes.text(count + 0.8, -place, row["band"], va="center", color=colour, fontsize=8.5)
    axes.set_xlim(0.5, count + 0.5)
    axes.set_ylim(-count + 0.4, 0.6)
    axes.set_xticks(sorted({1, (count + 1) // 2, count}))
    axes.set_yticks([-place for place in range(count)], [_lines(names[row["unit_id"]]) for row in rows], fontsize=8,
                    linespacing=0.95)  # fmt: skip
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("可能的名次（1 为最好），横线为名次区间，竖线为中间", fontsize=8.5, loc="left")


def _lines(name: str) -> str:
    """A unit's whole name, on two lines where it is long."""
    return fill(name, 12)


def _score_table(review: Review) -> Fragment:
    judged = review.unit_bands
    assert judged is not None
    detail = judged.detail.set_index("unit_id")
    rows = [
        (link(review.plan.unit(row["unit_id"]).short_name, f"40_unit-{row['unit_id']}.html"),
         str(detail.loc[row["unit_id"], "lead_items"]), str(detail.loc[row["unit_id"], "supporting_items"]),
         _points(row["score"]), _points(row["shrunk"]),
         "—" if pd.isna(row["rank_low"]) else f"{row['rank_low']}–{row['rank_high']}", row["band"])
        for row in rows_of(judged.units)
    ]  # fmt: skip
    return table(
        "责任单位得分、名次区间和分段",
        ("责任单位", "牵头节点", "配合节点", "得分", "收缩后得分", "名次区间", "分段"), rows,
        ("text", "number", "number", "number", "number", "mark", "mark"), notes=_notes(review),
    )  # fmt: skip


def _points(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:.1f}"


def _notes(review: Review) -> list[str]:
    rules = review.method.unit_judgement(review.period)
    assert rules is not None
    points = "，".join(f"{state}{'不计' if value is None else f' {value:g}'}" for state, value in rules.points.items())
    return [
        "按方案所列顺序排列，不是排名表。只计已到期和提前完成的节点；得分为 0 至 100，得分相同的在同一段。",
        f"牵头的节点计 1 份，配合的计 {rules.supporting_share:g} 份；{points}（{BY_US}）。",
        f"收缩后得分：节点少的单位向总平均靠拢，避免一两个节点定高下；名次区间为 {100 * rules.confidence:g}% 区间。"
        "整个区间在前一半为前段，在后一半为后段，其余为中段。",
    ]  # fmt: skip
