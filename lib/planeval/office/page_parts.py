"""What stands on a published page, in reading order: the parts that any other form of the page is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal[2, 3, 4]


@dataclass(frozen=True)
class Span:
    """Text of one look. kind: empty, `strong`, `code`, `small` (a decision said beside what it decides), `big`, or
    the class of a light (`far-behind`).
    """

    text: str
    kind: str = ""


Line = tuple[Span, ...]


def said(lines: tuple[Line, ...]) -> str:
    """The text of lines, one below the other."""
    return "\n".join("".join(span.text for span in line) for line in lines)


@dataclass(frozen=True)
class Heading:
    """A heading. number: `一`, where the page numbers it, which `text` then leaves out."""

    level: Level
    text: str
    number: str = ""


@dataclass(frozen=True)
class Paragraph:
    """kind: empty, `lead`, `note`, `which` (names what follows in a trace), `sample-note`, `version`."""

    lines: tuple[Line, ...]
    kind: str = ""


@dataclass(frozen=True)
class Listing:
    """Items of a list, each of one or more lines."""

    items: tuple[tuple[Line, ...], ...]
    ordered: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms and what is said of each."""

    entries: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class Cell:
    """A table cell. align: text, number or mark (short, never broken). columns: that it spans. shade: none, some or
    most, where the cell is tinted by how much it holds.
    """

    lines: tuple[Line, ...]
    align: str = "text"
    is_head: bool = False
    columns: int = 1
    shade: str = ""

    def reads(self) -> str:
        """The text of the cell."""
        return said(self.lines)


@dataclass(frozen=True)
class TablePart:
    """A table. number: `表1-1` as the page counts, empty for one inside a fold. unit: without 单位：. kind: its CSS
    classes. head, rows: of cells.
    """

    caption: str
    number: str
    unit: str
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]
    kind: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FigurePart:
    """A figure. image: the bytes of its SVG or PNG. number: `图1-1`. title: its caption. alt: what it says in words."""

    title: str
    number: str
    alt: str
    image: bytes
    folds: tuple[Folded, ...]


@dataclass(frozen=True)
class Cards:
    """The headline cards, each of some lines: name, value, target and so on."""

    cards: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Boxed:
    """What the page draws a box around: a 督办单."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Folded:
    """What opens on request. kind: `trace` (来历), `data` (图中数据) or `more` (明细). about: captions above it."""

    kind: str
    summary: str
    parts: tuple[Part, ...]
    about: tuple[str, ...] = ()


Part = Heading | Paragraph | Listing | Facts | TablePart | FigurePart | Cards | Boxed | Folded


@dataclass(frozen=True)
class Page:
    """A page. running_head: names plan, period and edition. opening: what it was made of. foot: its last line."""

    title: str
    running_head: str
    opening: Facts
    parts: tuple[Part, ...]
    foot: str

    def every(self) -> Iterator[Part]:
        """All parts, what is boxed and folded included, in reading order."""
        return _inside(self.parts)


def _inside(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Boxed | Folded):
            yield from _inside(part.parts)
        elif isinstance(part, FigurePart):
            yield from _inside(part.folds)
