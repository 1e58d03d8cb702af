"""The published pages in a real browser, as a reader opens them: from the disk, offline, wide, narrow and on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from headless import IN_BROWSER, open_browser, set_width

pytestmark = IN_BROWSER
PAGES = ["index", "10_overview", "20_targets", "90_method"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all pages."""
    with open_browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_the_page_fits_and_asks_for_nothing(browser: webdriver.Chrome, published: Path, page: str, width: int) -> None:
    """No sideways scrolling of the page, no message in the console, nothing loaded but the file itself."""
    set_width(browser, width)
    browser.get((published / f"{page}.html").as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.get_log("browser") == []
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in loaded if not name.startswith("data:")] == []
    broken = browser.execute_script("return [...document.images].filter(image => !image.naturalWidth).length")
    assert broken == 0


@pytest.mark.parametrize("page", PAGES)
def test_the_page_prints_on_a4(browser: webdriver.Chrome, published: Path, page: str) -> None:
    """A4 pages, and no table wider than the paper (print is not scaled down to fit)."""
    browser.get((published / f"{page}.html").as_uri())
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pdf = base64.b64decode(printed["data"])
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf


def test_the_pieces_of_the_page_are_reachable_by_keyboard_and_link(browser: webdriver.Chrome, published: Path) -> None:
    """The contents list leads to real headings and a card leads to its target's section."""
    browser.get((published / "10_overview.html").as_uri())
    missing = browser.execute_script(
        "return [...document.querySelectorAll('a[href^=\"#\"]')].filter("
        "link => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).length"
    )
    assert missing == 0
    card = browser.execute_script("return document.querySelector('.card a').href")
    browser.get(card)
    assert browser.execute_script("return document.querySelector(':target').tagName") == "H3"


def test_no_table_is_wider_than_the_paper(browser: webdriver.Chrome, published: Path) -> None:
    """At the width that A4 leaves between the margins, one page of each notebook; the grid of duties lies crosswise."""
    one_of_each = {path.stem.partition("-")[0]: path for path in sorted(published.glob("*.html"))}
    set_width(browser, 620)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    wide = {}
    for name, path in one_of_each.items():
        browser.get(path.as_uri())
        wide[name] = browser.execute_script(
            "return [...document.querySelectorAll('.table:not(.matrix) > table')]"
            ".filter(table => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
            ".map(table => table.caption.textContent)"
        )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert {name: tables for name, tables in wide.items() if tables} == {}


def test_a_headline_number_opens_where_it_comes_from(browser: webdriver.Chrome, published: Path) -> None:
    """Following the number of a card opens the folded details around its formula, without any script."""
    browser.get((published / "10_overview.html").as_uri())
    number = browser.find_element("css selector", ".card .big a")
    where = "return document.querySelector(':target + dl').checkVisibility({contentVisibilityAuto: true})"
    browser.get(str(number.get_attribute("href")))
    assert browser.execute_script(where)
    said = browser.execute_script("return document.querySelector(':target + dl').textContent")
    assert "完成比例＝" in said and "示例设定" in said
