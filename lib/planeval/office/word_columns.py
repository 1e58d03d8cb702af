"""How wide the columns of a table are in a Word draft, in which size of type, and on which side of the paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from planeval.office.page_parts import Cell, TablePart

_PADDING = 5.4  # points of every column that text may not use
_LONGEST_WORD = 13.0  # in ems; a longer code or hash is broken
_LONGEST_MARK = 6.5
_LEAST = 2.2
_NAMES = (9.0, 6.0, 4.0)  # ems of what a row is about that stay on one line, the most where there is room
_READ_EASILY = 9.0  # points: 小五, below which long texts are not set
_TALLEST = 6  # lines a row may have before a smaller type or a wider page is tried
_UPRIGHT_PAGE, _SIDEWAYS_PAGE = 620.0, 420.0  # points of height


class Frame(NamedTuple):
    """The room for a table: width in points, whether on a page turned sideways, size of the type in points."""

    width: float
    sideways: bool
    size: float


@dataclass(frozen=True)
class Fitted:
    """A table with the frame that suits it and the widths of its columns in points."""

    table: TablePart
    frame: Frame
    widths: tuple[float, ...]


class _Laid(NamedTuple):
    """One way to lay a table out. pages: that it takes, roughly. tallest: lines of its tallest row."""

    frame: Frame
    widths: tuple[float, ...]
    pages: float
    tallest: int


def fitted(table: TablePart, frames: Sequence[Frame]) -> Fitted:
    """The first frame in which no word is broken and no row grows tall, else the one that makes the least pages.

    Where words must be broken in every frame, the last is taken.
    """
    measured = _measured(table)
    best = []
    for frame in frames:
        tried = [laid for name in _NAMES if (laid := _laid(table, measured, frame, name)) is not None]
        if tried:
            best.append(min(tried, key=lambda laid: laid.pages))
            if best[-1].tallest <= _TALLEST:
                return Fitted(table, frame, best[-1].widths)
    if not best:
        return Fitted(table, frames[-1], _squeezed(table, frames[-1]))
    read = [laid for laid in best if laid.frame.size >= _READ_EASILY] or best
    chosen = min(read, key=lambda laid: laid.pages)
    return Fitted(table, chosen.frame, chosen.widths)


def ems(text: str) -> float:
    """The width of a line of text in ems: a Chinese character 1, a figure or Latin letter about half."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in text)
    capitals = sum(char.isascii() and char.isupper() for char in text)
    return wide + 0.53 * (len(text) - wide) + 0.17 * capitals


_Row = tuple[tuple[int, tuple[float, ...]], ...]  # of each cell the columns it spans and the widths of its lines


def _measured(table: TablePart) -> tuple[_Row, ...]:
    return tuple(
        tuple((cell.columns, tuple(ems("".join(span.text for span in line)) for line in cell.lines)) for cell in row)
        for row in (*table.head, *table.rows)
    )


def _single(table: TablePart) -> Iterator[tuple[int, Cell, bool]]:
    """Every cell of one column with its column, and whether it stands in the head."""
    for index, row in enumerate((*table.head, *table.rows)):
        place = 0
        for cell in row:
            if cell.columns == 1:
                yield place, cell, index < len(table.head)
            place += cell.columns


def _least(table: TablePart, name: float) -> list[float]:
    """Of each column in ems: the least width that breaks no word."""
    count = max((sum(cell.columns for cell in row) for row in (*table.head, *table.rows)), default=1)
    least = [_LEAST] * count
    for place, cell, is_head in _single(table):
        for line in cell.lines:
            text = "".join(span.text for span in line)
            least[place] = max(least[place], _longest(text, cell, is_head, name))
    return least


def _longest(text: str, cell: Cell, is_head: bool, name: float) -> float:
    """The widest piece of a line that stays on one line; Chinese text may be broken after four characters, what a row
    is about (its first cell) after `name` characters, a heading after half of them.
    """
    if cell.align != "text" and not is_head:
        return min(ems(text), _LONGEST_MARK)
    least = name / 2 if is_head else name if cell.is_head else _NAMES[-1]
    words = "".join(char if char.isascii() else " " for char in text).split()
    return min(max([ems(word) for word in words] + [min(ems(text), least)]), _LONGEST_WORD)


def _wished(measured: Sequence[_Row], least: Sequence[float]) -> tuple[list[float], list[float]]:
    """Of each column in ems beyond its least: what its longest line needs, and what the text in it weighs (the root of
    the mean square of its cells), so that shared out by weight the columns come to like heights.
    """
    longest, squares = list(least), [0.0] * len(least)
    for row in measured:
        place = 0
        for columns, lines in row:
            if columns == 1 and lines:
                longest[place] = max(longest[place], *lines)
                squares[place] += sum(lines) ** 2
            place += columns
    weights = [(each / max(len(measured), 1)) ** 0.5 for each in squares]
    return (
        [max(width - base, 0.15) for width, base in zip(longest, least, strict=True)],
        [max(weight - base, 0.15) for weight, base in zip(weights, least, strict=True)],
    )


def _laid(table: TablePart, measured: Sequence[_Row], frame: Frame, name: float) -> _Laid | None:
    """The table in a frame, which it fills; None where a word would be broken."""
    least = _least(table, name)
    spare = (frame.width - _PADDING * len(least)) / frame.size - sum(least)
    if spare < 0:
        return None
    longest, weights = _wished(measured, least)
    shares = longest if sum(longest) <= spare else weights
    widths = tuple(
        _PADDING + frame.size * (base + spare * share / sum(shares))
        for base, share in zip(least, shares, strict=True)
    )  # fmt: skip
    lines = [_lines(row, widths, frame.size) for row in measured]
    points = sum(count * frame.size * 1.3 + 4 for count in lines)
    return _Laid(frame, widths, points / (_SIDEWAYS_PAGE if frame.sideways else _UPRIGHT_PAGE), max(lines, default=1))


def _lines(row: _Row, widths: Sequence[float], size: float) -> int:
    """Lines of a row."""
    place, lines = 0, 1
    for columns, texts in row:
        width = sum(widths[place : place + columns]) - _PADDING
        lines = max(lines, sum(max(1, ceil(text * size / width - 0.05)) for text in texts))
        place += columns
    return lines


def _squeezed(table: TablePart, frame: Frame) -> tuple[float, ...]:
    least = _least(table, _NAMES[-1])
    room = frame.width - _PADDING * len(least)
    return tuple(_PADDING + each * room / sum(least) for each in least)
