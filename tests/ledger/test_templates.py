"""The forms that go out: checked with openpyxl as Excel would see them, and read back by the project's own reader."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from filing_desk import EVENT_HEAD, FIRM_HEAD, NODE_HEAD, Desk, csv_bytes, event, open_desk, workbook
from ledgers import ledger_of
from planeval.ledger import open_ledger
from planeval.ledger.forms import read_form
from planeval.ledger.headings import Origin
from planeval.ledger.incoming import open_incoming
from planeval.ledger.receiving import receive
from planeval.ledger.sheets import Sheet, read_sheets
from planeval.ledger.tables import BY_ID, TABLES, Column, Table, with_choices
from planeval.ledger.template_checks import OPTIONS_SHEET, options_of
from planeval.ledger.templates import CARRIED, deadline, forms_due, open_items, write_template
from planeval.measures.lapsing import lapsed
from planeval.periods import Period
from planeval.plan import Method, Plan, load_method, load_plan
from planeval.workspace import Workspace

QUARTER = Period(2026, 2)
PLATFORM_HEAD = ("平台编号", "平台名称", "平台种类", "级别", "认定机关", "认定文号", "认定日期", "撤销日期", "依托单位",
                 "佐证材料", "数据性质")  # fmt: skip


@pytest.fixture(scope="module")
def shared_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load_plan(Workspace(open_desk(tmp_path_factory.mktemp("plan") / "一").root), "harbour")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory, shared_plan: Plan) -> Path:
    """A form with all seventeen sheets and nothing in them."""
    path = tmp_path_factory.mktemp("form") / "blank.xlsx"
    write_template(path, "port", QUARTER, shared_plan, TABLES, None, date(2026, 7, 15))
    return path


@pytest.fixture(scope="module")
def book(blank: Path) -> Any:
    """The blank form as openpyxl opens it."""
    return openpyxl.load_workbook(blank)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path / "台账 一")


@pytest.fixture
def plan(desk: Desk) -> Plan:
    return load_plan(Workspace(desk.root), "harbour")


@pytest.fixture
def method(desk: Desk, plan: Plan) -> Method:
    return load_method(Workspace(desk.root), plan)


def sheets_by_name(path: Path) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in read_sheets(path, path.name)}


def typed(column: Column, plan: Plan) -> Any:
    """A right answer for a column, as somebody would type or choose it."""
    if options := options_of(column, plan, QUARTER):
        return "、".join(options) if column.kind == "units" else options[-1]
    if column.id == "enterprise_id":
        return "91350211M000100Y43"
    return {"date": date(2026, 5, 4), "number": 1234.5, "count": 7, "code": "00123"}.get(column.kind, "文字（一）")


def fill(path: Path, values: dict[str, list[Any]]) -> None:
    """Type one row below what a sheet holds, and save as Excel would."""
    book = openpyxl.load_workbook(path)
    for name, cells in values.items():
        row = book[name].max_row + 1
        for position, value in enumerate(cells, start=1):
            book[name].cell(row, position).value = value
    book.save(path)


def checks_of(sheet: Any) -> dict[int, DataValidation]:
    """Column number → its check."""
    return {area.min_col: check for check in sheet.data_validations.dataValidation for area in check.sqref.ranges}


# ------------------------------------------------------------------------------ round trip


def test_a_blank_form_holds_no_row_and_no_fault(blank: Path, plan: Plan) -> None:
    sheets = sheets_by_name(blank)
    assert [name for name in sheets if name not in ("填报说明", OPTIONS_SHEET)] == [table.sheet for table in TABLES]
    for table in TABLES:
        reading = read_form(sheets[table.sheet], table, plan, Origin("f", "port", table.sheet))
        assert (reading.rows, reading.problems, reading.written) == ([], [], 0)
        assert list(reading.letters) == [column.id for column in table.columns]


def test_a_filled_form_reads_back_without_a_fault(blank: Path, plan: Plan, tmp_path: Path) -> None:
    blank = Path(shutil.copy(blank, tmp_path))
    fill(blank, {table.sheet: [typed(column, plan) for column in table.columns] for table in TABLES})
    sheets = sheets_by_name(blank)
    for table in TABLES:
        reading = read_form(sheets[table.sheet], table, plan, Origin("f", "port", table.sheet))
        assert reading.problems == []
        (row,) = reading.rows
        assert all(row[column.id] is not None for column in table.columns)
        assert {row[column.id] for column in table.columns if column.kind == "date"} <= {date(2026, 5, 4)}
        assert {row[column.id] for column in table.columns if column.kind == "number"} <= {1234.5}
        assert {row[column.id] for column in table.columns if column.kind == "units"} <= {"port、customs"}


def test_a_form_goes_through_the_desk_into_the_ledger(desk: Desk, plan: Plan, method: Method, tmp_path: Path) -> None:
    place = Workspace(desk.root)
    path = tmp_path / "填好的.xlsx"
    write_template(path, "port", QUARTER, plan, forms_due(method, "port", QUARTER), None, deadline(method, QUARTER))
    values = {"活动": event(1, date(2026, 5, 4), 活动种类="科技论坛"), "基金": []}
    fill(path, values)
    receive(place, plan, [path], received_on=date(2026, 7, 9), said=lambda text: None)
    ledger = open_ledger(place, plan, method, QUARTER)
    assert ledger.problems == ()
    assert ledger.reported == {(QUARTER, "port", "events"), (QUARTER, "port", "funds")}
    assert list(ledger.current["events"]["event_id"]) == ["HD1"]


def test_a_form_says_whose_it_is(blank: Path, plan: Plan) -> None:
    incoming = open_incoming(blank, plan, "", "")
    assert (incoming.unit, incoming.period) == ("port", QUARTER)
    notes = [row[:2] for row in sheets_by_name(blank)["填报说明"].rows]
    assert ("报送期限", "2026-07-15 以前（含当日）") in notes
    assert {f"表“{table.sheet}”" for table in TABLES} <= {label for label, _ in notes}
    assert any("身份证号" in said for _, said in notes)
    assert ("数据性质", "示例数据") not in notes


# ------------------------------------------------------------------------------ what may be typed


def test_every_column_is_checked_by_its_kind(book: Any, plan: Plan) -> None:
    wanted = {"date": "date", "number": "decimal", "count": "whole", "text": None, "code": None}
    for table in TABLES:
        checks = checks_of(book[table.sheet])
        for position, column in enumerate(table.columns, start=1):
            check = checks.get(position)
            assert (check.type if check else None) == wanted.get(column.kind, "list"), column.heading
            if check is not None and column.kind != "units":
                assert check.showErrorMessage and check.error and not check.error.isascii()
                assert (check.errorStyle or "stop") == ("warning" if column.kind == "quarter" else "stop")


def test_dropdowns_offer_the_closed_lists_and_the_plans_names(book: Any, plan: Plan) -> None:
    for table in TABLES:
        checks = checks_of(book[table.sheet])
        for position, column in enumerate(table.columns, start=1):
            if options := options_of(column, plan, QUARTER):
                assert offered(book, checks[position].formula1) == list(options)
    assert offered(book, checks_of(book["任务节点"])[5].formula1) == ["港务局", "海关"]


def offered(book: Any, formula: str) -> list[str]:
    """What a list check offers: written into it, or found by its name on the hidden sheet."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    ((title, area),) = book.defined_names[formula].destinations
    return [cell.value for (cell,) in book[title][area]]


@pytest.mark.parametrize("choices", [tuple(f"第{number:03d}种办法" for number in range(60)), ("甲,乙", "丙")])
def test_long_lists_and_lists_with_commas_lie_on_the_hidden_sheet(
    choices: tuple[str, ...], plan: Plan, tmp_path: Path
) -> None:
    table = with_choices(BY_ID["events"], {"events-kind": choices})
    write_template(tmp_path / "a.xlsx", "port", QUARTER, plan, [table], None)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    formula = checks_of(book["活动"])[3].formula1
    assert formula == "list_events_kind"
    assert offered(book, formula) == list(choices)
    assert book[OPTIONS_SHEET].sheet_state == "veryHidden"


def test_messages_keep_to_excels_lengths(book: Any, plan: Plan, tmp_path: Path) -> None:
    wordy = tuple(f"{'很长的' * 30}选项{number}" for number in range(9))
    table = with_choices(BY_ID["events"], {"events-kind": wordy})
    write_template(tmp_path / "a.xlsx", "port", QUARTER, plan, [table], None)
    for opened in (openpyxl.load_workbook(tmp_path / "a.xlsx"), book):
        for sheet in opened.worksheets:
            for check in sheet.data_validations.dataValidation:
                assert len(check.errorTitle or "") <= 32 and len(check.error or "") <= 255


def test_codes_are_text_and_dates_are_days(book: Any) -> None:
    formats = {"code": "@", "text": "@", "date": "yyyy-mm-dd", "quarter": "@", "number": "General", "count": "0"}
    for table in TABLES:
        for position, column in enumerate(table.columns, start=1):
            if column.kind in formats:
                letter = openpyxl.utils.get_column_letter(position)
                assert style_of_column(book[table.sheet], letter).number_format == formats[column.kind]


def style_of_column(sheet: Any, letter: str) -> Any:
    wanted = openpyxl.utils.column_index_from_string(letter)
    return next(each for each in sheet.column_dimensions.values() if each.min <= wanted <= each.max)


# ------------------------------------------------------------------------------ what the sheet looks like


def test_headings_are_locked_and_data_is_not(book: Any) -> None:
    for table in TABLES:
        sheet = book[table.sheet]
        assert sheet.protection.sheet and not sheet.protection.password
        allowed = ("insertRows", "deleteRows", "sort", "autoFilter", "formatColumns")
        assert not any(getattr(sheet.protection, name) for name in allowed)  # False = not forbidden
        assert sheet.protection.insertColumns
        for position in range(1, len(table.columns) + 1):
            assert sheet.cell(1, position).protection.locked
            assert not style_of_column(sheet, openpyxl.utils.get_column_letter(position)).protection.locked
        assert not style_of_column(sheet, "XFD").protection.locked  # a row with a locked cell cannot be deleted


def test_headings_carry_unit_mark_and_note(book: Any) -> None:
    for table in TABLES:
        for position, column in enumerate(table.columns, start=1):
            cell = book[table.sheet].cell(1, position)
            assert cell.value == column.title + "*" * column.required
            assert column.meaning in cell.comment.text
            assert ("必填" in cell.comment.text) == column.required
            assert all(choice in cell.comment.text for choice in column.choices)
            assert not column.unit or f"单位：{column.unit}" in cell.comment.text
            if column.id == "evidence":
                assert table.proof in cell.comment.text


def test_sheets_print_on_a4_and_keep_their_headings_in_sight(book: Any) -> None:
    for sheet in book.worksheets[:-1]:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    for table in TABLES:
        assert book[table.sheet].freeze_panes == "B2"
        assert book[table.sheet].print_title_rows == "$1:$1"
        assert book[table.sheet].auto_filter.ref


def test_only_the_correction_line_of_the_instructions_may_be_written(book: Any) -> None:
    sheet = book["填报说明"]
    assert sheet.protection.sheet
    unlocked = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert [sheet.cell(cell.row, 1).value for cell in unlocked] == ["更正说明"]


def test_a_unit_gets_only_the_sheets_it_owes(plan: Plan, method: Method, tmp_path: Path) -> None:
    assert [table.id for table in forms_due(method, "port", QUARTER)] == ["events", "funds"]
    assert [table.id for table in forms_due(method, "customs", QUARTER)] == ["events"]
    write_template(tmp_path / "a.xlsx", "customs", QUARTER, plan, forms_due(method, "customs", QUARTER), None)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["填报说明", "活动"]


# ------------------------------------------------------------------------------ carried items


def platform(number: int, name: str, revoked: str = "", nature: str = "") -> list[str]:
    return [f"PT{number}", name, "重点实验室", "省级", "省科技厅", f"晋科〔2025〕{number}号", "2025-02-01", revoked,
            "港投公司", "认定文件", nature]  # fmt: skip


@pytest.fixture
def history(desk: Desk) -> Desk:
    """Two quarters of two units: items that end, change, belong to others or come too late for the form."""
    node = ["JD1", "泊位建设", "疏浚", "完成疏浚", "港务局", "海关、港务局", "2026-12-31", "", "已开工"]
    old = [platform(1, "一号"), platform(2, "二号"), platform(3, "三号"), platform(4, "=1+1")]
    desk.receive("port", csv_bytes([PLATFORM_HEAD, *old]), "2025Q4/port/平台.csv", period="2025Q4",
                 received_on="2026-01-10")  # fmt: skip
    sheets = {"任务节点": [NODE_HEAD, node], "活动": [EVENT_HEAD, event(1)]}
    desk.receive("port", workbook(sheets), period="2025Q4", received_on="2026-01-11")
    changed = [platform(2, "二号更名"), platform(3, "三号", "2026-02-02")]
    desk.receive("port", workbook({"平台": [PLATFORM_HEAD, *changed]}), period="2026Q1", received_on="2026-04-10")
    desk.receive("customs", workbook({"平台": [PLATFORM_HEAD, platform(9, "海关的")]}), period="2026Q1")
    desk.receive("port", workbook({"平台": [PLATFORM_HEAD, platform(8, "本季的")]}))
    return desk


def carried_into(desk: Desk, plan: Plan, method: Method, path: Path, table: Table) -> Any:
    ledger = open_ledger(Workspace(desk.root), plan, method, QUARTER)
    write_template(path, "port", QUARTER, plan, [table], ledger)
    return openpyxl.load_workbook(path)[table.sheet]


def test_open_items_of_earlier_quarters_are_carried_in(
    history: Desk, plan: Plan, method: Method, tmp_path: Path
) -> None:
    sheet = carried_into(history, plan, method, tmp_path / "a.xlsx", BY_ID["platforms"])
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[:2] for row in rows] == [["PT1", "一号"], ["PT4", "=1+1"], ["PT2", "二号更名"]]
    assert {row[6].date() for row in rows} == {date(2025, 2, 1)}
    for row in sheet.iter_rows(min_row=2):
        assert {cell.fill.fgColor.rgb for cell in row} == {f"FF{CARRIED.strip('#')}"}
        assert not any(cell.protection.locked for cell in row)


def test_carried_items_are_written_in_the_plans_names(
    history: Desk, plan: Plan, method: Method, tmp_path: Path
) -> None:
    sheet = carried_into(history, plan, method, tmp_path / "a.xlsx", BY_ID["milestones"])
    assert [cell.value for cell in sheet[2]][:6] == ["JD1", "泊位建设", "疏浚", "完成疏浚", "港务局", "海关、港务局"]


def test_carried_text_never_becomes_a_formula(history: Desk, plan: Plan, method: Method, tmp_path: Path) -> None:
    carried_into(history, plan, method, tmp_path / "a.xlsx", BY_ID["platforms"])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert not any(mark in part for part in parts for mark in (b"<f>", b"hyperlink"))


def test_carried_items_read_back_unchanged(history: Desk, plan: Plan, method: Method, tmp_path: Path) -> None:
    table = BY_ID["platforms"]
    carried_into(history, plan, method, tmp_path / "a.xlsx", table)
    reading = read_form(sheets_by_name(tmp_path / "a.xlsx")["平台"], table, plan, Origin("f", "port", "平台"))
    assert reading.problems == [] and reading.echoes == []
    items = open_items(open_ledger(Workspace(history.root), plan, method, QUARTER), table, "port", QUARTER)
    assert [row["platform_id"] for row in reading.rows] == [item["platform_id"] for item in items]


def test_what_does_not_end_or_comes_every_quarter_is_not_carried(history: Desk, plan: Plan, method: Method) -> None:
    ledger = open_ledger(Workspace(history.root), plan, method, QUARTER)
    for table in TABLES:
        items = open_items(ledger, table, "port", QUARTER)
        assert bool(items) == (table.id in ("platforms", "milestones")), table.id
    assert open_items(ledger, replace(BY_ID["platforms"], repeated=True), "port", QUARTER) == []


def test_what_has_lapsed_by_the_decision_in_force_is_not_carried() -> None:
    place = Workspace(Path(__file__).resolve().parents[2])
    jincheng = load_plan(place, "jincheng")
    decisions = load_method(place, jincheng)
    rows = [
        {"enterprise_id": str(number), "kind": kind, "certificate_number": "1", "issued_on": issued,
         "unit_id": "kejiju", "period": Period(2026, 1)}
        for number, (kind, issued) in enumerate([
            ("高新技术企业", "2023-03-31"), ("高新技术企业", "2023-04-01"), ("高新技术企业", "2023-04-02"),
            ("科技型中小企业", "2025-04-01"), ("科技型中小企业", "2025-04-02"), ("专精特新小巨人", "2015-01-01"),
        ])
    ]  # fmt: skip
    ledger = ledger_of({"certificates": rows})
    items = open_items(ledger, BY_ID["certificates"], "kejiju", QUARTER,
                       lambda table, rows: lapsed(table, rows, jincheng, decisions, QUARTER))  # fmt: skip
    assert [item["enterprise_id"] for item in items] == ["2", "4", "5"]
    assert len(open_items(ledger, BY_ID["certificates"], "kejiju", QUARTER)) == 6


# ------------------------------------------------------------------------------ the same bytes


def test_the_same_form_twice_is_the_same_bytes(history: Desk, plan: Plan, method: Method, tmp_path: Path) -> None:
    ledger = open_ledger(Workspace(history.root), plan, method, QUARTER)
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, "port", QUARTER, plan, TABLES, ledger, date(2026, 7, 15))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_form_is_small(blank: Path) -> None:
    assert blank.stat().st_size < 100_000


def test_firms_of_the_plans_industries(plan: Plan, tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", "port", QUARTER, plan, [BY_ID["enterprises"]], None)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    checks = checks_of(book["企业"])
    assert offered(book, checks[FIRM_HEAD.index("所属产业") + 1].formula1) == ["航运物流"]
    assert offered(book, checks[FIRM_HEAD.index("所在区域") + 1].formula1) == ["码头区"]
