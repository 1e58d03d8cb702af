"""Shares of small groups with their intervals."""

from __future__ import annotations

import scipy


def wilson(successes: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval of a share, as shares in [0, 1].

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference; without continuity
    correction. Raises ValueError for n = 0: nothing was observed, so there is no interval.
    """
    interval = scipy.stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
