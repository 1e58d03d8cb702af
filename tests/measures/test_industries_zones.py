"""One industry and one zone: a small valley by hand, the demonstration from the raw cells, nothing filed, strange ids."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledgers import ledger_of
from planeval.measures.industries import measure_industries
from planeval.measures.zones import measure_zones
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.problems import InputError
from planeval.review import Review, open_review
from planeval.show import industry as industry_page
from planeval.show import zone as zone_page
from planeval.workspace import Workspace
from recomputation import day, on_or_before, quarter_end, standing_rows

ROOT = Path(__file__).resolve().parents[2]
NOW = Period(2026, 3)
INDUSTRY_SECTIONS = ("summary", "firms", "titles", "chains", "results", "targets")
ZONE_SECTIONS = ("summary", "firms", "premises", "movers", "readiness", "targets")


@pytest.fixture(scope="module")
def params() -> tuple[Plan, Method]:
    return load_params(Workspace(ROOT), "jincheng")


@pytest.fixture(scope="module")
def review() -> Review:
    return open_review("jincheng", str(NOW), workspace=ROOT)


def firm(name: str, zone: str, entered: str, left: str | None = None) -> dict[str, Any]:
    return {"enterprise_id": name, "name": name, "industry": "digital", "zone": zone, "entered_on": entered,
            "left_on": left, "origin": "引进"}  # fmt: skip


# 2026Q3. A and B are here, C came on the last day, D left on the last day, E comes the day after.
FIRMS = [firm("A", "main", "2024-01-05"), firm("B", "main", "2025-11-20"), firm("C", "main", "2026-09-30"),
         firm("D", "main", "2024-01-05", "2026-09-30"), firm("E", "main", "2026-10-01"),
         firm("F", "jinjiang_north", "2024-01-05")]  # fmt: skip
# 4 000 of 5 000 and 1 000 of 5 000: 50 % in use; the plan names 36 000 办公区 and 500 000 标准化厂房.
PREMISES = [
    {"premises_id": "1", "quarter": "2026Q3", "name": "一", "kind": "办公区", "zone": "main", "floor_area": 5000,
     "let_area": 4000, "tenants": 7},
    {"premises_id": "2", "quarter": "2026Q3", "name": "二", "kind": "标准化厂房", "zone": "main", "floor_area": 5000,
     "let_area": 1000, "tenants": None},
    {"premises_id": "1", "quarter": "2026Q2", "name": "一", "kind": "办公区", "zone": "main", "floor_area": 9999,
     "let_area": 9999, "tenants": 99},
]  # fmt: skip
CERTIFICATES = [  # A's three years ended on the last day of the quarter, B's entry is valid, F sits elsewhere
    {"enterprise_id": "A", "kind": "高新技术企业", "issued_on": "2023-09-30"},
    {"enterprise_id": "B", "kind": "科技型中小企业", "issued_on": "2026-07-01"},
    {"enterprise_id": "F", "kind": "高新技术企业", "issued_on": "2025-11-11"},
]


def test_a_zone_by_hand(params: tuple[Plan, Method]) -> None:
    plan, method = params
    rows = {"enterprises": FIRMS, "premises": PREMISES, "certificates": CERTIFICATES}
    ledger = ledger_of(rows, {(NOW, "jingkaiqu", table) for table in rows})
    zone = measure_zones(ledger, plan, method, NOW)["main"]
    assert sorted(zone.rows["name"]) == ["A", "B", "C"]
    assert list(zone.entrants["name"]) == ["C"] and list(zone.leavers["name"]) == ["D"]
    whole = zone.premises.set_index("kind").loc["合计"]
    assert (whole["floor_area"], whole["occupancy"], whole["tenants"], whole["without_tenants"]) == (10_000, 0.5, 7, 1)
    assert dict(zip(zone.stock["kind"], zone.stock["delivered_share"], strict=True)) == {
        "办公区": pytest.approx(5000 / 36_000), "标准化厂房": pytest.approx(5000 / 500_000)
    }  # fmt: skip
    assert zone.readiness is not None
    found = {row["measure"]: (row["value"], row["met"]) for row in zone.readiness.to_dict("records")}
    assert found["firms"] == (3, False)
    assert found["occupancy"] == (0.5, False)
    assert found["delivered"] == (pytest.approx(10_000 / 536_000), False)
    assert found["net_entrants"] == (1, True)  # B and C in, D out
    assert found["certified_share"] == (pytest.approx(1 / 3), True)  # B only: A's certificate ended that very day


def test_an_industry_by_hand(params: tuple[Plan, Method]) -> None:
    plan, method = params
    rows: dict[str, list[dict[str, Any]]] = {
        "enterprises": FIRMS, "certificates": CERTIFICATES,
        "operations": [{"enterprise_id": name, "quarter": "2026Q3", "revenue": 10.0} for name in "ABD"],
        "achievements": [{"unit_id": "jingkaiqu", "period": NOW, "industry": "digital"} | row for row in (
            {"achievement_id": "1", "stage": "签约", "landed_on": "2026-01-05", "contract_amount": 30},
            {"achievement_id": "2", "stage": "签约", "landed_on": "2026-01-05"},
            {"achievement_id": "3", "stage": "投产", "landed_on": "2026-10-05"})],
        "credit": [{"loan_id": "1", "enterprise_id": "D", "kind": "信用", "granted_on": "2026-03-01", "amount": 50}],
    }  # fmt: skip
    ledger = ledger_of(rows, {(NOW, "jingkaiqu", table) for table in rows})
    profile = measure_industries(ledger, plan, method, NOW)["digital"]
    last = profile.history.iloc[-1]
    assert (last["firms"], last["entered"], last["left"], last["revenue"]) == (4, 1, 1, 20)  # D left before the end
    assert profile.history["revenue"].iloc[:-1].isna().all()  # nobody filed those quarters: no number, not zero
    held = profile.certificates.set_index("kind")
    assert (held.loc["高新技术企业", "valid"], held.loc["高新技术企业", "granted"]) == (1, 2)
    signed = profile.achievements.set_index("stage").loc["签约"]
    assert (signed["items"], signed["contract"], signed["with_contract"]) == (2, 30, 1)
    assert profile.achievements["items"].sum() == 2 and math.isnan(signed["received"])
    assert list(profile.credit[["items", "firms", "amount"]].iloc[0]) == [1, 1, 50]  # D borrowed while it was here


@pytest.mark.parametrize("by", ["industries", "zones"])
def test_parts_add_up_to_the_targets(review: Review, by: str) -> None:
    """Every item that counts for a target belongs to one industry and one zone, or to none and is counted."""
    parts = [profile.parts.set_index("target") for profile in getattr(review.themes, by).values()]
    headline = review.targets.set_index("target_id")["value"]
    for target in parts[0].index[parts[0]["why_not"].eq("")]:
        assert sum(part.loc[target, "value"] for part in parts) + parts[0].loc[target, "unplaced"] == pytest.approx(
            headline[target], abs=0.006
        )


def test_the_demonstration_zone_from_the_raw_cells(review: Review) -> None:
    rows, _ = standing_rows(ROOT, "")
    names = {zone.name: zone.id for zone in review.plan.text.zones}
    for name, zone in names.items():
        here = [row for row in rows["企业"].values() if row["所在区域"] == name]
        end = quarter_end(str(NOW))
        inside = [row for row in here if on_or_before(row["入驻日期"], end) and not on_or_before(row["迁出日期"], end)]
        profile = review.themes.zones[zone]
        assert len(profile.rows) == len(inside)
        came = [row for row in here if (found := day(row["入驻日期"])) and NOW.start <= found <= NOW.end]
        assert len(profile.entrants) == len(came)


def sections(review: Review, page: Any, prefix: str, names: tuple[str, ...], wanted: str) -> str:
    return "".join(getattr(page, f"{prefix}_{name}")(review, wanted).html for name in names)


def test_nothing_filed_is_said_and_never_nan(review: Review) -> None:
    silent = replace(review, ledger=replace(ledger_of({}), duties=review.ledger.duties))
    for wanted in silent.themes.industries:
        said = sections(silent, industry_page, "industry", INDUSTRY_SECTIONS, wanted)
        assert "均未报送" in said and ">nan" not in said.lower()
    for wanted in silent.themes.zones:
        said = sections(silent, zone_page, "zone", ZONE_SECTIONS, wanted)
        assert "均未报送" in said and ">nan" not in said.lower()
        assert "没有数" in said


def test_a_plan_without_industries_and_zones_says_so_on_every_section() -> None:
    second = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    for page, prefix, names in ((industry_page, "industry", INDUSTRY_SECTIONS), (zone_page, "zone", ZONE_SECTIONS)):
        for name in names:
            assert "不适用" in getattr(page, f"{prefix}_{name}")(second, "main").html


def test_an_unknown_industry_or_zone_is_refused_in_chinese(review: Review) -> None:
    with pytest.raises(InputError, match="没有这个产业"):
        industry_page.industry_firms(review, "steel")
    with pytest.raises(InputError, match="没有这个区域"):
        zone_page.zone_firms(review, "moon")


def test_hostile_names_stay_text(review: Review) -> None:
    rows = [{**row, "name": "<img src=x>", "chain": "<b>"} for row in FIRMS]
    attacked = replace(review, ledger=ledger_of({"enterprises": rows}, {(NOW, "jingkaiqu", "enterprises")}))
    said = sections(attacked, zone_page, "zone", ZONE_SECTIONS, "main")
    assert "<img src=x>" not in said and "&lt;img src=x&gt;" in said
