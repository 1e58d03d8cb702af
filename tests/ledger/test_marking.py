"""Workbooks handed back: marks in the right cells, everything else kept, nothing alive, the same bytes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from filing_desk import EVENT_HEAD, Desk, csv_bytes, event, good_events, open_desk, rezipped, workbook
from planeval.ledger import marking
from planeval.ledger.marking import AUTHOR, ERROR_COLOUR, RETURN_SHEET, WARNING_COLOUR, Returned, marked_workbook
from planeval.ledger.sheets import sheets_of
from planeval.problems import ERROR, WARNING, Problem

FILE = "data/harbour/filings/2026Q2/port.xlsx"
HOSTILE = [
    "=HYPERLINK(\"http://example.org\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=cmd|'/c calc'!A0",
    "{=1}", "#REF!", "\x00\x0b\x1f", "a" * 70_000, "</t></si><si><t>", "_x000D_", "&#x3D;1", "\u202e=1", "\ud7ff\ufffe",
]  # fmt: skip


def fault(sheet: str, cell: str, message: str = "编号重复", level: str = ERROR, **more: str) -> Problem:
    return Problem(FILE, sheet, cell, message, level=level, **({"remedy": "核对后改正"} | more))


def returned(content: bytes, *problems: Problem, name: str = "2026Q2/port.xlsx") -> Returned:
    sheets = sheets_of(content, Path(name), name)
    return Returned(name, None if name.endswith(".csv") else content, sheets, problems)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def marked(content: bytes, *problems: Problem) -> Any:
    return opened(marked_workbook([returned(content, *problems)]))


def listed(book: Any) -> list[list[Any]]:
    """The rows of 退回说明 below its headings."""
    rows = [[cell.value for cell in row] for row in book[RETURN_SHEET].iter_rows()]
    start = next(number for number, row in enumerate(rows) if row[0] == "级别")
    return rows[start + 1 :]


def colour(cell: Any) -> str:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else ""


# ------------------------------------------------------------------------------ marks


def test_faulty_cells_are_coloured_and_commented() -> None:
    book = marked(good_events(1, 2), fault("活动", "A3"), fault("活动", "D2", "太早", WARNING, expected="2025 年以后"))
    sheet = book["活动"]
    assert (colour(sheet["A3"]), colour(sheet["D2"])) == (ERROR_COLOUR, WARNING_COLOUR)
    assert sheet["A3"].comment.text == "[错误] 编号重复。处理：核对后改正。"
    assert sheet["D2"].comment.text == "[警告] 太早。应为：2025 年以后。处理：核对后改正。"
    others = [cell for row in sheet.iter_rows() for cell in row if cell.coordinate not in ("A3", "D2")]
    assert not any(cell.comment or colour(cell) for cell in others)
    assert sheet.sheet_properties.tabColor.rgb == ERROR_COLOUR
    assert book["基金"].sheet_properties.tabColor is None


def test_faults_of_a_row_colour_its_first_cell() -> None:
    book = marked(good_events(1, 2), fault("活动", "第 3 行", level=WARNING), fault("活动", "第 2 行 名称"))
    assert (colour(book["活动"]["A3"]), colour(book["活动"]["A2"])) == (WARNING_COLOUR, ERROR_COLOUR)


def test_several_faults_of_a_cell_share_its_comment_and_the_worst_gives_the_colour() -> None:
    book = marked(good_events(1), fault("活动", "B2", "二", WARNING), fault("活动", "B2", "一"))
    assert colour(book["活动"]["B2"]) == ERROR_COLOUR
    assert [line.split("。")[0] for line in book["活动"]["B2"].comment.text.splitlines()] == ["[错误] 一", "[警告] 二"]


def test_all_faults_are_listed_first_the_errors() -> None:
    faults = [
        fault("", "", "文件有问题", WARNING),
        fault("没有的表", "A1"),
        fault("活动", "A2"),
        fault("活动", "XFD1048576"),
    ]
    book = marked(good_events(1), *faults)
    assert book.sheetnames == [RETURN_SHEET, "活动", "基金"] and book.active.title == RETURN_SHEET
    assert [row[0] for row in listed(book)] == [ERROR, ERROR, ERROR, WARNING]
    assert [row[2:4] for row in listed(book)][-1] == [None, None]
    assert (book["活动"].max_row, book["活动"].max_column) == (2, len(EVENT_HEAD))  # a far cell is not made


def test_a_merged_cell_is_marked_at_its_corner() -> None:
    book = opened(good_events(1, 2, 3))
    book["活动"].merge_cells("B2:C4")
    sheet = marked(saved(book), fault("活动", "C3"))["活动"]
    assert colour(sheet["B2"]) == ERROR_COLOUR and sheet["B2"].comment


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# ------------------------------------------------------------------------------ kept


def test_everything_else_is_kept() -> None:
    book = opened(good_events(1, 2))
    sheet = book["活动"]
    sheet["B2"].font = Font(bold=True, color="FF0000FF")
    sheet["G4"] = "=SUM(G2:G3)"
    sheet["C2"].comment = Comment("自己的批注", "小王")
    sheet.column_dimensions["B"].width = 41
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True
    check = DataValidation(type="list", formula1='"甲,乙"', allow_blank=True)
    check.add("C2:C99")
    sheet.add_data_validation(check)
    book.create_sheet("本单位备查")["A1"] = "别动"
    after = marked(saved(book), fault("活动", "B2"), fault("活动", "C2"))
    sheet = after["活动"]
    assert (sheet["B2"].font.bold, sheet["B2"].font.color.rgb, colour(sheet["B2"])) == (True, "FF0000FF", ERROR_COLOUR)
    assert sheet["G4"].value == "=SUM(G2:G3)"
    assert sheet["C2"].comment.text.endswith("——\n自己的批注")
    assert (sheet.column_dimensions["B"].width, sheet.freeze_panes, sheet.protection.sheet) == (41, "B2", True)
    assert [check.formula1 for check in sheet.data_validations.dataValidation] == ['"甲,乙"']
    assert after["本单位备查"]["A1"].value == "别动"


def test_values_and_days_stay_what_they_were() -> None:
    before, after = opened(good_events(1, 2)), marked(good_events(1, 2), fault("活动", "D2"))
    for sheet in before.worksheets:
        assert [[cell.value for cell in row] for row in after[sheet.title].iter_rows()] == [
            [cell.value for cell in row] for row in sheet.iter_rows()
        ]


def test_macros_are_left_out() -> None:
    content = rezipped(good_events(1), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})
    with zipfile.ZipFile(io.BytesIO(marked_workbook([returned(content, fault("活动", "A2"))]))) as archive:
        assert not any("vba" in name.lower() for name in archive.namelist())


def test_marks_of_an_earlier_return_are_taken_off_again() -> None:
    book = opened(good_events(1, 2))
    book["活动"]["C2"].comment = Comment("自己的批注", "小王")
    book["活动"]["C2"].fill = PatternFill("solid", fgColor="FF00B050")
    first = marked_workbook([returned(saved(book), fault("活动", "A3"), fault("活动", "C2"))])
    again = marked(first, fault("活动", "A2", "新的", WARNING))
    sheet = again["活动"]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["A2", "C2"]
    assert sheet["C2"].comment.text == "自己的批注" and not colour(sheet["A3"])
    assert again.sheetnames.count(RETURN_SHEET) == 1 and len(listed(again)) == 1
    assert sheet.sheet_properties.tabColor.rgb == WARNING_COLOUR


# ------------------------------------------------------------------------------ csv, and what cannot be read


def test_csv_files_come_back_as_one_workbook_of_the_same_rows() -> None:
    rows = [list(EVENT_HEAD), [str(cell) for cell in event(1, "x")]]
    filings = [
        returned(csv_bytes(rows, "gb18030"), fault("活动", "D2"), name="2026Q2/port/活动.csv"),
        returned(csv_bytes([["=1+1", "911405000123456789"]]), fault("资质", "第 1 行"), name="2026Q2/port/资质.csv"),
    ]
    book = opened(marked_workbook(filings))
    assert book.sheetnames == [RETURN_SHEET, "活动", "资质"]
    assert [[cell.value or "" for cell in row] for row in book["活动"].iter_rows()] == rows
    assert colour(book["活动"]["D2"]) == colour(book["资质"]["A1"]) == ERROR_COLOUR
    assert [cell.data_type for cell in book["资质"][1]] == ["s", "s"]
    assert {row[1] for row in listed(book)} == {"2026Q2/port/活动.csv", "2026Q2/port/资质.csv"}


def test_a_file_that_cannot_be_read_comes_back_as_its_list() -> None:
    book = opened(marked_workbook([Returned("a.xlsx", b"junk", (), [fault("", "", "文件不完整")])]))
    assert book.sheetnames == [RETURN_SHEET] and [row[5] for row in listed(book)] == ["文件不完整"]


def test_what_openpyxl_cannot_follow_comes_back_as_values() -> None:
    content = rezipped(
        good_events(1), {"xl/styles.xml": b"<styleSheet><cellXfs><xf numFmtId='x'/></cellXfs></styleSheet>"}
    )
    filing = returned(good_events(1), fault("活动", "A2"))
    book = opened(marked_workbook([Returned(filing.name, content, filing.sheets, filing.problems)]))
    assert [cell.value for cell in book["活动"][1]][:2] == list(EVENT_HEAD[:2])
    assert colour(book["活动"]["A2"]) == ERROR_COLOUR


def test_a_workbook_with_very_many_formats_comes_back_as_values(monkeypatch: pytest.MonkeyPatch) -> None:
    book = opened(good_events(1))
    book["活动"]["B2"].font = Font(bold=True)
    monkeypatch.setattr(marking, "_LARGE_STYLES", 100)
    sheet = marked(saved(book), fault("活动", "A2"))["活动"]
    assert colour(sheet["A2"]) == ERROR_COLOUR and not sheet["B2"].font.bold


def test_a_very_large_workbook_comes_back_as_its_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "_LARGE", 1000)
    monkeypatch.setattr(marking, "_LARGE_AREA", 5)
    assert marked(good_events(1, 2), fault("活动", "A2")).sheetnames == [RETURN_SHEET]


def test_thousands_of_faults_are_cut_short_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "MOST", 5)
    book = marked(good_events(1, 2), *(fault("活动", "A2", f"第{number}处", WARNING) for number in range(9)))
    assert len(listed(book)) == 6 and listed(book)[-1][0] == "……共 9 处，这里列出前 5 处"


# ------------------------------------------------------------------------------ hostile text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_fault_quotes_stays_text(text: str) -> None:
    hostile = fault("活动", "A2", text, value=text, expected=text, remedy=text or "改")
    filings = [
        returned(good_events(1), hostile),
        returned(csv_bytes([[text.replace("\x00", "")]]), hostile, name="活动.csv"),
    ]
    for content in (marked_workbook(filings[:1]), marked_workbook(filings)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts.values())
        assert not any("externalLink" in name for name in parts)
        book = opened(content)
        assert all(len(str(cell.value or "")) <= 300 for cell in next(book[RETURN_SHEET].iter_rows(min_row=5)))
        assert all(len(cell.comment.text) <= 1500 for row in book["活动"].iter_rows() for cell in row if cell.comment)
        assert len(sheets_of(content, Path("a.xlsx"), "a")) == len(book.sheetnames)


OUTWARD = [
    "=HYPERLINK(\"http://planeval.invalid\")", "=WEBSERVICE(\"http://planeval.invalid\")", "=cmd|'/C calc'!A0",
    "='[1]别处'!A1", "=[http://planeval.invalid/x.xlsx]别处!A1", "='file:///etc/passwd'#$Sheet1.A1",
    "=1+ rtd (\"x\",,\"y\")", "=_xlfn.IMAGE(\"http://planeval.invalid\")",
]  # fmt: skip
INWARD = ["=SUM(G2:G3)", "=活动!A2", "='本单位 备查'!A1", "=Table1[参加人数]", '=IF(A2="[x]",1,2)']


def test_what_reaches_out_of_the_units_own_workbook_is_text() -> None:
    """Formulas that fetch or start something, links and names that lead elsewhere; its other formulas stay."""
    book = opened(good_events(1))
    own = book.create_sheet("本单位备查")
    for row, formula in enumerate([*OUTWARD, *INWARD], start=1):
        own.cell(row, 1).value = formula
    own["B1"].hyperlink = "http://planeval.invalid/a"
    own["B1"].value = "看这里"
    book.defined_names["别处"] = DefinedName("别处", attr_text="'[1]别处'!$A$1")
    content = marked_workbook([returned(saved(book), fault("活动", "A2"))])
    sheet = opened(content)["本单位备查"]
    cells = [sheet.cell(row, 1) for row in range(1, len(OUTWARD) + len(INWARD) + 1)]
    assert [cell.value for cell in cells] == [*OUTWARD, *INWARD]
    assert [cell.data_type for cell in cells] == ["s"] * len(OUTWARD) + ["f"] * len(INWARD)
    assert sheet["B1"].value == "看这里" and sheet["B1"].hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(b'TargetMode="External"' in archive.read(name) for name in archive.namelist())
        assert "别处" not in archive.read("xl/workbook.xml").decode("utf-8")


# ------------------------------------------------------------------------------ the same bytes, and back again


def test_the_same_workbook_is_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    content = good_events(1, 2)
    (tmp_path / "a.xlsx").write_bytes(content)
    script = (
        "import sys, hashlib; from pathlib import Path; from test_marking import *;"
        "raw = Path(sys.argv[1]).read_bytes();"
        "print(hashlib.sha256(marked_workbook([returned(raw, fault('活动', 'A3'), fault('', ''))])).hexdigest())"
    )
    here = Path(__file__).resolve().parent
    environment = {
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Shanghai",
        "PYTHONPATH": f"{here}{os.pathsep}{here.parent}",
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-c", script, str(tmp_path / "a.xlsx")]
    there = subprocess.run(command, env=os.environ | environment, capture_output=True, check=True).stdout
    same = marked_workbook([returned(content, fault("活动", "A3"), fault("", ""))])
    assert there.decode().strip() == hashlib.sha256(same).hexdigest()


def test_a_marked_workbook_can_be_corrected_and_filed_again(tmp_path: Path) -> None:
    desk: Desk = open_desk(tmp_path / "desk")
    bad = workbook({"活动": [EVENT_HEAD, event(1), event(2, "2026-13-01")]})
    file = desk.receive("port", bad)
    problems = [problem for problem in desk.problems(file) if problem.sheet == "活动"]
    back = opened(marked_workbook([returned(bad, *problems)]))
    assert colour(back["活动"]["D3"]) == ERROR_COLOUR and back["活动"]["D3"].comment.author == AUTHOR
    back["活动"]["D3"].value = "2026-05-05"
    again = desk.receive("port", saved(back), "2026Q2/port-v2.xlsx", supersedes="2026Q2/port.xlsx")
    assert not [problem for problem in desk.problems(again) if problem.sheet == "活动"]
    assert desk.value("events") == 2
