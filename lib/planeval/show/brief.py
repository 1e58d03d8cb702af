"""领导专报 on two pages: the conclusion, the targets and tasks on the first; what needs a decision on the second.

Units are named, firms never: the review of this edition holds none. Lists are cut at a fixed length, with how many
are left out, so that the second page never becomes a third.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from planeval.judge.outlook.bands import DOUBTFUL
from planeval.judge.progress import DONE, LATE_LIGHTS
from planeval.measures.counting import ABSENCES
from planeval.measures.dispatch import CLOSED, IN_HAND, OVERDUE
from planeval.measures.quality import MISSING
from planeval.measures.tasks import NOT_DUE
from planeval.measures.tasks import OVERDUE as NODE_OVERDUE
from planeval.plan import part_names
from planeval.review import Review
from planeval.show.html import Fragment, esc, paragraph, rows_of, table, together
from planeval.show.lights import chance, three_lights
from planeval.show.opening import conclusion, furthest_behind, furthest_source, unlikely
from planeval.show.score_figures import signed_points
from planeval.show.sentences import sentence, sentences, source_of
from planeval.show.target_trace import target_traces, trace_link
from planeval.show.trace import sourced, traced, with_trace
from planeval.show.words import amount, amount_with_unit, listed, pace, pace_multiple, percent

DECISIONS_SHOWN, UNITS_SHOWN, PACES_SHOWN, NAMES_SHOWN = 6, 7, 5, 3
_NO_UNITS = "方案（或其公开部分）没有责任单位和任务节点，本节不适用。"


def brief_title(review: Review) -> Fragment:
    """The heading: which plan, which quarter."""
    text = f"领导专报　{review.plan.text.short_title}　{review.period.label}"
    return Fragment(f"<h1>{esc(text)}</h1>", text)


def brief_conclusion(review: Review) -> Fragment:
    """The conclusion in one sentence, then the score, the widest gap and what is hardly to be reached."""
    whole = source_of("brief_targets")
    return together([
        sentence(conclusion(review), whole, "lead"),
        sentences([(_score(review), source_of("score_line")), (furthest_behind(review), furthest_source(review)),
                   (unlikely(review), whole)]),
    ])  # fmt: skip


def _score(review: Review) -> str:
    judged = review.assessment
    if judged is None or judged.total.value is None:
        return ""
    moved = f"，比上期 {signed_points(judged.change.delta)} 分" if judged.change is not None else ""
    return f"综合得分 {judged.total.value:.1f} 分，等级“{judged.total.grade}”{moved}（评分办法是评估人员的决定）。"


def brief_targets(review: Review) -> Fragment:
    """Every target with its three lights; each number leads to where it comes from."""
    rows = [
        (row["name"], review.plan.target(row["target_id"]).wanted,
         *(trace_link(text, row["target_id"]) for text in (
             amount_with_unit(row["value"], row["unit"]), percent(row["done_share"]), percent(row["expected_share"]))),
         *three_lights(row), chance(row["outlook_p"]))
        for row in rows_of(review.targets)
    ]  # fmt: skip
    made = table(
        "量化指标和三灯",
        ("指标", "目标", "现值", "完成", "应达", "进度灯", "展望灯", "证据灯", "到期达到"), rows,
        ("text", "number", "number", "number", "number", "mark", "mark", "mark", "number"), kind="compact",
        notes=["进度灯看现在，展望灯看到期能否达到，证据灯看数有多可信；三灯不合并。未报送不等于零。"],
    )  # fmt: skip
    scored = [sourced(review, "score_line")] if _score(review) else []
    return with_trace(made, review, "brief_targets", more=together([*scored, target_traces(review)]))


@traced
def brief_tasks(review: Review) -> Fragment:
    """Every key task with its nodes and three lights."""
    rows = rows_of(review.task_lights)
    if not rows:
        return paragraph("方案（或其公开部分）没有列出重点任务，本节不适用。")
    leads, names = review.method.value("lead_units", review.period), part_names(review.plan, "unit")
    lines = [
        (f"{row['clause']} {row['name']}", names.get(leads.get(row["task_id"], ""), "未定"),
         f"{row['finished']}/{row['due']}" if row["milestones"] else "未报送", str(row["overdue"]), *three_lights(row))
        for row in rows
    ]  # fmt: skip
    return table(
        "重点任务的节点和三灯", ("重点任务", "牵头单位", "完成/到期", "逾期", "进度灯", "展望灯", "证据灯"), lines,
        ("text", "text", "number", "number", "mark", "mark", "mark"), kind="compact",
    )  # fmt: skip


@traced
def brief_decisions(review: Review) -> Fragment:
    """What only the leadership can settle, in order of weight."""
    found = [*_hard_targets(review), *_held_nodes(review), *_late_orders(review), *_new_orders(review),
             *_silent_units(review), *_unknown_targets(review)]  # fmt: skip
    if not found:
        return paragraph("本季没有需要领导决定的事项。")
    left = len(found) - DECISIONS_SHOWN
    items = "".join(f"<li>{esc(text)}</li>" for text in found[:DECISIONS_SHOWN])
    more = [paragraph(f"另有 {left} 件，见总报告。", "note")] if left > 0 else []
    return together([Fragment(f'<ol class="points">{items}</ol>', "\n".join(found[:DECISIONS_SHOWN])), *more])


def _hard_targets(review: Review) -> Iterator[str]:
    """Late targets hardly to be reached: more means, or another target by due procedure."""
    hard = review.targets["outlook_light"].eq(DOUBTFUL) & review.targets["progress_light"].isin(LATE_LIGHTS)
    rows = rows_of(review.targets[hard].sort_values("gap", kind="stable"))
    for row in rows[:NAMES_SHOWN]:
        yield (
            f"{row['name']}（{row['progress_light']}，到期{row['outlook_word']}）：每季需 "
            f"{pace(row['required_pace'], row['unit'])}，{pace_multiple(row['required_pace'], row['best_quarter'])}。"
            "是否追加措施，或按程序调整。"
        )
    if rest := [row["name"] for row in rows[NAMES_SHOWN:]]:
        yield f"同样难以达到的还有{listed(rest, NAMES_SHOWN)}：是否一并研究。"


def _held_nodes(review: Review) -> Iterator[str]:
    late = review.nodes[review.nodes["state"].eq(NODE_OVERDUE)]
    if len(late):
        names = part_names(review.plan, "unit")
        whose = [names.get(unit, "牵头单位未定") for unit in dict.fromkeys(late["lead_unit"])]
        what = listed([f"“{name}”" for name in late["name"]], NAMES_SHOWN)
        led_by = listed(whose, NAMES_SHOWN)
        yield f"{len(late)} 个任务节点逾期未完成，牵头单位为{led_by}：{what}。是否限期，或调整牵头单位。"


def _late_orders(review: Review) -> Iterator[str]:
    late = review.orders[review.orders["light"].eq(OVERDUE)]
    if len(late):
        worst = late.sort_values("overdue_days", ascending=False, kind="stable").iloc[0]
        yield (
            f"{len(late)} 件督办逾期未办结，由{listed(list(dict.fromkeys(late['unit'])), NAMES_SHOWN)}承办，"
            f"最久的逾期 {worst['overdue_days']} 天（{worst['unit']}，{worst['about']}）。是否约谈或升级督办。"
        )


def _new_orders(review: Review) -> Iterator[str]:
    new = review.proposed_orders
    if len(new):
        what = listed([f"{row['about']}（{row['unit'] or '牵头单位未定'}）" for row in rows_of(new)], NAMES_SHOWN)
        yield f"按规则建议新交办督办 {len(new)} 件：{what}。请审定。"


def _silent_units(review: Review) -> Iterator[str]:
    silent = list(review.units.loc[review.units["filing"].eq(MISSING), "name"])
    if silent:
        yield f"{listed(silent, NAMES_SHOWN)}本季未报送，有关情况不得而知。是否责成补报。"


def _unknown_targets(review: Review) -> Iterator[str]:
    unknown = list(review.targets.loc[review.targets["progress_light"].isin(ABSENCES), "name"])
    if unknown:
        yield f"{listed(unknown, NAMES_SHOWN)}没有可用的数，无法评价。由谁提供，请明确。"


@traced
def brief_orders(review: Review) -> Fragment:
    """督办: the loop of the quarter in a sentence, and the orders not closed by unit."""
    if review.order_quarters.empty or not review.order_quarters["opened_to_date"].iloc[-1]:
        return paragraph("没有督办台账，或到本季末没有督办事项。" if len(review.plan.tasks) else _NO_UNITS)
    quarter = review.order_quarters.iloc[-1]
    first = (
        f"期初未销号 {quarter['carried']} 件，本季交办 {quarter['opened']} 件、销号 {quarter['closed']} 件，"
        f"季末未销号 {quarter['open']} 件，其中逾期未办结 {quarter['overdue']} 件。"
    )
    running = review.orders[review.orders["state"].ne(CLOSED)]
    if running.empty:
        return paragraph(first)
    rows = _by_unit(running)
    left = [f"另有 {len(rows) - UNITS_SHOWN} 个单位，见总报告。"] if len(rows) > UNITS_SHOWN else []
    return together([
        paragraph(first),
        table("季末没有销号的督办事项", ("承办单位", "未销号", "逾期未办结", "办理中", "最久逾期（天）", "关于"),
              rows[:UNITS_SHOWN], ("text", "number", "number", "number", "number", "text"), unit="件", kind="compact",
              notes=left),
    ])  # fmt: skip


def _by_unit(running: pd.DataFrame) -> list[tuple[str, ...]]:
    """A line per unit, those with the most overdue orders first."""
    lines = []
    for unit, orders in running.groupby("unit", sort=False):
        lights, longest = Counter(orders["light"]), int(orders["overdue_days"].max())
        about = listed(list(dict.fromkeys(orders["about"])), 2)
        lines.append((lights[OVERDUE], longest, (
            str(unit), str(len(orders)), str(lights[OVERDUE]), str(lights[IN_HAND]), str(longest) if longest else "—",
            about,
        )))  # fmt: skip
    return [line for *_, line in sorted(lines, key=lambda each: (-each[0], -each[1]))]


@traced
def brief_outlook(review: Review) -> Fragment:
    """What is left to do by the due day: the pace of the hardest targets and the nodes of the next quarter."""
    left = review.period.quarters_left(review.plan.text.due)
    still = review.targets[review.targets["reported"] & ~review.targets["progress_light"].eq(DONE)]
    first = f"到期前还有 {left} 个季度，" if left else "到期前已没有剩余季度，"
    known = bool(review.targets["reported"].any())
    first += (
        "各项指标都没有可用的数，无从展望。"
        if not known
        else (f"{len(still)} 项有数的指标还没有达到。" if len(still) else "有数的指标都已达到。")
    )
    return together([paragraph(first), *_paces(review, still), paragraph(_next_nodes(review))])


def _paces(review: Review, still: pd.DataFrame) -> list[Fragment]:
    rows = sorted(rows_of(still), key=_how_hard, reverse=True)
    lines = [
        (row["name"], amount(row["value"], row["unit"]), review.plan.target(row["target_id"]).wanted,
         pace(row["required_pace"], row["unit"]), pace_multiple(row["required_pace"], row["best_quarter"]))
        for row in rows[:PACES_SHOWN]
    ]  # fmt: skip
    if not lines:
        return []
    notes = [f"只列最吃紧的 {PACES_SHOWN} 项。"] if len(rows) > PACES_SHOWN else []
    return [table("未达到的指标每季所需", ("指标", "现值", "目标", "每季所需", "与最好季度比"), lines,
                  ("text", "number", "number", "number", "text"), kind="compact", notes=notes)]  # fmt: skip


def _how_hard(row: dict[str, Any]) -> float:
    """Required pace in terms of the best quarter ever; nothing to compare with comes first."""
    best, required = row["best_quarter"], row["required_pace"]
    if math.isnan(required):
        return -1.0
    return math.inf if math.isnan(best) or best <= 0 else float(required / best)


def _next_nodes(review: Review) -> str:
    upcoming, nodes = review.period.next, review.nodes
    if nodes.empty:
        return _NO_UNITS
    due = nodes["due_on"].ge(pd.Timestamp(upcoming.start)) & nodes["due_on"].le(pd.Timestamp(upcoming.end))
    coming = nodes[due & nodes["state"].eq(NOT_DUE)]
    if coming.empty:
        return f"{upcoming.label}没有到期的任务节点。"
    names = part_names(review.plan, "unit")
    counted = Counter(names.get(unit, "牵头单位未定") for unit in coming["lead_unit"])
    several = [f"{name} {count} 个" for name, count in counted.most_common(NAMES_SHOWN) if count > 1]
    most = f"，较多的是{'、'.join(several)}" if several else ""
    return f"{upcoming.label}有 {len(coming)} 个任务节点到期，{len(counted)} 个单位牵头{most}。"
