"""创新主体 (task 二): platforms, partnerships and what is produced with them, at the end of a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.achievement_stages import REGISTERED, achievements_at
from planeval.measures.partnerships import (
    OPERATING,
    STATES,
    alike_providers,
    by_region,
    measure_partnerships,
    measure_universities,
)
from planeval.measures.platforms import (
    STANDING,
    alike_platforms,
    group_platforms,
    measure_platforms,
    platform_kinds,
)
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.model import normal
from planeval.plan.named_bodies import named_bodies

NAMED_COLUMNS = ("name", "clause", "filed", "standing")


@dataclass(frozen=True)
class Actors:
    """What the ledger says of the valley's innovating bodies.

    platforms, kinds, alike_platforms: see measures.platforms; issuers, hosts, host_places: group_platforms.
    named_platforms, named_universities: those the plan names (NAMED_COLUMNS: filed = rows of the ledger under exactly
    this name, standing = of these, 在册 or 已运行). partnerships, universities, regions, alike_providers: see
    measures.partnerships. totals: see _totals. other_providers: providers of achievements that are no partner
    (provider, achievements, contracts), most contracts first. filed: tables that anybody ever filed.
    similarity: how close names must be to be listed, None when not decided; regions_decided: whether regions of
    universities are.
    """

    platforms: pd.DataFrame
    kinds: pd.DataFrame
    issuers: pd.DataFrame
    hosts: pd.DataFrame
    host_places: pd.DataFrame
    named_platforms: pd.DataFrame
    alike_platforms: pd.DataFrame
    partnerships: pd.DataFrame
    universities: pd.DataFrame
    regions: pd.DataFrame
    named_universities: pd.DataFrame
    totals: dict[str, int]
    other_providers: pd.DataFrame
    alike_providers: pd.DataFrame
    filed: frozenset[str]
    similarity: float | None
    regions_decided: bool


def measure_actors(ledger: Ledger, plan: Plan, method: Method, period: Period) -> Actors:
    """Platforms, partnerships and their achievements at the end of a period; nothing is matched but by exact name."""
    similarity = method.value("name_similarity", period) if method.decides("name_similarity") else None
    decided = method.decides("university_regions")
    regions = method.value("university_regions", period) if decided else {}
    platforms = measure_platforms(ledger, method.plan_start(period), period)
    partnerships = measure_partnerships(ledger, period, regions)
    achievements = achievements_at(ledger, period)
    universities = measure_universities(partnerships, achievements)
    tables = ("platforms", "partnerships", "achievements")
    return Actors(
        platforms=platforms, kinds=platform_kinds(platforms), issuers=group_platforms(platforms, "issuer"),
        hosts=group_platforms(platforms, "host"), host_places=group_platforms(platforms, "host_place"),
        named_platforms=_named(plan, "platforms", platforms, "name", platforms["standing"].eq(STANDING)),
        alike_platforms=alike_platforms(platforms, similarity), partnerships=partnerships, universities=universities,
        regions=by_region(universities, regions),
        named_universities=_named(
            plan, "universities", partnerships, "university", partnerships["state"].eq(OPERATING)
        ),
        totals=_totals(platforms, partnerships, universities, achievements),
        other_providers=_other_providers(partnerships, achievements),
        alike_providers=alike_providers(partnerships, achievements, similarity),
        filed=frozenset(table for table in tables if ever_filed(ledger, table, period)),
        similarity=similarity, regions_decided=decided,
    )  # fmt: skip


def _totals(
    platforms: pd.DataFrame, partnerships: pd.DataFrame, universities: pd.DataFrame, achievements: pd.DataFrame
) -> dict[str, int]:
    """What the first sentences say: platforms standing (each level, existing, new) and revoked, partnerships by state,
    and how many achievements there are and partners provided.
    """
    standing = platforms[platforms["standing"].eq(STANDING)]
    old = int(standing["existing"].sum())
    return {
        "standing": len(standing), "existing": old, "new": len(standing) - old,
        "revoked": len(platforms) - len(standing),
        **{str(level): int(number) for level, number in standing["level"].value_counts().items()},
        "partnerships": len(partnerships), "universities": len(universities),
        **{state: int(partnerships["state"].eq(state).sum()) for state in STATES},
        "achievements": len(achievements), "by_partners": int(universities["achievements"].sum()),
        "contracts": int(universities["contracts"].sum()), "since_signing": int(universities["since_signing"].sum()),
    }  # fmt: skip


def ever_filed(ledger: Ledger, table: str, period: Period) -> bool:
    """Whether anybody filed a table for the period or before; if not, its zero is no zero."""
    return any(what == table and when <= period for when, _, what in ledger.reported)


def _named(
    plan: Plan, kind: Literal["universities", "platforms"], rows: pd.DataFrame, column: str, standing: pd.Series
) -> pd.DataFrame:
    """The platforms or universities the plan's clauses name, each with its rows of the ledger."""
    names = rows[column].map(lambda name: normal(str(name)))
    return pd.DataFrame(
        [
            {"name": name, "clause": clause, "filed": int(names.eq(normal(name)).sum()),
             "standing": int((names.eq(normal(name)) & standing).sum())}
            for name, clause in named_bodies(plan, kind)
        ],
        columns=list(NAMED_COLUMNS),
    )  # fmt: skip


def _other_providers(partnerships: pd.DataFrame, achievements: pd.DataFrame) -> pd.DataFrame:
    known = {normal(str(name)) for column in ("university", "partner") for name in partnerships[column]}
    others = achievements[~achievements["provider"].map(lambda name: normal(str(name)) in known).astype(bool)]
    rows = [
        {"provider": provider, "achievements": len(own), "contracts": int(own["stage"].ne(REGISTERED).sum())}
        for provider, own in others.groupby("provider", sort=True)
    ]
    found = pd.DataFrame(rows, columns=["provider", "achievements", "contracts"])
    return found.sort_values("contracts", ascending=False, kind="stable").reset_index(drop=True)
