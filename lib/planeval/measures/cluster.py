"""主导产业集聚度 (clause 四（一）): how much of each industry is here, how strong, how concentrated.

Firms: enterprises inside the area at the end of the period. Revenue: see measures.places (the rows of the revenue
target). Shares are between 0 and 1, revenue in 万元, HHI from 0 to 10 000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.published import PublishedFile
from planeval.measures.chain_links import ChainLinks, chain_links
from planeval.measures.concentration import (
    concentration_ratio,
    equivalent_number,
    herfindahl,
    location_quotient,
    theil_between,
    theil_t,
)
from planeval.measures.places import Firms, Revenue, firms_in_place, revenue_in_place
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.industry_decisions import ConcentrationBands

INDUSTRY_COLUMNS = (
    "industry", "name", "firms", "firm_share", "earning", "revenue", "revenue_share", "hhi", "equivalent", "cr4",
    "largest", "largest_share",
)  # fmt: skip
CHAIN_COLUMNS = ("industry", "name", "chain", "firms", "earning", "revenue", "revenue_share")
LOCATION_COLUMNS = (
    "industry", "name", "place", "reference", "reference_period", "source", "here_share", "reference_share", "lq",
    "firms", "why_not",
)  # fmt: skip
INSIDE = "谷内全部"


@dataclass(frozen=True)
class Unevenness:
    """Theil's T of revenue over the firms that earn, and the share of it that lies between the industries."""

    firms: int
    total: float
    between: float

    @property
    def between_share(self) -> float | None:
        """Between / total; None when all firms earn the same."""
        return self.between / self.total if self.total > 0 else None


@dataclass(frozen=True)
class Cluster:
    """industries: INDUSTRY_COLUMNS, in the plan's order, then the row `all`; figures that need revenue are NaN when no
    firm of the industry reported any. chains: CHAIN_COLUMNS, chains in the plan's order, `chain` empty for firms
    outside the chains. location: LOCATION_COLUMNS, one row per industry and comparison, `lq` NaN with `why_not`.
    unevenness: None with fewer than two earning firms. bands: None when not decided. stated: revenue of firms whose
    industry nobody filed is in no row; none such passes the ledger's rules.
    """

    firms: Firms
    revenue: Revenue
    industries: pd.DataFrame
    chains: pd.DataFrame
    links: ChainLinks
    location: pd.DataFrame
    unevenness: Unevenness | None
    bands: ConcentrationBands | None


def measure_cluster(
    ledger: Ledger, published: tuple[PublishedFile, ...], plan: Plan, method: Method, period: Period
) -> Cluster:
    """The industries of a plan at the end of a period; empty tables for a plan that names no industries."""
    firms, revenue = firms_in_place(ledger, period), revenue_in_place(ledger, plan, method, period)
    industries = _industries(firms, revenue, plan)
    decided = method.decides("concentration_bands")
    return Cluster(
        firms=firms, revenue=revenue, industries=industries, chains=_chains(firms, revenue, plan),
        links=chain_links(firms, plan, method, period),
        location=_location(firms, revenue, published, plan, method, period), unevenness=_unevenness(revenue),
        bands=method.value("concentration_bands", period) if decided else None,
    )  # fmt: skip


def _industries(firms: Firms, revenue: Revenue, plan: Plan) -> pd.DataFrame:
    names = {industry.id: industry.name for industry in plan.text.industries}
    rows = [
        {"industry": industry, "name": name, **_standing(
            firms.rows[firms.rows["industry"].eq(industry)], revenue.firms[revenue.firms["industry"].eq(industry)],
            firms, revenue)}
        for industry, name in names.items()
    ]  # fmt: skip
    if names:
        rows.append({"industry": "all", "name": "合计", **_standing(firms.rows, revenue.firms, firms, revenue)})
    return pd.DataFrame(rows, columns=list(INDUSTRY_COLUMNS))


def _standing(here: pd.DataFrame, earned: pd.DataFrame, firms: Firms, revenue: Revenue) -> dict[str, object]:
    """Everything said of one industry: counts, shares of the whole, concentration of its revenue."""
    row: dict[str, object] = {
        "firms": len(here), "firm_share": len(here) / len(firms.rows) if len(firms.rows) else math.nan,
        "earning": len(earned), **_amounts(earned, revenue),
        "hhi": math.nan, "equivalent": math.nan, "cr4": math.nan, "largest": "", "largest_share": math.nan,
    }  # fmt: skip
    amounts = list(earned["revenue"])
    if not amounts or math.fsum(amounts) <= 0:
        return row
    first = earned.sort_values(["revenue", "enterprise_id"], ascending=[False, True]).iloc[0]
    return row | {
        "hhi": herfindahl(amounts), "equivalent": equivalent_number(amounts), "cr4": concentration_ratio(amounts),
        "largest": str(first["name"]), "largest_share": concentration_ratio(amounts, 1),
    }  # fmt: skip


def _amounts(earned: pd.DataFrame, revenue: Revenue) -> dict[str, float]:
    """Revenue and its share in the whole; NaN when nobody reported any, for that is not known to be zero."""
    if earned.empty:
        return {"revenue": math.nan, "revenue_share": math.nan}
    amount, whole = math.fsum(earned["revenue"]), math.fsum(revenue.firms["revenue"])
    return {"revenue": amount, "revenue_share": amount / whole if whole > 0 else math.nan}


def _chains(firms: Firms, revenue: Revenue, plan: Plan) -> pd.DataFrame:
    rows = []
    for industry in plan.text.industries:
        for chain in (*industry.chains, ""):
            here, earned = (
                part[part["industry"].eq(industry.id) & (part["chain"].eq(chain) if chain else part["chain"].isna())]
                for part in (firms.rows, revenue.firms)
            )
            rows.append({
                "industry": industry.id, "name": industry.name, "chain": chain, "firms": len(here),
                "earning": len(earned), **_amounts(earned, revenue),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(CHAIN_COLUMNS))


def _location(
    firms: Firms, revenue: Revenue, published: tuple[PublishedFile, ...], plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """Against a published reference where the method names one, and zone by zone against the whole area."""
    references = method.value("industry_reference", period) if method.decides("industry_reference") else {}
    rows = []
    for industry in plan.text.industries:
        wanted = references.get(industry.id)
        told = _published_share(published, wanted.file, wanted.series, period) if wanted else None
        entry = {"industry": industry.id, "name": industry.name}
        here, whole = _part(revenue.firms, "industry", industry.id), math.fsum(revenue.firms["revenue"])
        count = int(firms.rows["industry"].eq(industry.id).sum())
        rows.append(entry | {"place": INSIDE, "firms": count} | _outside(here, whole, told, wanted is not None))
        for zone in plan.text.zones:
            within = revenue.firms[revenue.firms["zone"].eq(zone.id)]
            both = firms.rows["industry"].eq(industry.id) & firms.rows["zone"].eq(zone.id)
            rows.append(
                entry
                | {"place": zone.name, "firms": int(both.sum())}
                | _inside(_part(within, "industry", industry.id), math.fsum(within["revenue"]), here, whole)
            )
    return pd.DataFrame(rows, columns=list(LOCATION_COLUMNS))


def _part(rows: pd.DataFrame, column: str, value: str) -> float:
    return math.fsum(rows.loc[rows[column].eq(value), "revenue"])


def _outside(part: float, whole: float, told: tuple[float, str, str, str] | None, wanted: bool) -> dict[str, object]:
    """One industry against a published share of a reference area."""
    blank: dict[str, object] = {"reference": "", "reference_period": "", "source": "", "here_share": math.nan,
                                "reference_share": math.nan, "lq": math.nan, "why_not": ""}  # fmt: skip
    here = {"here_share": part / whole} if whole > 0 else {}
    if told is None:
        why = "决定中指定的公开数没有找到" if wanted else "没有同口径的公开参照数"
        return blank | here | {"why_not": why}
    share, place, when, source = told
    named = blank | here | {"reference": place, "reference_period": when, "source": source, "reference_share": share}
    if whole <= 0:
        return named | {"why_not": "本期没有营收数"}
    return named | {"lq": location_quotient(part, whole, share, 1.0)}


def _inside(part: float, zone: float, industry: float, whole: float) -> dict[str, object]:
    """One industry in one zone against the whole area."""
    named: dict[str, object] = {
        "reference": INSIDE, "reference_period": "", "source": "", "here_share": math.nan,
        "reference_share": math.nan, "lq": math.nan, "why_not": "本期没有营收数",
    }  # fmt: skip
    if zone <= 0 or industry <= 0:
        return named
    return named | {"here_share": part / zone, "reference_share": industry / whole, "why_not": "",
                    "lq": location_quotient(part, zone, industry, whole)}  # fmt: skip


def _published_share(
    published: tuple[PublishedFile, ...], name: str, series: str, period: Period
) -> tuple[float, str, str, str] | None:
    """Share (0 to 1), place, period and title of the latest such published percentage not later than the period."""
    for file in published:
        rows = file.figures[file.figures["series"].eq(series) & file.figures["unit"].eq("%")]
        rows = rows[rows["as_of"].le(period.end)] if len(rows) else rows
        if file.name == name and len(rows):
            row = rows.sort_values("as_of").iloc[-1]
            return float(row["value"]) / 100, str(row["place"]), str(row["period"]), file.card.title
    return None


def _unevenness(revenue: Revenue) -> Unevenness | None:
    earning = revenue.firms[revenue.firms["revenue"].gt(0)]
    if len(earning) < 2:
        return None
    groups = {str(name): list(rows["revenue"]) for name, rows in earning.groupby("industry", sort=True)}
    return Unevenness(len(earning), theil_t(list(earning["revenue"])), theil_between(groups))
