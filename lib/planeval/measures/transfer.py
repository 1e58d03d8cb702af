"""成果转化 (task 四): the way from registration to production, what was agreed and received, from whom and to whom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.achievement_stages import PAID, SIGNED, STAGES, achievements_at, at_least, filed_states
from planeval.measures.actors import ever_filed
from planeval.measures.platforms import measure_platforms
from planeval.measures.proportions import wilson
from planeval.measures.receivers import alike_receivers, receiver_places
from planeval.measures.transfer_lags import Lag, measure_lags
from planeval.periods import Period
from planeval.plan import Method
from planeval.plan.ladder import SurvivalReading

BASE_KIND = "中试基地"
FUNNEL_COLUMNS = ("stage", "reached", "since_start", "previous", "share", "low", "high")
COHORT_COLUMNS = (
    "quarter", "contracts", "amount_stated", "contract_amount", "received", "received_stated", "received_amount",
    "received_share",
)  # fmt: skip
SOURCE_COLUMNS = ("provider", "achievements", "contracts", "share", "contract_amount", "received_amount")
RECEIVER_COLUMNS = ("place", "contracts", "contract_amount", "received_amount")


@dataclass(frozen=True)
class Transfer:
    """What became of the achievements known at the end of a period; amounts in 万元.

    achievements: see achievement_stages, with `since_start` (dated on or after 起算日) and `receiver_place` (signed
    ones). funnel: each stage with the items that reached it, of them since_start, the items of the stage before and
    the share that went on with its Wilson interval (NaN without a predecessor, or when no interval was decided).
    cohorts: contracts by the quarter they were signed in; totals: the same over all. sources: providers of contracts,
    most first; hhi: of their shares in the number of contracts, NaN without contracts. receivers: where receivers of
    contracts are; alike_receivers: see measures.receivers. lags: see measures.transfer_lags, None when the reading of
    unfinished times was not decided. bases: 中试基地 among the platforms. told_later: items only a later filing tells
    of. filed: as in Actors.
    """

    achievements: pd.DataFrame
    funnel: pd.DataFrame
    cohorts: pd.DataFrame
    totals: dict[str, float]
    sources: pd.DataFrame
    hhi: float
    receivers: pd.DataFrame
    alike_receivers: pd.DataFrame
    lags: tuple[Lag, ...] | None
    reading: SurvivalReading | None
    bases: pd.DataFrame
    told_later: int
    filed: frozenset[str]
    similarity: float | None

    @property
    def contracts(self) -> int:
        """Items signed or beyond."""
        return int(self.totals["contracts"])


def measure_transfer(ledger: Ledger, method: Method, period: Period) -> Transfer:
    """Everything the transfer page shows, at the end of a period and as filed for the quarters up to it."""
    reading = method.value("survival_reading", period) if method.decides("survival_reading") else None
    similarity = method.value("name_similarity", period) if method.decides("name_similarity") else None
    start = method.plan_start(period)
    items = achievements_at(ledger, period)
    items = items.assign(since_start=pd.to_datetime(items["landed_on"]).ge(pd.Timestamp(start)))
    contracts = receiver_places(ledger, at_least(items, SIGNED))
    sources = _sources(items, contracts)
    shares = sources["share"]
    platforms = measure_platforms(ledger, start, period)
    tables = ("achievements", "platforms")
    return Transfer(
        achievements=items, funnel=_funnel(items, reading), cohorts=_cohorts(contracts), totals=_money(contracts),
        sources=sources, hhi=float((shares**2).sum()) if len(contracts) else math.nan,
        receivers=_receivers(contracts), alike_receivers=alike_receivers(ledger, contracts, similarity),
        lags=None if reading is None else measure_lags(ledger, items, filed_states(ledger), start, period, reading),
        reading=reading, bases=platforms[platforms["kind"].eq(BASE_KIND)].reset_index(drop=True),
        told_later=int(items["told_later"].astype(bool).sum()),
        filed=frozenset(table for table in tables if ever_filed(ledger, table, period)),
        similarity=similarity,
    )  # fmt: skip


def _funnel(items: pd.DataFrame, reading: SurvivalReading | None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for stage in STAGES:
        reached = at_least(items, stage)
        previous = rows[-1]["reached"] if rows else 0
        row = {"stage": stage, "reached": len(reached), "since_start": int(reached["since_start"].sum()),
               "previous": previous, "share": math.nan, "low": math.nan, "high": math.nan}  # fmt: skip
        if previous:
            row["share"] = len(reached) / previous
        if previous and reading is not None:
            row["low"], row["high"] = wilson(len(reached), previous, reading.confidence)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(FUNNEL_COLUMNS))


def _money(own: pd.DataFrame) -> dict[str, float]:
    """What some contracts come to; received_share: of what is agreed in those that state it, what was received."""
    agreed, received = own["contract_amount"].astype(float), own["received_amount"].astype(float)
    total, paid = agreed.sum(min_count=1), received.sum(min_count=1)
    of_these = received[agreed.notna()].sum()  # a blank is a contract without a payment on record
    return {
        "contracts": len(own),
        "amount_stated": int(agreed.notna().sum()),
        "contract_amount": float(total),
        "received": len(at_least(own, PAID)),
        "received_stated": int(received.notna().sum()),
        "received_amount": float(paid),
        "received_share": float(of_these / total) if total > 0 else math.nan,
    }


def _cohorts(contracts: pd.DataFrame) -> pd.DataFrame:
    quarters = contracts["landed_on"].map(lambda day: str(Period.of(pd.Timestamp(day).date())))
    rows = [{"quarter": quarter, **_money(own)} for quarter, own in contracts.groupby(quarters, sort=True)]
    return pd.DataFrame(rows, columns=list(COHORT_COLUMNS))


def _sources(items: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """Providers by exact name: achievements, contracts, share of all contracts, amounts; most contracts first."""
    rows = []
    for provider, own in items.groupby("provider", sort=True):
        signed = at_least(own, SIGNED)
        money = _money(signed)
        rows.append(
            {"provider": provider, "achievements": len(own), "contracts": len(signed),
             "share": len(signed) / len(contracts) if len(contracts) else math.nan,
             "contract_amount": money["contract_amount"], "received_amount": money["received_amount"]}
        )  # fmt: skip
    found = pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
    return found.sort_values("contracts", ascending=False, kind="stable").reset_index(drop=True)


def _receivers(contracts: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {"place": place, **{name: money[name] for name in RECEIVER_COLUMNS[1:]}}
        for place, own in contracts.groupby("receiver_place", sort=True)
        if (money := _money(own))
    ]
    found = pd.DataFrame(rows, columns=list(RECEIVER_COLUMNS))
    return found.sort_values("contracts", ascending=False, kind="stable").reset_index(drop=True)
