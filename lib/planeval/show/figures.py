"""Figures as deterministic SVG with the font that comes with the install; each has alt text and its data.

Text is drawn as paths, so a figure looks the same on every machine; black and white print stays legible.
"""

from __future__ import annotations

import base64
import io
import math
import re
import warnings
from functools import cache
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from pylopdf_fonts_zh_cn import sans_path

from planeval.judge.progress import LATE_LIGHTS
from planeval.periods import Period
from planeval.plan import Target
from planeval.review import Review
from planeval.show.html import Fragment, esc, rows_of, table
from planeval.show.outlook_figure import draw_outlook, outlook_alt, outlook_range, outlook_title
from planeval.show.trace import traced
from planeval.show.words import LIGHT_CLASSES, SYMBOLS, amount, amount_with_unit, percent

INK, MUTED, RULE, ACCENT = "#1c2733", "#5b6875", "#c9d1d9", "#1f4e79"
LIGHT_COLOURS = {
    "done": "#17603a", "on-pace": "#2e7d4f", "behind": "#b26a00", "far-behind": "#b3261e", "missed": "#7a1712",
    "unreported": "#5b6875",
}  # fmt: skip
_FULL_SCALE = 1.25
_UNTOLD = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@cache
def _font() -> str:
    path = str(sans_path())
    fontManager.addfont(path)
    return FontProperties(fname=path).get_name()


def style() -> Any:
    """Matplotlib settings of every figure, for `matplotlib.rc_context`."""
    return {
        "font.family": _font(), "font.size": 10, "svg.fonttype": "path", "svg.hashsalt": "planeval",
        "text.color": INK, "axes.edgecolor": RULE, "axes.labelcolor": MUTED, "xtick.color": MUTED,
        "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
        "hatch.linewidth": 0.6, "text.parse_math": False, "axes.unicode_minus": False,
    }  # fmt: skip


def _svg(figure: Figure) -> str:
    """The figure as SVG in base64, without comments and idle white space; the same bytes in any process.

    A character that the font lacks is drawn as a box and warned of nowhere: caption, alternative text and data have it.
    """
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        FigureCanvasSVG(figure).print_svg(target, metadata=_UNTOLD)
    text = re.sub(
        r"<!--.*?-->|<!DOCTYPE[^>]*>|<metadata>.*?</metadata>", "", target.getvalue().decode("utf-8"), flags=re.S
    )
    compact = re.sub(r"\s+", " ", re.sub(r">\s+<", "><", text)).strip()
    return base64.b64encode(compact.encode("utf-8")).decode("ascii")


def chart(figure: Figure, title: str, alt: str, data: Fragment) -> Fragment:
    """A finished figure: drawing, caption that states the finding, alternative text and the data drawn."""
    return Fragment(
        f'<figure class="chart"><img src="data:image/svg+xml;base64,{_svg(figure)}" alt="{esc(alt)}">'
        f'<figcaption>{esc(title)}</figcaption><details class="data"><summary>图中数据</summary>{data.html}</details>'
        "</figure>",
        f"{title}\n{alt}",
    )


@traced
def progress_chart(review: Review) -> Fragment:
    """Every target's done share beside the share expected by now, one bar each."""
    rows = rows_of(review.targets)
    behind = [row["name"] for row in rows if row["progress_light"] in LATE_LIGHTS]
    silent = [row["name"] for row in rows if not row["reported"]]
    title = f"{len(behind)} 项落后于应达进度" if behind else "有数的指标都不落后于应达进度"
    title += f"，{len(silent)} 项没有数" if silent else ""
    title = "各项指标都没有可用的数" if len(silent) == len(rows) else title
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.6, 0.52 * len(rows) + 0.9))
        axes = figure.add_axes((0.20, 0.62 / (0.52 * len(rows) + 0.9), 0.55, 1 - 0.75 / (0.52 * len(rows) + 0.9)))
        for position, row in enumerate(rows):
            _bullet(axes, -position, row)
        _finish_bullets(axes, [row["name"] for row in rows])
        return chart(figure, title, _progress_alt(rows), _progress_data(rows))


def _bullet(axes: Axes, y: float, row: dict[str, Any]) -> None:
    axes.barh(y, _FULL_SCALE, height=0.56, color="#f1f4f7", zorder=0)
    colour = LIGHT_COLOURS[LIGHT_CLASSES[row["progress_light"]]]
    if row["reported"]:
        axes.barh(y, min(max(row["done_share"], 0.0), _FULL_SCALE), height=0.32, color=colour, zorder=2)
    axes.plot([row["expected_share"]] * 2, [y - 0.36, y + 0.36], color=INK, linewidth=2, zorder=3)
    value = f"{amount(row['value'], row['unit'])} / {row['amount']:g} {row['unit']}" if row["reported"] else ""
    word = row["progress_light"]
    axes.text(_FULL_SCALE + 0.03, y + 0.02, f"{SYMBOLS[word]} {word}", color=colour, va="bottom", fontsize=9.5)
    detail = f"{percent(row['done_share'])}（{value}）" if row["reported"] else "没有可用数值"
    axes.text(_FULL_SCALE + 0.03, y - 0.04, detail, color=MUTED, va="top", fontsize=8.5)


def _finish_bullets(axes: Axes, names: list[str]) -> None:
    axes.axvline(1.0, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xlim(0, _FULL_SCALE)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.set_yticks([-position for position in range(len(names))], [fill(name, 9) for name in names])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25%", "50%", "75%", "100% 目标值"])
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.text(0, -len(names) + 0.05, "", fontsize=8)
    axes.set_xlabel("色条：完成比例　竖线：此时应达比例　虚线：目标值", fontsize=8.5, loc="left", labelpad=6)


def _progress_alt(rows: list[dict[str, Any]]) -> str:
    parts = [
        f"{row['name']}{_done(row)}，应达 {percent(row['expected_share'])}，{row['progress_light']}"
        for row in rows
    ]  # fmt: skip
    return "各指标完成比例与应达比例的条形图。" + "；".join(parts) + "。"


def _done(row: dict[str, Any]) -> str:
    return f"完成 {percent(row['done_share'])}" if row["reported"] else "没有可用数值"


def _progress_data(rows: list[dict[str, Any]]) -> Fragment:
    return table(
        "各指标完成比例与应达比例", ("指标", "现值", "完成比例", "应达比例", "进度灯"),
        [(row["name"], amount_with_unit(row["value"], row["unit"]), percent(row["done_share"]),
          percent(row["expected_share"]), row["progress_light"]) for row in rows],
        ("text", "number", "number", "number", "mark"), kind="plain",
    )  # fmt: skip


def target_chart(review: Review, target: Target) -> Fragment:
    """One target over the quarters: value, the milestones due, the plan's amount, and what is foreseen at the due date.

    What is foreseen is an 80 % interval standing alone at the due date: no line leads to it from the past.
    """
    row = rows_of(review.targets[review.targets["target_id"].eq(target.id)])[0]
    series = review.series[review.series["target_id"].eq(target.id)]
    path = review.method.milestone_path(target.id, review.period)
    first = Period.parse(series["period"].iloc[0])
    quarters = first.until(max(Period.of(target.due), review.period))
    values = dict(zip(series["period"], series["value"], strict=True))
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.5))
        axes = figure.add_axes((0.07, 0.17, 0.76, 0.76))
        top = draw_outlook(axes, quarters.index(Period.of(target.due)), row)
        _draw_series(axes, quarters, values, path, target, top)
        said = [(q, v) for q, v in values.items() if not math.isnan(v)]
        title = (
            f"{target.name}：{said[0][0]} 为 {amount_with_unit(said[0][1], target.unit)}，"
            f"{said[-1][0]} 为 {amount_with_unit(said[-1][1], target.unit)}，目标 {target.wanted}{outlook_title(row)}"
            if said
            else f"{target.name}：各季均无可用数值，目标 {target.wanted}"
        )
        return chart(
            figure,
            title,
            _series_alt(values, target) + outlook_alt(row),
            _series_data(quarters, values, path, target, outlook_range(row)),
        )


def _draw_series(
    axes: Axes,
    quarters: tuple[Period, ...],
    values: dict[str, float],
    path: dict[Period, float],
    target: Target,
    foreseen: float,
) -> None:
    places = {str(quarter): index for index, quarter in enumerate(quarters)}
    xs = [places[quarter] for quarter in values]
    axes.axhline(target.amount, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate(f"目标 {target.amount:g} {target.unit}", (-0.45, target.amount), textcoords="offset points",
                  xytext=(0, 3), va="bottom", fontsize=9)  # fmt: skip
    nodes = [(places[str(node)], due) for node, due in sorted(path.items()) if str(node) in places]
    if nodes:
        style = {"marker": "D", "markersize": 4, "linewidth": 0.8, "linestyle": ":", "markerfacecolor": "white"}
        axes.plot(*zip(*nodes, strict=True), color=MUTED, **style)  # type: ignore[arg-type]
    ys = list(values.values())
    axes.plot(xs, ys, marker="o", markersize=5, color=ACCENT, linewidth=1.8)
    for x, y in zip(xs, ys, strict=True):
        if not math.isnan(y):
            axes.annotate(
                amount(y, target.unit),
                (x, y),
                textcoords="offset points",
                xytext=(0, 6),
                ha="center",
                fontsize=8.5,
                color=ACCENT,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
    _finish_series(
        axes, quarters, max([target.amount, foreseen, *(y for y in ys if not math.isnan(y)), *path.values()])
    )


def _finish_series(axes: Axes, quarters: tuple[Period, ...], top: float) -> None:
    axes.set_ylim(0, top * 1.22)
    axes.set_xlim(-0.5, len(quarters) - 0.5)
    labels = [
        f"Q{q.quarter}\n{q.year}" if q.quarter == 1 or i == 0 else f"Q{q.quarter}" for i, q in enumerate(quarters)
    ]
    axes.set_xticks(range(len(quarters)), labels, fontsize=8.5)
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _series_alt(values: dict[str, float], target: Target) -> str:
    said = "，".join(f"{quarter} {amount_with_unit(value, target.unit)}" for quarter, value in values.items())
    return f"{target.name}各季末数值的折线图：{said}；目标 {target.wanted}。"


def _series_data(
    quarters: tuple[Period, ...], values: dict[str, float], path: dict[Period, float], target: Target, foreseen: str
) -> Fragment:
    rows = [
        (str(quarter), amount(values[str(quarter)], target.unit) if str(quarter) in values else "未到期",
         f"{path[quarter]:g}" if quarter in path else "", foreseen if quarter == Period.of(target.due) else "")
        for quarter in quarters
    ]  # fmt: skip
    return table(
        f"{target.name}各季末数值",
        ("季度", "季末数值", "节点应达", "预测（八成区间）"),
        rows,
        ("text", "number", "number", "number"),
        unit=target.unit,
        kind="plain",
    )
