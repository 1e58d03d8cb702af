"""Figures of 科技金融: the fund from announced to invested, and bank credit by quarter."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.measures.finance import Finance
from planeval.measures.finance.funds import ANNOUNCED, FILED, FIRST_CLOSE, PAID_IN
from planeval.show.actors_words import wan_text
from planeval.show.figures import ACCENT, INK, MUTED, chart, style
from planeval.show.html import Fragment, paragraph, table
from planeval.show.words import percent


def waterfall_chart(finance: Finance) -> Fragment:
    """One bar a step from announced to invested and back; hatched: what is lost from the step before."""
    steps = _steps(finance)
    if len(steps) < 2:
        return paragraph("只有一种金额，不画图。", "note")
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, 0.42 * len(steps) + 0.5))
        axes = figure.add_axes((0.17, 0.03, 0.80, 0.87))
        top = max(amount for _, amount in steps)
        before = steps[0][1]
        for place, (_, amount) in enumerate(steps):
            _step(axes, -place, amount, before, top)
            before = amount
        axes.set_yticks([-place for place in range(len(steps))], [name for name, _ in steps])
        axes.set_xlim(0, top * 1.5)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_title("单位：万元　实条：到这一步的金额　斜线：比上一步少的", fontsize=8.8, color=MUTED, loc="left")
        alt = "基金从公告到收回各步金额的条形图，单位万元：" + "；".join(f"{n} {wan_text(a)}" for n, a in steps) + "。"
        data = table("基金各步金额", ("步骤", "金额"), [(n, wan_text(a)) for n, a in steps], ("text", "number"),
                     unit="万元", kind="plain")  # fmt: skip
        return chart(figure, _waterfall_title(steps), alt, data)


def _step(axes: Axes, y: float, amount: float, before: float, top: float) -> None:
    axes.barh(y, amount, height=0.6, color=ACCENT)
    if before > amount:
        axes.barh(y, before - amount, left=amount, height=0.6, facecolor="white", edgecolor=MUTED, hatch="///")
    less = f"（比上一步少 {wan_text(before - amount)}）" if before > amount else ""
    axes.text(max(amount, before) + top * 0.012, y, f"{wan_text(amount)}{less}", va="center", fontsize=9, color=INK)


def _steps(finance: Finance) -> list[tuple[str, float]]:
    found = []
    for record in (ANNOUNCED, FIRST_CLOSE, FILED, PAID_IN):
        rows = finance.scales[finance.scales["record"].eq(record)]
        if rows["rows"].sum():
            found.append((record, float(rows["amount"].sum())))
    if "investments" in finance.filed:
        said = finance.returns
        found.append(("已投（不含再投）", said.invested - said.reinvested))
        found.append(("收回", said.returned))
    return found


def _waterfall_title(steps: list[tuple[str, float]]) -> str:
    first, amount = steps[0]
    said = dict(steps)
    if PAID_IN in said and first != PAID_IN and amount:
        share = percent(said[PAID_IN] / amount)
        return f"{first} {wan_text(amount)} 万元，实缴 {wan_text(said[PAID_IN])} 万元，是{first}的 {share}"
    return f"{first} {wan_text(amount)} 万元" + ("" if PAID_IN in said else "，还没有实缴")


def credit_chart(rows: list[dict[str, Any]]) -> Fragment:
    """Granted in each quarter (bars) and owed at its end (line), in 万元."""
    stated = [row for row in rows if not math.isnan(row["balance"])]
    if not stated or not any(row["amount"] for row in rows):
        return paragraph("没有可画的贷款。", "note")
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, 2.7))
        axes = figure.add_axes((0.03, 0.12, 0.94, 0.76))
        top = max([row["amount"] for row in rows] + [row["balance"] for row in stated])
        for place, row in enumerate(rows):
            axes.bar(place, row["amount"], width=0.5, facecolor="#e4eaf0", edgecolor=MUTED, hatch="///")
            axes.text(
                place, row["amount"] + top * 0.02, wan_text(row["amount"]), ha="center", fontsize=8.4, color=MUTED
            )
        places = [place for place, row in enumerate(rows) if not math.isnan(row["balance"])]
        axes.plot(places, [row["balance"] for row in stated], marker="o", markersize=4.5, color=ACCENT, linewidth=1.8)
        for place, row in zip(places, stated, strict=True):
            axes.annotate(wan_text(row["balance"]), (place, row["balance"]), textcoords="offset points", xytext=(0, 7),
                          ha="center", fontsize=8.6, color=ACCENT)  # fmt: skip
        axes.set_xticks(range(len(rows)), [row["period"] for row in rows], fontsize=8.6)
        axes.set_yticks([])
        axes.set_ylim(0, top * 1.16)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        axes.set_title("单位：万元　斜线柱：当季发放　折线：季末余额", fontsize=8.8, color=MUTED, loc="left")
        alt = "各季贷款发放额的柱图和季末余额的折线图，单位万元：" + "；".join(
            f"{row['period']} 发放 {wan_text(row['amount'])}，余额 {wan_text(row['balance'])}" for row in rows
        )
        return chart(figure, _credit_title(stated), f"{alt}。", _credit_data(rows))


def _credit_title(stated: list[dict[str, Any]]) -> str:
    first, last = stated[0], stated[-1]
    if first is last:
        return f"{last['period']} 末余额 {wan_text(last['balance'])} 万元"
    begun, now = (f"{row['period']} 的 {wan_text(row['balance'])} 万元" for row in (first, last))
    return f"季末余额由 {begun}到 {now}"


def _credit_data(rows: list[dict[str, Any]]) -> Fragment:
    return table("各季贷款发放和余额", ("季度", "当季发放", "季末余额"),
                 [(row["period"], wan_text(row["amount"]), wan_text(row["balance"])) for row in rows],
                 ("text", "number", "number"), unit="万元", kind="plain")  # fmt: skip
