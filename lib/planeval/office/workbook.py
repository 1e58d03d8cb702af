"""One .xlsx with every table that an edition published: a sheet 目录, then one sheet per table, ready to print.

It holds what the published CSV files hold and nothing else. No formula, link or macro; the same edition gives the
same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from planeval.ledger.workbooks import new_workbook, repacked
from planeval.office.code_words import in_words
from planeval.office.published import EditionFiles, EditionPage, EditionTable
from planeval.office.sheet_layout import (
    column_widths,
    page_breaks,
    plain_line,
    print_on_a4,
    row_height,
    set_margin_texts,
)
from planeval.office.table_forms import TEXT, TableForm, table_form
from planeval.office.workbook_cells import DIGITS, TypedCell, cell_formats, decimals_of, shown, typed, write_cell
from planeval.periods import Period
from planeval.plan.review_files import UNIT
from planeval.problems import InputError, Problem

CONTENTS = "目录"
DRAFT = "草稿"
MOST_ROWS = 1_048_000  # of a table, lines above it left out; Excel has 1,048,576
BLANKS = "空格表示没有报送或不适用，不是零。"
_SAMPLE_MARK = "示例数据，不反映实际进展"
_LIST_HEAD = ("序号", "工作表", "内容", "行数", "CSV 文件", "来源网页", "说明")
_LIST_WIDTHS = (6, 18, 46, 8, 36, 38, 46)
_LEAST_WIDTH = 100  # characters of the lines above a table
_NAMING = ("units", "targets", "task_lights")  # tables in which a code stands beside its name
_STANDARD_WIDTH = 8.43  # characters of a column nobody set


@dataclass(frozen=True)
class _Sheet:
    """A table ready to be written: its form, where the edition shows it, its cells and how wide they are."""

    form: TableForm
    table: EditionTable
    source: str
    cells: tuple[tuple[TypedCell, ...], ...]
    widths: tuple[int, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands above the heading, below the name."""
        note = f"说明：{self.form.note}。{BLANKS}" if self.form.note else f"说明：{BLANKS}"
        return f"内容：{self.table.meaning}。", self.form.unit_line, note, f"来源：{self.source}；{_file(self.table)}。"


def write_workbook(edition: EditionFiles, _: Sequence[EditionPage] = ()) -> dict[str, bytes]:
    """File name → bytes of the workbook; nothing for an edition that publishes no tables, whatever pages are asked.

    In the unit edition one workbook per unit, with its own tables and no other, for a unit is sent only its own.
    """
    stem, name = f"{edition.review}_{edition.edition_name}", "数据表.xlsx"
    if edition.edition != UNIT:
        return {f"{stem}_{name}": workbook_bytes(edition)} if edition.tables else {}
    own: dict[str, list[EditionTable]] = {}
    for table in edition.tables:
        own.setdefault(table.unit, []).append(table)
    return {
        f"{stem}_{unit}_{name}": workbook_bytes(replace(edition, tables=tuple(tables))) for unit, tables in own.items()
    }


def workbook_bytes(edition: EditionFiles) -> bytes:
    """The workbook of an edition's tables. Raises InputError for a table of more rows than a sheet holds."""
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    workbook.formats[0].set_font_name(DIGITS)
    workbook.formats[0].set_font_size(10)
    head = plain_line(edition.index.read().running_head)
    workbook.set_properties({
        "title": f"{head}数据表", "subject": edition.document, "comments": _marks(edition), "created": _day(edition),
    })  # fmt: skip
    styles = {**cell_formats(workbook), **_styles(workbook)}
    sheets = [_sheet(edition, table) for table in edition.tables]
    _write_contents(workbook.add_worksheet(CONTENTS), edition, head, sheets, styles)
    for sheet in sheets:
        written = workbook.add_worksheet(sheet.form.sheet)
        _write_table(written, sheet, styles)
        foot = f"{edition.review} · 复核码 {edition.fingerprint}"
        set_margin_texts(written, head, _marks(edition), sheet.form.sheet, foot)
    workbook.close()
    return repacked(buffer.getvalue())


def _sheet(edition: EditionFiles, table: EditionTable) -> _Sheet:
    if len(table.rows) > MOST_ROWS:
        raise InputError([Problem(
            _file(table), rule="export", message=f"有 {len(table.rows):,} 行，一张工作表放不下",
            expected=f"不多于 {MOST_ROWS:,} 行", remedy="直接使用 CSV 文件",
        )])  # fmt: skip
    form = table_form(table.kind, table.columns)
    rows = [
        [in_words(table.name, column.field, text) for column, text in zip(form.columns, row, strict=True)]
        for row in table.rows
    ]
    decimals = [decimals_of(column, (row[place] for row in rows)) for place, column in enumerate(form.columns)]
    cells = tuple(
        tuple(typed(column, text, places) for column, text, places in zip(form.columns, row, decimals, strict=True))
        for row in rows
    )
    widths = column_widths([column.headed for column in form.columns], ([shown(cell) for cell in row] for row in cells))
    return _Sheet(form, table, _source(edition, table), cells, tuple(widths))


def _source(edition: EditionFiles, table: EditionTable) -> str:
    """The page that shows the table: of the pages that lead to its file the one that does so most often."""
    sign = f'{_file(table)}"'
    found = [(bool(page.key), -page.html.count(sign), page.title, page.name) for page in edition.pages]
    naming = [each for each in found if each[1]]
    if not naming:
        return f"目录（{edition.index.name}.html）"
    first = min(naming, key=lambda each: each[:2])
    return f"{first[2]}（{first[3]}.html）"


def _file(table: EditionTable) -> str:
    return f"tables/{table.name}.csv"


def _day(edition: EditionFiles) -> datetime:
    """When the workbook says it was made: the day of the data, the same for every export."""
    known = date.fromisoformat(edition.as_known_on) if edition.as_known_on else Period.parse(edition.period).end
    return datetime(known.year, known.month, known.day)


def _marks(edition: EditionFiles) -> str:
    return "；".join((DRAFT, *([_SAMPLE_MARK] if edition.sample else [])))


def _styles(workbook: Any) -> dict[str, Any]:
    """Formats of what is not a cell of a table."""
    words = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    return {
        "name": workbook.add_format({**words, "font_size": 15, "bold": True}),
        "mark": workbook.add_format({**words, "bold": True, "font_color": "#8A5200"}),
        "line": workbook.add_format({**words, "text_wrap": True, "valign": "top", "font_color": "#3B4854"}),
        "fact": workbook.add_format(words),
        "number": workbook.add_format({
            **words, "align": "center", "valign": "top", "bottom": 4, "bottom_color": "#9AA5B1",
        }),
        "heading": workbook.add_format({
            **words, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E3EAF1", "top": 1, "bottom": 1,
        }),
    }  # fmt: skip


def _write_contents(
    sheet: Any, edition: EditionFiles, head: str, tables: Sequence[_Sheet], styles: Mapping[str, Any]
) -> None:
    """The sheet 目录: what the workbook is of, then one line per table."""
    for position, width in enumerate(_LIST_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, f"{head}数据表", styles["name"])
    sheet.write_string(1, 0, _marks(edition), styles["mark"])
    facts = _facts(edition)
    for row, (term, said) in enumerate(facts, start=2):
        sheet.write_string(row, 0, f"{term}：{said}", styles["fact"])
    heading = len(facts) + 3
    for position, title in enumerate(_LIST_HEAD):
        sheet.write_string(heading, position, title, styles["heading"])
    for number, each in enumerate(tables, start=1):
        listed: tuple[int | str, ...] = (
            number, each.form.sheet, each.table.meaning, len(each.cells), _file(each.table), each.source,
            each.form.note)  # fmt: skip
        sheet.set_row(heading + number, row_height(map(str, listed), _LIST_WIDTHS))
        for position, value in enumerate(listed):
            if isinstance(value, int):
                sheet.write_number(heading + number, position, value, styles["number"])
            else:
                write_cell(sheet, heading + number, position, TypedCell(value or None, TEXT), styles)
    sheet.freeze_panes(heading + 1, 0)
    print_on_a4(sheet, _LIST_WIDTHS, heading, 2)
    set_margin_texts(sheet, head, _marks(edition), CONTENTS, f"{edition.review} · 复核码 {edition.fingerprint}")


def _facts(edition: EditionFiles) -> tuple[tuple[str, str], ...]:
    named = [f"“{table_form(each.name, ()).sheet}”" for each in edition.tables if each.name in _NAMING]
    return (
        ("评估", f"{edition.review}（{Period.parse(edition.period).label}）"),
        ("计划文号", edition.document),
        ("数据截至", f"{edition.as_known_on} 收到的报送" if edition.as_known_on else "没有报送"),
        ("版本", edition.edition_name),
        ("复核码", f"{edition.fingerprint}；程序 planeval {edition.version}"),
        ("数据表", f"{len(edition.tables)} 张，即这一版发布的 CSV 文件，没有公式、链接和宏。{BLANKS}"),
        *([("代码", f"单位、指标、任务写代码的，名称见{'、'.join(named)}")] if named else []),
    )


def _write_table(sheet: Any, ready: _Sheet, styles: Mapping[str, Any]) -> None:
    for position, width in enumerate(ready.widths):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, ready.form.sheet, styles["name"])
    kept = _kept_columns(ready)
    heading = _write_lines(sheet, ready, kept, styles["line"])
    headed = [column.headed for column in ready.form.columns]
    sheet.set_row(heading, row_height(headed, ready.widths) + 4)
    for position, text in enumerate(headed):
        sheet.write_string(heading, position, text, styles["heading"])
    for row, cells in enumerate(ready.cells, start=heading + 1):
        sheet.set_row(row, row_height(map(shown, cells), ready.widths))
        for position, cell in enumerate(cells):
            write_cell(sheet, row, position, cell, styles)
    sheet.freeze_panes(heading + 1, kept)
    sheet.autofilter(heading, 0, heading + max(len(ready.cells), 1), max(len(headed) - 1, 0))
    print_on_a4(sheet, ready.widths, heading, kept)


def _write_lines(sheet: Any, ready: _Sheet, kept: int, style: Any) -> int:
    """The lines above the heading, each across as many columns as it needs; returns the row of the heading.

    On a table broken between columns they begin after the columns that every page repeats, or they would be repeated
    cut off.
    """
    breaks = page_breaks(ready.widths, kept)
    first, last = (kept, breaks[0] - 1) if breaks else (0, len(ready.widths) - 1)
    width: float = sum(ready.widths[first : last + 1])
    while not breaks and width < _LEAST_WIDTH:
        last, width = last + 1, width + _STANDARD_WIDTH
    for row, text in enumerate(ready.lines, start=1):
        sheet.set_row(row, row_height([text], [int(width)]))
        if last > first:
            sheet.merge_range(row, first, row, last, "", style)
        sheet.write_string(row, first, text, style)
    return len(ready.lines) + 1


def _kept_columns(ready: _Sheet) -> int:
    """First columns that say what a row is about and stay in sight: up to a name, two at most."""
    fields = [column.field for column in ready.form.columns[:2]]
    return 2 if "name" in fields[1:] else 1
