"""The ledger as it stands: the last word of a unit, the first unit of the duty list, the day it was known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filing_desk import (
    CHINESE,
    EVENT_HEAD,
    FUND_HEAD,
    METHOD_YML,
    Desk,
    Rows,
    event,
    fund,
    good_events,
    open_desk,
    workbook,
)
from planeval.ledger.items import one_row_per_item
from planeval.ledger.tables import BY_ID, SAMPLE
from planeval.periods import Period


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path)


def file(desk: Desk, unit: str, period: str, rows: Rows, received_on: str, **changed: Any) -> None:
    """A unit's events of a quarter, with an empty fund sheet."""
    sheets = {"活动": [EVENT_HEAD, *rows], "基金": [FUND_HEAD]}
    desk.receive(unit, workbook(sheets), changed.pop("name", f"{period}/{unit}.xlsx"), period=period,
                 received_on=received_on, **changed)  # fmt: skip


def events(desk: Desk, period: str = "2026Q2", known: str = "") -> dict[str, str]:
    """Event → the place of the row that stands."""
    rows = desk.ledger(period, known).current["events"]
    return dict(zip(rows["event_id"], rows["place"], strict=True))


def test_a_later_filing_of_a_unit_carries_its_items_forward(desk: Desk) -> None:
    """HD1 is filed again with another place: one event, at the place said last; both rows remain on file."""
    file(desk, "port", "2026Q1", [event(1, 地点="旧址"), event(2)], "2026-04-10")
    file(desk, "port", "2026Q2", [event(1, 地点="新址"), event(3)], "2026-07-10")
    assert events(desk) == {"HD1": "新址", "HD2": "一号码头", "HD3": "一号码头"}
    ledger = desk.ledger()
    assert len(ledger.filed["events"]) == 4 and ledger.duplicates.empty
    assert desk.value("events") == 3


def test_the_quarter_decides_which_word_is_the_last_not_the_day_of_receipt(desk: Desk) -> None:
    """A late filing for the first quarter does not undo what the second quarter's said."""
    file(desk, "port", "2026Q2", [event(1, 地点="新址")], "2026-07-10")
    file(desk, "port", "2026Q1", [event(1, 地点="旧址")], "2026-08-10")
    assert events(desk) == {"HD1": "新址"}


def test_the_same_item_in_two_spellings_is_one_item(desk: Desk) -> None:
    """ＨＤ１, hd 1 and HD1 are one number after NFKC."""
    file(desk, "port", "2026Q1", [event(1, 活动编号="ＨＤ１")], "2026-04-10")
    file(desk, "port", "2026Q2", [event(1, 活动编号="hd 1", 地点="新址")], "2026-07-10")
    assert events(desk) == {"HD1": "新址"}


def test_between_units_the_first_in_the_duty_list_is_believed(desk: Desk) -> None:
    """filing_duties names port before customs for 活动; the item is listed once, with both."""
    for quarter, received in (("2026Q1", "2026-04-01"), ("2026Q2", "2026-07-01")):
        file(desk, "customs", quarter, [event(1, 地点="海关说的"), event(9)], received)
    file(desk, "port", "2026Q1", [event(1, 地点="港务局说的")], "2026-07-20")
    assert events(desk) == {"HD1": "港务局说的", "HD9": "一号码头"}
    (row,) = desk.ledger().duplicates.to_dict("records")
    assert row == {"table": "events", "item": "HD1", "units": ("port", "customs"), "counted": "port"}
    assert desk.value("events") == 2


def test_a_correction_changes_the_later_view_and_not_the_earlier(desk: Desk) -> None:
    """The first quarter was printed on 30 April with two events; a correction of 1 August leaves one."""
    file(desk, "port", "2026Q1", [event(1, "2026-02-01"), event(2, "2026-02-02")], "2026-04-10")
    file(desk, "customs", "2026Q1", [event(9, "2026-02-03")], "2026-04-10")
    before = desk.review("2026Q1", "2026-04-30")
    file(desk, "port", "2026Q1", [event(1, "2026-02-01", 地点="新址")], "2026-08-01", name="2026Q1/port-v2.xlsx",
         supersedes="2026Q1/port.xlsx")  # fmt: skip
    then, now = desk.review("2026Q1", "2026-04-30"), desk.review("2026Q1")
    assert (then.counts["events"].value, now.counts["events"].value) == (3, 2)
    pd.testing.assert_frame_equal(then.targets, before.targets)
    for table in BY_ID:
        pd.testing.assert_frame_equal(then.ledger.current[table], before.ledger.current[table])
    assert (then.as_known_on, now.as_known_on) == (date(2026, 4, 30), date(2026, 8, 1))
    assert {filing.file for filing in now.ledger.received} - {filing.file for filing in then.ledger.received} == {
        "2026Q1/port-v2.xlsx"
    }


def test_a_correction_of_one_sheet_withdraws_the_others(desk: Desk) -> None:
    """A superseding workbook without 基金 takes the fund back: said as missing, not kept from the old file."""
    first = workbook({"活动": [EVENT_HEAD], "基金": [FUND_HEAD, fund(1)]})
    desk.receive("port", first, "2026Q2/port.xlsx")
    desk.receive("port", workbook({"活动": [EVENT_HEAD]}), "2026Q2/port-v2.xlsx", received_on="2026-08-01",
                 supersedes="2026Q2/port.xlsx")  # fmt: skip
    assert (desk.value("fund"), desk.value("fund", "2026Q2", "2026-07-31")) == (None, 1)
    assert [problem.rule for problem in desk.problems()] == ["missing_sheet"]


def test_duties_are_those_of_the_quarter_that_was_filed(desk: Desk) -> None:
    """基金 is owed from 2026Q2 on; nobody is blamed for the quarters before."""
    new = (
        "      - {value: {events: [port, customs]}, reason: 起初只报活动, by: 评估组, from: 2025Q1}\n"
        "      - {value: {events: [port, customs], funds: [port]}, reason: 加报基金, by: 评估组, from: 2026Q2}"
    )
    old = "      - {value: {events: [port, customs], funds: [port]}, reason: 便于举例, by: 评估组, from: 2025Q1}"
    assert old in METHOD_YML
    desk.params("method.yml").write_text(METHOD_YML.replace(old, new), encoding="utf-8")
    only_events = workbook({"活动": [EVENT_HEAD, event(1)]})
    for period, received in (("2026Q1", "2026-04-10"), ("2026Q2", "2026-07-10")):
        desk.receive("port", only_events, f"{period}/port.xlsx", period=period, received_on=received)
    assert [(problem.file, problem.rule) for problem in desk.problems()] == [
        (desk.shown("2026Q2/port.xlsx"), "missing_sheet")
    ]


def test_rows_marked_as_sample_are_counted_as_such(desk: Desk) -> None:
    file(desk, "port", "2026Q2", [event(1, 数据性质=SAMPLE), event(2)], "2026-07-10")
    review = desk.review()
    assert (review.ledger.sample_rows, review.is_sample) == (1, True)


def test_every_fault_has_a_unit_a_file_and_a_remedy(desk: Desk) -> None:
    """What the unit's slip will be made from: no fault without an owner (register and stray files aside)."""
    desk.receive("port", workbook({"活动": [EVENT_HEAD, event(1, "昨天")], "杂项": [["x"]]}))
    desk.receive("customs", b"")
    for problem in desk.problems():
        assert problem.unit in ("port", "customs") and problem.file.startswith("data/harbour/filings/2026Q2/")
        assert CHINESE.search(problem.message) and CHINESE.search(problem.remedy), problem


def test_good_filings_have_no_faults(desk: Desk) -> None:
    desk.receive("port", good_events(1, 2))
    desk.receive("customs", workbook({"活动": [EVENT_HEAD, event(9)]}))
    assert desk.problems() == [] and desk.value("events") == 3


# ---------------------------------------------------------------------- any order of filings

ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["port", "customs", "stranger"]), st.integers(0, 3)), max_size=12
)


@given(ROWS, st.permutations(["port", "customs", "stranger"]), st.integers(0, 3))
def test_one_row_per_item_agrees_with_the_definition(
    said: list[tuple[str, str, int]], order: list[str], listed: int
) -> None:
    """For each item: the last word of each unit; of those, the unit that stands first in the duty list, else the
    word that was first among the units' last words.
    """
    authority = tuple(order[:listed])
    said = sorted(said, key=lambda word: word[2])  # the register hands rows over quarter by quarter
    rows = pd.DataFrame(
        [{"event_id": item, "unit_id": unit, "period": Period(2026, quarter + 1), "received_on": date(2026, 12, 1),
          "file": f"{number}.xlsx", "row": 2, "place": number} for number, (item, unit, quarter) in enumerate(said)],
        columns=["event_id", "unit_id", "period", "received_on", "file", "row", "place"],
    )  # fmt: skip
    standing, duplicates = one_row_per_item(rows, BY_ID["events"], authority)
    expected, repeated = {}, {}
    for item in {item for item, _, _ in said}:
        last = {unit: number for number, (name, unit, _) in enumerate(said) if name == item}
        best = min(last, key=lambda unit: (authority.index(unit) if unit in authority else 99, last[unit]))
        expected[item] = last[best]
        if len(last) > 1:
            repeated[item] = (best, set(last))
    assert dict(zip(standing["event_id"], standing["place"], strict=True)) == expected
    assert {row["item"]: (row["counted"], set(row["units"])) for row in duplicates.to_dict("records")} == repeated
    assert len(duplicates) == len(repeated)
