"""The page's own fallback font: the glyphs a page uses, cut from the font that comes with the install.

Readers have Chinese fonts of their own and see those; the subset serves machines that have none.
"""

from __future__ import annotations

import base64
from functools import cache

import uharfbuzz as hb
from pylopdf_fonts_zh_cn import sans_path

FAMILY = "planeval"
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG")


@cache
def _face() -> hb.Face:
    return hb.Face(sans_path().read_bytes())


def subset_font(text: str) -> bytes:
    """An OpenType font with exactly the characters of `text` that Noto Sans SC (OFL 1.1) has; same bytes each time."""
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).set({ord(char) for char in text if char.isprintable()})
    for table in _DROPPED:
        wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).add(int.from_bytes(table.encode("ascii"), "big"))
    return bytes(hb.subset(_face(), wanted).blob.data)


def font_face(text: str) -> str:
    """The CSS rule that embeds the subset as the family `planeval`."""
    encoded = base64.b64encode(subset_font(text)).decode("ascii")
    return f'@font-face{{font-family:"{FAMILY}";src:url(data:font/otf;base64,{encoded}) format("opentype")}}'
