"""What comes into and falls out of an expiring stock, the backing of a value, and forecasts kept and scored."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest

from ledgers import ledger_of
from planeval.judge.combinations import Choice, combinations
from planeval.judge.forecasts import COLUMNS, _closed, calibrate
from planeval.judge.target_lights import pipeline_facts
from planeval.measures.backing import mean_revision, measure_backing
from planeval.measures.counting import Count
from planeval.measures.turnover import measure_turnover
from planeval.periods import Period
from planeval.plan import CountingRule, Target

RULE = CountingRule.model_validate({
    "table": "certificates", "where": {"kind": ["科技型中小企业"]}, "distinct": "enterprise_id",
    "dated_by": "issued_on", "ends_by": "revoked_on", "validity": {"months": 12},
})  # fmt: skip
QUARTERS = Period(2025, 1).until(Period(2025, 4))
START = date(2024, 12, 2)


def certificate(firm: str, issued: str, revoked: str | None = None) -> dict[str, Any]:
    return {"enterprise_id": firm, "kind": "科技型中小企业", "issued_on": issued, "revoked_on": revoked}


def test_turnover_of_five_firms() -> None:
    """Entries last twelve months. At the ends of 2025Q1 … Q4 the holders are ABCD, ABD, ABDE, ADE.

    A: entered 2024-05-10, again 2025-05-08 (renewed in Q2, runs out 2026-05-08). B: 2024-11-20, runs out in Q4
    (lapsed). C: 2024-06-01, runs out in Q2 (lapsed). D: 2025-02-01. E: 2025-08-15 (recognised in Q3).
    """
    rows = [
        certificate("A", "2024-05-10"), certificate("A", "2025-05-08"), certificate("B", "2024-11-20"),
        certificate("C", "2024-06-01"), certificate("D", "2025-02-01"), certificate("E", "2025-08-15"),
    ]  # fmt: skip
    found = measure_turnover(ledger_of({"certificates": rows}), RULE, START, Period(2025, 4), QUARTERS)
    assert (found.lapsed, found.renewed, found.lost) == (2, 1, 0)
    assert found.recognised.to_dict() == {"2025Q2": 0, "2025Q3": 1, "2025Q4": 0}
    assert found.expiring(date(2026, 3, 31)) == 1, "D on 2026-02-01"
    assert found.expiring(date(2026, 5, 7)) == 1, "A still holds on the day before its last"
    assert found.expiring(date(2026, 12, 31)) == 3
    facts = pipeline_facts(found, date(2026, 12, 31))
    assert (facts.expiring, facts.pending, facts.lapsed, facts.renewed) == (3, None, 2, 1)


def test_a_revoked_item_is_lost_not_lapsed_and_unknown_quarters_are_not_compared() -> None:
    rows = [certificate("A", "2025-01-10"), certificate("B", "2025-01-10", "2025-05-01")]
    ledger = ledger_of({"certificates": rows})
    found = measure_turnover(ledger, RULE, START, Period(2025, 4), QUARTERS)
    assert (found.lapsed, found.renewed, found.lost) == (0, 0, 1)
    gap = measure_turnover(ledger, RULE, START, Period(2025, 4), [Period(2025, 1), Period(2025, 4)])
    assert gap.lost == 0 and gap.recognised.empty, "Q1 and Q4 do not follow each other"


def test_an_empty_ledger_turns_nothing_over() -> None:
    found = measure_turnover(ledger_of({}), RULE, START, Period(2025, 4), QUARTERS)
    assert (found.expiring(date(2026, 12, 31)), found.lapsed, found.renewed, found.lost) == (0, 0, 0, 0)


def a_target(kind: str) -> Target:
    return Target.model_validate({
        "id": "t", "name": "指标", "unit": "个", "amount": 10, "comparison": ">=", "due": "2026-12-31", "kind": kind,
        "direction": "up", "clause": "一", "quote": "原文",
    })  # fmt: skip


def test_age_counts_for_standing_items_only() -> None:
    """A stock's items are as old as their last filing; a flow's have happened and do not age."""
    plain = RULE.model_copy(update={"validity": "none"})
    items = pd.DataFrame({"evidence": ["a.pdf", None], "period": ["2025Q1", Period(2025, 4)]})
    count = Count(2.0, items)
    assert measure_backing(count, a_target("stock"), plain, Period(2025, 4)).ages == (3, 0)
    assert measure_backing(count, a_target("flow"), plain, Period(2025, 4)).ages is None
    assert measure_backing(count, a_target("stock"), RULE, Period(2025, 4)).ages is None
    assert measure_backing(count, a_target("flow"), plain, Period(2025, 4)).with_evidence == 1
    assert measure_backing(Count(0.0, items.iloc[:0]), a_target("flow"), plain, Period(2025, 4)).rows == 0


def test_mean_revision() -> None:
    """10 became 12 (20 %), 0 became 3 (told as 100 %), one quarter stayed: (0.2 + 1 + 0)/3. One quarter is unknown."""
    revisions = pd.DataFrame({
        "target_id": ["t", "t", "other"], "period": ["2025Q1", "2025Q2", "2025Q1"], "first": [10.0, 0.0, 1.0],
        "difference": [2.0, 3.0, 9.0],
    })  # fmt: skip
    values = pd.Series({"2025Q1": 12.0, "2025Q2": 3.0, "2025Q3": 5.0, "2025Q4": math.nan})
    share, compared = mean_revision(revisions, values, QUARTERS, "t")
    assert share == pytest.approx(0.4) and compared == 3
    assert mean_revision(revisions, values.iloc[:0], QUARTERS, "t") == (None, 0)


def a_forecast(**change: Any) -> dict[str, Any]:
    return {
        "target_id": "t", "name": "指标", "unit": "亿元", "event": "下一季", "made_in": "2025Q3", "horizon": 1,
        "closes_in": "2025Q4", "needed": 1.34, "p": 0.4, "low": 0.5, "high": 1.32, "known_on": None, "word": "胜负参半",
        "method": "flow", "reason": "", **change,
    }  # fmt: skip


def test_a_forecast_is_scored_from_the_outcome_as_displayed() -> None:
    """1.3249 is printed 1.32: inside 0.50–1.32, and below the 1.34 needed. Open while its quarter is."""
    outcomes = pd.DataFrame(
        {"target_id": ["t"], "period": ["2025Q4"], "value": [3.0], "added": [1.3249]}
    ).set_index(["target_id", "period"])  # fmt: skip
    closed = _closed(a_forecast(), outcomes, Period(2025, 4))
    assert (closed["outcome"], closed["reached"], closed["within"]) == (1.32, False, True)
    early = _closed(a_forecast(), outcomes, Period(2025, 3))
    assert math.isnan(early["outcome"]) and early["reached"] is None and early["within"] is None
    found = calibrate(pd.DataFrame([closed, a_forecast(event="到期", outcome=math.nan)], columns=list(COLUMNS)))
    assert (found.closed, found.open, found.coverage) == (1, 1, 1.0)
    assert found.brier == pytest.approx(0.16)
    nothing = calibrate(pd.DataFrame(columns=list(COLUMNS)))
    assert nothing.closed == 0 and nothing.reason


def test_combinations_are_all_of_them_or_a_stated_sample() -> None:
    """2 × 3 in full; of 2^13 = 8192 exactly 4096 different ones, the one in force among them, the same every time."""
    axis = [Choice("甲", 1, True), Choice("乙", 2, False)]
    every, number = combinations([axis, [*axis, Choice("丙", 3, False)]])
    assert len(every) == len(set(every)) == number == 6
    drawn, number = combinations([axis] * 13)
    assert number == 8192 and len(drawn) == len(set(drawn)) == 4096
    assert sum(all(choice.in_force for choice in found) for found in drawn) == 1
    assert drawn == combinations([axis] * 13)[0]
