"""稳健性: the band of the total, P(grade), leave-one-out, tornado, competing weights and goalposts, the experts."""

from __future__ import annotations

import math

from planeval.disclosure import withheld
from planeval.judge.assessment.assess import Assessment
from planeval.judge.assessment.decided import Experts
from planeval.judge.scoring.points import displayed_points
from planeval.review import Review
from planeval.show.comparison import comparison_tables
from planeval.show.editions import not_shown
from planeval.show.html import Cell, Fragment, paragraph, rows_of, table, together
from planeval.show.score_figures import numbers, signed_points, tornado_chart
from planeval.show.scores import NO_SCORE
from planeval.show.trace import traced
from planeval.show.words import ABSENT, percent


@traced
def robustness_section(review: Review) -> Fragment:
    """How far the total and its grade depend on the evaluators' own choices."""
    assessment = review.assessment
    if withheld(assessment):
        return not_shown(review)
    if assessment is None:
        return paragraph(NO_SCORE)
    if assessment.total.value is None:
        return together([paragraph(f"{''.join(assessment.total.sentences)}稳健性不适用。"), *_experts(review)])
    return together([
        paragraph(assessment.robustness.simulation.sentence), _band(assessment), _readings(assessment),
        _left_out(assessment), tornado_chart(review), *_experts(review), comparison_tables(review),
    ])  # fmt: skip


def _band(assessment: Assessment) -> Fragment:
    simulation = assessment.robustness.simulation
    rows = [
        (name, f"{limit:g} 分起", f"{simulation.probabilities[name]:.1%}",
         Cell("所定", "<strong>所定</strong>") if name == assessment.total.grade else "")
        for name, limit in assessment.scheme.grades.steps
    ]  # fmt: skip
    quantiles = "、".join(f"{100 * share:g}% 分位 {value:.1f}" for share, value in simulation.quantiles.items())
    return table(
        "总分落在各等级的比例", ("等级", "下限", "比例", "本次"), rows, ("text", "number", "number", "mark"),
        notes=[f"总分的{quantiles}。", "这是选择不同会怎样，不是数据出错的可能；底线规则和等级界限照所定不变。",
               f"随机种子 {simulation.seed}，同样的输入得到同样的结果。"],
    )  # fmt: skip


def _readings(assessment: Assessment) -> Fragment:
    rows = [
        (Cell("采用", "<strong>采用</strong>") if row["in_force"] else "备选", row["weights"], row["goalposts"],
         ABSENT if row["total"] is None or math.isnan(row["total"]) else str(displayed_points(row["total"])),
         row["grade"], str(row["below_floor"]))
        for row in rows_of(assessment.readings)
    ]  # fmt: skip
    grades = list(dict.fromkeys(assessment.readings["grade"]))
    agreed = "等级都是" + grades[0] if len(grades) == 1 else f"等级不一（{'、'.join(grades)}）"
    return table(
        f"权重和标准值的 {len(rows)} 种组合，{agreed}",
        ("采用", "权重", "标准值", "总分", "等级", "低于警戒线"), rows,
        ("mark", "text", "text", "number", "mark", "number"), kind="compact",
    )  # fmt: skip


def _left_out(assessment: Assessment) -> Fragment:
    table_of = assessment.robustness.leave_one_out
    if table_of.empty:
        return Fragment("")
    changing = [row["name"] for row in rows_of(table_of) if row["grade_changes"]]
    caption = f"去掉一项后的总分：{len(changing)} 项会改变等级" if changing else "去掉任何一项，等级都不变"
    rows = [
        (row["name"], ABSENT if math.isnan(row["total"]) else f"{row['total']:.1f}",
         ABSENT if math.isnan(row["change"]) else signed_points(row["change"]), row["grade"])
        for row in rows_of(table_of)
    ]  # fmt: skip
    return table(
        caption, ("去掉的指标", "总分", "变化", "等级"), rows, ("text", "number", "number", "mark"), unit="分",
        notes=["去掉一项后，其权重按比例分给其余各项。"],
    )  # fmt: skip


def _experts(review: Review) -> list[Fragment]:
    return [_expert_table(review, each) for each in review.assessment.experts] if review.assessment else []


def _expert_table(review: Review, experts: Experts) -> Fragment:
    group = experts.group
    names = {target.id: target.name for target in review.plan.targets}
    short = list(group.experts)
    rows = [
        (names.get(item, item), percent(weight), *(percent(group.experts[who].weights[item]) for who in short))
        for item, weight in group.weights.items()
    ]
    ratios = (f"{group.experts[who].consistency_ratio:.3f}" for who in short)
    rows.append(("一致性比率 CR", f"{group.group.consistency_ratio:.3f}", *ratios))
    standing = "采用" if experts.in_force else "备选，不影响总分"
    caption = f"专家两两比较的权重（{experts.label + '，' if experts.label else ''}{standing}）"
    return together([
        paragraph(group.sentence),
        table(caption, ("指标", "合成", *short), rows, ("text", *numbers(len(short) + 1)), kind="compact",
              notes=["各人权重为判断矩阵的主特征向量；合成为各人判断的几何平均；CR 不小于 0.1 的判断不予采用。"]),
    ])  # fmt: skip
