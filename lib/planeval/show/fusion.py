"""“四链”融合 and the three roles: findings, indices, coordination over the quarters, how firm it is."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planeval.judge.fusion import FusionJudgement
from planeval.plan.fusion import FusionIndicator
from planeval.review import Review
from planeval.show.counting_words import rule_in_words
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Align, Fragment, heading, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import ABSENT, quoted

_UNDECIDED = "这个计划没有决定用哪些指标衡量“四链”融合和三个定位，本节未作评价。"
_FORMULA = (
    "公式：每项指标的指数 =（数值 − 不允许值）÷（满意值 − 不允许值），限在 0 到 1 之间；"
    "链和定位的指数是其各项指数的平均；耦合度 C = n·(∏U)^(1/n) ÷ ΣU，水平 T = ΣU ÷ n，协调度 D = √(C·T)。",
    "限度：C 只说四条链像不像，四条链都弱时 C 也高，故以 D 为准，C 和 T 并列；"
    "标准值是评估人员的决定，换标准值就换了指数。",
)


@traced
def fusion_chain_section(review: Review) -> Fragment:
    """The four chains and their coordination: this quarter's finding, the chains, the course of D."""
    judged = review.fusion
    parts = [heading(3, "四链指数和协调度", "chains")]
    if judged is None:
        return together([*parts, paragraph(_UNDECIDED)])
    parts.append(paragraph(_finding(judged)))
    parts += [_indicator_table(judged, [*judged.fusion.chains.values()], "四条链的指标和指数"), _chain_chart(judged)]
    rows = [
        (row["period"], *(_index(_of(judged, chain, row["period"])) for chain in judged.fusion.chains),
         _index(row["coupling"]), _index(row["level"]), _index(row["degree"]), row["grade"] or "不作评价")
        for row in rows_of(judged.degrees)
    ]  # fmt: skip
    headings = (
        "季度",
        *(chain.name for chain in judged.fusion.chains.values()),
        "耦合度 C",
        "水平 T",
        "协调度 D",
        "等级",
    )
    aligns: list[Align] = ["text", *_numbers(len(headings) - 2), "text"]
    course = table("各季的链指数和协调度", headings, rows, aligns,
                   unit="指数，0 到 1", notes=_FORMULA)  # fmt: skip
    return together([*parts, course])


@traced
def firmness_section(review: Review) -> Fragment:
    """How far the degree of coordination depends on the goalposts and on each indicator."""
    judged = review.fusion
    parts = [heading(3, "协调度有多稳", "firmness")]
    if judged is None or judged.band is None:
        return together([*parts, paragraph(_UNDECIDED if judged is None else "本季协调度没有算出，不作稳健性检验。")])
    low, middle, high = judged.band
    degree = judged.degrees["degree"].iloc[-1]
    names = judged.fusion.indicators
    worst = next(iter(judged.without))
    text = (
        f"全部标准值各在两值之差的上下 {100 * judged.fusion.goalpost_band:g}% 内变动时，协调度的 90% 区间是 "
        f"{low:.2f} 到 {high:.2f}（中位数 {middle:.2f}，采用值 {degree:.2f}）；"
        f"去掉一项指标，变化最大的是去掉“{names[_largest(judged)].name}”，最压低协调度的是“{names[worst].name}”。"
    )
    rows = [(names[name].name, _index(value), _change(value - degree)) for name, value in judged.without.items()]
    left_out = table(
        "去掉一项指标后的协调度", ("去掉的指标", "协调度 D", "变化"), rows, ("text", "number", "number"),
        notes=[f"随机模拟 {judged.fusion.draws:,} 次，种子 {judged.fusion.seed}；变化为正，说明这一项拉低了协调度。"],
    )  # fmt: skip
    return together([*parts, paragraph(text), left_out])


@traced
def role_section(review: Review) -> Fragment:
    """The plan's three roles: two by their own indicators, the third by the degree of coordination."""
    judged = review.fusion
    parts = [heading(3, "三个定位", "roles")]
    if judged is None:
        return together([*parts, paragraph(_UNDECIDED)])
    period = str(review.period)
    said = [f"{role.name} {_index(_of(judged, name, period))}" for name, role in judged.fusion.roles.items()]
    degree = judged.degrees["degree"].iloc[-1]
    said.append(f"{judged.fusion.catalyst}（即协调度 D）{'没有算出' if math.isnan(degree) else f' {degree:.2f}'}")
    quote = next((item.quote for item in review.plan.text.qualitative_targets if item.id == "three_roles"), "")
    parts.append(paragraph(f"本季三个定位的指数：{'，'.join(said)}。"))
    parts += (
        [paragraph(f"方案原文：{quoted(quote)}。方案没有写怎么衡量，以下指标和标准值是评估人员的决定。", "note")]
        if quote
        else []
    )
    return together([*parts, _indicator_table(judged, [*judged.fusion.roles.values()], "定位的指标和指数")])


def fusion_finding(review: Review) -> str:
    """The one sentence of the page: the degree of coordination, the weakest and the strongest chain."""
    return _UNDECIDED if review.fusion is None else _finding(review.fusion)


def _finding(judged: FusionJudgement) -> str:
    last = rows_of(judged.degrees)[-1]
    chains = judged.fusion.chains
    if last["missing"]:
        names = "、".join(chains[name].name for name in last["missing"])
        return f"{last['period']} 的协调度没有算出：{names}有指标没有数，缺的不按零计。"
    values = {name: _of(judged, name, last["period"]) for name in chains}
    weakest = min(values, key=lambda name: values[name])
    strongest = max(values, key=lambda name: values[name])
    text = (
        f"{last['period']} 四链协调度 {last['degree']:.2f}，{last['grade']}；最弱的是{chains[weakest].name}"
        f"（{values[weakest]:.2f}），最强的是{chains[strongest].name}（{values[strongest]:.2f}）"
    )
    known = judged.degrees[judged.degrees["degree"].notna()]
    if len(known) > 1:
        before = rows_of(known)[-2]
        text += f"，比 {before['period']} {_change(last['degree'] - before['degree'])}"
    return text + "。"


def _indicator_table(judged: FusionJudgement, groups: list[object], caption: str) -> Fragment:
    now = judged.indices[judged.indices["period"].eq(judged.indices["period"].max())].set_index("indicator")
    rows = []
    for group in groups:
        for member in group.indicators:  # type: ignore[attr-defined]
            post: FusionIndicator = judged.fusion.indicators[member]
            rows.append((
                group.name, post.name, _value(now.loc[member, "value"], post.unit),  # type: ignore[attr-defined]
                f"{post.unacceptable:g}", f"{post.satisfactory:g}", _index(float(now.loc[member, "index"])),
                str(now.loc[member, "reason"]) or rule_in_words(post.rule),
            ))  # fmt: skip
    return table(caption, ("链或定位", "指标", "数值", "不允许值", "满意值", "指数", "口径，或没有数的原因"), rows,
                 ("text", "text", "number", "number", "number", "number", "text"), kind="prose",
                 notes=["指标和标准值为评估人员的决定（见《方法与口径》），不是方案原文。"])  # fmt: skip


def _chain_chart(judged: FusionJudgement) -> Fragment:
    last = rows_of(judged.degrees)[-1]
    title = f"四链协调度：{last['period']} 为 {_index(last['degree'])}，{last['grade']}"
    if math.isnan(last["degree"]):
        title = f"{last['period']} 的四链协调度没有算出"
    rows = rows_of(judged.degrees)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.4, 2.9))
        axes = figure.add_axes((0.06, 0.15, 0.74, 0.80))
        places = list(range(len(rows)))
        ends = []
        for number, (name, chain) in enumerate(judged.fusion.chains.items()):
            line = [_of(judged, name, row["period"]) for row in rows]
            axes.plot(places, line, color=MUTED, linewidth=1.1, linestyle=("-", "--", "-.", ":")[number % 4])
            ends.append((line[-1], chain.name, MUTED))
        degrees = [row["degree"] for row in rows]
        axes.plot(places, degrees, color=ACCENT, linewidth=2.4, marker="o", markersize=5)
        ends.append((degrees[-1], "协调度 D", ACCENT))
        _label_ends(axes, ends, len(rows) - 1)
        axes.set_xticks(places, [row["period"] for row in rows], fontsize=8.5)
        axes.set_ylim(0, 1.05)
        axes.set_yticks([0, 0.5, 1])
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.tick_params(length=0, colors=INK)
        said = "；".join(f"{row['period']} {_index(row['degree'])}" for row in rows)
        data = table("四链协调度", ("季度", "协调度 D"), [(row["period"], _index(row["degree"])) for row in rows],
                     ("text", "number"), kind="plain")  # fmt: skip
        return chart(figure, title, f"四条链的指数和协调度各季的折线图。协调度：{said}。", data)


def _label_ends(axes: Axes, ends: list[tuple[float, str, str]], place: int) -> None:
    """Names at the ends of the lines, pushed apart where they would meet."""
    height = -1.0
    for value, name, colour in sorted((end for end in ends if not math.isnan(end[0])), key=lambda end: end[0]):
        height = float(np.clip(max(value, height + 0.085), 0, 1.2))
        axes.text(place + 0.12, height, f"{name} {value:.2f}", va="center", fontsize=8.5, color=colour)


def _of(judged: FusionJudgement, group: str, period: str) -> float:
    rows = judged.groups
    return float(rows.loc[rows["group"].eq(group) & rows["period"].eq(period), "index"].iloc[0])


def _largest(judged: FusionJudgement) -> str:
    degree = judged.degrees["degree"].iloc[-1]
    return max(judged.without, key=lambda name: abs(judged.without[name] - degree))


def _change(difference: float) -> str:
    return f"{difference:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00").replace("-", "−")


def _numbers(columns: int) -> list[Align]:
    return ["number"] * columns


def _index(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.2f}"


def _value(value: object, unit: str) -> str:
    number = float(value)  # type: ignore[arg-type]
    return ABSENT if math.isnan(number) else f"{number:,.2f} {unit}" if unit == "亿元" else f"{number:,.0f} {unit}"
