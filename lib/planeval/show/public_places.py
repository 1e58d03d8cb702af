"""公开版 by industry and zone: what the decided rule leaves of the tables, and a word for what it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from planeval.disclosure import DisclosedReview
from planeval.disclosure.public_places import HIDDEN, SHOWN, PublicPlaces
from planeval.disclosure.public_system import WHOLE
from planeval.review import Review
from planeval.show.disclosure_words import disclosure_in_words
from planeval.show.editions import not_shown
from planeval.show.html import Cell, Fragment, esc, numbers, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import ABSENT, amount, percent

_WORD = f"（{HIDDEN}）"
MARK = f"{ABSENT}{_WORD}"
_WITHHELD = Cell(MARK, f'<span class="withheld">{esc(ABSENT)}<span>{esc(_WORD)}</span></span>')


@traced
def public_place_tables(review: Review) -> Fragment:
    """One table for each thing counted: industries down, zones across, with margins and shares of the whole."""
    places = review.places if isinstance(review, DisclosedReview) else None
    if places is None:
        return not_shown(review)
    said = [paragraph(text) for text in _said(places)]
    return together([*said, *(_table(str(name), part) for name, part in places.rows.groupby("table", sort=False))])


def _said(places: PublicPlaces) -> Iterator[str]:
    """How much is hidden, by which rule, and that some of it is for the sake of other numbers; never which."""
    if places.why:
        yield places.why
    elif places.rule is not None:
        hidden = int(places.rows["state"].eq(HIDDEN).sum())
        tables = places.rows["table"].nunique()
        lead = f"{tables} 张表共 {len(places.rows)} 格"
        if not hidden:
            yield f"{lead}，全部公开。"
        else:
            yield (
                f"{lead}，其中 {hidden} 格写“{MARK}”，不是零，也不是没有报送。"
                f"公开规则（评估人员的决定，不是方案原文）：{disclosure_in_words(places.rule)}。"
            )
            yield "其中有的格自己并不必隐去，但是印出来就能用合计减出别的格，所以一起不公开；表中不指明是哪些格。"
            yield (
                "发布时逐格核验：用这一版的全部合计、比例和指标总数，加上以前发布的公开版，不公开的数也算不到规则不允许的近处；"
                "核验不过的不发布。"
            )
        if places.coarse:
            yield "时间所限，没有求出不公开的格最少的办法，不公开的格可能偏多。"
    if places.targets:
        yield f"按公开规则不列总数和灯的指标：{'、'.join(places.targets)}。"


def _table(name: str, rows: pd.DataFrame) -> Fragment:
    cells = {(row["industry"], row["zone"]): row for row in rows_of(rows)}
    industries, zones = (list(dict.fromkeys(rows[part])) for part in ("industry", "zone"))
    unit = str(rows["unit"].iloc[0])
    lines = [
        [industry, *(_number(cells[industry, zone], unit) for zone in zones), _share(cells[industry, WHOLE])]
        for industry in industries
    ]
    headings = ("产业", *zones, "占全谷")
    return table(finding(name, unit, rows), headings, lines, ("text", *numbers(len(zones) + 1)), unit, kind="places")


def finding(name: str, unit: str, rows: pd.DataFrame) -> str:
    """What a table says, from its own printed cells alone."""
    margin = rows[rows["zone"].eq(WHOLE)].set_index("industry")
    (whole,), parts = rows_of(margin.loc[[WHOLE]]), margin.drop(WHOLE)
    if whole["state"] != SHOWN:
        return f"{name}：全谷合计不公开"
    said = f"{name}：全谷 {amount(float(whole['value']), unit)} {unit}"
    if not parts["state"].eq(SHOWN).all() or not whole["value"]:
        return said
    first = parts.sort_values("value", ascending=False, kind="stable").iloc[0]
    return f"{said}，{first.name}最多，占 {percent(float(first['share']))}"


def _number(row: dict[str, Any], unit: str) -> Cell:
    if row["state"] == HIDDEN:
        return _WITHHELD
    return Cell(amount(float(row["value"]), unit))


def _share(row: dict[str, Any]) -> Cell:
    if row["state"] == HIDDEN:
        return _WITHHELD
    return Cell(ABSENT if math.isnan(row["share"]) else percent(float(row["share"])))
