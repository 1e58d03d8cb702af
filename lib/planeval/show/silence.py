"""What a section says when the rows it rests on were not filed: by whom they should have been; it is no zero.

Every page says it through these sentences: nothing was ever filed (`never_filed`), nobody filed for the period
(`unavailable`), some who had to did not (`silent_units`).
"""

from __future__ import annotations

from collections.abc import Collection

from planeval.ledger.tables import BY_ID
from planeval.plan import Plan
from planeval.review import Review
from planeval.show.html import Fragment, paragraph, together


def unavailable(review: Review, *tables: str) -> Fragment | None:
    """The sentence that replaces a section: not applicable to this plan, or a table nobody filed for the period.

    None when every table was filed by somebody; who else had to file is then said by `silent_units`.
    """
    if _from_published_figures(review):
        return _not_applicable(*tables)
    silent = [table for table in tables if not review.ledger.filers(table, review.period)[1]]
    said = "；".join(f"本季{_owed(review, table)}，没有单位报送" for table in silent)
    return paragraph(f"{said}；本节没有可用的数，不作零计。") if silent else None


def never_filed(review: Review, table: str, filed: Collection[str] | None = None) -> Fragment | None:
    """The sentence that replaces a section resting on what was filed up to the period, when nobody ever filed it.

    filed: the tables somebody filed, if they are known already. None when this one is among them.
    """
    known = {what for when, _, what in review.ledger.reported if when <= review.period} if filed is None else filed
    if table in known:
        return None
    if _from_published_figures(review):
        return _not_applicable(table)
    return paragraph(f"{_owed(review, table)}，还没有任何单位报送过；本节没有可用的数，不作零计。")


def without_rows(review: Review, table: str, what: str) -> str:
    """The sentence for a table that was filed for the period without a row of what a section is about."""
    return f"{_owed(review, table)}，报来的没有一行{what}；有关的数无从计算，不作零计。"


def silent_units(review: Review, *tables: str) -> list[str]:
    """A note for each table that some of its units did not file for the period: what stands is from earlier filings."""
    notes = (
        not_filed(review.plan, BY_ID[table].sheet, *review.ledger.filers(table, review.period)) for table in tables
    )
    return [note for note in notes if note]


def silence_notes(review: Review, *tables: str) -> Fragment:
    """The same as paragraphs."""
    return together(paragraph(note, "note") for note in silent_units(review, *tables))


def not_filed(plan: Plan, sheet: str, due: tuple[str, ...], heard: tuple[str, ...]) -> str:
    """One sentence on a table that units owe and have not filed for the quarter; empty when all did."""
    silent = [plan.unit(unit).short_name for unit in due if unit not in heard]
    if not silent:
        return "" if due else f"没有决定“{sheet}”表由谁报送，本季也没有人报送。"
    if not heard:
        return f"本季“{sheet}”表应由{'、'.join(silent)}报送，均未报送；有关的数沿用以前报送的行，没有的不补。"
    return f"本季“{sheet}”表应报 {len(due)} 个单位，{'、'.join(silent)}未报送；有关的数只含已报送和以前报送的行。"


def _from_published_figures(review: Review) -> bool:
    return bool(review.method.value("source_of_record", review.period) == "published")


def _not_applicable(*tables: str) -> Fragment:
    sheets = "、".join(f"“{BY_ID[table].sheet}”" for table in tables)
    return paragraph(f"不适用：本计划以公开数为准，没有单位报送{sheets}表，公开数又不到这一层。")


def _owed(review: Review, table: str) -> str:
    names = "、".join(review.plan.unit(unit).short_name for unit in review.ledger.duties.get(table, ()))
    return f"“{BY_ID[table].sheet}”表{f'应由{names}报送' if names else '没有决定由谁报送'}"
