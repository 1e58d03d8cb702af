"""The Word draft of a page: everything that stands on the page, in the form of a Chinese official document."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from word_files import BLANKS, W, body, everything, fields, members, paragraphs, text_of

from planeval.office.document import word_draft
from planeval.office.page_parts import FigurePart, Heading, Page, TablePart
from planeval.office.published import EditionFiles, read_edition

PAGES = ("10_overview", "20_targets", "40_unit-kejiju", "31_cluster", "90_method")
MILLIMETRE = 1440 / 25.4


@pytest.fixture(scope="module")
def edition(published: Path) -> EditionFiles:
    return read_edition(published)


@pytest.fixture(scope="module")
def drafts(edition: EditionFiles) -> dict[str, tuple[Page, bytes]]:
    """Page and draft by the page's name."""
    read = {page.name: page.read() for page in edition.pages if page.name in PAGES}
    return {name: (page, word_draft(edition, page)) for name, page in read.items()}


class _Words(HTMLParser):
    """Every piece of text in the main part of a page but the list of contents, by a parser of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.skipped, self.found = 0, 0, []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "main" or (self.depth > 0 and tag not in ("img", "br", "hr"))
        if tag == "nav" or self.skipped:
            self.skipped += tag not in ("img", "br", "hr")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= self.depth > 0
        self.skipped -= self.skipped > 0

    def handle_data(self, data: str) -> None:
        if self.depth and not self.skipped and BLANKS.sub("", data):
            self.found.append(BLANKS.sub("", data))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_that_stands_on_the_page_is_lost(
    edition: EditionFiles, drafts: dict[str, tuple[Page, bytes]], name: str
) -> None:
    """Every piece of text, what folds included; chapter numbers are counted by Word, labels of folds are the annex's."""
    (html,) = [page.html for page in edition.pages if page.name == name]
    words = _Words()
    words.feed(html)
    said = everything(drafts[name][1])
    ours = {"示例数据", "：本页台账由程序生成，企业、机构均为虚构，不反映任何单位的实际进展。", "图中数据",
            "来历：条款、口径、算式、台账"}  # fmt: skip
    lost = [text for text in words.found if text not in said and text not in ours]
    chapters = {f"{part.number}、{part.text}" for part in drafts[name][0].parts if isinstance(part, Heading)}
    assert not [text for text in lost if text not in {BLANKS.sub("", each) for each in chapters}]
    assert len(words.found) > 200


@pytest.mark.parametrize("name", PAGES)
def test_headings_tables_and_figures_are_words_own(drafts: dict[str, tuple[Page, bytes]], name: str) -> None:
    page, content = drafts[name]
    headings = [(style, text) for style, text in paragraphs(content) if style.startswith("Heading")]
    wanted = [(f"Heading{part.level - 1}", part.text) for part in page.every() if isinstance(part, Heading)]
    assert [each for each in headings if not each[1].startswith("附录")] == wanted
    assert {"Heading1"} <= {style for style, _ in headings}
    tables = [part for part in page.every() if isinstance(part, TablePart)]
    captions = [text for style, text in paragraphs(content) if style == "Caption"]
    for part in tables:
        unit = f"单位：{part.unit}" if part.unit else ""
        assert (f"{part.number}　{part.caption}" if part.number else part.caption) + unit in captions
    figures = [part for part in page.every() if isinstance(part, FigurePart)]
    shown = [each.get("descr") for each in body(content).iter() if each.tag.endswith("}docPr")]
    assert shown == [part.alt for part in figures] and all(shown)
    numbers = [part.number for part in figures]
    assert all(any(text.startswith(f"{number}　") for text in captions_of(content)) for number in numbers)


def captions_of(content: bytes) -> list[str]:
    return [text for style, text in paragraphs(content) if style == "FigureCaption"]


def test_table_heads_are_repeated_and_rows_do_not_split(drafts: dict[str, tuple[Page, bytes]]) -> None:
    for page, content in drafts.values():
        found = [each for each in body(content).iter(f"{W}tbl") if each.find(f"{W}tblPr/{W}tblCaption") is not None]
        tables = [part for part in page.every() if isinstance(part, TablePart)]
        assert {BLANKS.sub("", text_of(each)) for each in found} == {
            BLANKS.sub("", "".join(cell.reads() for row in (*part.head, *part.rows) for cell in row)) for part in tables
        }
        for table in found:
            rows = table.findall(f"{W}tr")
            assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
            assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_the_page_has_the_geometry_of_the_standard(drafts: dict[str, tuple[Page, bytes]]) -> None:
    """A4; 版心 156 × 225 mm, 天头 37 mm, 订口 28 mm; 22 lines of 28 characters of 16 points; turned pages likewise."""
    turned = 0
    for _, content in drafts.values():
        for section in body(content).iter(f"{W}sectPr"):
            size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
            assert size is not None and margin is not None
            width, height = (int(size.get(f"{W}{side}") or 0) / MILLIMETRE for side in "wh")
            top, right, bottom, left = (
                int(margin.get(f"{W}{side}") or 0) / MILLIMETRE for side in ("top", "right", "bottom", "left")
            )
            area = (round(width - left - right), round(height - top - bottom))
            if size.get(f"{W}orient") == "landscape":
                turned += 1
                assert (round(width), round(height), area) == (297, 210, (225, 156))
            else:
                assert (round(width), round(height), round(top), round(left)) == (210, 297, 37, 28)
                assert area == (156, 225)
            assert [each.get(f"{W}type") for each in section if each.tag.endswith("Reference")]
    assert turned, "no table of these pages needs a page turned sideways"
    styles = ElementTree.fromstring(members(next(iter(drafts.values()))[1])["word/styles.xml"])
    body_style = next(each for each in styles.iter(f"{W}style") if each.get(f"{W}styleId") == "BodyText")
    pitch = 16 + int(body_style.find(f"{W}rPr/{W}spacing").get(f"{W}val")) / 20  # type: ignore[union-attr, arg-type]
    assert 28 * pitch <= 156 / 25.4 * 72 < 29 * pitch
    line = next(styles.iter(f"{W}spacing")).get(f"{W}line")
    assert 22 * int(line or 0) / 20 <= 225 / 25.4 * 72 < 23 * int(line or 0) / 20


def test_every_sheet_says_draft_sample_and_edition_and_bears_its_number(drafts: dict[str, tuple[Page, bytes]]) -> None:
    for page, content in drafts.values():
        parts = members(content)
        heads = [text_of(ElementTree.fromstring(parts[name])) for name in parts if name.startswith("word/header")]
        assert len(heads) == 2 and all(
            page.running_head in head and "内部版" in head and "草稿" in head and "示例数据" in head for head in heads
        )
        feet = [ElementTree.fromstring(parts[name]) for name in parts if name.startswith("word/footer")]
        assert [text_of(foot) for foot in feet] == ["— 1 —", "— 1 —"]
        assert {foot.find(f".//{W}jc").get(f"{W}val") for foot in feet} == {"left", "right"}  # type: ignore[union-attr]
        assert fields(content) == [" PAGE ", " PAGE "]
        assert b"evenAndOddHeaders" in parts["word/settings.xml"]
        assert not any("seal" in name or "oleObject" in name or "vbaProject" in name for name in parts)


def test_nothing_leads_out_of_the_file(drafts: dict[str, tuple[Page, bytes]]) -> None:
    for _, content in drafts.values():
        for name, part in members(content).items():
            assert b"TargetMode" not in part or not name.endswith(".rels")
            if name.endswith(".xml"):
                tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(part).iter()}
                assert not tags & {"hyperlink", "attachedTemplate", "altChunk", "object", "control", "instrText"}, name


def test_the_file_says_nothing_of_who_made_it_where_and_when(
    edition: EditionFiles, drafts: dict[str, tuple[Page, bytes]]
) -> None:
    core = members(drafts["10_overview"][1])["docProps/core.xml"].decode("utf-8")
    assert f"{edition.as_known_on}T00:00:00Z" in core and core.count("T00:00:00Z") == 2
    assert f"planeval {edition.version}" in core and "python-docx" not in core
    assert not [name for name in members(drafts["10_overview"][1]) if "thumbnail" in name or "customXml" in name]


def test_the_same_page_gives_the_same_bytes_in_another_place_and_year(
    edition: EditionFiles, drafts: dict[str, tuple[Page, bytes]], tmp_path: Path
) -> None:
    """Another process, time zone, locale, home and folder, and a clock that is a year ahead."""
    target = tmp_path / "again.docx"
    program = (
        "import sys, time, datetime\n"
        "ahead = time.time() + 366 * 86400\n"
        "time.time = lambda: ahead\n"
        "from pathlib import Path\n"
        "from planeval.office.document import word_draft\n"
        "from planeval.office.published import read_edition\n"
        "edition = read_edition(Path(sys.argv[1]))\n"
        "(page,) = [page for page in edition.pages if page.name == '40_unit-kejiju']\n"
        "Path(sys.argv[2]).write_bytes(word_draft(edition, page.read()))\n"
    )
    elsewhere = {**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", program, str(edition.folder), str(target)]
    subprocess.run(command, check=True, cwd=tmp_path, env=elsewhere)
    assert target.read_bytes() == drafts["40_unit-kejiju"][1]
    assert target.read_bytes() != drafts["31_cluster"][1]  # shown what it catches
