"""与上期相比: what changed since the last review, each with its cause; and how the last review was known."""

from __future__ import annotations

import math
from typing import Any

from planeval.judge.assessment.changes import LIGHT, NONE, SCORE, SPLIT, TOTAL, VALUE
from planeval.review import Review
from planeval.show.html import Align, Cell, Fragment, heading, paragraph, rows_of, table, together
from planeval.show.score_figures import numbers, signed_points
from planeval.show.scores import score_section
from planeval.show.trace import traced
from planeval.show.words import ABSENT, amount, light, signed

_CAUSES = {"更正": "更正和补报"}


@traced
def change_section(review: Review) -> Fragment:
    """与上期相比: every value, light and score that changed since the last review, and why."""
    parts = [heading(3, "与上期相比", "changes")]
    if review.last_review is None:
        return together([*parts, paragraph("上一季度没有评估，也没有报送，没有可以比较的上期结果。")])
    changed = [row for row in rows_of(review.changes) if row["cause"] != NONE]
    parts.append(paragraph(_lead(review, changed)))
    if not changed:
        return together(parts)
    split = {cause: column for cause, column in SPLIT.items() if any(row[column] for row in changed)}
    rows = [
        (row["name"], row["what"], _shown(row, row["before"]), _shown(row, row["after"]), _difference(row),
         _causes(row["cause"]), *(_step(row, column) for column in split.values()))
        for row in changed
    ]  # fmt: skip
    aligns: list[Align] = ["text", "text", "number", "number", "number", "text", *numbers(len(split))]
    headings = ("指标", "项目", "上期", "本期", "变化", "原因", *(f"其中{_causes(cause)}" for cause in split))
    listing = table(
        "与上期评估结果的差别和原因", headings, rows, aligns, notes=_notes(review), kind="compact"
    )  # fmt: skip
    return together([*parts, listing])


def score_and_changes(review: Review) -> Fragment:
    """The score of the quarter and what changed since the last review, one after the other."""
    return together([score_section(review), change_section(review)])


def change_sentence(review: Review) -> str:
    """How many values, lights and scores differ from the last review as it was known then; '' when there was none."""
    if review.last_review is None:
        return ""
    return _counted(review, [row for row in rows_of(review.changes) if row["cause"] != NONE])


def _counted(review: Review, changed: list[dict[str, Any]]) -> str:
    counts = {what: sum(row["what"] == what for row in changed) for what in (VALUE, LIGHT, SCORE)}
    said = f"与 {_last(review)} 评估当时的结果相比，"
    said += (
        "、".join(f"{count} 项{what}" for what, count in counts.items() if count) or "各项指标的数值、灯和得分都没有"
    )
    said += "变了。" if any(counts.values()) else "变化。"
    corrected = [row["name"] for row in changed if row["what"] == VALUE and "更正" in row["cause"]]
    if corrected:
        said += f"上期数值因更正或补报而不同的有 {len(corrected)} 项：{'、'.join(corrected)}。"
    return said


def _lead(review: Review, changed: list[dict[str, Any]]) -> str:
    said = _counted(review, changed)
    total = next((row for row in changed if row["what"] == TOTAL), None)
    if total is not None and total["difference"] is not None:
        said += f"总分由 {total['before']:.1f} 到 {total['after']:.1f}（{signed_points(total['difference'])} 分）。"
    return said


def _last(review: Review) -> str:
    return str(review.last_review.period) if review.last_review else ""


def _shown(row: dict[str, Any], seen: Any) -> Cell | str:
    if seen is None or (isinstance(seen, float) and math.isnan(seen)):
        return "没有数"
    if isinstance(seen, str):
        return light(seen)
    return amount(seen, row["unit"]) if row["what"] == VALUE else f"{seen:.1f}"


def _difference(row: dict[str, Any]) -> str:
    return ABSENT if row["difference"] is None else _step(row, "difference")


def _step(row: dict[str, Any], column: str) -> str:
    """A signed step; blank where it is nothing or a light, a dash where it cannot be told apart."""
    step = row[column]
    if step is None:
        return "" if row["what"] == LIGHT else ABSENT
    if abs(step) < 1e-9 and column != "difference":
        return ""
    return signed(step, row["unit"]) if row["what"] == VALUE else signed_points(step)


def _causes(cause: str) -> str:
    return "、".join(_CAUSES.get(each, each) for each in cause.split("、"))


def _notes(review: Review) -> list[str]:
    last = review.last_review
    if last is None:
        return []
    day = last.known_on.isoformat() if last.known_on else "没有报送"
    notes = [
        f"上期：{last.period}，按 {day} 以前收到的报送（{last.known_from}）和当时起用的决定。",
        "更正和补报：上期评估以后收到的、改变上期数值的报送；口径变更：决定改了；应达变化：到期的节点或时间变了，"
        "只影响灯和得分；新增事实：本季新发生的。各项之和等于变化；途中缺数的不分。",
    ]
    if last.printed is None:
        notes.append(
            "没有保存上期发布的表，上期结果由现在的程序按当时所知重新算出，方法变更（程序或决定文本改动）无从比较。"
        )
        return notes
    path = f"params/{review.plan.id}/method.yml"
    now = next((file.sha256 for file in review.inputs if file.path == path), "")
    text = "与当时相同" if now == last.printed.method_sha256 else "与当时不同"
    notes.append(
        f"方法变更：与保存的上期发布表相比；上期程序版本 {last.printed.package}，决定文本（method.yml）{text}。"
    )
    return notes
