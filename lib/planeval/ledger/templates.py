"""The forms that go out: one workbook per unit and quarter, with only the sheets that unit files.

What is typed there reads back through the project's own reader. The same plan, decisions and ledger give the
same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from planeval.ledger.book import NOTES_SHEET, Ledger
from planeval.ledger.headings import column_letter
from planeval.ledger.instructions import CORRECTION_LABEL, instruction_lines
from planeval.ledger.tables import TABLES, Column, Table, with_choices
from planeval.ledger.template_checks import OptionLists, add_checks, options_of
from planeval.ledger.workbooks import (
    HEADING,
    column_width,
    is_blank,
    new_workbook,
    repacked,
    replace_file,
    write_notes,
    write_value,
    written_as,
)
from planeval.periods import Period
from planeval.plan import Method, Plan

CARRIED = "#E4F1E4"
_REQUIRED = "#F8D7B5"
_LACKING = "#FBE3DC"
_A4 = 9
_INSTRUCTION_LINE = 46  # Chinese characters in a line of 填报说明
_SHOWN_OPTIONS = 30
_LAST_COLUMN = 16_383
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "number": "General", "count": "0"}  # all else is text, codes above all
_MAY = {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True,
        "sort": True, "autofilter": True}  # fmt: skip

Rows = Sequence[Mapping[str, Any]]
Lapsed = Callable[[str, pd.DataFrame], pd.Series]
"""Table id, rows → row-wise: no longer valid, so not worth carrying."""


def forms_due(method: Method, unit: str, period: Period) -> tuple[Table, ...]:
    """The tables a unit owes in a quarter by the decision in force, with the plan's own closed lists."""
    duties = method.value("filing_duties", period)
    closed_lists = method.value("closed_lists", period) if method.decides("closed_lists") else {}
    return tuple(with_choices(table, closed_lists) for table in TABLES if unit in duties.get(table.id, ()))


def deadline(method: Method, period: Period) -> date:
    """The last day on which a quarter's filing is in time."""
    days: int = method.value("filing_deadline_days", period)
    return period.end + timedelta(days=days)


def open_items(
    ledger: Ledger, table: Table, unit: str, period: Period, lapsed: Lapsed | None = None
) -> list[dict[str, Any]]:
    """What a unit has to carry into a quarter's form: its items filed for earlier quarters that have not ended.

    Tables of a row a quarter, and tables whose items do not end, carry nothing. An item that is not carried
    stays in the ledger as it was last filed.
    """
    if table.repeated or not table.ended_by:
        return []
    rows = ledger.filed[table.id]
    own = [who == unit and when < period for who, when in zip(rows["unit_id"], rows["period"], strict=True)]
    last = rows.loc[pd.Series(own, index=rows.index, dtype=bool)]
    last = last.drop_duplicates(list(table.key), keep="last")
    still_open = last[last[table.ended_by].isna()]
    if lapsed is not None:
        still_open = still_open[~lapsed(table.id, still_open)]
    columns = [column.id for column in table.columns]
    return [{str(name): value for name, value in row.items()} for row in still_open[columns].to_dict("records")]


def write_template(
    path: Path, unit: str, period: Period, plan: Plan, tables_due: Sequence[Table], ledger: Ledger | None,
    last_day: date | None = None, lapsed: Lapsed | None = None,
) -> None:  # fmt: skip
    """Write the form of one unit for one quarter: 填报说明, one sheet per table, long lists on a hidden sheet.

    ledger: where open items of earlier quarters come from; None carries nothing. last_day: see `deadline`.
    lapsed: which of them have lapsed and stay out. The file appears whole or not at all.
    """
    carried = {
        table.id: open_items(ledger, table, unit, period, lapsed) if ledger is not None else [] for table in tables_due
    }
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    lists = OptionLists()
    numbers = {table: len(rows) for table, rows in carried.items()}
    _write_instructions(workbook, instruction_lines(plan, unit, period, tables_due, numbers, last_day))
    head = f"{plan.unit(unit).name}　{period.label}"
    for table in tables_due:
        _TableSheet(workbook, table, plan, period).write(carried[table.id], lists, head)
    lists.write(workbook)
    workbook.close()
    replace_file(path, repacked(buffer.getvalue()))


def _write_instructions(workbook: Any, lines: list[tuple[str, str]]) -> None:
    sheet = workbook.add_worksheet(NOTES_SHEET)
    text = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#CCD4DB"})
    to_fill = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1, "locked": False})
    write_notes(sheet, lines, workbook.add_format({**HEADING, "align": "left", "valign": "top"}), text)
    for number, (_, said) in enumerate(lines):  # not every program finds the height of wrapped text by itself
        sheet.set_row(number, 17 * (1 + len(said) // _INSTRUCTION_LINE))
    row = [label for label, _ in lines].index(CORRECTION_LABEL)
    sheet.write_blank(row, 1, None, to_fill)
    message = {"input_title": CORRECTION_LABEL, "input_message": "更正报送时写明更正了什么；首次报送留空。"}
    sheet.data_validation(row, 1, row, 1, {"validate": "any", **message})
    sheet.set_column(1, 1, 2 * _INSTRUCTION_LINE + 4)
    sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
    _set_page(sheet, "")


def _set_page(sheet: Any, head: str) -> None:
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
    sheet.set_header(f"&L{head.replace('&', '&&')[:200]}&R&A")
    sheet.set_footer("&C第 &P 页，共 &N 页")


class _TableSheet:
    """One table as a sheet of a form."""

    def __init__(self, workbook: Any, table: Table, plan: Plan, period: Period) -> None:
        self.sheet = workbook.add_worksheet(table.sheet)
        self.workbook, self.table, self.plan, self.period = workbook, table, plan, period

    def write(self, carried: Rows, lists: OptionLists, head: str) -> None:
        self._headings()
        self._columns(carried)
        add_checks(self.sheet, self.table, self.plan, self.period, lists)
        self._show_what_lacks(max(len(carried) * 4, 1000))
        last = len(self.table.columns) - 1
        self.sheet.autofilter(0, 0, max(len(carried), 1), last)
        self.sheet.freeze_panes(1, 1)
        self.sheet.repeat_rows(0)
        self.sheet.protect("", _MAY)
        _set_page(self.sheet, head)

    def _headings(self) -> None:
        locked = self.workbook.add_format({"locked": True})
        plain, required = (self.workbook.add_format({**HEADING, "bg_color": colour})
                           for colour in (HEADING["bg_color"], _REQUIRED))  # fmt: skip
        self.sheet.set_row(0, 42, locked)
        for position, column in enumerate(self.table.columns):
            title = f"{column.title}*" if column.required else column.title
            self.sheet.write_string(0, position, title, required if column.required else plain)
            note = heading_note(column, self.table, self.plan, self.period)
            size = {"width": 260, "height": 24 + 18 * (2 + len(note) // 18 + note.count("\n"))}
            self.sheet.write_comment(0, position, note, {"author": "", "font_size": 9, **size})

    def _columns(self, carried: Rows) -> None:
        """Unlocked columns in their formats, and the carried rows in theirs."""
        for position, column in enumerate(self.table.columns):
            look = {"num_format": _NUMBER_FORMATS.get(column.kind, "@"), "locked": False}
            width = max(column_width(column), 2 * len(column.title) + 3)
            self.sheet.set_column(position, position, width, self.workbook.add_format(look))
            light = self.workbook.add_format({**look, "bg_color": CARRIED, "border": 1, "border_color": "#CCD4DB"})
            written = written_as(column, self.plan)
            for number, row in enumerate(carried, start=1):
                if is_blank(row[column.id]):
                    self.sheet.write_blank(number, position, None, light)
                else:
                    write_value(self.sheet, number, position, column, row[column.id], written, light)
        rest = self.workbook.add_format({"locked": False})  # a row can only be deleted when none of it is locked
        self.sheet.set_column(len(self.table.columns), _LAST_COLUMN, None, rest)

    def _show_what_lacks(self, last_row: int) -> None:
        """A required cell that is blank while its row holds something is coloured."""
        lacking = self.workbook.add_format({"bg_color": _LACKING})
        from_here = f"$A2:${column_letter(len(self.table.columns) - 1)}2"
        for position, column in enumerate(self.table.columns):
            if column.required:
                formula = f"=AND(COUNTA({from_here})>0,LEN(TRIM({column_letter(position)}2))=0)"
                rule = {"type": "formula", "criteria": formula, "format": lacking}
                self.sheet.conditional_format(1, position, last_row, position, rule)


def heading_note(column: Column, table: Table, plan: Plan, period: Period) -> str:
    """What the note on a heading says: meaning, duty, unit, closed list, evidence."""
    lines = [column.meaning, "必填" if column.required else "没有的留空"]
    if column.unit:
        lines.append(f"单位：{column.unit}，只填数字")
    if column.kind == "code":
        lines.append("按文本填，不用科学计数")
    options = options_of(column, plan, period)
    if options and column.kind != "quarter":
        more = f" 等 {len(options)} 项" if len(options) > _SHOWN_OPTIONS else ""
        lines.append(f"可选：{'、'.join(options[:_SHOWN_OPTIONS])}{more}")
    if column.id == "evidence":
        lines.append(f"本表的佐证：{table.proof}")
    return "\n".join(lines)
