"""Who is where and earns what: resident firms and their revenue, over the window of the revenue target.

The industry and zone pages add up to the headline revenue because they use the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import quarter_reported, residents, window_quarters
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan

WHOLE, QUARTER_ONLY, NOTHING = "whole", "quarter_only", "nothing"


@dataclass(frozen=True)
class Firms:
    """Enterprises inside the area at the end of a period.

    rows: enterprise_id, name, industry, chain, zone, link, entered_on, left_on, origin. filed: whether anybody filed
    the table for the period (if not, rows are as last known). due, heard: units that had to file, and those that did.
    """

    rows: pd.DataFrame
    filed: bool
    due: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True)
class Revenue:
    """Revenue in 万元 by firm over `quarters`: enterprise_id, revenue, industry, chain, zone, name.

    state: `whole` (the window of the revenue target), `quarter_only` (the window is not complete, so only the
    reviewed quarter), `nothing` (the quarter was not filed, or the method counts no revenue).
    rows_without: (firm, quarter) pairs inside the window for which a resident firm has no row.
    """

    quarters: tuple[Period, ...]
    state: str
    firms: pd.DataFrame
    rows_without: int
    due: tuple[str, ...]
    heard: tuple[str, ...]


def firms_in_place(ledger: Ledger, period: Period) -> Firms:
    """Resident enterprises at the end of a period."""
    due, heard = ledger.filers("enterprises", period)
    rows = ledger.current["enterprises"]
    inside = rows["enterprise_id"].isin(residents(ledger, period.end))
    return Firms(rows[inside].reset_index(drop=True), bool(heard), due, heard)


def revenue_rule(plan: Plan, method: Method, period: Period) -> CountingRule | None:
    """The counting rule in force that adds up enterprises' quarterly revenue; None when no target is counted so."""
    for target in plan.targets:
        rule = method.counting(target.id, period)
        if rule is not None and rule.table == "operations" and rule.sum == "revenue":
            return rule
    return None


def revenue_in_place(ledger: Ledger, plan: Plan, method: Method, period: Period) -> Revenue:
    """Revenue of firms that were inside the area at the end of the quarter they report."""
    due, heard = ledger.filers("operations", period)
    rule = revenue_rule(plan, method, period)
    quarters, state = _quarters(ledger, rule, period, bool(heard))
    rows = ledger.current["operations"]
    pieces, without = [], 0
    for quarter in quarters:
        inside = residents(ledger, quarter.end)
        here = rows[rows["quarter"].eq(str(quarter)) & rows["enterprise_id"].isin(inside)]
        without += len(inside) - here["enterprise_id"].nunique()
        pieces.append(here[["enterprise_id", "revenue"]])
    found = pd.concat(pieces) if pieces else rows.loc[:, ["enterprise_id", "revenue"]].iloc[:0]
    summed = found.groupby("enterprise_id", as_index=False, sort=True)["revenue"].sum()
    known = ledger.current["enterprises"][["enterprise_id", "name", "industry", "chain", "zone"]]
    return Revenue(quarters, state, summed.merge(known, on="enterprise_id", how="left"), without, due, heard)


def _quarters(ledger: Ledger, rule: CountingRule | None, period: Period, heard: bool) -> tuple[tuple[Period, ...], str]:
    """The window of the rule when each of its quarters was filed, else the reviewed quarter, else nothing."""
    if rule is None or not heard:
        return (), NOTHING
    window = window_quarters(rule.window, period) if rule.window != "to_date" else (period,)
    rows = ledger.current["operations"]
    if all(quarter_reported(ledger, "operations", quarter, rows) for quarter in window):
        return window, WHOLE
    return (period,), QUARTER_ONLY
