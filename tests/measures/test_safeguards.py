"""The publicity record and the working group's record: worked examples, the demonstration counted again, no rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ledgers import ledger_of
from planeval import open_review, publicity_section, working_group_section
from planeval.measures.publicity import measure_publicity
from planeval.measures.working_group import measure_working_group
from planeval.periods import Period
from planeval.review import Review
from recomputation import standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASES = yaml.safe_load((ROOT / "tests/cases/safeguards.yml").read_text(encoding="utf-8"))


def reported(case: dict[str, Any], table: str) -> set[tuple[Period, str, str]]:
    """One unit filed the table in the quarters the case names."""
    return {(Period.parse(quarter), "kejiju", table) for quarter in case["filed"]}


def plain(rows: Any) -> list[list[Any]]:
    """Rows of a frame with missing values as None."""
    return [[None if pd.isna(value) else value for value in row]
            for row in rows.to_numpy(dtype=object).tolist()]  # fmt: skip


@pytest.mark.parametrize("case", CASES["publicity"], ids=lambda case: case["name"])
def test_publicity_by_hand(case: dict[str, Any]) -> None:
    """Each item in the quarter of its own day; an unfiled quarter is unknown."""
    rows = [{"item_id": f"XC-{n}", "medium": medium, "level": level, "published_on": day}
            for n, (medium, level, day) in enumerate(case["rows"])]  # fmt: skip
    record = measure_publicity(
        ledger_of({"publicity": rows}, reported(case, "publicity")), Period.parse(case["period"])
    )
    assert len(record.items) == case["items"] == record.by_medium["total"].sum()
    assert plain(record.by_quarter) == case["quarters"]
    assert list(record.without_meeting) == case["without_meeting"]


@pytest.mark.parametrize("case", CASES["working_group"], ids=lambda case: case["name"])
def test_working_group_by_hand(case: dict[str, Any]) -> None:
    """A state counts once for an order, in the quarter in which it was first reached."""
    rows = [{"order_id": order, "changed_on": day, "state": state, "lead_unit": unit}
            for order, day, state, unit in case["rows"]]  # fmt: skip
    ledger = ledger_of({"dispatch": rows}, reported(case, "dispatch"))
    group = measure_working_group(ledger, Period.parse(case["period"]))
    assert plain(group.by_quarter) == case["quarters"]
    assert list(group.idle) == case["idle"]


def test_no_rows_no_filings_no_record() -> None:
    """Nothing filed is nothing known: no quarter is invented."""
    period = Period(2026, 3)
    assert measure_working_group(ledger_of({}), period).by_quarter.empty
    record = measure_publicity(ledger_of({}), period)
    assert record.items.empty
    assert plain(record.by_quarter) == [["2026Q3", None, None]]


def test_the_demonstration_counted_again_from_raw_cells(demonstration: Review) -> None:
    """Every 宣传 and 督办 row of the standing workbooks, counted without the package."""
    rows, _ = standing_rows(ROOT, "")
    media = [row["媒体种类"] for row in rows["宣传"].values()]
    states = {(row["督办编号"], row["状态"]) for row in rows["督办"].values()}
    by_medium = demonstration.themes.publicity.by_medium.set_index("medium")["total"]
    assert Counter(media) == Counter({name: n for name, n in by_medium.items() if n})
    by_quarter = demonstration.themes.working_group.by_quarter
    assert by_quarter["assigned"].sum() == sum(state == "交办" for _, state in states)
    assert by_quarter["closed"].sum() == sum(state == "销号" for _, state in states)


def test_sections_say_what_they_are_based_on(demonstration: Review) -> None:
    """The first sentence is computed; a plan without the ledgers says whose word is missing."""
    assert "累计交办 15 件、销号 10 件" in working_group_section(demonstration).text
    assert f"共 {len(demonstration.themes.publicity.items)} 条" in publicity_section(demonstration).text
    other = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert "不适用" in working_group_section(other).text
    assert "不适用" in publicity_section(other).text
