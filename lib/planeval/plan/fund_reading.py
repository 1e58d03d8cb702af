"""What evaluators decide about the returns of a fund whose ledger holds investments and no distributions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from planeval.plan.model import Entry


class FundReading(Entry):
    """How DPI, RVPI and TVPI are read, and when a yearly rate may be given.

    distributed: what counts as given back to those who paid in: what came back and was not invested again, or
    nothing, because the ledger records no distribution. unvalued: a held investment without a valuation stands at
    its cost, or is left out. cash: whether paid-in money not yet invested counts as residual value. j_curve_years:
    up to this age TVPI is labelled as the low part of a J-curve. least_days: an internal rate of return is given
    only for cash flows that span at least so long.
    """

    distributed: Literal["exits_less_reinvested", "nothing"]
    unvalued: Literal["at_cost", "left_out"]
    cash: Literal["counted", "left_out"]
    j_curve_years: Annotated[float, Field(gt=0, le=20)]
    least_days: Annotated[int, Field(ge=1, le=3660), Strict()]
