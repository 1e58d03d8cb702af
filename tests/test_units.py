"""Units and nodes of the demonstration review, recomputed from the filed rows; and a plan that has neither."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
import yaml

from planeval.judge.unit_bands import COLUMNS
from planeval.periods import Period
from planeval.problems import InputError
from planeval.publish.tables import published_tables
from planeval.review import Review, asked_for, open_review
from planeval.show.nodes import burn_up_chart, decomposition_doubts, slippage_section, task_unit_table
from planeval.show.unit_bands import unit_bands_section
from planeval.show.unit_courses import unit_courses
from planeval.show.unit_filings import unit_filing, unit_next, unit_orders, unit_refused
from planeval.show.unit_page import unit_milestones, unit_summary, unit_targets, unit_title
from planeval.workspace import HANDED_OVER, Workspace, hand_over

ROOT = Path(__file__).resolve().parents[1]
PAGE = (
    unit_title, unit_summary, unit_milestones, unit_targets, unit_filing, unit_orders, unit_next, unit_refused,
)  # fmt: skip


@pytest.fixture(scope="module")
def lvliang() -> Review:
    return open_review("lvliang-2025", "2025Q4", workspace=ROOT)


def test_scores_recomputed_from_the_filed_rows(demonstration: Review) -> None:
    """Plain fractions over the last row filed of each node: lead 1, supporting ½; 100, 60, 0; not reported: left out."""
    filed = demonstration.ledger.filed["milestones"].sort_values("received_on", kind="stable")
    last = filed.drop_duplicates("milestone_id", keep="last").to_dict("records")
    worth: defaultdict[str, list[tuple[Fraction, int]]] = defaultdict(list)
    end = pd.Timestamp(demonstration.period.end)
    for row in last:
        done = pd.notna(row["finished_on"]) and row["finished_on"] <= end
        if not done and row["due_on"] > end:
            continue
        points = 0 if not done else 100 if row["finished_on"] <= row["due_on"] else 60
        worth[row["lead_unit"]].append((Fraction(1), points))
        for unit in (row["supporting_units"] or "").split("、"):
            if unit and unit != row["lead_unit"]:
                worth[unit].append((Fraction(1, 2), points))
    table = published_tables(demonstration)["units"]
    assert tuple(table.columns[: len(COLUMNS)]) == COLUMNS and list(table["unit_id"]) == [
        u.id for u in demonstration.plan.units
    ]
    for row in table.to_dict("records"):
        mine = worth[row["unit_id"]]
        assert row["items"] == len(mine)
        assert row["score"] == pytest.approx(float(sum(s * p for s, p in mine) / sum(s for s, _ in mine)))
        assert (row["band"] == "不排名（不足3项）") == (len(mine) < 3) == pd.isna(row["rank_low"])


def test_the_decomposition_is_what_is_filed_and_three_nodes_nobody_files(demonstration: Review) -> None:
    """Raw params against raw rows: same leads, supporting units and days; every work item of the plan is cut."""
    text = yaml.safe_load((ROOT / "params/jincheng/milestones.yml").read_text(encoding="utf-8"))
    cut = {node["id"]: node for node in text["nodes"]}
    rows = {row["milestone_id"]: row for row in demonstration.ledger.current["milestones"].to_dict("records")}
    assert sorted(set(cut) - set(rows)) == ["JD-08-07", "JD-08-08", "JD-08-09"] and set(rows) <= set(cut)
    items = {item.id: item.name for task in demonstration.plan.tasks for item in task.work_items}
    assert {node["work_item"] for node in cut.values()} == set(items)
    for name, row in rows.items():
        node = cut[name]
        assert (row["lead_unit"], row["name"], row["work_item"]) == (
            node["lead"],
            node["name"],
            items[node["work_item"]],
        )
        assert (row["supporting_units"] or "").split("、") == (node.get("supporting") or [""])
        assert row["due_on"].date() == Period.parse(node["due"]).end
    (said,) = decomposition_doubts(demonstration)
    assert "分解了而没有单位报送的节点 3 个" in said


def test_nodes_states_and_curve_recomputed(demonstration: Review) -> None:
    end = pd.Timestamp(demonstration.period.end)
    nodes, now = demonstration.nodes, demonstration.burn_up.set_index("period").loc[str(demonstration.period)]
    assert len(nodes) == len(demonstration.milestones) + 3
    assert now["planned"] == sum(due <= end for due in nodes["due_on"])
    assert now["done"] == sum(
        done <= end for done in demonstration.ledger.current["milestones"]["finished_on"].dropna()
    )
    late = nodes[nodes["due_on"].le(end) & ~nodes["state"].isin(["按期完成", "逾期完成"])]
    assert (
        set(demonstration.slippage["holder"])
        == set(late["milestone_id"])
        == {"JD-08-07", "JD-08-08", "JD-10-04", "JD-15-04"}
    )


def test_every_page_of_a_unit_can_be_shown_and_says_no_nan(demonstration: Review) -> None:
    for unit in demonstration.plan.units:
        html = "".join(show(demonstration, unit.id).html for show in PAGE)
        assert unit.short_name in html and not any(bad in html for bad in (">nan<", "NaT", "&lt;NA&gt;", "None"))


def test_what_the_page_of_one_unit_says(demonstration: Review) -> None:
    """市财政局: one node overdue, which holds up the one due next; the order about it is open."""
    assert "市财政局牵头 5 个任务节点，1 个逾期未完成" in unit_summary(demonstration, "caizhengju").text
    owed = unit_next(demonstration, "caizhengju").text
    assert "补办节点“政府投资性资本良性循环：完成并通过验收”（JD-15-04）" in owed
    assert "前置节点“政府投资性资本良性循环：完成并通过验收”（JD-15-04）还没有完成" in owed
    assert (
        "在办" in unit_orders(demonstration, "caizhengju").text
        and "科技创新基金" in unit_targets(demonstration, "caizhengju").text
    )
    with pytest.raises(InputError, match="是不是“caizhengju”"):
        unit_title(demonstration, "caizhenju")


def test_units_that_cannot_be_told_apart_are_named(demonstration: Review) -> None:
    said = unit_bands_section(demonstration).text
    assert demonstration.unit_bands is not None and not demonstration.unit_bands.pairs["distinct"].any()
    ranked = demonstration.unit_bands.units.dropna(subset="rank_low")["unit_id"]
    assert f"分不出先后的单位：{'、'.join(demonstration.plan.unit(unit).short_name for unit in ranked)}。" in said


def test_a_plan_measured_from_published_figures_says_why_not(lvliang: Review) -> None:
    """No filings, no nodes: every section says 不适用 or that there is none, and no table is broken."""
    for show in (burn_up_chart, slippage_section, task_unit_table, unit_bands_section):
        assert "不适用" in show(lvliang).text
    pages = [show(lvliang, "lvliang_site").text for show in PAGE]
    assert "没有牵头的任务节点" in pages[1] and all("不适用" in pages[place] for place in (2, 3, 4))
    units = published_tables(lvliang)["units"]
    assert list(units["items"]) == [0] and list(units["band"]) == ["没有到期节点"]


def test_a_review_handed_over_is_used_only_for_the_same_words_and_inputs(
    demonstration: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"plan": "jincheng", "period": "2026Q3", "as_known_on": "", "edition": "internal"}
    hand_over(demonstration, asked_for(Workspace(ROOT), **asked), tmp_path / "review")
    monkeypatch.setenv(HANDED_OVER, str(tmp_path / "review"))
    monkeypatch.setattr("planeval.review._computed_review", lambda *words: words)
    same = open_review(**asked, workspace=ROOT)
    assert same.fingerprint == demonstration.fingerprint
    pd.testing.assert_frame_equal(same.milestones, demonstration.milestones)
    assert isinstance(open_review("jincheng", "2026Q2", workspace=ROOT), tuple)
    monkeypatch.setattr("planeval.review.input_files", lambda *words: ())
    assert isinstance(open_review(**asked, workspace=ROOT), tuple)


def test_the_course_of_each_unit_recomputed(demonstration: Review) -> None:
    """Quarter by quarter from the nodes as they stand; the units' courses add up to the burn-up of all."""
    courses = demonstration.unit_burn_up
    for row in courses.to_dict("records"):
        end = pd.Timestamp(Period.parse(row["period"]).end)
        led = demonstration.nodes[demonstration.nodes["lead_unit"].eq(row["unit_id"])].to_dict("records")
        assert row["planned"] == sum(node["due_on"] <= end for node in led)
        if Period.parse(row["period"]) <= demonstration.period:
            assert row["done"] == sum(node["finished_on"] <= end for node in led if pd.notna(node["finished_on"]))
        else:
            assert pd.isna(row["done"])
    whole = demonstration.burn_up.set_index("period")
    assert courses.groupby("period")["planned"].sum().to_dict() == whole["planned"].to_dict()
    assert courses.groupby("period")["done"].sum(min_count=1).dropna().to_dict() == whole["done"].dropna().to_dict()


def test_the_panels_say_who_is_behind(demonstration: Review, lvliang: Review) -> None:
    """The title names every unit with fewer nodes done than due; a plan without nodes says so."""
    said = unit_courses(demonstration).text
    now = demonstration.unit_burn_up[demonstration.unit_burn_up["period"].eq(str(demonstration.period))]
    for row in now.to_dict("records"):
        short = row["planned"] - row["done"]
        name = demonstration.plan.unit(row["unit_id"]).short_name
        assert (f"{name}（少 {short} 个）" in said.splitlines()[1]) == (short > 0)
    assert "没有任务节点" in unit_courses(lvliang).text
