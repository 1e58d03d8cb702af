"""创新主体: a worked example, the demonstration again from the raw cells, and what the page says when nothing is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ledgers import ledger_of, settled_ledger
from planeval import partnership_section, platform_section, university_section
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.actors import Actors, measure_actors
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.plan.named_bodies import named_bodies
from planeval.problems import InputError
from planeval.review import Review, open_review
from planeval.workspace import Workspace
from recomputation import day, on_or_before, quarter_end, standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/actors.yml").read_text(encoding="utf-8"))
SECTIONS = (platform_section, partnership_section, university_section)


@pytest.fixture(scope="module")
def params() -> tuple[Plan, Method]:
    return load_params(Workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)


@pytest.fixture(scope="module")
def worked(params: tuple[Plan, Method]) -> Actors:
    duties = {table: tuple(units) for table, units in CASE["duties"].items()}
    return measure_actors(settled_ledger(CASE["rows"], duties=duties), *params, Period.parse(CASE["period"]))


def test_a_platform_is_counted_once_in_its_state_on_the_last_day(worked: Actors) -> None:
    """Revoked on the last day is revoked; recognised on the plan's first day is new; two filers are one platform."""
    expected = CASE["platforms"]
    assert {name: worked.totals[name] for name in expected["totals"]} == expected["totals"]
    kinds = worked.kinds.set_index("kind")[["standing", "existing", "new", "revoked"]]
    assert {kind: list(row) for kind, row in kinds.iterrows() if any(row)} == expected["kinds"]
    twice = worked.platforms.set_index("platform_id")["also_filed_by"]
    assert {item: list(units) for item, units in twice.items() if units} == expected["twice"]
    assert dict(worked.host_places[["host_place", "platforms"]].to_numpy()) == expected["host_places"]
    assert worked.alike_platforms[["one", "other"]].to_numpy().tolist() == expected["alike"]
    assert dict(worked.named_platforms[["name", "standing"]].to_numpy()) == expected["named"]


def test_a_partnership_has_one_state_and_its_decided_region(worked: Actors) -> None:
    """A university that is on no list is 未定, and a region without any is said with zeros."""
    expected = CASE["partnerships"]
    assert dict(worked.partnerships[["partnership_id", "state"]].to_numpy()) == expected["states"]
    regions = worked.regions.set_index("region")[["universities", "partnerships"]]
    assert {region: list(row) for region, row in regions.iterrows()} == expected["regions"]
    named = worked.named_universities.set_index("name")[["filed", "standing"]]
    assert {name: list(row) for name, row in named.iterrows()} == expected["named"]


def test_what_a_university_has_produced_goes_by_exact_names(worked: Actors) -> None:
    """A school of a university is listed for a person to look at, and counted nowhere but among the others."""
    found = worked.universities.set_index("university")
    for name, expected in CASE["universities"].items():
        said = {column: None if pd.isna(value) else value for column, value in found.loc[name, list(expected)].items()}
        assert said == expected, name
    assert set(found.index) == set(CASE["universities"])
    candidates = worked.alike_providers.groupby("provider")["name"].agg(list).to_dict()
    assert candidates == CASE["candidates"]
    others = worked.other_providers.set_index("provider")[["achievements", "contracts"]]
    assert {name: list(row) for name, row in others.iterrows()} == CASE["others"]


def test_without_decisions_nothing_is_guessed(params: tuple[Plan, Method]) -> None:
    """No list of regions: every university is 未定; no similarity: no name is compared."""
    plan, method = params
    left = {name: value for name, value in method.text.decisions.items() if not name.startswith(("univ", "name_"))}
    bare = method.model_copy(update={"text": method.text.model_copy(update={"decisions": left})})
    actors = measure_actors(settled_ledger(CASE["rows"]), plan, bare, Period.parse(CASE["period"]))
    assert list(actors.regions["region"]) == ["未定"]
    assert actors.alike_providers.empty and not actors.regions_decided and actors.similarity is None


def test_a_university_in_two_regions_is_refused(tmp_path: Path) -> None:
    """It would be counted twice; the fault names it."""
    folder = tmp_path / "params" / "jincheng"
    folder.mkdir(parents=True)
    (tmp_path / "data").mkdir()
    for name in ("plan.yml", "units.yml", "method.yml"):
        text = (ROOT / "params/jincheng" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("长三角: [", "长三角: [山西大学, "), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load_params(Workspace(tmp_path), "jincheng", COLUMNS_BY_TABLE)
    assert "山西大学" in str([problem.line() for problem in refusal.value.problems])


def test_names_of_the_plan_stand_in_its_quotes(params: tuple[Plan, Method]) -> None:
    """Six universities and three platforms, each found in the quote of its work item (the loader refuses others)."""
    plan, _ = params
    assert len(named_bodies(plan, "universities")) == 6
    assert [clause for _, clause in named_bodies(plan, "platforms")] == ["二"] * 3


@pytest.mark.parametrize("quarter", ["2025Q3", "2026Q3"])
def test_the_demonstration_again_from_the_raw_cells(
    params: tuple[Plan, Method], demonstration: Review, quarter: str
) -> None:
    """Platforms by kind, partnerships by state and contracts by university, with no code of the package."""
    rows, _ = standing_rows(ROOT, "")
    end, actors = quarter_end(quarter), measure_actors(demonstration.ledger, *params, Period.parse(quarter))
    kinds = Counter(
        row["平台种类"] for row in rows["平台"].values()
        if on_or_before(row["认定日期"], end) and not on_or_before(row["撤销日期"], end)
    )  # fmt: skip
    assert {row["kind"]: row["standing"] for row in actors.kinds.to_dict("records") if row["standing"]} == kinds
    signed = [row for row in rows["市校合作"].values() if on_or_before(row["签约日期"], end)]
    running = [row for row in signed if row["合作形式"] == "实体机构" and on_or_before(row["运行日期"], end)]
    assert (actors.totals["partnerships"], actors.totals["已运行"]) == (len(signed), len(running))
    partners = {row["高校"] for row in signed} | {row["合作主体"] for row in signed}
    first = {
        row["高校"]: min(day(other["签约日期"]) for other in signed if other["高校"] == row["高校"]) for row in signed
    }
    contracts = [
        row for row in rows["成果"].values()
        if row["转化阶段"] != "登记" and on_or_before(row["转化日期"], end) and row["成果来源"] in partners
    ]  # fmt: skip
    assert actors.totals["contracts"] == len(contracts)
    since = [row for row in contracts if day(row["转化日期"]) >= first[row["成果来源"]]]
    assert actors.totals["since_signing"] == len(since)


def test_an_empty_ledger_says_who_has_to_file(demonstration: Review) -> None:
    """未报送 with the names of the units; no zero, no NaN, no table of nothing."""
    owed = {"platforms": ("kejiju",), "partnerships": ("jiaoyuju",)}
    bare = replace(demonstration, ledger=replace(ledger_of({}), duties=owed))
    said = "".join(section(bare).html for section in SECTIONS)
    assert "应由市科技局报送，还没有任何单位报送过" in said and "市教育局" in said
    assert "nan" not in said.lower().replace("finance", "")


def test_a_plan_without_filings_says_so() -> None:
    """吕梁 2025 is measured from published figures: 不适用, and why; nothing fails."""
    other = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    for section in SECTIONS:
        assert "不适用：本计划以公开数为准" in section(other).html


def test_hostile_names_are_only_text(demonstration: Review) -> None:
    """Whatever a unit writes into a name reaches the page as characters."""
    rows = {table: [dict(row) for row in CASE["rows"][table]] for table in CASE["rows"]}
    rows["platforms"][0]["name"] = rows["platforms"][0]["host"] = "<script>alert(1)</script>"
    rows["partnerships"][0]["university"] = rows["achievements"][0]["provider"] = '"><img src=x onerror=1>'
    spoiled = replace(demonstration, ledger=settled_ledger(rows), period=Period(2025, 4))
    said = "".join(section(spoiled).html for section in SECTIONS)
    assert "<script" not in said and "<img src=x" not in said and "&lt;script&gt;" in said
