"""展望灯: the probability that a target is reached by its due date, in words and with an 80 % interval.

What is foreseen is what the quarters ahead bring; the value at the due date is today's value plus that. A
line through the cumulative curve is never drawn: cumulated errors are not independent, and the interval of
such a line covers the truth far too seldom (benchmarks/outlook.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from planeval.judge.outlook.distributions import Forecast, interval
from planeval.judge.outlook.flows import LARGEST_COUNT, forecast_flow, forecast_net_change
from planeval.judge.outlook.history import FEWEST_QUARTERS, History, history_of, known_quarters
from planeval.judge.outlook.money import forecast_money
from planeval.judge.outlook.pipeline import PipelineFacts, counts_in_words, forecast_pipeline
from planeval.judge.progress import is_reached
from planeval.judge.rounding import DECIMALS, displayed
from planeval.periods import Period
from planeval.plan import Target

NONE, REACHED, MISSED = "暂不预测", "已达到", "到期未达到"
WORDS = (
    (0.95, "几乎确定"), (0.80, "很可能"), (0.60, "可能"), (0.40, "胜负参半"), (0.20, "可能性小"), (0.0, "几乎不可能"),
)  # fmt: skip
ARITHMETIC, FLOW, NET, PIPELINE, LOG_LINEAR, BOOTSTRAP = (
    "arithmetic", "flow", "net_change", "pipeline", "log_linear", "bootstrap",
)  # fmt: skip
METHOD_NAMES = {
    "": "未预测",
    ARITHMETIC: "由现有数直接得出",
    FLOW: "季度新增数推算（负二项预测）",
    NET: "季度净增减数推算（负二项预测）",
    PIPELINE: "按到期、在审家数推算（贝塔-二项）",
    LOG_LINEAR: "季度金额推算（对数线性）",
    BOOTSTRAP: "季度金额推算（自助法）",
}
FARTHEST_TESTED = 4  # quarters ahead that the published backtest covers


@dataclass(frozen=True)
class Outlook:
    """A judged outlook. p, low and high are None where nothing can be said; `reason` always says why or how.

    p: to 0.05, never 0 or 1 unless certain by arithmetic. low, high: 80 % interval of the value at the due
    date (of the quarter's own addition in `judge_next_quarter`), as displayed. method: key of METHOD_NAMES.
    """

    p: float | None
    low: float | None
    high: float | None
    word: str
    method: str
    reason: str
    quarters_used: int


def in_words(p: float) -> str:
    """几乎确定 … 几乎不可能, from the probability as displayed."""
    return next(word for least, word in WORDS if p >= least)


def displayed_probability(p: float) -> float:
    """To 5 points, halves up, within 0.05 … 0.95: a forecast is never certain."""
    steps = (Decimal(repr(round(p, 9))) * 20).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return float(min(max(steps, Decimal(1)), Decimal(19)) / 20)


def least_value(amount: float, comparison: str, unit: str) -> float:
    """The smallest value that, as displayed, meets an amount.

    >= 30 家: 30. > 30 家: 31. > 5 亿元: 5.005, the first value printed as 5.01. >= 5 亿元: 4.995.
    """
    step = Decimal(1).scaleb(-DECIMALS.get(unit, 0))
    limit = displayed(amount, unit)
    if limit < Decimal(repr(float(amount))) or (comparison == ">" and limit == Decimal(repr(float(amount)))):
        limit += step
    return float(limit - step / 2) if unit in DECIMALS else float(limit)


def judge_outlook(
    target: Target, value: float | None, added: pd.Series, period: Period, pipeline: PipelineFacts | None = None
) -> Outlook:
    """Whether a target will be reached by its due date, seen from the end of a period.

    value: the target's value now, in its unit; None or NaN: not reported. added: what each quarter brought
    (index `2026Q3`; NaN not known): additions of a flow, net change of a stock, own amount of an annual flow.
    pipeline: facts of a batch-recognised status; without them an expiring stock is not foreseen. A flow or a
    fund that has reached its target stays there (p = 1), unless its figures were ever revised downwards.
    """
    left = period.quarters_left(target.due)
    if target.kind == "annual_flow":
        return _judge_final_year(target, added, period, left)
    if value is None or not math.isfinite(value):
        return _abstain("本季没有可用的数，不作预测", added, period)
    now = displayed(value, target.unit)
    if period.end >= target.due:
        return _settled(is_reached(now, target), float(now), "已到期")
    reached = is_reached(now, target)
    certain = reached and target.kind in ("flow", "money") and not bool((added.astype(float) < 0).any())
    if pipeline is not None and pipeline.expiring > now:
        raise ValueError(f"{target.name}：到期{pipeline.expiring}{target.unit}多于现有{now}{target.unit}")
    return _foresee(target, float(now), added, period, range(1, left + 1), pipeline, reached, certain=certain)


def judge_next_quarter(
    target: Target, added: pd.Series, period: Period, pace: float, pipeline: PipelineFacts | None = None
) -> Outlook:
    """Whether the next quarter alone will bring at least `pace`: a forecast that can be scored a quarter later.

    pipeline: what expires and is decided in that quarter.
    """
    return _foresee(target, 0.0, added, period, range(1, 2), pipeline, least=pace)


def _judge_final_year(target: Target, added: pd.Series, period: Period, left: int) -> Outlook:
    """An annual flow is judged on the four quarters up to its due date: those booked, and those to come."""
    due = Period.of(target.due)
    gone = [quarter for quarter in due.shift(-3).until(due) if quarter <= period]
    known = known_quarters(added)
    silent = [quarter for quarter in gone if quarter not in known]
    if silent:
        return _abstain(f"{'、'.join(map(str, silent))}的数未知，当年累计算不出来，不作预测", added, period)
    booked = displayed(math.fsum(known[quarter] for quarter in gone), target.unit)
    if period.end >= target.due:
        return _settled(is_reached(booked, target), float(booked), "已到期")
    reached = is_reached(booked, target)
    certain = reached and all(amount >= 0 for amount in known.values())
    ahead = range(max(1, left - 3), left + 1)
    return _foresee(target, float(booked), added, period, ahead, None, reached, certain=certain)


def _foresee(
    target: Target, now: float, added: pd.Series, period: Period, ahead: range, pipeline: PipelineFacts | None,
    reached: bool = False, *, certain: bool = False, least: float | None = None,
) -> Outlook:  # fmt: skip
    """What stands now plus what the quarters ahead bring, against the target (or against `least`)."""
    history = history_of(added, period, ahead)
    foreseen = _forecast(target, history, period, ahead, pipeline)
    if certain:
        low, high = (None, None) if isinstance(foreseen, str) else _ends(foreseen.forecast, now, target)
        return Outlook(1.0, low, high, REACHED, ARITHMETIC, "已经达到目标值，累计数不会减少", history.quarters)
    if isinstance(foreseen, str):
        return Outlook(
            None, None, None, NONE, "", foreseen + ("；目前已达到目标值" if reached else ""), history.quarters
        )
    needed = least_value(target.amount, target.comparison, target.unit) - now if least is None else least
    p = displayed_probability(foreseen.forecast.at_least(needed))
    low, high = _ends(foreseen.forecast, now, target)
    return Outlook(p, low, high, in_words(p), foreseen.method, foreseen.reason, foreseen.quarters)


def _ends(forecast: Forecast, now: float, target: Target) -> tuple[float, float]:
    low, high = interval(forecast)
    return float(displayed(now + low, target.unit)), float(displayed(now + high, target.unit))


@dataclass(frozen=True)
class _Foreseen:
    """A predictive of the quarters ahead, its method and reason, and how many past quarters it rests on."""

    forecast: Forecast
    method: str
    reason: str
    quarters: int


def _forecast(
    target: Target, history: History, period: Period, ahead: range, pipeline: PipelineFacts | None
) -> _Foreseen | str:
    """The predictive of the quarters ahead with its method and reason, or why there is none."""
    if pipeline is not None:
        return _pipeline(pipeline, period, ahead)
    if target.kind == "expiring_stock":
        return "有效期届满会成批减少，没有到期和在审家数就不作预测"
    if history.quarters < FEWEST_QUARTERS:
        return f"只有 {history.quarters} 个季度的数，少于 {FEWEST_QUARTERS} 个，不作预测，只看每季需要完成多少"
    if target.unit in DECIMALS or bool((abs(history.added) > LARGEST_COUNT).any()):
        return _money(history)
    if target.kind == "stock" or bool((history.added < 0).any()):
        why = "净增减数" if target.kind == "stock" else "净增减数（含向下修订）"
        return _Foreseen(forecast_net_change(history), NET, _reason(history, why), history.quarters)
    return _Foreseen(forecast_flow(history), FLOW, _reason(history, "新增数"), history.quarters)


def _pipeline(facts: PipelineFacts, period: Period, ahead: range) -> _Foreseen | str:
    words = counts_in_words(facts)
    if facts.pending is not None:
        return _Foreseen(forecast_pipeline(facts), PIPELINE, f"{words}；同批审查结果相近，实际波动可能更大", 0)
    recognised = history_of(_series(facts.recognised), period, ahead)
    if recognised.quarters < FEWEST_QUARTERS:
        return f"在审家数未知，以往新认定的数也不足{FEWEST_QUARTERS}个季度，不作预测"
    if bool((recognised.added < 0).any()):
        return "在审家数未知，以往新认定的数里有负数，不作预测"
    reason = f"{words}。{_reason(recognised, '新认定数')}"
    return _Foreseen(forecast_pipeline(facts, forecast_flow(recognised)), PIPELINE, reason, recognised.quarters)


def _series(added: pd.Series | None) -> pd.Series:
    return pd.Series(dtype=float) if added is None else added


def _money(history: History) -> _Foreseen | str:
    booked = int((history.added != 0).sum())
    if booked < FEWEST_QUARTERS - 1:
        return f"{history.quarters}个季度中只有{booked}个有进账，属一次性大额，按季度推算没有意义，不作预测"
    forecast, method = forecast_money(history)  # the method's name is a key of METHOD_NAMES
    limit = "；各季相差悬殊，或有零和负数，推算以见过的幅度为限" if method == BOOTSTRAP else ""
    return _Foreseen(forecast, method, _reason(history, "金额") + limit, history.quarters)


def _reason(history: History, what: str) -> str:
    """How the forecast was made and what it cannot know, in one sentence."""
    parts = [f"按 {history.quarters} 个季度的{what}推算"]
    seen, ahead = int(history.fourth.sum()), int(history.ahead_fourth.sum())
    if ahead and seen < 2:
        parts.append(f"余下的季度含第四季度，而第四季度只见过 {seen} 次，年末集中的幅度把握不大")
    if history.missing:
        parts.append(f"另有 {history.missing} 个季度的数未知，没有计入")
    if history.ahead[-1] > FARTHEST_TESTED:
        parts.append(f"推算超过{FARTHEST_TESTED}个季度，没有经过回测")
    return "；".join(parts)


def _settled(reached: bool, value: float, why: str) -> Outlook:
    """Past the due date nothing is foreseen: the value decides."""
    word = REACHED if reached else MISSED
    return Outlook(float(reached), value, value, word, ARITHMETIC, f"{why}，{'已' if reached else '未'}达到目标值", 0)


def _abstain(reason: str, added: pd.Series, period: Period) -> Outlook:
    return Outlook(None, None, None, NONE, "", reason, history_of(added, period, range(1, 2)).quarters)


OUTLOOK_WORDS: Sequence[str] = (REACHED, *(word for _, word in WORDS), MISSED, NONE)
