"""What each quarter left must bring, for any kind of target."""

from __future__ import annotations

import math
from decimal import Decimal

import pandas as pd

from planeval.judge.progress import required_pace, required_pace_of_final_year
from planeval.periods import Period
from planeval.plan import Target


def pace_needed(shown: Decimal | None, target: Target, added: pd.Series, period: Period) -> Decimal | None:
    """Left / quarters left; for an annual flow, of the year that will be judged. None when it cannot be said.

    shown: the value as displayed. added: what each quarter brought (index `2026Q3`, NaN not known).
    """
    if target.kind != "annual_flow":
        return required_pace(shown, target, period.quarters_left(target.due))
    if shown is None:
        return None
    booked = {
        Period.parse(str(quarter)): None if math.isnan(amount) else float(amount) for quarter, amount in added.items()
    }
    return required_pace_of_final_year(booked, target, period)
