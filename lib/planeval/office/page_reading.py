"""A published page's HTML read into its parts, numbered as the page's style sheet numbers them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from planeval.office.page_parts import (
    Boxed,
    Cards,
    Cell,
    Facts,
    FigurePart,
    Folded,
    Heading,
    Level,
    Line,
    Listing,
    Page,
    Paragraph,
    Part,
    Span,
    TablePart,
    said,
)
from planeval.publish.page_tree import Element, read_page

_SPACE = re.compile(r"[ \t\r\n\f]+")
_NUMBERED = re.compile(r"([一二三四五六七八九十]+)、(.+)", re.DOTALL)
_CHAPTER = re.compile(r"counter-reset:\s*chapter\s+(-?\d+)")
_IMAGE = re.compile(r"data:image/(?:svg\+xml|png);base64,([A-Za-z0-9+/]+={0,2})")
_OWN_LINE_TAGS = frozenset(("p", "div", "li", "br", "section", "ul", "ol"))
_OWN_LINE = frozenset(("line", "decision", "by-hand", "trio", "value", "of", "foot", "name"))
_LIGHTS = frozenset(("done", "on-pace", "behind", "far-behind", "missed", "unreported"))
_HEADINGS: dict[str, Level] = {"h2": 2, "h3": 3, "h4": 4}
_FOLDS = ("trace", "data", "more")
_UNNUMBERED_IN = frozenset(_FOLDS)


def page_of(html: str) -> Page:
    """Read a page. Raises ValueError for one without main part, title or opening."""
    tree = read_page(html)
    main, head, foot = tree.first("main"), tree.first("header"), tree.first("footer")
    title = tree.first("h1")
    opening = next((part for part in tree.every("section") if "opening" in part.classes), None)
    if main is None or title is None or opening is None:
        raise ValueError("no page of planeval")
    reader = _Reader(main)
    parts = tuple(part for child in main.children for part in reader.parts_of(child))
    facts = next((_facts(each) for each in opening.every("dl")), Facts(()))
    running = head.children[0] if head is not None and head.children else title
    return Page(text_of(title), text_of(running), facts, parts, text_of(foot) if foot is not None else "")


def text_of(element: Element) -> str:
    """The text of an element on one line."""
    return _SPACE.sub(" ", said(lines_of(element))).strip(" ")


def lines_of(element: Element) -> tuple[Line, ...]:
    """The text of an element as the lines a reader sees, blanks put together, empty lines left out."""
    lines: list[list[Span]] = [[]]
    _collect(element, "", lines)
    return tuple(line for line in map(_tidy, lines) if line)


def _collect(element: Element, kind: str, lines: list[list[Span]]) -> None:
    for piece in element.inside:
        if isinstance(piece, str):
            lines[-1].append(Span(_SPACE.sub(" ", piece), kind))
            continue
        if "sr" in piece.classes:
            continue
        apart = piece.tag in _OWN_LINE_TAGS or bool(piece.classes & _OWN_LINE)
        if apart:
            lines.append([])
        _collect(piece, _kind(piece) or kind, lines)
        if piece.tag == "span" and "which" in piece.classes:  # the page sets what follows apart
            lines[-1].append(Span(" "))
        if apart:
            lines.append([])


def _kind(element: Element) -> str:
    if "light" in element.classes:
        return next(iter(sorted(element.classes & _LIGHTS)), "strong")
    if element.tag in ("strong", "b"):
        return "strong"
    if element.tag == "code":
        return "code"
    if "big" in element.classes:
        return "big"
    return "small" if "decision" in element.classes else ""


def _tidy(spans: list[Span]) -> Line:
    """The spans of a line without empty ones, neighbours of one kind joined, no blank at either end or twice."""
    joined: list[Span] = []
    for span in spans:
        text = span.text
        if not joined or joined[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if not text:
            continue
        if joined and joined[-1].kind == span.kind:
            joined[-1] = Span(joined[-1].text + text, span.kind)
        else:
            joined.append(Span(text, span.kind))
    while joined and not joined[-1].text.rstrip(" "):
        joined.pop()
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(" "), joined[-1].kind)
    return tuple(joined)


class _Reader:
    """Counts chapters, tables and figures while the parts are read in order."""

    def __init__(self, main: Element) -> None:
        found = _CHAPTER.search(main.get("style") or "")
        self.chapter = int(found[1]) if found else 0
        self.tables = self.figures = 0
        self.about: list[str] = []
        self.heading = ""

    def parts_of(self, element: Element) -> Iterator[Part]:
        """The parts that an element of the page's main part comes to."""
        tag, classes = element.tag, element.classes
        if tag in ("h1", "nav") or "opening" in classes:
            return
        if tag in _HEADINGS:
            yield self._heading(_HEADINGS[tag], text_of(element))
        elif tag == "p":
            yield Paragraph(lines_of(element), " ".join(sorted(classes)))
        elif tag in ("ul", "ol"):
            items = tuple(lines_of(item) for item in element.children)
            yield Cards(items) if "cards" in classes else Listing(items, tag == "ol")
        elif tag == "dl":
            yield _facts(element)
        elif tag == "figure":
            yield self._figure(element)
        elif tag == "details":
            yield self._fold(element)
        elif tag == "div" and "table" in classes and (table := next(iter(element.every("table")), None)):
            yield self._table(table, element)
        else:
            yield from self._container(element)

    def _container(self, element: Element) -> Iterator[Part]:
        """What an element without a look of its own holds; text that stands in it directly is a paragraph."""
        if "traced" in element.classes:
            self.about = []
        parts: list[Part] = []
        for piece in element.inside:
            if not isinstance(piece, str):
                parts += self.parts_of(piece)
            elif text := _SPACE.sub(" ", piece).strip(" "):
                parts.append(Paragraph(((Span(text),),)))
        if "order-slip" in element.classes:
            parts = [Boxed(tuple(parts))]
        yield from parts

    def _heading(self, level: Level, text: str) -> Heading:
        if level == 2:
            self.chapter += 1
            self.tables = self.figures = 0
        self.about, self.heading = [text], text
        found = _NUMBERED.fullmatch(text) if level == 2 else None
        return Heading(level, found[2], found[1]) if found else Heading(level, text)

    def _figure(self, element: Element) -> FigurePart:
        image, caption = next(iter(element.every("img")), None), next(iter(element.every("figcaption")), None)
        found = _IMAGE.fullmatch(image.get("src") or "") if image is not None else None
        if image is None or found is None:
            raise ValueError("a figure without its drawing")
        number = ""
        if element.parent is None or "multiples" not in element.parent.classes:
            self.figures += 1
            number = f"图{self.chapter}-{self.figures}"
        title = text_of(caption) if caption is not None else ""
        self.about.append(f"{number}　{title}".strip("　"))
        before, self.about = self.about, [self.about[-1]]
        folds = tuple(self._fold(each) for each in element.children if each.tag == "details")
        self.about = before
        return FigurePart(title, number, image.get("alt") or "", base64.b64decode(found[1]), folds)

    def _fold(self, element: Element) -> Folded:
        kind = next((kind for kind in _FOLDS if kind in element.classes), "more")
        before = self.about
        summary = next((text_of(each) for each in element.children if each.tag == "summary"), "")
        about = tuple(self.about) or (self.heading,)
        inside = tuple(part for each in element.children if each.tag != "summary" for part in self.parts_of(each))
        self.about = before
        return Folded(kind, summary, inside, about)

    def _table(self, element: Element, around: Element) -> TablePart:
        caption = next(iter(element.every("caption")), None)
        named = {mark: each for each in caption.every("span") for mark in each.classes} if caption else {}
        title = text_of(named["title"]) if "title" in named else text_of(caption) if caption else ""
        number = ""
        if not any(outer.tag == "details" and outer.classes & _UNNUMBERED_IN for outer in element.ancestors()):
            self.tables += 1
            number = f"表{self.chapter}-{self.tables}"
        self.about.append(f"{number}　{title}".strip("　"))
        head: list[tuple[Cell, ...]] = []
        rows: list[tuple[Cell, ...]] = []
        for row in element.every("tr"):
            is_head = row.parent is not None and row.parent.tag == "thead"
            (head if is_head else rows).append(tuple(_cell(each) for each in row.children))
        notes = tuple(text_of(each) for each in around.children if each.tag == "p")
        unit = text_of(named["unit"]).removeprefix("单位：") if "unit" in named else ""
        return TablePart(title, number, unit, tuple(head), tuple(rows), notes, around.classes - {"table"})


def _cell(element: Element) -> Cell:
    align = next((kind for kind in ("number", "mark") if kind in element.classes), "text")
    heat = next((each for each in element.walk() if "heat" in each.classes), None)
    shade = next((kind for kind in ("none", "some", "most") if heat is not None and kind in heat.classes), "")
    return Cell(lines_of(element), align, element.tag == "th", int(element.get("colspan") or "1"), shade)


def _facts(element: Element) -> Facts:
    entries: list[tuple[str, tuple[Line, ...]]] = []
    term = ""
    for each in element.children:
        if each.tag == "dt":
            term = text_of(each)
        elif each.tag == "dd":
            entries.append((term, lines_of(each)))
            term = ""
    return Facts(tuple(entries))
