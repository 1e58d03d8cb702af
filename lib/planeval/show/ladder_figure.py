"""The ladder of firms as one figure: who stands on each rung, and how many went on from each to the next."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.measures.incubation import Incubation
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Fragment, rows_of, table
from planeval.show.small_samples import share_text


def ladder_chart(firms: Incubation, title: str) -> Fragment:
    """Bars from the lowest rung (bottom) to the highest: holding now, ever held, and the climb between two rungs."""
    rungs, steps = rows_of(firms.rungs), rows_of(firms.steps)
    height = 0.62 * len(rungs) + 0.75
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.6, height))
        axes = figure.add_axes((0.16, 0.5 / height, 0.46, 1 - 0.6 / height))
        top = max([row["ever"] for row in rungs] + [1])
        for place, row in enumerate(rungs):
            _bar(axes, place, row, top)
        for place, step in enumerate(steps):
            _climb(axes, place + 0.5, step, top)
        axes.set_yticks(range(len(rungs)), [row["rung"] for row in rungs])
        axes.set_ylim(-0.5, len(rungs) - 0.5)
        axes.set_xlim(0, top * 1.02)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlabel(
            "实色：当日有效　斜线：曾经有过　右侧：跟踪的企业中已升到上一级的", fontsize=8.5, loc="left", labelpad=8
        )
        return chart(figure, title, _alt(rungs, steps), _data(rungs))


def _bar(axes: Axes, place: int, row: dict[str, Any], top: int) -> None:
    axes.barh(place, row["ever"], height=0.5, facecolor="white", edgecolor=RULE, hatch="////", linewidth=0.8)
    axes.barh(place, row["holding"], height=0.5, color=ACCENT)
    said = f"{row['holding']} 家" + (f"（曾有 {row['ever']}）" if row["ever"] != row["holding"] else "")
    inside = row["ever"] > 0.62 * top
    axes.text(
        top * 0.015 if inside else row["ever"] + top * 0.015, place, said, va="center", ha="left", fontsize=9.2,
        color="white" if inside and row["holding"] > 0.3 * top else INK,
    )  # fmt: skip


def _climb(axes: Axes, place: float, step: dict[str, Any], top: int) -> None:
    said = share_text(step["reached"], step["cohort"], step["share"], step["low"], step["high"])
    axes.annotate(
        "", (top * 1.06, place + 0.3), xytext=(top * 1.06, place - 0.3), annotation_clip=False,
        arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 0.9},
    )  # fmt: skip
    axes.text(top * 1.1, place, said, va="center", ha="left", fontsize=8.8, color=INK)


def _alt(rungs: list[dict[str, Any]], steps: list[dict[str, Any]]) -> str:
    counts = "，".join(f"{row['rung']} {row['holding']} 家（曾有 {row['ever']} 家）" for row in rungs)
    climbs = "；".join(f"{step['from_rung']}到{step['to_rung']} {step['reached']}/{step['cohort']}" for step in steps)
    return f"企业梯度各级当日家数的条形图：{counts}。" + (f"已升级的：{climbs}。" if climbs else "")


def _data(rungs: list[dict[str, Any]]) -> Fragment:
    return table(
        "企业梯度各级家数", ("级别", "当日有效", "曾经有过", "到期未续", "已撤销"),
        [(row["rung"], *(str(row[name]) for name in ("holding", "ever", "lapsed", "revoked"))) for row in rungs],
        ("text", "number", "number", "number", "number"), unit="家", kind="plain",
    )  # fmt: skip
