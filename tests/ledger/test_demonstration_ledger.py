"""The demonstration ledger against an independent count of raw cells, and against what was known at each review."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook

from planeval.ledger import Ledger, open_ledger
from planeval.ledger.tables import COLUMNS_BY_TABLE, TABLES, Table
from planeval.periods import Period
from planeval.plan.loading import load_params
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
REVIEWS = sorted((ROOT / "params/reviews").glob("20*.yml"))


@pytest.fixture(scope="module")
def raw_items() -> dict[str, set[tuple[str, ...]]]:
    """Sheet → the keys of every row in any filing that was not superseded, read straight from the workbooks."""
    with (ROOT / "data/jincheng/register.csv").open(encoding="utf-8-sig", newline="") as lines:
        register = list(csv.DictReader(lines))
    replaced = {line["supersedes"] for line in register}
    keys = {table.sheet: [table.column(column).heading for column in table.key] for table in TABLES}
    found: dict[str, set[tuple[str, ...]]] = {sheet: set() for sheet in keys}
    for line in register:
        if line["file"] not in replaced:
            book = CalamineWorkbook.from_path(str(ROOT / "data/jincheng/filings" / line["file"]))
            for sheet in set(book.sheet_names) & set(keys):
                header, *rows = book.get_sheet_by_name(sheet).to_python()
                places = [[str(name).split("（")[0] for name in header].index(key) for key in keys[sheet]]
                found[sheet] |= {tuple("".join(str(row[place]).split()) for place in places) for row in rows}
    return found


def view_of(root: Path, names: dict[str, str]) -> Ledger:
    """The ledger of a review file, read from the filings of a workspace."""
    place = Workspace(root)
    plan, method = load_params(place, names["plan"], COLUMNS_BY_TABLE)
    day = date.fromisoformat(names["as_known_on"]) if names["as_known_on"] else None
    return open_ledger(place, plan, method, Period.parse(names["period"]), day)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """The demonstration ledger as known last."""
    return view_of(ROOT, {"plan": "jincheng", "period": "2026Q3", "as_known_on": ""})


@pytest.mark.parametrize("table", TABLES, ids=[table.id for table in TABLES])
def test_every_table_counts_what_the_raw_cells_hold(
    table: Table, raw_items: dict[str, set[tuple[str, ...]]], ledger: Ledger
) -> None:
    """One standing row per item ever filed, for each of the 17 tables."""
    assert len(ledger.current[table.id]) == len(raw_items[table.sheet]) > 0


@pytest.mark.parametrize("review_file", REVIEWS, ids=[path.stem for path in REVIEWS])
def test_the_past_view_is_what_a_review_read_then(review_file: Path, tmp_path: Path) -> None:
    """As known on a past day, with today's register, equals what there was when later filings did not exist."""
    names = yaml.safe_load(review_file.read_text(encoding="utf-8"))
    then = tmp_path / "then"
    shutil.copytree(ROOT / "params", then / "params")
    shutil.copytree(ROOT / "data/jincheng", then / "data/jincheng")
    register = then / "data/jincheng/register.csv"
    first, *lines = register.read_text(encoding="utf-8-sig").splitlines()
    kept = [line for line in lines if line.split(",")[3] <= (names["as_known_on"] or "9999-12-31")]
    register.write_text("\n".join([first, *kept]) + "\n", encoding="utf-8-sig")
    for line in set(lines) - set(kept):
        (then / "data/jincheng/filings" / line.split(",")[2]).unlink()
    read_then, read_now = view_of(then, names), view_of(ROOT, names)
    for table in TABLES:
        pd.testing.assert_frame_equal(read_then.current[table.id], read_now.current[table.id])
    assert read_then.problems == read_now.problems
    assert read_then.reported == read_now.reported
