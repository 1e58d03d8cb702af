"""A finished page read back from its text into a tree, strictly: what a browser would have to guess at is a fault."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

VOID_TAGS = frozenset("area base br col embed hr img input link meta param source track wbr".split())


@dataclass(slots=True)
class Element:
    """One element: its attributes as written, its line in the file, its children and own text; inside: both, in
    the order of the page.
    """

    tag: str
    attributes: list[tuple[str, str]]
    line: int
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    inside: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The first value of an attribute (as a browser takes it), None when it is not there."""
        for key, value in self.attributes:
            if key == name:
                return value
        return None

    @property
    def classes(self) -> frozenset[str]:
        """Words of the class attribute."""
        return frozenset((self.get("class") or "").split())

    def walk(self) -> Iterator[Element]:
        """This element and everything inside it, in document order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))

    def ancestors(self) -> Iterator[Element]:
        """The elements around this one, nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def around(self, *tags: str) -> Element | None:
        """The nearest element around this one with one of the tags."""
        return next((element for element in self.ancestors() if element.tag in tags), None)

    def every(self, *tags: str) -> list[Element]:
        """All elements inside this one with one of the tags, in document order."""
        return [element for element in self.walk() if element.tag in tags and element is not self]

    def reads(self) -> str:
        """The text a reader sees here, without white space."""
        return "".join("".join("".join(element.text).split()) for element in self.walk())


@dataclass
class PageTree:
    """The whole page; `doctype` is empty and `unclosed` says which line when the text was cut or badly nested.

    elements: all of them, in document order.
    """

    root: Element
    elements: tuple[Element, ...]
    doctype: str
    unclosed: tuple[str, ...]

    def every(self, *tags: str) -> list[Element]:
        """All elements with one of the tags, in document order."""
        return [element for element in self.elements if element.tag in tags]

    def of_class(self, name: str) -> list[Element]:
        """All elements with a word in their class attribute, in document order."""
        return [element for element in self.elements if name in (element.get("class") or "").split()]

    def first(self, tag: str) -> Element | None:
        """The first element with a tag."""
        return next(iter(self.every(tag)), None)


# A page is written by our template and the sanitiser, so its syntax is plain; whatever is not plain is a fault.
_NAME, _VALUE = r"""[^\s"'<>/=]+""", r"""(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+)"""
_TOKEN = re.compile(
    rf"""(?P<text>[^<]+)
      | </(?P<end>[a-z][a-z0-9]*)\s*>
      | <(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s+{_NAME}(?:={_VALUE})?)*)\s*(?P<closed>/?)>
      | <!(?P<declared>doctype[^<>]*)>
      | (?P<other><)""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(f"({_NAME})(?:=({_VALUE}))?")
_RAW = {tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("style", "script")}


class _Reader:
    """One page on its way to a tree."""

    def __init__(self, html: str) -> None:
        self.html, self.line, self.counted = html, 1, 0
        self.root = Element("", [], 1)
        self.open = self.root
        self.elements: list[Element] = []
        self.doctype = ""
        self.faults: list[str] = []

    def read(self) -> None:
        """From the first character to the last."""
        place = 0
        while found := _TOKEN.match(self.html, place):
            kind, place = found.lastgroup, found.end()
            if kind == "text":
                self._text(unescape(found[0]) if "&" in found[0] else found[0])
                continue
            self.line += self.html.count("\n", self.counted, found.start())
            self.counted = found.start()
            if kind == "closed":
                place = self._start(found, place)
            elif kind == "end":
                self._end(found["end"].lower())
            elif kind == "declared":
                self.doctype = found["declared"].lower()
            elif kind == "other":
                self.faults.append(f"第 {self.line} 行：“<”后面不是一个写完整的标记")
                self._text("<")

    def _text(self, text: str) -> None:
        self.open.text.append(text)
        self.open.inside.append(text)

    def _start(self, found: re.Match[str], place: int) -> int:
        """A start tag, with what stands in an element whose text is not read as HTML; where to read on."""
        tag = found["tag"].lower()
        element = Element(tag, _attributes(found["attributes"]), self.line, self.open)
        self.open.children.append(element)
        self.open.inside.append(element)
        self.elements.append(element)
        if tag in VOID_TAGS:
            return place
        self.open = element
        if found["closed"]:
            self.faults.append(f"第 {self.line} 行：<{tag}/> 不能这样自闭合")
        if tag not in _RAW or not (end := _RAW[tag].search(self.html, place)):
            return place
        self._text(self.html[place : end.start()])
        return end.start()

    def _end(self, tag: str) -> None:
        if tag != self.open.tag or self.open.parent is None:
            self.faults.append(f"第 {self.line} 行：</{tag}> 与前面的 <{self.open.tag}> 不配对")
            return
        self.open = self.open.parent


def _attributes(written: str) -> list[tuple[str, str]]:
    """Names in lower case and values as a reader gets them, in the order written."""
    return [
        (name.lower(), unescape(value[1:-1] if value.startswith(('"', "'")) else value))
        for name, value in _ATTRIBUTE.findall(written)
    ]


@contextmanager
def _no_collection() -> Iterator[None]:
    """A tree of many thousand living objects sets off the collector of garbage again and again, and it finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_page(html: str) -> PageTree:
    """Read a page. Never raises for its content: what is badly nested or cut off is in `unclosed`."""
    reader = _Reader(html)
    with _no_collection():
        reader.read()
    if reader.open is not reader.root:
        reader.faults.append(f"文件不完整：第 {reader.open.line} 行的 <{reader.open.tag}> 没有结束")
    return PageTree(reader.root, tuple(reader.elements), reader.doctype, tuple(reader.faults))
