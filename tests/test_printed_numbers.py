"""Every number printed on a published page has a way to where it comes from, on the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planeval.plan.review_files import BRIEF, INTERNAL, UNIT
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
# Where digits say what something is, and do not tell a result:
HEADS = frozenset(("h1", "h2", "h3", "h4", "nav", "header", "footer", "aside"))
# Table, figure, what is said below one, and a line that opens: their section's 来历 stands right below.
IN_SECTION = frozenset(("table", "figure", "summary"))
LAST_LINE = "files"  # how many files the page was made from, right above their list


def untraced(page: PageTree) -> Iterator[str]:
    """Every number of a page's text that leads nowhere, with the words around it."""
    main = page.first("main")
    assert main is not None
    told = {
        element.get("id")
        for trace in main.walk() if "trace" in trace.classes
        for element in trace.walk() if element.get("id")
    }  # fmt: skip
    for element in main.walk():
        said = "".join(element.text)
        if re.search(r"\d", _PLAIN.sub("", said)) and not has_way(element, told):
            yield f"line {element.line} <{element.tag}>: {' '.join(said.split())[:60]}"


def has_way(element: Element, told: set[str | None]) -> bool:
    """Whether an element's own text is a heading, stands in or right above a 来历, or is a link to one."""
    around = [element, *element.ancestors()]
    if any(outer.tag in HEADS or "opening" in outer.classes or outer.get("id") == LAST_LINE for outer in around):
        return True
    if any("trace" in outer.classes for outer in around):
        return True
    links = [outer.get("href") or "" for outer in around if outer.tag == "a"]
    if links:
        return links[0].removeprefix("#") in told or not links[0].startswith("#")
    if any(outer.tag in IN_SECTION or outer.classes & {"table", "note"} for outer in around):
        sections = [outer for outer in around if "traced" in outer.classes]
        return bool(sections) and any("trace" in inner.classes for inner in sections[0].walk())
    return False


@pytest.mark.parametrize("edition", [INTERNAL, UNIT, BRIEF])
def test_every_printed_number_leads_to_where_it_comes_from(published: Path, edition: str) -> None:
    pages = sorted((published.parent / edition).glob("*.html"))
    assert pages
    found = {page.name: list(untraced(read_page(page.read_text(encoding="utf-8")))) for page in pages}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}
