"""The four arithmetics on worked examples an evaluator could have written (tests/cases/counting.yml)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledgers import ledger_of
from planeval.measures.counting import count_on, expiry, window_quarters
from planeval.periods import Period
from planeval.plan import CountingRule
from planeval.plan.validity import Validity

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases/counting.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_example(case: dict[str, Any]) -> None:
    """The value is the one the example's arithmetic gives, and None (not 0) where it cannot be said."""
    rule = CountingRule.model_validate(case["rule"])
    count = count_on(
        ledger_of(case["rows"]), rule, date.fromisoformat(case["start"]), Period.parse(case["period"]), case["unit"]
    )
    assert count.value == case["value"], case["sum"]
    assert bool(count.reason) == (case["value"] is None)


def test_every_kind_of_target_has_an_example() -> None:
    """Each of the plan's kinds of target is worked at least once."""
    assert {case["kind"] for case in CASES} == {"flow", "stock", "expiring_stock", "annual_flow", "money"}


@pytest.mark.parametrize(
    ("issued", "validity", "first_day_without"),
    [
        ("2023-11-06", {"years": 3}, "2026-11-06"),
        ("2024-02-29", {"years": 3}, "2027-02-28"),
        ("2025-06-30", {"months": 12}, "2026-06-30"),
        ("2025-01-01", {"until": "year_end"}, "2026-01-01"),
        ("2025-12-31", {"until": "next_march_31"}, "2026-04-01"),
    ],
)
def test_expiry_is_the_first_day_on_which_the_status_no_longer_holds(
    issued: str, validity: dict[str, Any], first_day_without: str
) -> None:
    """Three years from the certificate date, a year from entry, to the year's end, to next 31 March."""
    begun = pd.Series(pd.to_datetime([issued]))
    assert expiry(begun, Validity.model_validate(validity)).iloc[0] == pd.Timestamp(first_day_without)


def test_windows_of_an_annual_flow() -> None:
    """Which quarters each reading of 年营收 adds up, seen from 2026Q2."""
    seen = Period(2026, 2)
    assert [str(q) for q in window_quarters("rolling_four_quarters", seen)] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert [str(q) for q in window_quarters("calendar_year", seen)] == ["2026Q1", "2026Q2"]
    assert [str(q) for q in window_quarters("last_full_year", seen)] == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert window_quarters("last_full_year", Period(2026, 4))[0] == Period(2026, 1)


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.dates(date(2024, 1, 1), date(2027, 12, 31))), max_size=12),
    st.integers(0, 11),
)
def test_a_flow_never_shrinks_and_counts_each_item_once(items: list[tuple[str, date]], quarter: int) -> None:
    """A cumulative count is monotone in time and never exceeds the number of distinct items."""
    rows = [{"event_id": name, "kind": "科技论坛", "held_on": day.isoformat()} for name, day in items]
    rule = CountingRule(table="events", distinct="event_id", dated_by="held_on")
    ledger = ledger_of({"events": rows})
    period = Period(2024, 1).shift(quarter)
    now = count_on(ledger, rule, date(2024, 1, 1), period, "场").value
    later = count_on(ledger, rule, date(2024, 1, 1), period.next, "场").value
    assert now is not None and later is not None
    assert 0 <= now <= later <= len({name for name, _ in items})
