"""How wide the columns of a sheet are, and how it is printed: A4, headings on every page, marks and page numbers."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

_NARROWEST, _WIDEST = 7, 42
_INDENT = 3  # characters of a cell that text does not fill
_LONG = 600  # characters of a text that would make its row too high in a column of usual width
_LINE, _GAP, _HIGHEST = 13.0, 3.0, 409  # points; Excel knows no higher row
_A4 = 9
_LONGEST_MARGIN_TEXT = 60  # of each third; Excel takes 255 characters in all, its codes included
_PIXELS, _PADDING = 7, 5  # of a character in a column, and of each column
_PAGE_PIXELS = 960  # across landscape A4 between the margins, with some to spare
_SCALES = (85, 80, 75, 70, 65, 60)  # percent; letters of 10 points are printed no smaller than 6


def text_width(text: str) -> int:
    """Columns that a text takes in its longest line: a Chinese character takes two."""
    return max((sum(_letter_width(letter) for letter in line) for line in text.split("\n")), default=0)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WFA" else 1


def column_widths(headings: Sequence[str], cells: Iterable[Sequence[str]]) -> list[int]:
    """Width of each column in characters: of its cells as shown, and half of its heading, which may break once."""
    columns: list[list[int]] = [[] for _ in headings]
    for row in cells:
        for position, text in enumerate(row):
            columns[position].append(text_width(text))
    return [_width(heading, widths) for heading, widths in zip(headings, columns, strict=True)]


def _width(heading: str, widths: list[int]) -> int:
    first, *others = heading.split("\n")
    words = max([math.ceil(text_width(first) / 2) + 1, *map(text_width, others)])
    longest = max(widths, default=0)
    widest = _WIDEST if longest <= _LONG else 2 * _WIDEST
    return min(widest, max(_NARROWEST, longest + _INDENT, words + 2))


def lines_needed(text: str, width: int) -> int:
    """Lines of a text in a cell so wide."""
    return sum(max(1, math.ceil(text_width(line) / max(1, width - _INDENT))) for line in text.split("\n"))


def row_height(texts: Iterable[str], widths: Sequence[int]) -> float:
    """Height in points of a row of cells so wide, so that nothing is cut off."""
    lines = max((lines_needed(text, width) for text, width in zip(texts, widths, strict=True)), default=1)
    return min(_HIGHEST, _LINE * lines + _GAP)


def print_on_a4(sheet: Any, widths: Sequence[int], heading_row: int, kept_columns: int) -> None:
    """Landscape A4 with the heading on every page: fitted to its width, or, where letters would become too small,
    broken between columns, with the first columns on every page.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    sheet.repeat_rows(heading_row)
    breaks = page_breaks(widths, kept_columns)
    if breaks:
        sheet.set_print_scale(_scale(widths, kept_columns))
        sheet.set_v_pagebreaks(breaks)
        sheet.repeat_columns(0, kept_columns - 1)
    else:
        sheet.fit_to_pages(1, 0)


def page_breaks(widths: Sequence[int], kept_columns: int) -> list[int]:
    """The columns before which a new page begins; none when all fit on one page."""
    return _breaks(widths, kept_columns, _scale(widths, kept_columns))


def _scale(widths: Sequence[int], kept_columns: int) -> int:
    """The largest scale, in percent, at which a table takes no more pages than at the smallest."""
    fewest = len(_breaks(widths, kept_columns, _SCALES[-1]))
    return next(scale for scale in _SCALES if len(_breaks(widths, kept_columns, scale)) == fewest)


def _breaks(widths: Sequence[int], kept_columns: int, scale: int) -> list[int]:
    across = [_PIXELS * width + _PADDING for width in widths]
    room, kept = _PAGE_PIXELS * 100 / scale, sum(across[:kept_columns])
    breaks, used = [], 0
    for column, pixels in enumerate(across):
        if used + pixels > room and column > kept_columns:
            breaks.append(column)
            used = kept
        used += pixels
    return breaks


def set_margin_texts(sheet: Any, head: str, marks: str, title: str, foot: str) -> None:
    """Head: the review and the marks; foot: the table, the page of how many, where it comes from."""
    left, right = _plain(head), _plain(marks)
    sheet.set_header(f'&L&"宋体"&9{left}&R&"宋体,Bold"&9{right}')
    sheet.set_footer(f'&L&"宋体"&9{_plain(title)}&C&"宋体"&9第 &P 页，共 &N 页&R&"宋体"&9{_plain(foot)}')


def _plain(text: str) -> str:
    """Text in which no sign is taken for a code of the margin, and a leading digit not for a size of letters."""
    kept = plain_line(text)[:_LONGEST_MARGIN_TEXT].replace("&", "＆")
    return f" {kept}" if kept[:1].isdigit() else kept


def plain_line(text: str) -> str:
    """Text on one line, without signs that cannot be seen."""
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
