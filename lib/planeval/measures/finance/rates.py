"""Internal rates of return of dated cash flows, given only where the flows allow exactly one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd
import scipy

from planeval.periods import Period
from planeval.plan.fund_reading import FundReading

Flows = tuple[tuple[date, float], ...]
_DAYS_A_YEAR, _LOWEST, _HIGHEST = 365, -0.999_999, 1e9


@dataclass(frozen=True)
class Rate:
    """Cash flows of some investments: money out negative, back positive (万元), by day. multiple: back / out.

    rate: yearly, as a share; NaN with `reason` (Chinese) where the flows do not allow one.
    """

    flows: Flows
    multiple: float
    days: int
    rate: float
    reason: str


def by_day(flows: Iterable[tuple[date, float]]) -> Flows:
    """Flows netted by day, in order; days that net to nothing are left out."""
    net: dict[date, list[float]] = defaultdict(list)
    for day, amount in flows:
        net[day].append(amount)
    return tuple((day, total) for day, parts in sorted(net.items()) if (total := math.fsum(parts)))


def sign_changes(flows: Flows) -> int:
    """How often the sign changes from one flow to the next (Descartes: one change, at most one positive root)."""
    return sum((before > 0) != (after > 0) for (_, before), (_, after) in pairwise(flows))


def xirr(flows: Flows) -> float:
    """The yearly rate at which dated flows are worth nothing, actual days over 365, as Excel's XIRR defines it.

    Raises ValueError when the flows, netted by day, do not change sign exactly once, or when no rate above
    −99.9999% and below 10⁹ does it.
    """
    netted = by_day(flows)
    if sign_changes(netted) != 1:
        raise ValueError(f"{sign_changes(netted)} changes of sign, a single rate needs exactly one")
    first = netted[0][0]

    def worth(rate: float) -> float:
        return math.fsum(amount * (1 + rate) ** (-(day - first).days / _DAYS_A_YEAR) for day, amount in netted)

    if worth(_LOWEST) * worth(_HIGHEST) > 0:
        raise ValueError("no rate between -99.9999% and 1e9")
    return float(scipy.optimize.brentq(worth, _LOWEST, _HIGHEST, xtol=1e-13, rtol=1e-14, maxiter=1000))


def rate_of(flows: Iterable[tuple[date, float]], reading: FundReading) -> Rate:
    """The rate of some flows, or the sentence why there is none."""
    netted = by_day(flows)
    out, back = -math.fsum(a for _, a in netted if a < 0), math.fsum(a for _, a in netted if a > 0)
    days = (netted[-1][0] - netted[0][0]).days if netted else 0
    reason = _refusal(netted, days, reading)
    rate = math.nan
    if not reason:
        try:
            rate = xirr(netted)
        except ValueError:
            reason = "收回的极少或极快，求不出有意义的年化收益率"
    return Rate(netted, back / out if out else math.nan, days, rate, reason)


def _refusal(flows: Flows, days: int, reading: FundReading) -> str:
    if not any(amount > 0 for _, amount in flows):
        return "未形成现金回流：没有收回，也没有经审计或双方确认的估值"
    changes = sign_changes(flows)
    if changes != 1 or flows[0][1] > 0:
        return f"现金流的正负号变了 {changes} 次，不是先付后收一次，内部收益率不唯一或没有意义"
    if days < reading.least_days:
        return f"从投出到最后一笔收回 {days} 天，不足 {reading.least_days} 天，折成年率会夸大，只写收回倍数"
    return ""


def rate_of_exits(items: pd.DataFrame, reading: FundReading) -> Rate | str:
    """Rate of the investments that were sold, or why none can be sought. Money that came back stands on the day of
    the sale, the only day the ledger holds.
    """
    gone = items[items["exited_on"].notna()]
    if gone.empty:
        return "还没有全部退出的项目"
    if gone["exit_amount"].isna().any():
        return f"{len(gone)} 个退出项目中 {int(gone['exit_amount'].isna().sum())} 个没有写退出金额"
    return rate_of([*_out(gone), *_back(gone)], reading)


def rate_of_all(items: pd.DataFrame, period: Period, reading: FundReading) -> Rate | str:
    """Rate of all investments with the held ones at their valuation on the last day, or why none can be sought."""
    held = items[items["exited_on"].isna()]
    unvalued = int(held["valuation"].isna().sum())
    if items.empty:
        return "还没有投资"
    gone = items[items["exited_on"].notna()]
    if gone["exit_amount"].isna().any():
        return "有退出项目没有写退出金额"
    undated = int(held["exit_amount"].gt(0).sum())
    if undated:
        return f"{undated} 个未全部退出的项目已有收回而没有日期，放不进现金流"
    if len(held) and unvalued == len(held) and gone.empty:
        return "未形成现金回流：没有收回，也没有经审计或双方确认的估值"
    if unvalued:
        return f"{len(held)} 个持有项目中 {unvalued} 个没有经审计或双方确认的估值，期末值补不出来"
    last = [(period.end, float(value)) for value in held["valuation"]]
    return rate_of([*_out(items), *_back(gone), *last], reading)


def _out(items: pd.DataFrame) -> list[tuple[date, float]]:
    return [(day.date(), -float(amount)) for day, amount in zip(items["invested_on"], items["amount"], strict=True)]


def _back(gone: pd.DataFrame) -> list[tuple[date, float]]:
    return [(day.date(), float(amount)) for day, amount in zip(gone["exited_on"], gone["exit_amount"], strict=True)]
