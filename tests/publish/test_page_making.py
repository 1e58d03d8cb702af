"""Only a notebook that did not begin is tried again, and once."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planeval.publish import page_making
from planeval.publish.failures import NotebookFailed
from planeval.publish.kernel import Kernels
from planeval.publish.page_engine import KERNELS, PageEngine
from planeval.publish.page_making import FAILED, KILLED, make_page
from planeval.publish.run_notebook import DEAD
from planeval.workspace import Workspace

NOT_BEGUN = NotebookFailed("40_unit", None, DEAD, "内核没有启动")
DIED_IN_A_CELL = NotebookFailed("40_unit", 3, DEAD, "内核中途退出")
WRONG = NotebookFailed("40_unit", 3, "KeyError", "没有这一列")


@pytest.mark.parametrize(
    ("ends", "tried", "ending"),
    [
        ([NOT_BEGUN, WRONG], 2, FAILED),
        ([NOT_BEGUN, NOT_BEGUN, NOT_BEGUN], 2, KILLED),
        ([DIED_IN_A_CELL, WRONG], 1, KILLED),
        ([WRONG, WRONG], 1, FAILED),
    ],
    ids=["did not begin, then ran", "never begins", "died in a cell", "a wrong cell"],
)
def test_which_notebooks_are_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, ends: list[NotebookFailed], tried: int, ending: str
) -> None:
    readied, left = 0, list(ends)

    class Engine:
        """Stands where the notebooks' processes would be; counts how often it was asked to be ready."""

        workspace, parent, kernels = Workspace(tmp_path), None, Kernels()

        def handed_for(self, page: str) -> None:
            """No review."""

        def ready(self) -> None:
            """A dead parent would be started again."""
            nonlocal readied
            readied += 1

    def run(*words: Any) -> None:
        raise left.pop(0)

    monkeypatch.setattr(page_making, "run_notebook", run)
    page = SimpleNamespace(name="40_unit", file="40_unit.html")
    order: Any = SimpleNamespace(notebook=None, page=page, parameters={}, limits=None)
    engine: Any = Engine()
    made = make_page(order, engine)
    assert (len(ends) - len(left), readied, made.ending) == (tried, tried, ending)
    assert made.failure is not None and made.content == b""


def test_after_a_stop_nothing_begins(stranger: Path) -> None:
    """Ctrl-C comes while a page waits for its notebook: no process is started for it."""
    engine = PageEngine(Workspace(stranger), KERNELS)
    engine.ready()
    engine.stop()
    with pytest.raises(CancelledError):
        engine.ready()
