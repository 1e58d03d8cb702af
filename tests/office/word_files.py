"""A Word file as a reader other than the one that wrote it sees it."""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=16)
def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@lru_cache(maxsize=16)
def body(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(members(content)["word/document.xml"])


def text_of(element: ElementTree.Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{W}t"))


@lru_cache(maxsize=16)
def paragraphs(content: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph, those of tables included, in reading order."""
    found = []
    for each in body(content).iter(f"{W}p"):
        style = each.find(f"{W}pPr/{W}pStyle")
        found.append((style.get(f"{W}val") or "" if style is not None else "", text_of(each)))
    return found


def everything(content: bytes) -> str:
    """All text of the document without white space."""
    return BLANKS.sub("", "".join(text for _, text in paragraphs(content)))


def fields(content: bytes) -> list[str]:
    """Every field in any part, as it is written."""
    found = []
    for name, part in members(content).items():
        if name.endswith(".xml"):
            tree = ElementTree.fromstring(part)
            found += [each.get(f"{W}instr") or "" for each in tree.iter(f"{W}fldSimple")]
            found += [each.text or "" for each in tree.iter(f"{W}instrText")]
            found += [each.tag for each in tree.iter(f"{W}fldChar")]
    return found
