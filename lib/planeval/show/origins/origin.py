"""What a section of a page declares about where its numbers come from."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """Where the numbers of one section come from, the same for every plan.

    formula: how they are calculated, in an evaluator's words. ledger: tables they are counted from. decisions: ids
    in method.yml that shape them; `counting.*` means all of a family. tables: published tables that hold them in
    full. places: where coverage.yml says the plan's demands are looked after (`<page>#<anchor>`; `{part}` is the unit,
    industry or zone the page is about). about: `targets` or `tasks` where all clauses of these are meant.
    """

    formula: str
    ledger: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    about: str = ""
