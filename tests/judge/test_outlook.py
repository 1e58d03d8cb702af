"""The outlook on worked examples (tests/cases/outlook.yml), its invariants, and bad input."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planeval.judge.outlook import PipelineFacts, forecast_row, judge_next_quarter, judge_outlook, least_value
from planeval.judge.outlook.calibration import AT_DUE, FORECAST_COLUMNS, score_forecasts
from planeval.judge.outlook.distributions import (
    CountForecast,
    WeightedPoints,
    beta_binomial,
    binomial,
    interval,
    negative_binomial_mixture,
)
from planeval.judge.outlook.flows import (
    forecast_flow,
    forecast_net_change,
    negative_binomials,
    shrunk_dispersion,
)
from planeval.judge.outlook.history import SEASON_MEAN, SEASON_SD, SLOPE_SD, Design, History, designs, history_of
from planeval.judge.outlook.money import forecast_bootstrap, forecast_log_linear
from planeval.judge.outlook.pipeline import forecast_pipeline
from planeval.judge.outlook.verdict import (
    METHOD_NAMES,
    MISSED,
    NONE,
    OUTLOOK_WORDS,
    REACHED,
    Outlook,
    displayed_probability,
    in_words,
)
from planeval.periods import Period
from planeval.plan import Target

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/outlook.yml").read_text(encoding="utf-8"))
NOW = Period(2025, 4)
FIGURES = st.lists(st.integers(0, 30), min_size=4, max_size=12)


def a_target(amount: float = 30, kind: str = "flow", unit: str = "项", comparison: str = ">=", **more: Any) -> Target:
    """A target due at the end of 2026, four quarters after NOW."""
    return Target.model_validate({
        "id": "t", "name": "指标", "unit": unit, "amount": amount, "comparison": comparison, "due": "2026-12-31",
        "kind": kind, "direction": "up", "clause": "一", "quote": "原文", **more,
    })  # fmt: skip


def quarters(figures: list[float], last: Period = NOW) -> pd.Series:
    """Figures of the quarters up to `last`."""
    names = [str(last.shift(index + 1 - len(figures))) for index in range(len(figures))]
    return pd.Series(figures, index=names, dtype=float)


def a_history(figures: list[float], ahead: int = 1, last: Period = NOW) -> History:
    return history_of(quarters(figures, last), last, range(1, ahead + 1))


def named(cases: str) -> Any:
    """Parametrize over the examples of one section."""
    return pytest.mark.parametrize("case", CASES[cases], ids=[str(case.get("name", case)) for case in CASES[cases]])


def is_stated(outlook: Outlook) -> bool:
    """A word, a reason, a method with a name, and numbers that are numbers."""
    numbers = [number for number in (outlook.p, outlook.low, outlook.high) if number is not None]
    return (
        outlook.word in OUTLOOK_WORDS and bool(outlook.reason) and outlook.method in METHOD_NAMES
        and all(math.isfinite(number) for number in numbers)
    )  # fmt: skip


# Worked examples.


@named("jeffreys")
def test_without_coefficients_the_flow_is_the_gamma_poisson(case: dict[str, Any]) -> None:
    n, h = len(case["added"]), case["ahead"]
    plain = Design(np.empty((n, 0)), np.empty((h, 0)), np.empty(0), np.empty(0), np.ones(n), drifts=False)
    part = negative_binomials(np.array(case["added"], dtype=float), plain)
    forecast = negative_binomial_mixture(part.weights, part.means, part.variances)
    assert (case["r"], case["p"]) == (sum(case["added"]) + 0.5, n / (n + h))
    assert forecast.mean == pytest.approx(case["mean"], abs=1e-6)
    by_hand = stats.nbinom.pmf(np.arange(len(forecast.pmf)), case["r"], case["p"])
    assert np.abs(forecast.pmf - by_hand).max() < 1e-8


@named("dispersion")
def test_dispersion_is_shrunk(case: dict[str, Any]) -> None:
    phi = shrunk_dispersion(np.array(case["added"], dtype=float), np.array(case["fitted"], dtype=float))
    assert phi == pytest.approx(case["phi"], abs=1e-6)


def test_quantiles_agree_with_a_published_jeffreys_interval() -> None:
    """Over very many quarters ahead only the uncertainty of the rate is left: its Jeffreys interval."""
    known = CASES["jeffreys_interval"]
    ahead = 1000 * known["exposure"]
    ratio = ahead / known["exposure"]
    mean = np.array([(known["count"] + 0.5) * ratio])
    low, high = interval(negative_binomial_mixture(np.ones(1), mean, mean * (1 + ratio)), 0.95)
    assert (low / ahead, high / ahead) == pytest.approx((known["low"], known["high"]), rel=2e-3)


@named("pipeline")
def test_pipeline_enumerated(case: dict[str, Any]) -> None:
    forecast = forecast_pipeline(PipelineFacts(**case["facts"]))
    found = {forecast.first + index: chance for index, chance in enumerate(forecast.pmf) if chance > 1e-12}
    assert found == pytest.approx(case["pmf"])


@named("pipeline_verdicts")
def test_pipeline_verdict(case: dict[str, Any]) -> None:
    target = a_target(case["amount"], "expiring_stock", "家")
    outlook = judge_outlook(target, case["stock"], quarters([0, 1, 0, 1]), NOW, PipelineFacts(**case["facts"]))
    assert (outlook.p, outlook.word, outlook.low, outlook.high) == (
        case["p"], case["word"], case["low"], case["high"],
    )  # fmt: skip
    assert "到期 1 家" in outlook.reason and "在审 1 家" in outlook.reason


@named("probabilities")
def test_probability_as_displayed(case: dict[str, Any]) -> None:
    shown = displayed_probability(case["p"])
    assert (shown, in_words(shown)) == (case["shown"], case["word"])


@named("least_values")
def test_least_value(case: dict[str, Any]) -> None:
    assert least_value(case["amount"], case["comparison"], case["unit"]) == pytest.approx(case["least"])


@named("bootstrap")
def test_bootstrap_in_full(case: dict[str, Any]) -> None:
    forecast = forecast_bootstrap(a_history(case["added"], case["ahead"]))
    assert forecast.points == pytest.approx(np.array(case["points"]), abs=1e-6)
    assert forecast.weights == pytest.approx(np.array(case["weights"]))


def test_calibration_by_hand() -> None:
    case = CASES["calibration"]
    found = score_forecasts(pd.DataFrame(case["forecasts"]))
    assert (found.closed, found.open) == (case["closed"], case["open"])
    assert (found.brier, found.brier_base, found.coverage) == pytest.approx(
        (case["brier"], case["brier_base"], case["coverage"])
    )
    table = {row.word: [row.forecasts, row.reached_share] for row in found.table.itertuples()}
    assert table == case["words"]
    assert found.by_horizon["forecasts"].tolist() == [2, 2]
    assert found.coverage_low is not None and found.coverage_high is not None
    assert found.coverage_low < 0.75 < found.coverage_high


# The numerics behind the formulas.


def test_the_grid_of_coefficients_agrees_with_brute_force() -> None:
    """Mean of the drift model against a dense grid over slope and season."""
    history = a_history([4, 6, 5, 11, 7, 9, 8, 17], 3)
    _, drift = designs(history)
    part = negative_binomials(history.added, drift)
    phi = (part.variances[0] - part.means[0] ** 2 / _alpha(part, history)) / part.means[0]
    alpha = history.added.sum() / phi + 0.5
    slope, season = np.meshgrid(np.linspace(-0.5, 0.5, 801), np.linspace(-1.7, 2.3, 801), indexing="ij")
    past = sum(np.exp(slope * t + season * q) for t, q in zip(history.offset, history.fourth, strict=True))
    ahead = sum(np.exp(slope * t + season * q) for t, q in zip(history.ahead, history.ahead_fourth, strict=True))
    logs = sum(
        y / phi * (slope * t + season * q)
        for y, t, q in zip(history.added, history.offset, history.fourth, strict=True)
    )
    logs = logs - alpha * np.log(past) - (slope / SLOPE_SD) ** 2 / 2 - ((season - SEASON_MEAN) / SEASON_SD) ** 2 / 2
    weights = np.exp(logs - logs.max())
    by_force = float((weights * alpha * phi * ahead / past).sum() / weights.sum())
    assert float(part.weights @ part.means) == pytest.approx(by_force, rel=2e-3)


def _alpha(part: Any, history: History) -> float:
    """α from two nodes: variance = φ·mean + mean²/α at each."""
    (m1, m2), (v1, v2) = part.means[[0, -1]], part.variances[[0, -1]]
    return float((m1 - m2) / (v1 / m1 - v2 / m2))


def test_a_drift_is_not_carried_on_for_ever() -> None:
    """Forty quarters ahead of a steep rise, no quarter exceeds twice the last level."""
    history = a_history([2, 4, 8, 16, 32], 40)
    _, drift = designs(history, seasonal=False)
    assert drift.future_logs(np.array([[0.5], [-0.5]])).tolist()[0][-1] == pytest.approx(math.log(2))
    assert drift.future_logs(np.array([[0.5], [-0.5]])).tolist()[1][-1] == pytest.approx(-math.log(2))


def test_a_fourth_quarter_ahead_is_expected_to_be_busier() -> None:
    """The season's prior at work: the same history, seen just before a fourth and before another quarter."""
    figures = [5.0, 5, 5, 5, 5, 5, 5]
    busy = forecast_flow(a_history(figures, 1, Period(2025, 3)))
    calm = forecast_flow(a_history(figures, 1, Period(2025, 4)))
    assert busy.mean > calm.mean
    assert interval(busy)[1] > interval(calm)[1]


def test_net_change_leaves_a_loss_possible_that_was_never_seen() -> None:
    net = forecast_net_change(a_history([1, 0, 2, 1, 0, 1], 2))
    assert 0 < 1 - net.at_least(0) < 0.3
    assert net.pmf.sum() == pytest.approx(1)


def test_long_convolutions_agree_with_direct_ones() -> None:
    """Sums of many outcomes go through the Fourier transform; the answer is the same."""
    pmf = stats.poisson.pmf(np.arange(2000), 900)
    total = CountForecast(0, pmf).plus(CountForecast(3, pmf))
    assert total.pmf == pytest.approx(np.convolve(pmf, pmf), abs=1e-12)
    assert total.first == 3


def test_log_linear_of_one_quarter_is_centred_where_the_amounts_are() -> None:
    forecast = forecast_log_linear(a_history([1.0] * 8, 1, Period(2025, 4)))
    low, high = interval(forecast)
    assert low < 1 < high < 2
    assert forecast.quantile(0.5) == pytest.approx(1.0, rel=0.1)
    assert forecast.at_least(forecast.quantile(0.3)) == pytest.approx(0.7, abs=1e-6)


# Invariants.


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 400), st.sampled_from([0.0, 1.0, 0.5]) | st.floats(1e-6, 1 - 1e-6))
def test_a_binomial_count_is_that_of_scipy_stats(trials: int, share: float) -> None:
    every = np.arange(trials + 1)
    np.testing.assert_allclose(
        binomial(trials, share).pmf, stats.binom.pmf(every, trials, share), rtol=1e-10, atol=1e-300
    )


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 400), st.integers(0, 300), st.integers(0, 300))
def test_a_beta_binomial_count_is_that_of_scipy_stats(trials: int, yes: int, no: int) -> None:
    every = np.arange(trials + 1)
    expected = stats.betabinom.pmf(every, trials, yes + 0.5, no + 0.5)
    np.testing.assert_allclose(beta_binomial(trials, yes, no).pmf, expected, rtol=1e-10, atol=1e-300)


@settings(max_examples=40, deadline=None)
@given(FIGURES, st.integers(1, 6))
def test_a_flow_forecast_is_a_distribution(figures: list[int], ahead: int) -> None:
    forecast = forecast_flow(a_history([float(figure) for figure in figures], ahead))
    low, high = interval(forecast)
    assert forecast.pmf.sum() == pytest.approx(1)
    assert (forecast.pmf >= 0).all()
    assert low <= forecast.quantile(0.5) <= high
    assert 0 <= low and math.isfinite(high)


@settings(max_examples=25, deadline=None)
@given(FIGURES, st.integers(0, 200), st.integers(0, 60), st.integers(0, 40), st.sampled_from(["flow", "stock"]))
def test_p_falls_as_the_target_rises_and_rises_with_the_value(
    figures: list[int], amount: int, more: int, value: int, kind: str
) -> None:
    added = quarters([float(figure) for figure in figures])

    def p(amount: int, value: int) -> float:
        outlook = judge_outlook(a_target(amount, kind), value, added, NOW)
        assert is_stated(outlook) and outlook.p is not None
        return outlook.p

    assert p(amount + 1 + more, value) <= p(amount + 1, value)
    assert p(amount + 1, value + more) >= p(amount + 1, value)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 50), min_size=4, max_size=12), st.integers(1, 80), st.integers(1, 80))
def test_money_is_stated_and_monotone(figures: list[float], one: int, other: int) -> None:
    low, high = sorted((one, other))
    outlooks = [judge_outlook(a_target(each, "money", "亿元"), 0.5, quarters(figures), NOW) for each in (low, high)]
    assert all(is_stated(outlook) for outlook in outlooks)
    if outlooks[0].p is not None and outlooks[1].p is not None:
        assert outlooks[0].p >= outlooks[1].p


def test_the_same_in_every_process() -> None:
    """Nothing is drawn: another process with another hash seed finds the same digits."""
    figures = [3.0, 5, 4, 9, 6]
    code = (
        "import pandas as pd; from planeval.judge.outlook.flows import forecast_flow;"
        "from planeval.judge.outlook.history import history_of; from planeval.periods import Period;"
        "s = pd.Series([3., 5, 4, 9, 6], index=['2024Q4', '2025Q1', '2025Q2', '2025Q3', '2025Q4']);"
        "print(forecast_flow(history_of(s, Period(2025, 4), range(1, 5))).pmf.tolist())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True
    )
    assert json.loads(other.stdout) == forecast_flow(a_history(figures, 4)).pmf.tolist()


def test_nothing_is_drawn_at_random() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "lib/planeval/judge/outlook").glob("*.py")]
    assert texts and not [text for text in texts if "np.random" in text or "import random" in text or ".rvs(" in text]


# What is said when there is little to say.


@pytest.mark.parametrize("figures", [[], [7.0], [1.0, 2.0, 3.0], [math.nan] * 6, [math.nan, 4.0, math.inf, 2.0]])
def test_under_four_quarters_it_abstains(figures: list[float]) -> None:
    outlook = judge_outlook(a_target(), 5, quarters(figures), NOW)
    assert (outlook.p, outlook.low, outlook.high, outlook.word) == (None, None, None, NONE)
    assert "少于 4 个" in outlook.reason
    assert outlook.quarters_used == sum(math.isfinite(figure) for figure in figures)


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_no_value_no_outlook(value: float | None) -> None:
    outlook = judge_outlook(a_target(), value, quarters([1, 2, 3, 4]), NOW)
    assert (outlook.p, outlook.word) == (None, NONE)
    assert is_stated(outlook)


def test_a_reached_flow_is_certain_and_says_so() -> None:
    outlook = judge_outlook(a_target(30), 30, quarters([3, 4, 5, 6]), NOW)
    assert (outlook.p, outlook.word, outlook.method) == (1.0, REACHED, "arithmetic")
    assert judge_outlook(a_target(30), 30, quarters([3]), NOW).low is None
    assert judge_outlook(a_target(30, comparison=">"), 30, quarters([3, 4, 5, 6]), NOW).p == 0.95


def test_a_reached_flow_that_was_revised_downwards_is_not_certain() -> None:
    outlook = judge_outlook(a_target(30), 30, quarters([9, -6, 9, -5, 4]), NOW)
    assert outlook.p is not None and outlook.p < 1
    assert "向下修订" in outlook.reason


def test_a_reached_stock_can_still_fall() -> None:
    outlook = judge_outlook(a_target(10, "stock", "个"), 10, quarters([1, 1, 0, 1, -1]), NOW)
    assert outlook.p is not None and 0.5 < outlook.p < 1
    early = judge_outlook(a_target(10, "stock", "个"), 10, quarters([1]), NOW)
    assert early.p is None and early.reason.endswith("目前已达到目标值")


@pytest.mark.parametrize(("value", "p", "word"), [(30, 1.0, REACHED), (29, 0.0, MISSED), (29.4, 0.0, MISSED)])
def test_past_the_due_date_the_value_decides(value: float, p: float, word: str) -> None:
    for period in (Period(2026, 4), Period(2027, 2)):
        outlook = judge_outlook(a_target(30), value, quarters([3, 4, 5, 6], period), period)
        assert (outlook.p, outlook.word, outlook.low) == (p, word, round(value))


@pytest.mark.parametrize("figures", [[0.0] * 6, [5.0] * 6, [0, 0, 0, 0, 400, 0], [1e6] * 6, [-3.0] * 5])
@pytest.mark.parametrize("kind", ["flow", "stock", "money", "annual_flow"])
def test_constant_lumpy_and_negative_figures_are_stated(figures: list[float], kind: str) -> None:
    for unit in ("个", "亿元"):
        assert is_stated(judge_outlook(a_target(30, kind, unit), 10, quarters(figures), NOW))


def test_an_expiring_stock_without_facts_is_not_foreseen() -> None:
    outlook = judge_outlook(a_target(60, "expiring_stock", "家"), 54, quarters([-2, 17, 3, -1, -14, 22]), NOW)
    assert (outlook.p, outlook.word) == (None, NONE)
    assert "到期" in outlook.reason


def test_a_pipeline_without_applications_learns_from_recognitions() -> None:
    target = a_target(30, "expiring_stock", "家")
    facts = PipelineFacts(expiring=6, lapsed=2, renewed=6, recognised=quarters([0, 1, 1, 8, 0, 1]))
    outlook = judge_outlook(target, 21, quarters([0] * 6), NOW, facts)
    assert is_stated(outlook) and outlook.p is not None and outlook.low is not None
    assert "在审数未知" in outlook.reason and "按 6 个季度的新认定数推算" in outlook.reason
    nothing = judge_outlook(target, 21, quarters([0] * 6), NOW, PipelineFacts(expiring=6))
    assert nothing.p is None and is_stated(nothing)


def test_impossible_facts_are_refused() -> None:
    with pytest.raises(ValueError, match="负数"):
        PipelineFacts(expiring=-1)
    with pytest.raises(ValueError, match="0到1"):
        PipelineFacts(expiring=1, p_lapse=1.2)
    with pytest.raises(ValueError, match="多于现有"):
        judge_outlook(a_target(30, "expiring_stock", "家"), 2, quarters([1]), NOW, PipelineFacts(expiring=3, pending=0))


def test_an_annual_flow_is_judged_on_its_final_year() -> None:
    """5 亿元 in 2026: what is booked in 2026 counts, 2025 only teaches; a missing quarter of 2026 is not guessed."""
    target = a_target(5, "annual_flow", "亿元", ">")
    figures = [0.9, 1.0, 1.1, 1.2, 1.1, 1.3, 1.4]  # 2025Q1 … 2026Q3: 3.8 booked, 1.205 needed
    outlook = judge_outlook(target, 5.0, quarters(figures, Period(2026, 3)), Period(2026, 3))
    assert outlook.p is not None and outlook.p >= 0.7 and outlook.method == "log_linear"
    assert outlook.low is not None and outlook.low > 3.8
    silent = judge_outlook(target, 5.0, quarters([*figures[:5], math.nan, 1.4], Period(2026, 3)), Period(2026, 3))
    assert silent.p is None and "2026Q2" in silent.reason
    booked = judge_outlook(target, 5.2, quarters([1, 1, 1, 1, 2, 2, 1.2], Period(2026, 3)), Period(2026, 3))
    assert (booked.p, booked.word) == (1.0, REACHED)
    far = judge_outlook(target, 5.0, quarters([0.9, 1, 1.1, 1.2], Period(2025, 2)), Period(2025, 2))
    assert "超过4个季度" in far.reason


def test_a_fund_that_came_in_once_is_not_foreseen() -> None:
    outlook = judge_outlook(a_target(3, "money", "亿元"), 1.2, quarters([0, 0, 0, 1.2, 0, 0]), NOW)
    assert outlook.p is None and "一次性" in outlook.reason


def test_quarters_that_are_not_known_are_said() -> None:
    outlook = judge_outlook(a_target(), 20, quarters([3, 4, math.nan, 4, 5, 3]), NOW)
    assert outlook.quarters_used == 5 and "1 个季度的数未知" in outlook.reason


def test_the_next_quarter_against_the_required_pace() -> None:
    added = quarters([8, 8, 11, 10, 10, 11])
    slow, fast = (judge_next_quarter(a_target(100), added, NOW, pace) for pace in (5, 37))
    assert slow.p is not None and fast.p is not None and slow.p > 0.8 > 0.1 > fast.p
    assert slow.low is not None and slow.high is not None and slow.low < 10 < slow.high


# Forecasts kept and scored.


def test_nothing_closed_is_said_politely() -> None:
    outlook = judge_outlook(a_target(), 20, quarters([3, 4, 3, 4, 5, 3]), NOW)
    row = forecast_row("t", AT_DUE, NOW, 4, least_value(30, ">=", "项"), outlook)
    assert row is not None and tuple(row) == FORECAST_COLUMNS
    waiting = score_forecasts(pd.DataFrame([row]))
    assert (waiting.closed, waiting.open, waiting.brier) == (0, 1, None) and "还没有到期" in waiting.reason
    nothing = score_forecasts(pd.DataFrame(columns=list(FORECAST_COLUMNS)))
    assert nothing.reason == "还没有作过预测" and nothing.table.empty


def test_what_was_not_foreseen_is_not_kept() -> None:
    reached = judge_outlook(a_target(30), 30, quarters([3, 4, 5, 6]), NOW)
    silent = judge_outlook(a_target(30), 3, quarters([3]), NOW)
    assert [forecast_row("t", AT_DUE, NOW, 4, 30, each) for each in (reached, silent)] == [None, None]


def test_faulty_records_are_refused() -> None:
    rows = pd.DataFrame(CASES["calibration"]["forecasts"])
    with pytest.raises(ValueError, match="两次"):
        score_forecasts(pd.concat([rows, rows.head(1)]))
    with pytest.raises(ValueError, match="0到1"):
        score_forecasts(rows.assign(p=1.2))
    with pytest.raises(ValueError, match="缺少列"):
        score_forecasts(rows.drop(columns="outcome"))


def test_points_know_their_quantiles() -> None:
    points = WeightedPoints(np.array([1.0, 2.0, 4.0]), np.array([0.25, 0.5, 0.25]))
    assert [points.quantile(share) for share in (0.1, 0.25, 0.5, 0.9)] == [1, 1, 2, 4]
    assert (points.at_least(2), points.at_least(4.1)) == (0.75, 0.0)


def test_the_published_backtest_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small cut of it: the same twice, and better covered than a line through the cumulative curve."""
    spec = importlib.util.spec_from_file_location("outlook_backtest", ROOT / "benchmarks/outlook.py")
    assert spec is not None and spec.loader is not None
    backtest = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, backtest)
    spec.loader.exec_module(backtest)
    monkeypatch.setattr(backtest, "LENGTHS", (6,))
    monkeypatch.setattr(backtest, "PLANS_PER_SEED", 40)
    scenarios = {"steady": "", "rising": ""}
    one, two = (backtest.backtest(scenarios, (5,)) for _ in range(2))
    assert one["planeval"].squared == two["planeval"].squared
    assert one["planeval"].coverage_error() < one["ols_cumulative"].coverage_error()
    assert one["planeval"].brier() < one["ols_cumulative"].brier()
