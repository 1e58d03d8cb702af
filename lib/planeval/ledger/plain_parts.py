"""Telling at a glance that a part of a workbook is plain: nothing in it needs to be followed cell by cell.

A million cells without formulas, errors or oddities are the usual case. Their extent is taken from the addresses
alone, which can only be too large, never too small; whatever is not plain, or seems large, is left to `sheet_scan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from string import ascii_uppercase, digits

_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^<>]*\?>")
_OTHER_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!utf-?8[\"']|us-ascii[\"'])", re.IGNORECASE)
# What is not plain, and signs without which it cannot stand there: looking for a sign first is much faster.
_NOT_PLAIN = (
    (b"!?", re.compile(rb"<[!?]")),  # declarations, CDATA, comments, instructions
    (b":", re.compile(rb":(?:c|v|is|f|row|xf)[\s/>]")),  # what is looked for here, under a prefix
    (b"f", re.compile(rb"<f[\s/>]")),  # formulas
    (b"&", re.compile(rb"<c\s[^<]*&")),  # attributes written so as not to be seen
    (b"e", re.compile(rb"<c\s[^<]*\bt\s*=\s*[\"']e[\"']")),  # error values
)
_CELL = re.compile(rb"<c[\s/>]")
_PLAIN_CELL = b'<c r="'
_ADDRESS = re.compile(rb'<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"')
_STYLE = re.compile(rb"<xf[\s/>]")
_DIGITS, _LETTERS = digits.encode(), ascii_uppercase.encode()
_LONGEST_TAG = 1_000_000


class NotPlain(Exception):
    """The part has to be followed cell by cell."""


@dataclass
class PlainPart:
    """What was seen of a part so far: how many elements and cell formats it has, how far its cells reach.

    most_elements, most_styles, most_rows, most_columns: beyond these a part is not plain.
    """

    most_elements: int
    most_styles: int
    most_rows: int
    most_columns: int
    elements: int = 0
    styles: int = 0
    rows: int = 0
    letters: set[bytes] = field(default_factory=set)
    rest: bytes = b""
    begun: bool = False

    @property
    def columns(self) -> int:
        """The number of the last column that has a cell."""
        return max((reduce(lambda far, letter: far * 26 + letter - 64, name, 0) for name in self.letters), default=0)

    def watch(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces as they come, each looked at on its way. Raises NotPlain."""
        for piece in pieces:
            text = self.rest + piece
            cut = text.rfind(b"<")  # where a tag may go on in the next piece
            if len(text) - max(cut, 0) > _LONGEST_TAG:
                raise NotPlain
            self.rest = text[max(cut, 0) :]
            if cut > 0:
                self._look(text[:cut])
            yield piece
        self._look(self.rest)

    def _look(self, text: bytes) -> None:
        """Look at text whose tags are complete."""
        if not self.begun:
            self.begun = True
            declared = _DECLARATION.match(text)
            if declared and _OTHER_ENCODING.search(declared[0]):
                raise NotPlain
            text = text[declared.end() :] if declared else text
        if any(pattern.search(text) for signs, pattern in _NOT_PLAIN if any(sign in text for sign in signs)):
            raise NotPlain
        cells = text.count(_PLAIN_CELL)
        addresses = _ADDRESS.findall(text) if cells else []
        if len(addresses) != cells or (text.count(b"<c") != cells and len(_CELL.findall(text)) != cells):
            raise NotPlain
        self.elements += text.count(b"<") - text.count(b"</")
        self.styles += len(_STYLE.findall(text)) if b"<xf" in text else 0
        if addresses:
            together = b" ".join(addresses)
            self.letters.update(together.translate(None, _DIGITS).split())
            self.rows = max(self.rows, *map(int, set(together.translate(None, _LETTERS).split())))
        if (
            self.elements > self.most_elements or self.styles > self.most_styles
            or self.rows > self.most_rows or self.columns > self.most_columns
        ):  # fmt: skip
            raise NotPlain
