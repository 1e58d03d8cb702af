"""Figures of the score: what moved the total since the last review, and which single choice moves it most."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.judge.scoring.totals import STEP_AFTER, STEP_BEFORE, STEP_POINTS, STEP_WEIGHTS, Change
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Align, Fragment, rows_of, table

UP, DOWN = "#2e7d4f", "#b3261e"
LONGEST = 12
_ENDS = (STEP_BEFORE, STEP_AFTER)


def signed_points(effect: float) -> str:
    """A change of points to one decimal, with its sign; 0.0 has none."""
    text = f"{effect:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def numbers(count: int) -> list[Align]:
    """So many columns of numbers."""
    return ["number"] * count


def waterfall_chart(review: Review, change: Change) -> Fragment:
    """From the last total to this one, one step an item and one for the weights."""
    steps = [
        step for step in rows_of(change.waterfall)
        if step["step"] in _ENDS or (step["step"] == STEP_WEIGHTS and change.weight_effect)
        or (step["step"] == STEP_POINTS and abs(step["effect"]) > 1e-9)
    ]  # fmt: skip
    last = review.last_review.period if review.last_review else review.period.previous
    labels = {STEP_BEFORE: f"{last} 总分", STEP_AFTER: f"{review.period} 总分", STEP_WEIGHTS: "权重变化"}
    names = [labels.get(step["step"], step["name"]) for step in steps]
    title = _moved_most(change)
    height = 0.34 * len(steps) + 0.5
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.22, 0.06, 0.72, 0.90))
        for place, step in enumerate(steps):
            _bar(axes, -place, step)
        _finish(axes, names, steps)
        alt = "总分变化的瀑布图。" + "；".join(
            f"{name} {_effect(step)}" for name, step in zip(names, steps, strict=True)
        )
        return chart(figure, title, f"{alt}。", _change_table(change))


def _bar(axes: Axes, y: float, step: dict[str, Any]) -> None:
    whole = step["step"] in _ENDS
    colour = ACCENT if whole else UP if step["effect"] > 0 else DOWN
    left, right = sorted((step["start"], step["end"]))
    hatch = None if whole or step["effect"] > 0 else "////"
    axes.barh(y, right - left, left=left, height=0.6, color="white" if hatch else colour, edgecolor=colour, hatch=hatch)
    axes.text(right + 0.8, y, _effect(step), va="center", fontsize=9, color=INK)


def _effect(step: dict[str, Any]) -> str:
    return f"{step['end']:.1f}" if step["step"] in _ENDS else signed_points(step["effect"])


def _finish(axes: Axes, names: list[str], steps: list[dict[str, Any]]) -> None:
    top = max(max(step["start"], step["end"]) for step in steps)
    axes.set_xlim(0, max(top * 1.10, 1.0))
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.set_yticks([-place for place in range(len(names))], [fill(name, 10) for name in names], fontsize=9)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)
    for place in range(len(names) - 1):
        level = steps[place]["end"]
        axes.plot([level, level], [-place - 0.3, -place - 0.7], color=MUTED, linewidth=0.8)


def _moved_most(change: Change) -> str:
    """The finding: by how much the total moved and which item did most."""
    moved = change.table[change.table["points_effect"].abs() > 1e-9]
    first = f"总分变化 {signed_points(change.delta)} 分"
    if moved.empty:
        return f"{first}，各项得分没有变化"
    row = max(rows_of(moved), key=lambda each: abs(each["points_effect"]))
    return f"{first}，影响最大的是{row['name']}（{signed_points(row['points_effect'])} 分）"


def _change_table(change: Change) -> Fragment:
    rows = [
        (row["name"], _points(row["points_before"]), _points(row["points_after"]), f"{row['weight_before']:.1%}",
         f"{row['weight_after']:.1%}", f"{row['points_effect']:+.2f}", f"{row['weight_effect']:+.2f}",
         f"{row['effect']:+.2f}")
        for row in rows_of(change.table)
    ]  # fmt: skip
    rows.append(("合计", "", "", "", "", f"{change.points_effect:+.2f}", f"{change.weight_effect:+.2f}",
                 f"{change.delta:+.2f}"))  # fmt: skip
    return table(
        "总分变化的分解", ("指标", "上期得分", "本期得分", "上期权重", "本期权重", "得分变化", "权重变化", "合计"),
        [tuple(cell.replace("-", "−") for cell in cells) for cells in rows], ("text", *numbers(7)), unit="分",
        notes=["得分变化 = 两期权重的平均 × 得分之差；权重变化 = 权重之差 ×（两期得分的平均 − 两期总分的平均）；"
               "两者之和等于总分之差。"],
        kind="plain",
    )  # fmt: skip


def _points(points: float) -> str:
    return "—" if points != points else f"{points:.1f}"


def tornado_chart(review: Review) -> Fragment:
    """The single choices that move the total most, longest bar first."""
    assessment = review.assessment
    rows = rows_of(assessment.robustness.tornado)[:LONGEST] if assessment else []
    rows = [row for row in rows if row["swing"] > 1e-9]
    if assessment is None or not rows or assessment.total.value is None:
        return Fragment("")
    names = {target.id: target.name for target in review.plan.targets}
    labels = [f"{names.get(row['item_id'], '')}{row['choice']}" for row in rows]
    main = assessment.total.value
    title = f"单独改一项选择，影响最大的是{labels[0]}：总分 {rows[0]['low']:.1f}—{rows[0]['high']:.1f}"
    height = 0.32 * len(rows) + 0.55
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.30, 0.22 / height, 0.62, 1 - 0.45 / height))
        for place, row in enumerate(rows):
            axes.barh(-place, row["swing"], left=row["low"], height=0.55, color=RULE, edgecolor=MUTED, linewidth=0.6)
            axes.text(row["low"], -place, f"{row['low']:.1f} ", ha="right", va="center", fontsize=8.5)
            axes.text(row["high"], -place, f" {row['high']:.1f}", ha="left", va="center", fontsize=8.5)
        axes.axvline(main, color=ACCENT, linewidth=1.2)
        axes.text(main, 0.62, f"所定 {main:.1f}", color=ACCENT, ha="center", va="bottom", fontsize=8.5)
        _frame(axes, labels, rows)
        alt = "单项选择对总分影响的龙卷风图。" + "；".join(
            f"{label} {row['low']:.1f} 至 {row['high']:.1f}" for label, row in zip(labels, rows, strict=True)
        )
        return chart(figure, title, f"{alt}。", _tornado_table(labels, rows))


def _frame(axes: Axes, labels: list[str], rows: list[dict[str, Any]]) -> None:
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    margin = max(0.14 * (high - low), 0.2)
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_yticks([-place for place in range(len(rows))], labels, fontsize=8.5)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def _tornado_table(labels: list[str], rows: list[dict[str, Any]]) -> Fragment:
    return table(
        "单项选择对总分的影响", ("选择", "一端", "总分", "另一端", "总分", "相差", "等级"),
        [(label, row["low_label"], f"{row['low']:.1f}", row["high_label"], f"{row['high']:.1f}", f"{row['swing']:.1f}",
          row["grades"]) for label, row in zip(labels, rows, strict=True)],
        ("text", "text", "number", "text", "number", "number", "mark"), unit="分", kind="plain",
    )  # fmt: skip
