"""The three lights side by side, and what stands behind the outlook and the evidence, in words."""

from __future__ import annotations

import math
from typing import Any

from planeval.judge.outlook.verdict import METHOD_NAMES
from planeval.review import Review
from planeval.show.html import Cell, Fragment, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import amount, light, listed, percent

_DOCUMENTED = {"重点任务": "已完成的节点", "责任单位": "该单位报送并计入的行"}
LIGHTS = ("progress", "outlook", "evidence")
BY_HAND = "人工改为"


def light_cell(row: dict[str, Any], which: str) -> Cell:
    """A computed light and, beside it, what it was set to by hand."""
    computed, by_hand = light(row[f"{which}_light"]), row[f"{which}_override"]
    if not by_hand:
        return computed
    changed = light(by_hand)
    return Cell(
        f"{computed.text}（{BY_HAND} {changed.text}）",
        f'{computed.html}<span class="by-hand">（{BY_HAND} {changed.html}）</span>',
    )


def three_lights(row: dict[str, Any]) -> tuple[Cell, Cell, Cell]:
    """进度灯, 展望灯, 证据灯 of one target, task or unit; never one light."""
    progress, outlook, evidence = (light_cell(row, which) for which in LIGHTS)
    return progress, outlook, evidence


def chance(p: float) -> str:
    """A displayed probability: `约 70%`; `已成定局` where arithmetic decides; a dash where nothing is foreseen."""
    if p is None or math.isnan(p):
        return "—"
    return f"约 {100 * p:.0f}%" if 0 < p < 1 else "已成定局"


def outlook_sentence(row: dict[str, Any]) -> str:
    """P in words and points, the 80 % interval at the due date, and what the forecast rests on."""
    if math.isnan(row["outlook_p"]):
        return f"{row['outlook_word']}：{row['outlook_reason']}。"
    if not 0 < row["outlook_p"] < 1:
        return f"{row['outlook_word']}：{row['outlook_reason']}。{_interval(row)}"
    return (
        f"到期达到目标{row['outlook_word']}（{chance(row['outlook_p'])}）。{_interval(row)}"
        f"{METHOD_NAMES[row['outlook_method']]}：{row['outlook_reason']}。"
    )


def _interval(row: dict[str, Any]) -> str:
    if math.isnan(row["outlook_low"]) or row["outlook_low"] == row["outlook_high"]:
        return ""
    low, high = (amount(row[name], row["unit"]) for name in ("outlook_low", "outlook_high"))
    return f"到期日的数有八成可能在 {low} 至 {high} {row['unit']}之间。"


def override_notes(rows: list[dict[str, Any]]) -> list[str]:
    """Who set which light by hand, when and why; the computed light is what counts and is scored."""
    noted = [(row["name"], row["override_note"].rstrip("。")) for row in rows if row["override_note"]]
    return [f"{name}：{note}。计数和评分仍按计算结果。" for name, note in noted]


def light_notes(review: Review) -> list[str]:
    """What the outlook and evidence lights mean, as decided."""
    notes = ["三灯各自判断、不合并：进度灯看现在，展望灯看到期能否达到，证据灯看这个数有多可信。"]
    wanted = {"outlook_bands": "展望灯", "evidence_bands": "证据灯"}
    missing = [name for decision, name in wanted.items() if not review.method.decides(decision)]
    notes += [f"{listed(missing)}的档次没有确定，见“方法与口径”。"] if missing else []
    return [*notes, *override_notes(rows_of(review.targets))]


@traced
def task_light_table(review: Review) -> Fragment:
    """Three lights of every key task, from its milestones."""
    return _node_lights(review, rows_of(review.task_lights), "重点任务")


@traced
def unit_light_table(review: Review) -> Fragment:
    """Three lights of every unit that leads a milestone or filed anything, in the plan's order; no ranking."""
    return _node_lights(review, rows_of(review.unit_lights), "责任单位")


def _node_lights(review: Review, rows: list[dict[str, Any]], what: str) -> Fragment:
    if not rows or not any(row["milestones"] for row in rows):
        return paragraph(f"没有任务节点，{what}的三灯不适用。")
    late = [row["name"] for row in rows if row["overdue"]]
    first = f"{len(late)} 个{what}有逾期未完成的节点：{listed(late)}。" if late else f"各{what}没有逾期未完成的节点。"
    lines = [
        (row["name"], f"{row['finished']}/{row['due']}", percent(_number(row["finished_share"])), *three_lights(row),
         chance(_number(row["outlook_p"])), str(row["remaining"]), _documents(row["evidence_reason"]))
        for row in rows
    ]  # fmt: skip
    return together([
        paragraph(first),
        table(f"{what}三灯", (what, "完成/到期", "完成率", "进度灯", "展望灯", "证据灯", "余下按期的可能", "余下节点",
                            "佐证"), lines,
              ("text", "number", "number", "mark", "mark", "mark", "number", "number", "text"),
              notes=[f"佐证：{_DOCUMENTED[what]}中写明佐证材料的。",
                     "展望灯看余下的节点能否全部按期完成，按以往按期的记录推算（贝塔-二项）；同一单位的节点往往一起拖，"
                     "实际把握比所列更小。已逾期的节点不可能再按期，不在其内。", *override_notes(rows)],
              kind="compact"),
    ])  # fmt: skip


def _documents(reason: str) -> str:
    """Why the evidence light stands as it does, without saying on every line what the column is about."""
    for rows in _DOCUMENTED.values():
        reason = reason.removeprefix(f"{rows}共 ")
    return reason


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
