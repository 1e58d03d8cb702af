"""A unit is sent its page and its tables: its own rows in files that begin with its id, and links to no other file."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from planeval.disclosure import disclose
from planeval.publish.tables import own_tables, published_tables
from planeval.review import Review
from planeval.show.edition_tables import TABLES_OF

WHOSE = ("unit_id", "unit")  # columns that say whose row it is, where a table has one of them


def test_an_edition_holds_the_tables_that_its_pages_may_name(demonstration: Review) -> None:
    for edition, tables in TABLES_OF.items():
        assert set(published_tables(disclose(demonstration, edition, "kejiju"))) == set(tables), edition


def test_every_row_of_a_unit_s_tables_is_its_own(demonstration: Review) -> None:
    """Nodes are those it leads or supports; every other table has a column that says whose the row is."""
    reviews = {unit: disclose(demonstration, "unit", unit) for unit in ("kejiju", "jingkaiqu", "caizhengju")}
    for name, rows in own_tables(reviews).items():
        unit, _, table = name.rpartition("-")
        if table == "nodes":
            own = rows["lead_unit"].eq(unit) | rows["supporting_units"].map(lambda units, own=unit: own in units)
        else:
            own = rows[next(column for column in WHOSE if column in rows)].eq(unit)
        assert own.all(), name
    assert len(own_tables(reviews)) == len(reviews) * len(TABLES_OF["unit"])


def test_a_unit_s_page_leads_to_its_own_tables_alone(published: Path) -> None:
    folder = published.parent / "unit"
    tables = {path.stem for path in (folder / "tables").glob("*.csv")}
    for page in folder.glob("40_unit-*.html"):
        unit = page.stem.removeprefix("40_unit-")
        text = page.read_text(encoding="utf-8")
        linked = set(re.findall(r'href="([^"#]+)', text))
        assert linked == {f"tables/{unit}-{table}.csv" for table in TABLES_OF["unit"]}, page.name
        assert set(re.findall(r"tables/([\w-]+)\.csv", text)) <= tables, (
            "no page names a table that is not sent with it"
        )


def test_the_tables_say_what_the_internal_edition_says(published: Path) -> None:
    """A unit's line in its own table is its line in the evaluators' table, column by column."""
    with (published / "tables" / "units.csv").open(encoding="utf-8-sig", newline="") as lines:
        whole = {row["unit_id"]: row for row in csv.DictReader(lines)}
    for unit, row in whole.items():
        with (published.parent / "unit" / "tables" / f"{unit}-units.csv").open(encoding="utf-8-sig") as lines:
            (own,) = csv.DictReader(lines)
        assert own == {column: row[column] for column in own}
