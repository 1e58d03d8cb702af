"""Words about firms and revenue that the industry and zone pages share: windows, who did not file, small numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import pandas as pd

from planeval.measures.places import QUARTER_ONLY, WHOLE, Firms, Revenue
from planeval.plan import Plan
from planeval.plan.model import Industry, Zone
from planeval.plan.reports import PART_NAMES, Part
from planeval.problems import InputError, Problem
from planeval.review import Review
from planeval.show.html import Fragment, heading, paragraph, together
from planeval.show.silence import not_filed
from planeval.show.words import ABSENT, percent

Named = TypeVar("Named", Industry, Zone)
SMALL = 5  # fewer than this many: the counts stand instead of a rate


def known_entry(entries: Sequence[Named], wanted: str, part: Part) -> Named | None:
    """The industry or zone with this id; None when the plan names none. Raises InputError for an id nobody knows."""
    if not entries:
        return None
    for entry in entries:
        if entry.id == wanted:
            return entry
    name = PART_NAMES[part]
    known = "、".join(entry.id for entry in entries)
    raise InputError([Problem("参数", cell=part, rule="unknown_id", value=wanted, message=f"没有这个{name}",
                              expected=known, remedy=f"改成方案所列{name}的 id")])  # fmt: skip


def absent(review: Review, part: Part, title: str, anchor: str) -> Fragment:
    """A section of a plan that names no industry or zone."""
    return together([heading(3, title, anchor), paragraph(not_applicable(review, PART_NAMES[part], title))])


def span(revenue: Revenue) -> str:
    """The quarters that revenue is added over: `2025Q4—2026Q3`."""
    quarters = [str(quarter) for quarter in revenue.quarters]
    return "—".join(dict.fromkeys([quarters[0], quarters[-1]])) if quarters else ""


def revenue_words(revenue: Revenue) -> str:
    """One sentence on which revenue a table adds up."""
    if revenue.state == WHOLE:
        words = f"营收为 {span(revenue)} 合计，与“年营收”指标用的是同一批行：季末在谷企业当季报送的营业收入"
    elif revenue.state == QUARTER_ONLY:
        words = f"年营收的计算期还不完整，营收只是 {span(revenue)} 一个季度的数，不能与全年的数比"
    else:
        return "本季没有可用的营收数，不等于营收为零。"
    without = f"；在谷而缺当季营收的 {revenue.rows_without} 家次没有推算" if revenue.rows_without else ""
    return f"{words}{without}。"


def filing_notes(plan: Plan, firms: Firms, revenue: Revenue) -> list[str]:
    """Who had to file 企业 and 经营 for the quarter and did not; empty when everybody did."""
    return [
        note for sheet, part in (("企业", firms), ("经营", revenue))
        if (note := not_filed(plan, sheet, part.due, part.heard))
    ]  # fmt: skip


def share_of(part: float, whole: float) -> str:
    """A share in percent; below five of anything, the counts themselves (`3/4`); a dash when there is no whole."""
    if math.isnan(part) or math.isnan(whole) or whole == 0:
        return ABSENT
    return f"{part:g}/{whole:g}" if whole < SMALL else percent(part / whole)


def not_applicable(review: Review, what: str, where: str) -> str:
    """Why a section has nothing to say of a plan that does not name what it is about."""
    second_hand = "（据新闻报道整理）" if review.plan.text.document.second_hand else ""
    return f"不适用：方案{second_hand}没有列出{what}，{where}无从划分。"


def number(value: float, places: int = 2) -> str:
    """A plain index with fixed decimals; a dash where there is none."""
    return ABSENT if math.isnan(value) else f"{value:,.{places}f}"


def named(rows: pd.DataFrame, limit: int = 12) -> str:
    """Names of firms joined by 、, cut after `limit`."""
    names = [str(name) for name in rows["name"]]
    return "、".join(names[:limit]) + (f"等 {len(names)} 家" if len(names) > limit else "")
