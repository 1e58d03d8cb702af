"""Pages that were made and proven, kept by the key of everything that decides them, so that none is made twice.

One file per page: a line of JSON with the size and SHA-256, then the page. It is written beside its name, flushed and
renamed, and read back with its hash, so what is found is whole or is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path

FOLDER = "jobs"
_SUFFIX = ".page"


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
        """Remove every page but those of `keys`, and what killed runs left half-written."""
        for path in self._folder.glob("*/*"):
            if path.suffix != _SUFFIX or path.name.removesuffix(_SUFFIX) not in keys:
                path.unlink(missing_ok=True)
