"""The distributions behind 展望灯 by their formulas: integrals on a fine grid about the prior, scipy for the rest.

Counts: y_t ~ quasi-Poisson(λ w_t, φ), w_t = exp(slope·t + season·[fourth quarter]), λ ~ Gamma(½, 0), slope ~ N(0, 0.1²),
season ~ N(0.3, 0.4²); half the weight on a recent level (0.85^age, no slope), half on a drift. Amounts: the same designs
on the logarithm with a flat level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize
from scipy.stats import betabinom, chi2, nbinom, norm

Floats = npt.NDArray[np.float64]
SLOPE, SEASON = (0.0, 0.1), (0.3, 0.4)
PHI0, K0, SIGMA0, SIGMA_K0 = 1.5, 4.0, 0.15, 2.0
CAP = math.log(2)


@dataclass(frozen=True)
class Past:
    """Quarters seen: what each brought, how long before the last (≤ 0), fourth or not; and those to come."""

    added: Floats
    offset: Floats
    fourth: Floats
    ahead: Floats
    ahead_fourth: Floats


@dataclass(frozen=True)
class Model:
    """One of the two designs: which coefficients it has, with their priors, and how much each past quarter weighs."""

    drifts: bool
    seasonal: bool
    weights: Floats

    @property
    def priors(self) -> list[tuple[float, float]]:
        """Mean and spread of each coefficient."""
        return [SLOPE] * self.drifts + [SEASON] * self.seasonal

    def logs(self, past: Past, at: Floats) -> Floats:
        """log w of the past quarters for some coefficients (rows)."""
        slope = at[:, [0]] if self.drifts else 0.0
        season = at[:, [-1]] if self.seasonal else 0.0
        return np.asarray(slope * past.offset + season * past.fourth + np.zeros((len(at), len(past.added))))

    def future(self, past: Past, at: Floats) -> Floats:
        """log w of the quarters to come; a drift is carried on to at most twice or half."""
        slope = at[:, [0]] if self.drifts else 0.0
        season = at[:, [-1]] if self.seasonal else 0.0
        drift = np.clip(slope * past.ahead, -CAP, CAP)
        return np.asarray(drift + season * past.ahead_fourth + np.zeros((len(at), len(past.ahead))))

    def grid(self, points: int = 41) -> Floats:
        """Coefficients from −4 to 4 spreads about their prior means."""
        axes = [mean + sd * np.linspace(-4, 4, points) for mean, sd in self.priors]
        return np.array(list(product(*axes))) if axes else np.zeros((1, 0))

    def prior(self, at: Floats) -> Floats:
        """log of the prior, but for a constant."""
        return np.asarray(
            sum((-(((at[:, i] - m) / s) ** 2) / 2 for i, (m, s) in enumerate(self.priors)), np.zeros(len(at)))
        )


def models(past: Past, seasonal: bool = True) -> tuple[Model, Model]:
    """A recent level and a drift."""
    return Model(False, seasonal, 0.85**-past.offset), Model(True, seasonal, np.ones(len(past.added)))


def mixture_pmf(weights: Floats, means: Floats, variances: Floats, most: int) -> Floats:
    """Σ w NB(r, p) with p = mean / variance, r = mean² / (variance − mean), for 0 … most."""
    r, p = means**2 / (variances - means), means / variances
    return np.asarray(weights @ nbinom.pmf(np.arange(most + 1), r[:, None], p[:, None]))


def one_count(past: Past, model: Model, most: int) -> Floats:
    """One design's predictive of the sum to come."""
    y, d = past.added, model.weights

    def objective(at: Floats, phi: float) -> Floats:
        logs = model.logs(past, at)
        alpha = d @ y / phi + 0.5
        return np.asarray(logs @ (d * y) / phi - alpha * np.log(np.exp(logs) @ d) + model.prior(at))

    mode, phi = np.array([[mean for mean, _ in model.priors]]).reshape(1, -1), PHI0
    for _ in range(3):
        if model.priors:
            found = minimize(lambda x, phi=phi: -objective(x.reshape(1, -1), phi)[0], mode[0], method="BFGS", tol=1e-10)
            mode = found.x.reshape(1, -1)
        w = np.exp(model.logs(past, mode))[0]
        fitted = np.maximum(w * (d @ y + phi / 2) / (d @ w), 1e-9)
        phi = max(1.0, (float(((y - fitted) ** 2 / fitted).sum()) + K0 * PHI0) / (len(y) - 1 + K0))
    at = model.grid()
    log_weights = objective(at, phi)
    weights = np.exp(log_weights - log_weights.max())
    kept = weights > 1e-7
    at, weights = at[kept], weights[kept] / weights[kept].sum()
    alpha = d @ y / phi + 0.5
    means = alpha * phi * np.exp(model.future(past, at)).sum(axis=1) / (np.exp(model.logs(past, at)) @ d)
    return mixture_pmf(weights, means, phi * means + means**2 / alpha, most)


@dataclass(frozen=True)
class Count:
    """P(count = first + i)."""

    first: int
    pmf: Floats

    def at_least(self, number: float) -> float:
        """P(count ≥ number)."""
        return float(self.pmf[max(0, math.ceil(number - 1e-9) - self.first) :].sum())

    def quantile(self, share: float) -> float:
        """The smallest count with this share at or below it."""
        return float(self.first + int(np.searchsorted(self.pmf.cumsum() / self.pmf.sum(), share - 1e-12)))

    def minus(self, other: Count) -> Count:
        """The difference of two independent counts."""
        return Count(self.first - other.first - len(other.pmf) + 1, np.convolve(self.pmf, other.pmf[::-1]))

    def plus(self, other: Count) -> Count:
        """The sum of two independent counts."""
        return Count(self.first + other.first, np.convolve(self.pmf, other.pmf))


def flow(past: Past, seasonal: bool = True) -> Count:
    """What the quarters ahead bring together."""
    most = int(60 + 12 * past.added.max() * len(past.ahead))
    return Count(0, np.asarray(sum(one_count(past, model, most) for model in models(past, seasonal))) / 2)


def net_change(past: Past) -> Count:
    """Gains less losses, foreseen apart and taken as independent; losses know no season."""

    def only(added: Floats) -> Past:
        return Past(added, past.offset, past.fourth, past.ahead, past.ahead_fourth)

    return flow(only(np.maximum(past.added, 0.0))).minus(flow(only(np.maximum(-past.added, 0.0)), seasonal=False))


def lapses(expiring: int, lapsed: int, renewed: int) -> Count:
    """How many of the expiring will not be renewed: BetaBinomial(expiring, ½ + lapsed, ½ + renewed)."""
    if not expiring:
        return Count(0, np.ones(1))
    return Count(0, np.asarray(betabinom.pmf(np.arange(expiring + 1), expiring, 0.5 + lapsed, 0.5 + renewed)))


@dataclass(frozen=True)
class Amount:
    """A mixture of log-normals."""

    weights: Floats
    centres: Floats
    widths: Floats

    def at_least(self, number: float) -> float:
        """P(amount ≥ number)."""
        return 1.0 if number <= 0 else float(self.weights @ norm.sf((math.log(number) - self.centres) / self.widths))

    def quantile(self, share: float) -> float:
        """The amount with this share below it."""
        low, high = (self.centres - 9 * self.widths).min(), (self.centres + 9 * self.widths).max()
        return math.exp(brentq(lambda x: self.weights @ norm.cdf((x - self.centres) / self.widths) - share, low, high))


def one_amount(past: Past, model: Model) -> tuple[Floats, Floats, Floats]:
    """One design's weights, centres and widths: weighted least squares with the priors, level flat, σ shrunk."""
    logs, d = np.log(past.added), model.weights
    columns = np.column_stack([model.logs(past, unit.reshape(1, -1))[0] for unit in np.eye(len(model.priors))])
    mean, inverse = np.array([m for m, _ in model.priors]), np.diag([s**-2 for _, s in model.priors])
    inner = columns - (d @ columns) / d.sum()
    freedom, variance = len(logs) - 1 + SIGMA_K0, SIGMA0**2
    for turn in range(4):
        precision = (inner * d[:, None]).T @ inner / variance + inverse
        mode = np.linalg.solve(precision, inner.T @ (d * (logs - d @ logs / d.sum())) / variance + inverse @ mean)
        rest = logs - d @ (logs - columns @ mode) / d.sum() - columns @ mode
        variance = (float(rest @ rest) + SIGMA_K0 * SIGMA0**2) / freedom if turn < 3 else variance
    root = np.linalg.cholesky(np.linalg.inv(precision))
    standard = np.array(list(product(np.linspace(-4, 4, 33), repeat=len(mean))))
    at, weights = mode + standard @ root.T, np.exp(-(standard**2).sum(axis=1) / 2)
    level = d @ logs / d.sum() - at @ (d @ columns / d.sum())
    parts = []
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        spread = variance * freedom / chi2.ppf(share, freedom)
        each = np.exp(model.future(past, at) + spread / 2)
        total = each.sum(axis=1)
        width = np.log1p((each**2).sum(axis=1) * math.expm1(spread) / total**2)
        centre = level + np.log(total) - width / 2
        parts.append((weights / weights.sum() / 5, centre, np.sqrt(width + variance / d.sum())))
    joined = (np.concatenate(column) for column in zip(*parts, strict=True))
    return tuple(joined)  # type: ignore[return-value]


def money(past: Past) -> Amount:
    """The sum of the amounts to come, where every quarter was above 0 and none 20 times another."""
    assert past.added.min() > 0 and past.added.max() <= 20 * past.added.min()
    parts = [one_amount(past, model) for model in models(past)]
    weights, centres, widths = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Amount(weights / 2, centres, widths)
