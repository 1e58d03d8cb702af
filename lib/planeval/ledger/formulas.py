"""Formula cells without a saved result, which a reader of values would take for blanks.

Files written by programs (not by Excel) often hold formulas that nobody has calculated; such a cell is
named instead of being read as empty.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def unsaved_formulas(raw: bytes) -> dict[str, frozenset[str]]:
    """Sheet name → cells (A1) that hold a formula and no value. Only sheets that hold formulas are parsed."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        found = {}
        for name, part in _sheet_parts(archive).items():
            content = archive.read(part)
            if b"<f" in content:
                cells = frozenset(_without_value(content))
                if cells:
                    found[name] = cells
        return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter(_RELATIONSHIP)}
    parts = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_LINK), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in names:
            parts[sheet.get("name", "")] = part
    return parts


def _without_value(content: bytes) -> list[str]:
    cells = []
    for _, cell in ElementTree.iterparse(io.BytesIO(content)):
        if cell.tag == f"{_MAIN}c":
            value = cell.find(f"{_MAIN}v")
            if cell.find(f"{_MAIN}f") is not None and (value is None or not value.text):
                cells.append(cell.get("r", ""))
            cell.clear()
    return cells
