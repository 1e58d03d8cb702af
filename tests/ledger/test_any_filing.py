"""Filings nobody thought of: damaged bytes and tables of junk. They are read or refused; nothing crashes, no row
disappears without a word.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filing_desk import (
    CHINESE,
    EVENT_HEAD,
    FUND_HEAD,
    PLAN,
    csv_bytes,
    event,
    good_events,
    open_desk,
    rezipped,
    workbook,
)  # fmt: skip
from planeval.ledger.forms import FormReading, read_form
from planeval.ledger.headings import Origin
from planeval.ledger.sheets import Sheet, sheets_of
from planeval.ledger.tables import BY_SHEET
from planeval.plan import Plan, load_plan
from planeval.problems import ERROR, InputError
from planeval.workspace import Workspace

GOOD = workbook({"活动": [EVENT_HEAD, *(event(number) for number in range(1, 20))], "基金": [FUND_HEAD]})
SHEET = zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml")
WORKBOOK = zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/workbook.xml")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load_plan(Workspace(open_desk(tmp_path_factory.mktemp("any")).root), PLAN)


def opened(content: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets, or none with every fault in Chinese; anything else than InputError is a crash."""
    try:
        return sheets_of(content, PurePath(name), name)
    except InputError as refusal:
        for problem in refusal.problems:
            assert CHINESE.search(problem.message) and CHINESE.search(problem.remedy)
        return ()


def form(sheet: Sheet, plan: Plan) -> FormReading:
    return read_form(sheet, BY_SHEET["活动"], plan, Origin("活动.csv", "port", "活动"))


@given(at=st.integers(0, len(GOOD)), cut=st.integers(0, 64), put=st.binary(max_size=64))
def test_any_damage_to_a_workbook_is_read_or_refused(at: int, cut: int, put: bytes) -> None:
    """A piece of the file replaced by other bytes, as by a broken disk or a virus scanner."""
    opened(GOOD[:at] + put + GOOD[at + cut :], "port.xlsx")


PIECES = st.sampled_from(
    [b"", b"<", b"&", b"&x;", b"\x00", b"\xff", b't="s"', b't="e"', b't="b"', b't="d"', b't="inlineStr"', b' r="A1"',
     b' r="ZZZ9999999"', b' r="A0"', b' r="1A"', b' r=""', b"-1", b"1e999", b"nan", b"<v>9</v>", b"<f>1</f>", b"<c/>",
     b"</row>", b'<row r="9999999">', b"<mergeCells><mergeCell ref='A1:XFD9'/></mergeCells>", b"_x0000_",
     "中".encode("gb18030")]
)  # fmt: skip


@given(part=st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml"]), at=st.integers(0, 10_000),
       cut=st.integers(0, 20), put=PIECES)  # fmt: skip
def test_any_damage_inside_a_workbook_is_read_or_refused(part: str, at: int, cut: int, put: bytes) -> None:
    """The zip is whole, the XML in it is not what a reader expects."""
    good = SHEET if part.endswith("sheet1.xml") else WORKBOOK
    at %= len(good)
    opened(rezipped(GOOD, {part: good[:at] + put + good[at + cut :]}), "port.xlsx")


@given(content=st.binary(max_size=300), name=st.sampled_from(["活动.csv", "port.xlsx", "port", "port.xls", "port.et"]))
def test_any_bytes_under_any_name_are_read_or_refused(content: bytes, name: str, plan: Plan) -> None:
    for sheet in opened(content, name):
        form(sheet, plan)


CELLS = st.one_of(
    st.sampled_from(["", " ", "合计", "注：x", "HD1", "产业对接会", "2026-05-04", "40", "约40", "2025-13-01", "<b>",
                     "活动编号", "\u200b", "=1+1", "9.1E+17", "示例数据", "港务局"]),
    st.text(max_size=12),
)  # fmt: skip


@given(rows=st.lists(st.lists(CELLS, max_size=11), max_size=8), head=st.permutations(EVENT_HEAD))
def test_no_row_of_any_table_disappears_without_a_word(rows: list[list[str]], head: list[str], plan: Plan) -> None:
    """Every row with anything in a known column is taken, refused with an error, or passed over with a warning."""
    for sheet in opened(csv_bytes([head, *rows], "utf-8"), "活动.csv"):
        reading = form(sheet, plan)
        filled = {number for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row[: len(head)])}
        taken = {row["row"] for row in reading.rows}
        addresses = {int("".join(filter(str.isdigit, problem.cell))): problem for problem in reading.problems}
        assert filled <= taken | set(addresses)
        assert not {number for number in taken if number in addresses and addresses[number].level == ERROR}
        for problem in reading.problems:
            assert problem.cell and CHINESE.search(problem.message) and CHINESE.search(problem.remedy), problem


@given(number=st.integers(1, 30), title=st.booleans(), blanks=st.integers(0, 3))
def test_good_rows_survive_titles_and_blanks_around_them(number: int, title: bool, blanks: int, plan: Plan) -> None:
    rows = [["某季度台账"]] * title + [EVENT_HEAD]
    for item in range(number):
        rows += [[]] * blanks + [event(item)]
    (sheet,) = sheets_of(workbook({"活动": rows}), Path("port.xlsx"), "port.xlsx")
    reading = form(sheet, plan)
    assert [row["event_id"] for row in reading.rows] == [f"HD{item}" for item in range(number)]
    assert reading.problems == [] and reading.written == number


def test_the_template_of_this_test_is_good() -> None:
    assert [sheet.name for sheet in opened(good_events(1), "port.xlsx")] == ["活动", "基金"]
