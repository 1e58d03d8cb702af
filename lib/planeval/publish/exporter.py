"""From an executed notebook to the text of a page: our own nbconvert exporter with one small template.

Code is never shown. Markdown cells and outputs become blocks of sanitised HTML; what a page cannot show
(prints, scripts, widgets) is refused with the number of the cell, as its author counts cells.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode

from planeval.publish.failures import PageRefused
from planeval.publish.output_markdown import output_html
from planeval.publish.page_contract import CSP, OPENING
from planeval.publish.page_font import font_face
from planeval.publish.sanitise import sanitise
from planeval.show.trace import FILES

TEMPLATE_FOLDER = Path(__file__).resolve().parent / "template"
INJECTED = "injected-parameters"
_ORDER = ("text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain")
_HEADING = re.compile(r"<(h[1-6])((?:\s[^\s=>]+(?:=\"[^\"]*\")?)*)>(.*?)</\1>", re.DOTALL)
_ID = re.compile(r"\sid=\"([^\"]*)\"")
_FILES = re.compile(rf"\sid=\"{FILES}\"")
_FILE_LINK = re.compile(r"(<a\b[^>]*?)\shref=\"([^\"#]+)(?:#[^\"]*)?\"")
_MARKUP = re.compile(r"<[^>]*>")
_OPENING_BLOCK = re.compile(rf"<section\s[^>]*class=\"[^\"]*\b{OPENING}\b[^\"]*\"")


@dataclass(frozen=True)
class PageInfo:
    """What a page says about itself besides its blocks.

    files: what the edition consists of; a link to any other page or table becomes its text. footer: version,
    commit, fingerprint, known_on, edition, inputs (how many files), printed small at the end.
    """

    title: str
    running_head: str
    sample: bool
    files: frozenset[str]
    footer: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """A line of the contents list."""

    level: int
    id: str
    text: str


class PageExporter(TemplateExporter):
    """nbconvert exporter for review pages: `from_notebook_node(notebook, {"page": PageInfo})`.

    Only our own template folder is ever looked into: nbconvert's search path begins with the working directory.
    """

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "planeval page"

    def __init__(self, **options: Any) -> None:
        super().__init__(template_paths=[str(TEMPLATE_FOLDER)], default_preprocessors=[], **options)

    def _create_environment(self) -> Environment:
        return Environment(
            loader=FileSystemLoader(TEMPLATE_FOLDER, encoding="utf-8"), autoescape=True, undefined=StrictUndefined,
            keep_trailing_newline=True,
        )  # fmt: skip

    def _load_template(self) -> Any:
        return self.environment.get_template("page.html.j2")

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of an executed notebook. Raises PageRefused with every output that may not be published."""
        kept = dict(resources or {})
        return self.render(notebook_blocks(nb, kept.get("name", "")), kept["page"]), kept

    def render(self, blocks: Iterable[str], page: PageInfo) -> str:
        """The page made of blocks of HTML; they are sanitised here, whoever built them."""
        clean = [_without_dead_links(sanitise(block), page.files) for block in blocks]
        numbered, contents = number_headings(clean)
        opening = [index for index, block in enumerate(numbered) if _OPENING_BLOCK.search(block)]
        text: str = self.template.render(
            title=page.title, lang="zh-CN", css=Markup(self._css(page, numbered)), csp=CSP, sample=page.sample,
            running_head=page.running_head, blocks=[Markup(block) for block in numbered],
            opening_index=opening[0] if opening else -1, contents=contents, footer=page.footer,
            has_index="index.html" in page.files, lists_files=any(_FILES.search(block) for block in numbered),
        )  # fmt: skip
        return text

    def _css(self, page: PageInfo, blocks: list[str]) -> str:
        """The style sheet and the fallback font with the characters this page uses."""
        fixed = (TEMPLATE_FOLDER / "page.html.j2").read_text(encoding="utf-8")
        said = "".join([fixed, _style_sheet(), page.title, page.running_head, *page.footer.values(), *blocks])
        font = font_face("".join(sorted(set(html.unescape(said)))))
        return _style_sheet() + paper_frame(page) + font


def paper_frame(page: PageInfo) -> str:
    """The CSS rule that prints the running head and the check code on every sheet, if the browser has margin boxes."""
    made_by = f"planeval {page.footer['version']}" + (f"（{commit}）" if (commit := page.footer["commit"]) else "")
    boxes = {
        "top-left": page.running_head, "top-center": "示例数据" if page.sample else "", "top-right": page.title,
        "bottom-left": f"复核码 {page.footer['fingerprint']}", "bottom-right": made_by,
    }  # fmt: skip
    said = "".join(f"@{place}{{content:{_css_text(text)}}}" for place, text in boxes.items() if text)
    return f"@page{{{said}}}"


def _css_text(text: str) -> str:
    """Any text as a CSS string that can end neither itself nor the style sheet."""
    kept = (char if char.isalnum() else f"\\{ord(char):x} " for char in text)
    return f'"{"".join(kept)}"'


@cache
def page_exporter() -> PageExporter:
    """One exporter for the whole process, so that its template is compiled once."""
    return PageExporter()


@cache
def _style_sheet() -> str:
    return (TEMPLATE_FOLDER / "page.css").read_text(encoding="utf-8")


def notebook_blocks(nb: NotebookNode, name: str) -> list[str]:
    """One block of HTML (not yet sanitised) per markdown cell and per output, in order.

    Raises PageRefused with every output that may not stand in a page.
    """
    blocks: list[str] = []
    faults: list[str] = []
    for number, cell in own_cells(nb):
        if cell.cell_type == "markdown":
            blocks.append(str(_AUTHOR_MARKDOWN(cell.source)))
        elif cell.cell_type == "code":
            for output in cell.outputs:
                try:
                    blocks.append(_output_block(output))
                except ValueError as error:
                    faults.append(f"第 {number} 个单元格：{error}")
    if faults:
        raise PageRefused(name, tuple(faults))
    return [block for block in blocks if block.strip()]


def own_cells(nb: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The author's cells with their numbers from 1; the cell that papermill put in is not counted."""
    number = 0
    for cell in nb.cells:
        if INJECTED not in cell.metadata.get("tags", []):
            number += 1
            yield number, cell


# In a cell the author's own HTML is welcome (the sanitiser follows); in an output it is data, see output_markdown.
_AUTHOR_MARKDOWN = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "footnotes", "def_list"])


def _output_block(output: NotebookNode) -> str:
    """HTML of one output; ValueError (Chinese) when a page cannot show it."""
    if output.output_type == "stream":
        said = " ".join(output.text.split())[:60]
        raise ValueError(f"有打印输出（{output.name}：“{said}”），网页里不放打印输出，请删去 print 或改用 show")
    if output.output_type == "error":
        raise ValueError(f"运行出错：{output.ename}")
    foreign = sorted(kind for kind in output.data if kind not in _ORDER)
    if foreign:
        raise ValueError(f"输出含有网页不能用的内容（{'、'.join(foreign)}）")
    kind = next((kind for kind in _ORDER if kind in output.data), None)
    if kind is None:
        raise ValueError("输出是空的")
    value = output.data[kind]
    text = value if isinstance(value, str) else "".join(value)
    if kind == "text/html":
        return text
    if kind == "text/markdown":
        return output_html(text)
    if kind == "text/plain":
        return f"<pre>{html.escape(text)}</pre>"
    return _image_block(kind, text, output.metadata)


def _image_block(kind: str, data: str, metadata: Any) -> str:
    alt = str(metadata.get(kind, {}).get("alt") or metadata.get("alt") or "").strip()
    if not alt:
        raise ValueError("图没有替代文字（alt），请用 show 里的图，或在输出的元数据里写明 alt")
    if kind == "image/svg+xml":
        data = base64.b64encode(data.encode("utf-8")).decode("ascii")
    source = f"data:{kind};base64,{''.join(data.split())}"
    said = html.escape(alt)
    return f'<figure class="chart"><img src="{source}" alt="{said}"><figcaption>{said}</figcaption></figure>'


def _without_dead_links(block: str, files: frozenset[str]) -> str:
    return _FILE_LINK.sub(lambda link: link[0] if html.unescape(link[2]) in files else link[1], block)


def number_headings(blocks: list[str]) -> tuple[list[str], list[Entry]]:
    """Blocks with an id on every heading, and the contents list of h2 and h3.

    An id is made from the heading's own words (Chinese kept), so it stays the same while they do.
    """
    taken = {name for block in blocks for name in _ID.findall(block)}
    contents: list[Entry] = []

    def with_id(match: re.Match[str]) -> str:
        tag, attributes, inside = match.groups()
        text = " ".join(html.unescape(_MARKUP.sub("", inside)).split())
        own = _ID.search(attributes)
        name = html.unescape(own[1]) if own else _free_name(text, taken)
        if tag in ("h2", "h3"):
            contents.append(Entry(int(tag[1]), name, text))
        added = "" if own else f' id="{html.escape(name)}"'
        return f"<{tag}{attributes}{added}>{inside}</{tag}>"

    return [_HEADING.sub(with_id, block) for block in blocks], contents


def _free_name(text: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKC", text)
    stem = re.sub(r"\W+", "-", plain).strip("-") or "heading"
    name, count = stem, 1
    while name in taken:
        count += 1
        name = f"{stem}-{count}"
    taken.add(name)
    return name
