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
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planeval.publish.tables import TABLE_MEANINGS, csv_bytes, published_tables
from planeval.review import Review, open_review
from recomputation import Row
from recounts.cells import Among, Decided, Digits, Drawn
from recounts.filings import Known
from recounts.tables import RECOUNTS

ROOT = Path(__file__).resolve().parents[1]
CASES = [("2026Q3", ""), ("2025Q4", "2026-01-28"), ("2025Q4", "")]
IDS = ["last quarter", "before the correction", "after the correction"]


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
    tables = published_tables(opened(quarter, known_on))
    return {name: read_back(csv_bytes(table)) for name, table in tables.items()}


def read_back(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def agrees(cell: str, wanted: Any) -> bool:
    """Whether a published cell says what the recount found; numbers to the noise of adding them in another order."""
    if wanted is None:
        return cell == ""
    if isinstance(wanted, Digits | Decided | Among):
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
@pytest.mark.parametrize("name", RECOUNTS)
def test_a_table_agrees_with_its_recount(name: str, case: tuple[str, str]) -> None:
    quarter, known_on = case
    recount, table = RECOUNTS[name], published(quarter, known_on)[name]
    wanted = recount.rows(known(known_on), quarter)
    assert not differences(table, wanted, recount.key)
    columns = set(published_tables(opened(quarter, known_on))[name].columns)
    for row in wanted:
        assert columns == {*row, *recount.sentences}
    if recount.ordered:
        assert [named(row, recount.key) for row in table] == [named(row, recount.key) for row in wanted]


def test_every_published_table_has_a_recount() -> None:
    """A new table fails here until somebody computes it a second time."""
    assert RECOUNTS.keys() == TABLE_MEANINGS.keys()


@pytest.mark.parametrize("name", RECOUNTS)
def test_no_number_is_left_out_as_a_sentence(name: str) -> None:
    """What is not compared is words: a column with a bare number, a day, a yes or a no in it is no sentence."""
    rows = [row for case in CASES for row in published(*case)[name]]
    assert rows, "no review has a row of this table, so nothing was compared"
    plain = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d|true|false")
    for column in RECOUNTS[name].sentences:
        assert not [row[column] for row in rows if plain.fullmatch(row[column])], column


def test_the_recounts_know_nothing_of_the_package() -> None:
    """An error in the package cannot hide in both."""
    sources = [*(ROOT / "tests/recounts").glob("*.py"), *(ROOT / "tests").glob("recomputation*.py")]
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "planeval"], source.name
