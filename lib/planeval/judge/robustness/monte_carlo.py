"""The total and its grade under many other choices at once: 5–95 % band and P(grade).

Each draw changes at random, all together:
- weights: `band` multiplies each by U(1 − b, 1 + b) and makes them sum to 1 again; `dirichlet` draws from
  Dirichlet(κ · w), mean w, with κ the number of items unless given; `fixed` leaves them.
- goalposts: 不允许值 and 满意值 each move by U(−g, g) of their distance (g < 0.5, so they never cross).
- aggregation: with probability p the weighted geometric mean, exp Σ w ln max(s, 1), instead of the arithmetic one
  (1 point as the least, or a single 0 would be the whole result).
- late reports: every 应报未报 item is taken as 0, as left out, or as last reported (0 where `last_x` is not
  known), each equally likely, one assumption per draw.
The floor rule and the grades stay as decided and are read off the total as displayed. This is what the choices
could do, not a probability that the facts are wrong. Deterministic for a seed, whatever the order of items.
Reference: Saisana, Saltelli & Tarantola 2005; OECD/JRC Handbook on Constructing Composite Indicators 2008, step 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planeval.judge.scoring.points import COUNTED, OWED, efficacy_points
from planeval.judge.scoring.refusal import refuse_if
from planeval.judge.scoring.totals import NO_GRADE, Scheme, Total, score_items

Floats = npt.NDArray[np.float64]
LATE_ZERO, LATE_LEFT_OUT, LATE_LAST = "zero", "left_out", "last_reported"
LATE_WORDS = {LATE_ZERO: "按 0 分计", LATE_LEFT_OUT: "不计分", LATE_LAST: "沿用上次报送数"}
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True)
class Uncertainty:
    """How far each choice may move; see the module. late: the assumptions drawn from."""

    weights: str
    weight_band: float
    goalpost_band: float
    geometric_share: float
    late: tuple[str, ...]
    concentration: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.weights not in ("band", "dirichlet", "fixed"):
            faults.append((f"权重的取法“{self.weights}”不认识", "写成 band、dirichlet 或 fixed"))
        if not 0 <= self.weight_band < 1:
            faults.append((f"权重的幅度 {self.weight_band} 不在 0 到 1 之间", "例如 0.25，即上下 25%"))
        if self.concentration is not None and not self.concentration > 0:
            faults.append((f"集中度 {self.concentration} 不是正数", "写正数，越大权重越靠近所定权重"))
        if not 0 <= self.goalpost_band < 0.5:
            faults.append((f"标准值的幅度 {self.goalpost_band} 不在 0 到 0.5 之间", "例如 0.10，即两值之差的上下 10%"))
        if not 0 <= self.geometric_share <= 1:
            faults.append((f"几何平均的比例 {self.geometric_share} 不在 0 到 1 之间", "例如 0.5"))
        if not self.late or not set(self.late) <= set(LATE_WORDS):
            faults.append((f"迟报的假设 {self.late} 不认识", f"从 {'、'.join(LATE_WORDS)} 中选"))
        refuse_if(faults)


@dataclass(frozen=True)
class Simulation:
    """Band of the total and probability of each grade. None and empty when the main total is not given.

    quantiles: share → total (0.05 and 0.95 bound the band), not rounded. probabilities: grade → share of draws,
    best grade first, summing to 1. same_grade: share of draws with the grade of the main result.
    """

    main: Total
    draws: int
    seed: int
    quantiles: dict[float, float]
    probabilities: dict[str, float]
    same_grade: float | None
    sentence: str


def simulate(
    items: pd.DataFrame, scheme: Scheme, choices: Uncertainty, draws: int = 100_000, seed: int = 1
) -> Simulation:
    """Monte Carlo of the total. items: as for score_items, optionally with a column last_x (NaN: unknown)."""
    if draws < 1:
        refuse_if([(f"模拟次数 {draws} 不是正整数", "例如 100000")])
    main = score_items(items, scheme)
    if main.value is None:
        return Simulation(main, draws, seed, {}, {}, None, "没有总分，不作模拟。")
    totals, below = _draw(items.sort_values("item_id"), scheme, choices, draws, np.random.default_rng(seed))
    grades = _grades(totals, below, scheme)
    probabilities = {name: float((grades == place).mean()) for place, name in enumerate(scheme.grades.names)}
    quantiles = dict(zip(QUANTILES, map(float, np.quantile(totals, QUANTILES)), strict=True))
    same = probabilities[main.grade] if main.grade != NO_GRADE else None
    likely = max(probabilities, key=lambda name: probabilities[name])
    sentence = (
        f"权重、标准值、合成方法和迟报假设同时随机变动 {draws:,} 次，总分的 5%—95% 区间是 "
        f"{quantiles[0.05]:.1f}—{quantiles[0.95]:.1f}（所定为 {main.shown}）；"
        f"等级最常见的是“{likely}”，占 {probabilities[likely]:.0%}，"
        f"与所定等级“{main.grade}”相同的占 {probabilities[main.grade]:.0%}。"
    )
    return Simulation(main, draws, seed, quantiles, probabilities, same, sentence)


def _draw(
    items: pd.DataFrame, scheme: Scheme, choices: Uncertainty, draws: int, random: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Total of every draw, and whether some counted item lies below its 警戒线 in it. Items in id order."""
    ids = list(items["item_id"])
    low = np.array([scheme.goalposts[item].unacceptable for item in ids])
    high = np.array([scheme.goalposts[item].satisfactory for item in ids])
    weights = _weights(np.array([scheme.weights.by_item[item] for item in ids]), choices, draws, random)
    span, band = high - low, choices.goalpost_band
    moved_low = low + span * random.uniform(-band, band, (draws, len(ids)))
    moved_high = high + span * random.uniform(-band, band, (draws, len(ids)))
    x, counted = _late_reports(items, scheme, choices, draws, random)
    points = np.where(np.isnan(x), 0.0, efficacy_points(x, moved_low, moved_high))
    weights = weights * counted
    weight_sum = weights.sum(axis=1, keepdims=True)
    weights = weights / np.where(weight_sum > 0, weight_sum, 1.0)
    geometric = random.random(draws) < choices.geometric_share
    totals = (weights * points).sum(axis=1)
    if geometric.any():
        logs = np.log(np.maximum(points[geometric], 1.0))
        totals[geometric] = np.exp((weights[geometric] * logs).sum(axis=1)) * (weight_sum[geometric, 0] > 0)
    lines = np.array([scheme.floor.lines.get(item, -math.inf) for item in ids])
    below = np.asarray(((_shown(points) < lines) & counted).any(axis=1), dtype=bool)
    return totals, below


def _weights(main: Floats, choices: Uncertainty, draws: int, random: np.random.Generator) -> Floats:
    """Weights of every draw, not yet re-weighted; broadcastable to draws × items."""
    if choices.weights == "band":
        return main * random.uniform(1 - choices.weight_band, 1 + choices.weight_band, (draws, len(main)))
    if choices.weights == "dirichlet":
        concentration = choices.concentration if choices.concentration is not None else float(len(main))
        return random.standard_gamma(concentration * main, (draws, len(main)))
    return np.broadcast_to(main, (draws, len(main)))


def _late_reports(
    items: pd.DataFrame, scheme: Scheme, choices: Uncertainty, draws: int, random: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The x of every draw (NaN: 0 points or not counted) and whether each item is counted."""
    state = items["state"].to_numpy()
    owed = state == OWED
    left_out = ~np.isin(state, COUNTED) | np.isin(state, list(scheme.left_out - {OWED}))
    x = np.where(left_out, np.nan, items["x"].to_numpy(dtype=float))
    last = items["last_x"].to_numpy(dtype=float) if "last_x" in items else np.full(len(items), np.nan)
    assumption = random.integers(len(choices.late), size=draws)
    drawn_x = np.broadcast_to(x, (draws, len(x))).copy()
    counted = np.broadcast_to(~left_out, drawn_x.shape).copy()
    if owed.any():
        for place, late in enumerate(choices.late):
            rows = assumption == place
            if late == LATE_LEFT_OUT:
                counted[np.ix_(rows, owed)] = False
            elif late == LATE_LAST:
                drawn_x[np.ix_(rows, owed)] = last[owed]
    return drawn_x, counted


def _shown(values: Floats) -> Floats:
    """Points and totals as displayed: one decimal, halves up."""
    shown: Floats = np.floor(np.round(values, 9) * 10 + 0.5 + 1e-9) / 10
    return shown


def _grades(totals: Floats, below: npt.NDArray[np.bool_], scheme: Scheme) -> npt.NDArray[np.int64]:
    """Place of each draw's grade in the scale, 0 the best."""
    limits = np.array([limit for _, limit in scheme.grades.steps])
    place = np.searchsorted(-limits, -_shown(totals), side="left")
    cap = scheme.grades.names.index(scheme.floor.cap)
    return np.where(below, np.maximum(place, cap), place).clip(0, len(limits) - 1)
