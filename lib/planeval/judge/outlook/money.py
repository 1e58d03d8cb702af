"""Amounts per quarter: a log-linear predictive where quarters are above 0 and alike, else a widened bootstrap.

Log-linear: log y_t = level + slope·t + season·[fourth quarter] + ε, ε ~ N(0, σ²), the same two designs and
priors as for counts, pooled half and half. σ² is shrunk: σ̂² = (RSS + k₀σ₀²)/(n - 1 + k₀), σ₀ = 0.15, k₀ = 2,
and its uncertainty is ν = n - 1 + k₀ degrees of freedom (five quantiles of ν/χ²_ν). The sum of the quarters
ahead is one log-normal per node, by its first two moments (Fenton–Wilkinson, recalled). Not used where the
largest quarter is over 20 times the smallest: one small quarter would then rule the logarithms.

Bootstrap: the sum of h quarters drawn from the n seen, worked out in full (no draws), its spread about the
mean widened by √((1 + h/n)·n/(n - 1)) for the mean being estimated. Its limit: it knows no quarter larger
than about the largest seen and no drift. Units: the target's (亿元 or 万元).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaincinv

from planeval.judge.outlook.distributions import Floats, Forecast, LogNormalMixture, WeightedPoints
from planeval.judge.outlook.history import Design, History, designs, nodes_around

SPREAD, SPREAD_WEIGHT = 0.15, 2.0
LARGEST_RATIO = 20.0
_TAIL_SHARES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_GRID = 400  # distinct amounts per quarter in the bootstrap


def forecast_money(history: History) -> tuple[Forecast, str]:
    """What the quarters ahead bring together, and which of the two ways gave it: `log_linear` or `bootstrap`."""
    if history.added.min() > 0 and history.added.max() <= LARGEST_RATIO * history.added.min():
        return forecast_log_linear(history), "log_linear"
    return forecast_bootstrap(history), "bootstrap"


def forecast_log_linear(history: History, seasonal: bool = True) -> LogNormalMixture:
    """Log-linear predictive of the sum; needs every amount above 0."""
    logs = np.log(history.added)
    parts = [_log_components(logs, design) for design in designs(history, seasonal)]
    weights, centres, widths = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return LogNormalMixture(weights / 2, centres, widths)


def _log_components(logs: Floats, design: Design) -> tuple[Floats, Floats, Floats]:
    """Weights, centres and widths of the log-normals of one design, over nodes and values of σ."""
    freedom = len(logs) - 1 + SPREAD_WEIGHT
    variance = SPREAD**2
    for _ in range(3):
        mode, precision, level, _ = _solve(logs, design, variance)
        residuals = logs - level - design.past @ mode
        variance = (float(residuals @ residuals) + SPREAD_WEIGHT * SPREAD**2) / freedom
    mode, precision, _, level_variance = _solve(logs, design, variance)
    nodes = nodes_around(mode, precision)
    standard = ((nodes - mode) @ precision * (nodes - mode)).sum(axis=1) / 2
    weights = np.exp(-standard)
    weights /= weights.sum()
    centre = float(design.weights @ logs) / design.weights.sum() - nodes @ (
        design.weights @ design.past / design.weights.sum()
    )
    spreads = variance * freedom / (2 * gammaincinv(freedom / 2, _TAIL_SHARES))
    sums = [_fenton_wilkinson(design.future_logs(nodes), spread) for spread in spreads]
    return (
        np.tile(weights, len(spreads)) / len(spreads),
        np.concatenate([centre + shift for shift, _ in sums]),
        np.concatenate([np.sqrt(width + level_variance) for _, width in sums]),
    )


def _solve(logs: Floats, design: Design, variance: float) -> tuple[Floats, Floats, float, float]:
    """Posterior mode and precision of the coefficients with a flat level, and the level at the mode."""
    share = design.weights / design.weights.sum()
    past = design.past - share @ design.past
    centred = logs - share @ logs
    prior = np.diag(1 / design.sd**2)
    precision = (past * design.weights[:, None]).T @ past / variance + prior
    right = past.T @ (design.weights * centred) / variance + prior @ design.mean
    mode = np.linalg.solve(precision, right) if len(design.mean) else design.mean
    level = float(share @ logs - (share @ design.past) @ mode)
    return mode, precision, level, variance / float(design.weights.sum())


def _fenton_wilkinson(logs: Floats, variance: float) -> tuple[Floats, Floats]:
    """Centre and variance of the log-normal with the first two moments of Σ exp(log + ε), per row."""
    means = np.exp(logs + variance / 2)
    total = means.sum(axis=1)
    squared = (means**2).sum(axis=1) * math.expm1(variance)
    width = np.log1p(squared / total**2)
    return np.log(total) - width / 2, width


def forecast_bootstrap(history: History) -> WeightedPoints:
    """Sum of h quarters drawn from those seen, in full, widened about its mean; amounts may be negative."""
    seen = history.added
    quarters, ahead = history.quarters, len(history.ahead)
    step = float(np.ptp(seen)) / _GRID
    if step == 0:
        return WeightedPoints(np.array([float(seen[0]) * ahead]), np.array([1.0]))
    places = np.rint((seen - seen.min()) / step).astype(int)
    once = np.bincount(places, minlength=_GRID + 1) / quarters
    pmf = np.ones(1)
    for _ in range(ahead):
        pmf = np.convolve(pmf, once)
    points = np.arange(len(pmf)) * step + float(seen.min()) * ahead
    centre = float(points @ pmf)
    widened = math.sqrt((1 + ahead / quarters) * quarters / (quarters - 1))
    kept = pmf > 0
    return WeightedPoints(np.asarray(centre + (points - centre) * widened)[kept], np.asarray(pmf)[kept])
