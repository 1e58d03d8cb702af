"""Subsidies due against paid, quarter by quarter in which they fell due."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from planeval.show.figures import ACCENT, INK, MUTED, chart, style
from planeval.show.html import Fragment, table


def subsidy_chart(rows: list[dict[str, Any]], title: str) -> Fragment:
    """Two bars a quarter: what was due (outlined) and what of it has been paid by the day (filled), in 万元."""
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.7))
        axes = figure.add_axes((0.04, 0.2, 0.93, 0.66))
        top = max([max(row["due"], row["paid"]) for row in rows] + [1.0])
        for place, row in enumerate(rows):
            axes.bar(place, row["due"], width=0.62, facecolor="#f1f4f7", edgecolor=MUTED, hatch="///", linewidth=0.9)
            axes.bar(place, row["paid"], width=0.38, color=ACCENT)
            said = f"{row['paid']:,g} / {row['due']:,g}"
            height = max(row["due"], row["paid"]) + top * 0.03
            axes.text(place, height, said, ha="center", va="bottom", fontsize=8.6, color=INK)
        axes.set_xticks(range(len(rows)), [row["period"] for row in rows], fontsize=8.8)
        axes.set_yticks([])
        axes.set_ylim(0, top * 1.16)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        axes.set_title(
            "已发 / 应发（万元），按应发季度　斜线：应发　实色：其中已发", fontsize=8.8, color=MUTED, loc="left"
        )
        return chart(figure, title, _alt(rows), _data(rows))


def _alt(rows: list[dict[str, Any]]) -> str:
    said = "；".join(f"{row['period']} 应发 {row['due']:,g}，已发 {row['paid']:,g}" for row in rows)
    return f"各季应发补贴与其中已发的条形图，单位万元：{said}。"


def _data(rows: list[dict[str, Any]]) -> Fragment:
    return table(
        "各季应发补贴与其中已发", ("应发季度", "应发", "已发"),
        [(row["period"], f"{row['due']:,g}", f"{row['paid']:,g}") for row in rows],
        ("text", "number", "number"), unit="万元", kind="plain",
    )  # fmt: skip
