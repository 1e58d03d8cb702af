"""One responsible unit: where it stands, what it leads, files and owes. Each function takes the unit's id."""

from __future__ import annotations

import difflib
from typing import Any

import pandas as pd

from planeval.disclosure import DisclosedReview
from planeval.judge.unit_bands import BANDS
from planeval.ledger.tables import BY_ID
from planeval.measures.quality import LATE, ON_TIME
from planeval.measures.tasks import OVERDUE, UNREPORTED
from planeval.plan import Unit
from planeval.problems import InputError, Problem
from planeval.review import Review
from planeval.show.html import (
    Cell,
    Fragment,
    definition_list,
    esc,
    folded,
    link,
    paragraph,
    rows_of,
    table,
    together,
)
from planeval.show.lights import light_cell
from planeval.show.trace import traced
from planeval.show.unit_timeline import node_table, unit_timeline
from planeval.show.words import light, listed


def unit_of(review: Review, unit: str) -> Unit:
    """The unit with this id. Raises InputError with the nearest id when there is none."""
    known = [each.id for each in review.plan.units]
    if unit not in known:
        close = difflib.get_close_matches(unit, known, n=1)
        hint = f"是不是“{close[0]}”" if close else f"可选：{'、'.join(known)}"
        raise InputError([Problem("参数", cell="unit", rule="unknown_unit", value=unit, message="没有这个责任单位",
                                  remedy=hint)])  # fmt: skip
    return review.plan.unit(unit)


def unit_title(review: Review, unit: str) -> Fragment:
    """The page's heading: which unit, which quarter."""
    text = f"{unit_of(review, unit).short_name}　{review.period.label}"
    return Fragment(f"<h1>{esc(text)}</h1>", text)


@traced
def unit_summary(review: Review, unit: str) -> Fragment:
    """The unit's nodes, filing, score band in a sentence; its share of what the page goes on to show."""
    who = unit_of(review, unit)
    led = review.nodes[review.nodes["lead_unit"].eq(unit)]
    late = int(led["state"].eq(OVERDUE).sum())
    unknown = int(led["state"].eq(UNREPORTED).sum())
    row = rows_of(review.units[review.units["unit_id"].eq(unit)])[0]
    parts = [f"{who.short_name}牵头 {len(led)} 个任务节点" if len(led) else f"{who.short_name}没有牵头的任务节点"]
    parts += [f"{late} 个逾期未完成"] if late else []
    parts += [f"{unknown} 个到期未报送"] if unknown else []
    parts.append(f"本季{row['filing']}报送" if row["filing"] in (ON_TIME, LATE) else f"本季{row['filing']}")
    facts = [
        ("全称", who.name),
        ("参与的任务", listed(_tasks_of(review, unit)) or "方案没有列名"),
        *_band(review, unit),
    ]
    lead = f"{'，'.join(parts)}。"
    return together([Fragment(f'<p class="lead">{esc(lead)}</p>', lead), definition_list(facts)])


def _lights(review: Review, unit: str) -> list[tuple[str, str | Cell]]:
    """The three lights with their reasons, never merged; a word set by hand stands beside the computed one."""
    row = rows_of(review.unit_lights[review.unit_lights["unit_id"].eq(unit)])[0]
    facts: list[tuple[str, str | Cell]] = []
    for kind, name in (("progress", "进度灯"), ("outlook", "展望灯"), ("evidence", "证据灯")):
        mark, note = light_cell(row, kind), f"；{row['override_note']}" if row[f"{kind}_override"] else ""
        said = f"（{row[f'{kind}_reason']}{note}）"
        facts.append((name, Cell(f"{mark.text}{said}", f"{mark.html}{esc(said)}")))
    return facts


def _tasks_of(review: Review, unit: str) -> list[str]:
    return [f"{task.name}（{task.clause}）" for task in review.plan.tasks if unit in task.units]


def _band(review: Review, unit: str) -> list[tuple[str, str | Cell]]:
    if review.unit_bands is None:
        return []
    row = rows_of(review.unit_bands.units[review.unit_bands.units["unit_id"].eq(unit)])[0]
    if pd.isna(row["rank_low"]):
        return [("节点得分分段", str(row["band"]))]
    own = f"{row['band']}（得分 {row['score']:.1f}，{row['items']} 项"
    if isinstance(review, DisclosedReview):
        return [
            ("节点得分分段", f"{own}；名次区间 {row['rank_low']}–{row['rank_high']}）"),
            *_among_others(review, row),
        ]
    same = review.unit_bands.pairs
    blurred = same[~same["distinct"].astype(bool) & (same["unit_a"].eq(unit) | same["unit_b"].eq(unit))]
    others = [b if a == unit else a for a, b in zip(blurred["unit_a"], blurred["unit_b"], strict=True)]
    names = [each.short_name for each in review.plan.units if each.id in others]
    told = f"与{listed(names, 4)}分不出先后" if names else "与其他单位都能分出先后"
    return [("节点得分分段", f"{own}；{told}）")]


def _among_others(review: DisclosedReview, row: dict[str, Any]) -> list[tuple[str, str | Cell]]:
    """The unit's mark among anonymous ones, band by band."""
    place = review.place
    if place is None:
        return []
    if place.others is None:
        return [("在各单位中", f"{place.compared} 个单位参加比较；各段的单位数不列出：{place.why}。")]
    marks = [f"{band} {'●' * (band == row['band'])}{'○' * place.others.get(band, 0)}" for band in BANDS]
    return [("在各单位中", f"{'　'.join(marks)}（● 本单位，○ 其他单位；只列个数，不列名称和得分）")]


@traced
def unit_milestones(review: Review, unit: str) -> Fragment:
    """The nodes the unit leads on a time line, then those it supports."""
    unit_of(review, unit)
    nodes = review.nodes
    led = nodes[nodes["lead_unit"].eq(unit)].sort_values(["due_on", "milestone_id"])
    helping = nodes["supporting_units"].map(lambda units: unit in units).astype(bool)
    supports = nodes[helping].sort_values(["due_on", "milestone_id"])
    if led.empty and supports.empty:
        return paragraph("没有牵头或配合的任务节点，本节不适用。")
    parts = (
        [paragraph("没有牵头的任务节点。")]
        if led.empty
        else [node_table(review, led, "牵头的任务节点"), unit_timeline(review, led)]
    )
    if len(supports):
        late = int(supports["state"].isin([OVERDUE, UNREPORTED]).sum())
        said = f"配合的任务节点（{len(supports)} 个，逾期或未报送 {late} 个）"
        parts.append(folded(said, node_table(review, supports, "配合的任务节点")))
    return together(parts)


@traced
def unit_targets(review: Review, unit: str) -> Fragment:
    """Which tables the unit files, and which targets are counted from them."""
    unit_of(review, unit)
    owed = [table_id for table_id, units in review.ledger.duties.items() if unit in units]
    if not owed:
        return paragraph("没有安排这个单位报送台账，本节不适用。")
    filed = {what for when, who, what in review.ledger.reported if (when, who) == (review.period, unit)}
    rows = []
    for table_id in owed:
        fed = [row for row in rows_of(review.targets) if _feeds(review, table_id, row["target_id"])]
        shown = "".join(f"<div>{_target_link(row).html}　{light(row['progress_light']).html}</div>" for row in fed)
        text = "；".join(f"{row['name']} {row['progress_light']}" for row in fed)
        rows.append((BY_ID[table_id].sheet, "已报" if table_id in filed else "○ 未报", Cell(text or "—", shown or "—")))
    missing = len([table_id for table_id in owed if table_id not in filed])
    first = f"应报 {len(owed)} 张表，本季实报 {len(owed) - missing} 张。"
    return together([
        paragraph(first),
        table("应报的表和用到它的指标", ("台账表", "本季", "指标和进度灯"), rows, ("text", "mark", "text"),
              notes=["每张表由哪些单位报送，是评估人员的决定，不是方案原文。"]),
    ])  # fmt: skip


def _target_link(row: dict[str, Any]) -> Cell:
    return link(row["name"], f"20_targets.html#target-{row['target_id']}")


def _feeds(review: Review, table_id: str, target_id: str) -> bool:
    rule = review.method.counting(target_id, review.period)
    return rule is not None and rule.table == table_id
