"""Turns of pages made here: as many at a time as there are jobs, and none after a stop."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import Any

import pytest

from planeval.batch import executors
from planeval.batch.executors import here
from planeval.publish.page_making import OK, MadePage

LONG = 20  # seconds nobody waits unless something hangs


class Engine:
    """Stands where the notebooks' processes would be."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def stop(self) -> None:
        """End what runs."""
        self.ended.set()


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_never_more_pages_than_jobs(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def run(order: Any, engine: Any) -> MadePage:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.02)
        with lock:
            running -= 1
        return MadePage(str(order), OK)

    monkeypatch.setattr(executors, "make_page", run)
    engine: Any = Engine()
    orders: list[Any] = list(range(12))
    with here(engine, jobs) as pages:
        futures = [pages.submit(order, lambda: None) for order in orders]
        assert [future.result(LONG).file for future in futures] == [str(order) for order in orders]
    assert most == jobs


def test_after_a_stop_no_page_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = Engine()
    begun: list[str] = []
    first_runs = threading.Event()

    def run(order: Any, engine: Any) -> MadePage:
        first_runs.set()
        assert engine.ended.wait(LONG)
        return MadePage(order, "killed")

    monkeypatch.setattr(executors, "make_page", run)
    orders: list[Any] = ["first", "second", "third"]
    with here(engine, jobs=1) as pages:
        futures = [pages.submit(order, lambda order=order: begun.append(order)) for order in orders]
        assert first_runs.wait(LONG)
        pages.stop()
        assert futures[0].result(LONG).ending == "killed"
        for future in futures[1:]:
            with pytest.raises(CancelledError):
                future.result(LONG)
    assert begun == ["first"]
