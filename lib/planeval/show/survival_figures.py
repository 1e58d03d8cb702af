"""Curves of what has not ended yet, with the number under observation below the axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.measures.survival import Curve
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Fragment, rows_of, table
from planeval.show.small_samples import interval_text
from planeval.show.words import percent

_LINES = ((ACCENT, "-"), (INK, (0, (5, 2))), ("#8a5200", (0, (1, 1.4))), (MUTED, (0, (6, 2, 1, 2))), (INK, (0, (2, 3))))
_TICKS = (15, 30, 60, 90, 180, 365)
Named = tuple[str, Curve]


def curve_chart(curves: Sequence[Named], title: str, subject: str, ended: bool = False) -> Fragment:
    """Step curves of groups: the share that remains, or with `ended` the share that has ended, by days.

    Only groups with a curve may be given. subject: what the share is of, e.g. 仍在谷内的比例.
    """
    last = max(curve.last_day or 0 for _, curve in curves)
    ticks = _ticks(last)
    height = 3.1 + 0.22 * len(curves)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, height))
        bottom = (0.86 + 0.22 * len(curves)) / height
        axes = figure.add_axes((0.17, bottom, 0.58, 0.93 - bottom))
        ends = []
        for (label, curve), (colour, line) in zip(curves, _cycled(len(curves)), strict=True):
            ends.append((_draw(axes, curve, colour, line, ended, band=len(curves) == 1), label, colour))
        _labels(axes, ends, last)
        _axes(axes, ticks, last, subject)
        _at_risk(axes, curves, ticks, height * (0.93 - bottom))
        return chart(figure, title, _alt(curves, subject, ended), _data(curves, ended))


def _cycled(count: int) -> list[tuple[str, Any]]:
    return [_LINES[index % len(_LINES)] for index in range(count)]


def _ticks(last: int) -> list[int]:
    """Zero and at most seven even steps up to the end of the longest curve."""
    step = next((size for size in _TICKS if last <= 7 * size), 365)
    return list(range(0, last + 1, step)) or [0]


def _draw(axes: Axes, curve: Curve, colour: str, line: Any, ended: bool, band: bool) -> float:
    steps = curve.shares(ended)
    days = [*steps["days"], float(curve.last_day or 0)]
    values = {name: [*steps[name], steps[name].iloc[-1]] for name in ("share", "low", "high")}
    if band:
        axes.fill_between(days, values["low"], values["high"], step="post", color="#dfe7ef", linewidth=0)
    axes.step(days, values["share"], where="post", color=colour, linewidth=1.8, linestyle=line)
    axes.plot(days[-1], values["share"][-1], marker="o", markersize=4, color=colour, clip_on=False)
    return float(values["share"][-1])


def _labels(axes: Axes, ends: list[tuple[float, str, str]], last: int) -> None:
    """Direct labels at the right, moved apart where curves end together."""
    place = -1.0
    for share, label, colour in sorted(ends):
        place = max(share, place + 0.085)
        axes.annotate(
            f"{label} {percent(share)}", (last, share), xytext=(last * 1.03, place), textcoords="data", va="center",
            fontsize=8.8, color=colour, annotation_clip=False,
        )  # fmt: skip


def _axes(axes: Axes, ticks: list[int], last: int, subject: str) -> None:
    axes.set_xlim(0, max(last, 1))
    axes.set_ylim(0, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"], fontsize=8.5)
    axes.set_xticks(ticks, [str(tick) for tick in ticks], fontsize=8.5)
    axes.tick_params(length=2, color=RULE)
    axes.grid(axis="y", color="#e8edf2", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.annotate("天", (1.02, 0), xycoords="axes fraction", va="center", fontsize=8.5, color=MUTED)
    axes.set_title(subject, fontsize=9, color=MUTED, loc="left", pad=6)


def _at_risk(axes: Axes, curves: Sequence[Named], ticks: list[int], tall: float) -> None:
    """Numbers under observation at each tick, one row a group, below the axis; `tall` is the axes' height in inches."""
    where = axes.get_xaxis_transform()
    axes.text(0, -0.47 / tall, "在观察中的数", transform=where, fontsize=8, color=MUTED, ha="left", va="center")
    for row, (label, curve) in enumerate(curves):
        height = -(0.66 + 0.22 * row) / tall
        axes.annotate(
            label, (0, height), xycoords=where, xytext=(-14, 0), textcoords="offset points", ha="right", va="center",
            fontsize=8, annotation_clip=False,
        )  # fmt: skip
        for tick in ticks:
            if tick <= (curve.last_day or 0):
                said = str(curve.times.at_risk(tick))
                axes.text(tick, height, said, transform=where, ha="center", va="center", fontsize=8, color=MUTED)


def _alt(curves: Sequence[Named], subject: str, ended: bool) -> str:
    said = []
    for label, curve in curves:
        share = float(curve.shares(ended)["share"].iloc[-1])
        said.append(f"{label} {curve.n} 例，到第 {curve.last_day} 天为 {percent(share)}")
    return f"{subject}随天数变化的阶梯曲线：" + "；".join(said) + "。"


def _data(curves: Sequence[Named], ended: bool) -> Fragment:
    rows = [
        (label, f"{step['days']:.0f}", f"{step['at_risk']:.0f}", f"{step['events']:.0f}", percent(step["share"]),
         interval_text(step["low"], step["high"]).strip("（）") or "—")
        for label, curve in curves
        for step in rows_of(curve.shares(ended))
    ]  # fmt: skip
    return table(
        "曲线的每一级", ("组别", "第几天", "在观察中", "当天结束", "比例", "区间"), rows,
        ("text", "number", "number", "number", "number", "number"), kind="plain",
    )  # fmt: skip
