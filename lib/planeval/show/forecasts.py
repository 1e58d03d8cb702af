"""How the forecasts did whose quarter has closed, and those still open: the forecaster is judged too."""

from __future__ import annotations

import math
from typing import Any

from planeval.disclosure import withheld
from planeval.judge.outlook import METHOD_NAMES
from planeval.review import Review
from planeval.show.editions import not_shown
from planeval.show.html import Fragment, folded, paragraph, rows_of, table, together
from planeval.show.lights import chance
from planeval.show.trace import traced
from planeval.show.words import amount, pace, percent

SMALL = "项数很少，只说明有没有明显走样，还不能说明预测可靠"


@traced
def forecast_table(review: Review) -> Fragment:
    """Brier score, coverage, calibration by word, and every forecast kept."""
    if withheld(review.calibration):
        return not_shown(review)
    found = review.calibration
    first = f"{found.reason}；另有 {found.open} 项尚未到期。" if found.closed else f"{found.reason}。"
    rows = rows_of(review.forecasts)
    if not rows:
        why = "没有按季的报送" if not review.ledger.filings else "已知的季度还不够"
        return paragraph(f"{first}{why}，本节暂无内容。")
    how = paragraph(
        "每一季的预测都用当季报送截止时收到的台账重新算出，后来的补报和更正不会帮它的忙；口径取现行的决定，"
        "使预测和结果可比。到期后与实际比较：布里尔分数是概率与结果之差的平方的平均，0 最好，一律说一半对一半得 0.25。"
    )
    parts = [paragraph(first), how]
    if found.closed:
        parts += [_scores(review), _calibration(review)]
    return together([*parts, folded(f"逐项预测（{len(rows)} 项）", _listing(rows))])


def _scores(review: Review) -> Fragment:
    found = review.calibration
    low, high = (percent(_number(end)) for end in (found.coverage_low, found.coverage_high))
    lines = [
        ("已到期的预测", f"{found.closed} 项", SMALL),
        ("布里尔分数", _decimal(found.brier), f"总说“实际达到的比例”可得 {_decimal(found.brier_base)}，那要事后才知道"),
        (
            "八成区间的实际覆盖",
            percent(_number(found.coverage)),
            f"标称 80%；按项数的把握区间 {low} 至 {high}",
        ),
    ]
    return table("预测的成绩", ("项目", "数值", "说明"), lines, ("text", "number", "text"))


def _calibration(review: Review) -> Fragment:
    lines = [
        (row["word"], str(row["forecasts"]), percent(row["mean_p"]), percent(row["reached_share"]),
         f"{percent(row['reached_low'])} 至 {percent(row['reached_high'])}")
        for row in rows_of(review.calibration.table)
    ]  # fmt: skip
    return table(
        "说的可能性与实际达到的比例", ("用词", "项数", "平均概率", "实际达到", "把握区间（95%）"), lines,
        ("text", "number", "number", "number", "number"),
        notes=["同一指标相邻几季的预测并不独立，把握区间实际应更宽。"],
    )  # fmt: skip


def _listing(rows: list[dict[str, Any]]) -> Fragment:
    lines = [
        (row["name"], row["made_in"], _known_on(row), row["event"], row["closes_in"], _needed(row), chance(row["p"]),
         f"{amount(row['low'], row['unit'])}–{amount(row['high'], row['unit'])}", amount(row["outcome"], row["unit"]),
         _came(row), METHOD_NAMES[row["method"]])
        for row in rows
    ]  # fmt: skip
    return table(
        "逐项预测和结果",
        ("指标", "预测于", "当时数据截至", "事项", "到期", "需要", "可能性", "八成区间", "实际", "结果", "方法"), lines,
        ("text", "mark", "mark", "mark", "mark", "number", "number", "number", "number", "mark", "text"),
        kind="compact",
        notes=["“下一季”：下一季的新增（存量为净增）能否达到当时每季须完成的数。“到期”：到期日的数能否达到目标值。"],
    )  # fmt: skip


def _known_on(row: dict[str, Any]) -> str:
    return row["known_on"].isoformat() if row["known_on"] else "—"


def _needed(row: dict[str, Any]) -> str:
    return pace(row["needed"], row["unit"]) if row["event"] == "下一季" else f"{row['needed']:g} {row['unit']}"


def _came(row: dict[str, Any]) -> str:
    if row["reached"] is None or (isinstance(row["reached"], float) and math.isnan(row["reached"])):
        return "尚未到期"
    return ("达到" if row["reached"] else "未达到") + ("，在区间内" if row["within"] else "，在区间外")


def _decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _number(value: float | None) -> float:
    return math.nan if value is None else value
