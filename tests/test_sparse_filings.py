"""Little or nothing filed: the page stands, the section says what is missing and from whom, and nothing is imputed.

Six cases in one small workspace (sparse_valley): an empty table, an industry without firms, a quarter without filings,
a fund with one cash flow, a policy without beneficiaries, a unit without nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from planeval.publish.tables import csv_bytes, published_tables
from planeval.review import Review, open_review
from planeval.show import (
    credit,
    entrants,
    environment,
    finance,
    fund_returns,
    incubation,
    industry,
    nodes,
    overview,
    partnerships,
    platforms,
    policies,
    policy_reviews,
    safeguards,
    transfer,
    transfer_parties,
    unit_courses,
    unit_filings,
    unit_page,
    zone,
)
from planeval.show.html import Fragment
from sparse_valley import FILED, SILENT, write_sparse_valley

EMPTY_INDUSTRY, EMPTY_ZONE, IDLE_UNIT = "culture_tourism_health", "jinjiang_north", "shichangjianguan"
SECTIONS: tuple[Callable[[Review], Fragment], ...] = (
    incubation.flow_section, incubation.ladder_section, incubation.lapsing_section, entrants.origin_section,
    environment.talent_section, environment.subsidy_section, environment.service_section, environment.premises_section,
    platforms.platform_section, partnerships.partnership_section, partnerships.university_section,
    transfer.funnel_section, transfer.lag_section, transfer.money_section, transfer_parties.source_section,
    transfer_parties.base_section, finance.fund_section, finance.leverage_section, finance.stage_section,
    fund_returns.recycling_section, credit.credit_section, policies.inventory_section, policies.coverage_section,
    policies.delivery_section, policy_reviews.review_section, policy_reviews.proposal_section,
    policy_reviews.effect_section, safeguards.working_group_section, safeguards.publicity_section, overview.task_table, overview.unit_table, nodes.task_nodes, unit_courses.unit_courses,
)  # fmt: skip
OF_A_PART: tuple[tuple[Callable[..., Fragment], str], ...] = (
    *((section, EMPTY_INDUSTRY) for section in (
        industry.industry_summary, industry.industry_firms, industry.industry_titles, industry.industry_results,
        industry.industry_targets, industry.industry_chains)),
    *((section, EMPTY_ZONE) for section in (
        zone.zone_summary, zone.zone_firms, zone.zone_premises, zone.zone_readiness, zone.zone_targets)),
    *((section, IDLE_UNIT) for section in (
        unit_page.unit_summary, unit_page.unit_milestones, unit_page.unit_targets, unit_filings.unit_filing,
        unit_filings.unit_orders, unit_filings.unit_next, unit_filings.unit_refused)),
)  # fmt: skip


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Review]:
    """The two quarters of the workspace, opened once."""
    root = write_sparse_valley(tmp_path_factory.mktemp("sparse"))
    return {quarter: open_review("jincheng", quarter, workspace=root) for quarter in (FILED, SILENT)}


@pytest.fixture(scope="module")
def first(sparse: dict[str, Review]) -> Review:
    return sparse[FILED]


@pytest.fixture(scope="module")
def silent(sparse: dict[str, Review]) -> Review:
    return sparse[SILENT]


def words(html: str) -> str:
    """What a reader reads of a fragment."""
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize("quarter", [FILED, SILENT])
def test_every_section_stands(sparse: dict[str, Review], quarter: str) -> None:
    """Whatever is missing, a section has words and no NaN; a published table has no nan either."""
    review = sparse[quarter]
    made: list[Any] = [section(review) for section in SECTIONS]
    made += [section(review, part) for section, part in OF_A_PART]
    for fragment in made:
        assert fragment.text.strip()
        assert not re.search(r"\bnan\b|NaT|<NA>", words(fragment.html), flags=re.IGNORECASE), fragment.text[:200]
    assert all(b",nan" not in csv_bytes(table).lower() for table in published_tables(review).values())


def test_an_empty_table(first: Review, silent: Review) -> None:
    """A sheet filed without a row is not a sheet that nobody filed, and neither gives an area or an occupancy."""
    for section in (environment.premises_section(first), zone.zone_premises(first, "main")):
        assert "“载体”表应由晋城经济技术开发区报送，报来的没有一行" in section.text
        assert "不作零计" in section.text
    assert "“载体”表应由晋城经济技术开发区报送，没有单位报送" in environment.premises_section(silent).text
    built = words(zone.zone_premises(first, "main").html)
    assert "36,000" in built and "没有数" in built  # what the plan names stands, against nothing
    assert "%" not in built.partition("来历")[0]


def test_an_industry_without_firms(first: Review) -> None:
    """It has no firms, and that is known; what it holds, turned into products and borrowed is not, and who owes it is."""
    assert "文旅康养在谷企业 0 家。" in industry.industry_summary(first, EMPTY_INDUSTRY).text
    firms = industry.industry_firms(first, EMPTY_INDUSTRY)
    assert "各季都没有在谷企业和营收的记录，没有可画的图" in firms.text
    assert "“企业”表应报 2 个单位，市投资促进中心未报送" in firms.html
    titles = industry.industry_titles(first, EMPTY_INDUSTRY)
    assert "“资质”表应由市工信局、市科技局报送，还没有任何单位报送过" in titles.text and "<table" not in titles.html
    results = industry.industry_results(first, EMPTY_INDUSTRY).text
    assert "“成果”表应由晋城经济技术开发区、市科技局报送，还没有任何单位报送过" in results
    assert "没有投资的记录" in results and "成果 0 项" not in results and "0 万元" not in results


def test_a_quarter_without_filings(silent: Review) -> None:
    """Every table is owed by name; a target nobody reported has no value, no share and no score of zero by mistake."""
    assert not silent.targets["reported"].any() and silent.targets["value"].isna().all()
    flow = incubation.flow_section(silent).text
    assert "本季“企业”表应由晋城经济技术开发区、市投资促进中心报送，没有单位报送" in flow and "不作零计" in flow
    assert "本季“投资”表应由市财政局报送，均未报送" in finance.stage_section(silent).html
    everybody = overview.unit_table(silent).text
    assert f"{len(silent.plan.units)} 个单位未按时报送" in everybody
    history = silent.themes.industries["optoelectronics"].history.set_index("quarter")
    assert (
        history.loc[FILED, "revenue"] == 200 and history["revenue"].isna()[SILENT]
    )  # the quarter before is not reused


def test_a_fund_with_one_cash_flow(first: Review) -> None:
    """Money in and nothing back: no rate of return, and the sentence why; no amount for the records nobody filed."""
    returns = fund_returns.recycling_section(first)
    assert "还没有退出，资金没有循环" in returns.text and "没有收回，循环比例无从计算" in returns.text
    assert "全部投资的内部收益率：不算，未形成现金回流：没有收回，也没有经审计或双方确认的估值" in returns.text
    assert not re.search(r"内部收益率[^。；]{0,6}\d", returns.text)
    fund = finance.fund_section(first)
    assert "没有公告、首期、备案的记录" in fund.text
    scales = first.themes.finance.scales.set_index("record")
    assert scales.loc["实缴", "amount"] == 3000 and scales.loc[["公告", "首期", "备案"], "amount"].isna().all()
    assert "“基金”表应报 2 个单位，晋城经济技术开发区未报送" in fund.html


def test_a_policy_without_beneficiaries(first: Review) -> None:
    """Nobody used one, the other does not say: the first is said to be idle, the second is in no sum, with its owner."""
    covered = policies.coverage_section(first).text
    assert "1 项写明应享和实享的政策合计应享 6 户次，实享 0 户次" in covered
    assert "有人应享而无人实享的：入驻启动资金" in covered
    assert "没有写应享或实享、不在合计中的：人才补贴（市科技局）" in covered
    rows = first.themes.policies.inventory.set_index("policy_id")
    assert rows.loc["ZC-1", "beneficiaries"] == 0 and rows["beneficiaries"].isna()["ZC-2"]
    assert "兑现率无从计算" in policies.delivery_section(first).text  # nothing due: no rate, not 100 % and not 0 %
    assert "没有一项定了看什么结果" in policy_reviews.effect_section(first).text


def test_a_unit_without_nodes(first: Review) -> None:
    """The unit's page stands, names what it owes, and the unit is neither scored nor ranked nor drawn at zero."""
    assert "市市场监管局没有牵头的任务节点，本季未报送" in unit_page.unit_summary(first, IDLE_UNIT).text
    assert "没有牵头或配合的任务节点，本节不适用" in unit_page.unit_milestones(first, IDLE_UNIT).text
    assert "应报 1 张表，本季实报 0 张" in unit_page.unit_targets(first, IDLE_UNIT).text
    assert first.unit_bands is not None
    judged = first.unit_bands.units.set_index("unit_id").loc[IDLE_UNIT]
    assert judged["items"] == 0 and pd.isna(judged["score"]) and pd.isna(judged["rank_low"])
    drawn = unit_courses.unit_courses(first)
    assert "没有牵头节点记录的单位 18 个" in drawn.text and IDLE_UNIT not in set(first.unit_burn_up["unit_id"])
