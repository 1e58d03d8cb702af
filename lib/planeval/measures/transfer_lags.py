"""How long an achievement takes from one stage to the next, as far as quarterly filings can tell.

The ledger holds one date a row: of signing, or of registration while nothing is signed. So registration and signing
are known to the day where both were filed; payment and production only as the quarter whose filing first says so, and
count as happening on its last day: up to a quarter too long. Where the first filing of an item already says paid, and
it was signed in an earlier quarter, payment may have happened at any time before (censored on the left): such items
are left out and counted as `unseen`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.achievement_stages import PAID, PRODUCING, RANK, REGISTERED, SIGNED
from planeval.measures.survival import Curve, kaplan_meier, times_between
from planeval.periods import Period
from planeval.plan.ladder import SurvivalReading


@dataclass(frozen=True)
class Lag:
    """One step of the way: from and to a stage, its curve, how many items could not be followed (`unseen`) and how many
    began before 起算日 and are not followed by decision (`earlier`).
    """

    begins: str
    ends: str
    curve: Curve
    unseen: int
    earlier: int

    @property
    def by_quarter(self) -> bool:
        """Whether the end is known only to the quarter."""
        return self.ends in (PAID, PRODUCING)


def measure_lags(
    ledger: Ledger, items: pd.DataFrame, filed: pd.DataFrame, start: date, period: Period, reading: SurvivalReading
) -> tuple[Lag, ...]:
    """登记→签约, 签约→到账 and 到账→投产, in days. items: achievements_at the period; filed: filed_states."""
    history = _history(items, filed[filed["period"].map(lambda when: when <= period).astype(bool)])
    history["last_seen"] = pd.to_datetime(history["unit_id"].map(_last_filed(ledger, period)))
    first = None if reading.cohort_since == "beginning" else pd.Timestamp(start)
    end = pd.Timestamp(period.end)
    seen = history[~history["unseen"]]
    unseen = int(history["unseen"].sum())
    return (
        _lag(REGISTERED, SIGNED, history, "registered_on", "signed_on", first, end, reading,
             int(history["registered_on"].isna().sum())),
        _lag(SIGNED, PAID, seen, "signed_on", "paid_on", first, end, reading, unseen),
        _lag(PAID, PRODUCING, seen, "paid_on", "producing_on", first, end, reading, unseen),
    )  # fmt: skip


def _lag(
    begins: str, ends: str, history: pd.DataFrame, begun: str, ended: str, first: pd.Timestamp | None,
    end: pd.Timestamp, reading: SurvivalReading, unseen: int,
) -> Lag:  # fmt: skip
    own = history[history[begun].notna()]
    followed = own if first is None else own[own[begun].ge(first)]
    times = times_between(followed[begun], followed[ended], followed["last_seen"], end)
    return Lag(begins, ends, kaplan_meier(times, reading), unseen, len(own) - len(followed))


def _last_filed(ledger: Ledger, period: Period) -> dict[str, pd.Timestamp]:
    """Unit → last day of the last quarter up to the period for which it filed achievements."""
    ends: dict[str, pd.Timestamp] = {}
    for when, unit, table in ledger.reported:
        if table == "achievements" and when <= period:
            ends[unit] = max(ends.get(unit, pd.Timestamp(when.end)), pd.Timestamp(when.end))
    return ends


def _history(items: pd.DataFrame, filed: pd.DataFrame) -> pd.DataFrame:
    """One row per item: the day each stage is known to have been reached (NaT where it was not, or nobody saw it).

    unseen: the first filing already said paid, in a later quarter than that of signing. Items only a later filing
    tells of are left out.
    """
    own = {str(item): rows for item, rows in filed.groupby("achievement_id", sort=False)}
    known = items[~items["told_later"].astype(bool)]
    rows = [_dates(item, own[str(item["achievement_id"])]) for item in known.to_dict("records")]
    names = ("unit_id", "registered_on", "signed_on", "paid_on", "producing_on", "unseen")
    history = pd.DataFrame(rows, columns=list(names))
    for name in names[1:5]:
        history[name] = pd.to_datetime(history[name])
    return history.astype({"unseen": bool})


def _dates(item: dict[Hashable, Any], rows: pd.DataFrame) -> dict[str, Any]:
    reached = RANK[str(item["stage"])]
    stages = rows["stage"].map(RANK)
    registered = rows.loc[rows["stage"].eq(REGISTERED), "landed_on"]
    first = rows.iloc[0]
    signed = item["landed_on"] if reached >= RANK[SIGNED] else None

    def filed_at(stage: str) -> pd.Timestamp | None:
        if reached < RANK[stage]:
            return None
        return pd.Timestamp(rows.loc[stages.ge(RANK[stage]), "period"].iloc[0].end)

    paid_first = RANK[str(first["stage"])] >= RANK[PAID]
    return {
        "unit_id": item["unit_id"],
        "registered_on": registered.iloc[0] if len(registered) else None,
        "signed_on": signed,
        "paid_on": filed_at(PAID),
        "producing_on": filed_at(PRODUCING),
        "unseen": bool(paid_first and signed is not None and first["period"] > Period.of(signed.date())),
    }
