"""The kernel of a child: ipykernel's own, so that cells run as in any kernel, speaking over one socket, not ZeroMQ."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ipykernel.eventloops import enable_gui
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session

Say = Callable[[str, str, dict[str, Any]], None]
"""Sends one message to whoever runs the notebook: channel (`iopub` or `shell`), kind, content."""

_OFTEN_ENOUGH = 0.2  # seconds; a kernel sends what was printed as often


class SocketSession(Session):
    """A session whose messages go to `say` and not to a ZeroMQ socket."""

    say: Say | None = None

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *rest: Any, **options: Any) -> Any:
        """What the kernel, the display hook and the display publisher call; returns the message."""
        kind, body = (msg_or_type["header"]["msg_type"], msg_or_type["content"]) if isinstance(msg_or_type, dict) \
            else (msg_or_type, content)  # fmt: skip
        if self.say is not None:
            self.say("shell" if kind.endswith("_reply") else "iopub", kind, body or {})
        return {"content": body}


class ForkedShell(ZMQInteractiveShell):
    """ipykernel's shell, which finds its kernel without an application around it."""

    def enable_gui(self, gui: Any = None) -> None:
        """Event loops of figures; the inline backend asks for none."""
        enable_gui(gui, kernel=self.kernel)


class ForkedKernel(IPythonKernel):
    """ipykernel's kernel without sockets, threads and history file; built before the fork, used after it."""

    shell_class = ForkedShell

    def __init__(self) -> None:
        self.answers = SocketSession()
        config: Any = self.answers.config.copy()
        config.HistoryManager.enabled = False  # it would start a thread
        config.ForkedKernel._execute_sleep = 0.0  # the wait for ZeroMQ to have sent what was printed
        super().__init__(session=self.answers, config=config, user_ns={}, log=logging.getLogger("planeval.warm"))

    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """Ctrl-C in a cell with a top-level await. ipykernel's own way only cancels what is awaited, and never ends a
        cell that computes or sleeps between two awaits: there Ctrl-C is raised, as in any other cell.
        """
        with super()._cancel_on_sigint(future):
            cancel: Any = signal.getsignal(signal.SIGINT)

            def interrupt(number: int, frame: FrameType | None) -> None:
                if _runs_a_cell(frame):
                    raise KeyboardInterrupt
                cancel(number, frame)

            signal.signal(signal.SIGINT, interrupt)
            yield


def _runs_a_cell(frame: FrameType | None) -> bool:
    """Whether a frame lies within what IPython's `run_code` called, where an exception is the cell's."""
    inner = frame
    while inner is not None and inner.f_code is not ForkedShell.run_code.__code__:
        inner = inner.f_back
    return inner is not None and inner is not frame


class Printed(io.TextIOBase):
    """sys.stdout or sys.stderr of a child: what is printed, and what anybody writes to the file descriptor.

    The descriptor leads to a file in memory, so that a subprocess that prints much never waits for a reader.
    """

    def __init__(self, name: str, descriptor: int, say: Say) -> None:
        self.name, self._descriptor, self._say = name, descriptor, say
        self._file = os.memfd_create(f"planeval-{name}", os.MFD_CLOEXEC)
        os.dup2(self._file, descriptor)
        self._read, self._kept, self._sent = 0, "", time.monotonic()
        self._lock = threading.RLock()

    encoding = "utf-8"
    errors = "replace"

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """The descriptor that subprocesses inherit."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep the text until the next flush, in order with what came over the descriptor."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        with self._lock:
            self._kept += self._from_descriptor() + text
            if time.monotonic() - self._sent > _OFTEN_ENOUGH:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was printed since the last flush."""
        with self._lock:
            text = self._kept + self._from_descriptor()
            self._kept, self._sent = "", time.monotonic()
            if text:
                self._say("iopub", "stream", {"name": self.name, "text": text})

    def _from_descriptor(self) -> str:
        plain = sys.__stdout__ if self.name == "stdout" else sys.__stderr__
        if plain is not None:
            plain.flush()
        size = os.fstat(self._file).st_size
        if size == self._read:
            return ""
        received = os.pread(self._file, size - self._read, self._read)
        self._read += len(received)
        return received.decode("utf-8", "replace")
