"""Past quarters made ready for a forecast: what was added, how long ago, and which were fourth quarters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planeval.judge.outlook.distributions import Floats
from planeval.periods import Period

FEWEST_QUARTERS, MOST_QUARTERS = 4, 12
SLOPE_SD = 0.1  # natural log per quarter: 95 % of slopes within -18 % … +22 % a quarter
GROWTH_CAP = math.log(2)  # a drift is carried on to at most double or half of the last level
SEASON_MEAN, SEASON_SD = 0.3, 0.4  # log of fourth quarter / other quarters: median ×1.35, 95 % ×0.6 … ×3.0
DISCOUNT = 0.85  # weight of a quarter relative to the one after it, in the model without drift
_NODES = np.linspace(-4.0, 4.0, 21)


@dataclass(frozen=True)
class History:
    """Quarters with a known figure, oldest first, at most the last 12.

    added: what each brought. offset: quarters before the last one (≤ 0). fourth: 1.0 in fourth quarters.
    ahead, ahead_fourth: the same for the quarters to be foreseen (1, 2, …). missing: how many of the
    quarters in between are not known.
    """

    added: Floats
    offset: Floats
    fourth: Floats
    ahead: Floats
    ahead_fourth: Floats
    missing: int

    @property
    def quarters(self) -> int:
        """How many quarters are known."""
        return len(self.added)

    def with_added(self, added: Floats) -> History:
        """The same quarters with other figures."""
        return replace(self, added=added)


def history_of(added: pd.Series, period: Period, ahead: range) -> History:
    """The last 12 quarters up to a period. added: index like `2026Q3`; NaN and infinite are not known.

    ahead: the steps after `period` to be foreseen, `range(1, 4)` for the next three quarters.
    """
    known = known_quarters(added)
    window = period.shift(1 - MOST_QUARTERS).until(period)
    quarters = [quarter for quarter in window if quarter in known]
    first = quarters[0] if quarters else period
    future = [period.shift(step) for step in ahead]
    return History(
        added=np.array([known[quarter] for quarter in quarters], dtype=float),
        offset=np.array([1.0 - len(quarter.until(period)) for quarter in quarters]),
        fourth=_fourth(quarters),
        ahead=np.array(list(ahead), dtype=float),
        ahead_fourth=_fourth(future),
        missing=len(first.until(period)) - len(quarters) if quarters else 0,
    )


def known_quarters(added: pd.Series) -> dict[Period, float]:
    """The quarters with a finite figure."""
    figures = added.astype(float)
    return {Period.parse(str(name)): float(figure) for name, figure in figures.items() if math.isfinite(figure)}


def _fourth(quarters: list[Period]) -> Floats:
    return np.array([float(quarter.quarter == 4) for quarter in quarters])


@dataclass(frozen=True)
class Design:
    """A log-linear model's columns in the past and the future, their normal priors, and the quarters' weights.

    Columns: quarters since the last one (only when `drifts`), fourth quarter. There may be none.
    """

    past: Floats
    future: Floats
    mean: Floats
    sd: Floats
    weights: Floats
    drifts: bool

    def future_logs(self, nodes: Floats) -> Floats:
        """Log factor of each future quarter at each node; a drift is capped at GROWTH_CAP."""
        logs: Floats = nodes @ self.future.T
        if self.drifts:
            drift = nodes[:, [0]] * self.future[:, 0]
            logs = logs - drift + np.clip(drift, -GROWTH_CAP, GROWTH_CAP)
        return logs


def designs(history: History, seasonal: bool = True) -> tuple[Design, Design]:
    """The two models that are pooled half and half: a recent level (weights 0.85^age), and a drift.

    Both know a fourth quarter when `seasonal`; yearly figures have none.
    """
    columns = 1 if seasonal else 0
    season, ahead = history.fourth[:, None][:, :columns], history.ahead_fourth[:, None][:, :columns]
    mean, sd = np.full(columns, SEASON_MEAN), np.full(columns, SEASON_SD)
    level = Design(season, ahead, mean, sd, DISCOUNT**-history.offset, drifts=False)
    drift = Design(
        np.column_stack([history.offset, season]), np.column_stack([history.ahead, ahead]),
        np.r_[0.0, mean], np.r_[SLOPE_SD, sd], np.ones(history.quarters), drifts=True,
    )  # fmt: skip
    return level, drift


def nodes_around(mode: Floats, precision: Floats) -> Floats:
    """A grid of coefficients: 21 points a dimension, ±4 standard deviations about the posterior mode.

    Fine enough for the digits that are printed, the cap on the drift included (9 points were not: an end of revenue
    was 0.02 off). precision: the posterior's Hessian at the mode. One empty node when there are no coefficients.
    """
    if not len(mode):
        return np.zeros((1, 0))
    axes = np.meshgrid(*[_NODES] * len(mode), indexing="ij")
    standard = np.stack([axis.ravel() for axis in axes], axis=1)
    return np.asarray(mode + standard @ np.linalg.cholesky(np.linalg.inv(precision)).T)
