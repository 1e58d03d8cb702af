"""督办 orders as state machines: courses worked by hand, and any sequence of rows at all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planeval.measures.dispatch import (
    IN_TIME,
    LIGHTS,
    MADE_UP_LATE,
    STATES,
    Change,
    ageing,
    change_fault,
    follow,
)

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/dispatch.yml").read_text(encoding="utf-8"))["courses"]


def change(day: date, state: str, limit: date, feedback: str = "", order: str = "DB-2026-01") -> Change:
    return Change(order, day, state, "一 活动", "办一场活动", "port", limit, feedback, "督查岗")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_course_worked_by_hand(case: dict[str, Any]) -> None:
    rows = [
        change(date.fromisoformat(day), state, date.fromisoformat(limit), feedback)
        for day, state, limit, feedback in case["rows"]
    ]
    on = date.fromisoformat(case["day"])
    courses, faults = follow(rows)
    course, expected = courses["DB-2026-01"], case["expect"]
    found = {
        "state": course.state, "light": course.light(on), "overdue": course.overdue_days(on),
        "extensions": course.extensions, "limit": str(course.limit),
        "closed_on": str(course.closed_on) if course.closed_on else None,
    }  # fmt: skip
    assert found == expected
    assert [said for _, said in faults] == case.get("faults", [])


DAY = st.integers(0, 120).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
CHANGES = st.lists(st.builds(change, DAY, st.sampled_from(STATES), DAY), max_size=12)


@given(CHANGES, DAY)
def test_whatever_is_filed_the_course_keeps_its_rules(changes: list[Change], on: date) -> None:
    """Accepted days never run backwards, nothing follows 销号, no 销号 without 解决, limits only move in time."""
    courses, faults = follow(changes)
    accepted = [change for course in courses.values() for change in course.changes]
    assert len(accepted) + len(faults) == len(changes)
    for course in courses.values():
        days = [each.changed_on for each in course.changes]
        assert days == sorted(days) and course.changes[0].state in ("收集", "交办")
        states = [each.state for each in course.changes]
        assert "销号" not in states[:-1]
        assert "销号" not in states or "解决" in states
        for before, after in zip(course.changes, course.changes[1:], strict=False):
            assert after.due_on <= before.due_on or after.changed_on <= before.due_on
        assert course.light(on) in LIGHTS
        if course.solved_on and course.solved_on > course.limit:
            assert course.light(on) == MADE_UP_LATE
        assert course.light(on) != IN_TIME or course.closed_on
    assert follow(accepted)[1] == []  # what was accepted stands without what was refused


@given(CHANGES)
def test_a_fault_changes_nothing(changes: list[Change]) -> None:
    courses, faults = follow(changes)
    refused = {id(each) for each, _ in faults}
    assert follow([each for each in changes if id(each) not in refused])[0] == courses
    assert all(change_fault(None, each) for each, _ in faults[:1] if changes[0] is each)


def test_open_orders_by_age() -> None:
    """Classes up to 30, 60, beyond: 30 and 31 days fall apart; closed orders are not counted."""
    orders = pd.DataFrame({
        "days_open": [30, 31, 61, 200, 5], "closed_on": [None, None, None, None, date(2026, 1, 6)],
        "light": ["办理中", "逾期未办结", "办理中", "逾期未办结", "按期办结"],
    })  # fmt: skip
    found = ageing(orders, (30, 60)).values.tolist()
    assert found == [[0, 30, 1, 0], [31, 60, 1, 1], [61, None, 2, 1]]
