"""Review files and the arguments of a review: names only, all strings, every fault at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from filing_desk import CHINESE, PLAN, Desk, open_desk
from planeval.plan import latest_review, load_review
from planeval.problems import InputError, Problem
from planeval.review import open_review
from planeval.workspace import Workspace

GOOD = f'plan: {PLAN}\nperiod: "2026Q2"\nas_known_on: "2026-07-28"\nedition: internal\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path)


def write(desk: Desk, text: str, name: str = "2026Q2") -> Workspace:
    path = desk.root / "params" / "reviews" / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Workspace(desk.root)


def faults(error: pytest.ExceptionInfo[InputError]) -> list[tuple[str, str, str]]:
    problems: tuple[Problem, ...] = error.value.problems
    assert all(CHINESE.search(problem.message) and CHINESE.search(problem.remedy) for problem in problems)
    return [(problem.file.rpartition("/")[2], problem.cell, problem.message) for problem in problems]


def test_a_review_file_becomes_the_same_strings_for_the_notebook(desk: Desk) -> None:
    request = load_review(write(desk, GOOD), "2026Q2")
    assert request.parameters() == {
        "plan": PLAN, "period": "2026Q2", "as_known_on": "2026-07-28", "edition": "internal",
    }  # fmt: skip
    assert request.as_known_on == date(2026, 7, 28)
    open_day = load_review(write(desk, GOOD.replace("2026-07-28", "")), "2026Q2")
    assert (open_day.as_known_on, open_day.parameters()["as_known_on"]) == (None, "")


def test_all_faults_of_a_review_file_at_once(desk: Desk) -> None:
    text = 'plan: Harbour!\nperiod: 2026年二季度\nas_known_on: "2026-02-30"\nedition: secret\nunit: port\n'
    with pytest.raises(InputError) as error:
        load_review(write(desk, text), "2026Q2")
    assert sorted(faults(error), key=lambda fault: fault[1]) == [
        ("2026Q2.yml", "第 1 行", "plan：写法不对"),
        ("2026Q2.yml", "第 2 行", "period：“2026年二季度”不是季度，应写成 2026Q3 这样的形式"),
        ("2026Q2.yml", "第 3 行", "as_known_on：没有这一天，核对月份和日子"),
        ("2026Q2.yml", "第 4 行", "edition：不在允许的取值之中"),
        ("2026Q2.yml", "第 5 行", "unit：不认识的键“unit”"),
    ]


def test_a_day_left_wholly_blank_gets_told_how_to_write_it(desk: Desk) -> None:
    """`as_known_on:` is null in YAML, which papermill would hand on as None: written \"\" it stays text."""
    with pytest.raises(InputError) as error:
        load_review(write(desk, GOOD.replace('"2026-07-28"', "")), "2026Q2")
    assert faults(error) == [("2026Q2.yml", "第 3 行", 'as_known_on：应写成带引号的日期；不限日期写成 ""')]


def test_an_unknown_review_gets_a_did_you_mean(desk: Desk) -> None:
    with pytest.raises(InputError) as error:
        load_review(write(desk, GOOD), "2026Q3")
    assert error.value.problems[0].remedy == "是不是“2026Q2”"


def test_the_latest_review_tells_the_faults_of_all_files(desk: Desk) -> None:
    write(desk, GOOD.replace("internal", "secret"), "2026Q1")
    with pytest.raises(InputError) as error:
        latest_review(write(desk, GOOD.replace('"2026Q2"', "2026"), "2026Q2"))
    assert {file for file, _, _ in faults(error)} == {"2026Q1.yml", "2026Q2.yml"}


def test_all_wrong_arguments_of_a_review_at_once(desk: Desk) -> None:
    with pytest.raises(InputError) as error:
        open_review(PLAN, "2026年", "20260728", "public", workspace=desk.root)
    assert [cell for _, cell, _ in faults(error)] == ["period", "as_known_on", "edition"]
