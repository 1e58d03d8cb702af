"""Pages that were made and proven, kept by the key of everything that decides them, so that none is made twice.

One file per page: a line of JSON with the size and SHA-256, then the page. It is written beside its name, flushed and
renamed, and read back with its hash, so what is found is whole or is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

FOLDER = "jobs"
_SUFFIX = ".page"
_SURELY_LEFT = 3600  # seconds after which a half-written page is nobody's any more


class ProvenPages:
    """The pages kept under one output folder; disposable, like everything there."""

    def __init__(self, output: Path) -> None:
        self._folder = output / FOLDER

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{_SUFFIX}"

    def keep(self, key: str, content: bytes) -> None:
        """Keep a page under its key. Returns when it is on the disk."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = json.dumps({"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}).encode("utf-8")
        partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with partial.open("wb") as file:
                file.write(head + b"\n" + content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def find(self, key: str) -> bytes | None:
        """The page of a key; None when it is not kept or not whole."""
        try:
            head, _, content = self._path(key).read_bytes().partition(b"\n")
            said = json.loads(head)
        except (OSError, ValueError):
            return None
        whole = isinstance(said, dict) and said.get("size") == len(content)
        return content if whole and hashlib.sha256(content).hexdigest() == said.get("sha256") else None

    def prune(self, keys: Collection[str]) -> None:
        """Remove every page but those of `keys`, and what killed runs left half-written; not what another run is
        writing at this moment. What cannot be removed stays for the next time.
        """
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                kept = path.name.removesuffix(_SUFFIX) in keys if path.suffix == _SUFFIX else _is_fresh(path)
                if not kept:
                    path.unlink(missing_ok=True)


def _is_fresh(path: Path) -> bool:
    return time.time() - path.stat().st_mtime < _SURELY_LEFT
