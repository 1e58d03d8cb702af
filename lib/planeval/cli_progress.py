"""How far a run is: a bar in a terminal, plain lines elsewhere, and JSON events for other programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planeval.cli_words import say

if TYPE_CHECKING:
    from planeval.batch.run import Told


class PageProgress:
    """Tells each step of one run; the time left is reckoned from the pages made so far."""

    def __init__(self, show: Callable[[str, int, int], None], events: bool) -> None:
        self._show, self._events = show, events
        self._began = time.monotonic()

    def told(self, step: Told) -> None:
        """One step, in words and as an event."""
        left = step.total - step.done
        seconds = self._left(step.done, left)
        if step.page:
            more = f"，失败 {step.failed}" if step.failed else ""
            eta = f"，约还要 {seconds:.0f} 秒" if left else ""
            self._show(f"[{step.done}/{step.total}] {step.said}（剩 {left}{more}{eta}）", step.done, step.total)
        else:
            self._show(step.said, step.done, step.total)
            self._began = time.monotonic() if not step.done else self._began
        kind = "page" if step.page else "step"
        page = {"page": step.page, "state": step.state} if step.page else {"said": step.said}
        self.event(kind, **page, done=step.done, failed=step.failed, left=left, eta_seconds=round(seconds))

    def event(self, kind: str, **more: Any) -> None:
        """One line of JSON on standard output, where a program listens."""
        if self._events:
            sys.stdout.write(json.dumps({"event": kind, **more}, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def _left(self, done: int, left: int) -> float:
        """Seconds the rest will take at the pace so far; 0 before the first page."""
        return (time.monotonic() - self._began) / done * left if done else 0.0


@contextmanager
def shown_progress(title: str, events: bool) -> Iterator[PageProgress]:
    """A progress bar in a terminal, else one plain line per step; with `events` also JSON lines."""
    if not sys.stderr.isatty():
        yield PageProgress(lambda said, done, total: say(said), events)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield PageProgress(
            lambda said, done, total: bar.update(task, description=said, completed=done, total=total or None), events
        )
