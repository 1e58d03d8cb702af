"""创新生态: a worked case, an empty ledger, the demonstration counted again from its cells, and what the page hides."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgers import ledger_of
from planeval.ledger import Ledger
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.environment import Environment, measure_environment
from planeval.periods import Period
from planeval.plan import load_params
from planeval.publish.environment_tables import environment_tables
from planeval.publish.tables import csv_bytes
from planeval.review import Review, open_review
from planeval.show.environment import premises_section, service_section, subsidy_section, talent_section
from planeval.workspace import find_workspace
from recomputation import day, standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/environment.yml").read_text(encoding="utf-8"))
SECTIONS = (talent_section, subsidy_section, service_section, premises_section)
TABLES = ("talents", "talent_services", "premises")


@pytest.fixture(scope="module")
def params() -> Any:
    return load_params(find_workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)


def ledger_of_case(rows: dict[str, list[dict[str, Any]]], filed: list[str]) -> Ledger:
    reported = {(Period.parse(name), "anybody", table) for name in filed for table in TABLES}
    typed = {
        table: [
            {**row, "period": Period.parse(row.get("period", CASE["period"])), "unit_id": "anybody"} for row in part
        ]
        for table, part in rows.items()
    }
    return ledger_of(typed, reported)


@pytest.fixture(scope="module")
def worked(params: Any) -> Environment:
    return measure_environment(ledger_of_case(CASE["rows"], CASE["filed"]), *params, Period.parse(CASE["period"]))


def test_arrivals_as_worked(worked: Environment) -> None:
    rows = worked.arrivals.set_index("period")[["arrived", "left", "in_post"]]
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["arrivals"]


def test_levels_as_worked(worked: Environment) -> None:
    rows = worked.levels.set_index("level")[["in_post", "arrived", "left", "ever"]]
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["levels"]


def test_subsidies_as_worked(worked: Environment) -> None:
    """A payment after the day is not yet made; one that is not stated is neither paid nor zero."""
    paid = worked.subsidies
    assert paid is not None and paid.curve is not None
    assert {name: list(row) for name, row in paid.quarters.set_index("period").iterrows()} == CASE["subsidies"]
    assert (paid.without_due_date, paid.undated) == (CASE["without_due_date"], 0)
    times = paid.curve.times
    said = [f"{length}{'' if over else '+'}" for length, over in zip(times.days, times.ended, strict=True)]
    assert said == [str(entry) for entry in CASE["payment_days"]]


def test_services_as_worked(worked: Environment) -> None:
    """Every kind has a row; those nobody asked for stand at zero."""
    rows = worked.services.set_index("group")
    asked = rows[rows["requested"].gt(0)]
    assert {name: list(row) for name, row in asked.iterrows()} == CASE["services"]
    assert len(rows) == 6 and rows["requested"].sum() == 3
    assert worked.service_curves["就医"].times.days == (10, 60)
    assert worked.service_curves["就医"].times.ended == (True, False)


def test_premises_as_worked(worked: Environment) -> None:
    (row,) = worked.premises.to_dict("records")
    assert {name: row[name] for name in CASE["premises"]} == CASE["premises"]


def test_nobody_filed_is_not_zero_and_an_empty_filing_is(params: Any) -> None:
    silent = measure_environment(ledger_of({}), *params, Period(2025, 3))
    assert silent.levels.empty and silent.subsidies is None and silent.services.empty and silent.premises.empty
    assert silent.arrivals["in_post"].isna().all() and not silent.stays and not silent.service_curves
    empty = measure_environment(ledger_of_case({}, ["2025Q3"]), *params, Period(2025, 3))
    assert empty.arrivals["in_post"].tolist() == [0] and empty.services["requested"].tolist() == [0] * 6
    assert empty.subsidies is not None and empty.subsidies.quarters.empty
    assert [stay.curve.n for stay in empty.stays] == [0]


def test_the_demonstration_counted_again_from_its_cells(demonstration: Review) -> None:
    """In post, subsidies due, paid and paid in full, open services and areas, by plain loops over the cells."""
    sheets, _ = standing_rows(ROOT, "")
    end, found = date(2026, 9, 30), demonstration.themes.environment
    talents = list(sheets["人才"].values())
    there = [row for row in talents if day(row["到岗日期"]) <= end and not (day(row["离开日期"]) or date.max) <= end]
    assert found.levels["in_post"].sum() == len(there)
    due = [row for row in talents if row["应发补贴"] and day(row["应发日期"]) and day(row["应发日期"]) <= end]
    assert found.subsidies is not None
    total = found.subsidies.quarters.sum(numeric_only=True)
    assert (total["people"], total["due"]) == (len(due), sum(float(row["应发补贴"]) for row in due))
    paid = [float(row["已发补贴"] or 0) if (day(row["发放日期"]) or end) <= end else 0.0 for row in due]
    assert total["paid"] == sum(paid)
    assert total["in_full"] == sum(one >= float(row["应发补贴"]) for one, row in zip(paid, due, strict=True))
    services = [row for row in sheets["人才服务"].values() if day(row["提出日期"]) <= end]
    waiting = [row for row in services if not (day(row["办结日期"]) or date.max) <= end]
    assert found.services["open"].sum() == len(waiting)
    places = [row for (_, quarter), row in sheets["载体"].items() if quarter == "2026Q3"]
    assert found.premises["floor_area"].sum() == sum(float(row["建筑面积"]) for row in places)
    assert found.premises["places"].sum() == len(places)


@pytest.mark.parametrize("section", SECTIONS, ids=[section.__name__ for section in SECTIONS])
def test_a_section_says_its_finding_first_and_names_no_person(demonstration: Review, section: Any) -> None:
    said = section(demonstration)
    assert said.html.index("<p>") < said.html.find("<table")
    shown = said.html.split("base64")[0] + said.text
    assert "nan" not in shown.lower()
    people = set(demonstration.ledger.current["talents"]["talent_id"])
    assert people and not [person for person in people if person in said.html or person in said.text]


def test_published_tables_hold_no_row_of_a_person(demonstration: Review) -> None:
    people = demonstration.ledger.current["talents"]["talent_id"]
    for table in environment_tables(demonstration.themes.environment).values():
        content = csv_bytes(table).decode("utf-8-sig")
        assert not [person for person in people if person in content]


def test_the_second_plan_is_told_what_does_not_apply() -> None:
    review = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert all("不适用" in section(review).text for section in SECTIONS)
