"""主导产业集聚度: formulas against published numbers, a small valley by hand, the demonstration a second time."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledgers import ledger_of
from planeval.ledger import Ledger
from planeval.ledger.published import read_published
from planeval.measures.cluster import INSIDE, Cluster, measure_cluster
from planeval.measures.concentration import (
    concentration_ratio,
    equivalent_number,
    herfindahl,
    location_quotient,
    theil_between,
    theil_t,
)
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.review import Review, open_review
from planeval.workspace import Workspace
from recomputation import earlier, on_or_before, quarter_end, standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASES = yaml.safe_load((ROOT / "tests/cases/cluster.yml").read_text(encoding="utf-8"))
NOW = Period(2026, 3)
AMOUNTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda amounts: math.fsum(amounts) > 1e-3)

# Published results. US Department of Justice, HHI page (Merger Guidelines 2023); R package REAT 3.0.3, manual, whose
# sources are Farhauer & Kröll (2013), Dörsam (2004), Störmann (2009). REAT's theil() is L (0.2326302): not this one.
HHI_DOJ = [([30, 30, 20, 20], 2600), ([25, 20, 15, 10, 8, 7, 6, 5, 4], 1540), ([45, 15, 10, 8, 7, 6, 5, 4], 2540)]
REAT = {"location": (1714, 79006, 879213, 15593224, 0.3847623), "herfindahl": ([20, 50, 20, 10], 0.34, 2.94),
        "theil": ([10, 10, 10, 20, 50], 0.2502012, 0.2326302)}  # fmt: skip


@pytest.mark.parametrize(("amounts", "hhi"), HHI_DOJ)
def test_hhi_is_the_departments_of_justice(amounts: list[float], hhi: float) -> None:
    assert herfindahl(amounts) == pytest.approx(hhi)


def test_location_quotient_herfindahl_and_theil_are_the_ones_reat_prints() -> None:
    part, whole, reference_part, reference_whole, quotient = REAT["location"]
    assert location_quotient(part, whole, reference_part, reference_whole) == pytest.approx(quotient, abs=1e-7)
    amounts, index, equal = REAT["herfindahl"]
    assert herfindahl(amounts) == pytest.approx(10_000 * index)
    assert equivalent_number(amounts) == pytest.approx(equal, abs=0.005)
    amounts, t, other = REAT["theil"]
    assert theil_t(amounts) == pytest.approx(t, abs=1e-7)
    mean = sum(amounts) / len(amounts)
    assert sum(math.log(mean / amount) for amount in amounts) / len(amounts) == pytest.approx(other, abs=1e-7)


@pytest.mark.parametrize("case", CASES["formulas"], ids=lambda case: case["name"])
def test_worked_formulas(case: dict[str, Any]) -> None:
    amounts = case["amounts"]
    assert herfindahl(amounts) == pytest.approx(case["hhi"])
    assert equivalent_number(amounts) == pytest.approx(case["equivalent"], abs=1e-6)
    assert concentration_ratio(amounts) == pytest.approx(case["cr4"])
    assert theil_t(amounts) == pytest.approx(case["theil_t"], abs=1e-6)


@pytest.mark.parametrize("case", CASES["between"], ids=lambda case: case["name"])
def test_worked_decompositions(case: dict[str, Any]) -> None:
    everybody = [amount for amounts in case["groups"].values() for amount in amounts]
    assert theil_t(everybody) == pytest.approx(case["total"], abs=1e-6)
    assert theil_between(case["groups"]) == pytest.approx(case["between"], abs=1e-6)


@given(AMOUNTS)
def test_bounds_of_the_indices(amounts: list[float]) -> None:
    n = len(amounts)
    assert 10_000 / n - 1e-6 <= herfindahl(amounts) <= 10_000 + 1e-6
    assert 1 - 1e-9 <= equivalent_number(amounts) <= n + 1e-6
    assert -1e-9 <= theil_t(amounts) <= math.log(n) + 1e-9
    assert herfindahl([3 * amount for amount in amounts]) == pytest.approx(herfindahl(amounts))


@given(st.lists(AMOUNTS, min_size=1, max_size=4))
def test_theil_is_between_plus_within(groups: list[list[float]]) -> None:
    named = {str(number): amounts for number, amounts in enumerate(groups)}
    everybody = [amount for amounts in groups for amount in amounts]
    total = math.fsum(everybody)
    within = math.fsum(math.fsum(amounts) / total * theil_t(amounts) for amounts in groups)
    assert theil_between(named) + within == pytest.approx(theil_t(everybody), abs=1e-9)


@pytest.mark.parametrize("amounts", [[0, 0], [5, -1]])
def test_what_has_no_shares_is_refused(amounts: list[float]) -> None:
    with pytest.raises(ValueError, match="negative"):
        herfindahl(amounts)


# ------------------------------------------------------------------------------ a small valley


@pytest.fixture(scope="module")
def params() -> tuple[Plan, Method]:
    return load_params(Workspace(ROOT), "jincheng")


def measured(ledger: Ledger, params: tuple[Plan, Method], period: Period = NOW) -> Cluster:
    plan, method = params
    return measure_cluster(ledger, read_published(Workspace(ROOT), plan), plan, method, period)


def valley(**changed: list[dict[str, Any]]) -> Ledger:
    quarters = [str(quarter) for quarter in NOW.shift(-3).until(NOW)]
    operations = [
        {"enterprise_id": row["enterprise_id"], "quarter": quarter, "revenue": amount}
        for row in CASES["valley"]["operations"]
        for quarter, amount in zip(quarters, row["revenue"], strict=True) if amount is not None
    ]  # fmt: skip
    rows = {"enterprises": CASES["valley"]["enterprises"], "operations": operations} | changed
    filed = {(Period.parse(quarter), "jingkaiqu", table) for quarter in quarters for table in rows if rows[table]}
    return ledger_of(rows, filed)


def test_a_small_valley_by_hand(params: tuple[Plan, Method]) -> None:
    cluster, expected = measured(valley(), params), CASES["valley"]["expected"]
    industries = cluster.industries.set_index("industry")
    assert dict(industries["firms"]) == expected["firms"]
    assert dict(industries["earning"]) == expected["earning"]
    for name, amount in expected["revenue"].items():
        found = industries.loc[name, "revenue"]
        assert math.isnan(found) if amount is None else found == pytest.approx(amount)
    for name in expected["hhi"]:
        assert industries.loc[name, "hhi"] == pytest.approx(expected["hhi"][name])
        assert industries.loc[name, "largest"] == expected["largest"][name]
        assert industries.loc[name, "largest_share"] == pytest.approx(expected["largest_share"][name])
    assert cluster.revenue.rows_without == expected["missing_pairs"]


def test_location_quotients_by_hand(params: tuple[Plan, Method]) -> None:
    location, expected = measured(valley(), params).location, CASES["valley"]["expected"]
    found = {(row["place"], row["industry"]): row for row in location.to_dict("records")}
    for place, quotients in expected["lq"].items():
        for industry, quotient in quotients.items():
            assert found[place, industry]["lq"] == pytest.approx(quotient)
    national = found[INSIDE, "digital"]
    assert national["lq"] == pytest.approx(expected["outside"]["digital"])
    assert (national["reference"], national["reference_period"], national["reference_share"]) == ("全国", "2023", 0.109)
    for industry in ("optoelectronics", "culture_tourism_health"):  # nothing published to compare with: said, not made
        assert math.isnan(found[INSIDE, industry]["lq"])
        assert found[INSIDE, industry]["why_not"] == "没有同口径的公开参照数"


def test_gaps_are_links_nobody_says_he_is_in(params: tuple[Plan, Method]) -> None:
    """A link is found whatever blanks stand in it; a firm with a blank or unknown link fills no gap and is counted."""
    assert sorted(measured(valley(), params).links.gaps["link"]) == sorted(CASES["valley"]["expected"]["gaps"])
    rows = [{**row, "link": {"A": "外太空", "B": None}.get(row["enterprise_id"], None)}
            for row in CASES["valley"]["enterprises"]]  # fmt: skip
    links = measured(valley(enterprises=rows), params).links
    assert len(links.gaps) == len(links.links) == 15
    unplaced = links.unplaced.set_index("chain")
    assert (unplaced.loc["新材料", "unlisted"], unplaced.loc["新材料", "unlisted_links"]) == (1, ("外太空",))
    assert unplaced.loc["视觉系统", "blank"] == 1


def test_an_empty_ledger_gives_counts_of_nothing_and_no_amounts(params: tuple[Plan, Method]) -> None:
    cluster = measured(ledger_of({}), params)
    assert list(cluster.industries["firms"]) == [0, 0, 0, 0]
    assert cluster.industries[["revenue", "hhi", "cr4", "largest_share"]].isna().all().all()
    assert cluster.location["lq"].isna().all() and cluster.location["why_not"].ne("").all()
    assert cluster.unevenness is None and not cluster.firms.filed
    assert len(cluster.links.gaps) == 15


def test_an_incomplete_year_counts_the_quarter_alone(params: tuple[Plan, Method]) -> None:
    """2025Q4 is the first quarter filed: the four-quarter window of 年营收 is not there, so only the quarter counts."""
    cluster = measured(valley(), params, Period(2025, 4))
    assert cluster.revenue.quarters == (Period(2025, 4),)
    assert cluster.revenue.state == "quarter_only"
    assert cluster.industries.set_index("industry").loc["all", "revenue"] == pytest.approx(10 + 25 + 30)


def test_firms_that_earn_nothing_have_no_concentration(params: tuple[Plan, Method]) -> None:
    operations = [
        {"enterprise_id": "A", "quarter": str(quarter), "revenue": 0.0} for quarter in NOW.shift(-3).until(NOW)
    ]
    cluster = measured(valley(operations=operations), params)
    whole = cluster.industries.set_index("industry").loc["all"]
    assert whole["revenue"] == 0 and math.isnan(whole["hhi"]) and math.isnan(whole["revenue_share"])


# ------------------------------------------------------------------------------ the demonstration


@pytest.fixture(scope="module")
def review() -> Review:
    return open_review("jincheng", str(NOW), workspace=ROOT)


def test_the_industries_add_up_to_the_headline_revenue(review: Review) -> None:
    industries = review.themes.cluster.industries.set_index("industry")
    parts = industries.drop(index="all")["revenue"].sum()
    headline = review.targets.set_index("target_id").loc["revenue", "value"]
    assert industries.loc["all", "revenue"] == pytest.approx(parts)
    assert round(parts / 10_000, 2) == headline


def test_the_demonstration_is_recomputed_from_the_raw_cells(review: Review) -> None:
    """Firms, revenue and HHI of each industry, counted again without the package."""
    rows, _ = standing_rows(ROOT, "")
    window = [earlier(str(NOW), back) for back in range(4)]
    names = {entry.name: entry.id for entry in review.plan.text.industries}
    firms: dict[str, int] = defaultdict(int)
    earned: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows["企业"].values():
        here = on_or_before(row["入驻日期"], quarter_end(str(NOW))) and not on_or_before(
            row["迁出日期"], quarter_end(str(NOW))
        )
        firms[names[row["所属产业"]]] += here
    for (firm, quarter), row in rows["经营"].items():
        place = rows["企业"][firm,]
        if quarter in window and on_or_before(place["入驻日期"], quarter_end(quarter)):
            if not on_or_before(place["迁出日期"], quarter_end(quarter)):
                earned[names[place["所属产业"]]][firm] += row["营业收入"]
    for row in review.themes.cluster.industries.to_dict("records")[:-1]:
        amounts = list(earned[row["industry"]].values())
        assert row["firms"] == firms[row["industry"]]
        assert row["revenue"] == pytest.approx(sum(amounts))
        assert row["hhi"] == pytest.approx(sum((100 * amount / sum(amounts)) ** 2 for amount in amounts))


def test_a_plan_without_industries_says_so() -> None:
    from planeval.show.cluster import chain_section, cluster_summary, concentration_section, industry_section
    from planeval.show.cluster import location_section as location

    second = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    for section in (cluster_summary, industry_section, chain_section, location, concentration_section):
        assert "不适用" in section(second).html and "nan" not in section(second).html.lower()


def test_hostile_names_are_shown_as_text(params: tuple[Plan, Method], review: Review) -> None:
    from dataclasses import replace

    from planeval.show.cluster import chain_section, concentration_section

    rows = [{**row, "name": "<script>x</script>"} for row in CASES["valley"]["enterprises"]]
    attacked = replace(review, ledger=valley(enterprises=rows))
    for section in (chain_section, concentration_section):
        assert "<script" not in section(attacked).html
    assert "&lt;script&gt;" in concentration_section(attacked).html


def test_nothing_filed_is_said_with_who_has_to_file(review: Review) -> None:
    from dataclasses import replace

    from planeval.show.cluster import concentration_section, industry_section

    silent = replace(review, ledger=replace(ledger_of({}), duties=review.ledger.duties))
    assert "经开区" in industry_section(silent).html or "经济技术开发区" in industry_section(silent).html
    assert "均未报送" in industry_section(silent).html
    assert "没有可用的营收数" in concentration_section(silent).html
    assert "nan" not in (industry_section(silent) + concentration_section(silent)).html.lower()
