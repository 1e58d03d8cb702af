"""A good page passes; each fault planted in it is found."""

from __future__ import annotations

import pytest

from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.page_contract import CSP, TRACE_PARTS, Expected, check_page

FINGERPRINT = "0a1b2c3d4e5f"
FILES = frozenset({"index.html", "20_targets.html", "tables/targets.csv"})
EXPECTED = Expected(FINGERPRINT, sample=True, files=FILES)
TRACE = "".join(f"<dt>{part}</dt><dd>有</dd>" for part in TRACE_PARTS)
BARE = "<table><caption>表一</caption><tbody><tr><td>3</td></tr></tbody></table>"
TABLE = f'<section class="traced">{BARE}<details class="trace"><dl>{TRACE}</dl></details></section>'
GOOD = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{CSP}">
<title>总报告</title>
<style>p {{ margin: 0; scroll-behavior: smooth }} @font-face {{ src: url(data:font/otf;base64,AA==) }}</style>
</head>
<body>
<div class="banner">示例数据</div>
<main>
<h1>季度评估</h1>
<section class="opening" data-fingerprint="{FINGERPRINT}"><p>2026年第二季度</p></section>
<nav><a href="#one">一、指标</a></nav>
<h2 id="one">一、指标</h2>
<h3>（一）读书活动</h3>
<figure class="chart"><img src="data:image/svg+xml;base64,PHN2Zy8+" alt="读书活动逐季上升">
<figcaption>图题</figcaption><details>{TABLE}</details></figure>
<p>见<a href="20_targets.html#a">指标</a>、<a href="tables/targets.csv">表</a>。</p>
</main>
</body>
</html>
"""


def test_a_good_page_has_no_fault() -> None:
    assert check_page(GOOD, EXPECTED) == ()


def test_pages_of_our_template_pass_with_and_without_the_banner() -> None:
    footer = {"version": "0", "commit": "", "fingerprint": FINGERPRINT, "known_on": "", "edition": "", "inputs": "1"}
    blocks = [GOOD.partition("<main>")[2].partition("<nav>")[0], '<h2 id="one">一、指标</h2>', TABLE]
    for sample in (True, False):
        info = PageInfo("总报告", "书香城市 2026年第二季度评估", sample, FILES, footer)
        assert check_page(page_exporter().render(blocks, info), Expected(FINGERPRINT, sample, FILES)) == ()


PLANTED = {
    "table without origin": (TABLE, BARE, "表“表一”没有来历（缺条款、口径、算式、台账、复核）"),
    "origin without formula": ("<dt>算式</dt><dd>有</dd>", "", "没有来历（缺算式）"),
    "empty origin": ("<dt>条款</dt><dd>有</dd>", "<dt>条款</dt><dd> </dd>", "没有来历（缺条款）"),
    "headline number": ("（一）读书活动</h3>", "（一）读书活动</h3><span class='big'>3</span>", "没有通往来历的链接"),
    "second h1": ("<h2", "<h1>又一个</h1><h2", "只有一个一级标题"),
    "no h1": ("<h1>季度评估</h1>", "", "只有一个一级标题"),
    "level skipped": ("<h3>", "<h4>", "标题级别从h2跳到 h4"),
    "empty heading": ("（一）读书活动</h3>", "</h3>", "标题是空的"),
    "English page": ('lang="zh-CN"', 'lang="en"', "应为 zh-CN"),
    "no policy": ("Content-Security-Policy", "X-Nothing", "安全策略（CSP）应在"),
    "weaker policy": ("default-src", "default-src *; x", "与规定的不同"),
    "something before the policy": ("<head>", "<head><title>x</title>", "安全策略（CSP）应在"),
    "script": ("</body>", "<script>1</script></body>", "不允许的元素 <script>"),
    "frame": ("</body>", '<iframe src="#"></iframe></body>', "不允许的元素 <iframe>"),
    "object": ("</body>", "<object></object></body>", "不允许的元素 <object>"),
    "form": ("</body>", "<form></form></body>", "不允许的元素 <form>"),
    "linked style": ("</head>", '<link rel="stylesheet" href="a.css"></head>', "不允许的元素 <link>"),
    "base": ("</head>", '<base href="a"></head>', "不允许的元素 <base>"),
    "inline drawing": ("</body>", "<svg></svg></body>", "不允许的元素 <svg>"),
    "refresh": ("</head>", '<meta http-equiv="Refresh" content="0"></head>', "自动跳转"),
    "style in the body": ("</body>", "<style>p{}</style></body>", "样式表只能在 head"),
    "event handler": ("<h1>", '<h1 onclick="x">', "不允许的属性 onclick"),
    "attribute twice": ('lang="zh-CN"', 'lang="zh-CN" lang="en"', "属性 lang 写了两次"),
    "outward link": ('href="tables/targets.csv"', 'href="https://example.org"', "属性 href 里有外部地址"),
    "script link": ('href="tables/targets.csv"', 'href="javascript:x"', "属性 href 里有外部地址"),
    "outward image": ('src="data:image/svg+xml;base64,PHN2Zy8+"', 'src="//example.org/a.png"', "属性 src 里有外部地址"),
    "outward attribute": ("<h1>", '<h1 cite="https://example.org">', "属性 cite 里有外部地址"),
    "image file": ('src="data:image/svg+xml;base64,PHN2Zy8+"', 'src="a.png"', "图应内嵌在网页里"),
    "css import": ("</style>", '@import "a.css";</style>', "样式里有外部地址"),
    "css address": ("</style>", "p{background:url( 'https://example.org')}</style>", "样式里有外部地址"),
    "style attribute": ("<h1>", '<h1 style="background:url(a.png)">', "样式里有外部地址"),
    "no alt": ('alt="读书活动逐季上升"', 'alt=" "', "没有替代文字"),
    "image without figure": ("<figure", "<div", "图应放在 figure 里"),
    "figure without its data": (f"<details>{TABLE}</details>", "", "图应放在 figure 里"),
    "figure without caption": ("<figcaption>图题</figcaption>", "", "图应放在 figure 里"),
    "no table caption": ("<caption>表一</caption>", "", "表没有标题"),
    "empty table caption": ("<caption>表一</caption>", "<caption> </caption>", "表没有标题"),
    "another review": (FINGERPRINT, "ffffffffffff", "开头的指纹是“ffffffffffff”"),
    "no opening": ('class="opening"', 'class="closing"', "只有一个开头"),
    "no banner": ('class="banner"', 'class="nothing"', "没有“示例数据”的横幅"),
    "id twice": ("（一）读书活动</h3>", '（一）读书活动</h3><p id="one">x</p>', "id“one”用了 2 次"),
    "dead anchor": ('href="20_targets.html#a"', 'href="#nowhere"', "在本页没有去处"),
    "dead link": ('href="20_targets.html#a"', 'href="30_tasks.html"', "不在本次评估里"),
    "cut off": ("</main>", "", "不配对"),
    "no tag": ("</main>", "a <b</main>", "“<”后面不是一个写完整的标记"),
    "what a browser takes for an empty comment": ("</main>", "<!--><img src=x onerror=a()>--></main>", "写完整的标记"),
    "attributes run together": ("</main>", '<p id="a"onclick="b()">c</p></main>', "写完整的标记"),
    "no doctype": ("<!DOCTYPE html>", "", "<!DOCTYPE html>"),
    "no title": ("<title>总报告</title>", "<title> </title>", "<title>"),
}


@pytest.mark.parametrize(("old", "new", "said"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(old: str, new: str, said: str) -> None:
    assert old in GOOD, "the good page has changed; plant the fault elsewhere"
    faults = check_page(GOOD.replace(old, new), EXPECTED)
    assert any(said in fault for fault in faults), faults


def test_a_truncated_page_is_found_wherever_it_is_cut() -> None:
    whole = GOOD.strip()
    assert all(check_page(whole[:length], EXPECTED) for length in range(len(whole)))


def test_the_banner_may_not_stand_on_a_page_of_real_filings() -> None:
    faults = check_page(GOOD, Expected(FINGERPRINT, sample=False, files=FILES))
    assert len(faults) == 1 and "却有“示例数据”的横幅" in faults[0]


def test_a_page_with_nothing_but_title_and_opening_is_no_page() -> None:
    head, _, rest = GOOD.partition("<nav")
    empty = head + "</main>" + rest.partition("</main>")[2]
    assert any("除标题和开头以外没有任何内容" in fault for fault in check_page(empty, EXPECTED))


def test_addresses_that_are_only_read_are_no_fault() -> None:
    """A firm may write a web address into its name; read aloud or shown, it leads nowhere."""
    for text in ('<p title="https://example.org">名</p>', "<p>https://example.org</p>"):
        assert check_page(GOOD.replace("</main>", f"{text}</main>"), EXPECTED) == ()


def test_the_policy_lets_nothing_in_from_outside() -> None:
    assert CSP.startswith("default-src 'none'") and "script-src" not in CSP and "http" not in CSP
