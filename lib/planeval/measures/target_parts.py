"""What an industry or a zone contributes to each target: the items that count, split by where they belong."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import WAN_PER_UNIT, Count
from planeval.measures.targets import measure_target
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target

PART_COLUMNS = ("target", "name", "unit", "value", "whole", "unplaced", "why_not")


def target_parts(
    ledger: Ledger, plan: Plan, method: Method, period: Period, by: Literal["industry", "zone"], wanted: str
) -> pd.DataFrame:
    """Each target's own value and the part of it that one industry or zone brings; PART_COLUMNS.

    An item belongs by its own column `industry`, else by the enterprise it names. value NaN with `why_not` when the
    target's items name neither, or the target was not reported. unplaced: items whose enterprise nobody filed.
    """
    rows = [_part(ledger, plan, method, period, target, by, wanted) for target in plan.targets]
    return pd.DataFrame(rows, columns=list(PART_COLUMNS))


def _part(
    ledger: Ledger, plan: Plan, method: Method, period: Period, target: Target, by: str, wanted: str
) -> tuple[object, ...]:
    rule = method.counting(target.id, period)
    said = (target.id, target.name, target.unit)
    if rule is None:
        return (*said, math.nan, math.nan, 0, "没有确定口径")
    count = measure_target(ledger, plan, target, period, rule, method.plan_start(period))
    if count.value is None:
        return (*said, math.nan, math.nan, 0, count.reason)
    places = _places(ledger, count, by)
    if places is None:
        return (*said, math.nan, count.value, 0, "这类事项不按产业登记" if by == "industry" else "这类事项不按区域登记")
    return (*said, _amount(count.items[places.eq(wanted)], rule, target), count.value, int(places.isna().sum()), "")


def _places(ledger: Ledger, count: Count, by: str) -> pd.Series | None:
    """Where each counted item belongs; None when its table says neither that nor whose it is."""
    if by in count.items:
        return count.items[by]
    if "enterprise_id" not in count.items:
        return None
    firms = ledger.current["enterprises"].set_index("enterprise_id")[by]
    return count.items["enterprise_id"].map(firms)


def _amount(items: pd.DataFrame, rule: CountingRule, target: Target) -> float:
    """As measures.counting adds up: a sum over the rows that state an amount, else the number of items."""
    if rule.sum is None:
        return float(len(items))
    return math.fsum(items[rule.sum].dropna()) / WAN_PER_UNIT[target.unit]
