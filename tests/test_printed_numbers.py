"""Every number printed on a published page has a way to where it comes from, on the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planeval.plan.review_files import BRIEF, INTERNAL, PUBLIC, UNIT
from planeval.publish.page_tree import Element, PageTree, read_page

# What is printed in digits and is no number of the review:
EXCEPTIONS = {
    "a quarter": r"\d{4}Q\d",
    "a date": r"\d{4}-\d{2}-\d{2}|\d{4}\s?年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日",
    "years of the plan": r"\d{4}[–—-]\d{4}",
    "the number of a document": r"〔\d{4}〕\s?\d+号",
    "an id, a file, a code": r"[A-Za-z_][\w./–-]*|\d[\w./-]*[A-Za-z_][\w./-]*",
}
_PLAIN = re.compile("|".join(EXCEPTIONS.values()), re.ASCII)
_DATA = re.compile(r"<style>.*?</style>|(?<=;base64,)[A-Za-z0-9+/=]+", re.DOTALL)  # nothing that is read
# Where digits say what something is, and do not tell a result:
HEADS = frozenset(("h1", "h2", "h3", "h4", "nav", "header", "footer", "aside"))
# Table, figure, what is said below one, and a line that opens: their section's 来历 stands right below.
IN_SECTION = frozenset(("table", "figure", "summary"))
LAST = "files"  # how many files the page was made from, right above their list


@dataclass(frozen=True)
class Way:
    """What stands around an element. free: no number of the review, or a 来历 itself. link: where the nearest link
    leads. section: within a section that ends with its 来历. kept: in a table, a figure or a note.
    """

    free: bool = False
    link: str = ""
    section: bool = False
    kept: bool = False

    def into(self, element: Element) -> Way:
        classes = element.classes
        free = self.free or element.tag in HEADS or bool(classes & {"opening", "trace"}) or element.get("id") == LAST
        kept = self.kept or element.tag in IN_SECTION or bool(classes & {"table", "note"})
        section = self.section or ("traced" in classes and any("trace" in inner.classes for inner in element.walk()))
        return Way(free, element.get("href") or self.link, section, kept)

    def leads(self, told: set[str]) -> bool:
        """Whether a number here can be followed to a 来历 of the page, or to another page."""
        if self.free or (self.kept and self.section):
            return True
        return bool(self.link) and (not self.link.startswith("#") or self.link.removeprefix("#") in told)


def untraced(page: PageTree) -> Iterator[str]:
    """Every number of a page's text that leads nowhere, with the words around it."""
    main = page.first("main")
    assert main is not None
    told = set(_ids(main, False))
    waiting = [(main, Way())]
    while waiting:
        element, around = waiting.pop()
        way = around.into(element)
        if way.free:
            continue
        said = "".join(element.text)
        if re.search(r"\d", _PLAIN.sub("", said)) and not way.leads(told):
            yield f"line {element.line} <{element.tag}>: {' '.join(said.split())[:60]}"
        waiting += [(child, way) for child in element.children]


def _ids(element: Element, inside: bool) -> Iterator[str]:
    """The ids of what stands in a 来历."""
    inside = inside or "trace" in element.classes
    name = element.get("id")
    if inside and name:
        yield name
    for child in element.children:
        yield from _ids(child, inside)


@pytest.mark.parametrize("edition", [INTERNAL, UNIT, BRIEF, PUBLIC])
def test_every_printed_number_leads_to_where_it_comes_from(published: Path, edition: str) -> None:
    pages = sorted((published.parent / edition).glob("*.html"))
    assert pages
    found = {page.name: list(untraced(read_page(_DATA.sub("", page.read_text(encoding="utf-8"))))) for page in pages}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<p>共 3 项。</p>", 1),
        ("<p>2026年9月30日，〔2024〕38号，2026Q3，见 31_cluster.html。</p>", 0),
        ('<p>共 <a href="#trace-x">3</a> 项。</p>', 1),
        ('<p>共 <a href="#trace-x">3</a> 项。</p><details class="trace"><p id="trace-x">3 行</p></details>', 0),
        ("<table><caption>表</caption><tr><td>3</td></tr></table>", 1),
        ('<section class="traced"><table><tr><td>3</td></tr></table><dl class="trace"></dl></section>', 0),
        ('<section class="traced"><p>共 3 项。</p><dl class="trace"></dl></section>', 1),
    ],
)
def test_a_number_without_a_way_is_seen(inside: str, found: int) -> None:
    """So that silence above means something; a sentence needs a link, a table the 来历 below it."""
    assert len(list(untraced(read_page(f"<!doctype html><html><body><main>{inside}</main></body></html>")))) == found
