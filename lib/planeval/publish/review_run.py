"""A whole review: computed once here, its notebooks run, every page checked, and only then published."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode

from planeval.disclosure import disclose
from planeval.plan import ReviewRequest
from planeval.problems import InputError, Problem
from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.failures import Failure, NotebookFailed, PageRefused, ReviewNotPublished
from planeval.publish.index_page import index_blocks
from planeval.publish.jobs import INDEX, Job, kept_pages, prepare_jobs
from planeval.publish.manifest import GitState, PublishedPage, git_state, manifest, manifest_bytes
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.page_engine import WARM, PageEngine
from planeval.publish.run_notebook import run_notebook
from planeval.publish.staging import MANIFEST, TABLES, edition_stage, promote, write_bytes
from planeval.publish.tables import csv_bytes, published_tables
from planeval.review import Review, open_review
from planeval.workspace import Workspace

# Two notebooks keep two cores busy. On Windows one after another: two kernels starting together can pick one port.
WORKERS = 2 if os.name == "posix" else 1

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many steps are finished. Called from several threads."""


@dataclass(frozen=True)
class Published:
    """A published edition; `problems` are the faults of filings, whose rows were left out; `engine` says in a sentence
    how its notebooks were run.
    """

    index: Path
    pages: tuple[PublishedPage, ...]
    problems: tuple[Problem, ...]
    engine: str


def publish_review(
    workspace: Workspace, request: ReviewRequest, output: Path, only: str | None = None,
    progress: Progress = lambda said, done, total: None, engine: str = WARM,
) -> Published:  # fmt: skip
    """Publish a review to output/<review>/<edition>/, whole or not at all.

    only: remake the pages of this notebook and keep the others, which must be of the same review.
    engine: one of page_engine.ENGINES; the pages are the same.
    Raises InputError (nothing was run) or ReviewNotPublished (nothing was published).
    """
    progress("读取参数和台账", 0, 1)
    final = output / request.name / request.edition
    with PageEngine(workspace, engine) as runner:
        jobs, review = _prepare(workspace, request)
        with edition_stage(final) as stage:
            kept = kept_pages(jobs, review, final, only)
            wanted = [job for job in jobs if job.page.file not in kept]
            edition = _Edition(review, jobs, git_state(workspace))
            executed, failures = _run(wanted, review, request, workspace, runner, progress)
            progress("检查网页", len(wanted) + 1, len(wanted) + 2)
            made = edition.files(executed, failures)
            outputs = kept | made
            content = manifest(review, request.name, edition.git, [job.page for job in jobs], outputs)
            for name, written in {**made, MANIFEST: manifest_bytes(content)}.items():
                write_bytes(stage / name, written)
            _verify(stage, outputs=made)
            promote(stage, final)
    progress("发布完成", len(wanted) + 2, len(wanted) + 2)
    return Published(final / INDEX, tuple(job.page for job in jobs), review.ledger.problems, runner.said)


def _prepare(workspace: Workspace, request: ReviewRequest) -> tuple[list[Job], Review]:
    problems: list[Problem] = []
    try:
        jobs = prepare_jobs(workspace, request)
    except InputError as error:
        problems += error.problems
    try:
        whole = open_review(**request.of_edition().parameters(), workspace=workspace.root)
        review = disclose(whole, request.edition)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return jobs, review


def _run(
    jobs: list[Job], review: Review, request: ReviewRequest, workspace: Workspace, runner: PageEngine,
    progress: Progress,
) -> tuple[dict[str, NotebookNode], list[Failure]]:  # fmt: skip
    """Every notebook executed (by page file), two at a time, and those that failed; each is handed the review."""
    runner.hand_over(review, request.parameters())

    def run(job: Job) -> NotebookNode:
        parameters, folder = request.parameters() | job.own_parameters, workspace.notebooks
        return run_notebook(
            job.notebook, job.page.name, parameters, folder, workspace.root, runner.handed, runner.parent
        )  # fmt: skip

    return _run_all(jobs, run, runner, progress)


def _run_all(
    jobs: list[Job], run: Callable[[Job], NotebookNode], runner: PageEngine, progress: Progress
) -> tuple[dict[str, NotebookNode], list[Failure]]:
    total, done = len(jobs) + 2, 1

    def told(job: Job) -> NotebookNode:
        progress(f"运行 {job.page.title}", done, total)
        return run(job)

    executed: dict[str, NotebookNode] = {}
    failures: list[Failure] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: dict[Future[NotebookNode], Job] = {pool.submit(told, job): job for job in jobs}
        try:
            for future in _as_finished(waiting):
                job = waiting[future]
                done += 1
                try:
                    executed[job.page.file] = future.result()
                    progress(f"完成 {job.page.title}", done, total)
                except NotebookFailed as failure:
                    failures.append(failure)
                    progress(f"失败 {job.page.title}", done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            runner.stop()
            raise
    return executed, failures


def _as_finished(futures: Iterable[Future[NotebookNode]]) -> Iterator[Future[NotebookNode]]:
    """Futures as they finish; looks up every second, so that Ctrl-C is heard on Windows too."""
    waiting = set(futures)
    while waiting:
        finished, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
        yield from finished


@dataclass(frozen=True)
class _Edition:
    """An edition being made: the review behind it and the pages it will consist of."""

    review: Review
    jobs: list[Job]
    git: GitState

    def info(self, title: str, files: frozenset[str]) -> PageInfo:
        """What a page of this edition says about itself."""
        known = self.review.as_known_on
        footer = {
            "version": version("planeval"), "commit": self.git.label, "fingerprint": self.review.fingerprint,
            "known_on": known.isoformat() if known else "", "edition": self.review.edition,
            "inputs": str(len(self.review.inputs)),
        }  # fmt: skip
        head = f"{self.review.plan.text.short_title} {self.review.period.label}评估"
        return PageInfo(title, head, self.review.is_sample, files, footer)

    def files(self, executed: dict[str, NotebookNode], failures: list[Failure]) -> dict[str, bytes]:
        """The bytes of every page and table made now, each page within the contract.

        Raises ReviewNotPublished with the failures so far and every page refused.
        """
        tables = published_tables(self.review)
        written = {f"{TABLES}/{name}.csv": csv_bytes(table) for name, table in tables.items()}
        pages = [job.page for job in self.jobs]
        names = frozenset([INDEX, *(page.file for page in pages), *written])
        expected = Expected(self.review.fingerprint, self.review.is_sample, names)
        index = page_exporter().render(index_blocks(self.review, pages, tables), self.info("目录", names))
        texts = {INDEX: index}
        for page in (page for page in pages if page.file in executed):
            resources = {"name": page.name, "page": self.info(page.title, names)}
            try:
                texts[page.file], _ = page_exporter().from_notebook_node(executed[page.file], resources)
            except PageRefused as refusal:
                failures.append(refusal)
        for name, text in texts.items():
            faults = check_page(text, expected)
            failures += [PageRefused(Path(name).stem, faults)] if faults else []
        if failures:
            raise ReviewNotPublished(sorted(failures, key=lambda failure: failure.notebook))
        return written | {name: text.encode("utf-8") for name, text in texts.items()}


def _verify(stage: Path, outputs: dict[str, bytes]) -> None:
    """Read back what was staged; a disk that gave back other bytes must not be published from."""
    for name, content in outputs.items():
        if (stage / name).read_bytes() != content:
            raise OSError(f"写到磁盘上的 {name} 与生成的不同")
