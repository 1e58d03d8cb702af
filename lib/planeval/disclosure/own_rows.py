"""The unit edition: of everything filed only what one unit filed itself, and of everything judged only its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from planeval.judge.unit_bands import UnitBands
from planeval.ledger import Ledger
from planeval.measures.quality import FilingTally
from planeval.plan import InForce, Method
from planeval.plan.lights import Override
from planeval.problems import ERROR, Problem
from planeval.review import Review

OVERRIDES = "overrides"
OTHERS_NODE = "（未列入任务分解的节点）"


def _of(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    return rows[rows["unit_id"].eq(unit)].reset_index(drop=True)


def ledger(review: Review, unit: str) -> Ledger:
    """The unit's own rows, filings, faults and echoes; who owes which table stays, being a decision."""
    whole = review.ledger
    files = {filing.file for filing in whole.received if filing.unit == unit}
    return replace(
        whole,
        received=tuple(filing for filing in whole.received if filing.unit == unit),
        filings=tuple(filing for filing in whole.filings if filing.unit == unit),
        filed={table: _of(rows, unit) for table, rows in whole.filed.items()},
        current={table: _of(rows, unit) for table, rows in whole.current.items()},
        duplicates=whole.duplicates.iloc[:0],
        reported=frozenset(place for place in whole.reported if place[1] == unit),
        problems=problems(review, unit),
        echoes=tuple(echo for echo in whole.echoes if echo.file.rpartition("/filings/")[2] in files),
    )


def problems(review: Review, unit: str) -> tuple[Problem, ...]:
    """Faults of the unit's filings, without what they say of rows that another unit may have filed."""
    return tuple(
        replace(
            problem, message=problem.message_alone or problem.message, remedy=problem.remedy_alone or problem.remedy
        )
        for problem in review.ledger.problems
        if unit and problem.unit == unit
    )


def errors(review: Review, unit: str) -> tuple[Problem, ...]:
    """Faults that kept rows or files of the unit out."""
    return tuple(problem for problem in problems(review, unit) if problem.level == ERROR)


def tally(review: Review, unit: str) -> FilingTally:
    """How many filings there are in all, and how many faults the unit's own had."""
    own = problems(review, unit)
    refused = sum(problem.level == ERROR for problem in own)
    return FilingTally(review.tally.files, refused, len(own) - refused, (unit,) if refused else ())


def milestones(review: Review, unit: str) -> pd.DataFrame:
    """Nodes the unit filed."""
    return _of(review.milestones, unit)


def nodes(review: Review, unit: str) -> pd.DataFrame:
    """Nodes the unit leads or supports. What another unit wrote about one is blank; so is the name it gave to one that
    nobody decided, which is not the plan's word.
    """
    own = review.nodes["lead_unit"].eq(unit) | review.nodes["supporting_units"].map(lambda units: unit in units)
    kept = review.nodes[own.astype(bool)].reset_index(drop=True)
    filed_by = dict(review.milestones[["milestone_id", "unit_id"]].itertuples(index=False, name=None))
    by_others = kept["milestone_id"].map(filed_by).fillna(unit).ne(unit)
    named_by_others = by_others & ~kept["decided"].astype(bool)
    return kept.assign(
        progress_note=kept["progress_note"].mask(by_others, ""),
        differs=kept["differs"].mask(by_others, ""),
        name=kept["name"].mask(named_by_others, OTHERS_NODE),
        work_item=kept["work_item"].mask(named_by_others, ""),
        milestone_id=[
            "" if hidden else node for node, hidden in zip(kept["milestone_id"], named_by_others, strict=True)
        ],
    )


def slippage(review: Review, unit: str) -> pd.DataFrame:
    """Nodes of the unit held up by others of its own; what another unit holds up is not told here."""
    led = set(review.nodes.loc[review.nodes["lead_unit"].eq(unit), "milestone_id"])
    rows = review.slippage
    return rows[rows["holder"].isin(led) & rows["held"].isin(led)].reset_index(drop=True)


def units(review: Review, unit: str) -> pd.DataFrame:
    """The unit's own line."""
    return _of(review.units, unit)


def unit_lights(review: Review, unit: str) -> pd.DataFrame:
    """The unit's own lights."""
    return _of(review.unit_lights, unit)


def unit_bands(review: Review, unit: str) -> UnitBands | None:
    """The unit's own score, rank interval and band; no pair, no mean, no sentence, for these name others."""
    judged = review.unit_bands
    if judged is None:
        return None
    return UnitBands(_of(judged.units, unit), _of(judged.detail, unit), judged.pairs.iloc[:0], None, None, None, ())


def filing_history(review: Review, unit: str) -> pd.DataFrame:
    """When the unit filed."""
    return _of(review.filing_history, unit)


def evidence(review: Review, unit: str) -> pd.DataFrame:
    """How many of the unit's rows have evidence."""
    return _of(review.evidence, unit)


def orders(review: Review, unit: str) -> pd.DataFrame:
    """Orders addressed to the unit."""
    return _of(review.orders, unit)


def method(review: Review, unit: str) -> Method:
    """The decisions, without the lights of other units that were set by hand."""
    return method_where(review, lambda each: each.kind != "unit" or each.id == unit)


def method_where(review: Review, kept: Callable[[Override], bool]) -> Method:
    """The decisions with those lights set by hand that are kept."""
    decided = review.method.text.decisions
    if OVERRIDES not in decided:
        return review.method
    versions = tuple(
        version.model_copy(update={"value": tuple(each for each in version.value or () if kept(each))})
        for version in decided[OVERRIDES].values
    )
    changed = decided[OVERRIDES].model_copy(update={"values": versions})
    return review.method.model_copy(
        update={"text": review.method.text.model_copy(update={"decisions": {**decided, OVERRIDES: changed}})}
    )


def decisions(review: Review, unit: str) -> tuple[InForce, ...]:
    """Every decision in force, see `method`."""
    return method(review, unit).in_force(review.period)


def decisions_where(review: Review, kept: Callable[[Override], bool]) -> tuple[InForce, ...]:
    """Every decision in force, see `method_where`."""
    return method_where(review, kept).in_force(review.period)
