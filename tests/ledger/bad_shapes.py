"""Workbooks and CSV files in the shapes that Excel, WPS and people give them, each with one fault in a known cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import xlsxwriter

from filing_desk import EVENT_HEAD, csv_bytes, event, rezipped, saved, sheet_xml, workbook

SHEET = "xl/worksheets/sheet1.xml"
LATE = "2025-13-01"  # no such month
Shape = tuple[Callable[[], bytes], str, str, str, str]  # bytes, rule, sheet, cell, file name


def events(*rows: list[Any], head: tuple[Any, ...] = EVENT_HEAD, before: tuple[list[Any], ...] = ()) -> bytes:
    return workbook({"活动": [*before, head, *rows]})


def changed(content: bytes, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    """The workbook after something was done to it in openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    return saved(book)


def cell_xml(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def inline(rows: list[list[Any]], dimension: str = "") -> bytes:
    """Strings kept in the cells, as WPS and many exporters write them, under a `<dimension>` that need not be true."""
    lines = "".join(
        f'<row r="{number}">{"".join(cell_xml(f"{chr(65 + place)}{number}", str(text)) for place, text in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    )
    part = sheet_xml(lines)
    if dimension:
        part = part.replace(b"<sheetData>", f'<dimension ref="{dimension}"/><sheetData>'.encode())
    return rezipped(events(), {SHEET: part})


def never_calculated() -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("活动")
    sheet.write_row(0, 0, EVENT_HEAD)
    sheet.write_row(1, 0, event(1))
    sheet.write_formula("G2", "=20+20")
    book.close()
    return content.getvalue()


def prefixed() -> bytes:
    """All elements under a prefix, as some exporters write them."""
    part = zipfile.ZipFile(io.BytesIO(events(event(1, LATE)))).read(SHEET)
    part = re.sub(rb"<(/?)(?!\?)", rb"<\1x:", part).replace(b"xmlns=", b"xmlns:x=")
    return rezipped(events(event(1, LATE)), {SHEET: part})


def wrong(**cells: Any) -> list[Any]:
    return event(2, **cells)


def merged_header(book: openpyxl.Workbook) -> None:
    book["活动"].insert_rows(1)
    for column, text in enumerate(EVENT_HEAD, start=1):
        book["活动"].cell(1, column, text if column < 3 else "情况" if column == 3 else None)
        book["活动"].cell(2, column, None if column < 3 else f"{text}甲")
    book["活动"].merge_cells("C1:I1")


def hidden_row(book: openpyxl.Workbook) -> None:
    book["活动"].row_dimensions[3].hidden = True


def hidden_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("说明")
    book["活动"].sheet_state = "hidden"


def no_heading(book: openpyxl.Workbook) -> None:
    book["活动"]["K3"] = "另有3场未列"
    book["活动"].column_dimensions["K"].hidden = True


def far_down(book: openpyxl.Workbook) -> None:
    for column, text in enumerate(wrong(held_on=LATE), start=1):
        book["活动"].cell(4_000, column, text)


def csv_of(encoding: str, delimiter: str = ",") -> bytes:
    rows = [EVENT_HEAD, [str(cell) for cell in event(1)], [str(cell) for cell in event(2, LATE)]]
    return csv_bytes(rows, encoding, delimiter)


def _made(content: Callable[[], bytes], rule: str, cell: str, name: str = "port.xlsx", sheet: str = "活动") -> Shape:
    return content, rule, sheet, cell, name


_TOTAL = ["合计", "", "", "", "", "", 80]
SHAPES: dict[str, Shape] = {
    "formula that was never saved": _made(lambda: events(event(1, **{"参加人数（人）": "=20+20"})), "count", "G2"),
    "formula that was never calculated": _made(never_calculated, "count", "G2"),
    "formula in error": _made(lambda: events(event(1, **{"参加人数（人）": "#N/A"})), "count", "G2"),
    "#REF! in a text": _made(lambda: events(event(1, 地点="#REF!")), "text", "E2"),
    "#VALUE! in a day": _made(lambda: events(event(1, "#VALUE!")), "date", "D2"),
    "long number shortened by Excel": _made(lambda: events(event(1, 活动编号=911405000000000001)), "code", "A2"),
    "day with an hour": _made(lambda: events(event(1, datetime(2026, 5, 4, 10, 30))), "date", "D2"),
    "truth in a count": _made(lambda: events(event(1, **{"参加人数（人）": True})), "count", "G2"),
    "day in a count": _made(lambda: events(event(1, **{"参加人数（人）": datetime(2026, 5, 4)})), "count", "G2"),
    "serial of no day": _made(lambda: events(event(1, 99_999)), "date", "D2"),
    "title row above the headings": _made(lambda: events(wrong(), event(3, LATE), before=(["台账"], [])), "date", "D5"),
    "two title rows and a date": _made(lambda: events(event(3, LATE), before=(["台账"], ["2026年"], [])), "date", "D5"),
    "blank rows between blocks": _made(lambda: events(event(1), [], [], event(2, LATE)), "date", "D5"),
    "blank column in front": _made(lambda: events(["", *event(1, LATE)], head=("", *EVENT_HEAD)), "date", "E2"),
    "a number column of their own": _made(lambda: events([1, *event(1, LATE)], head=("序号", *EVENT_HEAD)), "date", "E2"),
    "columns in another order": _made(lambda: events(event(1, LATE)[::-1], head=EVENT_HEAD[::-1]), "date", "F2"),
    "merged two-row header": _made(lambda: changed(events(event(1)), merged_header), "merged_header", "C1"),
    "hidden row": _made(lambda: changed(events(event(1), event(2, LATE)), hidden_row), "date", "D3"),
    "hidden sheet": _made(lambda: changed(events(event(1, LATE)), hidden_sheet), "date", "D2"),
    "hidden column without heading": _made(lambda: changed(events(event(1), event(2)), no_heading), "no_heading", "K3"),
    "far below the rest": _made(lambda: changed(events(event(1)), far_down), "date", "D4000"),
    "total row": _made(lambda: events(event(1), _TOTAL), "total_row", "第 3 行"),
    "total row, spaced": _made(lambda: events(event(1), ["合　 计", *_TOTAL[1:]]), "total_row", "第 3 行"),
    "total row under another column": _made(lambda: events(event(1), ["", "合计", "", "", "", "", 8]), "total_row", "第 3 行"),
    "headings repeated on page two": _made(lambda: events(event(1), list(EVENT_HEAD)), "total_row", "第 3 行"),
    "signature below": _made(lambda: events(event(1), ["填表人：张三"]), "total_row", "第 3 行"),
    "remark below": _made(lambda: events(event(1), ["注：不含内部会议"]), "total_row", "第 3 行"),
    "headings missing": _made(lambda: workbook({"活动": [event(1), event(2)]}), "no_header", ""),
    "one column missing": _made(lambda: events(event(1)[:3] + event(1)[4:], head=EVENT_HEAD[:3] + EVENT_HEAD[4:]), "missing_column", "第 1 行"),
    "a heading twice": _made(lambda: events([*event(1), "x"], head=(*EVENT_HEAD, "活动名称")), "heading", "J1"),
    "a heading nobody knows": _made(lambda: events([*event(1), "x"], head=(*EVENT_HEAD, "备用")), "heading", "J1"),
    "WPS: dimension says A1": _made(lambda: inline([list(EVENT_HEAD), event(1), event(2, LATE)], "A1"), "date", "D3"),
    "WPS: strings in the cells": _made(lambda: inline([list(EVENT_HEAD), event(1, LATE)]), "date", "D2"),
    "elements under a prefix": _made(prefixed, "date", "D2"),
    "full-width markup": _made(lambda: events(event(1, 活动名称="＜svg onload=x＞")), "text", "B2"),
    "line break inside a day": _made(lambda: events(event(1, "2026-05-\n04—05")), "date", "D2"),
    "several events in one row": _made(lambda: events(event(1, "2026-05-04、2026-05-05")), "date", "D2"),
    "CSV in GB18030": _made(lambda: csv_of("gb18030"), "date", "D3", "活动.csv"),
    "CSV in UTF-8 with BOM": _made(lambda: csv_of("utf-8-sig"), "date", "D3", "活动.csv"),
    "CSV in UTF-8 without BOM": _made(lambda: csv_of("utf-8"), "date", "D3", "活动.csv"),
    "Unicode text of Excel": _made(lambda: csv_of("utf-16", "\t"), "date", "D3", "活动.csv"),
    "CSV with semicolons": _made(lambda: csv_of("utf-8-sig", ";"), "date", "D3", "活动.csv"),
}  # fmt: skip
