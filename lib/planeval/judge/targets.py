"""The judged table of targets, and the same targets under every competing reading."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pandas as pd

from planeval.judge.progress import (
    Progress,
    expected_share,
    judge_progress,
    required_pace,
    required_pace_of_final_year,
)
from planeval.judge.rounding import displayed_pace
from planeval.ledger import Ledger
from planeval.measures.counting import Count
from planeval.measures.targets import measure_target
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target
from planeval.plan.method import parse_day

COLUMNS = (
    "target_id", "name", "unit", "kind", "value", "amount", "comparison", "baseline", "done_share",
    "expected_share", "gap", "required_pace", "best_quarter", "progress_light", "reported", "expected_basis",
    "best_quarter_period", "last_quarter", "quarters_left", "low_target", "filers_due", "filers_filed",
    "reason", "clause",
)  # fmt: skip
VERDICT_COLUMNS = (
    "target_id", "name", "unit", "start_reading", "counting_reading", "baseline_reading", "in_force", "value",
    "done_share", "expected_share", "gap", "progress_light",
)  # fmt: skip


def judge_targets(
    counts: dict[str, Count], series: pd.DataFrame, ledger: Ledger, plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """One row per target in the plan's order; columns as in COLUMNS.

    Values, shares and paces are floats exactly as displayed; NaN where nothing can be said. reported: whether
    a value exists; filers_due / filers_filed: units that had to file its table this quarter, and did.
    """
    rows = []
    for target in plan.targets:
        count = counts[target.id]
        rule = method.counting(target.id, period)
        start = method.plan_start(period)
        baseline = method.baseline(target.id, period)
        progress = _progress(count, target, rule, method, period, start, baseline)
        quarterly = series[series["target_id"].eq(target.id)].set_index("period")["added"]
        due, filed = ledger.filers(rule.table, period) if rule else ((), ())
        rows.append({
            "target_id": target.id, "name": target.name, "unit": target.unit, "kind": target.kind,
            "amount": target.amount, "comparison": target.comparison, "clause": target.clause,
            "baseline": baseline,
            "value": _number(progress.value), "done_share": _number(progress.done_share),
            "expected_share": float(progress.expected_share), "expected_basis": progress.expected_basis,
            "gap": _number(progress.gap), "progress_light": progress.light, "low_target": progress.low_target,
            "required_pace": _number(_pace(progress, target, quarterly, period)), **_quarters(quarterly, period),
            "quarters_left": period.quarters_left(target.due), "reported": progress.value is not None,
            "filers_due": len(due), "filers_filed": len(filed), "reason": count.reason,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _number(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)


def _progress(
    count: Count, target: Target, rule: CountingRule | None, method: Method, period: Period, start: date,
    baseline: float,
) -> Progress:  # fmt: skip
    path = method.milestone_path(target.id, period)
    yearly = rule is not None and rule.window == "calendar_year"
    expected = expected_share(target, start, baseline, path, period, yearly)
    bands = method.value("light_bands", period)
    return judge_progress(count.value, target, baseline, expected, bands, period.end, count.absence)


def _pace(progress: Progress, target: Target, quarterly: pd.Series, period: Period) -> Decimal | None:
    if target.kind != "annual_flow":
        return required_pace(progress.value, target, period.quarters_left(target.due))
    if progress.value is None:
        return None
    booked = {
        Period.parse(str(quarter)): None if math.isnan(amount) else float(amount)
        for quarter, amount in quarterly.items()
    }
    return required_pace_of_final_year(booked, target, period)


def _quarters(quarterly: pd.Series, period: Period) -> dict[str, float | str]:
    """The best quarter ever and the last one. Quarters that cannot be said take no part."""
    known = quarterly.dropna()
    last = float(quarterly.get(str(period), math.nan))
    if known.empty:
        return {"best_quarter": math.nan, "best_quarter_period": "", "last_quarter": last}
    best = displayed_pace(Decimal(repr(float(known.max()))))
    shown_last = math.nan if math.isnan(last) else float(displayed_pace(Decimal(repr(last))))
    return {"best_quarter": float(best), "best_quarter_period": str(known.idxmax()), "last_quarter": shown_last}


@dataclass(frozen=True)
class _Choice:
    """One competing value of a decision and whether it is the one in force."""

    label: str
    value: Any
    in_force: bool


def _choices(method: Method, decision_id: str, period: Period) -> list[_Choice]:
    """The readings of a decision, or its only value; nothing when the method does not decide it."""
    if not method.decides(decision_id):
        return [_Choice("没有确定口径", None, True)]
    chosen = method.reading_in_force(decision_id, period)
    if chosen is None:
        return [_Choice("采用值", method.value(decision_id, period), True)]
    return [_Choice(reading.label, reading.value, reading.id == chosen) for reading in method.readings(decision_id)]


def judge_readings(
    ledger: Ledger, plan: Plan, method: Method, period: Period, counts: dict[str, Count]
) -> pd.DataFrame:
    """Each target under every competing start date × counting rule × baseline; columns as in VERDICT_COLUMNS.

    Exactly one row per target is in force. A plan measured by published figures has no counting readings.
    """
    rows = []
    filed = method.value("source_of_record", period) == "filings"
    starts = _choices(method, "plan_start", period)
    for target in plan.targets:
        rules = _choices(method, f"counting.{target.id}", period) if filed else [_Choice("公开数", None, True)]
        baselines = _choices(method, f"baseline.{target.id}", period)
        for start, counting, baseline in product(starts, rules, baselines):
            rule = counting.value if isinstance(counting.value, CountingRule) else None
            day = parse_day(start.value)
            count = measure_target(ledger, plan, target, period, rule, day) if filed else counts[target.id]
            progress = _progress(count, target, rule, method, period, day, float(baseline.value))
            rows.append({
                "target_id": target.id, "name": target.name, "unit": target.unit, "start_reading": start.label,
                "counting_reading": counting.label, "baseline_reading": baseline.label,
                "in_force": start.in_force and counting.in_force and baseline.in_force,
                "value": _number(progress.value), "done_share": _number(progress.done_share),
                "expected_share": float(progress.expected_share), "gap": _number(progress.gap),
                "progress_light": progress.light,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))
