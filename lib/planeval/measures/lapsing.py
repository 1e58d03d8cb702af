"""Which filed items have lapsed by the validity that the evaluators decided, so that forms need not carry them."""

from __future__ import annotations

import pandas as pd

from planeval.measures.counting import expiry
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.validity import Validity


def lapsed(table: str, rows: pd.DataFrame, plan: Plan, method: Method, period: Period) -> pd.Series:
    """Row-wise: a counting rule in force gives such items a validity, and it ended before the quarter began.

    Items for which no rule decides a validity never lapse.
    """
    found = pd.Series(False, index=rows.index, dtype=bool)
    for target in plan.targets:
        rule = method.counting(target.id, period)
        if rule is None or rule.table != table or not isinstance(rule.validity, Validity) or rows.empty:
            continue
        meant = pd.Series(True, index=rows.index, dtype=bool)
        for column, allowed in rule.where.items():
            meant &= rows[column].isin(allowed)
        ends = expiry(pd.to_datetime(rows[rule.dated_by]), rule.validity)
        found |= meant & ends.le(pd.Timestamp(period.start))
    return found
