"""来历 of the single numbers of a target: the formula with its numbers in it, the decisions and rows behind each."""

from __future__ import annotations

import math
from typing import Any

from planeval.disclosure.withheld import withheld
from planeval.plan import Target
from planeval.review import Review
from planeval.show.counting_words import rule_in_words
from planeval.show.html import Cell, Fragment, definition_list, esc, link, rows_of, together
from planeval.show.trace import FILES, files_of
from planeval.show.words import amount, amount_with_unit, pace, percent, points


def target_source(target_id: str) -> str:
    """The id of the 来历 of a target's numbers."""
    return f"trace-{target_id}"


def trace_link(text: str, target_id: str) -> Cell:
    """A printed number of a target as a link to where it comes from, on the same page."""
    return Cell(text, f'<a class="number" href="#{esc(target_source(target_id))}">{esc(text)}</a>')


def target_traces(review: Review) -> Fragment:
    """Where each target's value, shares and gap come from; a page with links made by `trace_link` holds it once."""
    return together(_target_trace(review, review.plan.target(row["target_id"]), row) for row in rows_of(review.targets))


def _target_trace(review: Review, target: Target, row: dict[str, Any]) -> Fragment:
    entries: list[tuple[str, str | Cell]] = [
        ("条款", f"“{target.quote}”（{target.clause}）"),
        ("口径", counting(review, target)),
        ("基数", decided(review, f"baseline.{target.id}", f"{row['baseline']:g} {target.unit}")),
        ("算式", calculation(review, target, row)),
        ("台账", rows_and_files(review, target)),
    ]
    title = f'<p class="which" id="{esc(target_source(target.id))}">{esc(target.name)}：{esc(_value(row))}</p>'
    facts = definition_list(entries)
    return Fragment(title + facts.html, facts.text)


def _value(row: dict[str, Any]) -> str:
    return amount_with_unit(row["value"], row["unit"]) if row["reported"] else str(row["reason"] or "没有可用的数")


def counting(review: Review, target: Target) -> Cell:
    """How a target is counted, with who decided it and why."""
    rule = review.method.counting(target.id, review.period)
    if rule is None:
        published = review.method.value("source_of_record", review.period) == "published"
        return Cell("以公开数为准" if published else "没有确定")
    return decided(review, f"counting.{target.id}", rule_in_words(rule))


def decided(review: Review, decision_id: str, text: str) -> Cell:
    """A decided value with its author and reason, never as the plan's words."""
    entry = next(decision for decision in review.decisions if decision.id == decision_id)
    said = f"{entry.by}：{entry.reason}"
    return Cell(f"{text}（{said}）", f'{esc(text)} <span class="decision">{esc(said)}</span>')


def calculation(review: Review, target: Target, row: dict[str, Any]) -> Cell:
    """The shares and the gap of a target, each with its numbers in it."""
    lines = [_expected(review, target, row)]
    if row["reported"]:
        value, base = amount(row["value"], row["unit"]), f"{row['baseline']:g}"
        done = f"完成比例＝（{value}－{base}）÷（{target.amount:g}－{base}）＝{percent(row['done_share'])}"
        gap = f"差距＝{percent(row['done_share'])}－{percent(row['expected_share'])}＝{points(row['gap'])} 个百分点"
        lines = [done, *lines, gap]
        if not math.isnan(row["required_pace"]) and row["required_pace"] > 0 and target.kind != "annual_flow":
            left = f"（{target.amount:g}－{value}）÷ {row['quarters_left']} 个季度"
            lines.append(f"每季所需＝{left}＝{pace(row['required_pace'], row['unit'])}")
    return Cell("；".join(lines), "".join(f'<span class="line">{esc(line)}</span>' for line in lines))


def _expected(review: Review, target: Target, row: dict[str, Any]) -> str:
    """How the share due by now was found: by the milestone due, or by the time gone by."""
    share, path = percent(row["expected_share"]), review.method.milestone_path(target.id, review.period)
    if row["expected_basis"] == "milestone":
        due = max((quarter for quarter in path if quarter <= review.period), default=None)
        base = f"{row['baseline']:g}"
        value = f"{path[due]:g}" if due else base
        which = f"按 {due} 的节点" if due else "首个节点未到期"
        return f"应达比例＝（{value}－{base}）÷（{target.amount:g}－{base}）＝{share}（{which}，节点为评估人员分解）"
    start, rule = review.method.plan_start(review.period), review.method.counting(target.id, review.period)
    if rule is not None and rule.window == "calendar_year":
        return f"应达比例＝{start} 至本年末的序时比例×本年已过天数的比例＝{share}（自然年累计）"
    return f"应达比例＝{start} 至 {review.period.end} 的天数÷{start} 至 {target.due} 的天数＝{share}（序时进度）"


def rows_and_files(review: Review, target: Target) -> Cell:
    """How many ledger rows a value was counted from, in which files, and where they are listed one by one."""
    if withheld(review.counts):
        return Cell("本版不列台账行和报送文件。")
    items = review.counts[target.id].items
    if items.empty:
        return Cell("没有计入的台账行。")
    text = f"计入 {len(items)} 行{files_of(review, items)}，逐行见"
    page, files = link("指标完成情况", f"20_targets.html#target-{target.id}"), link("文件名和哈希", f"#{FILES}")
    return Cell(f"{text}{page.text}，{files.text}", f"{esc(text)}{page.html}；{files.html}")
