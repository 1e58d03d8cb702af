"""Figures of 创新主体: platforms older than the plan and new, and every partnership in its region."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from planeval.measures.actors import Actors
from planeval.measures.partnerships import AGREED, ENDED, OPERATING, SIGNED_ONLY, STATES
from planeval.show.actors_words import NUMBER
from planeval.show.figures import ACCENT, INK, MUTED, chart, style
from planeval.show.html import Fragment, paragraph, rows_of, table

_MARKS: dict[str, dict[str, Any]] = {
    OPERATING: {"marker": "o", "markerfacecolor": ACCENT, "markeredgecolor": ACCENT},
    SIGNED_ONLY: {"marker": "o", "markerfacecolor": "white", "markeredgecolor": ACCENT},
    AGREED: {"marker": "^", "markerfacecolor": "white", "markeredgecolor": MUTED},
    ENDED: {"marker": "x", "markeredgecolor": INK},
}


def platform_chart(actors: Actors) -> Fragment:
    """Standing platforms of each kind: those older than the plan, then those recognised since."""
    rows = rows_of(actors.kinds)
    said = actors.totals
    if not said["standing"]:
        return paragraph("没有在册的平台可画。", "note")
    empty = [row["kind"] for row in rows if not row["standing"] and row["kind"] != "其他"]
    title = f"在册 {said['standing']} 个平台中 {said['new']} 个是方案起算日以后新认定的"
    title += f"，{'、'.join(empty)}还没有" if empty else ""
    with mpl.rc_context(style()):
        height = 0.34 * len(rows) + 0.75
        figure = Figure(figsize=(7.2, height))
        axes = figure.add_axes((0.17, 0.10, 0.78, 1 - 0.62 / height - 0.06))
        for place, row in enumerate(rows):
            axes.barh(-place, row["existing"], height=0.6, color=MUTED)
            axes.barh(
                -place, row["new"], left=row["existing"], height=0.6, color="white", edgecolor=ACCENT, hatch="////"
            )
            label = f"{row['standing']}（方案前 {row['existing']}，新认定 {row['new']}）" if row["standing"] else "0"
            axes.text(row["standing"] + 0.06, -place, label, va="center", fontsize=9)
        axes.set_yticks([-place for place in range(len(rows))], [row["kind"] for row in rows])
        axes.set_xlim(0, max(row["standing"] for row in rows) * 1.6)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_title("实条：方案前已有　斜线：新认定　单位：个", fontsize=8.5, loc="left", color=MUTED)
        return chart(figure, title, _platform_alt(rows), _platform_data(rows))


def _platform_alt(rows: list[dict[str, Any]]) -> str:
    parts = [f"{row['kind']} {row['standing']} 个，其中方案前 {row['existing']} 个" for row in rows]
    return f"在册平台按种类的条形图。{'；'.join(parts)}。"


def _platform_data(rows: list[dict[str, Any]]) -> Fragment:
    return table("在册平台按种类", ("种类", "方案前已有", "新认定", "在册合计"),
                 [(row["kind"], str(row["existing"]), str(row["new"]), str(row["standing"])) for row in rows],
                 ("text", "number", "number", "number"), unit="个", kind="plain")  # fmt: skip


def region_chart(actors: Actors) -> Fragment:
    """One mark for each partnership, in a row per region, shaped by its state."""
    rows = [row for row in rows_of(actors.regions) if row["partnerships"] or row["region"] != "未定"]
    most = max((row["partnerships"] for row in rows), default=0)
    if not most:
        return paragraph("没有市校合作可画。", "note")
    top = [row["region"] for row in rows if row["partnerships"] == most]
    title = f"{actors.totals['partnerships']} 个市校合作中，{'、'.join(top)}最多"
    title += f"（{'各 ' if len(top) > 1 else ''}{most} 个）"
    with mpl.rc_context(style()):
        height = 0.42 * len(rows) + 0.85
        figure = Figure(figsize=(7.2, height))
        axes = figure.add_axes((0.14, 0.05, 0.81, 1 - 0.55 / height - 0.05))
        for place, row in enumerate(rows):
            states = [state for state in STATES for _ in range(row[state])]
            for step, state in enumerate(states):
                axes.plot(step + 1, -place, linestyle="none", markersize=9, **_MARKS[state])
            axes.text(len(states) + 0.7, -place, _row_label(row), va="center", fontsize=9)
        axes.set_yticks([-place for place in range(len(rows))], [row["region"] for row in rows])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_xlim(0.4, most + 6)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        key = "每个符号是一个合作：● 已运行　○ 已签约未运行　△ 仅有协议　× 已终止"
        axes.set_title(key, fontsize=8.5, loc="left", color=MUTED)
        return chart(figure, title, _region_alt(rows), _region_data(rows))


def _row_label(row: dict[str, Any]) -> str:
    if not row["partnerships"]:
        return "没有合作"
    return f"{row['universities']} 所高校，已运行 {row[OPERATING]} 个"


def _region_alt(rows: list[dict[str, Any]]) -> str:
    parts = [f"{row['region']} {row['partnerships']} 个，已运行 {row[OPERATING]} 个" for row in rows]
    return f"各地区市校合作的点图，一个符号一个合作。{'；'.join(parts)}。"


def _region_data(rows: list[dict[str, Any]]) -> Fragment:
    return table("各地区市校合作", ("地区", "高校", *STATES),
                 [(row["region"], str(row["universities"]), *(str(row[state]) for state in STATES)) for row in rows],
                 ("text", "number", *[NUMBER] * len(STATES)), unit="个", kind="plain")  # fmt: skip
