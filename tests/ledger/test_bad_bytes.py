"""Bytes that are no ledger, and workbooks made to exhaust whoever opens them: refused whole, quickly, in Chinese.

`海关` always files event 9 beside them, and it always counts.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from filing_desk import (
    EVENT_HEAD,
    PERIOD,
    Desk,
    csv_bytes,
    event,
    good_events,
    open_desk,
    rezipped,
    saved,
    sheet_xml,
    told,
    workbook,
)
from planeval.problems import ERROR

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A workspace where 海关 has filed one event properly."""
    desk = open_desk(tmp_path)
    desk.receive("customs", workbook({"活动": [EVENT_HEAD, event(9)]}))
    return desk


def xls_header(text: bytes) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + text


def _flipped(content: bytes) -> bytes:
    """A workbook with one byte of its largest part turned over."""
    info = max(zipfile.ZipFile(io.BytesIO(content)).infolist(), key=lambda entry: entry.compress_size)
    place = info.header_offset + 60 + len(info.filename)
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _first_sheet() -> bytes:
    part = zipfile.ZipFile(io.BytesIO(good_events(1))).read(SHEET)
    return part if part.startswith(b"<?xml") else b'<?xml version="1.0" encoding="UTF-8"?>' + part


def _with(part: bytes | None, name: str = SHEET) -> bytes:
    """A good workbook with one part replaced."""
    return rezipped(good_events(1), {name: part})


NO_XLSX: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty_file"),
    "encrypted": (lambda: xls_header("EncryptedPackage".encode("utf-16-le")), "encrypted"),
    "a broken .xls": (lambda: xls_header("Workbook".encode("utf-16-le")), "unreadable_workbook"),
    "an old Word file": (lambda: xls_header("WordDocument".encode("utf-16-le")), "not_xlsx"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "not_xlsx"),
    "HTML called xlsx": (lambda: "<html><td>活动</td></html>".encode(), "not_xlsx"),
    "a Word file": (lambda: zipped({"word/document.xml": b"<w/>"}), "not_xlsx"),
    "an OpenDocument text": (lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument"}, zipfile.ZIP_STORED), "not_xlsx"),
    "cut off": (lambda: good_events(1)[:-200], "damaged"),
    "a byte turned over": (lambda: _flipped(good_events(1)), "damaged"),
    "tags that never close": (lambda: _with(b"<worksheet><row>"), "unreadable_workbook"),
    "UTF-16 in a sheet": (
        lambda: _with(_first_sheet().decode().replace("UTF-8", "UTF-16").encode("utf-16")), "unreadable_workbook",
    ),
    "another encoding in a sheet": (
        lambda: _with(_first_sheet().replace(b"UTF-8", b"GB2312")), "unreadable_workbook",
    ),
    "text in CDATA": (
        lambda: _with(_first_sheet().replace(b"<v>40</v>", b"<v><![CDATA[40]]></v>")), "unreadable_workbook",
    ),
    "sheet without a part": (lambda: _with(None), "damaged"),
    "string that is not there": (
        lambda: _with(sheet_xml('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')), "unreadable_workbook",
    ),
}  # fmt: skip
NO_CSV: dict[str, tuple[Callable[[], bytes], str]] = {
    "a workbook": (lambda: good_events(1), "not_csv"),
    "zeros": (lambda: b"\0" * 300, "encoding"),
    "neither UTF-8 nor GB18030": (lambda: b"\xff\xff\xff", "encoding"),
    "quotes that never close": (lambda: csv_bytes([EVENT_HEAD]) + b'"HD1,', "csv"),
    "three hundred columns": (lambda: csv_bytes([EVENT_HEAD, ["x"] * 300]), "dimensions"),
}


@pytest.mark.parametrize(
    ("case", "name"), [*((case, "port.xlsx") for case in NO_XLSX), *((case, "活动.csv") for case in NO_CSV)]
)
def test_bytes_that_are_no_ledger_are_refused_whole(desk: Desk, case: str, name: str) -> None:
    """One Problem for the file, 海关's event stands, and nothing of the refused file does."""
    make, rule = {**NO_XLSX, **NO_CSV}[case]
    problems = desk.problems(desk.receive("port", make(), f"{PERIOD}/{name}"))
    fault = told(problems, rule)
    assert (fault.unit, fault.level, len(problems)) == ("port", ERROR, 1)
    assert desk.value("events") == 1


# ---------------------------------------------------------------------------------------- bombs


def _sparse() -> bytes:
    """A1 and XFD1048576: 4.7 KB that a reader lays out as 17 thousand million cells."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "活动"
    sheet["A1"], sheet["XFD1048576"] = "活动编号", " "
    return saved(book)


def _sparse_without_references() -> bytes:
    """The same reach without saying so: rows numbered, cells only counted."""
    cells = "<c/>" * 400 + '<c t="inlineStr"><is><t>x</t></is></c>'
    return _one_sheet(f'<row r="1"><c t="inlineStr"><is><t>y</t></is></c></row><row r="200001">{cells}</row>')


def _one_sheet(rows: str, before: str = "", claims: str = "A1:A1") -> bytes:
    part = sheet_xml(rows, before).replace(b"<sheetData>", f'<dimension ref="{claims}"/><sheetData>'.encode())
    return _with(part)


def _one_cell(address: str) -> bytes:
    return _one_sheet(f'<row r="1"><c r="{address}"><v>1</v></c></row>')


def _many_styles() -> bytes:
    styles = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
    styles += b"".join(b'<xf numFmtId="%d"/>' % number for number in range(1_000_000)) + b"</cellXfs></styleSheet>"
    return rezipped(good_events(1), {"xl/styles.xml": styles})


_LAUGHS = "<!DOCTYPE w [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip
_LAUGHING_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'


def _lying() -> bytes:
    """A part that claims to unpack to 100 bytes and unpacks to 60 million."""
    size = (60_000_000).to_bytes(4, "little")
    return _with(b"\0" * 60_000_000, "xl/media/image1.png").replace(size, (100).to_bytes(4, "little"))


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "sparse": (_sparse, "dimensions"),
    "sparse, cells not addressed": (_sparse_without_references, "dimensions"),
    "sparse, dimension lies": (lambda: _one_cell("XFD1048576"), "dimensions"),
    "wide and long at once": (lambda: _one_cell("GR100000"), "dimensions"),
    "address beyond any sheet": (lambda: _one_cell("ZZZZZZZZZ99999999999"), "unreadable_workbook"),
    "zip ratio": (lambda: _with(b"\0" * 60_000_000, "xl/media/image1.png"), "unpacked_size"),
    "zip ratio, size lies": (_lying, "damaged"),
    "too many parts": (lambda: rezipped(good_events(), {f"xl/{n}.png": b"x" for n in range(500)}), "unpacked_size"),
    "a million styles": (_many_styles, "dimensions"),
    "billion laughs": (lambda: _one_sheet(_LAUGHING_CELL, _LAUGHS), "entities"),
    "billion laughs in the workbook": (
        lambda: _with(f"{_LAUGHS}<workbook>&a9;</workbook>".encode(), "xl/workbook.xml"), "entities",
    ),
    "entry names with ..": (lambda: _with(b"x", "xl/../../../etc/cron.d/x"), "entry_name"),
    "entry names with ..\\": (lambda: _with(b"x", "xl\\..\\..\\x"), "entry_name"),
    "absolute entry name": (lambda: _with(b"x", "/etc/passwd"), "entry_name"),
    "the same part twice": (lambda: _with(b"<x/>", SHEET.upper()), "entry_name"),
}  # fmt: skip


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused(desk: Desk, case: str) -> None:
    """Refused whole and said in Chinese; 海关's event stands."""
    make, rule = BOMBS[case]
    content = make()
    problems = desk.problems(desk.receive("port", content))
    fault = told(problems, rule)
    assert len(problems) == 1 and desk.value("events") == 1
    if case == "sparse":
        assert len(content) < 6_000
        assert (fault.sheet, fault.cell) == ("活动", "XFD1048576")


_MEASURED = """
import resource, sys, time
from pathlib import Path
from planeval.ledger.sheets import read_sheets
from planeval.problems import InputError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    begun = time.process_time()
    try:
        read_sheets(path, path.name)
        print("read", path.name)
    except InputError:
        took = time.process_time() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        print(f"{took:.2f} {grown} {path.name}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is measured with getrusage as Linux reports it")
def test_bombs_cost_little(tmp_path: Path) -> None:
    """All of them in one process: each under 2 s of its time, the process never 300 MB larger than before."""
    for number, (make, _) in enumerate(BOMBS.values()):
        (tmp_path / f"{number:02}.xlsx").write_bytes(make())
    run = subprocess.run([sys.executable, "-c", _MEASURED, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr[-2000:]
    lines = [line.split() for line in run.stdout.splitlines()]
    assert len(lines) == len(BOMBS) and not [line for line in lines if line[0] == "read"]
    assert max(float(seconds) for seconds, _, _ in lines) < 2
    assert max(int(grown) for _, grown, _ in lines) < 300


def test_formats_over_a_whole_column_are_no_bomb(desk: Desk) -> None:
    """The ordinary accident: empty formatted cells to the sheet's last row. Nothing is filled there; it is read."""
    book = openpyxl.load_workbook(io.BytesIO(good_events(1, 2)))
    for row in (5_000, 500_000, 1_048_576):
        book["活动"].cell(row, 16_384).number_format = "0.00"
    assert desk.problems(desk.receive("port", saved(book))) == []
    assert desk.value("events") == 3
