"""run.json: what a published edition was made from and what it consists of, so that anyone can check it.

The same inputs give the same bytes: no clock time, no machine, user or absolute path stands in it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from planeval.problems import ERROR, WARNING
from planeval.review import Review
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


@dataclass(frozen=True)
class PublishedPage:
    """A page of an edition. notebook_sha256 is of the notebook as it was run.

    key: of the unit, industry or zone the page is about; empty for a page about the whole plan. group, label: how
    the index lists pages of one notebook together: the title they share and the name of this one.
    """

    notebook: str
    title: str
    file: str
    notebook_sha256: str
    key: str = ""
    group: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """The page as failures and logs name it: its notebook, with the key where there is one."""
        return Path(self.file).stem


def sha256(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


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


def manifest(
    review: Review, name: str, git: GitState, pages: Iterable[PublishedPage], outputs: dict[str, bytes]
) -> dict[str, Any]:
    """The content of run.json. outputs: every file of the edition but run.json itself, by name."""
    levels = Counter(problem.level for problem in review.ledger.problems)
    return {
        "review": name,
        "plan": review.plan.id,
        "document": review.plan.text.document.number,
        "period": str(review.period),
        "as_known_on": review.as_known_on.isoformat() if review.as_known_on else "",
        "edition": review.edition,
        "sample": review.is_sample,
        "package": {"name": "planeval", "version": version("planeval"), "commit": git.commit, "dirty": git.dirty},
        "fingerprint": review.fingerprint,
        "inputs": [{"path": file.path, "sha256": file.sha256, "size": file.size} for file in review.inputs],
        "outputs": [
            {"path": path, "sha256": sha256(content), "size": len(content)} for path, content in sorted(outputs.items())
        ],
        "pages": [
            {"notebook": page.notebook, "title": page.title, "file": page.file, "notebook_sha256": page.notebook_sha256,
             **({"key": page.key} if page.key else {})}
            for page in pages
        ],
        "decisions": [
            {"id": choice.id, "value": to_jsonable_python(choice.value), "reading": choice.reading,
             "reason": choice.reason, "by": choice.by, "from": str(choice.since)}
            for choice in review.decisions
        ],
        "filing_faults": {ERROR: levels[ERROR], WARNING: levels[WARNING]},
    }  # fmt: skip


def manifest_bytes(content: dict[str, Any]) -> bytes:
    """The bytes of run.json: keys sorted, Chinese readable, LF."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")
