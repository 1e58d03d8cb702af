"""What stands at the head of every page: which plan, which quarter, known when, for whom; and the summary."""

from __future__ import annotations

from typing import Any

from planeval.judge.outlook.bands import DOUBTFUL
from planeval.judge.outlook.verdict import NONE
from planeval.judge.progress import DONE, LATE_LIGHTS, ON_PACE
from planeval.measures.counting import ABSENCES
from planeval.measures.tasks import OVERDUE
from planeval.plan.lights import LIGHT_NAMES
from planeval.plan.review_files import INTERNAL, UNIT
from planeval.review import Review
from planeval.show.editions import edition_text
from planeval.show.html import Fragment, definition_list, esc, rows_of, together
from planeval.show.lights import light_cell
from planeval.show.sentences import sentence, sentences, source_of
from planeval.show.target_trace import target_source, trace_link
from planeval.show.words import amount, listed, pace, pace_multiple, percent

_SAID = {DONE: "已达到目标值", ON_PACE: "按序时推进"}
_WHERE = {INTERNAL: "（见数据质量）", UNIT: "（见退回和疑问）"}


def known_on_text(review: Review) -> str:
    """The day on whose knowledge the review rests; a plan without filings rests on published figures."""
    day = review.as_known_on
    if not review.tally.files:
        return "没有单位报送，只有公开数"
    return f"{day.year}年{day.month}月{day.day}日收到的报送" if day else "没有报送"


def opening(review: Review) -> Fragment:
    """The head of a page: plan, period, data as known on, edition, what was refused, 示例数据 where it applies.

    Carries the review's fingerprint, by which the published page is checked against the tables.
    """
    document = review.plan.text.document
    source = "据新闻报道，非正式文件" if document.second_hand else document.number
    refused = [("未计入", _refused(review))] if review.tally.errors else []
    facts = definition_list([
        ("评估对象", review.plan.text.title),
        ("依据文件", f"{source}（{document.issuer}，{document.published.isoformat()} 发布）"),
        ("评估期", f"{review.period.label}（截至 {review.period.end.isoformat()}）"),
        ("数据截至", known_on_text(review)),
        ("版本", edition_text(review)),
        *refused,
    ])  # fmt: skip
    mark = ""
    if review.is_sample:
        mark = (
            '<p class="sample-note"><strong>示例数据</strong>：本页台账由程序生成，企业、机构均为虚构，'
            "不反映任何单位的实际进展。</p>"
        )
    return Fragment(
        f'<section class="opening" data-fingerprint="{esc(review.fingerprint)}" data-period="{esc(review.period)}" '
        f'data-edition="{esc(review.edition)}">{facts.html}{mark}</section>',
        facts.text,
    )


def conclusion(review: Review) -> str:
    """How many targets are reached, on pace, late or without a figure, in one sentence."""
    lights = review.targets["progress_light"]
    if lights.isin(ABSENCES).all():
        return f"{len(lights)} 项量化指标都没有可用的数（{listed(list(dict.fromkeys(lights)))}），完成情况无法评价。"
    late = int(lights.isin(LATE_LIGHTS).sum())
    words = [f"{int(lights.eq(word).sum())} 项{said}" for word, said in _SAID.items() if lights.eq(word).any()]
    words += [f"{late} 项落后"] if late else []
    words += [f"{int(lights.eq(word).sum())} 项{word}" for word in ABSENCES if lights.eq(word).any()]
    return f"{len(lights)} 项量化指标中，{'，'.join(words)}。"


def summary(review: Review) -> Fragment:
    """摘要: the conclusion first, then at most six points in order of weight.

    Its numbers lead to the 来历 of the sections below it, so the page has to hold them (see 10_overview).
    """
    whole = source_of("target_table")
    return together([
        sentence(conclusion(review), whole, "lead"),
        sentences([
            (furthest_behind(review), furthest_source(review)),
            (unlikely(review), whole),
            _needed(review),
            (_overdue(review), source_of("report_tasks")),
            (_silent(review), source_of("report_units")),
            (_refused(review), source_of("report_data")),
        ]),
    ])  # fmt: skip


def furthest_behind(review: Review) -> str:
    """The target with the widest gap, in one sentence; '' when none is late."""
    row = _furthest(review)
    if row is None:
        return ""
    return (
        f"差距最大的是{row['name']}：完成 {percent(row['done_share'])}，应达 {percent(row['expected_share'])}，"
        f"{row['progress_light']}。"
    )


def furthest_source(review: Review) -> str:
    """The anchor of the 来历 of the target with the widest gap; '' when none is late."""
    row = _furthest(review)
    return "" if row is None else target_source(row["target_id"])


def _furthest(review: Review) -> dict[str, Any] | None:
    late = review.targets[review.targets["progress_light"].isin(LATE_LIGHTS)]
    return None if late.empty else rows_of(late.sort_values("gap", kind="stable"))[0]


def unlikely(review: Review) -> str:
    """Which targets are hardly to be reached, and which cannot be foreseen."""
    lights = review.targets["outlook_light"]
    doubtful = list(review.targets.loc[lights.eq(DOUBTFUL), "name"])
    silent = list(review.targets.loc[lights.eq(NONE) & review.targets["reported"], "name"])
    text = f"按目前的走势，{len(doubtful)} 项到期难以达到：{listed(doubtful)}。" if doubtful else ""
    return text + (f"{listed(silent)}暂不预测。" if silent and doubtful else "")


def _needed(review: Review) -> tuple[str, str]:
    """The hardest pace in a sentence, and the anchor of its 来历."""
    open_targets = review.targets[review.targets["required_pace"].gt(0)]
    if open_targets.empty:
        return "", ""
    ratio = open_targets["required_pace"] / open_targets["best_quarter"].where(open_targets["best_quarter"].gt(0))
    row = open_targets.assign(ratio=ratio).sort_values("ratio", ascending=False, kind="stable").iloc[0]
    said = (
        f"剩余 {row['quarters_left']} 个季度中，最吃紧的是{row['name']}：每季需 "
        f"{pace(row['required_pace'], row['unit'])}，{pace_multiple(row['required_pace'], row['best_quarter'])}。"
    )
    return said, target_source(row["target_id"])


def _overdue(review: Review) -> str:
    overdue = review.tasks[review.tasks[OVERDUE].gt(0)]
    if overdue.empty:
        return ""
    return f"{int(overdue[OVERDUE].sum())} 个任务节点逾期未完成，涉及{listed(list(overdue['name']))}。"


def _silent(review: Review) -> str:
    silent = review.units[review.units["filing"].eq("未报送")]
    return f"{len(silent)} 个责任单位本季未报送：{listed(list(silent['name']))}。" if len(silent) else ""


def _refused(review: Review) -> str:
    tally = review.tally
    if not tally.errors:
        return ""
    names = [review.plan.unit(unit).short_name for unit in tally.units]
    whose = f"，涉及{listed(names)}" if names else ""
    return f"报送中有 {tally.errors} 处错误，有关行或文件没有计入{whose}{_WHERE.get(review.edition, '')}。"


def headline_cards(review: Review) -> Fragment:
    """One card per target: value against target, done share, the three lights.

    Its numbers lead to `target_traces`, which stand below `target_table`: the page has to hold one of the two.
    """
    cards = []
    for row in rows_of(review.targets):
        target = review.plan.target(row["target_id"])
        value = f'<span class="none">{esc(row["progress_light"])}</span>'
        if row["reported"]:
            shown = trace_link(amount(row["value"], row["unit"]), target.id)
            value = f'<span class="big">{shown.html}</span> {esc(row["unit"])}'
        share, due = (trace_link(percent(row[which]), target.id) for which in ("done_share", "expected_share"))
        wanted = trace_link(target.wanted, target.id)
        width = 0 if not row["reported"] else round(100 * min(max(row["done_share"], 0), 1))
        marks = "".join(
            f'<span class="trio"><span class="which">{esc(name)}</span>{light_cell(row, which).html}</span>'
            for which, name in LIGHT_NAMES.items()
        )
        cards.append(
            f'<li class="card"><a href="20_targets.html#target-{esc(target.id)}"><span class="name">{esc(target.name)}'
            f'</span></a><span class="value">{value}</span><span class="of">目标 {wanted.html}</span>'
            f'<span class="track" aria-hidden="true"><span class="fill" style="width:{width}%"></span>'
            f'<span class="due" style="width:{round(100 * min(row["expected_share"], 1))}%"></span></span>'
            f'<span class="foot">{share.html}　应达 {due.html}</span>'
            f"{marks}</li>"
        )
    return Fragment(f'<ul class="cards">{"".join(cards)}</ul>', "")
