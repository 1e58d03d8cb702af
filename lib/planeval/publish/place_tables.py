"""The tables of the pages on one industry and one zone as they are published: one file over all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from planeval.measures.industries import IndustryProfile
from planeval.measures.zones import ZoneProfile

INDUSTRY_TABLES = {
    "industries": "各产业逐季的季末企业、迁入、迁出、当季营收（万元）、报营收的企业",
    "industries_titles": "各产业企业持有的资质：有效、已取得、全谷有效（家）",
    "industries_results": "各产业的成果按阶段、投资按阶段、贷款按种类：项数、企业、金额（万元）",
    "industries_targets": "各产业在各项指标现值中的份额，不能划分的写原因",
}
ZONE_TABLES = {
    "zones": "各区域逐季的季末企业、迁入、迁出、当季营收（万元）、报营收的企业",
    "zones_stock": "方案写明的载体与全谷已有（平方米）",
    "zones_readiness": "各区域“运营成熟”的各条标准：现值、不低于、是否达到、依据",
    "zones_targets": "各区域在各项指标现值中的份额，不能划分的写原因",
}
_RESULT_COLUMNS = ["what", "kind", "items", "firms", "amount", "received"]


def industry_tables(profiles: Mapping[str, IndustryProfile]) -> dict[str, pd.DataFrame]:
    """File name → table, first column `industry`; the others as in measures.industries. None without industries.

    industries_results: what (achievements, investments, credit), kind (stage or kind), items, firms (blank for
    achievements), amount and received (万元; amount: contract, invested or lent; received: achievements only).
    """
    if not profiles:
        return {}
    parts: tuple[Callable[[IndustryProfile], pd.DataFrame], ...] = (
        lambda profile: profile.history, lambda profile: profile.certificates, _results,
        lambda profile: profile.parts,
    )  # fmt: skip
    return {
        name: _stacked("industry", {key: part(profile) for key, profile in profiles.items()})
        for name, part in zip(INDUSTRY_TABLES, parts, strict=True)
    }


def zone_tables(profiles: Mapping[str, ZoneProfile]) -> dict[str, pd.DataFrame]:
    """File name → table, first column `zone`, the others as in measures.zones; none without zones.

    zones_stock is of the whole area, for the plan does not split its buildings by zone; zones_readiness is left out
    where nobody decided criteria. Premises by zone and kind are in environment_premises.
    """
    if not profiles:
        return {}
    judged = {key: profile.readiness for key, profile in profiles.items() if profile.readiness is not None}
    tables = {
        "zones": _stacked("zone", {key: profile.history for key, profile in profiles.items()}),
        "zones_stock": next(iter(profiles.values())).stock,
        "zones_targets": _stacked("zone", {key: profile.parts for key, profile in profiles.items()}),
    }
    if judged:
        tables["zones_readiness"] = _stacked("zone", judged)
    return {name: tables[name] for name in ZONE_TABLES if name in tables}


def _stacked(column: str, parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The tables of all parts below each other, each row headed by whose it is."""
    rows = [
        {column: key, **row} for key, part in parts.items() for row in part.astype(object).to_dict(orient="records")
    ]
    first = next(iter(parts.values()))
    return pd.DataFrame(rows, columns=[column, *first.columns], dtype=object)


def _results(profile: IndustryProfile) -> pd.DataFrame:
    done = profile.achievements.rename(columns={"stage": "kind", "contract": "amount"})
    parts = {"achievements": done, "investments": profile.investments, "credit": profile.credit}
    rows = [
        {"what": what, **{name: row.get(name) for name in _RESULT_COLUMNS[1:]}}
        for what, part in parts.items()
        for row in part.astype(object).to_dict(orient="records")
    ]
    return pd.DataFrame(rows, columns=_RESULT_COLUMNS, dtype=object)
