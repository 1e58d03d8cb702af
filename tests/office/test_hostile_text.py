"""Text of a page that would be something else in Word than text."""

from __future__ import annotations

import base64

import pytest
from made_edition import DRAWING, page
from word_files import everything, fields, members, paragraphs

from planeval.office.document import word_draft, write_documents
from planeval.office.page_reading import page_of
from planeval.office.pictures import picture_of
from planeval.office.published import EditionFiles, EditionPage
from planeval.office.word_text import REPLACEMENT, clean
from planeval.problems import InputError

HOSTILE = [
    "</w:t></w:r><w:r><w:t>", "<w:instrText>HYPERLINK x</w:instrText>", '{ HYPERLINK "http://a.example" }', "&#x0;",
    "]]>", "<![CDATA[", "&amp;&lt;&bogus;", "\x00\x01\x0b\x0c\x1b\x7f\x9f", "\ufffe\uffff", "\u202egnp.exe\u202c",
    "\u2066abc\u2069", "\ud800", "\U000e0041", "=cmd|'/c calc'!A0", "{{ config }}", "{DDEAUTO c:\\\\x}", "\t tab\r\n line",
    "<?xml version='1.0'?>", "\u2028\u2029\x85", '" descr="x', "' onload='x", "😀𠮷𪚥",
]  # fmt: skip
ALLOWED = {0x9, 0xA, 0xD}


@pytest.fixture
def edition(tmp_path_factory: pytest.TempPathFactory) -> EditionFiles:
    none = EditionPage("index", "", "", "")
    return EditionFiles(tmp_path_factory.getbasetemp(), "2026Q3", "jincheng", "", "2026Q3", "2026-10-15", "public", True,
                        "abc", "0.1.0", "", (), none, (), (), ())  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_stays_text_wherever_it_stands(edition: EditionFiles, text: str) -> None:
    content = word_draft(edition, page_of(page(text.replace("\x00", ""))))
    assert fields(content) == [" PAGE ", " PAGE "]
    assert not [name for name, part in members(content).items() if name.endswith(".rels") and b"External" in part]
    seen = "".join(clean(text.replace("\x00", "").replace("\f", " ")).split())
    count = everything(content).count(seen) if seen else 1
    assert count >= 14 if seen else True, count
    shown = "".join(said for _, said in paragraphs(content))
    assert all(ord(char) >= 0x20 and not 0x202A <= ord(char) <= 0x202E for char in shown)


def test_what_word_refuses_is_shown_as_replaced() -> None:
    for code in [*range(0x20), 0x7F, 0xFFFE, 0xFFFF, 0xD800, 0x202E]:
        assert clean(f"a{chr(code)}b") == ("a b" if code in ALLOWED else f"a{REPLACEMENT}b"), hex(code)
    assert clean("晋创谷 ≥ 3 亿元（示例）①😀") == "晋创谷 ≥ 3 亿元（示例）①😀"


@pytest.mark.parametrize(
    "inside",
    ["<text>示例企业</text>", '<image href="file:///etc/passwd"/>', '<use xlink:href="http://a.example/x#y"/>',
     '<style>@import url("http://a.example")</style>', '<rect fill="url(http://a.example/p#q)"/>',
     "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", "<foreignObject/>", "<script/>"],
)  # fmt: skip
def test_a_drawing_that_leads_elsewhere_or_needs_a_font_is_refused(inside: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt">{inside}</svg>'
    with pytest.raises(ValueError, match="SVG"):
        picture_of(svg.encode("utf-8"))


def test_a_page_that_is_not_of_ours_is_named_and_nothing_left_out(edition: EditionFiles) -> None:
    text = page("表").replace(DRAWING, base64.b64encode(b"<svg><text>A</text></svg>").decode("ascii"))
    for html in (text, "<html><body><main><p>no page</p></main></body></html>"):
        with pytest.raises(InputError, match="12_public"):
            write_documents(edition, [EditionPage("12_public", "", "", html)])


def test_a_drawing_keeps_its_size_and_gives_the_same_bytes() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="144pt" height="72pt"><path d="M0 0H9"/></svg>'
    first = picture_of(svg)
    picture_of.cache_clear()
    assert picture_of(svg) == first and (round(first.width), round(first.height)) == (144, 72)
