"""Times with censoring and shares of small groups, held against published examples (tests/cases/survival.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planeval.measures.proportions import wilson
from planeval.measures.survival import Times, compare, kaplan_meier, times_between
from planeval.plan.ladder import SurvivalReading

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/survival.yml").read_text(encoding="utf-8")
)
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def reading(least: int = 5) -> SurvivalReading:
    return SurvivalReading(cohort_since="plan_start", least_at_risk=least, horizon_days=365, confidence=0.95)


def times_of(days: list[Any]) -> Times:
    """`10` ended on day 10; `10+` had not ended by then."""
    return Times(tuple(int(str(day).rstrip("+")) for day in days), tuple(not str(day).endswith("+") for day in days))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_published_curve(case: dict[str, Any]) -> None:
    curve = kaplan_meier(times_of(case["days"]), reading(case["least"]))
    steps = curve.steps.set_index("days")
    for day, (at_risk, events, remaining) in case["steps"].items():
        row = steps.loc[day]
        assert (row["at_risk"], row["events"]) == (at_risk, events)
        assert round(row["remaining"], 4) == remaining
    assert (curve.median, curve.last_day) == (case["median"], case["last_day"])
    assert not case["steps"] or steps.index.max() <= case["last_day"]


def test_the_log_rank_test_gives_z_whose_square_is_the_published_chi_square() -> None:
    """6-MP against placebo: χ² = 16.79 on one degree of freedom (Kleinbaum & Klein, ch. 2)."""
    found = compare(times_of(CASES[0]["days"]), times_of(PLACEBO), reading())
    assert found is not None
    assert round(found.chi_square, 2) == 16.79
    assert found.chi_square == pytest.approx(found.z**2)
    assert found.p_value < 0.001


def test_no_test_with_too_few_in_a_group_or_too_few_ends() -> None:
    """Four against many, and two groups in which hardly anything ended."""
    assert compare(times_of([1, 2, 3, 4]), times_of(PLACEBO), reading()) is None
    assert compare(times_of(["9+"] * 6 + [3]), times_of(["9+"] * 6), reading()) is None


@pytest.mark.parametrize(
    ("part", "n", "low", "high"),
    # Newcombe, R. G. (1998), Statistics in Medicine 17, 857–872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(part: int, n: int, low: float, high: float) -> None:
    assert tuple(round(bound, 4) for bound in wilson(part, n, 0.95)) == (low, high)


def test_times_end_on_the_day_observation_ends_or_the_item_leaves() -> None:
    """Ended before the day; ended after it; never; left first; ended only after leaving; ended before it began."""
    day = pd.Timestamp("2026-09-30")
    begun = pd.Series(pd.to_datetime(["2026-09-01"] * 6))
    ended = pd.Series(pd.to_datetime(["2026-09-11", "2026-10-05", None, None, "2026-09-25", "2026-08-01"]))
    seen = pd.Series(pd.to_datetime([None, None, None, "2026-09-21", "2026-09-21", None]))
    found = times_between(begun, ended, seen, day)
    assert found.days == (10, 29, 29, 20, 20, 0)
    assert found.ended == (True, False, False, False, False, True)


@given(st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=40), st.integers(1, 8))
def test_a_curve_falls_and_never_passes_the_last_day_with_enough_under_observation(
    pairs: list[tuple[int, bool]], least: int
) -> None:
    times = Times(tuple(day for day, _ in pairs), tuple(over for _, over in pairs))
    curve = kaplan_meier(times, reading(least))
    assert (curve.last_day is None) == (len(pairs) < least)
    assert curve.steps["remaining"].is_monotonic_decreasing
    assert (curve.steps["at_risk"] >= least).all()
    if curve.last_day is not None:
        assert times.at_risk(curve.last_day) >= least > times.at_risk(curve.last_day + 1)
