"""The Word draft of a page: GB/T 9704 geometry, no 红头, no seal, marked 草稿; what folds on the page is an annex."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from planeval.office.page_parts import (
    Boxed,
    Cards,
    Facts,
    FigurePart,
    Folded,
    Heading,
    Line,
    Listing,
    Page,
    Paragraph,
    Part,
    TablePart,
)
from planeval.office.pictures import picture_of
from planeval.office.published import EditionFiles, EditionPage
from planeval.office.word_columns import Frame, fitted
from planeval.office.word_package import SIDEWAYS_WIDTH, UPRIGHT_WIDTH, About, WordFile
from planeval.office.word_tables import plain_table, table_xml
from planeval.office.word_text import FANG, HEI, SONG, Look, attribute, of_lines, paragraph, run, spans
from planeval.problems import InputError, Problem

DRAFT, SAMPLE = "草稿", "示例数据，不反映实际进展"
_FRAMES = (
    Frame(UPRIGHT_WIDTH, False, 10.5), Frame(UPRIGHT_WIDTH, False, 9), Frame(SIDEWAYS_WIDTH, True, 9),
    Frame(UPRIGHT_WIDTH, False, 7.5), Frame(SIDEWAYS_WIDTH, True, 7.5),
)  # fmt: skip
_HIGHEST_FIGURE = 560.0
_ANNEXES = {"more": "明细", "data": "图中数据", "trace": "来历"}
_UNNUMBERED = (
    '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr><w:ind w:firstLineChars="200" w:firstLine="640"/>'
)
_IS_HEADING = '<w:p><w:pPr><w:pStyle w:val="Heading'
_LONG_WORD = re.compile(r"[!-~]{18}|[\w.]+(?:、[\w.]+\.[a-z]+){2}", re.ASCII)
_COUNTED = "一二三"


def write_documents(edition: EditionFiles, pages: Sequence[EditionPage]) -> dict[str, bytes]:
    """File name → bytes of a Word draft, one for each page.

    Raises InputError naming a page that has not the shape of ours, or a drawing that is not: nothing of it is left out
    in silence.
    """
    return {f"{page.name}.docx": _draft_of(edition, page) for page in pages}


def _draft_of(edition: EditionFiles, page: EditionPage) -> bytes:
    try:
        return word_draft(edition, page.read())
    except ValueError as error:
        message = "这一页的结构或图不是 planeval 所写的样子，做不成 Word 稿"
        raise InputError([
            Problem(f"{page.name}.html", rule="export", message=message, remedy="用现在的程序重新发布，再导出")
        ]) from error  # fmt: skip


def word_draft(edition: EditionFiles, page: Page) -> bytes:
    """The bytes of a page's draft: the same for the same page, at any time and place."""
    head = "　".join([page.running_head, DRAFT, *([SAMPLE] if edition.sample else [])])
    about = About(
        page.title, page.running_head, "；".join([DRAFT, *(["示例数据"] if edition.sample else []),
        f"复核码 {edition.fingerprint}"]), edition.version, edition.as_known_on,
    )  # fmt: skip
    return _Draft(WordFile(about, head)).made(page, edition)


@dataclass
class _Draft:
    """A draft in the making. body: finished pieces. annexes: what folds on the page, by kind, in order."""

    file: WordFile
    body: list[str] = field(default_factory=list)
    sideways: bool = False
    annexes: dict[str, list[Folded]] = field(default_factory=lambda: {kind: [] for kind in _ANNEXES})
    waiting: list[str] = field(default_factory=list)
    numbered: bool = True
    small: bool = False

    def made(self, page: Page, edition: EditionFiles) -> bytes:
        """The whole document."""
        self.body += [paragraph(run(page.title), "Title"), paragraph(run(f"（{DRAFT}）"), "Subtitle")]
        self.body.append(self._facts(page.opening, Look(10.5)))
        for part in page.parts:
            self._add(part)
        self._see_also()
        self._upright()
        self.body.append(paragraph(run(page.foot), "TableNote"))
        self._annex()
        self._upright()
        self.body.append(self.file.section(False))
        return self.file.bytes_of(self.body)

    def _add(self, part: Part) -> None:
        if isinstance(part, Folded):
            self._fold(part)
            return
        self._see_also()
        if not isinstance(part, TablePart):
            self._upright()
        adders: dict[type, Callable[..., None]] = {
            Heading: self._heading, Paragraph: self._paragraph, Listing: self._listing, TablePart: self._table,
            FigurePart: self._figure, Boxed: self._boxed,
        }  # fmt: skip
        if isinstance(part, Facts):
            self.body.append(self._facts(part, Look(10.5 if self.small else 12)))
        elif isinstance(part, Cards):
            self.body.append(_cards(part))
        else:
            adders[type(part)](part)

    def _heading(self, part: Heading) -> None:
        """Word counts 一、（一）; a heading that the page leaves without a number, and those below it, have none."""
        if part.level == 2:
            self.numbered = bool(part.number)
        self.body.append(paragraph(run(part.text), f"Heading{part.level - 1}", "" if self.numbered else _UNNUMBERED))

    def _paragraph(self, part: Paragraph) -> None:
        styles = {"lead": "Lead", "note": "TableNote", "which": "AnnexWhich"}
        style = styles.get(part.kind, "AnnexText" if self.small else "BodyText")
        self.body.append("".join(paragraph(spans(line), style, _ragged(line)) for line in part.lines))

    def _listing(self, part: Listing) -> None:
        style = "AnnexText" if self.small else "ListItem"
        number = self.file.numbered_list() if part.ordered else 0
        for item in part.items:
            counted = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
            first, *more = item or ((),)
            self.body.append(paragraph(spans(first), style, counted))
            self.body += [paragraph(spans(line), style) for line in more]

    def _table(self, part: TablePart) -> None:
        frames = _FRAMES[1:] if self.small or part.kind & {"rows", "compact"} else _FRAMES
        fit = fitted(part, frames)
        if fit.frame.sideways != self.sideways:
            self._turn(fit.frame.sideways)
        self.body.append(table_xml(fit))

    def _figure(self, part: FigurePart) -> None:
        picture = picture_of(part.image)
        scale = min(UPRIGHT_WIDTH / picture.width, _HIGHEST_FIGURE / picture.height, 1.0)
        shown = self.file.picture(picture.png, picture.width * scale, picture.height * scale,
                                  attribute(part.number or "图"), attribute(part.alt))  # fmt: skip
        title = f"{part.number}　{part.title}".strip("　")
        self.body += [paragraph(shown, "Figure"), paragraph(run(title), "FigureCaption")]
        for fold in part.folds:
            self._fold(fold)

    def _boxed(self, part: Boxed) -> None:
        for each in part.parts:
            self._add(each)

    def _facts(self, part: Facts, look: Look) -> str:
        """Terms on the left, what is said on the right."""
        term = min(max((len(term) for term, _ in part.entries), default=4) * look.size + 14, 150.0)
        rows = [
            (paragraph(run(name, Look(look.size, HEI)), "FactTerm"),
             of_lines(lines, "FactText", Look(look.size, FANG)))
            for name, lines in part.entries
        ]  # fmt: skip
        return plain_table(rows, (term, UPRIGHT_WIDTH - term)) + paragraph("", "AfterTable")

    def _fold(self, part: Folded) -> None:
        """What folds goes to its annex; the text says where. In an annex it stands where it is."""
        if self.small:
            self.body.append(paragraph(run(part.summary), "AnnexWhich"))
            for each in part.parts:
                self._add(each)
            return
        listed = self.annexes[part.kind]
        listed.append(part)
        self.waiting.append(f"{_ANNEXES[part.kind]} {len(listed)}")

    def _see_also(self) -> None:
        if self.waiting:
            self.body.append(paragraph(run("见附录：" + "、".join(self.waiting)), "SeeAlso"))
            self.waiting = []

    def _annex(self) -> None:
        """附录: what a reader of the page opens on request, in full, in a smaller type."""
        self.small = True
        kinds = [kind for kind in _ANNEXES if self.annexes[kind]]
        for place, kind in enumerate(kinds):
            name = _ANNEXES[kind]
            number = _COUNTED[place] if len(kinds) > 1 else ""
            start = "" if place else "<w:pageBreakBefore/>"
            self.body.append(paragraph(run(f"附录{number}　{name}"), "Heading1", start + _UNNUMBERED))
            for count, fold in enumerate(self.annexes[kind], start=1):
                self._upright()
                about = f"：{'；'.join(fold.about)}" if fold.about else ""
                said = f"（{fold.summary}）" if kind == "more" else ""
                self.body.append(paragraph(run(f"{name} {count}{about}{said}"), "AnnexEntry"))
                for part in fold.parts:
                    self._add(part)

    def _turn(self, sideways: bool) -> None:
        """End the section so far; what follows, with its headings, stands on pages of the other direction."""
        end = len(self.body)
        while sideways and end and self.body[end - 1].startswith(_IS_HEADING):
            end -= 1
        self.body, headings = self.body[:end], self.body[end:]
        self.body.append(f'<w:p><w:pPr><w:pStyle w:val="AfterTable"/>{self.file.section(self.sideways)}</w:pPr></w:p>')
        self.body += headings
        self.sideways = sideways

    def _upright(self) -> None:
        if self.sideways:
            self._turn(False)


def _cards(part: Cards) -> str:
    """The headline cards, four in a row."""
    width = UPRIGHT_WIDTH / 4
    made = ["".join(paragraph(spans(line, Look(9, SONG)), "TableText") for line in card) for card in part.cards]
    made += [paragraph("", "TableText")] * (-len(made) % 4)
    rows = [made[place : place + 4] for place in range(0, len(made), 4)]
    return plain_table(rows, [width] * 4) + paragraph("", "AfterTable")


def _ragged(line: Line) -> str:
    """Flush left for a line with a word so long that an even right edge would tear the others apart."""
    text = "".join(span.text for span in line)
    return '<w:jc w:val="left"/>' if _LONG_WORD.search(text) else ""
