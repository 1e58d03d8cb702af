"""梯度培育: how many firms stand on each rung, how many went on to the next, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import residents
from planeval.measures.incubation.titles import Title, certificates_of, first_reached, holders
from planeval.measures.proportions import wilson
from planeval.measures.survival import Curve, kaplan_meier, times_between
from planeval.periods import Period
from planeval.plan.ladder import SurvivalReading

RUNG_COLUMNS = ("rung_id", "rung", "holding", "ever", "lapsed", "revoked")
STEP_COLUMNS = (
    "from_id", "from_rung", "to_id", "to_rung", "cohort", "reached", "already_above", "brought_along", "earlier",
    "share", "low", "high", "median_days", "followed_days",
)  # fmt: skip


@dataclass(frozen=True)
class Climb:
    """The way from one rung to the next: row of STEP_COLUMNS and the curve of those who have not gone on yet."""

    row: dict[str, object]
    curve: Curve


def rung_counts(ledger: Ledger, titles: list[Title], period: Period) -> pd.DataFrame:
    """Firms in the valley on the day, by rung; columns as in RUNG_COLUMNS.

    holding: the title holds on the day. ever: stood on it at any time. lapsed, revoked: of those that hold it no
    more, by how the last one ended.
    """
    inside, rows = residents(ledger, period.end), []
    for title in titles:
        now = holders(ledger, title, period.end)
        ever = inside & set(first_reached(ledger, title, period.end).index)
        gone = ever - now
        revoked: set[str] = set()
        if title.kinds:
            last = certificates_of(ledger, title, period.end).sort_values("issued_on", kind="stable")
            last = last.drop_duplicates("enterprise_id", keep="last")
            revoked = gone & set(last.loc[last["revoked_on"].le(pd.Timestamp(period.end)), "enterprise_id"])
        rows.append((title.rung.id, title.rung.label, len(now), len(ever), len(gone) - len(revoked), len(revoked)))
    return pd.DataFrame(rows, columns=list(RUNG_COLUMNS))


def climb(
    ledger: Ledger, lower: Title, upper: Title, since: pd.Timestamp, period: Period, reading: SurvivalReading
) -> Climb:
    """From one rung to the next: whom we follow, how many went on, how long it took.

    cohort: firms that first stood on the lower rung while in the valley and on or after `since`, without having stood
    on the upper one before. Left out and counted: already_above (the upper rung came first), brought_along (the lower
    rung dates from before they entered), earlier (before `since`). A firm that leaves is followed until it leaves.
    share, low, high: of the cohort, Wilson; NaN below least_at_risk. median_days: NaN when the curve stops first.
    """
    day = pd.Timestamp(period.end)
    firms = ledger.current["enterprises"].set_index("enterprise_id")[["entered_on", "left_on"]]
    begun = first_reached(ledger, lower, period.end).rename("begun")
    went_on = first_reached(ledger, upper, period.end).rename("went_on")
    rows = firms.join(begun, how="inner").join(went_on)
    rows = rows[rows["entered_on"].le(day) & ~rows["left_on"].le(rows["begun"])]
    above = rows["went_on"].lt(rows["begun"])
    brought = ~above & rows["begun"].lt(rows["entered_on"])
    earlier = ~above & ~brought & rows["begun"].lt(since)
    cohort = rows[~(above | brought | earlier)]
    curve = kaplan_meier(times_between(cohort["begun"], cohort["went_on"], cohort["left_on"], day), reading)
    reached, n = curve.times.events, curve.n
    enough = n >= reading.least_at_risk
    low, high = wilson(reached, n, reading.confidence) if enough else (float("nan"), float("nan"))
    return Climb(
        dict(zip(STEP_COLUMNS, (
            lower.rung.id, lower.rung.label, upper.rung.id, upper.rung.label, n, reached, int(above.sum()),
            int(brought.sum()), int(earlier.sum()), reached / n if enough else float("nan"), low, high,
            float("nan") if curve.median is None else float(curve.median),
            float("nan") if curve.last_day is None else float(curve.last_day),
        ), strict=True)),
        curve,
    )  # fmt: skip
