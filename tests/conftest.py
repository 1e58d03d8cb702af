"""Fixtures shared by the tests; the modules beside this file (`stranger`, `ledgers` …) hold plain functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from stranger import write_workspace


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The root of a stranger's workspace, in a folder whose name is Chinese and holds a blank and braces."""
    return write_workspace(tmp_path / "书香 城市{1}")
