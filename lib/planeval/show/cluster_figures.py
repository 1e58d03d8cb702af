"""Figures on industries and chains: heat tables in greys with the number printed, dots against 1, share bars."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.measures.cluster import INSIDE
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Align, Fragment, rows_of, table
from planeval.show.places import number
from planeval.show.words import amount, percent

_PALE, _DARK = 0.98, 0.70  # greys of the smallest and the largest number; black text stays legible on both
_GAP_HATCH = "////"


def _grey(share: float) -> str:
    """The grey of a share of the largest number: white paper to light grey."""
    return f"{_PALE - (_PALE - _DARK) * min(max(share, 0.0), 1.0):.3f}"


def heat(axes: Axes, names: list[str], headings: list[str], values: list[list[float]], words: list[list[str]]) -> None:
    """A heat table: one cell per number, darker for more within its column, NaN left blank."""
    for column in range(len(headings)):
        top = max((row[column] for row in values if not math.isnan(row[column])), default=0.0)
        for line, row in enumerate(values):
            shade = "1.0" if math.isnan(row[column]) else _grey(row[column] / top if top else 0.0)
            axes.barh(-line, 0.96, left=column - 0.48, height=0.9, color=shade, edgecolor=RULE, linewidth=0.6)
            axes.text(column, -line, words[line][column], ha="center", va="center", fontsize=9.5, color=INK)
    axes.set_xlim(-0.55, len(headings) - 0.45)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.set_yticks([-line for line in range(len(names))], names)
    axes.set_xticks(range(len(headings)), headings)
    axes.xaxis.tick_top()
    bare(axes)


def bare(axes: Axes) -> None:
    """No ticks and no frame."""
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def industry_chart(review: Review) -> Fragment:
    """Industry × chain heat table: firms, earning firms and revenue, darker for more in its column."""
    cluster = review.themes.cluster
    rows = [row for row in rows_of(cluster.chains) if row["chain"] or row["firms"]]
    if not rows:
        return Fragment("")
    names = [f"{row['name']}·{row['chain']}" if row["chain"] else row["name"] for row in rows]
    zones = review.plan.text.zones
    here = cluster.firms.rows
    counts = [[float(_in_zone(here, row, zone.id)) for zone in zones] for row in rows]
    values = [[float(row["firms"]), *count, row["revenue"]] for row, count in zip(rows, counts, strict=True)]
    words = [[*(f"{value:g}" for value in line[:-1]), amount(line[-1], "万元")] for line in values]
    headings = ["企业（家）", *(f"#{zone.name}" for zone in zones), "营收（万元）"]
    title = _most(names, [line[-1] for line in values], [line[0] for line in values])
    with mpl.rc_context(style()):
        height = 0.36 * len(rows) + 0.45
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.21, 0.02, 0.78, 1 - 0.42 / height))
        heat(axes, names, headings, values, words)
        alt = "产业和产业链的热力表：" + "；".join(
            f"{name} {line[0]} 家，营收 {line[-1]} 万元" for name, line in zip(names, words, strict=True)
        )
        return chart(figure, title, alt + "。", _plain("产业和产业链", ["产业（链）", *headings], names, words))


def _most(names: list[str], revenues: list[float], firms: list[float]) -> str:
    """Which row earns most; without revenue, which has most firms."""
    earned = [(revenue, name) for revenue, name in zip(revenues, names, strict=True) if not math.isnan(revenue)]
    if earned:
        revenue, name = max(earned)
        return f"营收最多的是{name}，{amount(revenue, '万元')} 万元"
    most = max(firms)
    return f"企业最多的是{'、'.join(name for name, count in zip(names, firms, strict=True) if count == most)}"


def _in_zone(firms: Any, row: dict[str, Any], zone: str) -> int:
    same = firms["chain"].eq(row["chain"]) if row["chain"] else firms["chain"].isna()
    return int((firms["industry"].eq(row["industry"]) & same & firms["zone"].eq(zone)).sum())


def _plain(title: str, headings: list[str], names: list[str], words: list[list[str]]) -> Fragment:
    aligns: list[Align] = ["text"]
    aligns += ["number"] * (len(headings) - 1)
    rows = [(name, *line) for name, line in zip(names, words, strict=True)]
    return table(title, headings, rows, aligns, kind="plain")


def location_chart(review: Review) -> Fragment:
    """LQ dots: each industry's quotient in each place, against 1."""
    rows = [row for row in rows_of(review.themes.cluster.location) if not math.isnan(row["lq"])]
    if not rows:
        return Fragment("")
    names = list(dict.fromkeys(row["name"] for row in rows))
    inside = [row for row in rows if row["place"] != INSIDE]
    title = "各产业的区位商"
    if inside:
        far = max(inside, key=lambda row: row["lq"])
        title = (
            f"谷内最偏重的是{far['place']}的{far['name']}：份额是全谷的 {number(far['lq'])} 倍（{far['firms']} 家企业）"
        )
    with mpl.rc_context(style()):
        height = 0.62 * len(names) + 0.75
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.13, 0.48 / height, 0.84, 1 - 0.55 / height))
        axes.axvline(1.0, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        for line, name in enumerate(names):
            _dots(axes, -line, [row for row in rows if row["name"] == name])
        axes.set_ylim(-len(names) + 0.35, 0.65)
        axes.set_xlim(0, max(1.6, max(row["lq"] for row in rows) * 1.18))
        axes.set_yticks([-line for line in range(len(names))], names)
        bare(axes)
        key = "区位商（虚线为 1）　实心：谷内比较，参照为谷内全部　空心方块：与外部参照比"
        axes.set_xlabel(key, fontsize=8.5, loc="left")
        alt = "区位商点图：" + "；".join(
            f"{row['name']}，{row['place']}对{row['reference']} {number(row['lq'])}" for row in rows
        )
        words = [[f"{row['place']}对{row['reference']}", number(row["lq"])] for row in rows]
        return chart(figure, title, alt + "。", _plain("区位商", ["产业", "比较", "区位商"],
                                                       [row["name"] for row in rows], words))  # fmt: skip


def _dots(axes: Axes, y: float, rows: list[dict[str, Any]]) -> None:
    spread = sorted(row["lq"] for row in rows)
    axes.plot([spread[0], spread[-1]], [y, y], color=RULE, linewidth=2, zorder=1)
    for at, row in enumerate(sorted(rows, key=lambda row: row["lq"])):
        outside = row["place"] == INSIDE
        axes.plot(row["lq"], y, marker="s" if outside else "o", markersize=7.5, color=ACCENT, zorder=3,
                  markerfacecolor="white" if outside else ACCENT, markeredgewidth=1.6)  # fmt: skip
        label = f"对{row['reference']} {number(row['lq'])}" if outside else f"{row['place']} {number(row['lq'])}"
        above = at % 2 == 0
        axes.annotate(label, (row["lq"], y), textcoords="offset points", xytext=(0, 7 if above else -7), fontsize=8.5,
                      ha="center", va="bottom" if above else "top", color=INK,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip


def concentration_chart(review: Review) -> Fragment:
    """Share of the largest firm and of the three after it in each industry's revenue."""
    cluster = review.themes.cluster
    rows = [row for row in rows_of(cluster.industries) if not math.isnan(row["hhi"])]
    if not rows:
        return Fragment("")
    first = max(rows, key=lambda row: row["largest_share"])
    share = f"{first['earning']} 家营收的 {percent(first['largest_share'])}"
    title = f"对一家企业依赖最大的是{first['name']}：最大一家占 {share}"
    with mpl.rc_context(style()):
        height = 0.5 * len(rows) + 0.7
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.13, 0.48 / height, 0.72, 1 - 0.55 / height))
        for line, row in enumerate(rows):
            axes.barh(-line, 1.0, height=0.5, color="#f1f4f7", zorder=0)
            axes.barh(-line, row["cr4"], height=0.5, color="#a9bccd", edgecolor=INK, linewidth=0.5, zorder=1)
            axes.barh(-line, row["largest_share"], height=0.5, color=ACCENT, edgecolor=INK, linewidth=0.5, zorder=2)
            label = f"{percent(row['largest_share'])}｜{percent(row['cr4'])}"
            axes.text(1.02, -line, label, va="center", fontsize=9, color=INK)
        axes.set_xlim(0, 1)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_yticks([-line for line in range(len(rows))], [row["name"] for row in rows])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25%", "50%", "75%", "100%"])
        bare(axes)
        key = "深色：最大一家占营收的比例　浅色：最大四家（含前者）　右侧数字：一家｜四家"
        axes.set_xlabel(key, fontsize=8.5, loc="left")
        alt = "营收集中度条形图：" + "；".join(
            f"{row['name']}最大一家 {percent(row['largest_share'])}，四家 {percent(row['cr4'])}" for row in rows
        )
        words = [[str(row["earning"]), percent(row["largest_share"]), percent(row["cr4"])] for row in rows]
        return chart(figure, title, alt + "。", _plain("营收集中度", ["产业", "有营收企业", "最大一家", "最大四家"],
                                                       [row["name"] for row in rows], words))  # fmt: skip


def chain_chart(review: Review) -> Fragment:
    """Chain × link heat table: firms in each link, a hatched cell where there is none."""
    links = review.themes.cluster.links
    if links.links.empty:
        return Fragment("")
    chains = list(dict.fromkeys(links.links["chain"]))
    gaps = rows_of(links.gaps)
    title = f"{len(links.links)} 个环节中 {len(gaps)} 个没有企业" if gaps else f"{len(links.links)} 个环节都有企业"
    top = max(int(links.links["firms"].max()), 1)
    with mpl.rc_context(style()):
        height = 0.78 * len(chains) + 0.5
        figure = Figure(figsize=(7.4, height))
        axes = figure.add_axes((0.10, 0.36 / height, 0.89, 1 - 0.40 / height))
        for row in rows_of(links.links):
            _link_cell(axes, row["position"] - 1, -chains.index(row["chain"]), row, top)
        axes.set_xlim(-0.55, float(links.links["position"].max()) - 0.45)
        axes.set_ylim(-len(chains) + 0.45, 0.55)
        axes.set_yticks([-line for line in range(len(chains))], chains)
        axes.set_xticks([])
        bare(axes)
        key = "左为上游，右为下游；颜色越深企业越多，斜线为没有企业"
        axes.set_xlabel(key, fontsize=8.5, loc="left")
        said = "；".join(f"{row['chain']}·{row['link']} {row['firms']} 家" for row in rows_of(links.links))
        words = [[row["link"], f"{row['firms']}" if row["firms"] else "0（缺口）"] for row in
                 rows_of(links.links)]  # fmt: skip
        return chart(figure, title, f"产业链环节热力表：{said}。", _plain(
            "各环节的企业", ["产业链", "环节", "企业（家）"], list(links.links["chain"]), words))  # fmt: skip


def _link_cell(axes: Axes, x: float, y: float, row: dict[str, Any], top: int) -> None:
    gap = not row["firms"]
    axes.barh(y, 0.94, left=x - 0.47, height=0.86, color="1.0" if gap else _grey(row["firms"] / top),
              edgecolor=MUTED if gap else RULE, linewidth=0.7, hatch=_GAP_HATCH if gap else None)  # fmt: skip
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if gap else None
    axes.text(x, y + 0.14, row["link"], ha="center", va="center", fontsize=8.6, bbox=box)
    axes.text(x, y - 0.2, "缺口" if gap else f"{row['firms']} 家", ha="center", va="center", fontsize=9.5, bbox=box)
