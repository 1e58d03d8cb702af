"""领导专报 on paper: exactly two A4 pages, in every quarter of the demonstration and for the second plan."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from selenium import webdriver

from headless import IN_BROWSER, open_browser, set_width
from planeval.disclosure import disclose
from planeval.plan import load_review
from planeval.publish.exporter import PageInfo, page_exporter
from planeval.review import Review, open_review
from planeval.workspace import Workspace

pytestmark = IN_BROWSER
ROOT = Path(__file__).resolve().parents[1]
REVIEWS = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "lvliang-2025Q4"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with open_browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def blocks_of(notebook: str, review: Review) -> list[str]:
    """The blocks of a page as its notebook would show them, for a review that is open already."""
    names: dict[str, Any] = {"review": review}
    blocks = []
    for cell in nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            blocks.append(f"<h2>{cell.source.removeprefix('## ')}</h2>")
        elif "parameters" not in cell.metadata.get("tags", []):
            *statements, last = [line for line in cell.source.split("\n") if "open_review(" not in line] or [""]
            if last.startswith((")", "from ")):
                exec("\n".join((*statements, last)), names)
            else:
                blocks.append(eval(last, names).html)
    return blocks


@pytest.mark.parametrize("name", REVIEWS)
def test_the_brief_is_two_pages(browser: webdriver.Chrome, demonstration: Review, tmp_path: Path, name: str) -> None:
    """Printed by Chromium as the page asks for it: A4, conclusion and lights first, decisions on the second page."""
    asked = load_review(Workspace(ROOT), name).parameters()
    whole = demonstration if name == "2026Q3" else open_review(**asked, workspace=ROOT)
    review = disclose(whole, "brief")
    footer = {
        "version": "0", "commit": "0123456789，有未提交的改动", "fingerprint": review.fingerprint,
        "known_on": "2026-10-15", "edition": "领导专报（供领导决策，不含企业名称和明细）", "inputs": "33",
    }  # fmt: skip
    info = PageInfo("领导专报", "晋创谷·晋城 2026年第三季度评估（领导专报）", review.is_sample, frozenset(), footer)
    page = page_exporter().render(blocks_of("11_brief", review), info)
    assert not re.search(r"\bnan\b|None", re.sub(r"<style>.*?</style>|data:[^\"]*", "", page, flags=re.S))
    path = tmp_path / "11_brief.html"
    path.write_text(page, encoding="utf-8")
    set_width(browser, 390)
    browser.get(path.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf
