"""Every quarter's forecast as it stood when that quarter's filings were due, and what came of it.

A forecast of an earlier quarter is computed from the ledger as known then, so nothing that was filed later can have
helped it; the decisions are those now in force, so that a forecast and its outcome are measured alike (a forecast
printed under other decisions may have differed). Two events: the target by its due date, and next quarter bringing
at least the pace then required. Where nothing was foreseen, or the outcome was certain, no forecast is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from planeval.judge.outlook import Calibration, forecast_row, judge_next_quarter, least_value, score_forecasts
from planeval.judge.outlook.calibration import AT_DUE, FORECAST_COLUMNS, NEXT_QUARTER
from planeval.judge.outlook.history import FEWEST_QUARTERS
from planeval.judge.pace import pace_needed
from planeval.judge.rounding import displayed
from planeval.judge.target_lights import foresee, pipeline_facts, turnover_of
from planeval.ledger import Ledger
from planeval.ledger.published import PublishedFile
from planeval.measures.targets import target_series
from planeval.periods import Period
from planeval.plan import Method, Plan, Target

COLUMNS = (
    "target_id", "name", "unit", "event", "made_in", "known_on", "horizon", "closes_in", "needed", "p", "low", "high",
    "word", "method", "reason", "outcome", "reached", "within",
)  # fmt: skip


def judge_forecasts(
    first_known: Mapping[Period, Ledger], ledger: Ledger, series: pd.DataFrame, published: tuple[PublishedFile, ...],
    plan: Plan, method: Method, period: Period,
) -> pd.DataFrame:  # fmt: skip
    """One row per forecast (columns as in COLUMNS), oldest first, this quarter's own last.

    first_known: the ledger as known when each earlier quarter was due. series: target_series as known now, the
    source of outcomes. outcome: as displayed; it is NaN and reached, within are None while open, or when the closing
    quarter is unknown.
    """
    start = Period.of(method.plan_start(period))
    views = {**{quarter: view for quarter, view in first_known.items() if quarter < period}, period: ledger}
    rows = []
    for made_in in sorted(views):
        if len(start.until(made_in)) < FEWEST_QUARTERS:
            continue
        then = views[made_in]
        known = series if made_in == period else target_series(then, published, plan, method, made_in)
        for target in plan.targets:
            mine = known[known["target_id"].eq(target.id)].set_index("period")
            rows += _made(target, mine, then, method, made_in)
    outcomes = series.set_index(["target_id", "period"])
    return pd.DataFrame([_closed(row, outcomes, period) for row in rows], columns=list(COLUMNS))


def _made(
    target: Target, series: pd.DataFrame, ledger: Ledger, method: Method, made_in: Period
) -> list[dict[str, object]]:
    """The forecasts of one target in one quarter. series: its rows as known then, by period."""
    last = float(series["value"].get(str(made_in), math.nan))
    value = last if math.isfinite(last) else None
    left = made_in.quarters_left(target.due)
    if left <= 0:
        return []
    least = least_value(target.amount, target.comparison, target.unit)
    turnover = turnover_of(target, series["value"], ledger, method, made_in)
    found = [(AT_DUE, left, least, foresee(target, value, series["added"], made_in, turnover))]
    shown = None if value is None else displayed(value, target.unit)
    pace = pace_needed(shown, target, series["added"], made_in)
    if pace is not None and pace > 0:
        facts = None if turnover is None else pipeline_facts(turnover, made_in.next.end)
        outlook = judge_next_quarter(target, series["added"], made_in, float(pace), facts)
        found.append((NEXT_QUARTER, 1, float(pace), outlook))
    rows = []
    for event, horizon, needed, outlook in found:
        kept = forecast_row(target.id, event, made_in, horizon, needed, outlook)
        if kept is not None:
            rows.append({
                **kept, "name": target.name, "unit": target.unit, "known_on": ledger.as_known_on,
                "closes_in": str(made_in.shift(horizon)), "word": outlook.word, "method": outlook.method,
                "reason": outlook.reason, "kind": target.kind,
            })  # fmt: skip
    return rows


def _closed(row: dict[str, object], outcomes: pd.DataFrame, period: Period) -> dict[str, object]:
    """The forecast with what came of it: the quarter's own addition, or the value at the due date."""
    closes_in = Period.parse(str(row["closes_in"]))
    column = "added" if row["event"] == NEXT_QUARTER else "value"
    place = (str(row["target_id"]), str(closes_in))
    known = closes_in <= period and place in outcomes.index
    outcome = float(str(outcomes.loc[place, column])) if known else math.nan
    if math.isnan(outcome):
        return {**row, "outcome": math.nan, "reached": None, "within": None}
    shown = float(displayed(outcome, str(row["unit"])))
    low, high, needed = (float(str(row[name])) for name in ("low", "high", "needed"))
    return {**row, "outcome": shown, "reached": shown >= needed - 1e-9, "within": low <= shown <= high}


def calibrate(forecasts: pd.DataFrame) -> Calibration:
    """Brier score, coverage and the calibration table of the forecasts whose quarter has closed."""
    return score_forecasts(forecasts[list(FORECAST_COLUMNS)].astype({"outcome": float, "p": float}))
