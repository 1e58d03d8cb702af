"""Hostile text in every field of a real review: nothing of it runs, nothing of it is lost.

One review of hostile_valley is published by the program itself; its pages are then opened in Chromium without their
policy and with scripts allowed, served by a server that hears every other request.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from selenium import webdriver

from headless import IN_BROWSER, open_browser
from hostile_valley import (
    BROKEN_NAME,
    FORMULAS,
    PAYLOADS,
    REVIEW,
    SINKS,
    TEXTS,
    file_name,
    printable,
    titles,
    write_hostile_valley,
)
from planeval.batch.run import Options, run_review
from planeval.ledger.exporting import export_table, inert
from planeval.ledger.tables import BY_ID
from planeval.ledger.templates import write_template
from planeval.office.document import write_documents
from planeval.office.published import read_edition, sha256
from planeval.office.word_text import clean
from planeval.office.workbook import write_workbook
from planeval.periods import Period
from planeval.plan import load_review
from planeval.problems import InputError
from planeval.publish.sanitise import ATTRIBUTES, TAGS, is_bar_width, is_image_source, is_page_link
from planeval.publish.slips import RETURNS, write_slips
from planeval.publish.staging import MANIFEST, SUMS
from planeval.review import Review, open_review
from planeval.workspace import Workspace

_POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
OUTER_TAGS = {"html", "head", "body", "main", "nav", "header", "footer", "aside", "meta", "style", "title"}
DRAWN = {"svg", "g", "path", "defs", "use", "clipPath", "rect", "circle", "pattern", "style"}


# Where each text has to stand, letter by letter: (selector, attribute or empty for the text).
SINK_PLACES = {
    "heading": ("h3", ""), "paragraph": ("p.note", ""), "item": ("ul.points li", ""), "note": (".table .note", ""),
    "table cell": ("td", ""), "row header": ("th[scope=row]", ""), "column header": ("th[scope=col]", ""),
    "term": ("dt", ""), "value": ("dd", ""), "contents list": ("nav li", ""),
}  # fmt: skip
JOINED_PLACES = {
    "alternative text": ("img", "alt"), "figure caption": ("figcaption", ""), "summary": ("summary", ""),
    "caption": ("caption .title", ""), "label": ("[role=group]", "aria-label"),
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """The workspace, the review as opened, and every page: its place under output → its text."""

    root: Path
    review: Review
    pages: dict[str, str]

    @property
    def edition(self) -> Path:
        """The folder of the internal edition."""
        return self.root / "output" / REVIEW / "internal"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The review, published once; its return slips too."""
    root = write_hostile_valley(tmp_path_factory.mktemp("hostile"))
    place = Workspace(root)
    review = open_review("jincheng", REVIEW, workspace=root)
    done = run_review(place, load_review(place, REVIEW), place.output, Options(), lambda told: None, review)
    assert done.promoted and [str(failure) for failure in done.failures] == []
    write_slips(place, review, place.output / REVIEW / RETURNS)
    pages = {path.relative_to(place.output).as_posix(): path.read_text(encoding="utf-8")
             for path in sorted(place.output.rglob("*.html"))}  # fmt: skip
    return Published(root, review, pages)


@dataclass
class Server:
    """Pages by name, and every request that is not for one of them."""

    pages: dict[str, str]
    asked: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def served(pages: dict[str, str]) -> Iterator[Server]:
    """The pages under http://127.0.0.1:<port>/."""
    server = Server(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            known = self.headers.get("Host", "").startswith("127.0.0.1") and name in server.pages
            if not known and name != "favicon.ico":
                server.asked.append(f"{self.headers.get('Host')} {self.path}")
            body = server.pages[name].encode("utf-8") if known else b""
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Requests that are no HTTP (a browser asking for https) are asked for all the same."""
            if "code 400" in str(_):
                server.asked.append("https")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_port
        Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()


_MARK = """
window.ran = () => { try { (top.__ran = top.__ran || []).push(frameElement ? frameElement.id : location.href) }
                     catch { /* a frame of another origin */ } };
window.alert = window.confirm = window.prompt = window.ran;
"""
_LOOK = """
document.querySelectorAll('details').forEach(detail => { detail.open = true; });
const seen = {tags: {}, attributes: {}, links: [], sources: [], styles: []};
for (const element of document.querySelectorAll('*')) {
  if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') seen.tags['foreign ' + element.localName] = 1;
  seen.tags[element.localName] = 1;
  for (const attribute of element.attributes) {
    seen.attributes[attribute.name] = element.outerHTML.slice(0, 100);
    if (attribute.name === 'href') seen.links.push(attribute.value);
    if (attribute.name === 'src') seen.sources.push(attribute.value);
    if (attribute.name === 'style' && element.localName !== 'main') seen.styles.push(attribute.value);
  }
}
const lost = [...document.images].filter(image => !image.naturalWidth).length;
return {...seen, tags: Object.keys(seen.tags), title: document.title, ran: window.__ran || [], lost: lost,
        address: location.pathname.slice(1)};
"""
_TEXTS = """
const squeezed = text => text.replace(/\\s+/g, ' ').trim();
const found = {};
for (const [name, [selector, attribute]] of Object.entries(arguments[0])) {
  const said = [...document.querySelectorAll(selector)].map(
    element => squeezed(attribute ? element.getAttribute(attribute) : element.textContent));
  const whole = new Set(said), joined = said.join('\\n');
  found[name] = arguments[1].filter(text => !whole.has(squeezed(text)) && !(arguments[2] && joined.includes(squeezed(text))));
}
return found;
"""


@dataclass(frozen=True)
class Look:
    """A browser in which scripts and dialogs leave a mark, and the server it asks."""

    browser: webdriver.Chrome
    server: Server

    def at(self, name: str, text: str) -> dict[str, Any]:
        """What stands in a page opened without its policy."""
        assert _POLICY.search(text)
        self.server.pages[name] = _POLICY.sub("", text)
        self.browser.get(f"http://127.0.0.1:{self.server.port}/{name}")
        found: dict[str, Any] = self.browser.execute_script(_LOOK)
        return found

    def missing(
        self, sinks: dict[str, tuple[str, str]], texts: list[str], inside: bool = False
    ) -> dict[str, list[str]]:
        """Sink → the texts that stand in it nowhere. sinks: name → (selector, attribute or empty for the text)."""
        found: dict[str, list[str]] = self.browser.execute_script(_TEXTS, sinks, texts, inside)
        return found


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """One browser for all pages; every name leads to our server."""
    with served({}) as server:
        rules = f"--host-resolver-rules=MAP planeval.invalid 127.0.0.1:{server.port}"
        with open_browser(tmp_path_factory.mktemp("profile"), rules) as driver:
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _MARK})
            yield Look(driver, server)


def in_browser(test: Callable[..., None]) -> Callable[..., None]:
    """Left out, and said so, where there is no browser."""
    for mark in IN_BROWSER:
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def seen(hostile: Published, look: Look) -> dict[str, dict[str, Any]]:
    """Every page opened once: its place → what was found there, what was asked for, and which texts are missing."""
    wanted = {
        f"{SINKS}.html": (SINK_PLACES, TEXTS, False),
        "90_method.html": ({"table cell": ("td", ""), "row header": ("th", "")}, TEXTS, False),
        "80_data_quality.html": ({"file name": ("td", "")}, [f"{REVIEW}/{file_name(text)}" for text in TEXTS], False),
        "internal/index.html": ({"list of pages": ("ul.points li", "")}, list(titles().values()), True),
    }
    found = {}
    for name, text in hostile.pages.items():
        found[name] = look.at(name.replace("/", "_"), text) | {"asked": list(look.server.asked)}
        for end, (sinks, texts, inside) in wanted.items():
            if name.endswith(end):
                found[name]["missing"] = look.missing(sinks, texts, inside)
        if name.endswith(f"{SINKS}.html"):
            found[name]["missing"] |= look.missing(JOINED_PLACES, TEXTS, inside=True)
        look.server.asked.clear()
    return found


@in_browser
def test_the_payloads_are_live(look: Look) -> None:
    """Put into a page as they are, many of them run or ask for something: so silence below means something."""
    frames = "".join(
        f'<iframe id="{number}" sandbox="allow-scripts allow-same-origin" srcdoc="{html.escape(text)}"></iframe>'
        for number, text in enumerate(PAYLOADS)
    )
    look.server.pages["control"] = f"<!doctype html><title>control</title>{frames}"
    look.browser.get(f"http://127.0.0.1:{look.server.port}/control")
    look.browser.execute_async_script("setTimeout(arguments[0], 500)")
    ran = {number for number in look.browser.execute_script("return window.__ran || []") if number}
    outward = {asked for asked in look.server.asked if asked.startswith(("planeval.invalid", "https"))}
    look.server.asked.clear()
    assert len(PAYLOADS) >= 150 and len(ran) >= 80 and len(outward) >= 10, (len(ran), sorted(outward))


@in_browser
def test_nothing_runs_in_any_page(seen: dict[str, dict[str, Any]]) -> None:
    """No marker, no dialog, no request, no foreign element or attribute; every picture is drawn."""
    known_tags, known = (
        TAGS | OUTER_TAGS,
        set().union(*ATTRIBUTES.values()) | {"charset", "name", "content", "tabindex"},
    )
    assert len(seen) >= 10
    for name, found in seen.items():
        quiet = (found["ran"], found["asked"], found["lost"], found["address"])
        assert quiet == ([], [], 0, name.replace("/", "_")), name
        assert set(found["tags"]) <= known_tags, name
        strange = {key: at for key, at in found["attributes"].items() if not key.startswith(("data-", "aria-"))}
        assert set(strange) <= known, (name, strange)
        assert all(map(is_image_source, found["sources"])) and all(map(is_bar_width, found["styles"])), name
        assert all(map(is_page_link, found["links"])), name


@in_browser
def test_every_text_is_read_in_every_sink(seen: dict[str, dict[str, Any]]) -> None:
    """Letter by letter: on the page of sinks, in the tables of published figures, as a file's name, in the index."""
    missing = {(name, sink): texts for name, found in seen.items() for sink, texts in found.get("missing", {}).items()}
    assert len(missing) == len(SINK_PLACES) + len(JOINED_PLACES) + 4
    assert {place: texts for place, texts in missing.items() if texts} == {}


@in_browser
def test_every_text_is_read_in_a_title(seen: dict[str, dict[str, Any]]) -> None:
    """The title of each page is what reports.yml says; together the titles hold every text."""
    for name, title in titles().items():
        page = next(each for each in seen if each.startswith(f"{REVIEW}/internal/{name}"))
        assert seen[page]["title"].startswith(" ".join(title.split())), page


def test_a_cell_is_kept_or_refused_with_its_place(hostile: Published) -> None:
    """No text of the ledger is lost in silence: it stands in its row, or in a fault with file, sheet and cell."""
    faults = [problem for problem in hostile.review.ledger.problems if problem.sheet == "平台"]
    assert all(problem.file and problem.cell and problem.message and problem.remedy for problem in faults)
    refused = {problem.value for problem in faults}
    kept = set(hostile.review.ledger.current["platforms"]["name"])
    assert len(refused) > 50 and len(kept) > 100
    assert not [text for text in PAYLOADS if "\0" not in text and not {text, printable(text)} & (refused | kept)]


def test_figures_hold_drawings_only(hostile: Published) -> None:
    """Every picture is SVG of paths: no script, no text to be parsed, no address but of its own parts."""
    drawings = 0
    for name, text in hostile.pages.items():
        for source in set(re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)"', text)):
            drawings += 1
            for element in ElementTree.fromstring(base64.b64decode(source)).iter():
                assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in DRAWN, name
                for key, value in element.attrib.items():
                    assert not key.rpartition("}")[2].startswith("on"), name
                    assert not key.endswith("href") or value.startswith("#"), name
    assert drawings > 20


# ------------------------------------------------------------------------------ formulas


def csv_cells(path: Path) -> set[str]:
    """Every cell of a CSV file, headings too; each row has as many as the headings."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    assert {len(row) for row in rows} == {len(rows[0])}, path.name
    return {cell for row in rows for cell in row}


def live_cells(path: Path) -> list[str]:
    """What of a workbook would be calculated, followed or fetched: cells, links, other files, fields."""
    content = path.read_bytes()
    found = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            found += [f"{sheet.title} {cell.coordinate}" for cell in row if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            part = packed.read(name)
            signs = (b"<f>", b"<f ", b"<hyperlink", b"ddeLink", b"oleLink", b'TargetMode="External"')
            found += [f"{name} {sign!r}" for sign in signs if sign in part]
            found += [name] if "externalLink" in name else []
    return found


def workbook_cells(path: Path) -> set[str]:
    """Every text cell of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)
    }


def is_number(text: str) -> bool:
    """Whether a cell is nothing but a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_published_table_holds_a_formula(hostile: Published) -> None:
    """Every cell of every table of the edition is inert text or a number; every formula is there to be read."""
    tables = {path.stem: csv_cells(path) for path in sorted((hostile.edition / "tables").glob("*.csv"))}
    assert len(FORMULAS) >= 60 and len(tables) > 30
    for name, cells in tables.items():
        assert not [cell for cell in cells if cell != inert(cell) and not is_number(cell)], name
    assert {inert(formula) for formula in FORMULAS} <= tables["published"]
    assert any(cell.endswith(BROKEN_NAME.replace("\r", "\n")) for cell in tables["problems"])


@pytest.mark.parametrize("table", ["platforms", "dispatch"])
def test_no_exported_ledger_holds_a_formula(hostile: Published, table: str, tmp_path: Path) -> None:
    """`planeval ledger export` in both forms."""
    paths = tmp_path / "a.xlsx", tmp_path / "a.csv"
    for path, form in zip(paths, ("xlsx", "csv"), strict=True):
        export_table(hostile.review.ledger, BY_ID[table], hostile.review.plan, path, form)  # type: ignore[arg-type]
    assert live_cells(paths[0]) == []
    cells = csv_cells(paths[1])
    assert not [cell for cell in cells if cell != inert(cell) and not is_number(cell)]
    kept = {name for name in hostile.review.ledger.current[table]["name" if table == "platforms" else "content"]}
    assert {inert(name) for name in kept} <= cells & workbook_cells(paths[0])
    assert table == "dispatch" or len(kept & set(FORMULAS)) >= 60


def test_no_form_or_return_slip_holds_a_formula(hostile: Published, tmp_path: Path) -> None:
    """The next quarter's form, with what is carried into it, and the workbooks handed back with their faults marked."""
    form, review = tmp_path / "form.xlsx", hostile.review
    write_template(form, "kejiju", Period(2025, 2), review.plan, [BY_ID["platforms"]], review.ledger)
    assert live_cells(form) == [] and len(workbook_cells(form) & set(FORMULAS)) >= 60
    returned = sorted((hostile.root / "output" / REVIEW / RETURNS).glob("*.xlsx"))
    assert len(returned) >= 2 and [live for path in returned for live in live_cells(path)] == []


# ------------------------------------------------------------------------------ files for the office

_OUTWARD_PARTS = re.compile(r"embeddings|activeX|vbaProject|externalLink|altChunk|oleObject|customXml")
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_PARAGRAPH = _TEXT[:-1] + "p"


def word_paragraphs(content: bytes) -> set[str]:
    """What stands in a Word file, a paragraph each; asserts that nothing in it is live or leads elsewhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert not [name for name in parts if _OUTWARD_PARTS.search(name)]
    assert not [name for name, part in parts.items() if b'TargetMode="External"' in part or b"w:hyperlink" in part]
    body = ElementTree.fromstring(parts["word/document.xml"])
    instructions = [element.text for element in body.iter(f"{_TEXT[:-1]}instrText")]
    assert not [
        element for element in body.iter() if element.tag.endswith(("fldSimple", "object", "altChunk", "script"))
    ]
    assert {str(text).strip() for text in instructions} <= {"PAGE"}
    return {"".join(text.text or "" for text in each.iter(_TEXT)) for each in body.iter(_PARAGRAPH)}


def test_word_drafts_hold_the_texts_and_nothing_live(hostile: Published) -> None:
    """`planeval export --format docx` of the page of all sinks: every text in a cell or a paragraph of its own."""
    edition = read_edition(hostile.edition)
    (page,) = (page for page in edition.pages if page.name == SINKS)
    (content,) = write_documents(edition, [page]).values()
    said = {" ".join(text.split()) for text in word_paragraphs(content)}
    assert [text for text in TEXTS if clean(" ".join(text.split())) not in said] == []


def test_the_workbook_of_an_edition_holds_the_texts_and_nothing_live(hostile: Published, tmp_path: Path) -> None:
    """`planeval export --format xlsx`: every payload and every formula is a text cell."""
    path = tmp_path / "tables.xlsx"
    (content,) = write_workbook(read_edition(hostile.edition)).values()
    path.write_bytes(content)
    assert live_cells(path) == []
    cells = workbook_cells(path)
    assert [text for text in [*TEXTS, *FORMULAS] if not {text, inert(text)} & cells] == []


def test_a_run_json_cannot_name_an_office_file(hostile: Published, tmp_path: Path) -> None:
    """The workbook is named after the review: an edition that says it is another kind of name is not read."""
    folder = tmp_path / "internal"
    shutil.copytree(hostile.edition, folder)
    sound = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for word, text in (("review", "../../x"), ("review", "/x"), ("review", "con"), ("edition", ".."), ("period", "../x"),
                       ("as_known_on", "../x")):  # fmt: skip
        (folder / MANIFEST).write_text(json.dumps(sound | {word: text}), encoding="utf-8")
        (folder / SUMS).write_text(f"{sha256((folder / MANIFEST).read_bytes())}  {MANIFEST}\n", encoding="utf-8")
        with pytest.raises(InputError, match=MANIFEST):
            read_edition(folder)
