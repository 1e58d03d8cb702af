"""The rules on the demonstration filings: nothing is refused, and what the story planted is found."""

from __future__ import annotations

import time
from functools import cache

import pytest
from rule_frames import PERIOD, ROOT, day, real_rules

from planeval.ledger import open_ledger
from planeval.ledger.book import Ledger
from planeval.ledger.rules import RuleContext, RuleFindings, apply_rules
from planeval.periods import Period
from planeval.plan import load_method, load_plan
from planeval.problems import ERROR
from planeval.workspace import Workspace


@cache
def opened(period: Period, known_on: str) -> tuple[Ledger, RuleContext]:
    workspace = Workspace(ROOT)
    plan = load_plan(workspace, "jincheng")
    method = load_method(workspace, plan)
    ledger = open_ledger(workspace, plan, method, period, day(known_on))
    return ledger, RuleContext.of(plan, method, period, as_known_on=ledger.as_known_on, filings=ledger.received)


def found(period: Period, known_on: str) -> RuleFindings:
    ledger, context = opened(period, known_on)
    return apply_rules(real_rules(), ledger.filed, context)


@pytest.mark.parametrize(
    ("period", "known_on"),
    [
        (Period(2025, 1), "2025-04-20"),
        (Period(2025, 3), "2025-10-20"),
        (Period(2025, 4), "2026-01-28"),
        (PERIOD, "2026-11-01"),
    ],
)
def test_no_row_is_refused_and_the_warnings_are_a_handful(period: Period, known_on: str) -> None:
    findings = found(period, known_on)
    assert [problem.line() for problem in findings.problems if problem.level == ERROR] == []
    assert len(findings.problems) <= 25


def test_the_slips_of_the_filing_that_was_corrected_are_found_while_it_stands() -> None:
    assert {"contract_far_from_typical", "revenue_ten_times", "achievement_receiver_open"} <= {
        problem.rule for problem in found(Period(2025, 3), "2025-10-20").problems
    }
    assert not {"contract_far_from_typical", "revenue_ten_times"} & {
        problem.rule for problem in found(PERIOD, "2026-11-01").problems
    }


def test_what_two_units_filed_and_what_is_missing_is_found() -> None:
    rules = {problem.rule for problem in found(PERIOD, "2026-11-01").problems}
    assert {"enterprise_units_disagree", "event_units_disagree", "operations_missing_quarter"} <= rules


def test_all_rules_on_all_filings_take_less_than_a_second_and_a_half() -> None:
    opened(PERIOD, "2026-11-01")
    found(PERIOD, "2026-11-01")
    begun = time.process_time()
    found(PERIOD, "2026-11-01")
    assert time.process_time() - begun < 1.5
