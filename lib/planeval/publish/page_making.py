"""One page, from its notebook to bytes that were proven: run, exported, checked, read back and hashed.

A `PageOrder` holds everything that decides a page but the review itself, so it can be sent to another process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nbformat import NotebookNode

from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.failures import Failure, NotebookFailed, PageRefused
from planeval.publish.hygiene import scrubbed
from planeval.publish.manifest import PublishedPage, sha256
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.page_engine import PageEngine
from planeval.publish.run_notebook import DEAD, TOO_LONG, Limits, run_notebook
from planeval.publish.this_machine import machine_secrets

OK, FAILED, KILLED, TIMEOUT, OUT_OF_MEMORY = "ok", "failed", "killed", "timeout", "out_of_memory"
ENDINGS = (OK, FAILED, KILLED, TIMEOUT, OUT_OF_MEMORY)
"""How making a page can end, as the journal writes it."""

_ATTEMPTS = 2  # only a notebook that did not begin is tried again


@dataclass(frozen=True)
class PageOrder:
    """A page to make: its notebook as read, every parameter it is run with, what it is checked against."""

    notebook: NotebookNode
    page: PublishedPage
    parameters: dict[str, str]
    info: PageInfo
    expected: Expected
    limits: Limits


@dataclass(frozen=True)
class MadePage:
    """What became of an order: the bytes of the page with their SHA-256, or why there are none."""

    file: str
    ending: str
    content: bytes = b""
    sha256: str = ""
    failure: Failure | None = None


def make_page(order: PageOrder, engine: PageEngine) -> MadePage:
    """Make one page; what goes wrong with the page itself is an answer and never raised."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            engine.ready()
            executed = run_notebook(
                order.notebook, order.page.name, order.parameters, engine.workspace.notebooks, engine.workspace.root,
                engine.handed_for(order.page.name), engine.parent or engine.kernels, order.limits,
            )  # fmt: skip
            break
        except NotebookFailed as failure:
            if failure.cell is None and failure.error == DEAD and attempt < _ATTEMPTS:
                continue
            return MadePage(order.page.file, _ending(failure), failure=_told(failure, engine))
    resources = {"name": order.page.name, "page": order.info}
    try:
        text, _ = page_exporter().from_notebook_node(executed, resources)
        faults = check_page(text, order.expected)
    except PageRefused as refusal:
        faults = refusal.faults
    if faults:
        return MadePage(order.page.file, FAILED, failure=_told(PageRefused(order.page.name, faults), engine))
    content = text.encode("utf-8")
    return MadePage(order.page.file, OK, content, sha256(content))


def _told(failure: Failure, engine: PageEngine) -> Failure:
    """A failure as it may be printed in the page's place and written to a log: without paths, names, keys of here."""
    secrets = machine_secrets(engine.workspace)
    if isinstance(failure, PageRefused):
        return PageRefused(failure.notebook, tuple(scrubbed(fault, secrets) for fault in failure.faults))
    return replace(failure, reason=scrubbed(failure.reason, secrets), log=scrubbed(failure.log, secrets))


def _ending(failure: NotebookFailed) -> str:
    """How a notebook that failed ended; out of memory as far as Python or the system said so."""
    if "MemoryError" in failure.error or "Cannot allocate memory" in failure.log:
        return OUT_OF_MEMORY
    return {TOO_LONG: TIMEOUT, DEAD: KILLED}.get(failure.error, FAILED)
