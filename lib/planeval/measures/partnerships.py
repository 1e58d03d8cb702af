"""Partnerships with universities (市校合作): whose, from which region, in what state, and what came of them."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.rules.names import alike, core_name
from planeval.measures.achievement_stages import PAID, PRODUCING, SIGNED, at_least
from planeval.periods import Period
from planeval.plan.model import normal

OPERATING, SIGNED_ONLY, AGREED, ENDED = STATES = ("已运行", "已签约未运行", "仅有协议", "已终止")
UNDECIDED = "未定"
PARTNERSHIP_COLUMNS = (
    "partnership_id", "university", "region", "partner", "form", "signed_on", "operating_on", "ended_on", "state",
    "unit_id",
)  # fmt: skip
UNIVERSITY_COLUMNS = (
    "university", "region", "partnerships", *STATES, "first_signed_on", "achievements", "contracts", "since_signing",
    "received", "producing", "contract_amount", "received_amount",
)  # fmt: skip
CANDIDATE_COLUMNS = ("provider", "achievements", "name", "known_as")


def measure_partnerships(ledger: Ledger, period: Period, regions: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Partnerships signed by the end of a period, one row each (PARTNERSHIP_COLUMNS).

    state on the last day: 已终止; else 已运行 (an entity that has begun), 已签约未运行 (an entity that has not) or
    仅有协议 (no entity was founded). region: the decided region of the university, 未定 when the list has it not.
    """
    rows, end = ledger.current["partnerships"], pd.Timestamp(period.end)
    rows = rows[rows["signed_on"].le(end)]
    state = pd.Series(SIGNED_ONLY, index=rows.index, dtype=object)
    state[rows["operating_on"].le(end)] = OPERATING
    state[rows["form"].eq("合作协议")] = AGREED
    state[rows["ended_on"].le(end)] = ENDED
    region_of = {normal(name): region for region, names in regions.items() for name in names}
    where = [region_of.get(normal(str(name)), UNDECIDED) for name in rows["university"]]
    return rows.assign(state=state, region=where)[list(PARTNERSHIP_COLUMNS)].reset_index(drop=True)


def measure_universities(partnerships: pd.DataFrame, achievements: pd.DataFrame) -> pd.DataFrame:
    """One row per university with a partnership (UNIVERSITY_COLUMNS), most partnerships first; amounts in 万元.

    achievements: those whose provider bears, to the letter (NFKC, no blanks), the name of the university or of one
    of its partners; contracts: of these, signed or beyond; since_signing: of the contracts, dated on or after the
    first partnership was signed; received, producing: of the contracts, 到账 or beyond and 投产. contract_amount and
    received_amount are blank when none of the contracts states one.
    """
    providers = achievements["provider"].map(lambda name: normal(str(name)))
    rows = []
    for _, own in partnerships.groupby(partnerships["university"].map(lambda name: normal(str(name))), sort=True):
        names = {normal(str(name)) for column in ("university", "partner") for name in own[column]}
        found = achievements[providers.isin(names)]
        rows.append({**_of_university(own), **_produced(found, own["signed_on"].min())})
    table = pd.DataFrame(rows, columns=list(UNIVERSITY_COLUMNS))
    return table.sort_values("partnerships", ascending=False, kind="stable").reset_index(drop=True)


def _of_university(own: pd.DataFrame) -> dict[str, object]:
    return {
        "university": own["university"].iloc[0],
        "region": own["region"].iloc[0],
        "partnerships": len(own),
        **{state: int(own["state"].eq(state).sum()) for state in STATES},
        "first_signed_on": own["signed_on"].min(),
    }


def _produced(found: pd.DataFrame, first_signed: pd.Timestamp) -> dict[str, object]:
    contracts = at_least(found, SIGNED)
    return {
        "achievements": len(found),
        "contracts": len(contracts),
        "since_signing": int(contracts["landed_on"].ge(first_signed).sum()),
        "received": len(at_least(found, PAID)),
        "producing": len(at_least(found, PRODUCING)),
        "contract_amount": contracts["contract_amount"].sum(min_count=1),
        "received_amount": contracts["received_amount"].sum(min_count=1),
    }


def by_region(universities: pd.DataFrame, regions: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Regions in the decided order, 未定 last: region, universities, partnerships, a count per state, achievements,
    contracts. A region without a partnership has a row of zeros.
    """
    sums = ("partnerships", *STATES, "achievements", "contracts")
    rows = []
    for region in (*regions, UNDECIDED):
        own = universities[universities["region"].eq(region)]
        rows.append({"region": region, "universities": len(own), **{name: int(own[name].sum()) for name in sums}})
    return pd.DataFrame(rows, columns=["region", "universities", *sums])


def alike_providers(partnerships: pd.DataFrame, achievements: pd.DataFrame, similarity: float | None) -> pd.DataFrame:
    """Providers whose name is close to a university's or partner's but not the same (CANDIDATE_COLUMNS).

    name: what it is close to; known_as: 高校 or 合作主体. For a person to look at; none of them is counted.
    Empty when no similarity was decided.
    """
    known = {
        normal(str(name)): (name, label)
        for column, label in (("partner", "合作主体"), ("university", "高校"))
        for name in partnerships[column]
    }
    counts = achievements["provider"].map(str).value_counts(sort=False)
    rows = [
        {"provider": provider, "achievements": int(counts[provider]), "name": name, "known_as": label}
        for provider in sorted(counts.index) if normal(provider) not in known
        for core, (name, label) in known.items()
        if similarity is not None and alike(core_name(provider, ()), core_name(core, ()), similarity)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(CANDIDATE_COLUMNS))
