"""`papermill --engine planeval`: papermill as it is, with a forked child in the place of the kernel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager

from planeval.publish.engine.forked_kernel import ForkedKernelManager
from planeval.warm.client import WarmParent

NAME = "planeval"
WHOLE_NOTEBOOK = "The notebook timed out"


class WarmEngine(NBClientEngine):
    """Runs a notebook in a fork of a warm parent: the one given, else one of its own for this notebook."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, warm_parent: WarmParent | None = None,
        memory_limit: int = 0, time_limit: float = 0, handed: Path | None = None, **options: Any,
    ) -> Any:  # fmt: skip
        """What papermill calls; options are those of papermill's own engine.

        memory_limit: address space of the child in bytes; time_limit: seconds for the whole notebook; 0 for none.
        handed: the file of the review that this notebook alone may open. Raises CellTimeoutError, DeadKernelError or
        NoWarmParent.
        """
        with _parent(warm_parent) as parent:
            manager = ForkedKernelManager(parent, memory_limit, time_limit, handed)
            waits = True
            try:
                executed = super().execute_managed_notebook(nb_man, kernel_name, km=manager, **options)
                waits = False  # it has done all it was asked; the next notebook need not wait for its memory
                return executed
            except DeadKernelError as error:
                if manager.timed_out:
                    raise CellTimeoutError(f"{WHOLE_NOTEBOOK} after {time_limit} seconds.") from error
                raise DeadKernelError(f"{error} ({_ending(manager)})") from error
            finally:
                manager.end(waits)


def _ending(manager: ForkedKernelManager) -> str:
    code = manager.child.exit_code if manager.child is not None else None
    return "the warm parent ended" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"


@contextmanager
def _parent(given: WarmParent | None) -> Iterator[WarmParent]:
    """The parent given, which goes on; else a new one without a review, which ends with the notebook."""
    if given is not None:
        yield given
        return
    with WarmParent(os.environ, Path.cwd()) as parent:
        parent.open_review({})
        yield parent
