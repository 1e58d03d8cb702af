"""Who makes the pages: processes here, or workers of a cluster; both behind `concurrent.futures`.

Here a thread of the pool waits for one page's process (a fork of the warm parent, or a kernel), so as many notebooks
run side by side as there are threads. A worker of a cluster needs only the package and the workspace folder: it opens
the review itself and makes pages only when it comes to the same fingerprint.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from planeval.disclosure import open_review
from planeval.plan.review_files import UNIT
from planeval.problems import InputError, Problem
from planeval.publish.failures import NotebookFailed
from planeval.publish.page_engine import PageEngine
from planeval.publish.page_making import FAILED, MadePage, PageOrder, make_page
from planeval.workspace import Workspace

HERE, DASK = "processes", "dask"
EXECUTORS = (HERE, DASK)
_TURN = 0.0005  # seconds; Python's own 0.005 is as long as a small cell
_PATIENCE = 10  # seconds a scheduler may take to answer


def default_jobs() -> int:
    """Every core: a page's process works while its thread only waits, so no core is kept free for the supervisor.

    On Windows one after another: two kernels starting together can pick one port.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


@dataclass(frozen=True)
class Pages:
    """Takes orders: `submit` gives a future of the page made."""

    executor: Executor
    engine: PageEngine | None = None
    recipe: Recipe | None = None

    def submit(self, order: PageOrder, begun: Callable[[], None]) -> Future[MadePage]:
        """Have a page made. begun: called when its turn comes; on a cluster, when it is handed over."""
        if self.engine is not None:
            return self.executor.submit(_make_here, order, self.engine, begun)
        begun()
        if self.recipe is None:
            raise ValueError("neither an engine here nor a recipe for workers")
        return self.executor.submit(make_on_worker, self.recipe.for_page(order), order)

    def stop(self) -> None:
        """End everything at once, finished or not."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        if self.engine is not None:
            self.engine.stop()


def _make_here(order: PageOrder, engine: PageEngine, begun: Callable[[], None]) -> MadePage:
    begun()
    return make_page(order, engine)


@contextmanager
def here(engine: PageEngine, jobs: int) -> Iterator[Pages]:
    """Processes on this machine, `jobs` at a time."""
    with ThreadPoolExecutor(jobs) as pool, _set_aside(), _short_turns():
        yield Pages(pool, engine)


@contextmanager
def _set_aside() -> Iterator[None]:
    """What stands before the first page (the review, above all) is no garbage while pages are made."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _short_turns() -> Iterator[None]:
    """A thread that checks one page soon lets another send its notebook the next cell."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@dataclass(frozen=True)
class Recipe:
    """How a worker comes to the review: the workspace's folder, the words of the review, the engine."""

    workspace: str
    parameters: tuple[tuple[str, str], ...]
    engine: str

    def for_page(self, order: PageOrder) -> Recipe:
        """In the unit edition each unit's page has a review, and so an engine, of its own."""
        if dict(self.parameters)["edition"] != UNIT:
            return self
        return replace(self, parameters=(*self.parameters, (UNIT, order.page.key)))


@contextmanager
def on_cluster(scheduler: str, recipe: Recipe) -> Iterator[Pages]:
    """Workers of a dask cluster. scheduler: its address, tcp://host:port. Raises InputError (Chinese) without one.

    A page whose worker dies is given to another one, as often as the scheduler's `allowed-failures` says.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError([Problem("--executor", rule="executor", value=DASK, message="没有安装集群所需的软件包",
                                  remedy="安装 planeval[cluster]，或不用 --executor")]) from error  # fmt: skip
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        remedy = "检查地址，确认调度器已经启动"
        raise InputError([Problem("--scheduler", rule="scheduler", value=scheduler, message="连接不上调度器",
                                  expected="tcp://主机:端口", remedy=remedy)]) from error  # fmt: skip
    try:
        yield Pages(client.get_executor(pure=False), None, recipe)
    finally:
        client.close()


@dataclass
class _Worker:
    """What a worker process keeps between pages: one engine for each review it was asked for."""

    engines: dict[Recipe, tuple[PageEngine, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def engine(self, recipe: Recipe) -> tuple[PageEngine, str]:
        """The engine with its review opened, and the review's fingerprint."""
        with self.lock:
            if recipe not in self.engines:
                place = Workspace(Path(recipe.workspace))
                words = dict(recipe.parameters)
                engine = PageEngine(place, recipe.engine)
                review = open_review(**words, workspace=place.root)
                engine.hand_over(review, words)
                self.engines[recipe] = engine, review.fingerprint
            return self.engines[recipe]


_WORKER = _Worker()


def make_on_worker(recipe: Recipe, order: PageOrder) -> MadePage:
    """Make a page in a worker process; refused when the worker's data or program are others than the supervisor's."""
    try:
        engine, fingerprint = _WORKER.engine(recipe)
    except InputError as error:
        return _refused(order, f"工作节点读不出这个评估：{error}")
    if fingerprint != order.expected.fingerprint:
        return _refused(order, "工作节点上的数据、参数或程序与这里的不同")
    return make_page(order, engine)


def _refused(order: PageOrder, reason: str) -> MadePage:
    return MadePage(order.page.file, FAILED, failure=NotebookFailed(order.page.name, None, "工作节点", reason))
