"""What the public edition prints by industry and zone, and of the targets: what the decided rule leaves of it.

What is hidden follows from the ledger, the params and the quarter alone, so a page can be made again at any time. It is
chosen as if the totals of earlier quarters were all printed, which is the safe side; what really was printed is looked
at when the edition is published (publish.public_audit).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import pandas as pd

from planeval.disclosure.audit import PublicationRefused
from planeval.disclosure.linked import Address, Cell, Publication
from planeval.disclosure.public_system import (
    PLACES,
    RULE,
    WHOLE,
    PublicSystem,
    public_system,
    target_address,
    titled,
    window_totals,
)
from planeval.disclosure.rules import needs_of
from planeval.disclosure.suppression import Suppression, suppress
from planeval.judge.rounding import displayed_share
from planeval.measures.place_contributions import REVENUE, place_tables
from planeval.periods import Period
from planeval.plan.disclosure_decisions import DisclosureRule
from planeval.problems import InputError, Problem
from planeval.review import Review

COLUMNS = ("table", "unit", "industry", "zone", "value", "share", "state")
SHOWN, HIDDEN = "公开", "不公开"


@dataclass(frozen=True)
class PublicPlaces:
    """What anybody may read by industry and zone; holds nothing that is hidden.

    rows: COLUMNS, one per cell, margins as 合计; value and share (of the table's 合计) NaN where state is HIDDEN.
    rule: in force, None when nobody decided one. targets: names of those whose total is not printed. why: Chinese;
    why there is no table; empty when there is one. coarse: whether more may be hidden than is needed.
    """

    rows: pd.DataFrame
    rule: DisclosureRule | None
    targets: tuple[str, ...] = ()
    why: str = ""
    coarse: bool = False


def public_places(review: Review) -> PublicPlaces:
    """The tables of the public edition. review: of the internal edition.

    Raises InputError when nobody decided what is hidden although units filed, or when what is public by decision gives
    away what must be hidden.
    """
    found = public_suppression(review)
    nothing = pd.DataFrame(columns=list(COLUMNS))
    if found is None:
        if review.method.value("source_of_record", review.period) == "filings":
            raise InputError([_undecided()])
        return PublicPlaces(nothing, None, why="不适用：评估只用公开数，没有企业报送的数。")
    system, hidden = found
    rows = cells_as_rows(system, hidden.withheld)
    why = "" if len(rows) else _why(review)
    names = tuple(target.name for target in review.plan.targets if target.id in withheld_targets(review))
    return PublicPlaces(rows, system.rule, names, why, not hidden.exact)


def every_cell(review: Review) -> pd.DataFrame:
    """COLUMNS as if nothing were hidden, for comparison; of no edition. Empty when no rule is in force."""
    system = public_system(review, {})
    return pd.DataFrame(columns=list(COLUMNS)) if system is None else cells_as_rows(system, frozenset())


def withheld_targets(review: Review) -> frozenset[str]:
    """Ids of the targets whose total is not public. Raises InputError, see `public_suppression`."""
    found = public_suppression(review)
    hidden = found[1].withheld if found is not None else frozenset()
    return frozenset(target.id for target in review.plan.targets if target_address(target.name) in hidden)


def _why(review: Review) -> str:
    decided = review.method.optional(PLACES, review.period)
    if not review.plan.text.industries or not review.plan.text.zones:
        return "不适用：方案没有列出产业和区域。"
    if decided is None or not decided.tables:
        return "评估人员决定公开版不列分产业、分区域的表。"
    return "本季没有报送企业、资质、经营，没有可列的数；不等于零。"


def _undecided() -> Problem:
    return Problem("method.yml", rule=RULE, message="没有决定什么样的数不公开，公开版不能发布",
                   remedy=f"在 method.yml 里写 {RULE}，或在 reports.yml 里不发布公开版")  # fmt: skip


def public_suppression(review: Review) -> tuple[PublicSystem, Suppression] | None:
    """The system of the quarter and what is hidden of it; None when no rule is in force. Raises InputError."""
    return _suppressed(_Same(review))


class _Same:
    """A review, held equal to itself alone: the edition's parts ask for the same suppression several times."""

    def __init__(self, review: Review) -> None:
        self.review = review

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.review is self.review

    def __hash__(self) -> int:
        return id(self.review)


@lru_cache(maxsize=2)
def _suppressed(same: _Same) -> tuple[PublicSystem, Suppression] | None:
    system = public_system(same.review, _totals_before(same.review))
    if system is None:
        return None
    needs = [need for need in needs_of(system.tables, system.rule) if not system.tables.at[need.address].unprinted]
    try:
        return system, suppress(system.tables, needs, system.accepted)
    except PublicationRefused as error:
        raise InputError([refusal(finding.line()) for finding in error.findings]) from error


def _totals_before(review: Review) -> dict[Address, frozenset[float]]:
    """The totals of revenue in the earlier quarters of its target's window, as if all were printed."""
    found: dict[Address, frozenset[float]] = {}
    for address in window_totals(review, review.period)[1]:
        if not address.period:
            continue
        tables = place_tables(review.ledger, review.plan, review.method, Period.parse(address.period))
        for table in (each for each in tables if each.kind == REVENUE):
            found[address] = frozenset([Cell(address, math.fsum(table.rows["amount"]), step=1.0).shown])
    return found


def refusal(said_of_it: str) -> Problem:
    """A finding as a problem, with what to do about it."""
    return Problem(
        "公开版", rule="disclosure", message=said_of_it,
        remedy=f"在 method.yml 的 {PLACES} 里去掉泄露它的那张表，或者改掉泄露它的那处文字；以前的公开版泄露的，"
        "如果从没有发出去，删掉它的文件夹再发布；改好以前不发布公开版",
    )  # fmt: skip


def cells_as_rows(system: PublicSystem, withheld: frozenset[Publication]) -> pd.DataFrame:
    """COLUMNS, in the order in which they are printed; a share only where part and whole are both printed."""
    rows = []
    for table in system.printed:
        name = titled(table.name)
        whole = system.tables.at[Address(name, WHOLE, WHOLE)]
        for cell in (cell for cell in system.tables.cells if cell.address.table == name and not cell.address.period):
            shown = cell.address not in withheld
            share = _share(cell, whole) if shown and whole.address not in withheld else math.nan
            value = cell.shown if shown else math.nan
            state = SHOWN if shown else HIDDEN
            rows.append((table.name, table.unit, cell.address.row, cell.address.column, value, share, state))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _share(cell: Cell, whole: Cell) -> float:
    """Of the whole, to a tenth of a point as printed; NaN when there is no whole."""
    if not whole.value:
        return math.nan
    return float(displayed_share(Fraction(cell.value) / Fraction(whole.value)))
