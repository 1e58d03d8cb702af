"""PDF of published pages: printed with nothing running and nothing fetched, the same bytes each time."""

from __future__ import annotations

import http.server
import os
import re
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from edition_tables import edition_of

from headless import IN_BROWSER
from planeval.office import browser
from planeval.office import print as printing
from planeval.office.browser import TookTooLong, find_browser, run_browser
from planeval.office.print import print_page, same_each_time, without_links, write_prints
from planeval.office.published import EditionPage, read_edition
from planeval.problems import InputError, Problem
from planeval.publish.hygiene import leaks
from planeval.publish.page_contract import CSP
from planeval.publish.this_machine import machine_secrets
from planeval.workspace import Workspace

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def page(body: str, policy: str = CSP) -> EditionPage:
    html = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>总报告 · 某计划</title>'
        f"<style>@page {{ size: A4; }}</style></head><body><h1>总报告</h1><h2>一、结论</h2>{body}</body></html>"
    )
    return EditionPage("10_overview", "总报告", "", html)


def test_links_to_other_files_become_text_and_those_within_the_page_stay() -> None:
    html = '<a href="#t">表</a><a class="x" href="index.html#files">目录</a><a title="a > b" href="tables/a.csv">a</a> href="x"'
    assert without_links(html) == '<a href="#t">表</a><a class="x">目录</a><a title="a > b">a</a> href="x"'


def test_what_tells_when_and_by_what_it_was_printed_is_overwritten_in_place() -> None:
    info = (
        rb"%PDF-1.4 1 0 obj <</Title (/Producer \(x\)) /Creator (Mozilla/5.0 \(X11; Linux\) HeadlessChrome/156)"
        rb" /Producer (Skia/PDF m156) /CreationDate (D:20261123130726+00'00') /ModDate (D:20261123130726+08'00')>>"
        rb"endobj 2 0 obj (/Producer (kept))"
    )
    done = same_each_time(info, "20261015")
    assert len(done) == len(info)
    assert rb"/Title (/Producer \(x\))" in done and done.endswith(b"(/Producer (kept))")
    assert b"/Creator (planeval) " in done and b"/Producer (planeval) " in done
    assert done.count(b"(D:20261015000000+00'00')") == 2
    for gone in (b"Mozilla", b"Skia", b"20261123"):
        assert gone not in done


def test_without_a_browser_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(browser, "_candidates", lambda: iter([tmp_path / "no-such-browser"]))
    with pytest.raises(InputError) as refused:
        write_prints(edition_of(), [page("")])
    assert "没有找到浏览器" in str(refused.value) and "Edge" in str(refused.value)


def test_browsers_are_looked_for_where_windows_keeps_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    assert find_browser() == edge


def _runs(process: int) -> bool:
    """Whether a process is there and not only remembered until somebody asks how it ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    told = Path(f"/proc/{process}/stat")
    return not (told.is_file() and ") Z " in told.read_text(encoding="utf-8", errors="replace"))


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for the browser")
def test_a_browser_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """And one that writes nothing is told."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nsleep 60 & echo $! > "{tmp_path}/child"\nwait\n', encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(TookTooLong):
        run_browser(program, tmp_path, (), 1.0)
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    for _ in range(100):
        if not _runs(child):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child is still there")
    with pytest.raises(InputError, match="没有打印完，已停止"):
        print_page(page(""), "20261015", program, 0.5)
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="没有打印成"):
        print_page(page(""), "20261015", program)


def test_after_a_failure_no_further_page_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def fails(page: EditionPage, day: str, program: Path) -> bytes:
        begun.append(page.name)
        raise InputError([Problem("x", message="不行")])

    monkeypatch.setattr(printing, "print_page", fails)
    monkeypatch.setattr(printing, "find_browser", lambda: Path("browser"))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with pytest.raises(InputError, match="不行"):
        write_prints(edition_of(), [page("")] * 500)
    assert len(begun) < 500


def test_a_page_without_the_security_policy_is_not_opened(tmp_path: Path) -> None:
    for other in (page("", "default-src *"), EditionPage("x", "x", "", "<!doctype html><html><body>x</body></html>")):
        with pytest.raises(InputError, match="CSP"):
            print_page(other, "20261015", tmp_path / "never-started")


class _Server:
    """A server on this machine that counts what is asked of it."""

    def __init__(self) -> None:
        asked = self.asked = []  # type: ignore[var-annotated]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[_Server]:
    found = _Server()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.mark.usefixtures("tmp_path")
class TestInBrowser:
    pytestmark = IN_BROWSER

    def test_a_page_is_printed_on_a4_with_title_language_and_outline_and_the_same_bytes_each_time(self) -> None:
        body = '<p id="t">正文</p><a href="#t">回到正文</a><a href="index.html">目录</a><h2>二、建议</h2>'
        shown = [page(body), page(body)]
        ((name, first),) = write_prints(edition_of(), shown[:1]).items()
        ((_, second),) = write_prints(edition_of(), shown[1:]).items()
        assert name == "10_overview.pdf" and first == second
        plain = STREAM.sub(b"", first)
        assert "总报告 · 某计划".encode("utf-16-be").hex().encode() in plain.lower() or (
            "总报告 · 某计划".encode("utf-16-be") in plain
        )
        for wanted in (b"/Lang", b"/StructTreeRoot", b"/Outlines", b"/Producer (planeval)", b"D:20261015000000"):
            assert wanted in plain, wanted
        assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", plain)
        for gone in (b"file:", b"/URI", b"planeval-", b"Mozilla"):
            assert gone not in plain, gone

    def test_a_published_page_is_printed_whole_and_tells_nothing_of_this_machine(self, published: Path) -> None:
        edition = read_edition(published)
        (shown,) = [each for each in edition.pages if each.name == "61_safeguards"]
        assert "index.html" in shown.html, "the page leads to other files"
        ((name, content),) = write_prints(edition, [shown]).items()
        place = Workspace(Path(__file__).resolve().parents[2])
        assert leaks(name, content, machine_secrets(place)) == ()
        plain = STREAM.sub(b"", content)
        assert plain.count(b"/Type /Page\n") >= 2 and b"/URI" not in plain and b"file:" not in plain

    def test_nothing_runs_and_nothing_is_fetched(self, server: _Server) -> None:
        body = (
            f'<img src="{server.address}/image"><script>document.title="RAN"</script><p onclick="x">字</p>'
            f'<script src="{server.address}/script"></script><iframe src="{server.address}/frame"></iframe>'
            f'<link rel="stylesheet" href="{server.address}/style"><img src=x onerror="document.title=1">'
            f'<style>body {{ background: url("{server.address}/css"); }}</style>'
        )
        content = print_page(page(body), "20261015", find_browser())
        assert server.asked == []
        plain = content + b"".join(_inflated(stream) for stream in STREAM.findall(content))
        assert b"RAN" not in plain and "RAN".encode("utf-16-be") not in plain


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""
