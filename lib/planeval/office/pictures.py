"""Figures of a page as PNG, drawn by resvg without a browser, a font of the machine or a look at the network."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import resvg_py
from docx.image.image import Image

_DOTS = 168.0  # to an inch of the drawing; about 200 as printed
_POINTS = 72.0
_PNG = b"\x89PNG\r\n\x1a\n"
# What resvg would read from elsewhere, or draw with a font that another machine may not have.
_FOREIGN = re.compile(
    r"<(?:\w+:)?(?:image|text|foreignObject|feImage|script)\b|<!ENTITY|@import"
    r"|href\s*=\s*[\"'](?!#)|url\((?!\s*[\"']?#)",
    re.IGNORECASE,
)


class Picture(NamedTuple):
    """A drawing as PNG; width and height in points."""

    png: bytes
    width: float
    height: float


@lru_cache(maxsize=64)
def picture_of(image: bytes) -> Picture:
    """The PNG of an SVG or PNG that stands on a page; the same bytes for the same drawing.

    Raises ValueError for an SVG that is not one of ours: it has text that is not drawn as paths, or leads elsewhere.
    """
    png = image if image.startswith(_PNG) else _drawn(image.decode("utf-8"))
    found = Image.from_blob(png)
    dots = _DOTS if png is not image else 96.0
    return Picture(png, found.px_width * _POINTS / dots, found.px_height * _POINTS / dots)


def _drawn(svg: str) -> bytes:
    if _FOREIGN.search(svg):
        raise ValueError("an SVG with text, or with an address that leads out of it")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=_DOTS, background="#ffffff", skip_system_fonts=True))
