"""Fixtures shared by the tests; the modules beside this file (`stranger`, `ledgers` …) hold plain functions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from headless import NO_BROWSER
from stranger import write_workspace

if TYPE_CHECKING:
    from planeval.review import Review

# A slow machine is no fault of the code: how long an example took decides nothing.
settings.register_profile("planeval", deadline=None)
settings.load_profile("planeval")


def pytest_configure() -> None:
    """Keep pytest's limits on what it says of a failure where CI is set, too: there it lifts them, and the whole
    difference of two Word files takes hours to find.
    """
    for name in ("CI", "BUILD_NUMBER"):
        os.environ.pop(name, None)


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The root of a stranger's workspace, in a folder whose name is Chinese and holds a blank and braces."""
    return write_workspace(tmp_path / "书香 城市{1}")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The internal folder of the demonstration review 2026Q3, its editions beside it, published by the real command.

    Tests that run side by side share it: the first process to ask publishes, the others wait.
    """
    root = Path(__file__).resolve().parents[1]
    base = tmp_path_factory.getbasetemp()
    output = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "published"
    with FileLock(output.with_suffix(".lock")):
        if not (output / "done").exists():
            output.mkdir(exist_ok=True)
            command = [sys.executable, "-m", "planeval", "publish", "2026Q3", "--workspace", str(root)]
            done = subprocess.run([*command, "--output", str(output)], capture_output=True, text=True,
                                  encoding="utf-8", cwd=output, check=False)  # fmt: skip
            assert done.returncode == 0, done.stderr
            (output / "done").write_text("", encoding="utf-8")
    return output / "2026Q3" / "internal"


@pytest.fixture(scope="session")
def demonstration() -> Review:
    """2026Q3 of the demonstration, everything known; opened once for all tests of a process."""
    from planeval.review import open_review

    return open_review("jincheng", "2026Q3", workspace=Path(__file__).resolve().parents[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line that names the tests left out where there is no browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report for report in skipped if report.longrepr and NO_BROWSER in str(report.longrepr[-1])]
    if left_out:
        files = ", ".join(sorted({report.nodeid.split("::")[0] for report in left_out}))
        terminalreporter.write_line(f"{NO_BROWSER}: {len(left_out)} tests could not be run ({files})")
