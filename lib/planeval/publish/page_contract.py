"""What every published page must keep to, checked on the finished file, whoever wrote the notebook.

A page is done only when `check_page` finds nothing. Each fault is one Chinese line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from planeval.publish.page_tree import Element, PageTree, read_page
from planeval.publish.sanitise import is_image_source

CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)  # fmt: skip
SAMPLE_BANNER = "banner"
OPENING = "opening"
TRACED, TRACE, HEADLINE = "traced", "trace", "big"
TRACE_PARTS = ("条款", "口径", "算式", "台账", "复核")
FORBIDDEN_TAGS = frozenset((
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "select",
    "textarea", "link", "base", "audio", "video", "source", "track", "svg", "math", "template", "noscript",
))  # fmt: skip
INERT_ATTRIBUTES = frozenset(("alt", "title", "content", "class", "id", "lang", "datetime", "abbr"))
_OUTWARD = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:(?!\s)|//|\\\\)", re.IGNORECASE)
_CSS_ADDRESS = re.compile(r"@import|\b(?:url|src|image|image-set)\((?!\s*(?:['\"]\s*)?(?:data:|#))", re.IGNORECASE)


@dataclass(frozen=True)
class Expected:
    """What the publisher knows about a page before reading it.

    fingerprint: of the review in this process. files: names a link may lead to; None leaves links unchecked. traced:
    whether every table must say where its numbers come from (a return slip, which lists faults alone, need not).
    """

    fingerprint: str
    sample: bool
    files: frozenset[str] | None = None
    traced: bool = True


def check_page(html: str, expected: Expected) -> tuple[str, ...]:
    """Every fault of a finished page; empty when it may be published."""
    page = read_page(html)
    checks = (
        _whole(page),
        _head(page),
        _nothing_live(page),
        _no_outward_address(page),
        _headings(page),
        _opening(page, expected),
        _sample(page, expected),
        _images(page),
        _tables(page),
        _traces(page, expected),
        _links(page, expected),
    )
    return tuple(fault for check in checks for fault in check)


def _at(element: Element) -> str:
    return f"第 {element.line} 行"


def _whole(page: PageTree) -> Iterator[str]:
    yield from page.unclosed
    if page.doctype != "doctype html":
        yield "开头不是 <!DOCTYPE html>"
    body = page.first("body")
    if body is None:
        yield "没有正文（body）"
    elif not any(_says_something(element) for element in body.walk()):
        yield "除标题和开头以外没有任何内容"


def _says_something(element: Element) -> bool:
    """Whether an element's own text is content, and not title, opening, banner, contents list or footer."""
    if not "".join(element.text).strip():
        return False
    around = [element, *element.ancestors()]
    return not any(
        outer.tag in ("h1", "nav", "header", "footer") or outer.classes & {OPENING, SAMPLE_BANNER} for outer in around
    )


def _head(page: PageTree) -> Iterator[str]:
    root = page.first("html")
    if root is None or root.get("lang") != "zh-CN":
        yield "网页语言应为 zh-CN（<html lang>）"
    head = page.first("head")
    before = [] if head is None else list(head.children)
    if before and before[0].tag == "meta" and before[0].get("charset"):
        before = before[1:]
    policy = before[0] if before else None
    if policy is None or (policy.get("http-equiv") or "").lower() != "content-security-policy":
        yield "安全策略（CSP）应在 head 的最前面，只有字符集可以在它之前"
    elif policy.get("content") != CSP:
        yield f"{_at(policy)}：安全策略（CSP）与规定的不同"
    titles = page.every("title")
    if len(titles) != 1 or not titles[0].reads():
        yield "应有且只有一个不空的 <title>"


def _nothing_live(page: PageTree) -> Iterator[str]:
    for element in page.elements:
        if element.tag in FORBIDDEN_TAGS:
            yield f"{_at(element)}：不允许的元素 <{element.tag}>"
        if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield f"{_at(element)}：不允许自动跳转（meta refresh）"
        if element.tag == "style" and element.around("head") is None:
            yield f"{_at(element)}：样式表只能在 head 里"
        names = [name for name, _ in element.attributes]
        for name in names:
            if name.startswith("on"):
                yield f"{_at(element)}：不允许的属性 {name}"
        for name in sorted({name for name in names if names.count(name) > 1} if len(names) > 1 else ()):
            yield f"{_at(element)}：属性 {name} 写了两次"


def _no_outward_address(page: PageTree) -> Iterator[str]:
    for element in page.elements:
        css = "".join(element.text) if element.tag == "style" else element.get("style")
        if css and _CSS_ADDRESS.search(css):
            yield f"{_at(element)}：样式里有外部地址"
        for name, value in element.attributes:
            if name in INERT_ATTRIBUTES or name.startswith(("data-", "aria-")) or name == "style":
                continue
            if _OUTWARD.match(value) and not (element.tag == "img" and name == "src" and is_image_source(value)):
                yield f"{_at(element)}：属性 {name} 里有外部地址“{value[:40]}”"


def _headings(page: PageTree) -> Iterator[str]:
    headings = page.every("h1", "h2", "h3", "h4", "h5", "h6")
    first = [heading for heading in headings if heading.tag == "h1"]
    if len(first) != 1:
        yield f"应有且只有一个一级标题（h1），现有 {len(first)} 个"
    level = 0
    for heading in headings:
        here = int(heading.tag[1])
        if not heading.reads():
            yield f"{_at(heading)}：标题是空的"
        if here > level + 1:
            before = f"h{level}" if level else "开头"
            yield f"{_at(heading)}：标题级别从{before}跳到 h{here}（“{heading.reads()[:20]}”）"
        level = here


def _opening(page: PageTree, expected: Expected) -> Iterator[str]:
    openings = [element for element in page.every("section") if OPENING in element.classes]
    if len(openings) != 1:
        yield f"应有且只有一个开头（section.opening），现有 {len(openings)} 个：笔记本应先显示 opening(review)"
    for element in openings:
        found = element.get("data-fingerprint") or ""
        if found != expected.fingerprint:
            yield (f"{_at(element)}：开头的指纹是“{found}”，本次评估是“{expected.fingerprint}”："
                   "数据在运行中变了，或笔记本没有用给定的参数")  # fmt: skip


def _sample(page: PageTree, expected: Expected) -> Iterator[str]:
    banners = page.of_class(SAMPLE_BANNER)
    marked = any("示例数据" in banner.reads() for banner in banners)
    if expected.sample and not marked:
        yield "用了示例数据，但没有“示例数据”的横幅"
    if banners and not expected.sample:
        yield f"{_at(banners[0])}：没有用示例数据，却有“示例数据”的横幅"


def _images(page: PageTree) -> Iterator[str]:
    for image in page.every("img"):
        if not (image.get("alt") or "").strip():
            yield f"{_at(image)}：图没有替代文字（alt）"
        if not is_image_source(image.get("src") or ""):
            yield f"{_at(image)}：图应内嵌在网页里（data:image/svg+xml 或 data:image/png）"
        figure = image.around("figure")
        if figure is None or not figure.every("figcaption") or not figure.every("table"):
            yield f"{_at(image)}：图应放在 figure 里，带图题和图中数据表"


def _tables(page: PageTree) -> Iterator[str]:
    for table in page.every("table"):
        caption = table.children[0] if table.children else None
        if caption is None or caption.tag != "caption" or not caption.reads():
            yield f"{_at(table)}：表没有标题（caption）"


def _traces(page: PageTree, expected: Expected) -> Iterator[str]:
    """Tables and headline numbers that do not say where they come from."""
    if not expected.traced:
        return
    for table in page.every("table"):
        around = [outer for outer in table.ancestors() if outer.classes & {TRACED, TRACE}]
        missing = [] if around and TRACE in around[0].classes else _untold(around[0] if around else None)
        if missing:
            name = table.children[0].reads()[:20] if table.children else ""
            yield f"{_at(table)}：表“{name}”没有来历（缺{'、'.join(missing)}）：做这一节的函数应有 @traced"
    for number in page.of_class(HEADLINE):
        if not any((link.get("href") or "").startswith("#trace-") for link in number.every("a")):
            yield f"{_at(number)}：首页数字“{number.reads()}”没有通往来历的链接"


def _untold(section: Element | None) -> list[str]:
    """The parts of a 来历 that a section does not have, or has empty."""
    told = set()
    for trace in (element for element in section.walk() if TRACE in element.classes) if section else ():
        entries = [element for element in trace.walk() if element.tag in ("dt", "dd")]
        told |= {term.reads() for term, value in pairwise(entries) if term.tag == "dt" and value.reads()}
    return [part for part in TRACE_PARTS if part not in told]


def _links(page: PageTree, expected: Expected) -> Iterator[str]:
    ids = Counter(value for element in page.elements for name, value in element.attributes if name == "id")
    for name, count in ids.items():
        if count > 1:
            yield f"id“{name}”用了 {count} 次"
        if not name or name.split() != [name]:
            yield f"id“{name}”是空的或含有空白"
    for link in page.every("a"):
        target = link.get("href")
        if target is None:
            continue
        file, _, anchor = target.partition("#")
        if not file and anchor not in ids:
            yield f"{_at(link)}：链接“{target}”在本页没有去处"
        if file and expected.files is not None and file not in expected.files:
            yield f"{_at(link)}：链接“{target}”指的文件不在本次评估里"
