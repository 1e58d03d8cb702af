"""The commit a review is made from. Imports nothing heavy."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from planeval.workspace import Workspace, packaged_notebooks


@dataclass(frozen=True)
class GitState:
    """The commit a review was made from, empty where there is no checkout; dirty when files differ from it."""

    commit: str
    dirty: bool

    @property
    def label(self) -> str:
        """For a page's footer: the short commit, with a word when it does not tell all."""
        return f"{self.commit[:10]}{'，有未提交的改动' if self.dirty else ''}" if self.commit else ""


def git_state(workspace: Workspace) -> GitState:
    """The commit of the workspace, else of the checkout the package is run from, else nothing.

    A folder that merely lies inside somebody's checkout, untracked, has no commit.
    """
    for folder in (workspace.root, packaged_notebooks().parent):
        commit = _git(folder, "rev-parse", "HEAD") if _git(folder, "ls-files", "--", ".") else ""
        if commit:
            changed = _git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
            return GitState(commit, bool(changed))
    return GitState("", False)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=20, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.decode("utf-8", "replace").strip()
