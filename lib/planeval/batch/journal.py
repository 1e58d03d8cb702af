"""The journal of a review's runs: one line of JSON per event, appended and flushed to the disk before anything else.

It is the only proof that a page was made. `ok` is written after the page was run, exported, checked, read back and
hashed; a page whose last word is `running` was interrupted and is made again. What came first is told by the numbers
of the lines, never by the clock, which may be wrong.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

JOURNAL = "journal.jsonl"
BEGUN, QUEUED, RUNNING, OK, PROMOTED = "begun", "queued", "running", "ok", "promoted"


class Journal:
    """Appends to the journal of one review; several threads may write."""

    def __init__(self, folder: Path) -> None:
        """folder: of the review, output/<review>; made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / JOURNAL
        self._lock = threading.Lock()
        events = list(read_journal(folder))
        self._number = max((event["n"] for event in events), default=0)
        self.run = max((event["run"] for event in events), default=0) + 1
        self._end_torn_line()

    def write(self, state: str, edition: str, page: str = "", **more: Any) -> None:
        """One event: what a page (its file) of an edition came to. Returns when it is on the disk."""
        with self._lock:
            self._number += 1
            event = {"n": self._number, "run": self.run, "state": state, "edition": edition, "page": page, **more,
                     "at": datetime.now(UTC).isoformat(timespec="seconds")}  # fmt: skip
            with self._path.open("ab") as file:
                file.write((json.dumps(event, ensure_ascii=False) + "\n").encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())

    def _end_torn_line(self) -> None:
        """A line that a killed run left half-written is closed, so that the next one stands on its own."""
        if self._path.is_file() and self._path.stat().st_size:
            with self._path.open("a+b") as file:  # written at the end, wherever another run has moved it
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")


def read_journal(folder: Path) -> Iterator[dict[str, Any]]:
    """Every whole event of a review's journal in the order of the file; half a line says nothing and is passed over."""
    path = folder / JOURNAL
    if not path.is_file():
        return
    for line in path.read_bytes().split(b"\n"):
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            continue
        if isinstance(event, dict) and {"n", "run", "state", "edition", "page"} <= event.keys():
            yield event


def last_states(folder: Path, edition: str) -> dict[str, str]:
    """Page file → the last thing the journal says of it, in one edition."""
    return {event["page"]: event["state"] for event in read_journal(folder) if event["edition"] == edition}
