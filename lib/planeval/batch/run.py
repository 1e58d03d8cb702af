"""A review run: what has to be made is made, each page proven and kept, and then the edition is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from planeval.batch.executors import DASK, HERE, Pages, Recipe, default_jobs, here, on_cluster
from planeval.batch.job_plan import SAME, Choice, PlannedPage, kept_digests, plan_pages, write_keys
from planeval.batch.journal import BEGUN, OK, PROMOTED, QUEUED, RUNNING, Journal
from planeval.batch.logs import write_log
from planeval.batch.proven_pages import ProvenPages
from planeval.batch.publishing import Published, publish_edition
from planeval.batch.sources import package_files
from planeval.disclosure import disclose
from planeval.disclosure.leaks import refuse_leaks
from planeval.plan import ReviewRequest
from planeval.plan.review_files import INTERNAL, UNIT
from planeval.problems import InputError, Problem
from planeval.publish.edition import Edition
from planeval.publish.failures import Failure, NotebookFailed
from planeval.publish.git_state import git_state
from planeval.publish.hygiene import refuse_machine_leaks
from planeval.publish.jobs import Job, check_only, prepare_jobs
from planeval.publish.page_engine import WARM, PageEngine
from planeval.publish.page_making import KILLED, MadePage, PageOrder
from planeval.publish.public_audit import refuse_recoverable
from planeval.publish.reviews_index import write_reviews_index
from planeval.publish.run_notebook import UNASKED, Limits
from planeval.publish.staging import edition_stage
from planeval.publish.this_machine import machine_secrets
from planeval.review import Review, open_review
from planeval.workspace import Workspace

_MANY_PAGES = 10  # with fewer, what each page works out for itself is less than what all pages share


@dataclass(frozen=True)
class Told:
    """A step of a run: what is said of it (Chinese), which page it is about (its file, or empty) and what became of
    it, and how many pages are done, failed and to be made in all.
    """

    said: str
    done: int = 0
    failed: int = 0
    total: int = 0
    page: str = ""
    state: str = ""


Progress = Callable[[Told], None]
"""Told of every step. Called from one thread."""


@dataclass(frozen=True)
class Options:
    """How a review is run. jobs: pages made side by side, 0 for every core. waits: for another run of the same edition
    to end. The pages are the same whatever is chosen.
    """

    choice: Choice = field(default_factory=Choice)
    engine: str = WARM
    executor: str = HERE
    scheduler: str = ""
    jobs: int = 0
    limits: Limits = UNASKED
    waits: bool = False


def plan_review(workspace: Workspace, request: ReviewRequest, output: Path, choice: Choice) -> tuple[PlannedPage, ...]:
    """What a run would make, and why; nothing is run or written. Raises InputError."""
    prepared = _prepared(workspace, request, Options(choice))
    review = prepared.edition.review
    return plan_pages(prepared.orders, review, output / request.name, ProvenPages(output), choice)


def run_review(
    workspace: Workspace, request: ReviewRequest, output: Path, options: Options, progress: Progress,
    whole: Review | None = None,
) -> Published:  # fmt: skip
    """Publish a review to output/<review>/<edition>/. whole: the internal review, where it is open already.

    Raises InputError (nothing was run). What failed is in the answer: an edition that stood whole is left as it was;
    where there was none, the pages that failed say so in their place.
    """
    progress(Told("读取参数和台账"))
    folder = output / request.name
    with PageEngine(workspace, options.engine) as engine:
        prepared = _prepared(workspace, request, options, whole)
        with edition_stage(folder / request.edition, waits=options.waits) as stage:
            run = _Run(workspace, request, output, options, progress, engine)
            published = run.publish(prepared, stage)
    return replace(published, problems=prepared.problems)


@dataclass
class _Run:
    """One run of one edition, alone in its folder."""

    workspace: Workspace
    request: ReviewRequest
    output: Path
    options: Options
    progress: Progress
    engine: PageEngine

    def publish(self, prepared: _Prepared, stage: Path) -> Published:
        """Plan, make, publish, and remove what no review refers to any more."""
        folder, edition, name = self.output / self.request.name, prepared.edition, self.request.edition
        proven, journal = ProvenPages(self.output), Journal(folder)
        planned = plan_pages(prepared.orders, edition.review, folder, proven, self.options.choice)
        journal.write(BEGUN, name)
        write_keys(folder, name, planned)  # first, so that no other run prunes what this one will have proven
        wanted = [page for page in planned if page.why != SAME]
        made: Mapping[str, MadePage] = {}
        if wanted:
            self.progress(Told(f"运行笔记本，共 {len(wanted)} 个网页", 0, 0, len(wanted)))
            with self._pages(prepared, len(wanted)) as pages:
                made = _Making(pages, journal, proven, name, folder, self.workspace, self.progress).make(wanted)
        self.progress(Told("检查并发布", len(wanted), 0, len(wanted)))

        def guard(files: Mapping[str, bytes]) -> None:
            refuse_leaks(prepared.whole, name, files, edition.units)
            refuse_recoverable(prepared.whole, name, files, self.output)
            refuse_machine_leaks(
                files, machine_secrets(self.workspace), partial(_filed, self.workspace, prepared.whole)
            )

        published = publish_edition(edition, self.request.name, planned, made, proven, stage, folder / name, guard)
        if published.promoted:
            journal.write(PROMOTED, name)
            write_reviews_index(self.output)
        proven.prune(kept_digests(self.output))
        return replace(published, engine=self.engine.said if wanted else "")

    def _pages(self, prepared: _Prepared, wanted: int) -> AbstractContextManager[Pages]:
        """Who makes the pages, with the review handed over; in the unit edition to each page that of its unit."""
        if self.options.executor == DASK:
            words = tuple(sorted(self.request.parameters().items()))
            return on_cluster(self.options.scheduler, Recipe(str(self.workspace.root), words, self.options.engine))
        if self.request.edition == UNIT:
            self.engine.hand_over_apart({
                order.page.name: (prepared.edition.own[order.page.key], order.parameters)
                for order in prepared.orders
            })  # fmt: skip
        else:
            if self.request.edition == INTERNAL and wanted >= _MANY_PAGES:
                with suppress(Exception):  # what cannot be worked out fails the pages that show it, not the run
                    prepared.edition.review.measure_shared()
            self.engine.hand_over(prepared.edition.review, self.request.parameters())
        return here(self.engine, self.options.jobs or default_jobs())


def _filed(workspace: Workspace, review: Review) -> Iterator[tuple[str, bytes]]:
    """What the units and the params say, and the program's own text, each file by its name."""
    for file in review.inputs:
        path = workspace.root / file.path
        if path.is_file():
            yield file.path, path.read_bytes()
    yield from ((path.name, path.read_bytes()) for path in package_files())


class _Prepared(NamedTuple):
    """The edition, the order of each of its pages, the faults of the filings behind it, and the internal review."""

    edition: Edition
    orders: tuple[PageOrder, ...]
    problems: tuple[Problem, ...]
    whole: Review


def _prepared(workspace: Workspace, request: ReviewRequest, options: Options, whole: Review | None = None) -> _Prepared:
    """The edition and the order of every page. Raises InputError with every fault of notebooks, params and inputs."""
    problems: list[Problem] = []
    jobs: list[Job] = []
    try:
        jobs = prepare_jobs(workspace, request)
        check_only(jobs, options.choice.only)
    except InputError as error:
        problems += error.problems
    try:
        whole = whole or open_review(**request.of_edition().parameters(), workspace=workspace.root)
        review = disclose(whole, request.edition)
    except InputError as error:
        problems += error.problems
    if problems or whole is None:
        raise InputError(dict.fromkeys(problems))
    own = {job.page.key: disclose(whole, UNIT, job.page.key) for job in jobs} if request.edition == UNIT else {}
    edition = Edition(review, tuple(job.page for job in jobs), git_state(workspace), own)
    orders = tuple(
        PageOrder(job.notebook, job.page, request.parameters() | job.own_parameters,
                  edition.info(job.page.title, job.page.file), edition.expected, options.limits)
        for job in jobs
    )  # fmt: skip
    return _Prepared(edition, orders, whole.ledger.problems, whole)


@dataclass
class _Making:
    """The pages of one edition on their way: every step goes to the journal before it counts."""

    pages: Pages
    journal: Journal
    proven: ProvenPages
    edition: str
    folder: Path
    workspace: Workspace
    progress: Progress

    def make(self, wanted: Sequence[PlannedPage]) -> dict[str, MadePage]:
        """What became of every page ordered, by file, without the pages themselves: those are proven and on the disk.
        An interruption ends all processes and is raised.
        """
        made: dict[str, MadePage] = {}
        failed = 0
        for page in wanted:
            self.journal.write(QUEUED, self.edition, page.order.page.file, key=page.key.digest)
        try:
            waiting: dict[Future[MadePage], PlannedPage] = {}
            for page in wanted:
                waiting[self.pages.submit(page.order, partial(self._begun, page))] = page
            for future in _as_finished(waiting):
                page = waiting.pop(future)  # the future holds the page, which is on the disk from now on
                result = self._proven(page, future)
                made[result.file] = result
                failed += result.ending != OK
                word = "完成" if result.ending == OK else "失败"
                said = f"{word} {page.order.page.title}"
                self.progress(Told(said, len(made), failed, len(wanted), result.file, result.ending))
        except BaseException:
            self.pages.stop()
            raise
        return made

    def _begun(self, page: PlannedPage) -> None:
        self.journal.write(RUNNING, self.edition, page.order.page.file, key=page.key.digest)

    def _proven(self, page: PlannedPage, future: Future[MadePage]) -> MadePage:
        """The page, kept on the disk and read back; only then does the journal say ok."""
        result = _result(page, future)
        if result.ending == OK:
            self.proven.keep(page.key.digest, result.content)
            if self.proven.find(page.key.digest) != result.content:
                raise OSError(f"写到磁盘上的 {result.file} 与生成的不同")
        write_log(self.folder, self.edition, page, result, self.workspace)
        self.journal.write(result.ending, self.edition, result.file, key=page.key.digest, sha256=result.sha256)
        return replace(result, content=b"")


def _result(page: PlannedPage, future: Future[MadePage]) -> MadePage:
    """What a future came to; a worker that was lost is an answer too."""
    try:
        return future.result()
    except (InputError, OSError):
        raise
    except Exception as error:  # whatever a cluster raises for a worker that died; nothing of it is hidden
        failure: Failure = NotebookFailed(
            page.order.page.name, None, type(error).__name__, "做这一页的工作进程没有了", str(error)
        )  # fmt: skip
        return MadePage(page.order.page.file, KILLED, failure=failure)


def _as_finished(futures: Iterable[Future[MadePage]]) -> Iterator[Future[MadePage]]:
    """Futures as they finish; looks up every second, so that Ctrl-C is heard on Windows too."""
    waiting = set(futures)
    while waiting:
        finished, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
        yield from finished
