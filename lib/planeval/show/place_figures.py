"""Figures of one industry or zone: firms and revenue by quarter, floor area in use by kind of building."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.show.cluster_figures import bare
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Fragment, paragraph, rows_of, table
from planeval.show.words import amount, percent


def history_chart(name: str, history: pd.DataFrame) -> Fragment:
    """Two panels with one axis of quarters: firms in place at the quarter's end, the quarter's own revenue."""
    rows = rows_of(history)
    if not any(row["firms"] for row in rows) and all(math.isnan(row["revenue"]) for row in rows):
        return paragraph(f"{name}各季都没有在谷企业和营收的记录，没有可画的图。", "note")
    first, last = rows[0], rows[-1]
    title = f"{name}在谷企业由 {first['quarter']} 的 {first['firms']} 家到 {last['quarter']} 的 {last['firms']} 家"
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, 2.2))
        _bars(figure.add_axes((0.02, 0.2, 0.47, 0.62)), rows, "firms", "季末在谷企业（家）", "家")
        _bars(figure.add_axes((0.52, 0.2, 0.47, 0.62)), rows, "revenue", "当季营收（万元）", "万元")
        alt = f"{name}逐季企业数和营收：" + "；".join(
            f"{row['quarter']} {row['firms']} 家，营收 {_said(row['revenue'])}" for row in rows
        )
        data = table(f"{name}逐季企业数和营收", ("季度", "企业（家）", "营收（万元）"),
                     [(row["quarter"], f"{row['firms']}", _said(row["revenue"])) for row in rows],
                     ("text", "number", "number"), kind="plain")  # fmt: skip
        return chart(figure, title, alt + "。", data)


def _said(value: float) -> str:
    return "没有数" if math.isnan(value) else amount(value, "万元")


def _bars(axes: Axes, rows: list[dict[str, Any]], column: str, title: str, unit: str) -> None:
    known = [row[column] for row in rows if not math.isnan(row[column])]
    top = max(known, default=0) or 1
    for at, row in enumerate(rows):
        value = row[column]
        if math.isnan(value):
            axes.text(at, 0, "没有数", ha="center", va="bottom", fontsize=8, color=MUTED)
            continue
        axes.bar(at, value, width=0.62, color=ACCENT if at == len(rows) - 1 else "#a9bccd", edgecolor=RULE)
        axes.text(at, value + top * 0.02, amount(value, unit), ha="center", va="bottom", fontsize=8, color=INK)
    axes.set_ylim(0, top * 1.15)
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_xticks(range(len(rows)), [_tick(row["quarter"], at) for at, row in enumerate(rows)], fontsize=8)
    axes.set_yticks([])
    axes.set_title(title, fontsize=9, color=MUTED, loc="left", pad=8)
    bare(axes)


def _tick(quarter: str, at: int) -> str:
    return f"{quarter[4:]}\n{quarter[:4]}" if at == 0 or quarter.endswith("Q1") else quarter[4:]


def premises_chart(name: str, premises: pd.DataFrame) -> Fragment:
    """Floor area by kind of building: what is in use, out of what there is."""
    rows = [row for row in rows_of(premises) if row["kind"] != "合计"]
    if not rows:
        return Fragment("")
    whole = rows_of(premises)[-1]
    title = f"{name}建筑面积 {amount(whole['floor_area'], '平方米')} 平方米，已用 {percent(whole['occupancy'])}"
    with mpl.rc_context(style()):
        height = 0.46 * len(rows) + 0.55
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.13, 0.4 / height, 0.55, 1 - 0.45 / height))
        for line, row in enumerate(rows):
            _building(axes, -line, row)
        axes.set_xlim(0, max(row["floor_area"] for row in rows) * 1.02)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_yticks([-line for line in range(len(rows))], [row["kind"] for row in rows])
        axes.set_xticks([])
        bare(axes)
        axes.set_xlabel("全长：建筑面积　深色：已用", fontsize=8.5, loc="left")
        alt = f"{name}各类载体的建筑面积和已用面积：" + "；".join(
            f"{row['kind']} {amount(row['floor_area'], '平方米')} 平方米，已用 {percent(row['occupancy'])}"
            for row in rows
        )
        data = table("各类载体", ("种类", "建筑面积", "已用面积", "使用率"), [
            (row["kind"], amount(row["floor_area"], "平方米"), amount(row["let_area"], "平方米"),
             percent(row["occupancy"])) for row in rows
        ], ("text", "number", "number", "number"), unit="平方米", kind="plain")  # fmt: skip
        return chart(figure, title, alt + "。", data)


def _building(axes: Axes, y: float, row: dict[str, Any]) -> None:
    axes.barh(y, row["floor_area"], height=0.5, color="#f1f4f7", edgecolor=MUTED, linewidth=0.6)
    axes.barh(y, row["let_area"], height=0.5, color=ACCENT, edgecolor=MUTED, linewidth=0.6)
    said = f"{amount(row['let_area'], '平方米')} / {amount(row['floor_area'], '平方米')}（{percent(row['occupancy'])}）"
    axes.annotate(said, (row["floor_area"], y), textcoords="offset points", xytext=(6, 0), va="center", fontsize=9,
                  color=INK, annotation_clip=False)  # fmt: skip
