"""The one finding of each theme page, and which theme page belongs to which key task."""

from __future__ import annotations

from collections.abc import Callable

from planeval.plan.model import Task
from planeval.review import Review
from planeval.show.cluster import cluster_finding
from planeval.show.environment import environment_finding
from planeval.show.finance import finance_finding
from planeval.show.fusion import fusion_finding
from planeval.show.html import Cell, Fragment, definition_list, esc, link, paragraph
from planeval.show.incubation import enterprises_finding
from planeval.show.platforms import actors_finding
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
_NO_PAGE = "没有主题页，见节点。"
TITLES = {
    "31_cluster": "主导产业集聚度", "32_actors": "创新主体", "33_enterprises": "引育孵化", "34_transfer": "成果转化",
    "35_finance": "科技金融", "36_environment": "创新生态", "37_fusion": "“四链”融合与三个定位",
    "60_policy": "政策评价与修订",
}  # fmt: skip


def page_of_task(task: Task) -> str | None:
    """The theme page of a key task: the one that carries the task's id in its name."""
    return next((page for page in FINDINGS if page.partition("_")[2] == task.id), None)


def linked(page: str, finding: str) -> Cell:
    """A finding with the way to its page."""
    return Cell(finding, f"{esc(finding)}见{link(TITLES[page], f'{page}.html').html}。")


def task_findings(review: Review) -> Fragment:
    """Each key task with the one finding of its theme page."""
    if not review.plan.tasks:
        return Fragment("")
    entries: list[tuple[str, str | Cell]] = []
    for task in review.plan.tasks:
        page = page_of_task(task)
        said = linked(page, FINDINGS[page](review)) if page else _NO_PAGE
        entries.append((f"{task.clause} {task.name}", said))
    return definition_list(entries, kind="facts findings")


def fusion_line(review: Review) -> Fragment:
    """“四链”融合 in one sentence; nothing for a plan whose method does not decide how to see it."""
    if review.fusion is None:
        return Fragment("")
    finding = fusion_finding(review)
    html = paragraph(finding).html.removesuffix("</p>")
    return Fragment(f"{html}见{link('“四链”融合与三个定位', '37_fusion.html').html}。</p>", finding)
