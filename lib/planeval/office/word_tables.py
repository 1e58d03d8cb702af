"""Page tables as Word tables: fixed widths, heads repeated on every page, no row split over two of them."""

from __future__ import annotations

from collections.abc import Sequence

from planeval.office.page_parts import Cell, TablePart
from planeval.office.word_columns import Fitted
from planeval.office.word_text import HEI, SONG, Look, attribute, of_lines, paragraph, run

TWIPS = 20  # to a point
_LONG_ROW = 2500  # characters of finished XML from which a row of facts may be split over two pages
_KEPT_TOGETHER = 7  # rows of a table that is not broken at all
_SHADES = {"none": "E9EEF3", "some": "B9C6D3", "most": "7F93A8"}
_ALIGN = {"text": "left", "number": "right", "mark": "center"}


def table_xml(fit: Fitted) -> str:
    """Caption above, with 单位 at the right; the table; its notes below."""
    table, size = fit.table, fit.frame.size
    body = [_row(row, fit, index, len(table.rows)) for index, row in enumerate(table.rows)]
    head = "".join(_row(row, fit, -1, len(table.rows)) for row in table.head)
    grid = "".join(f'<w:gridCol w:w="{round(width * TWIPS)}"/>' for width in fit.widths)
    total = round(sum(fit.widths) * TWIPS)
    made = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>{_BORDERS}'
        f'<w:tblLayout w:type="fixed"/>{_MARGINS}<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" '
        f'w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{_described(table)}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{''.join(body)}</w:tbl>"
    )
    notes = [f"注：{note}" if number == 0 else note for number, note in enumerate(table.notes)]
    return caption(table, fit.frame.width) + made + "".join(
        paragraph(run(note, Look(min(size, 9.0))), "TableNote") for note in notes
    ) + paragraph("", "AfterTable")  # fmt: skip


_BORDERS = (
    '<w:tblBorders><w:top w:val="single" w:sz="12" w:space="0" w:color="000000"/>'
    '<w:bottom w:val="single" w:sz="12" w:space="0" w:color="000000"/>'
    '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="A6ADB5"/></w:tblBorders>'
)
_MARGINS = (
    '<w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="50" w:type="dxa"/>'
    '<w:bottom w:w="28" w:type="dxa"/><w:right w:w="50" w:type="dxa"/></w:tblCellMar>'
)


def _described(table: TablePart) -> str:
    return f'<w:tblCaption w:val="{attribute(table.caption[:250])}"/>' if table.caption else ""


def caption(table: TablePart, width: float) -> str:
    """The line above a table: number, title, and 单位 at the right end of the room."""
    said = run(f"{table.number}　{table.caption}" if table.number else table.caption)
    if table.unit:
        said += "<w:r><w:tab/></w:r>" + run(f"单位：{table.unit}", Look(9.0, SONG))
    stop = f'<w:tabs><w:tab w:val="right" w:pos="{round(width * TWIPS)}"/></w:tabs>'
    return paragraph(said, "Caption", f"<w:keepNext/>{stop}")


def _row(row: Sequence[Cell], fit: Fitted, index: int, count: int) -> str:
    """A row. index: from 0 in the body, −1 for a head row. Short tables, and the ends of long ones, stay together."""
    is_head = index < 0
    keeps = is_head or (index < count - 1 and (count <= _KEPT_TOGETHER or index < 1 or index == count - 2))
    cells, place = [], 0
    for cell in row:
        width = sum(fit.widths[place : place + cell.columns])
        cells.append(_cell(cell, width, fit.frame.size, is_head, keeps))
        place += cell.columns
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell, width: float, size: float, is_head: bool, keeps: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    line = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADES[cell.shade]}"/>' if cell.shade else ""
    keep = "<w:keepNext/>" if keeps else ""
    align = f'<w:jc w:val="{_ALIGN[cell.align] if not is_head or cell.align != "text" else "left"}"/>'
    look = Look(size, HEI if is_head else SONG)
    properties = (
        f'<w:tcPr><w:tcW w:w="{round(width * TWIPS)}" w:type="dxa"/>{span}{line if is_head else ""}{shade}'
        f'<w:vAlign w:val="{"bottom" if is_head else "center"}"/></w:tcPr>'
    )
    return f"<w:tc>{properties}{of_lines(cell.lines, 'TableText', look, keep + align)}</w:tc>"


def plain_table(rows: Sequence[Sequence[str]], widths: Sequence[float], lines: bool = True) -> str:
    """A table of finished cell contents without a caption. lines: a thin rule above, below and between the rows."""
    grid = "".join(f'<w:gridCol w:w="{round(width * TWIPS)}"/>' for width in widths)
    rule = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A6ADB5"/>'
                   for side in ("top", "bottom", "insideH"))  # fmt: skip
    borders = f"<w:tblBorders>{rule}</w:tblBorders>" if lines else ""
    body = "".join(
        f"<w:tr>{'' if len(''.join(row)) > _LONG_ROW else '<w:trPr><w:cantSplit/></w:trPr>'}"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{round(width * TWIPS)}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
            for content, width in zip(row, widths, strict=True)
        )
        + "</w:tr>"
        for row in rows
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{round(sum(widths) * TWIPS)}" w:type="dxa"/>{borders}'
        f'<w:tblLayout w:type="fixed"/>{_MARGINS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>'
    )
