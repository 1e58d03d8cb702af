"""Predictive distributions: of a count (a list of probabilities) and of an amount (mixtures, weighted points).

All are exact or quadrature; nothing is drawn at random, so the same quarters give the same light on every day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, ndtr, xlog1py, xlogy

Floats = npt.NDArray[np.float64]
LEVEL = 0.80
JEFFREYS = 0.5
_BLOCK = 2_000_000  # probabilities worked out at a time: 16 MB


class Forecast(Protocol):
    """What is known of a future number: its quantiles and the chance that it is at least so much."""

    def quantile(self, share: float) -> float:
        """The smallest number with at least this share of the probability at or below it."""

    def at_least(self, number: float) -> float:
        """P(future number ≥ number)."""


def interval(forecast: Forecast, level: float = LEVEL) -> tuple[float, float]:
    """The equal-tailed interval of this nominal level, both ends included."""
    tail = (1 - level) / 2
    return forecast.quantile(tail), forecast.quantile(1 - tail)


@dataclass(frozen=True)
class CountForecast:
    """pmf[i] = P(count = first + i). Counts may be negative: a stock can lose more than it gains."""

    first: int
    pmf: Floats

    def quantile(self, share: float) -> float:
        """The smallest count with at least this share of the probability at or below it."""
        index = int(np.searchsorted(np.cumsum(self.pmf), share - 1e-12))
        return float(self.first + min(index, len(self.pmf) - 1))

    def at_least(self, number: float) -> float:
        """P(count ≥ number)."""
        index = math.ceil(number - 1e-9) - self.first
        return 1.0 if index <= 0 else float(min(1.0, self.pmf[index:].sum()))

    @property
    def mean(self) -> float:
        """Expected count."""
        return float(self.first + np.arange(len(self.pmf)) @ self.pmf)

    def plus(self, other: CountForecast) -> CountForecast:
        """The sum of two independent counts (convolution)."""
        return CountForecast(self.first + other.first, _convolved(self.pmf, other.pmf))

    def minus(self, other: CountForecast) -> CountForecast:
        """The difference of two independent counts."""
        last = other.first + len(other.pmf) - 1
        return self.plus(CountForecast(-last, other.pmf[::-1]))


def _convolved(one: Floats, other: Floats) -> Floats:
    if len(one) * len(other) < _BLOCK:
        return _whole(np.convolve(one, other))
    length = len(one) + len(other) - 1
    return _whole(np.fft.irfft(np.fft.rfft(one, length) * np.fft.rfft(other, length), length))


def _whole(pmf: Floats) -> Floats:
    """Probabilities that add up to 1, after the last digits were lost."""
    kept: Floats = np.maximum(pmf, 0.0)
    return kept / kept.sum()


def negative_binomial_mixture(weights: Floats, means: Floats, variances: Floats) -> CountForecast:
    """Σ wᵢ NB(rᵢ, pᵢ) with pᵢ = meanᵢ/varianceᵢ, rᵢ = meanᵢ²/(varianceᵢ - meanᵢ).

    P(k) = Γ(k+r)/(Γ(r) k!) pʳ (1-p)ᵏ, by the recursion P(k) = P(k-1)·(k-1+r)/k·(1-p). Cut off where
    less than 1e-8 of the probability is left. means in items, variances in items².
    """
    mean = np.maximum(means, 1e-9)
    variance = np.maximum(variances, mean * (1 + 1e-9))
    share = mean / variance
    size = mean**2 / (variance - mean)
    most = int(np.max(mean + 5 * np.sqrt(variance) + 20 * variance / mean)) + 10
    steps = np.arange(1, most + 1)
    pmf = np.zeros(most + 1)
    rows = max(1, _BLOCK // most)
    for start in range(0, len(mean), rows):
        part = slice(start, start + rows)
        r, p = size[part, None], share[part, None]
        logs = np.cumsum(np.log((steps - 1 + r) / steps * (1 - p)), axis=1)
        first = r * np.log(p)
        pmf[0] += weights[part] @ np.exp(first[:, 0])
        pmf[1:] += weights[part] @ np.exp(first + logs)
    return CountForecast(0, _whole(pmf))


def binomial(trials: int, share: float) -> CountForecast:
    """Of so many independent items, how many say yes, each with this chance.

    scipy.stats.binom and betabinom give the same, but would add a second to the start of every command and kernel.
    """
    yes = np.arange(trials + 1)
    no = trials - yes
    return CountForecast(0, np.exp(_log_choose(trials) + xlogy(yes, share) + xlog1py(no, -share)))


def beta_binomial(trials: int, yes: int, no: int) -> CountForecast:
    """Of so many items, how many say yes, after `yes` and `no` seen before: their common chance is Beta(½ + yes,
    ½ + no), Jeffreys' prior. Exactly 0 without trials.
    """
    numbers, a, b = np.arange(trials + 1), JEFFREYS + yes, JEFFREYS + no
    return CountForecast(0, np.exp(_log_choose(trials) + betaln(numbers + a, trials - numbers + b) - betaln(a, b)))


def _log_choose(trials: int) -> Floats:
    """Logarithms of the binomial coefficients of so many trials."""
    yes = np.arange(trials + 1)
    logs: Floats = -math.log(trials + 1) - betaln(trials - yes + 1, yes + 1)
    return logs


@dataclass(frozen=True)
class LogNormalMixture:
    """Σ wᵢ LogNormal(centreᵢ, widthᵢ²): an amount above 0."""

    weights: Floats
    centres: Floats
    widths: Floats

    def at_least(self, number: float) -> float:
        """P(amount ≥ number)."""
        if number <= 0:
            return 1.0
        return float(self.weights @ ndtr((self.centres - math.log(number)) / self.widths))

    def quantile(self, share: float) -> float:
        """By bisection on the logarithm, to 1e-9."""
        low = float(np.min(self.centres - 10 * self.widths))
        high = float(np.max(self.centres + 10 * self.widths))
        while high - low > 1e-9:
            middle = (low + high) / 2
            if 1 - self.at_least(math.exp(middle)) < share:
                low = middle
            else:
                high = middle
        return math.exp(high)


@dataclass(frozen=True)
class WeightedPoints:
    """Amounts in ascending order, each with its probability."""

    points: Floats
    weights: Floats

    def at_least(self, number: float) -> float:
        """P(amount ≥ number)."""
        return float(min(1.0, self.weights[self.points >= number - 1e-9].sum()))

    def quantile(self, share: float) -> float:
        """The smallest amount with at least this share of the probability at or below it."""
        index = int(np.searchsorted(np.cumsum(self.weights), share - 1e-12))
        return float(self.points[min(index, len(self.points) - 1)])
