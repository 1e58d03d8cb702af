"""Tables of a Word draft: what fits where, and that Word is given its elements in the order it insists on."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_edition import page, write_edition
from word_files import W, members, paragraphs

from planeval.office.document import _FRAMES, word_draft
from planeval.office.page_parts import Cell, Listing, Span, TablePart
from planeval.office.page_reading import page_of
from planeval.office.published import read_edition
from planeval.office.word_columns import ems, fitted
from planeval.office.word_package import About, WordFile

# CT_PPr, CT_RPr, CT_TblPr, CT_TcPr, CT_SectPr and CT_Settings of ECMA-376, as far as we write them: Word calls a file
# damaged in which they stand otherwise.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr tabs snapToGrid spacing ind jc outlineLvl "
           "sectPr",
    "rPr": "rFonts b color spacing kern sz szCs lang",
    "tblPr": "tblW jc tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan tcBorders shd vAlign",
    "sectPr": "headerReference footerReference pgSz pgMar docGrid",
    "settings": "zoom defaultTabStop evenAndOddHeaders drawingGridVerticalSpacing characterSpacingControl compat "
                "themeFontLang",
    "style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "lvl": "start numFmt pStyle suff lvlText lvlJc pPr rPr",
}  # fmt: skip


def table(*columns: tuple[str, str], rows: int = 3) -> TablePart:
    """A table of equal rows; columns: text and align of a cell, the first heads its row."""
    made = tuple(
        Cell(((Span(text),),), align, is_head=place == 0) for place, (text, align) in enumerate(columns)
    )  # fmt: skip
    head = tuple(Cell(((Span("栏"),),), align, is_head=True) for _, align in columns)
    return TablePart("表", "表1-1", "", (head,), (made,) * rows, ())


@pytest.mark.parametrize(
    ("part", "size", "sideways"),
    [
        (table(("市校合作主体", "text"), ("5 个", "number"), ("50.0%", "number")), 10.5, False),
        (table(("市校合作主体", "text"), *[("100.0%", "number")] * 6, *[("■ 难以达到", "mark")] * 3), 9, False),
        (table(("市校合作主体", "text"), *[("2026-09-30", "mark")] * 10), 9, True),
    ],
)
def test_type_is_made_smaller_before_the_page_is_turned(part: TablePart, size: float, sideways: bool) -> None:
    fit = fitted(part, _FRAMES)
    assert (fit.frame.size, fit.frame.sideways) == (size, sideways)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.text("中文字a1 -", max_size=60), st.sampled_from(["text", "number", "mark"])),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_a_table_fills_its_room_and_no_more(columns: list[tuple[str, str]]) -> None:
    fit = fitted(table(*columns), _FRAMES)
    assert sum(fit.widths) == pytest.approx(fit.frame.width) and min(fit.widths) > 0


def test_a_character_is_an_em_and_a_figure_about_half() -> None:
    assert ems("市科技局") == 4 and ems("2026") == pytest.approx(2.12) and ems("，") == 1


def test_word_is_given_its_elements_in_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    edition = read_edition(write_edition(tmp_path_factory.mktemp("order"), "public", {"12_public": "公开"}))
    content = word_draft(edition, edition.pages[0].read())
    seen = set()
    for name, part in members(content).items():
        if not name.startswith("word/") or not name.endswith(".xml"):
            continue
        for element in ElementTree.fromstring(part).iter():
            kind = element.tag.removeprefix(W)
            if kind in ORDERS:
                seen.add(kind)
                places = [ORDERS[kind].split().index(child.tag.removeprefix(W)) for child in element]
                assert places == sorted(places), (name, kind, [child.tag for child in element])
    assert seen == set(ORDERS)


def test_each_ordered_list_counts_from_one_and_its_number_stands_apart() -> None:
    """`3.` before `2 个节点` must not read as 3.2."""
    read = page_of(page("2 个节点", more="<ol><li>甲</li><li>乙</li></ol>"))
    assert [len(part.items) for part in read.parts if isinstance(part, Listing) and part.ordered] == [1, 2]
    file = WordFile(About("", "", "", "0", ""), "")
    first, second = file.numbered_list(), file.numbered_list()
    numbering = ElementTree.fromstring(members(file.bytes_of([file.section(False)]))["word/numbering.xml"])
    starts = {
        each.get(f"{W}numId"): each.find(f"{W}lvlOverride/{W}startOverride").get(f"{W}val")  # type: ignore[union-attr]
        for each in numbering.findall(f"{W}num") if each.find(f"{W}lvlOverride") is not None
    }  # fmt: skip
    assert starts == {str(first): "1", str(second): "1"}
    listed = numbering.findall(f"{W}abstractNum")[1].find(f"{W}lvl/{W}suff")
    assert listed is not None and listed.get(f"{W}val") == "space"
    assert not paragraphs(file.bytes_of([file.section(False)]))
