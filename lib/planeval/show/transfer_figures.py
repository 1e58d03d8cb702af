"""Figures of 成果转化: the funnel, and contracts against money received."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from planeval.show.actors_words import wan_text
from planeval.show.figures import ACCENT, MUTED, chart, style
from planeval.show.html import Fragment, paragraph, table
from planeval.show.words import percent

_FEW = 5


def funnel_chart(rows: list[dict[str, Any]]) -> Fragment:
    """One bar a stage, as long as the items that reached it; beside it the share of the stage before."""
    first = rows[0]["reached"]
    if not first:
        return paragraph("没有成果可画。", "note")
    title = f"{first} 项成果中 {rows[1]['reached']} 项签约、{rows[-1]['reached']} 项投产"
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 1.9))
        axes = figure.add_axes((0.08, 0.04, 0.9, 0.92))
        for place, row in enumerate(rows):
            axes.barh(-place, row["reached"], height=0.62, color=ACCENT if place else MUTED)
            axes.text(row["reached"] + first * 0.012, -place, _label(row), va="center", fontsize=9.5)
        axes.set_yticks([-place for place in range(len(rows))], [row["stage"] for row in rows])
        axes.set_xlim(0, first * 1.35)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        alt = "成果走到各步的条形图。" + "；".join(f"{row['stage']} {_label(row)}" for row in rows) + "。"
        data = table("成果走到各步", ("走到", "项数"), [(row["stage"], str(row["reached"])) for row in rows],
                     ("text", "number"), unit="项", kind="plain")  # fmt: skip
        return chart(figure, title, alt, data)


def _label(row: dict[str, Any]) -> str:
    if not row["previous"]:
        return f"{row['reached']} 项"
    if row["previous"] < _FEW:
        return f"{row['reached']} 项（上一步 {row['previous']} 项）"
    return f"{row['reached']} 项，占上一步 {percent(row['share'])}"


def money_chart(rows: list[dict[str, Any]], said: dict[str, float]) -> Fragment:
    """For each quarter of signing: the amount agreed (outline) and what of it has been received (solid)."""
    rows = [row for row in rows if not math.isnan(row["contract_amount"])]
    if not rows:
        return paragraph("没有写明合同额的合同可画。", "note")
    title = f"合同额 {wan_text(said['contract_amount'])} 万元，已到账 {wan_text(said['received_amount'])} 万元"
    top = max(max(row["contract_amount"], _paid(row)) for row in rows)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.9))
        axes = figure.add_axes((0.03, 0.13, 0.95, 0.76))
        for place, row in enumerate(rows):
            axes.bar(place, row["contract_amount"], width=0.66, color="white", edgecolor=MUTED, hatch="///")
            axes.bar(place, _paid(row), width=0.4, color=ACCENT)
            higher = max(row["contract_amount"], _paid(row))
            axes.text(place, higher + top * 0.02, f"{wan_text(_paid(row))}\n/{wan_text(row['contract_amount'])}",
                      ha="center", va="bottom", fontsize=8)  # fmt: skip
        axes.set_xticks(range(len(rows)), [row["quarter"] for row in rows], fontsize=8.5)
        axes.set_xlim(-0.6, max(len(rows), 4) - 0.4)
        axes.set_ylim(0, top * 1.2)
        axes.set_yticks([])
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        axes.set_title("斜线：合同额　实条：到账额　横轴：签约季度　单位：万元", fontsize=8.5, loc="left", color=MUTED)
        alt = "各签约季度合同额与到账额的柱图。" + "；".join(
            f"{row['quarter']} 合同 {wan_text(row['contract_amount'])}，到账 {wan_text(row['received_amount'])}"
            for row in rows
        )
        return chart(figure, title, f"{alt}。", _money_data(rows))


def _paid(row: dict[str, Any]) -> float:
    """The bar of what is on record as received; no record draws no bar, the table says a dash."""
    return 0.0 if math.isnan(row["received_amount"]) else float(row["received_amount"])


def _money_data(rows: list[dict[str, Any]]) -> Fragment:
    return table("各签约季度的合同额与到账额", ("签约季度", "合同额", "到账额"),
                 [(row["quarter"], wan_text(row["contract_amount"]), wan_text(row["received_amount"])) for row in rows],
                 ("text", "number", "number"), unit="万元", kind="plain")  # fmt: skip
