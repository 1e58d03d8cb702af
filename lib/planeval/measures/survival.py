"""How long something lasts or takes when part of it has not ended yet: Kaplan–Meier and the log-rank test.

Kaplan, E. L., Meier, P. (1958), Nonparametric estimation from incomplete observations; intervals by Greenwood's
variance on the log-log scale. An item that has not ended by the day is known to last at least until then.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from planeval.plan.ladder import SurvivalReading

STEP_COLUMNS = ("days", "at_risk", "events", "remaining", "low", "high")


@dataclass(frozen=True)
class Times:
    """Durations in days and whether each has ended (False: still running on the day, so censored)."""

    days: tuple[int, ...]
    ended: tuple[bool, ...]

    @property
    def events(self) -> int:
        """How many have ended."""
        return sum(self.ended)

    def at_risk(self, day: int) -> int:
        """How many were still under observation just before a day."""
        return sum(length >= day for length in self.days)

    def censored(self) -> scipy.stats.CensoredData:
        """The same for scipy."""
        days, running = np.array(self.days, dtype=float), ~np.array(self.ended, dtype=bool)
        return scipy.stats.CensoredData.right_censored(days, running)


@dataclass(frozen=True)
class Curve:
    """The share that has not ended after so many days, as far as enough are under observation.

    steps: columns as in STEP_COLUMNS, first row day 0; low and high are NaN where the share is 1 or 0 and no interval
    exists. last_day: where the curve stops; None when fewer than least_at_risk began, and steps has no rows.
    median: the first day on which at most half remain, None when the curve stops before.
    """

    times: Times
    steps: pd.DataFrame
    last_day: int | None
    median: int | None

    @property
    def n(self) -> int:
        """How many were followed."""
        return len(self.times.days)

    def shares(self, ended: bool = False) -> pd.DataFrame:
        """days, at_risk, events, share, low, high: the share that remains, or with `ended` that has ended by then."""
        shown = self.steps.rename(columns={"remaining": "share"})
        if not ended:
            return shown
        return shown.assign(share=1 - shown["share"], low=1 - shown["high"], high=1 - shown["low"])

    def on_day(self, day: int, ended: bool = False) -> tuple[float, float, float] | None:
        """share, low, high in force on a day; None beyond the end of the curve."""
        if self.last_day is None or day > self.last_day:
            return None
        rows = self.shares(ended)
        share, low, high = rows.loc[rows["days"].le(day), ["share", "low", "high"]].iloc[-1]
        return float(share), float(low), float(high)


def times_between(begun: pd.Series, ended: pd.Series, last_seen: pd.Series, day: pd.Timestamp) -> Times:
    """Times from begun to ended; running where ended is blank, after last_seen or after the day.

    begun: days, none blank. ended: days or blank. last_seen: the day observation of an item stops (blank: it goes on
    until `day`). An end before the beginning counts as day 0.
    """
    limit = last_seen.where(last_seen.lt(day), day)
    over = ended.le(limit)
    until = ended.where(over, limit)
    days = (until - begun).dt.days.clip(lower=0)
    return Times(tuple(int(value) for value in days), tuple(bool(value) for value in over))


def kaplan_meier(times: Times, reading: SurvivalReading) -> Curve:
    """The curve of some times, stopped where fewer than least_at_risk are under observation."""
    longest = sorted(times.days, reverse=True)
    if len(longest) < reading.least_at_risk:
        return Curve(times, pd.DataFrame(columns=list(STEP_COLUMNS), dtype=float), None, None)
    last_day = longest[reading.least_at_risk - 1]
    estimate = scipy.stats.ecdf(times.censored()).sf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy: no interval where the share is 1 or 0
        interval = estimate.confidence_interval(reading.confidence, method="log-log")
    found = pd.DataFrame({
        "days": estimate.quantiles, "remaining": estimate.probabilities,
        "low": interval.low.probabilities, "high": interval.high.probabilities,
    })  # fmt: skip
    if found["days"].iloc[0] > 0:
        start = pd.DataFrame({"days": [0.0], "remaining": [1.0], "low": [math.nan], "high": [math.nan]})
        found = pd.concat([start, found], ignore_index=True)
    found = found[found["days"].le(last_day)]
    found["at_risk"] = [times.at_risk(int(day)) for day in found["days"]]
    ends = [length for length, over in zip(times.days, times.ended, strict=True) if over]
    found["events"] = [ends.count(int(day)) for day in found["days"]]
    half = found.loc[found["remaining"].le(0.5), "days"]
    return Curve(
        times, found[list(STEP_COLUMNS)].reset_index(drop=True), last_day, None if half.empty else int(half.iloc[0])
    )


@dataclass(frozen=True)
class Comparison:
    """Log-rank test of two groups (Mantel 1966): z as scipy gives it, chi_square = z² on one degree of freedom."""

    z: float
    chi_square: float
    p_value: float


def compare(first: Times, second: Times, reading: SurvivalReading) -> Comparison | None:
    """Whether two groups end at different times; None with fewer than least_at_risk in a group or in events."""
    least = reading.least_at_risk
    if min(len(first.days), len(second.days), first.events + second.events) < least:
        return None
    result = scipy.stats.logrank(first.censored(), second.censored())
    z = float(result.statistic)
    return None if math.isnan(z) else Comparison(z, z * z, float(result.pvalue))
