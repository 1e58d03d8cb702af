"""The pages of a review before anything runs: which notebook, with which parameters, to which file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from planeval.plan import Plan, Report, ReviewRequest, load_plan, load_reports, part_names
from planeval.plan.reports import PART_NAMES
from planeval.plan.review_files import UNIT
from planeval.problems import InputError, Problem
from planeval.publish.manifest import PublishedPage, sha256
from planeval.publish.run_notebook import check_parameters, read_notebook
from planeval.workspace import Workspace

INDEX = "index.html"


@dataclass(frozen=True)
class Job:
    """One page to make: its entry in reports.yml and its own copy of the notebook as read from disk."""

    report: Report
    notebook: NotebookNode
    page: PublishedPage

    @property
    def own_parameters(self) -> dict[str, str]:
        """What this page is run with besides the review's parameters: `{"unit": "kejiju"}`, or nothing."""
        return {self.report.for_each: self.page.key} if self.report.for_each else {}


def prepare_jobs(workspace: Workspace, request: ReviewRequest) -> list[Job]:
    """The pages of a review, one per notebook, or one per unit, industry or zone where reports.yml says so.

    Raises InputError with every notebook that is missing or takes other parameters.
    """
    reports = [report for report in load_reports(workspace, request.plan) if request.edition in report.editions]
    jobs: list[Job] = []
    problems: list[Problem] = []
    plan: Plan | None = None
    try:
        plan = load_plan(workspace, request.plan)
    except InputError as error:
        problems += error.problems
    for report in reports:
        shown = f"notebooks/{report.notebook}.ipynb"
        path = workspace.notebooks / f"{report.notebook}.ipynb"
        try:
            notebook = read_notebook(path, shown)
        except InputError as error:
            problems += error.problems
            continue
        wanted = request.parameters() | ({report.for_each: ""} if report.for_each else {})
        problems += check_parameters(notebook, wanted, shown)
        pages = _pages(report, plan, sha256(path.read_bytes()))
        jobs += [Job(report, deepcopy(notebook), page) for page in pages]
    problems += _list_faults(reports, plan, request)
    problems += _name_clashes(reports, [job.page.name for job in jobs if job.page.key], request)
    if problems:
        raise InputError(problems)
    return jobs


def _pages(report: Report, plan: Plan | None, notebook_hash: str) -> Iterator[PublishedPage]:
    """The pages of one notebook; none of a `for_each` whose plan could not be read."""
    name = report.notebook
    if report.for_each is None:
        yield PublishedPage(name, report.title, f"{name}.html", notebook_hash)
    elif plan is not None:
        for key, said in part_names(plan, report.for_each).items():
            title = f"{report.title}：{said}"
            yield PublishedPage(name, title, f"{name}-{key}.html", notebook_hash, key, report.title, said)


def _list_faults(reports: Sequence[Report], plan: Plan | None, request: ReviewRequest) -> Iterator[Problem]:
    """What is wrong with the list of pages as a whole."""
    shown = f"params/{request.plan}/reports.yml"
    if not reports:
        yield Problem(shown, rule="reports", value=request.edition, message="这个版本没有要发布的网页",
                      remedy="在 reports.yml 里列出")  # fmt: skip
    for report in reports:
        if request.edition == UNIT and report.for_each != "unit":
            yield Problem(shown, rule="reports", value=report.notebook,
                          message=f"责任单位版的网页各归一个单位，{report.notebook} 没有按单位分页",
                          remedy="写上 for_each: unit，或从 editions 里去掉 unit")  # fmt: skip
        if plan is not None and report.for_each and not part_names(plan, report.for_each):
            message = (
                f"{report.notebook} 要按{PART_NAMES[report.for_each]}分页，但方案没有列出{PART_NAMES[report.for_each]}"
            )
            yield Problem(shown, rule="reports", value=report.for_each, message=message,
                          remedy="从 reports.yml 里删去这一项")  # fmt: skip


def _name_clashes(reports: Sequence[Report], keyed: Iterable[str], request: ReviewRequest) -> Iterator[Problem]:
    """Every page needs a file name of its own. keyed: names of the pages made for a part of the plan."""
    names = [report.notebook for report in reports]
    taken = [Path(INDEX).stem, *names, *(set(keyed) & set(names))]
    for name in sorted({name for name in names if taken.count(name) > 1}):
        yield Problem(f"params/{request.plan}/reports.yml", rule="reports", value=name,
                      message="网页重名：列了两次，或与目录页、分页同名",
                      remedy="每个笔记本只列一次，不用 index 作名称")  # fmt: skip


def check_only(jobs: Sequence[Job], only: str | None) -> None:
    """Raise InputError when `--only` names no notebook of this review."""
    names = list(dict.fromkeys(job.report.notebook for job in jobs))
    if only is not None and only not in names:
        close = difflib.get_close_matches(only, names, n=1)
        raise InputError([Problem("--only", rule="unknown_notebook", value=only, message="这个评估没有这个笔记本",
                                  remedy=f"是不是“{close[0]}”" if close else f"可选：{'、'.join(names)}")])  # fmt: skip
