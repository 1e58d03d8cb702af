"""DPI, RVPI and TVPI, exits and what was invested again, for the fund as a whole; the parts stand beside the ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planeval.periods import Period
from planeval.plan.fund_reading import FundReading


@dataclass(frozen=True)
class Returns:
    """Amounts in 万元; NaN where it cannot be said.

    paid_in, since: what was paid in and the first day. invested, cost_of_exits: all investments, those sold.
    exits: sold entirely; unstated_exits: of them without an amount; partial: not sold, but something came back.
    returned, reinvested: what came back, and went out again; recycled: their ratio. held, valued: investments not
    sold, of them with a valuation; valuations: of these; unvalued_cost: cost (less what came back) of the others.
    distributed, cash, residual, dpi, rvpi, tvpi: under the decision; young: within the J-curve. fault: why the
    ratios cannot be given (Chinese), or empty.
    """

    paid_in: float
    since: date | None
    invested: float
    cost_of_exits: float
    exits: int
    unstated_exits: int
    partial: int
    returned: float
    reinvested: float
    recycled: float
    held: int
    valued: int
    valuations: float
    unvalued_cost: float
    distributed: float
    cash: float
    residual: float
    dpi: float
    rvpi: float
    tvpi: float
    young: bool
    fault: str


def measure_returns(
    paid: pd.DataFrame, items: pd.DataFrame, period: Period, reading: FundReading | None
) -> Returns:  # fmt: skip
    """paid: 实缴 records (recorded_on, amount); items: as from investments_at."""
    gone, held = items[items["exited_on"].notna()], items[items["exited_on"].isna()]
    valued = held[held["valuation"].notna()]
    rest = held[held["valuation"].isna()]
    unvalued = math.fsum((rest["amount"] - rest["exit_amount"].where(rest["exit_amount"].notna(), 0.0)).clip(lower=0))
    paid_in, invested = math.fsum(paid["amount"]), math.fsum(items["amount"])
    returned, reinvested = (math.fsum(items[name].dropna()) for name in ("exit_amount", "reinvested_amount"))
    since = paid["recorded_on"].min().date() if len(paid) else None
    value = math.fsum(valued["valuation"])
    ratios = _ratios(paid_in, invested, returned, reinvested, value, unvalued, reading)
    return Returns(
        paid_in=paid_in, since=since, invested=invested, cost_of_exits=math.fsum(gone["amount"]), exits=len(gone),
        unstated_exits=int(gone["exit_amount"].isna().sum()), partial=int(held["exit_amount"].gt(0).sum()),
        returned=returned, reinvested=reinvested, recycled=reinvested / returned if returned else math.nan,
        held=len(held), valued=len(valued), valuations=value, unvalued_cost=unvalued,
        **ratios, young=_young(since, period, reading), fault=_fault(paid_in, invested, reinvested, reading),
    )  # fmt: skip


def _fault(paid_in: float, invested: float, reinvested: float, reading: FundReading | None) -> str:
    if reading is None:
        return "倍数怎样算，评估人员未作决定（fund_reading）"
    if not paid_in:
        return "没有实缴记录，没有可除的数"
    short = invested - reinvested - paid_in
    return f"已投（不含再投）比实缴多 {short:,.1f} 万元，实缴或投资记录不全" if short > 1e-9 else ""


def _ratios(
    paid_in: float, invested: float, returned: float, reinvested: float, value: float, unvalued: float,
    reading: FundReading | None,
) -> dict[str, float]:  # fmt: skip
    names = ("distributed", "cash", "residual", "dpi", "rvpi", "tvpi")
    if reading is None or _fault(paid_in, invested, reinvested, reading):
        return dict.fromkeys(names, math.nan)
    kept = returned - reinvested
    distributed = kept if reading.distributed == "exits_less_reinvested" else 0.0
    cash = paid_in - (invested - reinvested) + kept - distributed
    residual = value + (unvalued if reading.unvalued == "at_cost" else 0.0)
    residual += cash if reading.cash == "counted" else 0.0
    figures = (distributed, cash, residual, distributed / paid_in, residual / paid_in)
    return dict(zip(names, (*figures, (distributed + residual) / paid_in), strict=True))


def _young(since: date | None, period: Period, reading: FundReading | None) -> bool:
    if since is None or reading is None:
        return False
    return (period.end - since).days < reading.j_curve_years * 365.25
