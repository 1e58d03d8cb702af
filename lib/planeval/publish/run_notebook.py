"""Runs one notebook through papermill, in a fork of a warm parent or in a kernel of its own.

The executed notebook is never taken as proof that the run succeeded: papermill's copy says `completed` even
where the kernel was killed or the notebook left early. Only what is checked here counts.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from planeval.problems import InputError, Problem
from planeval.publish.engine import warm_engine
from planeval.publish.exporter import INJECTED
from planeval.publish.failures import NotebookFailed
from planeval.publish.kernel import KERNEL, KERNEL_OUTPUT, Kernels, kernel_manager_class
from planeval.warm.client import WarmParent

CELL_TIMEOUT = 600
NOTEBOOK_TIMEOUT = 1800
START_TIMEOUT = 120
TOO_LONG, DEAD = "超时", "内核中断"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SHOWN = 600

logging.getLogger("papermill").addHandler(logging.NullHandler())
papermill_engines.register(
    warm_engine.NAME, warm_engine.WarmEngine
)  # also where the package runs without being installed


@dataclass(frozen=True)
class Limits:
    """What one notebook may use: seconds in all, and bytes of address space (0: the memory of the machine)."""

    seconds: int = NOTEBOOK_TIMEOUT
    memory: int = 0

    @property
    def address_space(self) -> int:
        """Bytes; 0 where the system cannot limit them."""
        if self.memory or os.name != "posix":
            return self.memory
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


UNASKED = Limits()


def read_notebook(path: Path, shown: str) -> NotebookNode:
    """A notebook from disk, set to the kernel used here whatever it was saved under.

    Raises InputError when it is missing or not a notebook.
    """
    try:
        notebook = nbformat.reads(path.read_bytes().decode("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError as error:
        raise InputError([_fault(shown, "笔记本不存在", "", _nearest(path))]) from error
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError) as error:
        remedy = "用 JupyterLab 打开检查，或从备份恢复"
        raise InputError([_fault(shown, "不是合法的笔记本（.ipynb）", "", remedy)]) from error
    notebook.metadata["kernelspec"] = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _fault(shown: str, message: str, expected: str, remedy: str) -> Problem:
    return Problem(shown, rule="notebook", message=message, expected=expected, remedy=remedy)


def _nearest(path: Path) -> str:
    names = sorted(other.stem for other in path.parent.glob("*.ipynb"))
    close = difflib.get_close_matches(path.stem, names, n=1)
    return f"是不是“{close[0]}”" if close else f"现有笔记本：{'、'.join(names) or '（无）'}"


def check_parameters(notebook: NotebookNode, parameters: dict[str, str], shown: str) -> tuple[Problem, ...]:
    """Names that the notebook's parameters cell and the review do not share; papermill itself only warns."""
    declared = list(papermill.inspect_notebook(notebook))
    wanted = "、".join(parameters)
    if not declared:
        remedy = "加一个带 parameters 标签的单元格，写出这些参数"
        return (_fault(shown, "没有标记为 parameters 的单元格，或其中没有参数", wanted, remedy),)
    problems = []
    for name in (name for name in parameters if name not in declared):
        close = difflib.get_close_matches(name, [other for other in declared if other not in parameters], n=1)
        hint = f"笔记本里的“{close[0]}”是不是“{name}”" if close else f"在 parameters 单元格里加上 {name}"
        problems.append(_fault(shown, f"没有参数 {name}", wanted, hint))
    for name in (name for name in declared if name not in parameters):
        remedy = "从 parameters 单元格里移出，或改成上列名称"
        problems.append(_fault(shown, f"有评估不提供的参数 {name}", wanted, remedy))
    return tuple(problems)


def run_notebook(
    notebook: NotebookNode, name: str, parameters: dict[str, str], folder: Path, workspace: Path,
    handed: Path | None = None, runs_in: WarmParent | Kernels | None = None, limits: Limits = UNASKED,
) -> NotebookNode:  # fmt: skip
    """Run a notebook with its parameters and return it executed; nothing is written.

    folder: the notebook's own, where it works. handed: the file of the review computed already. runs_in: the process
    it is forked from, or the kernels among which it has one of its own. Raises NotebookFailed when any cell did not run
    to its end.
    """
    started: list[int] = []
    with tempfile.TemporaryDirectory(prefix="planeval-", ignore_cleanup_errors=True) as private:
        options = _engine(runs_in or Kernels(), workspace, Path(private), handed, limits)
        try:
            executed = papermill.execute_notebook(
                notebook, None, parameters=parameters, kernel_name=KERNEL, report_mode=True, progress_bar=False,
                start_timeout=START_TIMEOUT, execution_timeout=CELL_TIMEOUT, iopub_timeout=60,
                resources={"metadata": {"path": str(folder)}},
                on_cell_start=lambda cell, cell_index: started.append(cell_index), **options,
            )  # fmt: skip
        except PapermillExecutionError as error:
            raise _cell_failed(notebook, name, error) from error
        except (CellTimeoutError, DeadKernelError, RuntimeError, OSError) as error:
            stopped = getattr(options.get("kernel_manager_class"), "timed_out", False)
            whole = stopped or warm_engine.WHOLE_NOTEBOOK in str(error)
            said = f"{type(error).__name__}: {error}\n{_kernel_output(Path(private))}"
            kind, reason = _ended(isinstance(error, CellTimeoutError), whole, limits)
            raise NotebookFailed(name, _own_number(notebook, started), kind, reason, said) from error
    _check_complete(executed, name)
    return _without_traces(executed)


def _without_traces(executed: NotebookNode) -> NotebookNode:
    """Without what papermill notes in the metadata: parameters, paths, environment, times; tags stay."""
    executed.metadata.pop("papermill", None)
    for cell in executed.cells:
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.get("tags", [])})
    return executed


def _engine(
    runs_in: WarmParent | Kernels, workspace: Path, private: Path, handed: Path | None, limits: Limits
) -> dict[str, Any]:  # fmt: skip
    """What papermill is told about where the notebook runs."""
    if isinstance(runs_in, Kernels):
        manager = kernel_manager_class(runs_in, workspace, private, handed, limits.address_space, limits.seconds)
        return {"kernel_manager_class": manager, "shutdown_kernel": "immediate"}
    return {
        "engine_name": warm_engine.NAME, "warm_parent": runs_in, "time_limit": limits.seconds,
        "memory_limit": limits.address_space, "handed": handed,
    }  # fmt: skip


def _ended(too_long: bool, whole: bool, limits: Limits) -> tuple[str, str]:
    """The kind of end and the reason of a notebook whose process stopped, or was stopped, before its last cell."""
    if whole:
        return TOO_LONG, f"整个笔记本运行超过 {limits.seconds} 秒"
    if too_long:
        return TOO_LONG, f"运行超过 {CELL_TIMEOUT} 秒"
    return DEAD, "运行笔记本的进程中途退出（常见原因：内存不足，或被系统、使用者终止）"


def _cell_failed(notebook: NotebookNode, name: str, error: Any) -> NotebookFailed:
    trace = _ANSI.sub("", "\n".join(error.traceback))
    message = _ANSI.sub("", str(error.evalue)).strip()
    shown = message if len(message) <= _SHOWN else f"{message[:_SHOWN]}……"
    return NotebookFailed(name, _own_number(notebook, [error.cell_index]), str(error.ename), shown or "没有说明",
                          f"{error.source}\n\n{trace}")  # fmt: skip


def _own_number(notebook: NotebookNode, started: list[int]) -> int | None:
    """The author's number of the last cell started, not counting the cell that papermill puts in."""
    if not started:
        return None
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    ours = [INJECTED not in tagged for tagged in tags]
    if all(ours):
        ours.insert(next((index + 1 for index, tagged in enumerate(tags) if "parameters" in tagged), 0), False)
    return sum(ours[: started[-1] + 1])


def _kernel_output(folder: Path) -> str:
    path = folder / KERNEL_OUTPUT
    return path.read_bytes().decode("utf-8", "replace")[-4000:] if path.is_file() else ""


def _check_complete(executed: NotebookNode, name: str) -> None:
    """Every code cell with code in it must have run: a notebook that called exit() has not."""
    number = 0
    for cell in executed.cells:
        number += INJECTED not in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        failed = [output for output in cell.outputs if output.output_type == "error"]
        if failed or cell.execution_count is None:
            error = str(failed[0].ename) if failed else ""
            raise NotebookFailed(name, number, error, "笔记本没有运行到底，到这里就停了")
