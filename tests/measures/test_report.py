"""The formal report: each section's first sentence recomputed from the raw cells, its order, its links, its empty cases."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from planeval import (
    basis,
    report_annexes,
    report_outlook,
    report_problems,
    report_summary,
    report_targets,
    report_tasks,
    report_units,
)
from planeval.review import Review, open_review
from planeval.show.findings import FINDINGS, page_of_task
from recomputation import day, judged, quarter_end, standing_rows

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = (
    report_summary, basis, report_targets, report_tasks, report_units, report_problems, report_outlook, report_annexes,
)  # fmt: skip


def raw_nodes(quarter: str) -> dict[str, int]:
    """Milestones of the raw 任务节点 sheets at the quarter's end: due or finished early, finished, overdue."""
    rows, filed = standing_rows(ROOT, "")
    assert (quarter, "任务节点") in filed
    end = quarter_end(quarter)
    counts = {"due": 0, "finished": 0, "overdue": 0}
    for row in rows["任务节点"].values():
        limit, done = day(row["完成时限"]), day(row["完成日期"])
        assert limit is not None
        if done is not None and done <= end:
            counts["finished"] += 1
            counts["due"] += 1
        elif limit <= end:
            counts["overdue"] += 1
            counts["due"] += 1
    return counts


def test_the_tasks_sentence_from_the_raw_sheets(demonstration: Review) -> None:
    """三、重点任务 begins with what the milestones of the workbooks come to."""
    counted = raw_nodes("2026Q3")
    text = report_tasks(demonstration).text
    assert f"{counted['due']} 个节点中，完成 {counted['finished']} 个，逾期未完成 {counted['overdue']} 个" in text


def test_the_targets_sentence_from_the_raw_sheets(demonstration: Review) -> None:
    """二、指标完成情况 names the targets that are behind, recomputed without the package."""
    again = judged(ROOT, "2026Q3", "")
    behind = [
        target.name for target in demonstration.plan.targets
        if again[target.id]["progress_light"] in ("滞后", "严重滞后", "到期未完成")
    ]  # fmt: skip
    first = report_targets(demonstration).text.splitlines()[0]
    assert first == f"{len(behind)} 项指标落后：{'、'.join(behind)}。"


def test_units_that_cannot_be_told_apart_are_counted(demonstration: Review) -> None:
    """四、责任单位: the bands and the inseparable pairs of the judged tables, counted plainly; no place in a league."""
    bands = demonstration.unit_bands
    assert bands is not None
    blurred = sum(not distinct for distinct in bands.pairs["distinct"])
    text = report_units(demonstration).text
    for band in ("前段", "中段", "后段"):
        ranked = [row for row in bands.units.to_dict("records") if row["rank_low"] == row["rank_low"]]
        assert f"{band} {sum(row['band'] == band for row in ranked)} 个" in text.splitlines()[0]
    assert f"{len(bands.pairs)} 对单位中有 {blurred} 对分不出先后" in text.splitlines()[0]


def test_each_task_has_the_finding_of_its_theme_page(demonstration: Review) -> None:
    """The sentence on the report is the one its theme page prints, with the way there."""
    html = report_tasks(demonstration).html
    pages = [page_of_task(task) or "" for task in demonstration.plan.tasks]
    assert pages == sorted(set(pages)) and len(pages) == len(demonstration.plan.tasks)
    for page in pages:
        assert f'href="{page}.html"' in html
        assert FINDINGS[page](demonstration) in report_tasks(demonstration).text


def test_every_link_of_the_report_is_a_published_page(demonstration: Review) -> None:
    """No reader is sent to a page that reports.yml does not publish."""
    html = "".join(section(demonstration).html for section in SECTIONS)
    reports = yaml.safe_load((ROOT / "params/jincheng/reports.yml").read_text(encoding="utf-8"))["reports"]
    single = {entry["notebook"] for entry in reports if "for_each" not in entry}
    repeated = {entry["notebook"] for entry in reports if "for_each" in entry}
    for page in set(re.findall(r'href="([0-9A-Za-z_\-]+)\.html', html)):
        assert page in single or page.split("-")[0] in repeated, page


@pytest.mark.parametrize("plan, period, known", [("lvliang-2025", "2025Q4", ""), ("jincheng", "2025Q1", "2025-01-01")])
def test_a_report_with_nothing_to_show_stands(plan: str, period: str, known: str) -> None:
    """A plan on published figures, and a quarter before any filing: sentences, no zeros, no NaN."""
    review = open_review(plan, period, known, workspace=ROOT)
    for section in SECTIONS:
        said = section(review)
        assert said.text and not re.search(r"\bnan\b", said.html, flags=re.IGNORECASE)
    assert "未见公开" in report_summary(review).text or "未报送" in report_summary(review).text
    assert "不适用" in report_tasks(review).text or "均未报送" in report_tasks(review).text


def test_a_task_without_a_theme_page_keeps_its_nodes(demonstration: Review) -> None:
    """Another plan's tasks have no page of their own here; their nodes and lights are shown all the same."""
    task = demonstration.plan.tasks[0]
    stranger = task.model_copy(update={"id": "another"})
    assert page_of_task(stranger) is None and page_of_task(task) == "31_cluster"
    text = demonstration.plan.text.model_copy(update={"tasks": (stranger, *demonstration.plan.tasks[1:])})
    plan = demonstration.plan.model_copy(update={"text": text})
    assert "没有主题页" in report_tasks(replace(demonstration, plan=plan)).text
