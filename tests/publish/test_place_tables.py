"""The published tables over all industries and zones, counted again from the raw cells of the filings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from planeval.publish.place_tables import INDUSTRY_TABLES, ZONE_TABLES, industry_tables, zone_tables
from planeval.publish.tables import csv_bytes, published_tables
from planeval.review import Review
from recomputation import earlier, on_or_before, quarter_end, standing_rows

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("table", "column", "written"), [("industries", "industry", "所属产业"), ("zones", "zone", "所在区域")]
)
def test_each_quarter_from_the_raw_cells(demonstration: Review, table: str, column: str, written: str) -> None:
    """Firms at the end of each quarter, arrivals, departures, and what the firms there earned in that quarter."""
    rows, _ = standing_rows(ROOT, "")
    named = {part.id: part.name for part in (*demonstration.plan.text.industries, *demonstration.plan.text.zones)}
    for said in published_tables(demonstration)[table].to_dict("records"):
        end, before = quarter_end(said["quarter"]), quarter_end(earlier(said["quarter"], 1))
        everyone = [row for row in rows["企业"].values() if row[written] == named[said[column]]]
        came = [row for row in everyone if on_or_before(row["入驻日期"], end)]
        left = [row for row in came if on_or_before(row["迁出日期"], end)]
        assert said["firms"] == len(came) - len(left)
        assert said["entered"] == sum(not on_or_before(row["入驻日期"], before) for row in came)
        assert said["left"] == sum(not on_or_before(row["迁出日期"], before) for row in left)
        here = {row["企业代码"] for row in came} - {row["企业代码"] for row in left}
        earned = [float(row["营业收入"]) for row in rows["经营"].values()
                  if row["所属季度"] == said["quarter"] and row["企业代码"] in here]  # fmt: skip
        assert said["earning"] == len(earned)
        assert math.isnan(said["revenue"]) if not earned else said["revenue"] == pytest.approx(math.fsum(earned))


def test_what_an_industry_borrowed_and_was_invested_from_the_raw_cells(demonstration: Review) -> None:
    """Loans and investments by their firm's industry, whether the firm is still here or not."""
    rows, _ = standing_rows(ROOT, "")
    named = {industry.id: industry.name for industry in demonstration.plan.text.industries}
    found = published_tables(demonstration)["industries_results"]
    for industry, name in named.items():
        firms = {row["企业代码"] for row in rows["企业"].values() if row["所属产业"] == name}
        for what, sheet, amount in (("investments", "投资", "投资金额"), ("credit", "信贷", "贷款金额")):
            mine = [row for row in rows[sheet].values() if row["企业代码"] in firms]
            said = found[found["industry"].eq(industry) & found["what"].eq(what)]
            assert said["items"].sum() == len(mine)
            assert said["amount"].sum() == pytest.approx(math.fsum(float(row[amount]) for row in mine))


def test_every_table_has_its_meaning_and_no_nan(demonstration: Review) -> None:
    """The files are those declared, each row says whose it is, and no cell is written nan."""
    themes = demonstration.themes
    industries, zones = industry_tables(themes.industries), zone_tables(themes.zones)
    assert list(industries) == list(INDUSTRY_TABLES) and list(zones) == list(ZONE_TABLES)
    for name, table in {**industries, **zones}.items():
        assert b"nan" not in csv_bytes(table).lower()
        if name != "zones_stock":
            assert set(table.iloc[:, 0]) == set(themes.industries if name in industries else themes.zones)


def test_a_plan_without_industries_publishes_none() -> None:
    assert industry_tables({}) == {} and zone_tables({}) == {}
