"""引育孵化 (clause 四（三）): firms that came, stayed and climbed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import residents
from planeval.measures.incubation.flow import NO_ORIGINS, ORIGINS, firm_flow, firms_by_origin
from planeval.measures.incubation.ladder import STEP_COLUMNS, Climb, climb, rung_counts
from planeval.measures.incubation.titles import lapsed, lapsing, title_of
from planeval.measures.stays import Stay, stays_by_group
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.ladder import Ladder, SurvivalReading

__all__ = ["Incubation", "measure_incubation"]


@dataclass(frozen=True)
class Incubation:
    """What the ledger says about firms at the end of a period.

    flow: see firm_flow. origins: see firms_by_origin. ladder, reading: the decisions in force, None when not taken;
    then what rests on them is empty. rungs: see rung_counts. steps: see climb, one row per pair of rungs;
    climbs: the same with their curves. lapsing, lapsed: see titles. undecided: rungs that follow a target without a
    usable counting rule. stays: all entrants first (group ""), then by origin. inside: firms on the day.
    """

    flow: pd.DataFrame
    origins: pd.DataFrame
    inside: int
    ladder: Ladder | None
    reading: SurvivalReading | None
    rungs: pd.DataFrame
    steps: pd.DataFrame
    climbs: tuple[Climb, ...]
    lapsing: pd.DataFrame
    lapsed: pd.DataFrame
    undecided: tuple[str, ...]
    stays: tuple[Stay, ...]


def measure_incubation(ledger: Ledger, plan: Plan, method: Method, period: Period) -> Incubation:
    """Everything of clause 四（三） that the 企业 and 资质 tables tell.

    What rests on a table that nobody filed for the period is empty: not known, which is not zero.
    """
    told = bool(ledger.filers("enterprises", period)[1])
    titled = told and bool(ledger.filers("certificates", period)[1])
    ladder: Ladder | None = _decided(method, "enterprise_ladder", period)
    reading: SurvivalReading | None = _decided(method, "survival_reading", period)
    start = pd.Timestamp(method.plan_start(period))
    since = start if reading is not None and reading.cohort_since == "plan_start" else pd.Timestamp.min
    asked = [(rung, title_of(rung, method, period)) for rung in ladder.rungs] if ladder and titled else []
    titles = [title for _, title in asked if title is not None]
    climbs = tuple(climb(ledger, *pair, since, period, reading) for pair in pairwise(titles)) if reading else ()
    end = max((target.due for target in plan.targets), default=period.end)
    ahead = ladder.lapsing_quarters if ladder else 0
    return Incubation(
        flow=firm_flow(ledger, period), origins=firms_by_origin(ledger, start, period) if told else NO_ORIGINS,
        inside=len(residents(ledger, period.end)) if told else 0, ladder=ladder, reading=reading,
        rungs=rung_counts(ledger, titles, period),
        steps=pd.DataFrame([each.row for each in climbs], columns=list(STEP_COLUMNS)), climbs=climbs,
        lapsing=lapsing(ledger, titles, period, ahead, end), lapsed=lapsed(ledger, titles, period),
        undecided=tuple(rung.label for rung, title in asked if title is None),
        stays=stays_by_group(
            ledger.current["enterprises"], "entered_on", "origin", ORIGINS, (since, pd.Timestamp(period.end)), reading
        ) if reading and told else (),
    )  # fmt: skip


def _decided(method: Method, decision_id: str, period: Period) -> Any:
    return method.value(decision_id, period) if method.decides(decision_id) else None
