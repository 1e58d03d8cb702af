"""Workbooks are opened by a child process: a file that kills, stops or fills it is refused, and the next one is read.

Also: .xls and .ods are read as .xlsx is.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from test_bad_bytes import zipped
from test_libreoffice import SOFFICE, converted

from filing_desk import EVENT_HEAD, Desk, event, open_desk, told, workbook
from planeval.ledger.reading_child import MAX_AREA, MAX_COLUMNS, MAX_ROWS, ReadingChild
from planeval.ledger.reading_worker import SHEETS, answer
from planeval.ledger.sheets import read_sheets
from planeval.problems import InputError, Problem

FILINGS = Path(__file__).resolve().parents[2] / "data" / "jincheng" / "filings"
LIMITS = (MAX_ROWS, MAX_COLUMNS, MAX_AREA)
GOOD = workbook({"活动": [EVENT_HEAD, event(1)]})
posix = pytest.mark.skipif(os.name != "posix", reason="signals that stop and kill a process")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps the memory limit")


def refusal(child: ReadingChild, raw: bytes) -> Problem:
    with pytest.raises(InputError) as caught:
        child.read(raw, "a.xlsx")
    (problem,) = caught.value.problems
    return problem


@pytest.fixture
def child() -> Iterator[ReadingChild]:
    child = ReadingChild()
    yield child
    child.close()


def pid(child: ReadingChild) -> int:
    assert child.process is not None
    return child.process.pid


def is_alive(process: int) -> bool:
    """Whether it still runs; one that ended and was not yet asked for counts as gone."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_the_child_reads_what_is_read_in_the_process_itself(child: ReadingChild) -> None:
    paths = sorted((FILINGS / "2026Q2").glob("*.xlsx"))
    assert len(paths) > 5
    for path in paths:
        raw = path.read_bytes()
        why, sheets = answer(raw, LIMITS)
        assert why == SHEETS and child.read(raw, path.name) == sheets
        read = [(sheet.name, sheet.hidden, [list(row) for row in sheet.rows]) for sheet in read_sheets(path, path.name)]
        assert read == [(name, hidden, rows) for _, name, hidden, _, rows in sheets]


@posix
def test_a_killed_child_refuses_its_file_and_the_next_is_read(child: ReadingChild) -> None:
    good = child.read(GOOD, "a.xlsx")
    first = pid(child)
    os.kill(first, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (first, signal.SIGKILL)).start()
    problem = refusal(child, GOOD)
    assert problem.rule == "reader_died" and "另存为 .xlsx" in problem.remedy
    assert child.read(GOOD, "a.xlsx") == good and pid(child) != first


@posix
def test_a_child_that_died_between_two_files_is_replaced_unnoticed(child: ReadingChild) -> None:
    good = child.read(GOOD, "a.xlsx")
    os.kill(pid(child), signal.SIGKILL)
    assert child.process is not None
    child.process.wait(5)
    assert child.read(GOOD, "a.xlsx") == good


@posix
def test_a_child_that_hangs_is_killed(child: ReadingChild) -> None:
    good = child.read(GOOD, "a.xlsx")
    first, child.seconds = pid(child), 0.3
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    assert refusal(child, GOOD).rule == "reader_timeout"
    assert time.monotonic() - began < 3 and not is_alive(first)
    child.seconds = 20
    assert child.read(GOOD, "a.xlsx") == good


@linux
def test_a_workbook_that_needs_too_much_memory_is_refused() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("活动")
    for _ in range(2000):
        sheet.append(["x" * 300] * 150)
    packed = io.BytesIO()
    book.save(packed)
    child = ReadingChild(memory=150_000_000)
    try:
        assert child.read(GOOD, "a.xlsx")
        assert refusal(child, packed.getvalue()).rule == "reader_memory"
        assert child.read(GOOD, "a.xlsx")
    finally:
        child.close()


LEAVING = """
import os, sys
from planeval.ledger.reading_child import CHILD
CHILD.read(open(sys.argv[1], 'rb').read(), 'a')
print(CHILD.process.pid, flush=True)
if sys.argv[2] == 'kill':
    os.kill(os.getpid(), 9)
"""


@posix
@pytest.mark.parametrize("how", ["ends", "kill"])
def test_no_child_outlives_its_parent(how: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(GOOD)
    command = [sys.executable, "-c", LEAVING, str(tmp_path / "a.xlsx"), how]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    left = int(done.stdout)
    until = time.monotonic() + 5
    while is_alive(left) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(left)


ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
CELL = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'


def ods(rows: str, manifest: str = "") -> bytes:
    """A hand-made .ods with the sheet 活动."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} xmlns:calcext="urn:calcext">'
        f'<office:body><office:spreadsheet><table:table table:name="活动">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {
        "mimetype": ODS_TYPE,
        "content.xml": content.encode(),
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>".encode(),
    }
    return zipped(parts, 0)


def row(*cells: str, repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(CELL.format('', cell) for cell in cells)}</table:table-row>"


BLANK_END = '<table:table-cell table:number-columns-repeated="16000"/>'
BLANK_ROWS = f'<table:table-row table:number-rows-repeated="1048000">{BLANK_END}</table:table-row>'
TEXT = [str(cell or "") for cell in event(1)]
ODS_ROWS = row(*EVENT_HEAD) + row(*TEXT)


def test_an_ods_is_read_and_its_blank_ends_are_not_laid_out(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ODS_ROWS.replace("</table:table-row>", f"{BLANK_END}</table:table-row>") + BLANK_ROWS))
    (sheet,) = read_sheets(path, "a.ods")
    assert sheet.name == "活动" and len(sheet.rows) == 2 and [*sheet.rows[1]][: len(TEXT)] == TEXT


ERROR_CELL = '<table:table-row><table:table-cell/><table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>'

BAD_ODS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a text in the last row": (lambda: ods(BLANK_ROWS + row("x")), "dimensions"),
    "a row a million times": (lambda: ods(row("x", repeated=1_000_000)), "dimensions"),
    "a cell 16 thousand times": (
        lambda: ods(row("x").replace("office:value", 'table:number-columns-repeated="16000" office:value')),
        "dimensions",
    ),
    "more columns than there are": (lambda: ods(row("x").replace("office:value", 'table:number-columns-repeated="99999999999" office:value')), "dimensions"),
    "a password": (lambda: ods(ODS_ROWS, "<encryption-data/>"), "encrypted"),
    "no XML": (lambda: ods("<"), "unreadable_workbook"),
    "no content": (lambda: zipped({"mimetype": ODS_TYPE}, 0), "unreadable_workbook"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ODS)
def test_a_bad_ods_is_refused_whole_and_at_once(case: str, tmp_path: Path) -> None:
    make, rule = BAD_ODS[case]
    desk: Desk = open_desk(tmp_path)
    began = time.monotonic()
    assert told(desk.problems(desk.receive("port", make(), file="2026Q2/port.ods")), rule)
    assert time.monotonic() - began < 2


def test_an_error_value_in_an_ods_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ODS_ROWS + ERROR_CELL))
    assert read_sheets(path, "a.ods")[0].untrusted == {"B3": "error_value"}


def test_a_formula_that_nobody_calculated_in_an_ods_is_known(tmp_path: Path) -> None:
    """No type and no text: never calculated. A blank text as a result, or a number, is a result."""
    formula = '<table:table-cell table:formula="of:=1+1"{}'
    cells = formula.format("/>") + formula.format(' office:value-type="string"/>')
    cells += formula.format(' office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>')
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ODS_ROWS + f"<table:table-row>{cells}</table:table-row>"))
    assert read_sheets(path, "a.ods")[0].untrusted == {"A3": "unsaved"}
    desk = open_desk(tmp_path / "desk")
    told_of = row(*TEXT).replace(CELL.format("", "40"), formula.format("/>"))
    file = desk.receive("port", ods(row(*EVENT_HEAD) + told_of), file="2026Q2/port.ods")
    assert told(desk.problems(file), "count").cell == "G2"


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice (soffice) here; Debian: libreoffice-calc")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_libreoffice_saves_as_xls_or_ods_reads_as_the_xlsx(kind: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILINGS / "2026Q1" / "kejiju.xlsx")
    book["成果"]["Z40"] = "=1/0"
    book.save(tmp_path / "a.xlsx")
    made = converted(tmp_path / "a.xlsx", kind, tmp_path / "out")
    expected, found = read_sheets(FILINGS / "2026Q1" / "kejiju.xlsx", "a.xlsx"), read_sheets(made, made.name)
    assert [sheet.name for sheet in found] == [sheet.name for sheet in expected]
    for old, new in zip(expected, found, strict=True):
        assert [[*line][: len(old.rows[0])] for line in new.rows][: len(old.rows)] == [[*line] for line in old.rows]
        assert new.untrusted == ({"Z40": "error_value"} if new.name == "成果" else {})
    if kind == "xls":
        _check_locked_and_torn(made)


def _check_locked_and_torn(made: Path) -> None:
    """The same .xls with the record that announces a password, and cut short."""
    whole = made.read_bytes()
    locked = re.sub(rb"\x42\x00\x02\x00\xb0\x04", b"\x2f\x00\x02\x00\xb0\x04", whole, count=1)
    assert locked != whole
    for content, rule in ((locked, "encrypted"), (whole[: len(whole) // 2], "not_xlsx")):
        made.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_sheets(made, made.name)
        assert caught.value.problems[0].rule == rule


READ_ON = """
import sys
from pathlib import Path
from planeval.ledger.reading_child import ReadingChild

child, raw = ReadingChild(seconds=2), Path(sys.argv[1]).read_bytes()
for number in range(8):
    child.read(raw, "a.xlsx")
    print(number, flush=True)
"""


@posix
def test_a_machine_that_stands_still_refuses_no_file(tmp_path: Path) -> None:
    """A laptop that slept, a virtual machine that was moved: reader and read go on where they were."""
    filed = tmp_path / "a.xlsx"
    filed.write_bytes(workbook({"活动": [EVENT_HEAD, *(event(number) for number in range(1, 4000))]}))
    reading = subprocess.Popen([sys.executable, "-c", READ_ON, str(filed)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    assert reading.stdout is not None
    for _ in range(3):
        reading.stdout.readline()
        time.sleep(0.03)
        os.killpg(reading.pid, signal.SIGSTOP)
        time.sleep(2.2)
        os.killpg(reading.pid, signal.SIGCONT)
    _, said = reading.communicate(timeout=60)
    assert reading.returncode == 0, said
