"""The indicators of “四链”融合 and of the plan's three roles (一、总体要求), quarter by quarter.

What stands for a chain or a role is the evaluators' decision `fusion`; here it is only counted.
"""

from __future__ import annotations

import math

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.targets import measure_rule
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.fusion import Fusion

COLUMNS = ("indicator", "period", "value", "reason")


def fusion_indicators(ledger: Ledger, plan: Plan, method: Method, period: Period, fusion: Fusion) -> pd.DataFrame:
    """Every indicator at the end of each quarter from the plan's start to the period, as known now.

    Columns as in COLUMNS; value NaN with the reason where nobody who had to file the table did.
    """
    start = method.plan_start(period)
    rows = []
    for name, indicator in fusion.indicators.items():
        for quarter in Period.of(start).until(period):
            count = measure_rule(ledger, plan, indicator.rule, quarter, start, indicator.unit)
            value = math.nan if count.value is None else count.value
            rows.append({"indicator": name, "period": str(quarter), "value": value, "reason": count.reason})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": float})
