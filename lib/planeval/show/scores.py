"""总分: points, weights, total, grade and floor; the four states without a plain number; what moved the total."""

from __future__ import annotations

import math

from planeval.judge.assessment.assess import Assessment
from planeval.judge.scoring.points import IN_DOUBT, NOT_APPLICABLE, NOT_DUE, OWED
from planeval.judge.scoring.totals import NO_GRADE
from planeval.plan.scoring_decisions import MissingRule
from planeval.review import Review
from planeval.show.html import Fragment, heading, paragraph, rows_of, table, together
from planeval.show.score_decisions import goalpost_in_words
from planeval.show.score_figures import waterfall_chart
from planeval.show.trace import traced
from planeval.show.words import ABSENT, percent

BY_US = "评估人员的决定，不是方案原文"
NO_SCORE = "method.yml 没有作出评分的决定，本计划不评总分。"


@traced
def score_section(review: Review) -> Fragment:
    """综合得分: the total and its grade, every item's points, what moved it since the last review."""
    parts = [heading(3, "综合得分", "score")]
    if review.assessment is None:
        return together([*parts, paragraph(NO_SCORE)])
    parts += [paragraph(_lead(review.assessment)), _points_table(review, review.assessment)]
    if review.assessment.change is not None:
        parts.append(waterfall_chart(review, review.assessment.change))
    elif review.last_review is not None and review.assessment.total.value is not None:
        parts.append(paragraph("上期没有总分，总分的变化不能分解；各项得分的变化见“与上期相比”。"))
    return together(parts)


def _lead(assessment: Assessment) -> str:
    """The total, its band, what the floor rule did, and how it moved."""
    total = assessment.total
    said = "".join(total.sentences)
    if total.value is None or total.grade == NO_GRADE:
        return said
    if not total.below_floor:
        said += f"没有一项低于警戒线，底线规则（等级不高于“{assessment.scheme.floor.cap}”）没有触发。"
    quantiles = assessment.robustness.simulation.quantiles
    likely = assessment.robustness.simulation.same_grade
    said += f"换一种权重、标准值或合成方法，总分多半在 {quantiles[0.05]:.1f}—{quantiles[0.95]:.1f} 之间"
    if likely is not None:
        said += f"，等级仍是“{total.grade}”的占 {likely:.0%}"
    said += "，详见“方法与口径”。"
    return said + (assessment.change.sentence.replace("总分变化", "与上期相比，总分变化") if assessment.change else "")


def _points_table(review: Review, assessment: Assessment) -> Fragment:
    method, period = review.method, review.period
    rows = []
    for row in rows_of(assessment.total.table):
        line = "低于警戒线" if row["below_floor"] else ABSENT
        rows.append((
            row["name"], _x(review, row["item_id"], row["x"]),
            row["state"], _number(row["points"]), percent(row["effective_weight"]), _number(row["contribution"], 2),
            line,
        ))  # fmt: skip
    total = assessment.total
    rows.append(("总分", ABSENT, total.grade, _number(_value(total.value)), "", _number(_value(total.value), 2), ""))
    posts = {
        goalpost_in_words(method.value(f"goalposts.{target.id}", period), target.unit)
        for target in review.plan.targets
    }  # fmt: skip
    notes = [
        "功效系数：60 + 40 ×（对照数 − 不允许值）÷（满意值 − 不允许值），限于 0 到 100 分。"
        f"对照数：{'；'.join(sorted(posts))}。",
        f"权重：{assessment.scheme.weights.sentence}贡献 = 得分 × 权重，合计为总分。",
        missing_in_words(method.value("missing", period)),
        f"标准值、权重、底线和等级都是{BY_US}；得分是推进快慢的概括，不代替各项指标的灯。",
    ]
    return table(
        "各项指标得分和总分", ("指标", "对照数", "状态", "得分", "权重", "贡献", "底线"), rows,
        ("text", "number", "mark", "number", "number", "number", "mark"), unit="分", notes=notes,
    )  # fmt: skip


def _x(review: Review, target_id: str, x: float) -> str:
    """The number held against the goalposts, in the unit of its measure."""
    posts = review.assessment.scheme.goalposts[target_id] if review.assessment else None
    return ABSENT if posts is None or math.isnan(x) else posts.printed(x)


def _value(value: float | None) -> float:
    return math.nan if value is None else value


def _number(value: float, places: int = 1) -> str:
    return ABSENT if math.isnan(value) else f"{value:.{places}f}"


def missing_in_words(rule: MissingRule) -> str:
    """The four states without a plain number and what each does to the total."""
    owed = "按 0 分计，权重不变" if rule.owed == "zero" else "不计分，权重按比例分给其余各项"
    doubt = "先按报送数计分并加注，核定后重算" if rule.in_doubt == "counted" else "不计分，权重按比例分给其余各项"
    return (
        f"四种没有确数的情形：{NOT_DUE}（此时没有应达要求，或不满一个计算期）不计分，权重按比例分给其余各项；"
        f"{OWED}（应报单位都没有报）{owed}；{NOT_APPLICABLE}（没有公开数据或没有定口径）不计分，权重按比例分给其余各项；"
        f"{IN_DOUBT}（应报单位没有报齐）{doubt}。"
    )
