"""Who adds what to a number by industry and zone: the rows behind the tables that anybody may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import count_on, quarter_reported, residents
from planeval.periods import Period
from planeval.plan import Method, Plan

COLUMNS = ("enterprise_id", "industry", "zone", "amount")
FIRMS, EMPLOYEES, REVENUE, TITLES = "firms", "employees", "revenue", "titles"
NAMES = {FIRMS: ("企业", "家"), EMPLOYEES: ("从业人员", "人"), REVENUE: ("当季营业收入", "万元")}


@dataclass(frozen=True)
class PlaceTable:
    """One thing counted or added up by industry and zone at the end of a quarter.

    kind: FIRMS, EMPLOYEES, REVENUE or TITLES. target: id of the target that counts the same holders of a title, else
    empty. name, unit: as printed. whole: counts of whole things. rows: COLUMNS, one per contribution; amount 1 where
    firms are counted.
    """

    kind: str
    target: str
    name: str
    unit: str
    whole: bool
    rows: pd.DataFrame


def place_tables(ledger: Ledger, plan: Plan, method: Method, period: Period) -> tuple[PlaceTable, ...]:
    """Every such table of a quarter for which its rows were filed, in the order in which they are printed.

    Only firms inside the area at the quarter's end count, as for the targets. A firm that states no employees adds
    none. None for a plan without industries or zones, or where nobody filed.
    """
    if not plan.text.industries or not plan.text.zones:
        return ()
    return tuple(_tables(ledger, plan, method, period))


def _tables(ledger: Ledger, plan: Plan, method: Method, period: Period) -> Iterator[PlaceTable]:
    firms = ledger.current["enterprises"]
    inside = residents(ledger, period.end)
    here = firms[firms["enterprise_id"].isin(inside)]
    if quarter_reported(ledger, "enterprises", period, firms):
        yield _table(FIRMS, ledger, here.assign(amount=1.0))
    for target in plan.targets:
        rule = method.counting(target.id, period)
        if rule is None or rule.table != "certificates":
            continue
        count = count_on(ledger, rule, method.plan_start(period), period, target.unit)
        if count.value is not None and quarter_reported(ledger, "certificates", period, count.items):
            held = count.items[count.items["enterprise_id"].isin(inside)]
            found = _table(TITLES, ledger, held.assign(amount=1.0))
            yield PlaceTable(TITLES, target.id, target.name, target.unit, True, found.rows)
    operations = ledger.current["operations"]
    if quarter_reported(ledger, "operations", period, operations):
        rows = operations[operations["quarter"].eq(str(period)) & operations["enterprise_id"].isin(inside)]
        for kind, column in ((EMPLOYEES, "employees"), (REVENUE, "revenue")):
            stated = rows[rows[column].notna()]
            yield _table(kind, ledger, stated.assign(amount=stated[column].astype(float)))


def _table(kind: str, ledger: Ledger, rows: pd.DataFrame) -> PlaceTable:
    """The rows with the industry and zone their firm was filed under."""
    known = ledger.current["enterprises"][["enterprise_id", "industry", "zone"]]
    placed = rows[["enterprise_id", "amount"]].merge(known, on="enterprise_id", how="inner", validate="many_to_one")
    name, unit = NAMES.get(kind, ("", ""))
    return PlaceTable(kind, "", name, unit, kind != REVENUE, placed[list(COLUMNS)])
