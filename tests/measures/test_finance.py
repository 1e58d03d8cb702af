"""科技金融: a worked case, cash flows with and without a rate, the demonstration counted again, empty ledgers."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledgers import ledger_of, settled_ledger
from planeval.ledger import Ledger
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.finance import Finance, measure_finance
from planeval.measures.finance.investments import investments_at
from planeval.measures.finance.rates import Rate, rate_of, rate_of_all, xirr
from planeval.measures.finance.returns import measure_returns
from planeval.periods import Period
from planeval.plan import Method, load_params
from planeval.plan.fund_reading import FundReading
from planeval.review import Review, open_review
from planeval.show.credit import credit_section
from planeval.show.finance import fund_section, leverage_section, stage_section
from planeval.show.fund_returns import recycling_section
from planeval.workspace import find_workspace
from recomputation import day, standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/finance.yml").read_text(encoding="utf-8"))
SECTIONS = (fund_section, leverage_section, stage_section, recycling_section, credit_section)
TABLES = ("funds", "investments", "credit")
END = Period.parse(CASE["period"])


@pytest.fixture(scope="module")
def method() -> Method:
    return load_params(find_workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)[1]


def reading(**other: Any) -> FundReading:
    decided = {"distributed": "exits_less_reinvested", "unvalued": "at_cost", "cash": "counted",
               "j_curve_years": 3, "least_days": 365}  # fmt: skip
    return FundReading(**{**decided, **other})


def case_ledger(rows: dict[str, list[dict[str, Any]]]) -> Ledger:
    marked = {table: [{**row, "unit_id": "anybody", "period": END} for row in own] for table, own in rows.items()}
    return ledger_of(marked, {(END, "anybody", table) for table in TABLES})


@pytest.fixture(scope="module")
def worked(method: Method) -> Finance:
    return measure_finance(case_ledger(CASE["rows"]), method, END)


def same(found: Any, wanted: Any) -> bool:
    """Equal to 6 places, a missing number only equal to null."""
    return math.isnan(found) if wanted is None else bool(found == pytest.approx(wanted, abs=1e-6))


def test_the_four_amounts_of_a_fund_and_its_leverage(worked: Finance) -> None:
    names = ["rows", "amount", "fiscal_stated", "with_fiscal", "fiscal_amount", "social_amount", "leverage"]
    for row in worked.scales.to_dict("records"):
        assert all(same(row[name], wanted) for name, wanted in zip(names, CASE["scales"][row["record"]], strict=True))


def test_the_four_stages(worked: Finance) -> None:
    names = ["investments", "firms", "amount", "social_stated", "beside_social", "social_capital", "exited"]
    for row in worked.stages.to_dict("records"):
        assert all(same(row[name], wanted) for name, wanted in zip(names, CASE["stages"][row["stage"]], strict=True))


def test_multiples_and_their_parts(worked: Finance) -> None:
    for name, wanted in CASE["returns"].items():
        assert same(getattr(worked.returns, name), wanted), name
    assert worked.returns.young and not worked.returns.fault
    assert worked.all_rate == "3 个持有项目中 2 个没有经审计或双方确认的估值，期末值补不出来"


def test_other_readings_of_the_same_fund(worked: Finance) -> None:
    """Nothing distributed: 395 stay in the fund; unvalued left out: 90 less; cash left out: 150 less."""
    paid = worked.records[worked.records["record"].eq("实缴")]
    for other, tvpi in (
        ({"distributed": "nothing"}, 395),
        ({"unvalued": "left_out"}, 305),
        ({"cash": "left_out"}, 245),
    ):
        found = measure_returns(paid, worked.investments, END, reading(**other))
        assert found.tvpi == pytest.approx(tvpi / 350)
    assert not measure_returns(paid, worked.investments, END, reading(j_curve_years=0.5)).young
    undecided = measure_returns(paid, worked.investments, END, None)
    assert math.isnan(undecided.tvpi) and "未作决定" in undecided.fault
    assert "多 150.0 万元" in measure_returns(paid.iloc[2:], worked.investments, END, reading()).fault


def test_loans_by_type_of_firm(worked: Finance) -> None:
    rows = worked.by_firm_type.set_index("group")
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["types"]
    assert worked.by_kind.set_index("group")["loans"].to_dict() == {
        "信用": 2, "知识产权质押": 0, "抵押": 2, "保证": 0, "其他": 0,
    }  # fmt: skip
    last = worked.grants.iloc[-1]
    assert (last["loans"], last["amount"], last["balance"]) == (1, 80, 110)
    assert worked.grants["balance"].iloc[:-1].isna().all()  # nobody filed for the quarters before


def flows(written: list[list[Any]]) -> list[tuple[date, float]]:
    return [(date.fromisoformat(when), float(amount)) for when, amount in written]


@pytest.mark.parametrize("case", CASE["rates"], ids=[case["name"] for case in CASE["rates"]])
def test_a_rate_as_published_or_worked(case: dict[str, Any]) -> None:
    assert xirr(tuple(flows(case["flows"]))) == pytest.approx(case["rate"], abs=5e-11)


@pytest.mark.parametrize("case", CASE["refused"], ids=[case["says"] for case in CASE["refused"]])
def test_flows_without_a_single_rate_get_a_sentence(case: dict[str, Any]) -> None:
    found = rate_of(flows(case["flows"]), reading())
    assert math.isnan(found.rate) and found.reason.startswith(case["says"])


@given(
    st.lists(st.integers(1, 4000), min_size=1, max_size=6), st.floats(1, 1e6), st.lists(st.floats(1, 1e6), min_size=6)
)
def test_a_rate_makes_the_flows_worth_nothing(gaps: list[int], out: float, back: list[float]) -> None:
    """One payment, then any money back: discounted at the rate, what came back is what was paid."""
    start = pd.Timestamp("2020-01-01")
    later = [((start + pd.Timedelta(days=gap)).date(), amount) for gap, amount in zip(gaps, back, strict=False)]
    try:
        rate = xirr(((start.date(), -out), *later))
    except ValueError:
        return  # nearly everything was lost at once, or the money came back a thousandfold within days
    worth = sum(amount / (1 + rate) ** ((when - start.date()).days / 365) for when, amount in later)
    assert worth == pytest.approx(out, rel=1e-4)


def test_all_investments_with_valuations_have_a_rate() -> None:
    """100 on 2024-12-31, half of it sold for nothing gained; worth 121 after a year: 21 %."""
    rows = [{"investment_id": "A", "invested_on": "2024-12-31", "amount": 100, "valuation": 121, "unit_id": "u",
             "period": END, "stage": "种子"}]  # fmt: skip
    items = investments_at(ledger_of({"investments": rows}), END)
    found = rate_of_all(items, END, reading())
    assert isinstance(found, Rate) and found.rate == pytest.approx(0.21)


def test_a_later_filing_does_not_tell_an_earlier_quarter_its_future() -> None:
    """B is first told of in 2025Q4; what A was worth in 2025Q3 is what was filed then."""
    a = {"investment_id": "A", "invested_on": "2025-04-01", "amount": 10.0, "stage": "种子", "unit_id": "u"}
    b = {**a, "investment_id": "B", "valuation": 9.0, "period": "2025Q4"}
    rows = [{**a, "valuation": 11.0, "period": "2025Q3"}, {**a, "valuation": 15.0, "period": "2025Q4"}, b]
    found = investments_at(settled_ledger({"investments": rows}), Period(2025, 3)).set_index("investment_id")
    assert found.loc["A", "valuation"] == 11.0 and not found.loc["A", "told_later"]
    assert math.isnan(found.loc["B", "valuation"]) and found.loc["B", "told_later"]
    now = investments_at(settled_ledger({"investments": rows}), END)
    assert now["valuation"].tolist() == [15.0, 9.0]


def test_an_empty_ledger_has_no_money_and_no_rates(method: Method) -> None:
    empty = measure_finance(ledger_of({}), method, END)
    assert empty.scales.empty and empty.stages["amount"].sum() == 0 and math.isnan(empty.returns.tvpi)
    assert (empty.exit_rate, empty.all_rate, empty.filed) == ("还没有全部退出的项目", "还没有投资", frozenset())


def test_the_demonstration_counted_again_from_its_cells(demonstration: Review) -> None:
    """Fund amounts, investments, returns and open balances by plain loops over the cells."""
    sheets, _ = standing_rows(ROOT, "")
    end, found = date(2026, 9, 30), demonstration.themes.finance
    funds = [row for row in sheets["基金"].values() if day(row["记录日期"]) <= end]
    for record in ("公告", "首期", "备案", "实缴"):
        amount = sum(float(row["金额"]) for row in funds if row["记录种类"] == record)
        assert found.scales.set_index("record").loc[record, "amount"] == pytest.approx(amount)
    made = [row for row in sheets["投资"].values() if day(row["投资日期"]) <= end]
    for stage, rows in found.stages.set_index("stage").iterrows():
        own = [row for row in made if row["投资阶段"] == stage]
        assert (rows["investments"], rows["amount"]) == (len(own), sum(float(row["投资金额"]) for row in own))
    back = sum(float(row["退出金额"] or 0) for row in made)
    again = sum(float(row["退出再投金额"] or 0) for row in made)
    paid = sum(float(row["金额"]) for row in funds if row["记录种类"] == "实缴")
    assert found.returns.dpi == pytest.approx((back - again) / paid)
    held = [row for row in made if not row["退出日期"]]
    worth = sum(float(row["期末估值"] or row["投资金额"]) for row in held)
    spent = sum(float(row["投资金额"]) for row in made) - again
    assert found.returns.rvpi == pytest.approx((worth + paid - spent) / paid)
    loans = [row for row in sheets["信贷"].values() if day(row["放款日期"]) <= end]
    still = [row for row in loans if not (day(row["结清日期"]) or date.max) <= end]
    assert found.by_kind["balance"].sum() == pytest.approx(sum(float(row["期末余额"] or 0) for row in still))
    assert found.by_firm_type["open"].sum() == len(still)


@pytest.mark.parametrize("section", SECTIONS, ids=[section.__name__ for section in SECTIONS])
def test_a_section_says_its_finding_first(demonstration: Review, section: Any) -> None:
    said = section(demonstration)
    assert said.html.index("<p>") < said.html.find("<table")
    assert not re.search(r"\bnan\b", said.html.split("base64")[0] + said.text, flags=re.I)  # not the nan of finance


def test_anchors_stand_where_the_coverage_table_points(demonstration: Review) -> None:
    ids = ("funds", "leverage", "stages", "recycling", "credit")
    assert [f'id="{name}"' in section(demonstration).html for name, section in zip(ids, SECTIONS, strict=True)] == [
        True
    ] * 5


def test_the_second_plan_is_told_what_does_not_apply() -> None:
    review = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert all("不适用" in section(review).text for section in SECTIONS)
