"""展望灯 and 证据灯 of every target, beside its 进度灯: three lights, never merged."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from planeval.judge.evidence import NOT_APPLICABLE, Evidence, EvidenceFacts, judge_evidence
from planeval.judge.outlook import Outlook, PipelineFacts, judge_outlook
from planeval.judge.outlook.bands import outlook_light
from planeval.judge.overrides import OVERRIDE_COLUMNS, with_overrides
from planeval.ledger import Ledger
from planeval.measures.backing import mean_revision, measure_backing
from planeval.measures.counting import Count
from planeval.measures.quality import LATE
from planeval.measures.turnover import Turnover, measure_turnover
from planeval.periods import Period
from planeval.plan import Method, Plan, Target

LIGHT_COLUMNS = (
    "outlook_light", "outlook_p", "outlook_low", "outlook_high", "outlook_word", "outlook_method", "outlook_reason",
    "evidence_light", "evidence_coverage", "evidence_reason", *OVERRIDE_COLUMNS,
)  # fmt: skip


def with_lights(
    targets: pd.DataFrame, counts: dict[str, Count], series: pd.DataFrame, ledger: Ledger, history: pd.DataFrame,
    revisions: pd.DataFrame, closed: Iterable[Period], plan: Plan, method: Method, period: Period,
) -> pd.DataFrame:  # fmt: skip
    """The judged targets with LIGHT_COLUMNS; p, low, high and coverage are NaN where nothing can be said.

    history: measures.quality.filing_history. revisions, closed: measures.revisions and the quarters it compared.
    """
    quarters = tuple(closed)
    rows = []
    for target in plan.targets:
        mine = series[series["target_id"].eq(target.id)].set_index("period")
        turnover = turnover_of(target, mine["value"], ledger, method, period)
        outlook = foresee(target, counts[target.id].value, mine["added"], period, turnover)
        light = outlook_light(outlook.p, outlook.word, method.optional("outlook_bands", period))
        revision = mean_revision(revisions, mine["value"], quarters, target.id)
        evidence = _evidence(target, counts[target.id], ledger, history, revision, method, period)
        rows.append({
            "outlook_light": light, "outlook_p": outlook.p, "outlook_low": outlook.low, "outlook_high": outlook.high,
            "outlook_word": outlook.word, "outlook_method": outlook.method, "outlook_reason": outlook.reason,
            "evidence_light": evidence.light, "evidence_coverage": evidence.coverage,
            "evidence_reason": evidence.reason,
        })  # fmt: skip
    lights = pd.DataFrame(rows, index=targets.index).astype(
        dict.fromkeys(("outlook_p", "outlook_low", "outlook_high", "evidence_coverage"), float)
    )
    return with_overrides(pd.concat([targets, lights], axis=1), "target", "target_id", method.overrides(period))


def foresee(
    target: Target, value: float | None, added: pd.Series, period: Period, turnover: Turnover | None
) -> Outlook:
    """The outlook of one target at its due date. added: what each quarter brought, by period."""
    facts = None if turnover is None else pipeline_facts(turnover, target.due)
    outlook = judge_outlook(target, value, added, period, facts)
    if turnover is None or not turnover.lost or outlook.p is None:
        return outlook
    said = f"{outlook.reason}；另有{turnover.lost}家因迁出或撤销离开，没有计入推算"
    return replace(outlook, reason=said)


def pipeline_facts(turnover: Turnover, until: date) -> PipelineFacts:
    """A turnover as the outlook takes it; nobody files applications, so what is pending is not known."""
    return PipelineFacts(
        turnover.expiring(until), lapsed=turnover.lapsed, renewed=turnover.renewed, recognised=turnover.recognised
    )


def turnover_of(target: Target, values: pd.Series, ledger: Ledger, method: Method, period: Period) -> Turnover | None:
    """What came into and fell out of an expiring stock counted from filings; None for every other target.

    values: the target's value by quarter (index `2026Q3`, NaN not known).
    """
    rule = method.counting(target.id, period)
    filed = method.value("source_of_record", period) == "filings"
    if target.kind != "expiring_stock" or rule is None or not filed or math.isnan(values.get(str(period), math.nan)):
        return None
    known = [Period.parse(str(quarter)) for quarter, value in values.items() if math.isfinite(value)]
    return measure_turnover(ledger, rule, method.plan_start(period), period, known)


def _evidence(
    target: Target, count: Count, ledger: Ledger, history: pd.DataFrame, revision: tuple[float | None, int],
    method: Method, period: Period,
) -> Evidence:  # fmt: skip
    rule = method.counting(target.id, period)
    if method.value("source_of_record", period) == "published":
        return Evidence(NOT_APPLICABLE, "以公开数为准，没有报送的佐证；出处和可信度见公开数")
    due, filed = ledger.filers(rule.table, period) if rule else ((), ())
    now = history[history["period"].eq(str(period)) & history["filing"].eq(LATE)]
    late = set(now["unit_id"]) & set(filed)
    backing = measure_backing(count, target, rule, period)
    facts: dict[str, Any] = {"revision": revision[0], "compared": revision[1]}
    return judge_evidence(
        EvidenceFacts(backing.rows, backing.with_evidence, backing.ages, absent=len(due) - len(filed), late=len(late),
                      **facts),
        method.optional("evidence_bands", period),
    )  # fmt: skip
