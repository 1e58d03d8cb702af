"""进度灯: done share against the share expected by now, and the pace still required.

done share = (value - baseline) / (amount - baseline), from the value as displayed. Expected share: the
milestone due where the method has a path, else elapsed days / plan days (序时进度). The bands are
decisions in method.yml (`light_bands`); the plan sets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from planeval.judge.rounding import displayed, displayed_pace, displayed_share
from planeval.measures.counting import ABSENCES, UNREPORTED
from planeval.periods import Period, elapsed_share
from planeval.plan import Target
from planeval.plan.decisions import LightBands

DONE, ON_PACE, BEHIND, FAR_BEHIND, MISSED = "已完成", "按序时", "滞后", "严重滞后", "到期未完成"
LATE_LIGHTS = (BEHIND, FAR_BEHIND, MISSED)
LIGHTS = (DONE, ON_PACE, *LATE_LIGHTS, *ABSENCES)


@dataclass(frozen=True)
class Expectation:
    """The share expected by a day and where it comes from: `milestone` or `elapsed`."""

    share: Decimal
    basis: str


@dataclass(frozen=True)
class Progress:
    """A judged value. None fields cannot be said (not reported, or nothing left to compare with).

    value: as displayed, in the target's unit. done_share, expected_share, gap: as displayed (0.367).
    low_target: achieved by so much that the target may be too low.
    """

    value: Decimal | None
    done_share: Decimal | None
    expected_share: Decimal
    expected_basis: str
    gap: Decimal | None
    light: str
    low_target: bool


def expected_share(
    target: Target, start: date, baseline: float, path: dict[Period, float], period: Period, yearly: bool
) -> Expectation:
    """The share of a target expected at the end of a period.

    path: value due at the end of each period named; the last one due applies, 0 before the first.
    yearly: for an amount that starts from nothing each year (自然年累计), the elapsed share at the year's end
    times the share of the year gone by.
    """
    if path:
        due = [quarter for quarter in path if quarter <= period]
        reached = Decimal(repr(float(path[max(due)]))) if due else Decimal(repr(float(baseline)))
        return Expectation(displayed_share(_share(reached, baseline, target.amount)), "milestone")
    if yearly:
        year_start, year_end = date(period.year, 1, 1), min(date(period.year, 12, 31), target.due)
        whole: Fraction = elapsed_share(start, target.due, year_end)
        return Expectation(displayed_share(whole * elapsed_share(year_start, year_end, period.end)), "elapsed")
    return Expectation(displayed_share(elapsed_share(start, target.due, period.end)), "elapsed")


def _share(value: Decimal, baseline: float, amount: float) -> Decimal:
    base = Decimal(repr(float(baseline)))
    span = Decimal(repr(float(amount))) - base
    if span <= 0:
        raise ValueError(f"基数 {base} 不小于目标值 {amount:g}，完成率没有意义")
    return (value - base) / span


def judge_progress(
    value: float | None,
    target: Target,
    baseline: float,
    expected: Expectation,
    bands: LightBands,
    day: date,
    absence: str = UNREPORTED,
) -> Progress:
    """The light of one target on a day. `day` only decides whether the due date has passed.

    Without a value the light is the state of its absence (未报送, 未满计算期, 未见公开数据).
    """
    if value is None:
        return Progress(None, None, expected.share, expected.basis, None, absence or UNREPORTED, False)
    shown = displayed(value, target.unit)
    done = displayed_share(_share(shown, baseline, target.amount))
    gap = done - expected.share
    reached = is_reached(shown, target)
    low = reached and done >= Decimal(repr(bands.over))
    return Progress(
        shown, done, expected.share, expected.basis, gap, _light(gap, reached, bands, day >= target.due), low
    )


def is_reached(shown: Decimal, target: Target) -> bool:
    """Whether a displayed value meets the target; 突破 (`>`) must be exceeded as displayed."""
    amount = Decimal(repr(float(target.amount)))
    return shown > amount if target.comparison == ">" else shown >= amount


def _light(gap: Decimal, reached: bool, bands: LightBands, past_due: bool) -> str:
    if reached:
        return DONE
    if past_due:
        return MISSED
    if gap >= Decimal(repr(bands.on_pace)):
        return ON_PACE
    return BEHIND if gap >= Decimal(repr(bands.behind)) else FAR_BEHIND


def required_pace(shown: Decimal | None, target: Target, quarters_left: int) -> Decimal | None:
    """What each quarter left must bring for a stock, flow or fund: left / quarters left.

    0 when reached; None when not reported or no quarter is left. `>` targets need a hair more than this.
    """
    if shown is None:
        return None
    if is_reached(shown, target):
        return Decimal(0)
    if quarters_left == 0:
        return None
    return displayed_pace((Decimal(repr(float(target.amount))) - shown) / quarters_left)


def required_pace_of_final_year(booked: dict[Period, float | None], target: Target, period: Period) -> Decimal | None:
    """What each quarter left of the year judged must bring for an annual flow.

    The year judged is the four quarters up to the due date; booked: their amounts so far. Before that
    year begins the whole amount is spread over its four quarters. None when a quarter is unreported.
    """
    final = Period.of(target.due).shift(-3).until(Period.of(target.due))
    gone = [quarter for quarter in final if quarter <= period]
    amounts = [booked.get(quarter) for quarter in gone]
    if any(amount is None for amount in amounts):
        return None
    left = Decimal(repr(float(target.amount))) - sum(
        (Decimal(repr(float(amount))) for amount in amounts if amount is not None), Decimal(0)
    )
    if left <= 0:
        return Decimal(0)
    quarters_left = len(final) - len(gone)
    return displayed_pace(left / quarters_left) if quarters_left else None
