"""Counts per quarter: the pooled negative-binomial predictive of what the next quarters bring together.

One model, two designs pooled half and half (`history.designs`): a recent level, and a log-linear drift.

    y_t ~ quasi-Poisson(λ w_t, φ)    w_t = exp(slope·t + season·[fourth quarter])
    λ ~ Gamma(½, 0)    slope ~ N(0, 0.1²)    season ~ N(0.3, 0.4²)

φ is the variance over the mean, shrunk: φ̂ = max(1, (χ² + k₀φ₀)/(n - 1 + k₀)), χ² = Σ(y - ŷ)²/ŷ, k₀ = 4,
φ₀ = 1.5. Given the coefficients, with x = Σ d·y, S = Σ d·w (d: weight of a quarter) and W = Σ w over the
future quarters, λ | y ~ Gamma(α = x/φ + ½, rate S/φ), and the sum to come has

    mean μ = αφW/S        variance φμ + μ²/α

as a negative binomial. With φ = 1, w = d = 1 this is NB(x + ½, n/(n + h)) exactly: the Gamma–Poisson
predictive under Jeffreys' prior. The coefficients are integrated out on a grid about their mode, weighted
by exp(Σ d·y·log w/φ)·S^(-α)·prior. exp(slope·t) is carried on to at most 2 or ½. Units: items, quarters.

References. Prediction intervals for counts: Hahn & Meeker, *Statistical Intervals* (recalled);
Krishnamoorthy & Peng (2011), Improved closed-form prediction intervals for binomial and Poisson
distributions (abstract read; journal recalled: J. Stat. Plan. Inference 141). Overdispersed counts,
[l, u] = n*λ̂ ± q√(n*φ̂λ̂ + n*²φ̂λ̂/Σn): Menssen & Schaarschmidt (2022) as given in the manual of the R
package predint (read). Discounting old quarters: West & Harrison, *Bayesian Forecasting and Dynamic
Models* (recalled). The constants were chosen on simulated quarters: benchmarks/outlook.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planeval.judge.outlook.distributions import JEFFREYS, CountForecast, Floats, negative_binomial_mixture
from planeval.judge.outlook.history import Design, History, designs, nodes_around

DISPERSION, DISPERSION_WEIGHT = 1.5, 4.0
LARGEST_COUNT = 2_000  # a quarter with more than this is an amount, not a count of items


@dataclass(frozen=True)
class NegativeBinomials:
    """Weights, means and variances of the negative binomials that make up one model's predictive."""

    weights: Floats
    means: Floats
    variances: Floats


def shrunk_dispersion(added: Floats, fitted: Floats) -> float:
    """φ̂ = max(1, (χ² + k₀φ₀)/(n - 1 + k₀)), χ² = Σ(y - ŷ)²/ŷ."""
    pearson = float(((added - fitted) ** 2 / np.maximum(fitted, 1e-9)).sum())
    return max(1.0, (pearson + DISPERSION_WEIGHT * DISPERSION) / (len(added) - 1 + DISPERSION_WEIGHT))


def forecast_flow(history: History, seasonal: bool = True) -> CountForecast:
    """What the quarters ahead bring together. Needs added ≥ 0 and at least one quarter."""
    if not history.quarters or bool((history.added < 0).any()):
        raise ValueError("流量推算至少要有一个季度的数，且不能有负数")
    level, drift = (negative_binomials(history.added, design) for design in designs(history, seasonal))
    return negative_binomial_mixture(
        np.concatenate([level.weights, drift.weights]) / 2,
        np.concatenate([level.means, drift.means]),
        np.concatenate([level.variances, drift.variances]),
    )


def forecast_net_change(history: History) -> CountForecast:
    """What a stock gains less what it loses over the quarters ahead.

    Quarters of net gain and of net loss are foreseen apart and taken as independent. Where no loss was
    ever seen, Jeffreys' ½ still leaves one possible: the interval is wider than that of a flow.
    """
    gains = forecast_flow(history.with_added(np.maximum(history.added, 0.0)))
    losses = forecast_flow(history.with_added(np.maximum(-history.added, 0.0)), seasonal=False)
    return gains.minus(losses)


@dataclass(frozen=True)
class _Fit:
    """Posterior mode of the coefficients, its Hessian, and the dispersion."""

    mode: Floats
    precision: Floats
    dispersion: float


def negative_binomials(added: Floats, design: Design) -> NegativeBinomials:
    """One design's predictive of the sum over its future quarters, a negative binomial per node."""
    fit = _fit(added, design)
    phi = fit.dispersion
    alpha = float(design.weights @ added) / phi + JEFFREYS
    nodes = nodes_around(fit.mode, fit.precision)
    past = np.exp(nodes @ design.past.T) @ design.weights
    score = (design.weights * added) @ design.past / phi
    prior = (((nodes - design.mean) / design.sd) ** 2).sum(axis=1) / 2
    logs = nodes @ score - alpha * np.log(past) - prior
    weights = np.exp(logs - logs.max())
    kept = weights > weights.max() * 1e-4
    future = np.exp(design.future_logs(nodes)).sum(axis=1)
    means = (alpha * phi * future / past)[kept]
    return NegativeBinomials(weights[kept] / weights[kept].sum(), means, phi * means + means**2 / alpha)


def _fit(added: Floats, design: Design) -> _Fit:
    """The mode by Newton's method (the log posterior is concave), the dispersion about it, three times over."""
    phi = DISPERSION
    mode = design.mean.copy()
    precision = np.diag(1 / design.sd**2)
    for _ in range(3):
        mode, precision = _mode(added, design, phi, mode)
        factors = np.exp(design.past @ mode)
        alpha = float(design.weights @ added) / phi + JEFFREYS
        phi = shrunk_dispersion(added, factors * alpha * phi / float(design.weights @ factors))
    return _Fit(mode, precision, phi)


def _mode(added: Floats, design: Design, phi: float, start: Floats) -> tuple[Floats, Floats]:
    """Maximum of Σ d·y·log w/φ - α log S + log prior over the coefficients, and the Hessian there."""
    prior = np.diag(1 / design.sd**2)
    alpha = float(design.weights @ added) / phi + JEFFREYS
    score = (design.weights * added) @ design.past / phi
    mode, precision = start, prior
    for _ in range(30 if len(start) else 0):
        share = design.weights * np.exp(design.past @ mode)
        share /= share.sum()
        centre = share @ design.past
        precision = alpha * ((design.past * share[:, None]).T @ design.past - np.outer(centre, centre)) + prior
        step = np.linalg.solve(precision, score - alpha * centre - prior @ (mode - design.mean))
        longest = float(np.abs(step).max())
        mode = mode + step * min(1.0, 0.5 / (longest + 1e-12))
        if longest < 1e-5:
            break
    return mode, precision
