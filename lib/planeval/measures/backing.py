"""How well the rows behind a value are backed: documents, age, and what became of earlier quarters' values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from planeval.measures.counting import Count
from planeval.periods import Period
from planeval.plan import CountingRule, Target
from planeval.plan.validity import Validity


@dataclass(frozen=True)
class Backing:
    """rows, with_evidence: numbers of counted rows. ages: full quarters since each was last filed, or None."""

    rows: int
    with_evidence: int
    ages: tuple[int, ...] | None


def measure_backing(count: Count, target: Target, rule: CountingRule | None, period: Period) -> Backing:
    """The rows counted for a target at the end of a period.

    Ages only for a stock without validity: whether such an item still stands is known from its last filing alone.
    """
    items = count.items
    if items.empty:
        return Backing(0, 0, None)
    ages = None
    if target.kind == "stock" and rule is not None and not isinstance(rule.validity, Validity):
        ages = tuple(_quarters_since(filed, period) for filed in items["period"])
    return Backing(len(items), int(items["evidence"].notna().sum()), ages)


def _quarters_since(filed: object, period: Period) -> int:
    quarter = filed if isinstance(filed, Period) else Period.parse(str(filed))
    return len(quarter.until(period)) - 1 if quarter < period else 0


def mean_revision(
    revisions: pd.DataFrame, values: pd.Series, closed: Iterable[Period], target_id: str
) -> tuple[float | None, int]:
    """Mean of |now − first known| / |first known| over a target's closed quarters, and how many were compared.

    revisions: measures.revisions (only changed values). values: the target's value now by quarter (index `2026Q3`);
    quarters without one are not compared. A value first unknown or 0 that became something counts as 1 (100 %).
    """
    known = [quarter for quarter in closed if math.isfinite(values.get(str(quarter), math.nan))]
    if not known:
        return None, 0
    mine = revisions[revisions["target_id"].eq(target_id) & revisions["period"].isin([str(q) for q in known])]
    first = mine["first"].astype(float)
    share = (mine["difference"].astype(float).abs() / first.abs()).where(first.notna() & first.ne(0), 1.0)
    return float(share.sum()) / len(known), len(known)
