"""One industry: its firms and what they hold, earn, turn into products, are invested in and borrow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.achievement_stages import achievements_at
from planeval.measures.counting import expiry, quarter_reported, residents
from planeval.measures.places import Firms, Revenue, firms_in_place, revenue_in_place
from planeval.measures.target_parts import target_parts
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.validity import Validity

HISTORY_COLUMNS = ("quarter", "firms", "entered", "left", "revenue", "earning")
CERTIFICATE_COLUMNS = ("kind", "valid", "granted", "all_valid")
STAGES = ("登记", "签约", "到账", "投产")
ACHIEVEMENT_COLUMNS = ("stage", "items", "contract", "with_contract", "received", "with_received")
MONEY_COLUMNS = ("kind", "items", "firms", "amount")


@dataclass(frozen=True)
class Filed:
    """Who had to file a table for the period, and who did."""

    due: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True)
class IndustryProfile:
    """One industry at the end of a period; amounts in 万元.

    history: HISTORY_COLUMNS by quarter since the plan began; revenue NaN for a quarter nobody filed, or in which none
    of its firms earned. certificates: CERTIFICATE_COLUMNS, firms holding a kind; `valid` NaN when no validity is
    decided for the kind (then `granted`: granted and not revoked). achievements: ACHIEVEMENT_COLUMNS by the stage
    reached by the period (achievements_at), with how many state an amount. investments: by stage; credit: by kind;
    both of firms that were filed under this industry, whether still here or not. parts: see measures.target_parts.
    filed: per table.
    """

    industry: str
    firms: Firms
    rows: pd.DataFrame
    revenue: Revenue
    history: pd.DataFrame
    certificates: pd.DataFrame
    achievements: pd.DataFrame
    investments: pd.DataFrame
    credit: pd.DataFrame
    parts: pd.DataFrame
    filed: dict[str, Filed]


def measure_industries(ledger: Ledger, plan: Plan, method: Method, period: Period) -> dict[str, IndustryProfile]:
    """Industry id → its profile, in the plan's order; empty for a plan that names no industries."""
    firms, revenue = firms_in_place(ledger, period), revenue_in_place(ledger, plan, method, period)
    filed = {
        table: Filed(*ledger.filers(table, period))
        for table in ("enterprises", "certificates", "operations", "achievements", "investments", "credit")
    }
    validity = validities(plan, method, period)
    return {
        industry.id: IndustryProfile(
            industry=industry.id, firms=firms,
            rows=firms.rows[firms.rows["industry"].eq(industry.id)].reset_index(drop=True), revenue=revenue,
            history=history(ledger, method, period, "industry", industry.id),
            certificates=_certificates(ledger, validity, period, industry.id),
            achievements=_achievements(ledger, period, industry.id),
            investments=_money(ledger, "investments", "stage", "invested_on", period, industry.id),
            credit=_money(ledger, "credit", "kind", "granted_on", period, industry.id),
            parts=target_parts(ledger, plan, method, period, "industry", industry.id), filed=filed,
        )
        for industry in plan.text.industries
    }  # fmt: skip


def history(ledger: Ledger, method: Method, period: Period, column: str, wanted: str) -> pd.DataFrame:
    """Firms, arrivals, departures and the quarter's own revenue of one industry or zone; HISTORY_COLUMNS."""
    everyone, operations = ledger.current["enterprises"], ledger.current["operations"]
    rows = everyone[everyone[column].eq(wanted)]
    found = []
    for quarter in Period.of(method.plan_start(period)).until(period):
        here = set(rows["enterprise_id"]) & residents(ledger, quarter.end)
        earned = operations[operations["quarter"].eq(str(quarter)) & operations["enterprise_id"].isin(here)]
        known = quarter_reported(ledger, "operations", quarter, operations) and len(earned) > 0
        found.append((
            str(quarter), len(here), int(_within(rows["entered_on"], quarter).sum()),
            int(_within(rows["left_on"], quarter).sum()), math.fsum(earned["revenue"]) if known else math.nan,
            len(earned),
        ))  # fmt: skip
    return pd.DataFrame(found, columns=list(HISTORY_COLUMNS))


def _within(days: pd.Series, quarter: Period) -> pd.Series:
    return days.ge(pd.Timestamp(quarter.start)) & days.le(pd.Timestamp(quarter.end))


def validities(plan: Plan, method: Method, period: Period) -> dict[str, Validity]:
    """Kind of certificate → how long it holds, where a counting rule in force decides it."""
    found: dict[str, Validity] = {}
    for target in plan.targets:
        rule = method.counting(target.id, period)
        if rule is not None and rule.table == "certificates" and isinstance(rule.validity, Validity):
            found |= {kind: rule.validity for kind in rule.where.get("kind", ())}
    return found


def holders(ledger: Ledger, kind: str, validity: Validity | None, period: Period) -> set[str]:
    """Resident firms with such a certificate granted, not revoked and, if a validity is decided, not expired."""
    rows, day = ledger.current["certificates"], pd.Timestamp(period.end)
    rows = rows[rows["kind"].eq(kind) & rows["issued_on"].le(day) & ~rows["revoked_on"].le(day)]
    if validity is not None:
        rows = rows[expiry(rows["issued_on"], validity).gt(day)]
    return set(rows["enterprise_id"]) & residents(ledger, period.end)


def _certificates(ledger: Ledger, validity: dict[str, Validity], period: Period, industry: str) -> pd.DataFrame:
    firms = ledger.current["enterprises"]
    here = set(firms.loc[firms["industry"].eq(industry), "enterprise_id"])
    rows = []
    for kind in dict.fromkeys([*validity, *ledger.current["certificates"]["kind"]]):
        granted, valid = holders(ledger, kind, None, period), holders(ledger, kind, validity.get(kind), period)
        decided = kind in validity
        rows.append((kind, float(len(valid & here)) if decided else math.nan, len(granted & here),
                     float(len(valid)) if decided else math.nan))  # fmt: skip
    return pd.DataFrame(rows, columns=list(CERTIFICATE_COLUMNS))


def _achievements(ledger: Ledger, period: Period, industry: str) -> pd.DataFrame:
    rows = achievements_at(ledger, period)
    rows = rows[rows["industry"].eq(industry)]
    found = []
    for stage in STAGES:
        here = rows[rows["stage"].eq(stage)]
        found.append((
            stage, len(here), *_stated(here["contract_amount"]), *_stated(here["received_amount"])
        ))  # fmt: skip
    return pd.DataFrame(found, columns=list(ACHIEVEMENT_COLUMNS))


def _stated(amounts: pd.Series) -> tuple[float, int]:
    """The sum of the amounts that are stated and how many are; NaN when none is, for it is not known to be 0."""
    stated = amounts.dropna()
    return (math.fsum(stated) if len(stated) else math.nan), len(stated)


def _money(ledger: Ledger, table: str, kind: str, dated_by: str, period: Period, industry: str) -> pd.DataFrame:
    """Items, firms and amount by kind, dated up to the period, of firms filed under the industry; MONEY_COLUMNS."""
    firms = ledger.current["enterprises"]
    here = set(firms.loc[firms["industry"].eq(industry), "enterprise_id"])
    rows = ledger.current[table]
    rows = rows[rows["enterprise_id"].isin(here) & rows[dated_by].le(pd.Timestamp(period.end))]
    found = [(name, len(part), part["enterprise_id"].nunique(), math.fsum(part["amount"].dropna()))
             for name, part in rows.groupby(kind, sort=False)]  # fmt: skip
    return pd.DataFrame(found, columns=list(MONEY_COLUMNS))
