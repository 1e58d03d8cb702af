"""Premises of the period by zone and kind: how much there is, how much of it is in use."""

from __future__ import annotations

import math

import pandas as pd

from planeval.ledger import Ledger
from planeval.periods import Period
from planeval.plan import Plan

PREMISES_COLUMNS = ("zone", "kind", "places", "floor_area", "let_area", "occupancy", "tenants", "tenants_unstated")


def premises_by_zone(ledger: Ledger, plan: Plan, period: Period) -> pd.DataFrame:
    """The period's rows by zone (in the plan's order) and kind; columns as in PREMISES_COLUMNS, areas in m².

    occupancy: let area over floor area, NaN without any area. tenants: of the places that state them;
    tenants_unstated: places that do not.
    """
    rows = ledger.current["premises"]
    rows = rows[rows["quarter"].eq(str(period))]
    order = {zone.id: place for place, zone in enumerate(plan.text.zones)}
    found = []
    for (zone, kind), group in rows.groupby(["zone", "kind"], sort=True):
        floor, let = float(group["floor_area"].sum()), float(group["let_area"].sum())
        stated = group["tenants"].dropna()
        found.append((zone, kind, len(group), floor, let, let / floor if floor else math.nan, int(stated.sum()),
                      len(group) - len(stated)))  # fmt: skip
    found.sort(key=lambda row: order.get(str(row[0]), len(order)))
    return pd.DataFrame(found, columns=list(PREMISES_COLUMNS))
