"""What comes into an expiring stock and what falls out of it: the facts behind its outlook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import expiry, standing_rows
from planeval.periods import Period
from planeval.plan import CountingRule
from planeval.plan.validity import Validity


@dataclass(frozen=True)
class Turnover:
    """Numbers of items, and `ends`: first day on which each item held at the period's end no longer counts.

    lapsed, renewed: of the items that ran out in an earlier quarter, those not held and those still held at that
    quarter's end. recognised: items held at a quarter's end and not at the one before (index `2026Q3`); an item
    that lapsed and came back in a later quarter is among them. lost: left without expiring (moved out, revoked).
    """

    ends: pd.Series
    lapsed: int
    renewed: int
    lost: int
    recognised: pd.Series

    def expiring(self, until: date) -> int:
        """Held at the period's end, and by what is filed no longer valid on that day."""
        return int(self.ends.le(pd.Timestamp(until)).sum())


def measure_turnover(
    ledger: Ledger, rule: CountingRule, start: date, period: Period, reported: Iterable[Period]
) -> Turnover:
    """Turnover of a to-date rule up to the end of a period. reported: quarters whose stock is known.

    Only pairs of successive known quarters count. A rule without validity has nothing that expires.
    """
    quarters = sorted({quarter for quarter in reported if quarter <= period})
    held = {quarter: _last_days(ledger, rule, start, quarter.end) for quarter in {*quarters, period}}
    lapsed = renewed = lost = 0
    recognised = {}
    for before, after in pairwise(quarters):
        if before.next != after:
            continue
        ran_out = held[before].le(pd.Timestamp(after.end))
        still = held[before].index.isin(held[after].index)
        renewed += int((ran_out & still).sum())
        lapsed += int((ran_out & ~still).sum())
        lost += int((~ran_out & ~still).sum())
        recognised[str(after)] = float((~held[after].index.isin(held[before].index)).sum())
    return Turnover(held[period], lapsed, renewed, lost, pd.Series(recognised, dtype=float))


def _last_days(ledger: Ledger, rule: CountingRule, start: date, day: date) -> pd.Series:
    """Distinct item → first day on which it no longer counts, by its latest row; never when it has no validity."""
    rows = standing_rows(ledger, rule, start, day)
    if isinstance(rule.validity, Validity):
        ends = expiry(rows[rule.dated_by], rule.validity)
    else:
        ends = pd.Series(pd.Timestamp.max, index=rows.index)
    return ends.groupby(rows[rule.distinct]).max()
