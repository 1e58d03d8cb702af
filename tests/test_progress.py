"""Lights and paces on worked examples (tests/cases/progress.yml), and the invariants behind them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planeval.judge.progress import (
    LIGHTS,
    Expectation,
    expected_share,
    judge_progress,
    required_pace,
    required_pace_of_final_year,
)
from planeval.periods import Period, elapsed_share
from planeval.plan import Target
from planeval.plan.decisions import LightBands

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases/progress.yml").read_text(encoding="utf-8"))
BANDS = LightBands(on_pace=-0.10, behind=-0.25, over=1.20)


def a_target(amount: float = 30, unit: str = "家", comparison: str = ">=", kind: str = "stock") -> Target:
    """A target due at the end of 2026."""
    return Target.model_validate({
        "id": "t", "name": "指标", "unit": unit, "amount": amount, "comparison": comparison, "due": "2026-12-31",
        "kind": kind, "direction": "up", "clause": "一", "quote": "原文",
    })  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_example(case: dict[str, Any]) -> None:
    """Done share, gap and light of each example, to the printed digit."""
    target = a_target(case["amount"], case["unit"], case.get("comparison", ">="))
    day = date.fromisoformat(case.get("day", "2026-09-30"))
    expected = Expectation(Decimal(str(case["expected"])), "elapsed")
    judged = judge_progress(case["value"], target, case["baseline"], expected, BANDS, day)
    assert judged.light == case["light"]
    assert judged.done_share == (None if case["done"] is None else Decimal(str(case["done"])))
    assert judged.gap == (None if case["gap"] is None else Decimal(str(case["gap"])))
    assert judged.low_target == case.get("low_target", False)


def test_elapsed_share_of_the_three_start_dates_at_2026q3() -> None:
    """The shares published in the project's facts: 91.6 %, 87.9 % and about 87.5 % (facts: 1,004 of 1,096 days …)."""
    shares = {
        start: float(elapsed_share(date.fromisoformat(start), date(2026, 12, 31), date(2026, 9, 30)))
        for start in ("2024-01-01", "2024-12-02", "2024-12-24")
    }
    assert elapsed_share(date(2024, 1, 1), date(2026, 12, 31), date(2026, 9, 30)) == Fraction(1004, 1096)
    assert {start: round(share, 3) for start, share in shares.items()} == {
        "2024-01-01": 0.916, "2024-12-02": 0.879, "2024-12-24": 0.875,
    }  # fmt: skip


def test_expected_share_follows_the_last_milestone_due() -> None:
    """Before the first node nothing is due; between two nodes the earlier one applies."""
    path = {Period(2025, 4): 12.0, Period(2026, 2): 20.0, Period(2026, 4): 30.0}
    start = date(2024, 12, 2)

    def at(period: Period) -> Decimal:
        return expected_share(a_target(), start, 0, path, period, yearly=False).share

    assert at(Period(2025, 3)) == Decimal("0.000")
    assert at(Period(2025, 4)) == Decimal("0.400")
    assert at(Period(2026, 1)) == Decimal("0.400")
    assert at(Period(2026, 3)) == Decimal("0.667")


def test_expected_share_of_an_amount_that_starts_from_nothing_each_year() -> None:
    """自然年累计 at 2026Q1: the plan is over at the year's end (1.0), a quarter of the year has gone (90/365)."""
    expected = expected_share(a_target(5, "亿元"), date(2024, 12, 2), 0, {}, Period(2026, 1), yearly=True)
    assert expected.share == Decimal("0.247")


def test_required_pace() -> None:
    """13 of 30 left over one quarter; nothing left when reached; nothing to say when no quarter is left."""
    assert required_pace(Decimal(17), a_target(), 1) == Decimal("13.00")
    assert required_pace(Decimal(17), a_target(), 3) == Decimal("4.33")
    assert required_pace(Decimal(30), a_target(), 1) == 0
    assert required_pace(Decimal(17), a_target(), 0) is None
    assert required_pace(None, a_target(), 1) is None


def test_required_pace_of_the_year_that_will_be_judged() -> None:
    """5 亿元 in 2026, 3.2 booked in three quarters: 1.8 in the last. In 2025 it is 1.25 a quarter."""
    target = a_target(5, "亿元", ">", "annual_flow")
    booked = {Period(2026, 1): 1.0, Period(2026, 2): 1.0, Period(2026, 3): 1.2}
    assert required_pace_of_final_year(booked, target, Period(2026, 3)) == Decimal("1.80")
    assert required_pace_of_final_year({}, target, Period(2025, 2)) == Decimal("1.25")
    assert required_pace_of_final_year({**booked, Period(2026, 2): None}, target, Period(2026, 3)) is None


def test_a_base_at_or_above_the_target_is_refused() -> None:
    """A done share over nothing is not a number; the decision must be mended."""
    with pytest.raises(ValueError, match="基数"):
        judge_progress(3, a_target(10, "个"), 10, Expectation(Decimal(0), "elapsed"), BANDS, date(2026, 9, 30))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 50), st.integers(0, 1000))
def test_the_light_is_monotone_in_achievement(low: int, high: int, amount: int, expected: int) -> None:
    """More is never judged worse, whatever the target and the expectation."""
    low, high = sorted((low, high))
    order = list(reversed(LIGHTS[:4]))
    share = Expectation(Decimal(expected) / 1000, "elapsed")
    worse, better = (
        judge_progress(value, a_target(amount), 0, share, BANDS, date(2026, 9, 30)).light for value in (low, high)
    )
    assert order.index(worse) <= order.index(better)
