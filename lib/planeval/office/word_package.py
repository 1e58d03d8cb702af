"""The Word file around a text: our own blank document with the geometry of GB/T 9704, and bytes that never differ.

Nothing of python-docx's own template (its author, thumbnail and machine) is in it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from planeval.office.word_text import clean, paragraph, run

_TEMPLATE = Path(__file__).with_name("word_template")
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "application/vnd.openxmlformats-package"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ROOT_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PARTS = {  # name in the package → file of the template, its type, what its relationship is called
    "word/styles.xml": ("styles.xml", f"{_OFFICE}.styles+xml", "styles"),
    "word/numbering.xml": ("numbering.xml", f"{_OFFICE}.numbering+xml", "numbering"),
    "word/settings.xml": ("settings.xml", f"{_OFFICE}.settings+xml", "settings"),
    "word/fontTable.xml": ("fontTable.xml", f"{_OFFICE}.fontTable+xml", "fontTable"),
}
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_RELATIONS}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_TYPES = "[Content_Types].xml"  # read first by some programs
_FIRST_DAY = datetime(1980, 1, 1)
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)

# GB/T 9704-2012 in twips: A4; 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm; 22 lines of 28 characters of 16 points.
_UPRIGHT = ('<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" '
            'w:header="1134" w:footer="1247" w:gutter="0"/>')  # fmt: skip
_SIDEWAYS = ('<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1588" w:right="2098" '
             'w:bottom="1474" w:left="1984" w:header="794" w:footer="737" w:gutter="0"/>')  # fmt: skip
_GRID = '<w:docGrid w:type="lines" w:linePitch="579"/>'
UPRIGHT_WIDTH, UPRIGHT_HEIGHT, SIDEWAYS_WIDTH = 442.2, 637.8, 637.8  # points


@dataclass(frozen=True)
class About:
    """What a file says of itself. known_on: ISO day of the data, which stands for the day it was made."""

    title: str
    subject: str
    keywords: str
    version: str
    known_on: str


class WordFile:
    """A document being made: takes pictures first, then the whole body, then gives its bytes."""

    def __init__(self, about: About, head: str) -> None:
        self._document: DocumentObject = Document(io.BytesIO(_blank()))
        self._drawn = 0
        _tell_about(self._document, about)
        self._references = self._head_and_foot(head)

    def _head_and_foot(self, head: str) -> str:
        """The running head, and page numbers at the outer edge: `— 1 —`. Returns what every section refers to."""
        section = self._document.sections[0]
        for header in (section.header, section.even_page_header):
            _fill(header, paragraph(run(head), "Header"))
        number = run("— ") + '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>' + run(" —")
        for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
            _fill(footer, paragraph(number, "Footer", f'<w:jc w:val="{align}"/>'))
        found = section._sectPr.xpath("./w:headerReference | ./w:footerReference")
        return "".join(
            f'<w:{each.tag.rpartition("}")[2]} w:type="{each.get(qn("w:type"))}" r:id="{each.rId}"/>' for each in found
        )

    def section(self, sideways: bool) -> str:
        """The properties of a section: the page upright or turned sideways."""
        geometry = _SIDEWAYS if sideways else _UPRIGHT
        return f"<w:sectPr>{self._references}{geometry}{_GRID}</w:sectPr>"

    def picture(self, png: bytes, width: float, height: float, name: str, alt: str) -> str:
        """A run that shows a picture. width, height: points. name, alt: finished attribute values."""
        part = self._document.part
        relation, _ = part.get_or_add_image(io.BytesIO(png))
        self._drawn += 1
        across, down = round(width * 12700), round(height * 12700)
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{across}" cy="{down}"/>'
            f'<wp:docPr id="{self._drawn}" name="{name}" descr="{alt}"/><wp:cNvGraphicFramePr>'
            '<a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{self._drawn}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            f'<a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def numbered_list(self) -> int:
        """Begin a list that counts from 1. Returns what its items refer to."""
        numbering = self._document.part.numbering_part.element
        number = 1 + max(int(each.numId) for each in numbering.num_lst)
        numbering.append(parse_xml(
            f'<w:num {_NAMESPACES.split(" ")[0]} w:numId="{number}"><w:abstractNumId w:val="1"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        ))  # fmt: skip
        return number

    def bytes_of(self, body: Iterable[str]) -> bytes:
        """The whole file. body: finished paragraphs and tables; the last piece is the last section."""
        made = parse_xml(f"<w:body {_NAMESPACES}>{''.join(body)}</w:body>")
        element = self._document.element
        element.replace(element.body, made)
        packed = io.BytesIO()
        self._document.save(packed)
        return _same_always(packed.getvalue())


def _fill(part: object, xml: str) -> None:
    """One finished paragraph as all that a header or footer holds."""
    element = part._element  # type: ignore[attr-defined]
    for child in list(element):
        element.remove(child)
    element.append(parse_xml(xml.replace("<w:p>", f"<w:p {_NAMESPACES}>", 1)))


def _tell_about(document: DocumentObject, about: About) -> None:
    properties = document.core_properties
    day = datetime.fromisoformat(about.known_on) if about.known_on else _FIRST_DAY
    properties.title, properties.subject = clean(about.title)[:255], clean(about.subject)[:255]
    properties.keywords, properties.author = clean(about.keywords)[:255], f"planeval {about.version}"
    properties.last_modified_by, properties.language = f"planeval {about.version}", "zh-CN"
    properties.created = properties.modified = day
    properties.revision = 1


@cache
def _blank() -> bytes:
    """Our template as a package: styles of GB/T 9704, numbering 一、（一）1.（1）, no text."""
    types = [
        f'<Override PartName="/{name}" ContentType="{kind}"/>'
        for name, kind in [
            ("word/document.xml", f"{_OFFICE}.document.main+xml"),
            ("docProps/core.xml", f"{_PACKAGE}.core-properties+xml"),
            ("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
            *((name, kind) for name, (_, kind, _) in _PARTS.items()),
        ]
    ]
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    contents = {
        _TYPES: f'{head}<Types xmlns="{_ROOT_RELATIONS.replace("relationships", "content-types")}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(types)}</Types>',
        "_rels/.rels": head + _relations({
            "word/document.xml": f"{_RELATIONS}/officeDocument",
            "docProps/core.xml": f"{_ROOT_RELATIONS}/metadata/core-properties",
            "docProps/app.xml": f"{_RELATIONS}/extended-properties",
        }),
        "word/_rels/document.xml.rels": head + _relations({
            name.removeprefix("word/"): f"{_RELATIONS}/{kind}" for name, (_, _, kind) in _PARTS.items()
        }),
        **{name: (_TEMPLATE / file).read_text(encoding="utf-8") for name, (file, _, _) in _PARTS.items()},
        **{name: (_TEMPLATE / Path(name).name).read_text(encoding="utf-8")
           for name in ("word/document.xml", "docProps/core.xml", "docProps/app.xml")},
    }  # fmt: skip
    return _packed({name: text.encode("utf-8") for name, text in contents.items()})


def _relations(targets: dict[str, str]) -> str:
    each = (f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
            for number, (target, kind) in enumerate(targets.items(), start=1))  # fmt: skip
    return f'<Relationships xmlns="{_ROOT_RELATIONS}">{"".join(each)}</Relationships>'


def _same_always(package: bytes) -> bytes:
    """The same members in one order and under one date."""
    with zipfile.ZipFile(io.BytesIO(package)) as made:
        return _packed({name: made.read(name) for name in made.namelist()})


def _packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in sorted(members, key=lambda name: (name != _TYPES, not name.startswith("_rels"), name)):
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            packed.writestr(entry, members[name], compresslevel=6)
    return target.getvalue()
