"""Every published table against its recount: every row, every column, every number.

A table without a recount fails, a column that is not compared fails, and so does a recount that shares code with the
package. Three reviews: the last quarter; an earlier one before a correction was known; the same one with all that was
filed later.
"""

from __future__ import annotations

import ast
import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planeval.disclosure.public_places import every_cell
from planeval.judge.robustness.monte_carlo import Simulation
from planeval.measures.dispatch import ageing, orders_by_unit
from planeval.measures.finance.rates import Rate
from planeval.measures.revisions import revisions_by_unit
from planeval.measures.transfer_lags import Lag
from planeval.publish.incubation_tables import curve_table
from planeval.publish.tables import TABLE_MEANINGS, csv_bytes, published_tables
from planeval.review import Review, open_review
from recomputation import Row
from recounts.cells import Among, Decided, Digits, Drawn, Quantile
from recounts.filings import Known
from recounts.tables import PAGE_RECOUNTS, RECOUNTS

ROOT = Path(__file__).resolve().parents[1]
CASES = [("2026Q3", ""), ("2025Q4", "2026-01-28"), ("2025Q4", "")]
ALL = RECOUNTS | PAGE_RECOUNTS
IDS = ["last quarter", "before the correction", "after the correction"]


def _lag(lag: Lag) -> dict[str, Any]:
    return {"begins": lag.begins, "ends": lag.ends, "followed": lag.curve.n, "unseen": lag.unseen,
            "earlier": lag.earlier, "last_day": lag.curve.last_day, "median": lag.curve.median}  # fmt: skip


def _rate(rate: Rate | str | None) -> pd.DataFrame:
    names = ["multiple", "days", "rate"]
    return pd.DataFrame(
        [{name: getattr(rate, name) for name in names}] if isinstance(rate, Rate) else [], columns=names
    )


CALIBRATION = ("closed", "open", "brier", "brier_base", "coverage", "coverage_low", "coverage_high")


def _simulated(found: Simulation) -> pd.DataFrame:
    numbers = {f"{share:g}": total for share, total in found.quantiles.items()} | found.probabilities
    return pd.DataFrame({"what": list(numbers), "value": list(numbers.values())})


def _degrees(review: Review, numbers: Mapping[Any, float], key: str) -> pd.DataFrame:
    return pd.DataFrame({key: list(numbers), "degree": list(numbers.values())})


# Where the pages find what they show beside the published tables.
PARTS: dict[str, Callable[[Review], pd.DataFrame]] = {
    "fusion_indices": lambda review: review.fusion.indices,
    "fusion_groups": lambda review: review.fusion.groups,
    "fusion_degrees": lambda review: review.fusion.degrees,
    "fusion_without": lambda review: _degrees(review, review.fusion.without, "indicator"),
    "fusion_band": lambda review: _degrees(
        review, dict(zip((0.05, 0.5, 0.95), review.fusion.band, strict=True)), "share"
    ),
    "publicity_media": lambda review: review.themes.publicity.by_medium,
    "publicity_quarters": lambda review: review.themes.publicity.by_quarter,
    "working_group": lambda review: review.themes.working_group.by_quarter,
    "order_quarters": lambda review: review.order_quarters,
    "order_units": lambda review: orders_by_unit(review.orders, review.plan),
    "order_ageing": lambda review: ageing(review.orders, review.method.value("dispatch_limits", review.period).ageing),
    "filing_history": lambda review: review.filing_history,
    "evidence_by_unit": lambda review: review.evidence,
    "unit_detail": lambda review: review.unit_bands.detail,
    "unit_pairs": lambda review: review.unit_bands.pairs,
    "platform_kinds": lambda review: review.themes.actors.kinds,
    "platform_issuers": lambda review: review.themes.actors.issuers,
    "platform_hosts": lambda review: review.themes.actors.host_places,
    "university_regions": lambda review: review.themes.actors.regions,
    "policy_fields": lambda review: review.themes.policies.fields,
    "policy_effects": lambda review: review.themes.policies.effects,
    "revenue_unevenness": lambda review: pd.DataFrame([asdict(review.themes.cluster.unevenness)]),
    "chain_unplaced": lambda review: review.themes.cluster.links.unplaced,
    "transfer_totals": lambda review: pd.DataFrame(
        [{**review.themes.transfer.totals, "hhi": review.themes.transfer.hhi}]
    ),
    "transfer_lags": lambda review: pd.DataFrame([_lag(each) for each in review.themes.transfer.lags]),
    "transfer_lag_curves": lambda review: curve_table(
        [(lag.begins, lag.ends, lag.curve) for lag in review.themes.transfer.lags]
    ),
    "score_readings": lambda review: review.assessment.readings,
    "score_without": lambda review: review.assessment.robustness.leave_one_out,
    "score_simulation": lambda review: _simulated(review.assessment.robustness.simulation),
    "light_dependence": lambda review: review.dependence,
    "forecast_calibration": lambda review: pd.DataFrame(
        [{name: getattr(review.calibration, name) for name in CALIBRATION}]
    ),
    "proposed_orders": lambda review: review.proposed_orders,
    "rate_of_exits": lambda review: _rate(review.themes.finance.exit_rate),
    "forecast_words": lambda review: review.calibration.table,
    "resources": lambda review: review.themes.resources.money,
    "zone_premises": lambda review: pd.concat(
        [profile.premises.assign(zone=zone) for zone, profile in review.themes.zones.items()]
    ),
    "revisions_by_unit": lambda review: revisions_by_unit(review.revisions, review.plan),
}


@cache
def opened(quarter: str, known_on: str) -> Review:
    """A review, opened once for all tests of this file."""
    return open_review("jincheng", quarter, known_on, workspace=ROOT)


@cache
def known(known_on: str) -> Known:
    """The filings known on a day, read once."""
    return Known(ROOT, known_on)


@cache
def published(quarter: str, known_on: str) -> dict[str, list[dict[str, str]]]:
    """The tables of a review as anybody reads them from their CSV files."""
    review = opened(quarter, known_on)
    tables = published_tables(review) | {name: read(review) for name, read in PARTS.items()}
    tables["public_places"] = every_cell(review)
    return {name: read_back(csv_bytes(table)) for name, table in tables.items()}


def read_back(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def agrees(cell: str, wanted: Any) -> bool:
    """Whether a published cell says what the recount found; numbers to the noise of adding them in another order."""
    if wanted is None:
        return cell == ""
    if isinstance(wanted, Digits | Decided | Among | Quantile):
        return wanted.said_in(cell)
    if isinstance(wanted, Drawn):
        return cell != "" and abs(float(cell) - wanted.value) <= wanted.within
    if isinstance(wanted, bool):
        return cell == ("true" if wanted else "false")
    if isinstance(wanted, str):
        return cell.removeprefix("'") == wanted.removeprefix("'")
    if isinstance(wanted, date):
        return cell == wanted.isoformat()[:10]
    if isinstance(wanted, list | tuple):
        return cell == "、".join(map(str, wanted))
    return cell != "" and math.isclose(float(cell), float(wanted), rel_tol=1e-9, abs_tol=1e-9)


def named(row: dict[str, Any], key: tuple[str, ...]) -> tuple[str, ...]:
    """What tells a row from the others."""
    return tuple("" if row[column] is None else str(row[column]) for column in key)


def differences(table: list[dict[str, str]], wanted: list[Row], key: tuple[str, ...]) -> list[str]:
    """What a published table says otherwise than its recount."""

    said, found = {named(row, key): row for row in table}, {named(row, key): row for row in wanted}
    assert len(said) == len(table) and len(found) == len(wanted), "the key does not tell the rows apart"
    wrong = [f"only published: {each}" for each in said.keys() - found.keys()]
    wrong += [f"only recounted: {each}" for each in found.keys() - said.keys()]
    return wrong + [
        f"{each} {column}: published {said[each][column]!r}, recounted {value!r}"
        for each in found.keys() & said.keys()
        for column, value in found[each].items() if not agrees(said[each][column], value)
    ]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("name", ALL)
def test_a_table_agrees_with_its_recount(name: str, case: tuple[str, str]) -> None:
    quarter, known_on = case
    recount, table = ALL[name], published(quarter, known_on)[name]
    wanted = recount.rows(known(known_on), quarter)
    assert not differences(table, wanted, recount.key)
    for row, said in zip(wanted, table, strict=True):
        assert said.keys() == {*row, *recount.sentences}
    if recount.ordered:
        assert [named(row, recount.key) for row in table] == [named(row, recount.key) for row in wanted]


def test_every_published_table_has_a_recount() -> None:
    """A new table fails here until somebody computes it a second time."""
    assert RECOUNTS.keys() == TABLE_MEANINGS.keys() and PAGE_RECOUNTS.keys() == PARTS.keys()


@pytest.mark.parametrize("name", ALL)
def test_no_number_is_left_out_as_a_sentence(name: str) -> None:
    """What is not compared is words: a column with a bare number, a day, a yes or a no in it is no sentence."""
    rows = [row for case in CASES for row in published(*case)[name]]
    assert rows, "no review has a row of this table, so nothing was compared"
    plain = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d|true|false")
    for column in ALL[name].sentences:
        assert not [row[column] for row in rows if plain.fullmatch(row[column])], column


def test_the_recounts_know_nothing_of_the_package() -> None:
    """An error in the package cannot hide in both."""
    sources = [*(ROOT / "tests/recounts").glob("*.py"), *(ROOT / "tests").glob("recomputation*.py")]
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "planeval"], source.name


def test_a_plan_without_filings_publishes_no_number_of_them() -> None:
    """The second plan is measured from published figures: what nobody filed is blank or left out, never 0."""
    tables = published_tables(open_review("lvliang-2025", "2025Q4", workspace=ROOT))
    said = {"units_due", "units_filed"}  # that nobody had to file is known
    filed = re.compile("incubation|environment|actors|transfer|finance|cluster|industries|zones|policies|dispatch")
    for name in (name for name in tables if filed.match(name)):
        for row in read_back(csv_bytes(tables[name])):
            numbers = {column: cell for column, cell in row.items() if re.fullmatch(r"-?[\d.]+", cell)}
            assert numbers.keys() <= said, (name, row)
    for row in read_back(csv_bytes(tables["targets"])):  # no figure was published for any of its targets
        assert (row["value"], row["progress_light"], row["score"]) == ("", "未见公开数据", "")
