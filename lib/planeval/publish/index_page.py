"""index.html of an edition: what the review found, what it consists of and what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from planeval.plan.method import EXAMPLE_AUTHOR
from planeval.problems import ERROR
from planeval.publish.environment_tables import ENVIRONMENT_TABLES
from planeval.publish.finance_tables import FINANCE_TABLES
from planeval.publish.incubation_tables import INCUBATION_TABLES
from planeval.publish.manifest import PublishedPage
from planeval.review import Review
from planeval.show.html import Cell, Fragment, folded, link, paragraph, table, together
from planeval.show.opening import opening
from planeval.show.overview import target_table

TABLE_MEANINGS = {
    "targets": "各项指标：现值、目标、完成比例、应达比例，三灯和依据，人工改判，得分、权重",
    "series": "各项指标逐季的数值和当季新增",
    "verdicts": "各项指标在每一种口径下的结论",
    "final": "各项指标的终期（或中期）结论：在几种口径下达到，由哪项选择决定",
    "revisions": "与上期评估结果相比的变化和原因：数值、进度灯、得分、总分",
    "value_revisions": "以前各季数值在首次得知以后的修订",
    **INCUBATION_TABLES,
    **ENVIRONMENT_TABLES,
    "forecasts": "各季所作的预测：概率、八成区间，和到期后的结果",
    "flips": "每项决定改动多少，各指标的进度灯就会变",
    **FINANCE_TABLES,
    "policies": "政策：落实主体、文号、应享实享、应兑已兑（万元）、复评、废改立建议",
    "tasks": "各项重点任务的节点数和状态",
    "task_lights": "各项重点任务的进度灯、展望灯、证据灯和依据",
    "units": "各责任单位的得分、收缩后得分、名次区间、分段，报送和牵头节点",
    "unit_lights": "各责任单位的进度灯、展望灯、证据灯和依据",
    "milestones": "任务节点明细和状态",
    "nodes": "任务分解的节点：牵头、配合、时限、前置节点、状态、是否有单位报送",
    "slippage": "逾期或未报送的节点和它压住的后续节点",
    "burn_up": "各季末计划到期和已完成的节点（累计）",
    "dispatch": "督办事项：事由、承办单位、时限、状态、办结灯、延期和反馈",
    "decisions": "评估人员的决定：取值、理由、作出者、起用季度",
    "problems": "报送中的错误和警告：位置、问题、处理",
    "duplicates": "两个以上单位重复报送的事项和采用的一方",
    "published": "公开数和出处",
    "filings": "计入本次评估的报送文件和哈希",
    "actors_platforms": "创新平台明细：种类、级别、认定机关、依托单位、状态",
    "actors_partnerships": "市校合作明细：高校、地区、形式、运行和终止",
    "actors_universities": "各高校的合作和成果",
    "transfer_funnel": "成果转化各阶段的数量",
    "transfer_cohorts": "各期成果走到各阶段的比例",
    "transfer_sources": "成果的来源",
    "transfer_receivers": "成果的接收方",
    "cluster_industries": "各产业的企业、营收、占比和集中度",
    "cluster_chains": "各产业链的企业和营收",
    "cluster_location": "区位商及其参照",
    "cluster_links": "各产业链环节的企业",
}


def index_blocks(review: Review, pages: Sequence[PublishedPage], tables: dict[str, pd.DataFrame]) -> list[str]:
    """The blocks of the index page, in the order they are read."""
    head = f"{review.plan.text.short_title} {review.period.label}评估"
    sections = (
        ("一、指标完成情况", target_table(review)),
        ("二、本次评估的网页", _page_list(pages)),
        ("三、没有计入的报送", _refused(review)),
        ("四、评估人员的决定", _decisions(review)),
        ("五、数据表", _table_list(tables)),
        ("六、输入文件", _inputs(review)),
    )
    blocks = [together([Fragment("<h1>"), Fragment(_escaped(head)), Fragment("</h1>")]).html, opening(review).html]
    for title, content in sections:
        blocks += [f"<h2>{_escaped(title)}</h2>", content.html]
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
    return together([listing, Fragment(f"<p>每一处错误的位置和处理办法见 {place}。其他行照常计入。</p>")])


def _decisions(review: Review) -> Fragment:
    example = sum(decision.by == EXAMPLE_AUTHOR for decision in review.decisions)
    said = f"方案没有规定、由评估人员作出的决定共 {len(review.decisions)} 项，其中 {example} 项为{EXAMPLE_AUTHOR}"
    more = "，正式使用前须由责任部门重新确定。" if example else "。"
    place = link("tables/decisions.csv", "tables/decisions.csv").html
    return Fragment(f"<p>{_escaped(said + more)}明细见 {place}。</p>")


def _table_list(tables: dict[str, pd.DataFrame]) -> Fragment:
    rows = [
        (link(f"{name}.csv", f"tables/{name}.csv"), TABLE_MEANINGS[name], str(len(content)))
        for name, content in tables.items()
    ]
    notes = ["CSV，UTF-8 编码，可用 Excel、WPS 直接打开；空格表示未报送，不是零。"]
    return table("随本次评估发布的数据表", ("文件", "内容", "行数"), rows, ("text", "text", "number"), notes=notes)


def _inputs(review: Review) -> Fragment:
    rows = [(file.path, str(file.size), Cell(file.sha256, f"<code>{file.sha256}</code>")) for file in review.inputs]
    listing = table("输入文件", ("文件", "字节数", "SHA-256"), rows, ("text", "number", "text"), kind="rows")
    said = f"由 {len(review.inputs)} 个输入文件算出，复核码 {review.fingerprint}；输出文件的哈希值见 run.json。"
    return together([paragraph(said), folded("输入文件和哈希", listing)])
