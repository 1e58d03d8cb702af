"""A finished page read back from its text into a tree, by the standard library's parser."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", [], 1)
        self.open = self.root
        self.elements: list[Element] = []
        self.doctype = ""
        self.faults: list[str] = []

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, [(key, value or "") for key, value in attrs], self.getpos()[0], self.open)
        self.open.children.append(element)
        self.open.inside.append(element)
        self.elements.append(element)
        if tag not in VOID_TAGS:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_TAGS:
            self.faults.append(f"第 {self.getpos()[0]} 行：<{tag}/> 不能这样自闭合")

    def handle_endtag(self, tag: str) -> None:
        if tag != self.open.tag or self.open.parent is None:
            self.faults.append(f"第 {self.getpos()[0]} 行：</{tag}> 与前面的 <{self.open.tag}> 不配对")
            return
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.text.append(data)
        self.open.inside.append(data)


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
    reader = _Reader()
    with _no_collection():
        reader.feed(html)
        reader.close()
    if reader.open is not reader.root:
        reader.faults.append(f"文件不完整：第 {reader.open.line} 行的 <{reader.open.tag}> 没有结束")
    return PageTree(reader.root, tuple(reader.elements), reader.doctype, tuple(reader.faults))
