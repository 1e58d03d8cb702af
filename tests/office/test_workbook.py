"""The workbook of an edition: what its CSV tables hold, typed and explained, and nothing that is alive."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from edition_tables import HEAD, edition_of, table_of

from planeval.disclosure import disclose
from planeval.ledger.exporting import inert
from planeval.office.code_words import in_words
from planeval.office.published import EditionFiles, EditionPage, EditionTable
from planeval.office.sheet_layout import column_widths, page_breaks, text_width
from planeval.office.table_forms import KINDS, table_form
from planeval.office.workbook import CONTENTS, MOST_ROWS, workbook_bytes, write_workbook
from planeval.problems import InputError
from planeval.publish.tables import TABLE_MEANINGS, csv_bytes, published_tables

if TYPE_CHECKING:
    from planeval.review import Review

STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "　=", "\u200b=", "\ufeff=", "＝", "＋", "－", "＠", "'="]
LIVE = ["1+1", "cmd|'/c calc'!A0", 'HYPERLINK("http://a.example","看")', "SUM(A1:A9)", 'WEBSERVICE("http://a.example")']
FORMULAS = [start + rest for start in STARTS for rest in LIVE]


def heading_row(sheet: Any) -> int:
    """The row on which the filters stand."""
    return int(re.findall(r"\d+", sheet.auto_filter.ref)[0])


@pytest.fixture(scope="module")
def edition(demonstration: Review) -> EditionFiles:
    """Every table of the demonstration's internal edition, read back from its CSV."""
    tables = []
    for name, table in published_tables(demonstration).items():
        head, *rows = csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig")))
        tables.append(EditionTable(name, TABLE_MEANINGS[name], tuple(head), tuple(map(tuple, rows)), ()))
    return edition_of(*tables)


@pytest.fixture(scope="module")
def content(edition: EditionFiles) -> bytes:
    return workbook_bytes(edition)


@pytest.fixture(scope="module")
def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_every_published_column_is_named_in_chinese(edition: EditionFiles) -> None:
    for table in edition.tables:
        form = table_form(table.name, table.columns)
        assert form.sheet != table.name, f"{table.name} has no sheet name"
        for column in form.columns:
            assert re.search(r"[\u4e00-\u9fff]|SHA", column.heading), f"{table.name}.{column.field}"
            assert column.kind in KINDS
        headings = [column.heading for column in form.columns]
        assert len(set(headings)) == len(headings), table.name


def test_what_lower_editions_publish_is_named_too(demonstration: Review) -> None:
    for edition in ("brief", "public"):
        for name, table in published_tables(disclose(demonstration, edition)).items():
            form = table_form(name, list(table.columns))
            assert all(column.heading != column.field for column in form.columns if column.field.isascii()), name


def test_every_table_has_a_sheet_of_its_own() -> None:
    forms = {name: table_form(name, ()) for name in TABLE_MEANINGS}
    names = [form.sheet for form in forms.values()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\']", name)]


def test_the_workbook_says_what_the_csv_files_say(edition: EditionFiles, book: Any) -> None:
    """Each cell, by a reading of its own: a number is the number, a share too, a day is a day, and blank is blank."""
    assert book.sheetnames == [CONTENTS, *(table_form(table.name, ()).sheet for table in edition.tables)]
    for table in edition.tables:
        sheet = book[table_form(table.name, ()).sheet]
        rows = list(sheet.iter_rows(min_row=heading_row(sheet) + 1, max_col=len(table.columns)))
        assert len(rows) == len(table.rows), table.name
        for wanted, row in zip(table.rows, rows, strict=True):
            for field, text, cell in zip(table.columns, wanted, row, strict=True):
                place = f"{table.name}.{field}: {text!r} is {cell.value!r}"
                if not text:
                    assert cell.value is None, place
                elif isinstance(cell.value, datetime):
                    assert cell.value.date().isoformat() == text and cell.number_format == "yyyy-mm-dd", place
                elif isinstance(cell.value, int | float):
                    assert math.isclose(cell.value, float(text), rel_tol=1e-15) and cell.data_type == "n", place
                else:
                    assert cell.value == {"true": "是", "false": "否"}.get(text, in_words(table.name, field, text)), (
                        place
                    )


def test_numbers_are_numbers_and_codes_are_not(book: Any) -> None:
    def column(sheet: Any, heading: str) -> list[Any]:
        row = heading_row(sheet)
        (place,) = [cell.column for cell in sheet[row] if cell.value and cell.value.startswith(heading)]
        return [sheet.cell(line, place) for line in range(row + 1, sheet.max_row + 1)]

    shares = column(book["指标"], "完成比例")
    assert {cell.number_format for cell in shares} == {"0.0%"} and all(0 <= cell.value <= 2 for cell in shares)
    assert {cell.data_type for cell in column(book["将失效证书"], "证书编号")} == {"s"}
    assert {cell.data_type for cell in column(book["将失效证书"], "统一社会信用代码")} == {"s"}
    assert all(isinstance(cell.value, datetime) for cell in column(book["将失效证书"], "失效日期"))
    assert {cell.number_format for cell in column(book["分期转化"], "合同金额")} <= {"#,##0", "#,##0.0", "#,##0.00"}
    blank = [cell.value for cell in column(book["指标逐季"], "数值")]
    assert None in blank and 0 not in blank[:1]


def test_codes_that_pages_have_words_for_are_told_in_words(edition: EditionFiles, book: Any) -> None:
    kinds = {cell.value for row in book["指标"].iter_rows() for cell in row}
    assert {"存量", "累计流量", "有期限的存量", "不低于"} <= kinds and not kinds & {"stock", "flow", ">=", "milestone"}
    assert in_words("targets", "kind", "another") == "another" and in_words("units", "kind", "stock") == "stock"
    facts = [row[0].value for row in book[CONTENTS].iter_rows(max_row=12)]
    assert "代码：单位、指标、任务写代码的，名称见“指标”、“任务三灯”、“责任单位”" in facts


def test_the_first_sheet_lists_the_tables_and_tells_what_they_are_of(edition: EditionFiles, book: Any) -> None:
    rows = [[cell.value for cell in row] for row in book[CONTENTS].iter_rows()]
    said = "\n".join(str(value) for row in rows for value in row if value is not None)
    for wanted in (HEAD, "草稿", "示例数据", "2026年第三季度", "晋市政办〔2024〕38号", "2026-10-15", "8be61eca86f1"):
        assert wanted in said, wanted
    listed = {row[1]: row for row in rows if isinstance(row[0], int)}
    assert list(listed) == book.sheetnames[1:]
    for table in edition.tables:
        row = listed[table_form(table.name, ()).sheet]
        assert row[2:5] == [table.meaning, len(table.rows), f"tables/{table.name}.csv"]


def test_a_table_names_the_page_that_shows_it() -> None:
    def page(name: str, key: str, links: int) -> EditionPage:
        return EditionPage(name, f"《{name}》", key, '<a href="tables/units.csv">表</a>' * links)

    pages = (page("10_overview", "", 1), page("40_unit-kejiju", "kejiju", 9), page("41_units", "", 2))
    shown = edition_of(table_of("units", ("unit_id",), ("kejiju",)), table_of("final", ("name",)), pages=pages)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(shown)))
    assert "来源：《41_units》（41_units.html）；tables/units.csv。" in [
        row[0].value for row in book["责任单位"].iter_rows()
    ]
    assert "来源：目录（index.html）；tables/final.csv。" in [row[0].value for row in book["终期结论"].iter_rows()]


def test_it_is_printed_on_a4_with_its_heading_and_its_marks_on_every_page(book: Any) -> None:
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows and sheet.freeze_panes
        assert sheet.sheet_properties.pageSetUpPr is not None or sheet.col_breaks.brk, sheet.title
        assert "示例数据" in sheet.oddHeader.right.text and HEAD in sheet.oddHeader.left.text
        assert "&P" in sheet.oddFooter.center.text and "复核码" in sheet.oddFooter.right.text
    wide = book["指标"]
    assert wide.col_breaks.brk and wide.print_title_cols and wide.page_setup.scale >= 60


def test_nothing_in_it_is_alive_or_tells_who_made_it(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [name for name in members if "vba" in name or "externalLink" in name or "calcChain" in name]
    for name, part in members.items():
        assert b"<f>" not in part and b"<f " not in part and b"<hyperlink" not in part, name
        assert b"TargetMode" not in part, name
    core = members["docProps/core.xml"].decode()
    assert "<dc:creator></dc:creator>" in core and "<cp:lastModifiedBy></cp:lastModifiedBy>" in core
    assert "2026-10-15T00:00:00Z" in core


def test_the_same_edition_gives_the_same_bytes(edition: EditionFiles) -> None:
    few = edition_of(*edition.tables[:3])
    assert workbook_bytes(few) == workbook_bytes(few)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    """In cells and headings, as published with an apostrophe or, were that ever forgotten, without."""
    texts = [*map(inert, FORMULAS), *FORMULAS]
    hostile = table_of("strange", ("name", *FORMULAS[:3]), *((text, text, "", "1") for text in texts))
    content = workbook_bytes(edition_of(hostile))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["strange"]
    cells = [row[0] for row in sheet.iter_rows(min_row=heading_row(sheet) + 1)]
    assert {cell.data_type for cell in cells} == {"s"} and all(cell.quotePrefix for cell in cells)
    assert [str(cell.value).replace("_x000D_", "\r") for cell in cells] == texts
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert not [
            name for name in packed.namelist() if re.search(rb"<f[ >]|<hyperlink|TargetMode", packed.read(name))
        ]


def test_the_ends_of_numbers_and_days_are_told_from_text() -> None:
    values = ("-3.5", "007", "1e5", "123456789012345678", "２", "nan", "1,000")
    table = table_of("finance_stages", ("amount", "stage"), *((value, "种子") for value in values))
    days = table_of(
        "filings", ("received_on", "unit"), *((day, "某局") for day in ("2026-02-30", "1899-01-01", "2026-2-3"))
    )
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(edition_of(table, days))))
    read = {name: [row[0].value for row in book[name].iter_rows(min_row=heading_row(book[name]) + 1)] for name in
            ("投资阶段", "报送文件")}  # fmt: skip
    assert read["投资阶段"] == [-3.5, *values[1:]]
    assert read["报送文件"] == ["2026-02-30", "1899-01-01", datetime(2026, 2, 3)]


def test_a_text_too_long_for_a_cell_ends_in_an_ellipsis_and_a_table_too_long_for_a_sheet_is_refused() -> None:
    content = workbook_bytes(edition_of(table_of("decisions", ("reason",), ("长" * 40_000,))))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["评估决定"]
    said = sheet.cell(heading_row(sheet) + 1, 1).value
    assert len(said) == 32_767 and said.endswith("长…")
    with pytest.raises(InputError, match="一张工作表放不下"):
        workbook_bytes(edition_of(table_of("series", ("value",), *[("1",)] * (MOST_ROWS + 1))))


def test_an_edition_without_tables_has_no_workbook_and_one_that_is_no_sample_no_such_mark() -> None:
    assert write_workbook(edition_of()) == {}
    ((name, content),) = write_workbook(edition_of(table_of("series", ("value",)), sample=False)).items()
    assert name == "2026Q3_内部版_数据表.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert "示例" not in str([cell.value for row in book[CONTENTS].iter_rows() for cell in row])
    assert book[CONTENTS].oddHeader.right.text == "草稿"


def test_a_chinese_character_is_two_columns_wide() -> None:
    assert [text_width(text) for text in ("ab", "指标", "（家）", "a\u0301", "一\n二三")] == [2, 4, 6, 1, 4]
    assert column_widths(["名称", "数\n（家）"], [["某某大学科技园", "5"]]) == [17, 8]


def test_a_table_too_wide_for_its_paper_goes_on_on_the_next_page() -> None:
    assert page_breaks([20] * 6, 2) == []
    breaks = page_breaks([20] * 40, 2)
    assert breaks and breaks[0] > 2 and breaks == sorted(breaks)
    across = [first - last for first, last in zip([*breaks, 40], [0, *breaks], strict=True)]
    assert across[0] - across[1] == 2, "later pages repeat the first two columns"
