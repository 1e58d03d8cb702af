"""The register: what had been received on a day, and what of it stands. It never asks what day it is today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filing_desk import PLAN, REGISTER_HEAD, Desk, open_desk
from planeval.ledger.register import Filing, known_on, read_register
from planeval.periods import Period
from planeval.plan import Plan, load_plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

SHA = "0" * 64


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Plan]:
    """A workspace without a register, and its plan (units: port, customs)."""
    place = Workspace(open_desk(tmp_path_factory.mktemp("register")).root)
    return place, load_plan(place, PLAN)


def read(empty: tuple[Workspace, Plan], *lines: str, head: str = REGISTER_HEAD) -> tuple[Filing, ...]:
    """The filings of a register that holds these lines below its headings."""
    path = empty[0].register(PLAN)
    path.write_text("\ufeff" + "\n".join([head, *lines]) + "\n", encoding="utf-8", newline="\n")
    return read_register(*empty)


def refused(empty: tuple[Workspace, Plan], *lines: str, head: str = REGISTER_HEAD) -> list[tuple[str, str]]:
    """Place and message of every fault of such a register."""
    with pytest.raises(InputError) as refusal:
        read(empty, *lines, head=head)
    assert all(problem.file == f"data/{PLAN}/register.csv" for problem in refusal.value.problems)
    return [(problem.cell, problem.message) for problem in refusal.value.problems]


def files(filings: tuple[Filing, ...]) -> list[str]:
    return [filing.file for filing in filings]


# ------------------------------------------------------------------------------ a worked example

WORKED = (
    f"port,2026Q1,2026Q1/port.xlsx,2026-04-10,{SHA},",
    f"customs,2026Q1,2026Q1/customs.xlsx,2026-04-12,{SHA},",
    f"port,2026Q2,2026Q2/port.xlsx,2026-07-10,{SHA},",
    f"port,2026Q1,2026Q1/port-v2.xlsx,2026-08-01,{SHA},2026Q1/port.xlsx",
    f"port,2026Q1,2026Q1/port-v3.xlsx,2026-09-01,{SHA},2026Q1/port-v2.xlsx",
)


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2026-04-09", []),
        ("2026-04-10", ["2026Q1/port.xlsx"]),
        ("2026-07-31", ["2026Q1/port.xlsx", "2026Q1/customs.xlsx", "2026Q2/port.xlsx"]),
        ("2026-08-01", ["2026Q1/customs.xlsx", "2026Q1/port-v2.xlsx", "2026Q2/port.xlsx"]),
        ("2026-09-01", ["2026Q1/customs.xlsx", "2026Q1/port-v3.xlsx", "2026Q2/port.xlsx"]),
        ("2030-01-01", ["2026Q1/customs.xlsx", "2026Q1/port-v3.xlsx", "2026Q2/port.xlsx"]),
    ],
)
def test_what_stands_on_a_day(empty: tuple[Workspace, Plan], day: str, standing: list[str]) -> None:
    """A correction replaces its predecessor from the day it was received, and not a day earlier."""
    known = known_on(read(empty, *WORKED), date.fromisoformat(day))
    assert (files(known.standing), known.day) == (standing, date.fromisoformat(day))


def test_without_a_day_it_is_the_last_receipt_even_when_that_lies_ahead(empty: tuple[Workspace, Plan]) -> None:
    """A register that ends in 2099 is read as of 2099, one that ends in 2001 as of 2001: today plays no part."""
    for year in (2001, 2099):
        filings = read(empty, f"port,2026Q1,a.xlsx,{year}-05-01,{SHA},", f"customs,2026Q1,b.xlsx,2000-01-01,{SHA},")
        assert known_on(filings, None).day == date(year, 5, 1)
        assert len(known_on(filings, None).standing) == 2


def test_nothing_received_is_known_on_no_day(empty: tuple[Workspace, Plan]) -> None:
    empty[0].register(PLAN).unlink(missing_ok=True)
    assert read_register(*empty) == () and read(empty) == ()
    assert known_on((), None).day is None
    assert known_on((), date(2026, 1, 1)).day == date(2026, 1, 1)


# ----------------------------------------------------------------------------------- its faults


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},", "", f"port,2026Q1,a.xlsx,2026-04-11,{SHA},"],
         [("第 4 行 file", "同一文件登记了两次（第 2 行已有）")]),
        ([f"port,2026Q1,b.xlsx,2026-04-11,{SHA},a.xlsx"],
         [("第 2 行 supersedes", "supersedes 指的不是同一单位同一季度更早登记的文件")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},", f"customs,2026Q1,b.xlsx,2026-04-11,{SHA},a.xlsx"],
         [("第 3 行 supersedes", "supersedes 指的不是同一单位同一季度更早登记的文件")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},", f"port,2026Q2,b.xlsx,2026-07-11,{SHA},a.xlsx"],
         [("第 3 行 supersedes", "supersedes 指的不是同一单位同一季度更早登记的文件")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},a.xlsx"],
         [("第 2 行 supersedes", "supersedes 指的不是同一单位同一季度更早登记的文件")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},", f"port,2026Q1,b.xlsx,2026-04-11,{SHA},a.xlsx",
          f"port,2026Q1,c.xlsx,2026-04-12,{SHA},a.xlsx"],
         [("第 4 行 supersedes", "这份文件已被第 3 行更正过")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},", f"port,2026Q1,b.xlsx,2026-04-09,{SHA},a.xlsx"],
         [("第 3 行 supersedes", "更正的收件日期早于被更正的文件")]),
        ([f"port,2026Q1,a.xlsx,2026-04-40,{SHA},", f"port,2026Q1,b.xlsx,2026-05-10,{SHA},a.xlsx"],
         [("第 2 行 received_on", "没有这一天")]),
        (["port,2026Q1,a.xlsx"], [("第 2 行", "列数不对")]),
        ([f"port,2026Q1,a.xlsx,2026-04-10,{SHA},,ok"], [("第 2 行", "列数不对")]),
        (["port,2026Q1,/etc/passwd,2026-04-10,XYZ,"],
         [("第 2 行 sha256", "不是 SHA-256"), ("第 2 行 file", "文件路径不在 filings 文件夹内，或写法不规范")]),
    ],
    ids=["registered twice", "corrects nothing", "another unit's", "another quarter's", "itself", "corrected twice",
         "corrected before received", "a faulty line is not held against the next", "too short", "too long", "outside"],
)  # fmt: skip
def test_faults_are_told_with_the_line_an_editor_shows(
    empty: tuple[Workspace, Plan], lines: list[str], faults: list[tuple[str, str]]
) -> None:
    assert refused(empty, *lines) == faults


@pytest.mark.parametrize("file", ["../a.xlsx", "a/../b.xlsx", "./a.xlsx", "a//b.xlsx", "C:/a.xlsx", "a\\b.xlsx", "", "a\u202e.xlsx"])  # fmt: skip
def test_a_file_lies_below_filings_and_has_one_name(empty: tuple[Workspace, Plan], file: str) -> None:
    assert refused(empty, f"port,2026Q1,{file},2026-04-10,{SHA},")[0][0] == "第 2 行 file"


@pytest.mark.parametrize("head", ["", "unit,period,file", REGISTER_HEAD.upper(), "单位,季度,文件,收到,哈希,更正"])
def test_a_register_without_its_headings_is_no_register(empty: tuple[Workspace, Plan], head: str) -> None:
    """An emptied register must not pass for one in which nobody ever filed."""
    assert refused(empty, head=head) == [("第 1 行", "登记簿的表头不对")]


def test_a_register_that_excel_saved_anew(empty: tuple[Workspace, Plan]) -> None:
    """GB18030 with a Chinese file name: said, and not half-read."""
    line = f"port,2026Q1,2026Q1/港务局.xlsx,2026-04-10,{SHA},\n"
    empty[0].register(PLAN).write_bytes(f"{REGISTER_HEAD}\n{line}".encode("gb18030"))
    with pytest.raises(InputError) as refusal:
        read_register(*empty)
    problem: Problem = refusal.value.problems[0]
    assert (problem.message, problem.expected) == ("登记簿读不出来", "UTF-8 编码的 CSV")


# -------------------------------------------------------------------- every register there can be


@dataclass(frozen=True)
class Line:
    """A line as the recomputation sees it."""

    unit: str
    period: str
    file: str
    received_on: date
    supersedes: str


@st.composite
def registers(draw: st.DrawFn) -> list[Line]:
    """Registers as a desk can write them: receipts in any order of quarter, corrections of what stands."""
    lines: list[Line] = []
    day = date(2026, 1, 1)
    for number in range(draw(st.integers(0, 12))):
        day += timedelta(days=draw(st.integers(0, 40)))
        replaced = {line.supersedes for line in lines}
        open_lines = [line for line in lines if line.file not in replaced]
        earlier = draw(st.sampled_from([None, *open_lines]))
        unit = earlier.unit if earlier else draw(st.sampled_from(["port", "customs"]))
        period = earlier.period if earlier else draw(st.sampled_from(["2025Q4", "2026Q1", "2026Q2"]))
        lines.append(Line(unit, period, f"{period}/{number}.xlsx", day, earlier.file if earlier else ""))
    return lines


def standing_again(lines: list[Line], day: date) -> list[str]:
    """The definition, in the plainest words: received by then, and replaced by nothing received by then."""
    stands = []
    for line in lines:
        replaced = False
        for later in lines:
            if later.supersedes == line.file and later.received_on <= day:
                replaced = True
        if line.received_on <= day and not replaced:
            stands.append(line)
    return [line.file for line in sorted(stands, key=lambda line: (line.period, line.received_on, lines.index(line)))]


@given(lines=registers(), days=st.lists(st.dates(date(2025, 12, 1), date(2027, 6, 1)), min_size=1, max_size=5))
def test_any_register_on_any_day_agrees_with_the_definition(
    empty: tuple[Workspace, Plan], lines: list[Line], days: list[date]
) -> None:
    filings = read(empty, *(f"{ln.unit},{ln.period},{ln.file},{ln.received_on},{SHA},{ln.supersedes}" for ln in lines))
    assert files(filings) == [line.file for line in lines]
    for day in days:
        known = known_on(filings, day)
        assert files(known.standing) == standing_again(lines, day)
        assert {filing.file for filing in known.received} == {ln.file for ln in lines if ln.received_on <= day}
    last = max([line.received_on for line in lines], default=None)
    assert known_on(filings, None) == known_on(filings, last)
    units_and_periods = [(filing.unit, filing.period) for filing in filings if not filing.supersedes]
    assert len(known_on(filings, None).standing) == len(units_and_periods)  # a correction replaces exactly one


@given(lines=registers(), text=st.text(max_size=8), position=st.integers(0, 5), number=st.integers(0, 11))
def test_any_damage_to_a_register_is_read_or_refused_but_never_crashes(
    empty: tuple[Workspace, Plan], lines: list[Line], text: str, position: int, number: int
) -> None:
    written = [[ln.unit, ln.period, ln.file, str(ln.received_on), SHA, ln.supersedes] for ln in lines]
    if written:
        written[number % len(written)][position] = text
    try:
        filings = read(empty, *(",".join(cells) for cells in written))
    except InputError as refusal:
        assert all(problem.line() for problem in refusal.problems)
    else:
        assert all(isinstance(filing.period, Period) for filing in filings)


def test_a_desk_enters_what_it_receives(tmp_path: Path) -> None:
    """The tests' own desk writes registers that read back: unit, period, file and hash of the bytes."""
    desk: Desk = open_desk(tmp_path)
    desk.receive("port", b"x", "2026Q2/port.xlsx", received_on="2026-07-01")
    place = Workspace(desk.root)
    (filing,) = read_register(place, load_plan(place, PLAN))
    assert (filing.unit, str(filing.period), filing.order) == ("port", "2026Q2", 2)
