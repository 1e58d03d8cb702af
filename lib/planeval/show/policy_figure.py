"""What is due and paid under each policy."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from planeval.show.actors_words import wan_text
from planeval.show.figures import ACCENT, MUTED, chart, style
from planeval.show.html import Fragment, table
from planeval.show.words import percent


def delivery_chart(rows: list[dict[str, Any]], title: str) -> Fragment:
    """One bar a policy, largest first: hatched what is due, solid what of it was paid, in 万元."""
    rows = sorted(rows, key=lambda row: -row["amount_due"])
    height = 0.46 * len(rows) + 0.45
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.24, 0.05 / height, 0.74, 1 - 0.4 / height))
        top = max(max(row["amount_due"], row["amount_paid"]) for row in rows)
        for place, row in enumerate(rows):
            axes.barh(-place, row["amount_due"], height=0.62, facecolor="white", edgecolor=MUTED, hatch="///")
            axes.barh(-place, row["amount_paid"], height=0.36, color=ACCENT)
            said = f"{wan_text(row['amount_paid'])}/{wan_text(row['amount_due'])}，{percent(row['delivery'])}"
            axes.text(max(row["amount_due"], row["amount_paid"]) + top * 0.015, -place, said, va="center", fontsize=8.8)
        axes.set_yticks([-place for place in range(len(rows))], [fill(row["name"], 13) for row in rows], fontsize=8.4)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_xlim(0, top * 1.38)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_title("单位：万元　斜线：应兑　实条：已兑", fontsize=8.8, color=MUTED, loc="left")
        alt = "各项政策应兑与已兑的条形图，单位万元：" + "；".join(
            f"{row['name']}应兑 {wan_text(row['amount_due'])}，已兑 {wan_text(row['amount_paid'])}" for row in rows
        )
        data = table("各项政策应兑与已兑", ("政策", "应兑", "已兑"),
                     [(row["name"], wan_text(row["amount_due"]), wan_text(row["amount_paid"])) for row in rows],
                     ("text", "number", "number"), unit="万元", kind="plain")  # fmt: skip
        return chart(figure, title, f"{alt}。", data)
