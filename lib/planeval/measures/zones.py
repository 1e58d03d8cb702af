"""One zone: its firms, buildings with occupancy, arrivals and departures, and whether it is ready for an extension."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.industries import Filed, history, holders, validities
from planeval.measures.places import Firms, Revenue, firms_in_place, revenue_in_place
from planeval.measures.target_parts import target_parts
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.industry_decisions import ReadinessCriterion

PREMISES_COLUMNS = ("kind", "places", "floor_area", "let_area", "occupancy", "tenants", "without_tenants")
STOCK_COLUMNS = ("kind", "planned", "delivered", "delivered_share", "clause")
READINESS_COLUMNS = ("measure", "value", "at_least", "met", "counts")
SQUARE_METRES = {"平方米": 1, "万平方米": 10_000}


@dataclass(frozen=True)
class ZoneProfile:
    """One zone at the end of a period.

    premises: PREMISES_COLUMNS by kind, then the row 合计, of the period's rows (areas in 平方米); empty when nobody
    filed the quarter. stock: STOCK_COLUMNS, what the plan names for the whole area against what all zones have (the
    plan does not split it by zone). history: see measures.industries. entrants, leavers: this quarter's firms.
    readiness: READINESS_COLUMNS, `met` None when it cannot be said; None when no criteria are decided.
    """

    zone: str
    firms: Firms
    rows: pd.DataFrame
    revenue: Revenue
    premises: pd.DataFrame
    stock: pd.DataFrame
    history: pd.DataFrame
    entrants: pd.DataFrame
    leavers: pd.DataFrame
    parts: pd.DataFrame
    readiness: pd.DataFrame | None
    filed: dict[str, Filed]


def measure_zones(ledger: Ledger, plan: Plan, method: Method, period: Period) -> dict[str, ZoneProfile]:
    """Zone id → its profile, in the plan's order; empty for a plan that names no zones."""
    firms, revenue = firms_in_place(ledger, period), revenue_in_place(ledger, plan, method, period)
    filed = {table: Filed(*ledger.filers(table, period)) for table in ("enterprises", "operations", "premises")}
    buildings = ledger.current["premises"]
    buildings = buildings[buildings["quarter"].eq(str(period))]
    stock = _stock(buildings, plan)
    profiles = {}
    for zone in plan.text.zones:
        here = firms.rows[firms.rows["zone"].eq(zone.id)].reset_index(drop=True)
        premises = _premises(buildings[buildings["zone"].eq(zone.id)])
        past = history(ledger, method, period, "zone", zone.id)
        profiles[zone.id] = ZoneProfile(
            zone=zone.id, firms=firms, rows=here, revenue=revenue, premises=premises, stock=stock, history=past,
            entrants=_moved(ledger, zone.id, "entered_on", period),
            leavers=_moved(ledger, zone.id, "left_on", period),
            parts=target_parts(ledger, plan, method, period, "zone", zone.id),
            readiness=_readiness(ledger, plan, method, period, _Facts(here, premises, stock, past)), filed=filed,
        )  # fmt: skip
    return profiles


def _premises(rows: pd.DataFrame) -> pd.DataFrame:
    found = [_floor(str(kind), part) for kind, part in rows.groupby("kind", sort=False)]
    found += [_floor("合计", rows)] if len(rows) else []
    return pd.DataFrame(found, columns=list(PREMISES_COLUMNS))


def _floor(kind: str, rows: pd.DataFrame) -> tuple[object, ...]:
    """Areas and tenants of some buildings; a building that does not state its tenants adds none and is counted."""
    floor, let = math.fsum(rows["floor_area"]), math.fsum(rows["let_area"])
    said = rows["tenants"].dropna()
    return (kind, len(rows), floor, let, let / floor if floor > 0 else math.nan, int(said.sum()), len(rows) - len(said))


def _stock(rows: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The building stock the plan names, in 平方米, against the floor area filed under the same kind in all zones.

    What the plan does not name by floor area cannot be held against floor area and is left out.
    """
    found = []
    for item in plan.text.premises:
        if item.unit not in SQUARE_METRES:
            continue
        planned = item.amount * SQUARE_METRES[item.unit]
        delivered = math.fsum(rows.loc[rows["kind"].eq(item.name), "floor_area"]) if len(rows) else math.nan
        found.append((item.name, planned, delivered, delivered / planned, item.clause))
    return pd.DataFrame(found, columns=list(STOCK_COLUMNS))


def _moved(ledger: Ledger, zone: str, column: str, period: Period) -> pd.DataFrame:
    """Firms of the zone that entered or left within the quarter, by day."""
    rows = ledger.current["enterprises"]
    within = rows[column].ge(pd.Timestamp(period.start)) & rows[column].le(pd.Timestamp(period.end))
    return rows[rows["zone"].eq(zone) & within].sort_values([column, "enterprise_id"]).reset_index(drop=True)


@dataclass(frozen=True)
class _Facts:
    """What the criteria are read from."""

    rows: pd.DataFrame
    premises: pd.DataFrame
    stock: pd.DataFrame
    history: pd.DataFrame


def _readiness(ledger: Ledger, plan: Plan, method: Method, period: Period, facts: _Facts) -> pd.DataFrame | None:
    if not method.decides("extension_readiness"):
        return None
    criteria: tuple[ReadinessCriterion, ...] = method.value("extension_readiness", period)
    rows = []
    for criterion in criteria:
        value, counts = _measured(criterion.measure, ledger, plan, method, period, facts)
        met = None if math.isnan(value) else bool(value >= criterion.at_least)
        rows.append((criterion.measure, value, criterion.at_least, met, counts))
    return pd.DataFrame(rows, columns=list(READINESS_COLUMNS)).astype({"met": object})


def _measured(
    measure: str, ledger: Ledger, plan: Plan, method: Method, period: Period, facts: _Facts
) -> tuple[float, str]:
    """One measure of the zone and the counts it rests on; NaN when the quarter was not filed."""
    if measure == "firms":
        return float(len(facts.rows)), ""
    if measure == "net_entrants":
        year = facts.history.tail(4)
        entered, left = int(year["entered"].sum()), int(year["left"].sum())
        return float(entered - left), f"{entered} 家迁入、{left} 家迁出"
    if measure == "occupancy":
        if facts.premises.empty:
            return math.nan, ""
        whole = facts.premises.iloc[-1]
        return float(whole["occupancy"]), f"{whole['let_area']:,.0f}/{whole['floor_area']:,.0f} 平方米"
    if measure == "delivered":
        planned, there = math.fsum(facts.stock["planned"]), math.fsum(facts.stock["delivered"])
        if facts.stock.empty or math.isnan(there):
            return math.nan, ""
        return there / planned, f"{there:,.0f}/{planned:,.0f} 平方米（全谷）"
    held: set[str] = set()
    for kind, validity in validities(plan, method, period).items():
        held |= holders(ledger, kind, validity, period)
    with_title = len(held & set(facts.rows["enterprise_id"]))
    firms = len(facts.rows)
    return (with_title / firms if firms else math.nan), f"{with_title}/{firms} 家"
