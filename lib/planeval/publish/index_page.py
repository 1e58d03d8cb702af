"""index.html of an edition: what the review found, what it consists of and what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from planeval.plan.method import EXAMPLE_AUTHOR
from planeval.plan.review_files import INTERNAL, UNIT
from planeval.problems import ERROR
from planeval.publish.manifest import PublishedPage
from planeval.publish.tables import meaning
from planeval.review import Review
from planeval.show.duty_matrix import duty_matrix
from planeval.show.html import Cell, Fragment, folded, link, paragraph, table, together
from planeval.show.opening import opening
from planeval.show.overview import target_table
from planeval.show.trace import FILES, with_trace

_HAND_OUT = (
    "每个单位只发给它自己的一页：各页只有本单位报送的内容，发给别的单位就是泄露。"
    "它的数表在 tables 文件夹里，文件名以单位编号开头，同样只发给它。本目录页由评估人员保存，不发。"
)


def index_blocks(review: Review, pages: Sequence[PublishedPage], tables: dict[str, pd.DataFrame]) -> list[str]:
    """The blocks of the index page, in the order they are read."""
    head = f"{review.plan.text.short_title} {review.period.label}评估"
    whole, each = review.edition == INTERNAL, review.edition == UNIT
    sections = (
        ("指标完成情况", None if each else target_table(review)),
        ("任务清单和责任单位", duty_matrix(review) if whole else None),
        ("本次评估的网页", _page_list(pages) + (paragraph(_HAND_OUT) if each else Fragment(""))),
        ("没有计入的报送", _refused(review) if whole else None),
        ("评估人员的决定", _decisions(review) if "decisions" in tables else None),
        ("数据表", _table_list(review, tables) if tables else None),
        ("输入文件", _inputs(review)),
    )
    shown = [(title, content) for title, content in sections if content is not None]
    blocks = [together([Fragment("<h1>"), Fragment(_escaped(head)), Fragment("</h1>")]).html, opening(review).html]
    for number, (title, content) in zip("一二三四五六七", shown, strict=False):
        blocks += [f"<h2>{number}、{_escaped(title)}</h2>", content.html]
    return blocks


def _escaped(text: str) -> str:
    return Cell(text).html


def _page_list(pages: Sequence[PublishedPage]) -> Fragment:
    """One line per notebook; the pages of one notebook stand on one line, in the plan's order."""
    lines = []
    for _, together_listed in groupby(pages, key=lambda page: page.notebook):
        first, *others = together_listed
        said = link(first.title, first.file).html
        if first.key:
            each = "、".join(link(page.label, page.file).html for page in (first, *others))
            said = f"{_escaped(first.group)}：{each}"
        lines.append(f"<li>{said}</li>")
    items = "".join(lines)
    return Fragment(f'<ul class="points">{items}</ul>')


def _refused(review: Review) -> Fragment:
    """How many faults kept rows or files out, and whose."""
    if not review.errors:
        return paragraph("没有因错误而未计入的行或文件。")
    counts = Counter(problem.unit for problem in review.errors)
    files = {unit: len({problem.file for problem in review.errors if problem.unit == unit}) for unit in counts}
    named = [unit for unit in review.plan.units if unit.id in counts]
    rows = [(unit.short_name, str(files[unit.id]), str(counts[unit.id])) for unit in named]
    if counts[""]:
        rows.append(("没有登记的文件", str(files[""]), str(counts[""])))
    headings = ("报送单位", "文件（个）", f"{ERROR}（处）")
    listing = table("因错误未计入的报送", headings, rows, ("text", "number", "number"))
    place = link("tables/problems.csv", "tables/problems.csv").html
    listing = with_trace(listing, review, "problem_table")
    return together([listing, Fragment(f"<p>每一处错误的位置和处理办法见 {place}。其他行照常计入。</p>")])


def _decisions(review: Review) -> Fragment:
    example = sum(decision.by == EXAMPLE_AUTHOR for decision in review.decisions)
    said = f"方案没有规定、由评估人员作出的决定共 {len(review.decisions)} 项，其中 {example} 项为{EXAMPLE_AUTHOR}"
    more = "，正式使用前须由责任部门重新确定。" if example else "。"
    place = link("tables/decisions.csv", "tables/decisions.csv").html
    return with_trace(Fragment(f"<p>{_escaped(said + more)}明细见 {place}。</p>"), review, "decision_table")


def _table_list(review: Review, tables: dict[str, pd.DataFrame]) -> Fragment:
    rows = [
        (link(f"{name}.csv", f"tables/{name}.csv"), meaning(name, review), str(len(content)))
        for name, content in tables.items()
    ]
    notes = ["CSV，UTF-8 编码，可用 Excel、WPS 直接打开；空格表示未报送，不是零。"]
    listing = table("随本次评估发布的数据表", ("文件", "内容", "行数"), rows, ("text", "text", "number"), notes=notes)
    return with_trace(listing, review, "index_tables")


def _inputs(review: Review) -> Fragment:
    rows = [
        (str(number), file.path, str(file.size), Cell(file.sha256, f"<code>{file.sha256}</code>"))
        for number, file in enumerate(review.inputs, start=1)
    ]
    headings = ("编号", "文件", "字节数", "SHA-256")
    listing = table("输入文件", headings, rows, ("mark", "text", "number", "text"), kind="rows")
    said = f"由 {len(review.inputs)} 个输入文件算出，复核码 {review.fingerprint}；输出文件的哈希值见 run.json。"
    return together([Fragment(f'<p id="{FILES}">{_escaped(said)}</p>'), folded("输入文件和哈希", listing, "trace")])
