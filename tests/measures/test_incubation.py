"""引育孵化: a worked valley, an empty one, the demonstration counted again from its cells, and the page."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledgers import ledger_of
from planeval.ledger import Ledger
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.counting import residents
from planeval.measures.incubation import Incubation, measure_incubation
from planeval.periods import Period
from planeval.plan import load_params
from planeval.plan.ladder import Ladder
from planeval.plan.method import Method
from planeval.problems import InputError
from planeval.review import Review, open_review
from planeval.show.entrants import origin_section, stay_section
from planeval.show.incubation import flow_section, ladder_section, lapsing_section
from planeval.workspace import find_workspace
from recomputation import day, standing_rows, year_later

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/incubation.yml").read_text(encoding="utf-8"))
SECTIONS = (flow_section, origin_section, stay_section, ladder_section, lapsing_section)
UNIT = "anybody"


@pytest.fixture(scope="module")
def params() -> Any:
    return load_params(find_workspace(ROOT), "jincheng", COLUMNS_BY_TABLE)


def decided(method: Method, ladder: Ladder | None) -> Method:
    """The method with this ladder in force, or without one."""
    decisions = dict(method.text.decisions)
    decision = decisions.pop("enterprise_ladder")
    if ladder is not None:
        version = decision.values[0].model_copy(update={"value": ladder})
        decisions["enterprise_ladder"] = decision.model_copy(update={"values": (version,)})
    return method.model_copy(update={"text": method.text.model_copy(update={"decisions": decisions})})


def ledger_of_case(filed: list[str]) -> Ledger:
    reported = {(Period.parse(name), UNIT, table) for name in filed for table in ("enterprises", "certificates")}
    return ledger_of(CASE["rows"], reported)


@pytest.fixture(scope="module")
def worked(params: Any) -> Incubation:
    plan, method = params
    ladder = Ladder.model_validate({"rungs": CASE["rungs"], "lapsing_quarters": 4})
    return measure_incubation(
        ledger_of_case(CASE["filed"]), plan, decided(method, ladder), Period.parse(CASE["period"])
    )


def test_flow_as_worked(worked: Incubation) -> None:
    rows = worked.flow.set_index("period")[["opening", "entered", "left", "net", "closing"]]
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["flow"]


def test_rungs_as_worked(worked: Incubation) -> None:
    rows = worked.rungs.set_index("rung_id")[["holding", "ever", "lapsed", "revoked"]]
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["rung_counts"]


def test_climbs_as_worked(worked: Incubation) -> None:
    """Whom each climb follows, how long each firm took or has been waiting."""
    names = ("cohort", "reached", "already_above", "brought_along", "earlier")
    found = {f"{each.row['from_id']}>{each.row['to_id']}": each for each in worked.climbs}
    assert {name: [each.row[column] for column in names] for name, each in found.items()} == CASE["steps"]
    for name, each in found.items():
        times = each.curve.times
        said = [f"{length}{'' if over else '+'}" for length, over in zip(times.days, times.ended, strict=True)]
        assert sorted(said) == sorted(str(entry) for entry in CASE["days"][name])
    assert found["tech_sme>high_tech"].curve.last_day is None  # four firms: no curve, no share
    assert found["tech_sme>high_tech"].row["share"] != found["tech_sme>high_tech"].row["share"]


def test_lapsing_and_lapsed_as_worked(worked: Incubation) -> None:
    columns = ["certificate_number", "quarter", "within_horizon", "before_plan_end"]
    found = [list(row) for row in worked.lapsing[columns].itertuples(index=False, name=None)]
    assert sorted(found) == sorted(CASE["lapsing"])
    assert worked.lapsed[["certificate_number", "days"]].to_numpy().tolist() == CASE["lapsed"]


def test_origins_as_worked(worked: Incubation) -> None:
    rows = worked.origins.set_index("origin")[["firms", "entered", "left", "inside"]]
    assert {name: list(row) for name, row in rows.iterrows()} == CASE["origins"]


def test_a_silent_quarter_is_not_known_and_a_later_filing_fills_it(params: Any) -> None:
    """2025Q3 unfiled but 2025Q4 filed: known. Nothing filed after 2025Q2: the later quarters have no number."""
    plan, method = params
    filled = measure_incubation(ledger_of_case(["2025Q2", "2025Q4"]), plan, method, Period(2025, 4)).flow
    assert filled["closing"].tolist() == [3, 6, 5] and filled["units_filed"].tolist() == [1, 0, 1]
    silent = measure_incubation(ledger_of_case(["2025Q2"]), plan, method, Period(2025, 4))
    assert silent.flow["closing"].notna().tolist() == [True, False, False]
    assert silent.rungs.empty and silent.origins.empty and silent.lapsing.empty and not silent.stays


def test_an_empty_valley_is_nobody_not_unknown(params: Any) -> None:
    """Both tables filed without a row: zero firms on every rung, no share, no curve."""
    plan, method = params
    reported = {(Period(2025, 1), UNIT, table) for table in ("enterprises", "certificates")}
    found = measure_incubation(ledger_of({}, reported), plan, method, Period(2025, 1))
    assert found.flow["closing"].tolist() == [0] and found.rungs["holding"].tolist() == [0] * 6
    assert found.steps["cohort"].tolist() == [0] * 5 and found.steps["share"].isna().all()
    assert [stay.curve.n for stay in found.stays] == [0]


def test_a_plan_without_the_decision_has_no_ladder(params: Any) -> None:
    plan, method = params
    found = measure_incubation(ledger_of_case(CASE["filed"]), plan, decided(method, None), Period(2025, 4))
    assert found.ladder is None and found.rungs.empty and found.flow["closing"].tolist() == [3, 6, 5]


def test_the_ladder_agrees_with_the_targets(demonstration: Review) -> None:
    """The rungs that follow a target hold as many firms as the target counts."""
    holding = demonstration.themes.incubation.rungs.set_index("rung_id")["holding"]
    assert holding["tech_sme"] == demonstration.counts["tech_smes"].value
    assert holding["high_tech"] == demonstration.counts["high_tech_firms"].value


def test_the_demonstration_counted_again_from_its_cells(demonstration: Review) -> None:
    """Flow, tech-SME holders, and who went from tech SME to high-tech, by plain loops over the workbooks' cells."""
    firms, _ = standing_rows(ROOT, "")
    end, start = date(2026, 9, 30), date(2024, 12, 2)
    stays = {key[0]: (day(row["入驻日期"]), day(row["迁出日期"])) for key, row in firms["企业"].items()}
    inside = {firm for firm, (came, left) in stays.items() if came and came <= end and not (left and left <= end)}
    found = demonstration.themes.incubation
    assert found.inside == len(inside)
    came = sum(1 for entered, _ in stays.values() if entered and date(2026, 7, 1) <= entered <= end)
    assert found.flow["entered"].iloc[-1] == came
    first: dict[str, dict[str, date]] = {"科技型中小企业": {}, "高新技术企业": {}}
    for (firm, kind, _), row in firms["资质"].items():
        issued = day(row["发证或入库日期"])
        if kind in first and firm in stays and issued and issued <= end:
            first[kind][firm] = min(first[kind].get(firm, issued), issued)
    cohort = reached = 0
    for firm, begun in first["科技型中小企业"].items():
        on, (entered, left) = first["高新技术企业"].get(firm), stays[firm]
        if (on and on < begun) or begun < entered or begun < start or (left and left <= begun):
            continue
        cohort += 1
        reached += bool(on and not (left and left < on))
    row = found.steps.set_index("from_id").loc["tech_sme"]
    assert (row["cohort"], row["reached"]) == (cohort, reached)
    lapsing = sum(
        1 for (firm, kind, _), row in firms["资质"].items()
        if kind == "高新技术企业" and firm in inside and not day(row["撤销日期"])
        and end < year_later(row["发证或入库日期"], 3) <= date(2027, 9, 30)
        and not any(
            other[0] == firm and other[1] == kind and day(later["发证或入库日期"]) > day(row["发证或入库日期"])
            for other, later in firms["资质"].items()
        )
    )  # fmt: skip
    listed = found.lapsing[found.lapsing["rung_id"].eq("high_tech") & found.lapsing["within_horizon"]]
    assert len(listed) == lapsing


def test_stock_and_flow_close_in_every_demonstration_quarter(demonstration: Review) -> None:
    flow = demonstration.themes.incubation.flow
    assert (flow["opening"] + flow["entered"] - flow["left"]).eq(flow["closing"]).all()
    assert flow["opening"].tolist()[1:] == flow["closing"].tolist()[:-1]
    assert residents(demonstration.ledger, Period(2025, 1).start - timedelta(days=1))


@pytest.mark.parametrize("section", SECTIONS, ids=[section.__name__ for section in SECTIONS])
def test_a_section_says_its_finding_first_and_no_nan(demonstration: Review, section: Any) -> None:
    said = section(demonstration)
    assert "<h3" in said.html and said.html.index("<p>") < said.html.find("<table")
    assert "nan" not in said.text.lower() and "nan" not in said.html.split("base64")[0].lower()


def test_the_second_plan_is_told_what_does_not_apply() -> None:
    review = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert all("不适用" in section(review).text for section in SECTIONS)


def test_a_ladder_names_what_exists(tmp_path: Path) -> None:
    """A misspelt 资质种类 and a target the plan does not have are told by place and line, with what was probably meant."""
    shutil.copytree(ROOT / "params/jincheng", tmp_path / "params/jincheng")
    (tmp_path / "data").mkdir()
    path = tmp_path / "params/jincheng/method.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("kinds: [专精特新小巨人]", "kinds: [专精特新小巨]")
    path.write_text(text.replace("target: tech_smes}", "target: tech_sme}"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_params(find_workspace(tmp_path), "jincheng", COLUMNS_BY_TABLE)
    said = {(problem.value, problem.remedy) for problem in caught.value.problems}
    assert {value for value, _ in said} == {"专精特新小巨", "tech_sme"}
    assert any("专精特新小巨人" in remedy for _, remedy in said)
