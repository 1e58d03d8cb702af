"""The published pages of every edition before axe-core, as a reader of a narrow screen, a keyboard or a screen reader meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from headless import IN_BROWSER, open_browser, set_width
from planeval.plan.review_files import EDITIONS

pytestmark = IN_BROWSER
REFUSED = ("serious", "critical")
NARROW = 390  # where tables scroll sideways and the contents list stands in the text

_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, Object.assign({resultTypes: ['violations'], preload: false, iframes: false}, arguments[0])).then(
  found => done(found.violations.map(rule => ({
    rule: rule.id, impact: rule.impact, where: rule.nodes.slice(0, 3).map(node => node.target.join(' '))}))),
  error => done([{rule: String(error), impact: 'critical', where: []}]));
"""
_CLASS = re.compile(r'class="([^"]+)"')
_OPEN_ALL = "document.querySelectorAll('details').forEach(detail => { detail.open = true; })"


def axe_source() -> str:
    """The script of axe-core, from the package that carries it (the package itself is not imported)."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None and spec.submodule_search_locations
    return (Path(next(iter(spec.submodule_search_locations))) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A narrow window in which axe-core may be put into pages that allow no script."""
    with open_browser(tmp_path_factory.mktemp("profile")) as driver:
        driver.execute_cdp_cmd("Page.enable", {})
        driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        driver.set_script_timeout(120)
        set_width(driver, NARROW)
        yield driver


def faults(browser: webdriver.Chrome, page: Path, axe: str, colours: bool = True) -> Iterator[str]:
    """Serious and critical findings: the colours of the page as it opens, all else with every detail opened.

    Contrast is the slow rule; what opens on request has the same colours as the rest.
    """
    browser.get(page.as_uri())
    browser.execute_script(axe)
    found: list[dict[str, Any]] = []
    if colours:
        found += browser.execute_async_script(_RUN, {"runOnly": ["color-contrast"]})
    browser.execute_script(_OPEN_ALL)
    found += browser.execute_async_script(_RUN, {"rules": {"color-contrast": {"enabled": False}}})
    for fault in found:
        if fault["impact"] in REFUSED:
            yield f"{page.name}: {fault['rule']} ({fault['impact']}) at {'; '.join(fault['where'])}"


def telling_colours(pages: list[Path]) -> set[Path]:
    """Pages that have every class among them: what has the same classes has the same colours, and contrast is slow."""
    classes = {page: set(_CLASS.findall(page.read_text(encoding="utf-8"))) for page in pages}
    chosen: set[Path] = set()
    left = set().union(*classes.values())
    while left:
        best = max(pages, key=lambda page: len(classes[page] & left) / page.stat().st_size)
        chosen.add(best)
        left -= classes[best]
    return chosen


def test_axe_finds_no_serious_fault_in_any_edition(browser: webdriver.Chrome, published: Path) -> None:
    """One page of each notebook in each edition: the 19 units' pages are one template."""
    axe, pages = axe_source(), [published.parents[1] / "index.html"]
    for edition in EDITIONS:
        one_of_each = {
            path.stem.partition("-")[0]: path for path in sorted((published.parent / edition).glob("*.html"))
        }
        pages += one_of_each.values()
    assert len(pages) > 25
    coloured = telling_colours(pages)
    assert [fault for page in pages for fault in faults(browser, page, axe, page in coloured)] == []


def test_axe_does_find_faults(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """A page with a picture that says nothing and pale text is refused, so silence above means something."""
    poor = tmp_path / "poor.html"
    poor.write_text(
        '<!doctype html><html lang="zh-CN"><head><title>甲</title></head><body><main><h1>甲</h1>'
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="color:#ddd">看不清的字</p></main></body></html>',
        encoding="utf-8",
    )
    said = " ".join(faults(browser, poor, axe_source()))
    assert "image-alt" in said and "color-contrast" in said
