"""What a section says when its tables were not filed: whose they are, and that nothing is taken for zero."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from planeval.ledger.tables import BY_ID
from planeval.review import Review
from planeval.show.html import Fragment, paragraph, together


def unfiled(review: Review, table: str, filed: Collection[str]) -> Fragment | None:
    """The sentence of a section whose table nobody ever filed; None when somebody did."""
    if table in filed:
        return None
    sheet = BY_ID[table].sheet
    if review.method.value("source_of_record", review.period) == "published":
        return paragraph(f"不适用：本计划以公开数为准，没有单位报送“{sheet}”表，本节没有可评的内容。")
    owed = _names(review, review.ledger.duties.get(table, ()))
    whose = f"应报送的单位：{owed}" if owed else "没有确定由谁报送"
    return paragraph(f"“{sheet}”表还没有任何单位报送过（{whose}），本节没有可用的数，不作零计。")


def silent_notes(review: Review, silent: Mapping[str, Sequence[str]], tables: Sequence[str]) -> Fragment:
    """One note per table that a unit owed for the period and did not file."""
    return together(
        paragraph(
            f"本季应报送“{BY_ID[table].sheet}”表而未报送：{_names(review, silent[table])}。"
            "这些单位的项目按此前最后一次报送计，本季新增的不在其中，不作零计。",
            "note",
        )
        for table in tables
        if silent.get(table)
    )


def _names(review: Review, units: Sequence[str]) -> str:
    return "、".join(review.plan.unit(unit).short_name for unit in units)
