"""Where the notebooks of one review run: in forks of a warm parent where the system can fork, else in kernels."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from types import TracebackType

from planeval.publish.engine.warm_engine import NAME
from planeval.publish.kernel import KERNEL_OUTPUT, Kernels, kernel_environment
from planeval.review import Review, asked_for
from planeval.warm.client import CAN_FORK, NoWarmParent, WarmParent
from planeval.workspace import Workspace, hand_over

WARM, KERNELS = NAME, "kernel"
ENGINES = (WARM, KERNELS)
_SHARED = "review"

_SAID = "运行方式：{}。"
_FORKS = "预热进程的分叉，每个笔记本一个（评估只打开一次）"
_ORDINARY = "普通内核，每个笔记本一个"


class PageEngine:
    """One run's engine: begins to warm up when made, ends with the run; a later run finds nothing of it."""

    def __init__(self, workspace: Workspace, wanted: str = WARM) -> None:
        """wanted: one of ENGINES; where the warm one cannot be had, kernels do the same work."""
        self._folder = tempfile.TemporaryDirectory(prefix="planeval-", ignore_cleanup_errors=True)
        self.workspace = workspace
        self.parent: WarmParent | None = None
        self.kernels = Kernels()
        self._shared: Path | None = None
        self._own: dict[str, Path] = {}
        self._opened: dict[str, str] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self._why = "" if wanted == KERNELS else "这个系统不能分叉进程"
        if wanted != KERNELS and CAN_FORK:
            self._start()

    def _start(self) -> None:
        private = Path(self._folder.name)
        environment = kernel_environment(self.workspace.root, private, private / _SHARED)
        try:
            self.parent = WarmParent(environment, self.workspace.notebooks, private / KERNEL_OUTPUT)
        except NoWarmParent as error:
            self._why = str(error)

    def hand_over(self, review: Review, parameters: Mapping[str, str]) -> None:
        """Give the review of this run to whatever runs the notebooks; the parent opens it once, for all of them."""
        self._shared = Path(self._folder.name) / _SHARED
        hand_over(review, asked_for(self.workspace, **parameters), self._shared)
        self._opened = {**parameters, "workspace": str(self.workspace.root)}
        self._open()

    def hand_over_apart(self, reviews: Mapping[str, tuple[Review, Mapping[str, str]]]) -> None:
        """Give each page (by name) a review of its own with the words it is asked for in; the parent holds none of
        them, so the process of one page never holds another's.
        """
        files: dict[tuple[str, ...], Path] = {}
        for name, (review, parameters) in reviews.items():
            words = asked_for(self.workspace, **parameters)
            if words not in files:
                files[words] = Path(self._folder.name) / f"{_SHARED}-{len(files)}"
                hand_over(review, words, files[words])
            self._own[name] = files[words]
        self._opened = {}
        self._open()

    def handed_for(self, page: str) -> Path | None:
        """The file of the review that a page may open."""
        return self._own.get(page, self._shared)

    def ready(self) -> None:
        """See to it that there is something to run notebooks in: a parent that died is started again, once opened.

        Raises CancelledError after `stop`: nothing begins any more.
        """
        with self._lock:
            if self._stopped:
                raise CancelledError
            if self.parent is not None and not self.parent.is_alive():
                self.parent.stop()
                self.parent = None
                self._start()
                self._open()

    def _open(self) -> None:
        if self.parent is None:
            return
        try:
            self.parent.open_review(self._opened)
        except NoWarmParent as error:
            self._why = str(error)
            self.parent.stop()
            self.parent = None

    @property
    def said(self) -> str:
        """Which engine it is, in a sentence for the evaluator."""
        if self.parent is not None:
            return _SAID.format(_FORKS)
        return _SAID.format(f"{_ORDINARY}（{self._why}）" if self._why else _ORDINARY)

    def stop(self) -> None:
        """End whatever still runs, for good."""
        with self._lock:
            self._stopped, parent = True, self.parent
        if parent is not None:
            parent.stop()
        self.kernels.stop()

    def __enter__(self) -> PageEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()
