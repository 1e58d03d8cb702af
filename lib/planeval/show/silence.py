"""What a section says when the rows it rests on were not filed: by whom they should have been; it is no zero."""

from __future__ import annotations

from planeval.ledger.tables import BY_ID
from planeval.review import Review
from planeval.show.html import Fragment, paragraph


def unavailable(review: Review, *tables: str) -> Fragment | None:
    """The sentence that replaces a section: not applicable to this plan, or a table nobody filed for the period.

    None when every table was filed by somebody; who else had to file is then said by `silent_units`.
    """
    if review.method.value("source_of_record", review.period) == "published":
        sheets = "、".join(f"“{BY_ID[table].sheet}”" for table in tables)
        return paragraph(f"不适用：本计划以公开数为准，没有单位报送{sheets}台账，公开数又不到这一层。")
    said = [_all_silent(review, table) for table in tables if not review.ledger.filers(table, review.period)[1]]
    return paragraph("".join(said) + "没有可用的数，不作零计。") if said else None


def _all_silent(review: Review, table: str) -> str:
    due = review.ledger.filers(table, review.period)[0]
    names = "、".join(review.plan.unit(unit).short_name for unit in due)
    return f"本季“{BY_ID[table].sheet}”表{f'应由{names}报送，' if names else ''}无人报送；"


def silent_units(review: Review, *tables: str) -> list[str]:
    """A note for each table that some of its units did not file for the period: what stands is from earlier filings."""
    notes = []
    for table in tables:
        due, filed = review.ledger.filers(table, review.period)
        silent = "、".join(review.plan.unit(unit).short_name for unit in due if unit not in filed)
        if silent:
            notes.append(f"本季{silent}没有报送“{BY_ID[table].sheet}”表，其记录停在此前的报送，可能少计。")
    return notes
