"""Notebooks run in real kernels: what comes back, and every way in which a run is not a success."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from planeval.problems import InputError
from planeval.publish import run_notebook as module
from planeval.publish.failures import NotebookFailed
from planeval.publish.kernel import Kernels
from planeval.publish.run_notebook import DEAD, check_parameters, read_notebook, run_notebook
from stranger import write_notebook

PARAMETERS = {"plan": "reading", "period": "2026Q2"}
DECLARED = 'plan = "other"\nperiod = "2025Q1"  # 季度'


def run(folder: Path, *cells: str, kernels: Kernels | None = None) -> list[Any]:
    """Run a notebook of these cells after its title and parameters; returns the outputs of each cell."""
    path = write_notebook(folder / "笔记 本{1}" / "report.ipynb", "# 标题", DECLARED, *cells)
    notebook = read_notebook(path, "report.ipynb")
    executed = run_notebook(notebook, "report", PARAMETERS, path.parent, folder / "workspace", None, kernels)
    return [cell.get("outputs", []) for cell in executed.cells]


def test_a_notebook_gets_its_parameters_its_folder_and_its_workspace(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "[plan, period, Path.cwd().name, os.environ['PLANEVAL_WORKSPACE'], sys.flags.utf8_mode, sys.executable]"
    )
    *_, outputs = run(tmp_path, code)
    said = outputs[0]["data"]["text/plain"]
    for expected in ("'reading'", "'2026Q2'", "'笔记 本{1}'", repr(str(tmp_path / "workspace")), "1", sys.executable):
        assert expected in said


def failure(folder: Path, *cells: str, kernels: Kernels | None = None) -> NotebookFailed:
    with pytest.raises(NotebookFailed) as failed:
        run(folder, *cells, kernels=kernels)
    return failed.value


def test_a_failing_cell_is_named_as_its_author_counts(tmp_path: Path) -> None:
    """Title 1, parameters 2, then 3 and 4: the cell that papermill puts in is not counted."""
    failed = failure(tmp_path, "1 + 1", "raise ValueError('数据不对')", "1 + 1")
    assert str(failed) == "report：第 4 个单元格出错（ValueError）：数据不对"
    assert "Traceback" in failed.log and "\x1b" not in failed.log


def test_a_dead_kernel_is_a_failure_though_papermill_writes_completed(tmp_path: Path) -> None:
    failed = failure(tmp_path, "1 + 1", "import os\nos._exit(0)", "1 + 1")
    assert failed.cell == 4 and "中途退出" in failed.reason


def test_a_kernel_that_is_just_being_started_ends_with_its_run_too(tmp_path: Path) -> None:
    """Ctrl-C comes between the start of the kernel's process and its first word: no cell of it runs."""
    kernels = Kernels()
    kernels.stop()
    failed = failure(tmp_path, "from pathlib import Path\nPath('ran').touch()", kernels=kernels)
    assert (failed.cell, failed.error) == (None, DEAD) and not list(tmp_path.rglob("ran"))


def test_a_run_that_stops_ends_its_own_kernels_and_no_others(tmp_path: Path) -> None:
    theirs, others = Kernels(), Kernels()
    waits = "import time\nfrom pathlib import Path\nPath('here').touch()\nwhile {}:\n    time.sleep(0.05)"
    with ThreadPoolExecutor(2) as both:
        ended = both.submit(failure, tmp_path / "a", waits.format("True"), kernels=theirs)
        goes_on = both.submit(run, tmp_path / "b", waits.format("not Path('go').exists()"), kernels=others)
        folders = [tmp_path / name / "笔记 本{1}" for name in "ab"]
        while not all((folder / "here").exists() for folder in folders):
            time.sleep(0.05)
        theirs.stop()
        assert (ended.result(60).cell, ended.result().error) == (3, DEAD)
        (folders[1] / "go").touch()
        assert len(goes_on.result(60)) == 4  # with the cell that papermill puts in


def test_a_notebook_that_leaves_early_is_a_failure_though_papermill_raises_nothing(tmp_path: Path) -> None:
    failed = failure(tmp_path, "import sys\nsys.exit(0)", "1 + 1")
    assert failed.cell == 3 and "没有运行到底" in failed.reason


def test_a_cell_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CELL_TIMEOUT", 1)
    failed = failure(tmp_path, "while True: pass")
    assert failed.cell == 3 and failed.error == "超时"


def test_settings_of_the_user_and_warnings_to_developers_stay_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("plan_of_the_user = 1", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    *_, quiet, loud = run(
        tmp_path,
        "import os, warnings\nwarnings.warn('旧用法', FutureWarning)\nassert 'plan_of_the_user' not in dir()",
        "warnings.warn('除以零', RuntimeWarning)",
    )
    assert quiet == [] and "除以零" in loud[0]["text"], "a warning about numbers is said, and refuses the page"


def test_unknown_and_missing_parameters_are_refused_before_any_kernel(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "report.ipynb", 'plan = "a"\nperoid = "b"\nunit = "c"')
    problems = check_parameters(read_notebook(path, "x"), PARAMETERS, "notebooks/report.ipynb")
    assert [problem.message for problem in problems] == [
        "没有参数 period",
        "有评估不提供的参数 peroid",
        "有评估不提供的参数 unit",
    ]
    assert problems[0].remedy == "笔记本里的“peroid”是不是“period”"


def test_a_notebook_without_parameters_is_refused(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "report.ipynb", "1 + 1")
    (problem,) = check_parameters(read_notebook(path, "x"), PARAMETERS, "x")
    assert "没有标记为 parameters 的单元格" in problem.message


@pytest.mark.parametrize("content", ["", "{}", "[]", "不是 JSON", '{"cells": 1, "nbformat": 4, "nbformat_minor": 5}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="不是合法的笔记本"):
        read_notebook(path, "notebooks/report.ipynb")


def test_a_missing_notebook_is_refused_with_a_did_you_mean(tmp_path: Path) -> None:
    write_notebook(tmp_path / "20_targets.ipynb", "1")
    with pytest.raises(InputError, match="是不是“20_targets”"):
        read_notebook(tmp_path / "20_target.ipynb", "notebooks/20_target.ipynb")
