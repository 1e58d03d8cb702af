"""终期评估: verdicts by hand, money from the raw rows, an interim version marked as such, and nothing to show."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ledgers import settled_ledger
from planeval import (
    annex_section,
    completion_section,
    efficiency_section,
    final_effect_section,
    final_summary,
    lesson_section,
    relevance_section,
    sustainability_section,
)
from planeval.judge.final import judge_final
from planeval.measures.resources import measure_resources
from planeval.periods import Period
from planeval.plan.decisions import Lesson
from planeval.plan.method import Decision, Version
from planeval.review import Review, open_review

ROOT = Path(__file__).resolve().parents[2]
CASE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/final.yml").read_text(encoding="utf-8"))
SECTIONS = (
    final_summary, relevance_section, completion_section, final_effect_section, efficiency_section, sustainability_section,
    lesson_section, annex_section,
)  # fmt: skip
READINGS = ("start_reading", "counting_reading", "baseline_reading", "milestone_reading", "bands_reading")


@pytest.fixture(scope="module")
def published_only() -> Review:
    return open_review("lvliang-2025", "2025Q4", workspace=ROOT)


def verdicts_of(rows: list[list[Any]]) -> pd.DataFrame:
    """Readings of one target: start, counting, baseline, in force, light."""
    return pd.DataFrame([
        {**dict.fromkeys(READINGS, "采用值"), "target_id": "t", "start_reading": start, "counting_reading": counting,
         "baseline_reading": baseline, "in_force": in_force, "progress_light": light}
        for start, counting, baseline, in_force, light in rows
    ])  # fmt: skip


@pytest.mark.parametrize("name", CASE["verdicts"])
def test_a_verdict_holds_only_when_every_reading_agrees(name: str) -> None:
    """Reached under all, under none, under some; a reading without a number is neither; what alone decides."""
    case = CASE["verdicts"][name]
    target = {"target_id": "t", "name": "t", "unit": "个", "value": 1.0, "amount": 1.0, "comparison": ">=",
              "progress_light": "按序时"}  # fmt: skip
    found = judge_final(verdicts_of(case["readings"]), pd.DataFrame([target]), case["due"]).targets.iloc[0]
    assert [found["verdict"], int(found["reached"]), list(found["decisive"])] == case["expected"]


def test_money_stands_beside_what_it_was_paid_for() -> None:
    """The last state of each policy counts once; a sum per item needs five items and no gap."""
    case = CASE["money"]
    ledger = settled_ledger(case["rows"])
    found = measure_resources(ledger, Period.parse(case["period"]))
    money = {row["source"]: row for row in found.money.to_dict("records")}
    assert {
        source: [row["amount"], row["items"], None if pd.isna(row["per_item"]) else row["per_item"]]
        for source, row in money.items()
    } == case["expected"]
    assert list(found.unfiled) == case["unfiled"]


def test_an_interim_version_says_so_and_a_final_one_does_not(demonstration: Review, published_only: Review) -> None:
    """Before the due date every printed version carries the mark and the days left."""
    text = final_summary(demonstration).text
    days = (date(2026, 12, 31) - date(2026, 9, 30)).days
    assert "中期（未到期）版" in text and f"还有 {days} 天" in text
    final = final_summary(published_only).text
    assert "中期" not in final and "终期版" in final and "不作未达到计" in final


def test_verdicts_of_the_demonstration_are_counted_again(demonstration: Review) -> None:
    """The lead sentence from the table of readings, by plain counting."""
    counted: dict[str, int] = {}
    for target in demonstration.plan.targets:
        lights = set(demonstration.verdicts.loc[demonstration.verdicts["target_id"].eq(target.id), "progress_light"])
        verdict = "已达到" if lights == {"已完成"} else "取决于口径" if "已完成" in lights else "尚未达到"
        counted[verdict] = counted.get(verdict, 0) + 1
    for verdict, number in counted.items():
        assert f"{number} 项{verdict}" in final_summary(demonstration).text.splitlines()[1]


def test_anchors_the_coverage_table_points_to_are_there(demonstration: Review) -> None:
    """coverage.yml sends readers of two demands to this page."""
    html = "".join(section(demonstration).html for section in SECTIONS)
    wanted = {
        place for entry in demonstration.coverage.values() for place in entry.shown if place.startswith("99_final#")
    }
    assert wanted
    for place in wanted:
        assert f'id="{place.split("#")[1]}"' in html
    assert "导致" not in html and not re.search(r"\bnan\b", html, flags=re.IGNORECASE)


def test_lessons_are_the_evaluators_own(demonstration: Review) -> None:
    """Without the decision the place stays open; with it the words are printed with author and reason, escaped."""
    assert "留空" in lesson_section(demonstration).text
    version = Version.model_validate({
        "value": "x", "reason": "评估组讨论", "by": "评估组", "from": Period.parse("2025Q1"),
    }).model_copy(update={"value": (Lesson(topic="时限", text="节点<一>定得太密"),)})  # fmt: skip
    decided = Decision(question="学到了什么", values=(version,))
    text = demonstration.method.text.model_copy(
        update={"decisions": {**demonstration.method.text.decisions, "lessons": decided}}
    )
    written = lesson_section(replace(demonstration, method=demonstration.method.model_copy(update={"text": text})))
    assert "评估组：评估组讨论" in written.text and "节点&lt;一&gt;定得太密" in written.html


def test_a_quarter_without_filings_and_a_plan_without_tasks_stand(published_only: Review) -> None:
    """As known before anything was received, and on published figures alone: sentences, no zeros, no NaN."""
    nothing = open_review("jincheng", "2025Q1", "2025-01-01", workspace=ROOT)
    for review in (nothing, published_only):
        for section in SECTIONS:
            said = section(review)
            assert said.text and not re.search(r"\bnan\b", said.html, flags=re.IGNORECASE)
    assert "8 项没有可用的数" in final_summary(nothing).text
    assert "不适用" in efficiency_section(published_only).text
