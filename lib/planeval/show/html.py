"""The pieces pages are made of: escaped fragments, tables with caption and 单位, notes.

Everything that came from a ledger or a params file passes through `esc` here; nothing else builds HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Align = Literal["text", "number", "mark"]
STACKED = "decisions"  # the kind of table whose rows become paragraphs on paper and on narrow screens
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Fragment:
    """A piece of finished HTML, shown by Jupyter as it stands; `text` is the same for a plain terminal."""

    html: str
    text: str = ""

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text or "<Fragment>"

    def __add__(self, other: Fragment) -> Fragment:
        return Fragment(self.html + other.html, self.text + other.text)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def esc(text: object) -> str:
    """Text made safe for element content and attribute values."""
    return html.escape(str(text), quote=True)


def paragraph(text: str, kind: str = "") -> Fragment:
    """One paragraph of plain text; kind is a CSS class (`lead`, `note`)."""
    attribute = f' class="{esc(kind)}"' if kind else ""
    return Fragment(f"<p{attribute}>{esc(text)}</p>", text)


def bullets(items: Iterable[str], kind: str = "points") -> Fragment:
    """An unordered list of plain texts."""
    listed = list(items)
    body = "".join(f"<li>{esc(item)}</li>" for item in listed)
    return Fragment(f'<ul class="{esc(kind)}">{body}</ul>', "\n".join(listed))


def together(parts: Iterable[Fragment]) -> Fragment:
    """Several fragments as one."""
    gathered = list(parts)
    return Fragment("".join(part.html for part in gathered), "\n".join(part.text for part in gathered))


@dataclass(frozen=True)
class Cell:
    """A table cell: text, or ready-made markup of ours in `markup` (already escaped)."""

    text: str
    markup: str = ""

    @property
    def html(self) -> str:
        """Markup if there is any, else the escaped text."""
        return self.markup or esc(self.text)


def numbers(count: int) -> list[Align]:
    """Alignments of so many number columns."""
    return ["number"] * count


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell | str]],
    aligns: Sequence[Align],
    unit: str = "",
    notes: Sequence[str] = (),
    kind: str = "",
) -> Fragment:
    """A numbered table: caption above (the page numbers it), 单位 at the right, row headers, notes below.

    The first column heads its row. With no rows, one line says so. On a narrow screen a wide table is moved sideways,
    with the arrow keys too, and so can be stepped onto with the keyboard.
    """
    listed = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    head = "".join(
        f'<th scope="col" class="{align}">{esc(text)}</th>' for text, align in zip(headings, aligns, strict=True)
    )
    said = list(headings) if kind == STACKED else []
    body = "".join(_row(cells, aligns, said) for cells in listed)
    if not listed:
        body = f'<tr><td class="none" colspan="{len(headings)}">没有记录</td></tr>'
    unit_note = f'<span class="unit">单位：{esc(unit)}</span>' if unit else ""
    below = "".join(f'<p class="note">{esc(note)}</p>' for note in notes)
    text = "\n".join([caption, "\t".join(headings), *("\t".join(cell.text for cell in cells) for cells in listed)])
    title = f'<caption><span class="title">{esc(caption)}</span>{unit_note}</caption>'
    return Fragment(
        f'<div class="{esc(f"table {kind}".strip())}" role="group" aria-label="{esc(caption)}" tabindex="0">'
        f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>",
        text,
    )


def _row(cells: Sequence[Cell], aligns: Sequence[Align], headings: Sequence[str]) -> str:
    """A row; a date is never broken over two lines. headings: repeated in each cell where rows may be stacked."""
    kinds = ["mark" if _DAY.fullmatch(cell.text) else align for cell, align in zip(cells, aligns, strict=True)]
    first, *rest = cells
    titles = [f' data-heading="{esc(heading)}"' for heading in headings[1:]] or [""] * len(rest)
    columns = "".join(
        f'<td class="{kind}"{title}>{cell.html}</td>' for cell, kind, title in zip(rest, kinds[1:], titles, strict=True)
    )
    return f'<tr><th scope="row" class="{kinds[0]}">{first.html}</th>{columns}</tr>'


def definition_list(entries: Iterable[tuple[str, str | Cell]], kind: str = "facts") -> Fragment:
    """Terms and their values, one row each."""
    listed = [(term, value if isinstance(value, Cell) else Cell(value)) for term, value in entries]
    body = "".join(f"<dt>{esc(term)}</dt><dd>{value.html}</dd>" for term, value in listed)
    return Fragment(
        f'<dl class="{esc(kind)}">{body}</dl>', "\n".join(f"{term}：{value.text}" for term, value in listed)
    )


def heading(level: int, text: str, anchor: str = "") -> Fragment:
    """A heading below the notebook's own (levels 3 and 4), with an anchor to link to."""
    attribute = f' id="{esc(anchor)}"' if anchor else ""
    return Fragment(f"<h{level}{attribute}>{esc(text)}</h{level}>", text)


def folded(summary: str, inside: Fragment, kind: str = "more") -> Fragment:
    """Detail that opens on request and needs no script."""
    return Fragment(
        f'<details class="{esc(kind)}"><summary>{esc(summary)}</summary>{inside.html}</details>',
        f"{summary}\n{inside.text}",
    )


def link(text: str, target: str) -> Cell:
    """A link inside the published folder (`20_targets.html#…`, `tables/targets.csv`, `#…`)."""
    return Cell(text, f'<a href="{esc(target)}">{esc(text)}</a>')
