"""What may stand in a page, shown by what is let through and what is taken out."""

from __future__ import annotations

import pytest

from planeval.publish.page_tree import read_page
from planeval.publish.sanitise import sanitise


@pytest.mark.parametrize(
    "html",
    [
        '<section class="opening" data-fingerprint="0a1b2c3d4e5f">正文</section>',
        '<figure><img src="data:image/svg+xml;base64,PHN2Zy8+" alt="图"><figcaption>题</figcaption></figure>',
        '<details class="data"><summary>图中数据</summary><p>一</p></details>',
        '<td colspan="2" class="number"><span aria-hidden="true">●</span></td>',
        '<span class="bar" style="width:37.5%"></span>',
        '<a href="#指标">指标</a><a href="20_targets.html#target-events">节</a><a href="tables/targets.csv">表</a>',
    ],
)
def test_what_pages_are_made_of_stays_as_it_is(html: str) -> None:
    inside_table = html.startswith("<td")
    whole = f"<table><tbody><tr>{html}</tr></tbody></table>" if inside_table else html
    assert sanitise(whole) == whole


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("<script>alert(1)</script>文字", "文字"),
        ("<style>body{display:none}</style>文字", "文字"),
        ("<svg><script>alert(1)</script><text>x</text></svg>文字", "文字"),
        ('<p onclick="alert(1)">文字</p>', "<p>文字</p>"),
        ('<a href="https://example.org/">出处</a>', "<a>出处</a>"),
        ('<a href="javascript:alert(1)">出处</a>', "<a>出处</a>"),
        ('<a href="data:text/html,x">出处</a>', "<a>出处</a>"),
        ('<a href="../../秘密.html">出处</a>', "<a>出处</a>"),
        ('<a href="//example.org/a.html">出处</a>', "<a>出处</a>"),
        ('<img src="https://example.org/a.png" alt="图">', '<img alt="图">'),
        ('<img src="data:image/gif;base64,R0lG" alt="图">', '<img alt="图">'),
        ('<p style="width:50%;background:url(https://example.org)">文字</p>', "<p>文字</p>"),
        ('<p style="width:500%">文字</p>', "<p>文字</p>"),
        ("<form><input value=1><button>按</button></form>", "按"),
        ('<iframe src="x.html">内</iframe><object data="x"></object><base href="/">', ""),
        ("<!-- 注释 --><marquee>文字</marquee>", "文字"),
        ('<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<img>"&gt;'),
    ],
)
def test_everything_else_is_taken_out(hostile: str, left: str) -> None:
    assert sanitise(hostile) == left


def test_the_result_is_well_formed_whatever_came_in() -> None:
    for untidy in ("<p>一<p>二", "<table><tr><td>格", "<b><i>错位</b></i>", "a < b & c", "</div></section>"):
        page = read_page(sanitise(untidy))
        assert page.unclosed == ()
