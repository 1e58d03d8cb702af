"""What is wrong with an input, said so that the person who wrote it can mend it.

Every fault found in a file a person wrote is a `Problem`: where it stands, what is wrong, what was
expected and what to do. Faults are gathered and reported together, never one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ERROR = "错误"
WARNING = "警告"


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of one input, addressed as its author sees it.

    file: path relative to the workspace, with forward slashes. sheet and cell: as Excel names them
    (`资质`, `C12`); for text files cell is `第 12 行`. value: what was written there. expected and
    remedy: whole Chinese phrases. rule: stable id of the check. level: 错误 (not counted) or 警告.
    unit: id of the unit that filed it, empty for params. message_alone, remedy_alone: the same for a reader who may
    know only this unit's rows, where message or remedy speak of others; empty where they do not.
    """

    file: str
    sheet: str = ""
    cell: str = ""
    message: str = ""
    value: str = ""
    expected: str = ""
    remedy: str = ""
    rule: str = ""
    level: str = ERROR
    unit: str = ""
    message_alone: str = ""
    remedy_alone: str = ""

    @property
    def place(self) -> str:
        """Where the fault stands inside its file, for a reader with that file open."""
        sheet = f"表“{self.sheet}”" if self.sheet else ""
        return " ".join(part for part in (sheet, self.cell) if part)

    def line(self) -> str:
        """The fault in one Chinese line, without the file name."""
        written = f"（写的是“{shorten(self.value)}”）" if self.value else ""
        wanted = f"应为：{self.expected}。" if self.expected else ""
        todo = f"处理：{self.remedy}。" if self.remedy else ""
        head = f"{self.place}：" if self.place else ""
        return f"[{self.level}] {head}{self.message}{written}。{wanted}{todo}"


class InputError(Exception):
    """Input that cannot be used as it stands; carries every fault found in it, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(report_problems(self.problems))


def shorten(text: str, limit: int = 40) -> str:
    """The beginning of a value, safe to print on one line (control characters become spaces)."""
    flat = _flat(text)
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _flat(text: str) -> str:
    """A text on one line, without signs that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def report_problems(problems: Iterable[Problem]) -> str:
    """All faults as Chinese text, grouped by file in the order they were found."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    blocks = []
    for file, found in by_file.items():
        lines = "\n".join(f"  {_flat(problem.line())}" for problem in found)
        blocks.append(f"{_flat(file)}：{len(found)} 处问题\n{lines}")
    return "\n".join(blocks)
