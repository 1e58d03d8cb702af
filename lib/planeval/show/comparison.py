"""对照附表: other methods beside the total, with rank correlation and why they do not grade; only when decided."""

from __future__ import annotations

import math
from typing import Any

from planeval.review import Review
from planeval.show.html import Fragment, paragraph, rows_of, table, together
from planeval.show.score_figures import numbers
from planeval.show.words import ABSENT, percent


def comparison_tables(review: Review) -> Fragment:
    """The other methods over the quarters so far; nothing at all unless the decision shows them."""
    method, period = review.method, review.period
    if not method.decides("comparison") or not method.value("comparison", period).shown:
        return Fragment("")
    found = review.assessment.comparison if review.assessment else None
    if found is None:
        return paragraph("对照附表：有总分的季度不足两个，没有可比的对象。")
    quarters = list(dict.fromkeys(found.detail["object"]))
    cells = {(row["method"], row["object"]): row for row in rows_of(found.detail)}
    summary = rows_of(found.summary)
    values = [
        (row["label"], *(_cell(cells.get((row["method"], quarter))) for quarter in quarters), _correlation(row),
         row["why_not"])
        for row in summary
    ]  # fmt: skip
    weights = [(name, *(_weight(found.weights, row["method"], name) for row in summary[:3])) for name in _items(review)]
    return together([
        paragraph("对照附表：以各季度为对象，用其他方法重算，只作对照，不作评级。各季度都按现在所知和现行口径。"),
        table("其他评价方法的结果（括号内为名次）", ("方法", *quarters, "与总分的排序相关", "为什么不用来评级"), values,
              ("text", *numbers(len(quarters)), "text", "text"), kind="compact",
              notes=[row["statement"] for row in summary]),
        table("由数据算出的权重", ("指标", *(row["label"] for row in summary[:3])), weights,
              ("text", "number", "number", "number")),
    ])  # fmt: skip


def _items(review: Review) -> list[str]:
    return [target.name for target in review.plan.targets]


def _cell(row: dict[str, Any] | None) -> str:
    if row is None or math.isnan(row["value"]):
        return ABSENT
    places = 3 if row["method"] == "topsis" else 1
    return f"{row['value']:.{places}f}（{row['rank']}）"


def _correlation(row: dict[str, Any]) -> str:
    if row["spearman"] is None or row["kendall"] is None:
        return str(row["agreement"])
    return f"Spearman {row['spearman']:.2f}，Kendall {row['kendall']:.2f}"


def _weight(weights: dict[str, dict[str, float]], method: str, name: str) -> str:
    weight = weights[method].get(name)
    return ABSENT if weight is None else percent(weight)
