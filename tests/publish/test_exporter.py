"""From cells and outputs to a page: what is shown, what is refused, and that nothing hostile comes alive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from planeval.publish.exporter import PageInfo, notebook_blocks, number_headings, page_exporter
from planeval.publish.failures import PageRefused
from planeval.publish.page_contract import FORBIDDEN_TAGS
from planeval.publish.page_tree import PageTree, read_page

FOOTER = {"version": "0", "commit": "", "fingerprint": "0", "known_on": "", "edition": "", "inputs": "1"}
PAGE = PageInfo("总报告", "书香城市", False, frozenset({"20_targets.html"}), FOOTER)
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a>'


def cell(**mimes: str) -> Any:
    """A code cell with one output; mimes are written text_html for text/html."""
    data = {name.replace("_", "/", 1): value for name, value in mimes.items()}
    return nbformat.v4.new_code_cell("1 + 1", outputs=[nbformat.v4.new_output("display_data", data)])


def notebook(*cells: Any) -> Any:
    return nbformat.v4.new_notebook(cells=list(cells))


def exported(*cells: Any) -> str:
    html, _ = page_exporter().from_notebook_node(notebook(*cells), {"name": "10_overview", "page": PAGE})
    return html


def test_markdown_and_outputs_are_shown_and_code_is_not() -> None:
    html = exported(nbformat.v4.new_markdown_cell("## 一、指标\n\n共**两**项。"), cell(text_html="<p>三场</p>"))
    assert "共<strong>两</strong>项。" in html and "<p>三场</p>" in html
    assert "1 + 1" not in html


def test_html_is_preferred_and_plain_text_is_escaped() -> None:
    assert notebook_blocks(notebook(cell(text_html="<p>甲</p>", text_plain="甲")), "x") == ["<p>甲</p>"]
    assert notebook_blocks(notebook(cell(text_plain="a < b")), "x") == ["<pre>a &lt; b</pre>"]


def test_markdown_of_an_output_is_data_so_its_html_is_shown_as_text() -> None:
    (block,) = notebook_blocks(notebook(cell(text_markdown="**三**<b>x</b>")), "x")
    assert "<strong>三</strong>&lt;b&gt;x&lt;/b&gt;" in block


def live_parts(page: PageTree) -> list[str]:
    """Whatever in a page a browser would run or fetch."""
    return [
        f"{element.tag} {name}={value}"
        for element in page.root.walk()
        for name, value in element.attributes or [("", "")]
        if element.tag in FORBIDDEN_TAGS
        or name.startswith("on")
        or (name in ("href", "src") and not value.startswith(("#", "data:image/")))
    ]


@pytest.mark.parametrize("mime", ["text_html", "text_markdown", "text_plain"])
def test_hostile_output_does_not_come_alive(mime: str) -> None:
    assert live_parts(read_page(exported(cell(**{mime: HOSTILE})))) == []


def test_hostile_markdown_cells_and_titles_do_not_come_alive() -> None:
    info = PageInfo(HOSTILE, HOSTILE, False, frozenset(), FOOTER)
    hostile = [nbformat.v4.new_markdown_cell(f"{HOSTILE}\n\n[x](javascript:alert(1)) ![x](https://example.org/a.png)")]
    html, _ = page_exporter().from_notebook_node(notebook(*hostile), {"name": "x", "page": info})
    assert live_parts(read_page(html)) == []


def test_what_a_page_cannot_show_is_refused_with_the_authors_cell_number() -> None:
    injected = nbformat.v4.new_code_cell("plan = 1", metadata={"tags": ["injected-parameters"]})
    printed = nbformat.v4.new_code_cell(
        "print(1)", outputs=[nbformat.v4.new_output("stream", name="stdout", text="调试 1\n")]
    )
    cells = [nbformat.v4.new_markdown_cell("# 标题"), injected, printed, cell(application_javascript="1")]
    with pytest.raises(PageRefused) as refused:
        notebook_blocks(notebook(*cells, cell(**{"text_vnd.mermaid": "graph", "text_plain": "x"})), "10_overview")
    assert [fault.split("：")[0] for fault in refused.value.faults] == [
        "第 2 个单元格",
        "第 3 个单元格",
        "第 4 个单元格",
    ]
    assert "打印输出（stdout：“调试 1”）" in refused.value.faults[0]
    assert "application/javascript" in refused.value.faults[1]
    assert "text/vnd.mermaid" in refused.value.faults[2]


def test_an_image_needs_words_for_those_who_cannot_see_it() -> None:
    plain = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    described = nbformat.v4.new_output(
        "display_data", {"image/png": "iVBORw0K\nGgo="}, metadata={"image/png": {"alt": "逐季<上升>"}}
    )
    with pytest.raises(PageRefused, match="没有替代文字"):
        notebook_blocks(notebook(nbformat.v4.new_code_cell("", outputs=[plain])), "x")
    (block,) = notebook_blocks(notebook(nbformat.v4.new_code_cell("", outputs=[described])), "x")
    assert 'src="data:image/png;base64,iVBORw0KGgo=" alt="逐季&lt;上升&gt;"' in block


def test_headings_get_ids_from_their_own_words_and_contents_list_two_levels() -> None:
    blocks = [
        '<h1>季度评估</h1><p id="一-指标">x</p>',
        "<h2>一、指标</h2><h3>（一）<b>读书</b> &amp; 讲座</h3>",
        "<h4>细</h4>",
    ]
    numbered, contents = number_headings(blocks)
    assert [(entry.level, entry.id, entry.text) for entry in contents] == [
        (2, "一-指标-2", "一、指标"),
        (3, "一-读书-讲座", "（一）读书 & 讲座"),
    ]
    assert '<h2 id="一-指标-2">' in numbered[1] and '<h4 id="细">' in numbered[2]
    assert number_headings(numbered)[0] == numbered, "an id once given stays"


def test_links_to_pages_that_are_not_published_become_text() -> None:
    html = exported(cell(text_html='<p><a href="20_targets.html#a">有</a><a href="90_method.html">无</a></p>'))
    assert '<a href="20_targets.html#a">有</a><a>无</a>' in html


def test_the_same_notebook_gives_the_same_bytes() -> None:
    assert exported(cell(text_html="<p>三场</p>")) == exported(cell(text_html="<p>三场</p>"))


def test_a_template_in_the_working_directory_is_not_picked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbconvert's own search path begins there."""
    (tmp_path / "page.html.j2").write_text("stolen", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    page_exporter.cache_clear()
    assert "stolen" not in exported(cell(text_html="<p>三场</p>"))
