"""The one finding of each theme page, which theme page belongs to which key task, and where a finding comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from planeval.plan.model import Task
from planeval.review import Review
from planeval.show.cluster import cluster_finding
from planeval.show.environment import environment_finding
from planeval.show.finance import finance_finding
from planeval.show.fusion import fusion_finding
from planeval.show.html import Cell, Fragment, definition_list, esc, folded, link, together
from planeval.show.incubation import enterprises_finding
from planeval.show.origins import ORIGINS
from planeval.show.platforms import actors_finding
from planeval.show.sentences import has_numbers, linked_text
from planeval.show.trace import SUMMARY, trace
from planeval.show.transfer import transfer_finding

FINDINGS: dict[str, Callable[[Review], str]] = {
    "31_cluster": cluster_finding,
    "32_actors": actors_finding,
    "33_enterprises": enterprises_finding,
    "34_transfer": transfer_finding,
    "35_finance": finance_finding,
    "36_environment": environment_finding,
    "37_fusion": fusion_finding,
}
ORIGINS_OF = {
    "31_cluster": ("industry_section", "concentration_section"),
    "32_actors": ("platform_section",),
    "33_enterprises": ("ladder_section",),
    "34_transfer": ("funnel_section",),
    "35_finance": ("fund_section",),
    "36_environment": ("subsidy_section",),
    "37_fusion": ("fusion_chain_section",),
}
"""Theme page → the origins of its finding's numbers, names in show.origins."""
_NO_PAGE = "没有主题页，见节点。"
TITLES = {
    "31_cluster": "主导产业集聚度", "32_actors": "创新主体", "33_enterprises": "引育孵化", "34_transfer": "成果转化",
    "35_finance": "科技金融", "36_environment": "创新生态", "37_fusion": "“四链”融合与三个定位",
    "60_policy": "政策评价与修订",
}  # fmt: skip


def page_of_task(task: Task) -> str | None:
    """The theme page of a key task: the one that carries the task's id in its name."""
    return next((page for page in FINDINGS if page.partition("_")[2] == task.id), None)


class Finding(NamedTuple):
    """A finding under its heading. page: the theme page that carries the detail; origins: names in show.origins."""

    term: str
    text: str
    page: str
    origins: tuple[str, ...]


def finding_of(review: Review, term: str, page: str) -> Finding:
    """The finding of a theme page under a heading."""
    return Finding(term, FINDINGS[page](review), page, ORIGINS_OF[page])


def findings_list(review: Review, found: Iterable[Finding | tuple[str, str]], name: str) -> Fragment:
    """Findings with the way to their pages, and folded below them where their numbers come from.

    name: of the list, by which its anchors differ from those of other lists of the page. A plain (term, text) has no
    page and no numbers.
    """
    entries: list[tuple[str, str | Cell]] = []
    sources: list[Fragment] = []
    for each in found:
        if not isinstance(each, Finding):
            entries.append(each)
            continue
        anchor = f"trace-{name}-{each.page}"
        shown = linked_text(each.text, anchor)
        entries.append((each.term, Cell(each.text, f"{shown}见{link(TITLES[each.page], f'{each.page}.html').html}。")))
        if has_numbers(each.text):
            sources.append(_sources(review, each, anchor))
    listing = definition_list(entries, kind="facts findings")
    return listing + folded(SUMMARY, together(sources), "trace") if sources else listing


def _sources(review: Review, finding: Finding, anchor: str) -> Fragment:
    title = f'<p class="which" id="{esc(anchor)}">{esc(finding.term)}</p>'
    return together([Fragment(title, finding.term), *(trace(review, ORIGINS[name]) for name in finding.origins)])


def task_findings(review: Review) -> Fragment:
    """Each key task with the one finding of its theme page."""
    if not review.plan.tasks:
        return Fragment("")
    found: list[Finding | tuple[str, str]] = []
    for task in review.plan.tasks:
        page, term = page_of_task(task), f"{task.clause} {task.name}"
        found.append(finding_of(review, term, page) if page else (term, _NO_PAGE))
    return findings_list(review, found, "task")


def fusion_line(review: Review) -> Fragment:
    """“四链”融合 in one sentence; nothing for a plan whose method does not decide how to see it."""
    if review.fusion is None:
        return Fragment("")
    return findings_list(review, [finding_of(review, "“四链”融合", "37_fusion")], "chains")
