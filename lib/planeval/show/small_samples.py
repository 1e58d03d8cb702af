"""Shares, intervals and censored times in words: counts always, a percentage only where enough were observed."""

from __future__ import annotations

import math

from planeval.measures.survival import Curve
from planeval.plan.ladder import SurvivalReading
from planeval.show.words import ABSENT, percent

NO_READING = "未结束的时间怎样算，评估人员未作决定（survival_reading），本节不计。"


def share_text(part: int, whole: int, share: float, low: float, high: float) -> str:
    """`41/45，91.1%（79.3%–96.5%）`; counts alone where no share is given."""
    counts = f"{part}/{whole}"
    return counts if math.isnan(share) else f"{counts}，{percent(share)}{interval_text(low, high)}"


def interval_text(low: float, high: float) -> str:
    """`（79.3%–96.5%）`; nothing where no interval exists."""
    return "" if math.isnan(low) or math.isnan(high) else f"（{percent(low)}–{percent(high)}）"


def remaining_text(curve: Curve, day: int, ended: bool = False) -> str:
    """The share that remains on a day, or with `ended` has ended by then; in words where the curve ends before."""
    if curve.last_day is None:
        return f"{curve.n} 例，不作估计"
    found = curve.on_day(day, ended)
    if found is None:
        return f"曲线只到 {curve.last_day} 天"
    share, low, high = found
    return f"{percent(share)}{interval_text(low, high)}"


def at_risk_text(curve: Curve, day: int) -> str:
    """How many were still under observation on a day."""
    return str(curve.times.at_risk(day)) if curve.n else ABSENT


def median_text(curve: Curve) -> str:
    """`291 天`, or why there is none."""
    if curve.last_day is None:
        return "例数不足"
    return f"{curve.median} 天" if curve.median is not None else f"曲线止于 {curve.last_day} 天，未到半数"


def reading_note(reading: SurvivalReading, begins: str) -> str:
    """The decision behind a curve, for the line under its table."""
    whom = f"只跟踪起算日以后{begins}的" if reading.cohort_since == "plan_start" else f"跟踪台账中全部{begins}的"
    return (
        f"评估人员决定：{whom}；按卡普兰—迈耶法估计，未结束的按删失处理；"
        f"在观察中的不足 {reading.least_at_risk} 例即停止，比例的区间为 {100 * reading.confidence:g}%。"
    )
