"""What the sections on 创新主体 share: notes on names and on the plan's targets, days and amounts in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.measures.actors import Actors
from planeval.review import Review
from planeval.show.html import Align, Fragment, paragraph, rows_of
from planeval.show.words import amount_with_unit

NUMBER: Align = "number"
NAMED_WHERE = "按名称全同（全半角、空格不计）核对，不合并相近名称。"


def target_notes(review: Review, ledger_table: str) -> list[str]:
    """How the plan's target on the same table is counted, so that two numbers on one subject can be told apart."""
    notes = []
    for row in rows_of(review.targets):
        rule = review.method.counting(row["target_id"], review.period)
        if rule is not None and rule.table == ledger_table and row["reported"]:
            value = amount_with_unit(row["value"], row["unit"])
            notes.append(f"指标“{row['name']}”按其口径计 {value}，见“指标完成情况”。")
    return notes


def names_note(actors: Actors) -> Fragment:
    """How close names had to be to be listed, or that nobody decided it."""
    if actors.similarity is None:
        return paragraph("名称相像到什么程度列为待核：未作决定，故没有查找相近名称。", "note")
    return paragraph(f"相近名称按相似度 {actors.similarity:g} 以上列出，是评估人员的决定；只列出，不合并。", "note")


def day_text(value: Any) -> str:
    """A day as 2026-05-04; a dash where there is none."""
    return "—" if pd.isna(value) else str(pd.Timestamp(value).date().isoformat())


def wan_text(value: float) -> str:
    """An amount in 万元 with one decimal; a dash where none was stated."""
    return "—" if pd.isna(value) else f"{value:,.1f}"
