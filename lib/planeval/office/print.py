"""Pages as PDF, printed by a headless Chromium: nothing runs, nothing is fetched, the same page gives the same bytes.

The page is printed as it was published, its security policy in force, alone in a folder of its own. Links to other
files become their text, since a PDF would write down where on this machine they lie.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from planeval.office.browser import TookTooLong, find_browser, run_browser
from planeval.office.published import EditionFiles, EditionPage
from planeval.periods import Period
from planeval.problems import InputError, Problem
from planeval.publish.page_contract import CSP
from planeval.publish.page_tree import read_page

LONGEST = 120.0  # seconds for one page
MAKER = b"planeval"
_SWITCHES = ("--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline")
_LINK = re.compile(r"""<a\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_TO_A_FILE = re.compile(r'\shref="(?!#)[^"]*"')
_DAY = re.compile(rb"/(CreationDate|ModDate) \((D:\d{14}[^()]*)\)")
_PROGRAM = re.compile(rb"/(Creator|Producer) \(((?:[^()\\]|\\.)*)\)")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_LEADS_OUT = re.compile(rb"/(?:URI|JS)\s*[(<]")


def write_prints(edition: EditionFiles, pages: Sequence[EditionPage]) -> dict[str, bytes]:
    """File name → bytes of a PDF, one for each page. Raises InputError without a browser, or for a page that it
    cannot print.
    """
    program, day = find_browser(), _day(edition)
    threads = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        printed = [threads.submit(print_page, page, day, program) for page in pages]
        return {f"{page.name}.pdf": each.result() for page, each in zip(pages, printed, strict=True)}
    finally:
        threads.shutdown(cancel_futures=True)  # after a failure or Ctrl-C no further page is begun


def print_page(page: EditionPage, day: str, program: Path, seconds: float = LONGEST) -> bytes:
    """A page as PDF. day: eight digits, when the PDF says it was made. Raises InputError when it cannot be printed."""
    policies = [meta for meta in read_page(page.html).every("meta") if meta.get("http-equiv")]
    if not policies or policies[0].get("content") != CSP:
        raise InputError(
            [_refused(page, "没有规定的安全策略（CSP），不能打印", "用 planeval publish 重新发布，再导出")]
        )
    with tempfile.TemporaryDirectory(prefix="planeval-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source, target = place / "page.html", place / "page.pdf"
        source.write_text(without_links(page.html), encoding="utf-8", newline="")
        try:
            said = run_browser(program, place, (*_SWITCHES, f"--print-to-pdf={target}", source.as_uri()), seconds)
        except TookTooLong as error:
            message = f"{seconds:g} 秒内没有打印完，已停止"
            raise InputError([_refused(page, message, "关闭别的程序再导出，或在浏览器里打印这一页")]) from error
        content = target.read_bytes() if target.is_file() else b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        last = "没有可用的沙箱" if "sandbox" in said else "没有写出 PDF"
        raise InputError(
            [_refused(page, f"浏览器没有打印成（{program.name}：{last}）", "更新浏览器，或在浏览器里打印这一页")]
        )
    if _LEADS_OUT.search(_STREAM.sub(b"", content)):
        raise InputError(
            [_refused(page, "打印出的 PDF 里有通往外面的链接，没有导出", "用 planeval publish 重新发布，再导出")]
        )
    return same_each_time(content, day)


def without_links(html: str) -> str:
    """The page without links to other files; those within the page stay."""
    return _LINK.sub(lambda found: _TO_A_FILE.sub("", found[0]), html)


def same_each_time(content: bytes, day: str) -> bytes:
    """The PDF without what tells when and by what it was printed. Every byte keeps its place, which the PDF's own
    table of contents relies on.
    """
    made = f"D:{day}000000+00'00'".encode("ascii")
    head, mark, rest = content.partition(b"endobj")  # the first object is the one that tells of the document
    head = _DAY.sub(lambda found: _instead(found, made), head)
    head = _PROGRAM.sub(lambda found: _instead(found, MAKER), head)
    return head + mark + rest


def _instead(found: re.Match[bytes], value: bytes) -> bytes:
    short = b"/%s (%s)" % (found[1], value)
    return short.ljust(len(found[0])) if len(short) <= len(found[0]) else b"".ljust(len(found[0]))


def _day(edition: EditionFiles) -> str:
    known = edition.as_known_on or Period.parse(edition.period).end.isoformat()
    return known.replace("-", "")


def _refused(page: EditionPage, message: str, remedy: str) -> Problem:
    return Problem(f"{page.name}.html", rule="print", message=message, remedy=remedy)
