"""The tables published beside the pages, as CSV that Excel opens rightly and no formula hides in.

UTF-8 with BOM, lines end in LF, empty = not reported, true/false, numbers as short as they can be written
without losing a digit and never with an exponent. Text that a spreadsheet would take for a formula gets a
leading apostrophe; numbers never do.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from pydantic_core import to_jsonable_python

from planeval.judge.unit_bands import COLUMNS as BAND_COLUMNS
from planeval.ledger.exporting import inert
from planeval.periods import Period
from planeval.publish.environment_tables import environment_tables
from planeval.publish.finance_tables import finance_tables
from planeval.publish.incubation_tables import incubation_tables
from planeval.review import Review

PROBLEM_COLUMNS = ("file", "sheet", "cell", "level", "unit", "message", "value", "expected", "remedy", "rule")
PUBLISHED_COLUMNS = (
    "file", "series", "place", "period", "value", "unit", "note", "target_id", "title", "publisher", "url", "url_note",
    "date_published", "date_collected", "confidence", "confidence_note", "measures", "not_measures",
)  # fmt: skip


def published_tables(review: Review) -> dict[str, pd.DataFrame]:
    """Every table of a review by file name without `.csv`, in the order in which they are listed."""
    return {
        "targets": review.targets,
        "series": review.series,
        "verdicts": review.verdicts,
        "final": review.final.targets,
        "revisions": review.changes,
        "value_revisions": review.revisions,
        **incubation_tables(review.themes.incubation),
        **environment_tables(review.themes.environment),
        "flips": review.flips,
        "forecasts": review.forecasts,
        "tasks": review.tasks,
        "task_lights": review.task_lights,
        "units": _units(review),
        "unit_lights": review.unit_lights,
        "milestones": review.milestones,
        "nodes": review.nodes,
        "slippage": review.slippage,
        "burn_up": review.burn_up,
        "actors_platforms": review.themes.actors.platforms,
        "actors_partnerships": review.themes.actors.partnerships,
        "actors_universities": review.themes.actors.universities,
        "transfer_funnel": review.themes.transfer.funnel,
        "transfer_cohorts": review.themes.transfer.cohorts,
        "transfer_sources": review.themes.transfer.sources,
        "transfer_receivers": review.themes.transfer.receivers,
        "dispatch": review.orders,
        **finance_tables(review.themes.finance),
        "policies": review.themes.policies.inventory,
        "decisions": _decisions(review),
        "problems": _problems(review),
        "duplicates": review.ledger.duplicates,
        "published": _published(review),
        "filings": _filings(review),
        **_cluster(review),
    }


def _cluster(review: Review) -> dict[str, pd.DataFrame]:
    """Tables of 31_cluster, columns as in measures.cluster and measures.chain_links; none without industries."""
    cluster = review.themes.cluster
    if cluster.industries.empty:
        return {}
    return {
        "cluster_industries": cluster.industries,
        "cluster_chains": cluster.chains,
        "cluster_location": cluster.location,
        "cluster_links": cluster.links.links,
    }


def _units(review: Review) -> pd.DataFrame:
    """The judgement of each unit, then how it filed and what it leads; blank scores where no rule was decided."""
    if review.unit_bands is None:
        judged = review.units[["unit_id"]].reindex(columns=list(BAND_COLUMNS))
    else:
        judged = review.unit_bands.units
    return judged.merge(review.units, on="unit_id", how="left", validate="one_to_one", sort=False)


def _decisions(review: Review) -> pd.DataFrame:
    columns = ("decision", "question", "value", "reading", "reason", "by", "from")
    rows = [
        (choice.id, choice.question, plain_value(choice.value), choice.reading, choice.reason, choice.by, choice.since)
        for choice in review.decisions
    ]
    return pd.DataFrame(rows, columns=list(columns))


def plain_value(value: Any) -> str | float:
    """A decision's value as one cell: text and numbers as they are, anything else as JSON."""
    plain = to_jsonable_python(value)
    if isinstance(plain, str | int | float) and not isinstance(plain, bool):
        return plain
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _problems(review: Review) -> pd.DataFrame:
    rows = [[getattr(problem, column) for column in PROBLEM_COLUMNS] for problem in review.ledger.problems]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def _published(review: Review) -> pd.DataFrame:
    rows = []
    for source in review.published:
        card = {name: getattr(source.card, name) for name in PUBLISHED_COLUMNS if hasattr(source.card, name)}
        rows += [{"file": source.name, **card, **figure} for figure in source.figures.to_dict("records")]
    return pd.DataFrame(rows, columns=list(PUBLISHED_COLUMNS))


def _filings(review: Review) -> pd.DataFrame:
    columns = ("unit_id", "unit", "period", "file", "received_on", "sha256", "supersedes")
    rows = [
        (filing.unit, review.plan.unit(filing.unit).short_name, filing.period, filing.file, filing.received_on,
         filing.sha256, filing.supersedes)
        for filing in review.ledger.filings
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as the bytes of its CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cell_text(value) for value in row] for row in table.itertuples(index=False, name=None))
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def cell_text(value: Any) -> str:
    """One cell as written in a published CSV."""
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list | set | frozenset):
        return cell_text("、".join(_listed(value)))
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | Period):
        return str(value)
    if isinstance(value, int | float | Decimal):
        return number_text(value)
    if hasattr(value, "item"):  # a numpy scalar
        return cell_text(value.item())
    raise TypeError(f"no CSV form for {type(value).__name__}")


def _listed(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


def number_text(value: float | Decimal) -> str:
    """A number in the fewest digits that give it back, without an exponent: 4, 0.1, -0.25."""
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    return f"{exact.normalize():f}" if exact else "0"
