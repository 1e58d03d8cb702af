"""One section per target: finding, quote and clause, 口径 with its author, the quarters, the rows behind it."""

from __future__ import annotations

import math
from typing import Any

from planeval.ledger.tables import BY_ID
from planeval.plan import Target
from planeval.plan.model import KIND_NAMES
from planeval.review import Review
from planeval.show.figures import target_chart
from planeval.show.html import (
    Cell,
    Fragment,
    definition_list,
    esc,
    folded,
    heading,
    paragraph,
    rows_of,
    table,
    together,
)
from planeval.show.lights import light_cell, outlook_sentence
from planeval.show.sentences import sentence
from planeval.show.target_trace import calculation, counting, decided, rows_and_files, target_source
from planeval.show.trace import checking
from planeval.show.words import amount_with_unit, pace, pace_multiple, percent, points

ROWS_SHOWN = 300


def target_sections(review: Review) -> Fragment:
    """Every target of the plan in its order."""
    return together(target_section(review, target) for target in review.plan.targets)


def target_section(review: Review, target: Target) -> Fragment:
    """One target: what it came to, why, and from which rows."""
    row = rows_of(review.targets[review.targets["target_id"].eq(target.id)])[0]
    parts = [heading(3, target.name, f"target-{target.id}"), sentence(_finding(row, target), target_source(target.id))]
    parts.append(definition_list([
        ("条款", Cell(target.quote, f'“{esc(target.quote)}”（{esc(target.clause)}）')),
        ("目标值", f"{target.wanted}，{target.due.isoformat()} 前，{KIND_NAMES[target.kind]}"),
        ("现值", amount_with_unit(row["value"], row["unit"])),
        ("进度灯", light_cell(row, "progress")),
        ("展望灯", _judged(row, "outlook", outlook_sentence(row))),
        ("证据灯", _judged(row, "evidence", f"{row['evidence_reason']}。")),
        ("口径", counting(review, target)),
        ("基数", decided(review, f"baseline.{target.id}", f"{row['baseline']:g} {target.unit}")),
        ("算式", calculation(review, target, row)),
        ("台账", rows_and_files(review, target)),
        ("复核", checking(review, ("targets", "series"))),
    ], "facts trace"))  # fmt: skip
    parts.append(target_chart(review, target))
    parts.append(_rows_behind(review, target))
    return Fragment(f'<section class="traced">{together(parts).html}</section>', together(parts).text)


def _finding(row: dict[str, Any], target: Target) -> str:
    if not row["reported"]:
        return f"{row['reason']}，{target.name}没有可用的数值，不作零计。"
    text = (
        f"{target.name}现为 {amount_with_unit(row['value'], row['unit'])}，完成 {percent(row['done_share'])}，"
        f"应达 {percent(row['expected_share'])}，相差 {points(row['gap'])} 个百分点，{row['progress_light']}。"
    )
    if not math.isnan(row["required_pace"]) and row["required_pace"] > 0:
        text += pace_sentence(row)
    return text


def pace_sentence(row: dict[str, Any]) -> str:
    """What each quarter left must bring, beside the best and the last one."""
    said = f"余下 {row['quarters_left']} 个季度平均每季须 {pace(row['required_pace'], row['unit'])}"
    if math.isnan(row["best_quarter"]):
        return f"{said}，尚无可比的历史季度。"
    best = f"历史最好一季 {pace(row['best_quarter'], row['unit'])}（{row['best_quarter_period']}）"
    last = pace(row["last_quarter"], row["unit"])
    ratio = pace_multiple(row["required_pace"], row["best_quarter"])
    return f"{said}；{best}，最近一季 {last}，{ratio}。"


def _judged(row: dict[str, Any], which: str, why: str) -> Cell:
    """A light with the sentence behind it and, where it was set by hand, who did so and why."""
    cell = light_cell(row, which)
    note = f"{row['override_note']}。" if row[f"{which}_override"] else ""
    return Cell(f"{cell.text}　{why}{note}", f'{cell.html}<span class="decision">{esc(why)}{esc(note)}</span>')


def _rows_behind(review: Review, target: Target) -> Fragment:
    """The ledger rows that were counted, with file, sheet and row, so that each can be opened in Excel."""
    count = review.counts[target.id]
    rule = review.method.counting(target.id, review.period)
    if rule is None or count.items.empty:
        return paragraph("没有计入的台账行。", "note")
    declared = BY_ID[rule.table]
    shown = [declared.column(column) for column in dict.fromkeys((*declared.key, rule.dated_by, rule.sum)) if column]
    rows = [
        (*(_text(row[column.id]) for column in shown), review.plan.unit(row["unit_id"]).short_name, row["file"],
         f"{row['sheet']} 第 {row['row']} 行")
        for row in rows_of(count.items.head(ROWS_SHOWN))
    ]  # fmt: skip
    left = len(count.items) - len(rows)
    notes = [f"另有 {left} 行未列出，见台账文件。"] if left > 0 else []
    listing = table(
        f"{target.name}计入的台账行",
        (*(column.title for column in shown), "报送单位", "文件", "位置"),
        rows,
        ["text" for _ in range(len(shown) + 3)],
        notes=notes,
        kind="rows",
    )
    return folded(f"计入的 {len(count.items)} 行台账及其出处", listing)


def _text(value: Any) -> str:
    if value is None or value != value:
        return "—"
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d"))
    return f"{value:,g}" if isinstance(value, float) else str(value)
