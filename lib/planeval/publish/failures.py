"""Why a review was not published, said in Chinese; the technical side goes to a log file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(eq=False)
class NotebookFailed(Exception):
    """A notebook that did not run to its end.

    cell: number of the cell as its author counts it (from 1, all cells), None when no cell was reached.
    error: name of the exception. reason: one Chinese sentence or the exception's own message. log: the traceback.
    """

    notebook: str
    cell: int | None
    error: str
    reason: str
    log: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.notebook, self.cell, self.error, self.reason, self.log)

    def __str__(self) -> str:
        place = f"第 {self.cell} 个单元格" if self.cell else "启动时"
        name = f"（{self.error}）" if self.error else ""
        return f"{self.notebook}：{place}出错{name}：{self.reason}"


@dataclass(eq=False)
class PageRefused(Exception):
    """A page that ran but must not be published; `faults` are whole Chinese lines."""

    notebook: str
    faults: tuple[str, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.notebook, self.faults)

    def __str__(self) -> str:
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        return f"{self.notebook}：网页没有通过检查，{len(self.faults)} 处问题\n{lines}"


Failure: TypeAlias = NotebookFailed | PageRefused


class ReviewNotPublished(Exception):
    """Pages that could not be made, all at once; nothing of them was published."""

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(str(failure) for failure in self.failures))
