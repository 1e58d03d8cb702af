"""Having filed workbooks opened by a child process, so that a file that kills its reader is only a refused file.

One child serves one process; it starts with the first workbook, is killed when a file takes too long, and is
replaced after it died. Its memory is limited where the system can (on Windows by a job, see `windows_job`; not on
macOS). It ends with its parent, however that ends: its stdin closes. What it sends is JSON, never a pickle: a child
taken over by a file can lie about cells, no more.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import math
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any, cast

from planeval.ledger import reading_worker
from planeval.ledger.containers import locked, refused
from planeval.ledger.reading_worker import DIMENSIONS, ENCRYPTED, FAILED, MEMORY, SHEETS, receive, send
from planeval.ledger.sheet_scan import MAX_AREA, MAX_COLUMNS, MAX_ROWS, unreadable
from planeval.ledger.windows_job import Job, interpreter, memory_job
from planeval.problems import InputError

MAX_SECONDS = 20.0
MAX_MEMORY_BYTES = 1_500_000_000
_ENDING_SECONDS = 5
_LOOK_SECONDS = 0.1
_MOST_WRITTEN = 100_000
_REMEDY = "删去多余格式后另存为 .xlsx"
_NO_MEMORY = b"memory allocation of"  # what a Rust program writes before it aborts
_WHY = {
    MEMORY: ("reader_memory", "打开这个工作簿要用的内存过多"),
    "timeout": ("reader_timeout", "打开这个工作簿要用的时间过长"),
    "died": ("reader_died", "读取程序在打开这个工作簿时中断"),
}
PASSING = frozenset(rule for rule, _ in _WHY.values())
"""Refusals that may be this machine's and this minute's, not the file's: never kept for the next reading."""


class ReadingChild:
    """A child process that opens workbooks, one after another. Safe to share between threads."""

    def __init__(self, seconds: float = MAX_SECONDS, memory: int = MAX_MEMORY_BYTES) -> None:
        """Seconds: most time for one file. memory: most bytes of the child as a whole."""
        self.seconds, self.memory = seconds, memory
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = os.getpid()
        self.errors: IO[bytes] = io.BytesIO()
        self.lock, self.guard = threading.Lock(), threading.Lock()
        self.looks_left: int | None = None
        self.stopped: subprocess.Popen[bytes] | None = None
        self.job: Job | None = None

    def read(self, raw: bytes, shown: str) -> list[Any]:
        """The sheets of a workbook: [place in it, name, hidden, merged areas, rows of text] each.

        raw: bytes found harmless by the checks of `sheets`. Raises InputError when the reader cannot follow it,
        or died, ran out of memory or of time over it.
        """
        with self.lock:
            why, sheets = self._asked(raw)
        if why == SHEETS:
            return sheets
        raise _refusal(why, shown)

    def close(self) -> None:
        """End the child, if there is one."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():  # after a fork it is the other process's child
            return
        with contextlib.suppress(OSError):
            cast(Any, process.stdin).close()
        process.kill()
        process.wait(_ENDING_SECONDS)
        cast(Any, process.stdout).close()
        job, self.job = self.job, None
        if job is not None:
            job.close()

    def _asked(self, raw: bytes) -> tuple[str, list[Any]]:
        process, why = self._running(), FAILED
        with self.guard:
            self.looks_left = math.ceil(self.seconds / _LOOK_SECONDS)
        try:
            send(cast(Any, process.stdin), raw)
            why, sheets = json.loads(receive(cast(Any, process.stdout)))
            return (MEMORY if why == FAILED and self._lacks_memory() else why), sheets
        except (EOFError, OSError, ValueError, OverflowError, MemoryError):
            process.kill()
            process.wait(_ENDING_SECONDS)
            return (MEMORY if self._lacks_memory() else "timeout" if self.looks_left == 0 else "died"), []
        finally:
            with self.guard:
                self.looks_left = None
            if why != SHEETS or self.stopped is process:  # a reader that failed once is not trusted again
                self.close()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the child when its time is over, or when it stands still for want of memory (Rust may, instead of
        aborting: its own report of the failure allocates again). One thread for the child's whole life.

        Its time is told by looks, not by the clock: a machine that stood still for a minute is no fault of the file.
        """
        while self.process is process:
            time.sleep(_LOOK_SECONDS)
            with self.guard:
                if self.looks_left is None or self.process is not process:
                    continue
                self.looks_left -= 1
                if self.looks_left == 0 or self._lacks_memory():
                    self.stopped = process
                    process.kill()
                    return

    def _lacks_memory(self) -> bool:
        """Whether the child has written so; read without moving the place where it writes, on Windows once it ended."""
        if hasattr(os, "pread"):
            written = os.pread(self.errors.fileno(), _MOST_WRITTEN, 0)
        elif self.process is None or self.process.poll() is None:
            return False
        else:
            self.errors.seek(0)
            written = self.errors.read(_MOST_WRITTEN)
        return _NO_MEMORY in written or b"MemoryError" in written

    def _running(self) -> subprocess.Popen[bytes]:
        """The child: a new one when there is none, it has ended, or it belongs to the process we were forked from."""
        if self.owner != os.getpid():
            self.process, self.owner, self.guard = None, os.getpid(), threading.Lock()
        if self.process is not None and self.process.poll() is not None:
            self.close()
        if self.process is None:
            self.errors.close()
            self.errors = tempfile.TemporaryFile()
            self.process = self._started()
            self.job = memory_job(self.process.pid, self.memory)
            threading.Thread(target=self._watch, args=(self.process,), daemon=True).start()
        return self.process

    def _started(self) -> subprocess.Popen[bytes]:
        limits = (self.memory, MAX_ROWS, MAX_COLUMNS, MAX_AREA)
        python, added = interpreter()
        command = [python, "-P", str(Path(reading_worker.__file__)), *(str(limit) for limit in limits)]
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows, no console appears
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            creationflags=flags,
            env={**os.environ, **added, "RUST_BACKTRACE": "0"},
        )


def _refusal(why: str, shown: str) -> InputError:
    if why == ENCRYPTED:
        return locked(shown)
    if why == DIMENSIONS:
        message = f"填写的范围过大，超过 {MAX_ROWS} 行、{MAX_COLUMNS} 列或合计 {MAX_AREA} 个格子"
        return refused(shown, "dimensions", message, "清除范围以外的内容，或分成几份报送")
    if why in _WHY:
        rule, message = _WHY[why]
        return refused(shown, rule, message, _REMEDY)
    return unreadable(shown)


CHILD = ReadingChild()
atexit.register(CHILD.close)
