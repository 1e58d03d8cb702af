"""Whether anything at all changed since a review was last published, told in a moment: nothing heavy is imported.

After a run every file that can decide a page is written down with size, time and hash: params, ledgers, notebooks,
the package's own sources, the published files themselves, and what is installed. Only when not one of them differs is
the run spared; at the slightest doubt everything is read anew, and the content keys decide.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planeval.batch.sources import environment_digest, package_files
from planeval.publish.git_state import git_state
from planeval.workspace import Workspace

_SEEN = ".seen.json"
_FORM = 1
_NAME = re.compile(r"[0-9A-Za-z_-]+")
_COARSEST_CLOCK = 3 * 10**9  # ns; a file changed this shortly before we looked may change again unseen: it is hashed


@dataclass(frozen=True)
class Unchanged:
    """What the last run of a review came to; it would come to the same again."""

    index: Path
    pages: int
    exit_code: int


def nothing_changed(workspace: Workspace, review: str, output: Path) -> Unchanged | None:
    """The last run of a review (by its plain name) when everything is as it left it, else None."""
    if not _NAME.fullmatch(review):
        return None
    folder = output / review
    try:
        seen: Any = json.loads((folder / _SEEN).read_text(encoding="utf-8"))
        same = (
            seen["form"] == _FORM
            and seen["environment"] == environment_digest()
            and seen["commit"] == git_state(workspace).label
            and sorted(seen["files"]) == sorted(map(str, _files(workspace, seen["plan"], Path(seen["edition_folder"]))))
            and all(_is_same(Path(name), said, seen["taken"]) for name, said in seen["files"].items())
        )
        return Unchanged(Path(seen["index"]), seen["pages"], seen["exit_code"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def tell_unchanged(same: Unchanged) -> int:
    """Say so, and where the pages are; the exit code is that of the run that made them."""
    sys.stderr.write(f"全部 {same.pages} 个网页未变，不用重做。\n")
    print(f"目录页：\n{same.index}", flush=True)
    return same.exit_code


def remember(workspace: Workspace, plan: str, review: str, output: Path, edition: str, done: Unchanged) -> None:
    """Write down what a finished run left behind, for the next `nothing_changed`. Where that cannot be done (a file
    goes while it is read, another run writes the same) the next run looks for itself, nothing else.
    """
    with suppress(OSError):
        _remember(workspace, plan, review, output, edition, done)


def _remember(workspace: Workspace, plan: str, review: str, output: Path, edition: str, done: Unchanged) -> None:
    taken = time.time_ns()
    folder = output / review
    files = {str(path): _stat(path) for path in _files(workspace, plan, folder / edition)}
    seen = {
        "form": _FORM, "taken": taken, "plan": plan, "edition_folder": str(folder / edition), "files": files,
        "environment": environment_digest(), "commit": git_state(workspace).label, "index": str(done.index),
        "pages": done.pages, "exit_code": done.exit_code,
    }  # fmt: skip
    partial = folder / f"{_SEEN}.{os.getpid()}.part"
    partial.write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    partial.replace(folder / _SEEN)


def forget(review: str, output: Path) -> None:
    """A run begins: what was remembered is no longer so."""
    (output / review / _SEEN).unlink(missing_ok=True)


def _files(workspace: Workspace, plan: str, edition: Path) -> Iterator[Path]:
    """Every file that can decide a page of a plan's review, and every file published."""
    own = workspace.root / "notebooks"
    places: Iterable[Path] = (
        workspace.plan_folder(plan), workspace.reviews, workspace.data_folder(plan), own, workspace.notebooks, edition,
    )  # fmt: skip
    found = {path for place in places for path in place.rglob("*") if path.is_file()}
    yield from sorted(path for path in found | set(package_files()) if not _is_passing(path))


def _is_passing(path: Path) -> bool:
    """Files that come and go beside the real ones: locks, what editors keep open, byte code."""
    return path.name.startswith((".", "~$")) or "__pycache__" in path.parts


def _stat(path: Path) -> tuple[int, int, str]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()


def _is_same(path: Path, said: tuple[int, int, str], taken: int) -> bool:
    size, modified, digest = said
    status = path.stat()
    if status.st_size != size:
        return False
    if status.st_mtime_ns == modified and modified < taken - _COARSEST_CLOCK:
        return True
    return hashlib.sha256(path.read_bytes()).hexdigest() == digest
