"""成果转化: a worked example, the demonstration again from the raw cells quarter by quarter, and nothing to show."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook

from ledgers import ledger_of, settled_ledger
from planeval import base_section, funnel_section, lag_section, money_section, source_section
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.transfer import Transfer, measure_transfer
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.review import Review, open_review
from planeval.workspace import Workspace
from recomputation import day, quarter_end

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/transfer.yml").read_text(encoding="utf-8"))
SECTIONS = (funnel_section, lag_section, money_section, source_section, base_section)
STAGES = ("登记", "签约", "到账", "投产")


@pytest.fixture(scope="module")
def params() -> tuple[Plan, Method]:
    return load_params(Workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)


@pytest.fixture(scope="module")
def worked(params: tuple[Plan, Method]) -> Transfer:
    duties = {table: tuple(units) for table, units in CASE["duties"].items()}
    return measure_transfer(settled_ledger(CASE["rows"], duties=duties), params[1], Period.parse(CASE["period"]))


def test_the_funnel_holds_what_was_known_at_the_quarter_s_end(worked: Transfer) -> None:
    """What a later filing tells of is signed and no further; shares are of the stage before."""
    found = {row["stage"]: [row["reached"], row["since_start"]] for row in worked.funnel.to_dict("records")}
    assert found == CASE["funnel"]
    assert worked.told_later == CASE["told_later"]
    signed = worked.funnel.set_index("stage").loc["签约"]
    assert signed["share"] == 6 / 7 and signed["low"] < 6 / 7 < signed["high"]


def test_money_is_added_only_where_it_is_stated(worked: Transfer) -> None:
    """A blank is no zero: not in the sums, not in the share."""
    assert {name: worked.totals[name] for name in CASE["totals"]} == CASE["totals"]
    part, whole = CASE["received_share"].split("/")
    assert worked.totals["received_share"] == int(part) / int(whole)
    columns = ["contracts", "contract_amount", "received_amount"]
    cohorts = {row["quarter"]: [row[name] for name in columns] for row in worked.cohorts.to_dict("records")}
    assert {quarter: [None if pd.isna(value) else value for value in row] for quarter, row in cohorts.items()} == CASE[
        "cohorts"
    ]


def test_sources_and_receivers_go_by_exact_names(worked: Transfer) -> None:
    """On the day it left an enterprise is no longer inside; a name with a legal form more is only listed."""
    contracts = dict(worked.sources[["provider", "contracts"]].to_numpy())
    assert contracts == CASE["sources"]
    assert worked.hhi == pytest.approx(14 / 36) and CASE["hhi"].endswith("14/36")
    assert dict(worked.receivers[["place", "contracts"]].to_numpy()) == CASE["receivers"]
    assert dict(worked.alike_receivers[["receiver", "enterprise"]].to_numpy()) == CASE["alike"]
    assert list(worked.bases["platform_id"]) == CASE["bases"]


def test_lags_leave_out_what_nobody_saw(worked: Transfer) -> None:
    """Waiting counts as waiting, a silent unit is watched to its last filing, left-censored items are told apart."""
    assert worked.lags is not None
    for lag in worked.lags:
        expected = CASE["lags"][lag.begins + lag.ends]
        times = sorted(zip(lag.curve.times.days, lag.curve.times.ended, strict=True))
        assert times == sorted(zip(expected["days"], expected["ended"], strict=True)), lag.begins
        assert (lag.unseen, lag.earlier) == (expected["unseen"], expected["earlier"]), lag.begins


def raw_achievements() -> list[dict[str, Any]]:
    """Every standing row of the 成果 sheets with its quarter and unit, in the order of quarters and receipt."""
    with (ROOT / "data/jincheng/register.csv").open(encoding="utf-8-sig", newline="") as lines:
        register = list(csv.DictReader(lines))
    replaced = {line["supersedes"] for line in register if line["supersedes"]}
    rows = []
    for line in sorted(register, key=lambda line: (line["period"], line["received_on"])):
        if line["file"] in replaced:
            continue
        book = CalamineWorkbook.from_path(str(ROOT / "data/jincheng/filings" / line["file"]))
        if "成果" in book.sheet_names:
            header, *body = book.get_sheet_by_name("成果").to_python()
            names = [str(name).split("（")[0] for name in header]
            rows += [{**dict(zip(names, cells, strict=True)), "period": line["period"]} for cells in body]
    return rows


@pytest.mark.parametrize("quarter", ["2025Q3", "2026Q3"])
def test_the_demonstration_again_from_the_raw_cells(
    demonstration: Review, params: tuple[Plan, Method], quarter: str
) -> None:
    """Stages as of the quarter, contracts, money agreed and received, with no code of the package.

    In the demonstration an achievement is filed by one unit, and none is told of a quarter too late.
    """
    then: dict[str, dict[str, Any]] = {}
    for row in raw_achievements():
        if row["period"] <= quarter:
            then[str(row["成果编号"])] = row
    known = [row for row in then.values() if (day(row["转化日期"]) or quarter_end(quarter)) <= quarter_end(quarter)]
    transfer = measure_transfer(demonstration.ledger, params[1], Period.parse(quarter))
    for place, stage in enumerate(STAGES):
        reached = [row for row in known if STAGES.index(row["转化阶段"]) >= place]
        assert int(transfer.funnel.loc[place, "reached"]) == len(reached), stage
    contracts = [row for row in known if row["转化阶段"] != "登记"]
    assert transfer.totals["contract_amount"] == pytest.approx(sum(float(row["合同金额"]) for row in contracts))
    received = sum(float(row["到账金额"]) for row in contracts if str(row["到账金额"]).strip())
    assert transfer.totals["received_amount"] == pytest.approx(received)


def test_the_funnel_agrees_with_the_target(demonstration: Review) -> None:
    """推广科技成果 counts signed and beyond since 起算日: the same number in both places."""
    signed = demonstration.themes.transfer.funnel.set_index("stage").loc["签约", "since_start"]
    assert signed == demonstration.counts["achievements"].value


def test_an_empty_ledger_says_who_has_to_file(demonstration: Review) -> None:
    """Nothing filed: every section stands and names the units; filed but empty: no contract, no share."""
    bare = replace(
        demonstration, ledger=replace(ledger_of({}), duties={"achievements": ("kejiju",), "platforms": ("fagaiwei",)})
    )
    said = "".join(section(bare).html for section in SECTIONS)
    assert "应由市科技局报送" in said and "nan" not in said.lower()
    quarter = demonstration.period
    filed = {(quarter, "kejiju", "achievements"), (quarter, "kejiju", "platforms")}
    empty = replace(demonstration, ledger=ledger_of({}, filed))
    said = "".join(section(empty).html for section in SECTIONS)
    assert "期末台账里没有成果" in said and "nan" not in said.lower()


def test_a_plan_without_filings_says_so() -> None:
    """吕梁 2025: 不适用, and why."""
    other = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    for section in SECTIONS:
        assert "不适用：本计划以公开数为准" in section(other).html


def test_few_cases_have_counts_and_no_percentage_and_hostile_names_are_text(demonstration: Review) -> None:
    """3 paid: 1/3 in production without a percentage; markup in a provider's name stays text."""
    rows = {table: [dict(row) for row in CASE["rows"][table]] for table in CASE["rows"]}
    for row in rows["achievements"]:
        row["provider"] = f"<script>{row['provider']}</script>"
    small = replace(demonstration, ledger=settled_ledger(rows), period=Period(2025, 3))
    said = "".join(section(small).html for section in SECTIONS)
    assert "1/3" in said and "1/3，" not in said
    assert "<script" not in said and "&lt;script&gt;" in said and "nan" not in said.lower()
