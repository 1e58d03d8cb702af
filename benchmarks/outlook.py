"""Published backtest of the outlook: simulated quarters with a known truth, then real yearly figures.

    python benchmarks/outlook.py             the seeds that are reported
    python benchmarks/outlook.py --tuning    the seeds on which the model's constants were chosen

Seven scenarios × 4–12 quarters of history × 1–4 quarters ahead, 160 plans a cell, beside three rivals: a line
through the cumulative curve (never used in planeval), Gamma–Poisson under Jeffreys' prior, and the iid bootstrap
of quarters. Levels (2.5 to 25 items a quarter), the first quarter's place in the year and the target (0.5 to
1.5 of the true mean) take turns. Ours is scored with the probability as printed, rounded to 5 points. The
draws come from numpy's RandomState, whose stream is frozen. The last line is JSON.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from planeval.judge.outlook.distributions import CountForecast, interval, negative_binomial_mixture
from planeval.judge.outlook.flows import forecast_flow
from planeval.judge.outlook.history import History
from planeval.judge.outlook.money import forecast_log_linear
from planeval.judge.outlook.pipeline import PipelineFacts, forecast_pipeline
from planeval.judge.outlook.verdict import displayed_probability

Floats = npt.NDArray[Any]
TUNING_SEEDS, REPORT_SEEDS = (11, 12), (2024, 2025)
LENGTHS, HORIZONS, PLANS_PER_SEED = range(4, 13), (1, 2, 3, 4), 80
LEVELS, TARGET_FACTORS = (2.5, 6.0, 12.0, 25.0), (0.5, 0.75, 1.0, 1.25, 1.5)
SCENARIOS = {
    "steady": "Poisson, constant mean",
    "rising": "Poisson, +13 % a quarter",
    "falling": "Poisson, -11 % a quarter",
    "bursts": "variance five times the mean",
    "year_end_rush": "quarters at 0.5 0.8 0.9 1.8 of the mean, variance 1.5 times the mean",
    "q4_season": "fourth quarter at 2.5 times the others, variance 1.5 times the mean",
    "late_reporting": "Poisson; only 65 % of the last quarter is known yet, the rest comes later",
}
SPREADS = {"bursts": 5.0, "year_end_rush": 1.5, "q4_season": 1.5, "one_batch": 1.5}
STRESS = {
    "step": "outside the seven: the mean doubles between the history and the future",
    "one_batch": "outside the seven: everything comes in the fourth quarter (use the pipeline model)",
}
REAL = Path(__file__).parents[1] / "data" / "jincheng" / "published" / "tech_sme_entries_city.csv"


@dataclass(frozen=True)
class Simulated:
    """What is known of one plan, and the truth: cumulative sums and their means, 1 to 4 quarters ahead."""

    history: History
    sums: Floats
    means: Floats


def simulate(scenario: str, length: int, number: int, random: np.random.RandomState) -> Simulated:
    """One plan: the `number`-th of its cell decides the level and the season in which it starts."""
    steps = np.arange(length + HORIZONS[-1])
    place = (number // len(LEVELS) + steps) % 4
    means = LEVELS[number % len(LEVELS)] * _pattern(scenario, steps, place, length)
    spread = SPREADS.get(scenario, 1.0)
    added = random.poisson(means if spread == 1 else random.gamma(means / (spread - 1) + 1e-12, spread - 1)) * 1.0
    ahead, expected = added[length:].copy(), means[length:].copy()
    if scenario == "late_reporting":
        known = random.binomial(int(added[length - 1]), 0.65)
        ahead[0] += added[length - 1] - known
        expected[0] += 0.35 * means[length - 1]
        added[length - 1] = known
    return Simulated(_past(added[:length], place == 3), np.cumsum(ahead), np.cumsum(expected))


def _past(added: Floats, fourth: Floats) -> History:
    """A history; fourth: which of its quarters and of those ahead are fourth quarters."""
    length, season = len(added), fourth.astype(float)
    ahead = np.arange(1.0, len(season) - length + 1)
    return History(added, np.arange(1.0 - length, 1), season[:length], ahead, season[length:], 0)


def _pattern(scenario: str, steps: Floats, place: Floats, length: int) -> Floats:
    """Mean of each quarter as a multiple of the level."""
    if scenario in ("rising", "falling"):
        return np.exp((0.12 if scenario == "rising" else -0.12) * (steps - steps.mean()))
    seasons = {"year_end_rush": (0.5, 0.8, 0.9, 1.8), "q4_season": (1, 1, 1, 2.5), "one_batch": (0, 0, 0, 4)}
    if scenario == "step":
        return np.where(steps < length, 1.0, 2.0)
    return np.array(seasons.get(scenario, (1, 1, 1, 1)), dtype=float)[place]


class Said(NamedTuple):
    """A method's 80 % interval of the sum ahead and its P(sum ≥ needed)."""

    low: float
    high: float
    p: float


Method = Callable[[History, float], Said]


def planeval_pooled(history: History, needed: float, seasonal: bool = True) -> Said:
    """Ours, with the probability as printed."""
    forecast = forecast_flow(history, seasonal)
    return Said(*interval(forecast), displayed_probability(forecast.at_least(needed)))


def line_through_cumulative(history: History, needed: float) -> Said:
    """Rival: least squares through the cumulative curve, Student-t prediction interval. Statistically wrong."""
    curve = np.cumsum(history.added)
    times = np.arange(len(curve)) - (len(curve) - 1) / 2
    at, freedom, spread = times[-1] + len(history.ahead), len(curve) - 2, (times**2).sum()
    slope = (times @ curve) / spread
    variance = max(((curve - curve.mean() - slope * times) ** 2).sum() / freedom, 1e-9)
    scale = np.sqrt(variance * (1 + 1 / len(curve) + at**2 / spread))
    centre = curve.mean() + slope * at - curve[-1]
    half = stdtrit(freedom, 0.9) * scale
    return Said(centre - half, centre + half, float(stdtr(freedom, (centre - needed) / scale)))


def gamma_poisson(history: History, needed: float) -> Said:
    """Rival: NB(x + ½, n/(n + h)), Jeffreys' prior: mean rh/n, variance mean·(n + h)/n."""
    ratio = len(history.ahead) / history.quarters
    mean = np.array([(history.added.sum() + 0.5) * ratio])
    forecast = negative_binomial_mixture(np.ones(1), mean, mean * (1 + ratio))
    return Said(*interval(forecast), forecast.at_least(needed))


def iid_bootstrap(history: History, needed: float) -> Said:
    """Rival: the sum of quarters drawn from those seen, worked out in full."""
    once = np.bincount(history.added.astype(int)) / history.quarters
    pmf = np.ones(1)
    for _ in history.ahead:
        pmf = np.convolve(pmf, once)
    forecast = CountForecast(0, pmf)
    return Said(*interval(forecast), forecast.at_least(needed))


METHODS: dict[str, Method] = {
    "planeval": planeval_pooled, "ols_cumulative": line_through_cumulative,
    "gamma_poisson": gamma_poisson, "iid_bootstrap": iid_bootstrap,
}  # fmt: skip
Cell = tuple[str, int, int]


@dataclass
class Scores:
    """One method: hits per cell (scenario, quarters of history, quarters ahead) and squared errors of P."""

    covered: dict[Cell, list[bool]]
    squared: list[float]
    into_q4: list[bool]

    def coverage(self, scenario: str | None = None) -> float:
        """Mean over the cells."""
        return float(np.mean([np.mean(hits) for cell, hits in self.covered.items() if scenario in (None, cell[0])]))

    def coverage_error(self) -> float:
        """Mean over the cells of |coverage - 0.80|."""
        return float(np.mean([abs(np.mean(hits) - 0.8) for hits in self.covered.values()]))

    def brier(self) -> float:
        """Mean squared error of the probability over all forecasts."""
        return float(np.mean(self.squared))


def backtest(scenarios: dict[str, str], seeds: tuple[int, ...]) -> dict[str, Scores]:
    """All methods on all simulated plans."""
    scores = {name: Scores(defaultdict(list), [], []) for name in METHODS}
    for place, scenario in enumerate(scenarios):
        for length in LENGTHS:
            for seed in seeds:
                random = np.random.RandomState(seed * 1000 + place * 20 + length)
                for number in range(PLANS_PER_SEED):
                    _score(scores, (scenario, length), simulate(scenario, length, number, random), number)
    return scores


def _score(scores: dict[str, Scores], cell: tuple[str, int], plan: Simulated, number: int) -> None:
    factor, past = TARGET_FACTORS[number // 16 % len(TARGET_FACTORS)], plan.history
    for horizon, total, mean in zip(HORIZONS, plan.sums, plan.means, strict=True):
        history = replace(past, ahead=past.ahead[:horizon], ahead_fourth=past.ahead_fourth[:horizon])
        needed = max(1.0, np.rint(mean * factor))
        for name, method in METHODS.items():
            said = method(history, needed)
            covered = bool(said.low <= total <= said.high)
            scores[name].covered[*cell, horizon].append(covered)
            scores[name].squared.append((said.p - (total >= needed)) ** 2)
            if horizon == 1 and history.ahead_fourth[0] and cell[0] in ("year_end_rush", "q4_season"):
                scores[name].into_q4.append(covered)


def print_scores(scores: dict[str, Scores], scenarios: dict[str, str], horizons: tuple[int, ...] = HORIZONS) -> None:
    """Coverage by scenario and by quarters ahead."""
    print(f"{'coverage of the 80 % interval':32}" + "".join(f"{name:>16}" for name in scores))
    for scenario in scenarios:
        print(f"{scenario:32}" + "".join(f"{each.coverage(scenario):16.3f}" for each in scores.values()))
    for horizon in horizons:
        means = [np.mean([np.mean(h) for c, h in each.covered.items() if c[2] == horizon]) for each in scores.values()]
        print(f"{f'{horizon} quarter(s) ahead':32}" + "".join(f"{mean:16.3f}" for mean in means))


def print_summary(scores: dict[str, Scores]) -> None:
    """Means over all cells, the worst cell, and the known weak spot."""
    rows: dict[str, Callable[[Scores], float]] = {
        "mean coverage": lambda each: each.coverage(),
        "worst scenario": lambda each: min(each.coverage(name) for name in SCENARIOS),
        "worst single cell": lambda each: float(min(np.mean(hits) for hits in each.covered.values())),
        "one quarter ahead into a busy Q4": lambda each: float(np.mean(each.into_q4)),
        "mean |coverage - 0.80|": Scores.coverage_error,
        "Brier score of P(reach)": Scores.brier,
    }
    for label, figure in rows.items():
        print(f"{label:32}" + "".join(f"{figure(each):16.3f}" for each in scores.values()))
    scenario, quarters, ahead = min((np.mean(hits), cell) for cell, hits in scores["planeval"].covered.items())[1]
    print(f"planeval's worst cell: {scenario}, {quarters} quarters of history, {ahead} ahead")


def real_years() -> None:
    """City tech-SME entries 2017–2023: from 2021 on, the years to come foreseen from the years before.

    A year is four quarters of time for the drift and the discount, and has no season.
    """
    rows = list(csv.DictReader(REAL.read_text(encoding="utf-8-sig").splitlines()))
    years, entries = [row["period"] for row in rows], np.array([float(row["value"]) for row in rows])
    print(f"\nreal yearly entries {years[0]}–{years[-1]}: {', '.join(f'{entry:g}' for entry in entries)}")
    methods: dict[str, Method] = {**METHODS, "planeval": lambda past, least: planeval_pooled(past, least, False)}
    hits: dict[str, list[bool]] = {name: [] for name in methods}
    for length in range(4, len(entries)):
        for horizon in range(1, len(entries) - length + 1):
            truth, ahead = entries[length : length + horizon].sum(), 4 * np.arange(1.0, horizon + 1)
            past = History(entries[:length], np.arange(4.0 - 4 * length, 1, 4), np.zeros(length), ahead, 0 * ahead, 0)
            said = {name: method(past, truth) for name, method in methods.items()}
            for name, each in said.items():
                hits[name].append(each.low <= truth <= each.high)
            shown = ", ".join(f"{name} {each.low:.0f}–{each.high:.0f}" for name, each in said.items())
            print(f"  {years[length]}–{years[length + horizon - 1]}: {truth:.0f} came; {shown}")
    print("  within the interval: " + ", ".join(f"{name} {sum(hit)} of {len(hit)}" for name, hit in hits.items()))


def other_models(random: np.random.RandomState, plans: int = 400) -> None:
    """Coverage of the pipeline model (alike and with batches that differ) and of the log-linear money model."""
    for label, differs in (("all firms alike", 0.0), ("pass rates of batches differ by ±0.12", 0.12)):
        hits = [_pipeline_hit(random, differs) for _ in range(plans)]
        print(f"pipeline, {label}: coverage {np.mean(hits):.3f}")
    hits = [_money_hit(random, length, horizon) for length in LENGTHS for horizon in HORIZONS for _ in range(60)]
    print(f"money, log-linear, σ 0.2, +3 % a quarter, Q4 × 1.3: coverage {np.mean(hits):.3f}")


def _pipeline_hit(random: np.random.RandomState, differs: float) -> bool:
    lapse, success = random.beta(2, 6), random.beta(6, 3)
    expiring, decided, pending, tried = (random.randint(*ends) for ends in ((5, 16), (10, 31), (8, 31), (10, 61)))
    batch = float(np.clip(success + differs * random.standard_normal(), 0.02, 0.98))
    lapsed, passed = random.binomial(decided, lapse), random.binomial(tried, success)
    facts = PipelineFacts(expiring, pending, None, lapsed, decided - lapsed, passed, tried - passed)
    low, high = interval(forecast_pipeline(facts))
    return bool(low <= random.binomial(pending, batch) - random.binomial(expiring, lapse) <= high)


def _money_hit(random: np.random.RandomState, length: int, horizon: int) -> bool:
    steps = np.arange(length + horizon)
    fourth = (random.randint(4) + steps) % 4 == 3
    amounts = np.exp(0.03 * steps + np.log(1.3) * fourth + 0.2 * random.standard_normal(len(steps)))
    low, high = interval(forecast_log_linear(_past(amounts[:length], fourth)))
    return bool(low <= amounts[length:].sum() <= high)


def main() -> None:
    """Print the tables; the last line is JSON."""
    began, seeds = time.perf_counter(), TUNING_SEEDS if "--tuning" in sys.argv[1:] else REPORT_SEEDS
    print(f"seeds {seeds}; the constants were chosen on {TUNING_SEEDS}")
    print("\n".join(f"  {name}: {meaning}" for name, meaning in {**SCENARIOS, **STRESS}.items()))
    scores = backtest(SCENARIOS, seeds)
    print_scores(scores, SCENARIOS)
    print_summary(scores)
    print("\nstress, not in the means above")
    print_scores(backtest(STRESS, seeds[:1]), STRESS, ())
    real_years()
    other_models(np.random.RandomState(seeds[0]))
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    ours = scores.pop("planeval")
    summary = {
        "coverage_mean": ours.coverage(), "coverage_worst": min(ours.coverage(name) for name in SCENARIOS),
        "brier": ours.brier(), "brier_best_rival": min(rival.brier() for rival in scores.values()),
        "coverage_error": ours.coverage_error(),
        **{f"coverage_error_{name}": rival.coverage_error() for name, rival in scores.items()},
    }  # fmt: skip
    print(json.dumps({name: round(figure, 4) for name, figure in summary.items()}))


if __name__ == "__main__":
    main()
