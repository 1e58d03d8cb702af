"""Text as WordprocessingML: every character that came from a page passes through here.

Nothing written here can be a field, a link or a relationship: a run holds plain text and its look, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from planeval.office.page_parts import Line, Span

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What XML 1.0 cannot hold, and marks that turn the direction of the text around them.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[\t\n\r\x85\u2028\u2029]+")

# Lights keep the colours of the page; they are told by symbol and word where there is no colour.
COLOURS = {
    "done": "17603A", "on-pace": "2E7D4F", "behind": "9A5B00", "far-behind": "B3261E", "missed": "7A1712",
    "unreported": "5B6875",
}  # fmt: skip
SONG, HEI, KAI, FANG, TITLE = "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312", "方正小标宋简体"
LATIN, CODE = "Times New Roman", "Consolas"


@dataclass(frozen=True)
class Look:
    """Look of a run beyond its paragraph's style. size: in points, 0 as the style says. font: for Chinese."""

    size: float = 0
    font: str = ""
    bold: bool = False
    colour: str = ""


PLAIN = Look()


def clean(text: str) -> str:
    """The text without what Word refuses or what hides the order of its characters; each is replaced by U+FFFD."""
    return _REFUSED.sub(REPLACEMENT, _BLANKS.sub(" ", text))


def attribute(text: str) -> str:
    """Cleaned text as the inside of an attribute in double quotes."""
    return escape(clean(text), {'"': "&quot;"})


def run(text: str, look: Look = PLAIN) -> str:
    """One run. The hint makes Word draw “”、…、— with the Chinese font."""
    fonts = f' w:eastAsia="{look.font}"' if look.font else ""
    fonts += f' w:ascii="{CODE}" w:hAnsi="{CODE}"' if look.font == CODE else ""
    said = f'<w:rFonts w:hint="eastAsia"{fonts}/>'
    said += "<w:b/>" if look.bold else ""
    said += f'<w:color w:val="{look.colour}"/>' if look.colour else ""
    size = round(look.size * 2)
    said += f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    return f'<w:r><w:rPr>{said}</w:rPr><w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>'


def spans(line: Iterable[Span], look: Look = PLAIN) -> str:
    """The runs of a line; what a span is shows in its look."""
    return "".join(run(span.text, _look(span.kind, look)) for span in line)


def _look(kind: str, look: Look) -> Look:
    if kind in COLOURS:
        return Look(look.size, look.font, True, COLOURS[kind])
    if kind == "strong":
        return Look(look.size, look.font, True, look.colour)
    if kind == "big":
        return Look(look.size * 1.6, look.font, True, look.colour)
    if kind == "code":
        return Look(max(look.size - 1.5, 6.5) if look.size else 0, CODE, look.bold, look.colour)
    if kind == "small":
        return Look(max(look.size - 1, 7.5) if look.size else 0, KAI, look.bold, look.colour)
    return look


def paragraph(content: str, style: str = "", more: str = "") -> str:
    """One paragraph of finished runs. more: finished properties, in the order that the schema wants after pStyle."""
    said = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{said}{more}</w:pPr>{content}</w:p>"


def of_lines(lines: Iterable[Line], style: str, look: Look = PLAIN, more: str = "") -> str:
    """A paragraph per line; a paragraph without text where there is none."""
    return "".join(paragraph(spans(line, look), style, more) for line in lines) or paragraph("", style, more)
