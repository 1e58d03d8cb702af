"""This side of a warm run: starts the parent, asks it for children, ends it. May be used from several threads."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from planeval.warm.frames import packet_pair, receive_packet, send_packet

CAN_FORK = sys.platform == "linux"
"""macOS has fork too, but its frameworks do not survive one."""

# What must be so before the first import: no thread of Arrow's allocator or of BLAS, figures inline as in a kernel.
_BEFORE_IMPORT = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}  # fmt: skip
_INLINE = "module://matplotlib_inline.backend_inline"
_LONGEST_EXIT = 10.0
_LONGEST_ANSWER = 300.0  # seconds; opening a review takes a few


class NoWarmParent(Exception):
    """The parent could not be started or must not fork; ordinary kernels do the work instead."""


@dataclass
class ForkedChild:
    """One child: `channel` carries cells and outputs; while `lease` is open at this end the child may live."""

    pid: int
    channel: socket.socket
    lease: socket.socket
    exit_code: int | None = None
    _ended: bool = field(default=False, repr=False)

    def is_alive(self) -> bool:
        """Whether neither the child nor the parent has ended."""
        self._look(wait=0.0)
        return not self._ended

    def interrupt(self) -> None:
        """Ctrl-C for the cell that is running."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """Have the parent kill the child and everything it started; may be called while another thread waits for it."""
        with suppress(OSError):
            self.lease.shutdown(socket.SHUT_WR)

    def end(self, waits: bool = True) -> None:
        """Kill the child and everything it started. waits: until it is gone; else the parent sees to that."""
        self.kill()
        self._look(wait=_LONGEST_EXIT if waits else 0.0)
        self.channel.close()
        self.lease.close()

    def _look(self, wait: float) -> None:
        if self._ended:
            return
        self.lease.settimeout(wait)
        try:
            said, _ = receive_packet(self.lease)
        except (BlockingIOError, TimeoutError):
            return
        except OSError:
            said = None
        self._ended = True
        if said is not None:
            self.exit_code = said["exit"]
        else:  # the parent was killed: its children were too, but not what they started
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


class WarmParent:
    """A running parent. It ends with this object, with `stop`, and with this process."""

    def __init__(self, environment: Mapping[str, str], folder: Path, output: Path | None = None) -> None:
        """Start it: it imports while we go on.

        folder: where it starts, and so where notebooks may import their own modules from.
        output: what it prints, None for nowhere. Raises NoWarmParent.
        """
        self._control, theirs = packet_pair()
        self._control.settimeout(_LONGEST_ANSWER)
        self._lock = threading.Lock()
        self._is_ready = False
        with theirs, (output or Path(os.devnull)).open("ab") as printed:
            command = [sys.executable, "-m", "planeval.warm.parent", str(theirs.fileno())]
            variables = {"MPLBACKEND": _INLINE, **environment, **_BEFORE_IMPORT}
            try:
                self._process = subprocess.Popen(
                    command, env=variables, cwd=folder, pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise NoWarmParent(f"预热进程启动不了：{error}") from error

    @property
    def pid(self) -> int:
        """The parent's process."""
        return self._process.pid

    def open_review(self, arguments: Mapping[str, str]) -> int:
        """Have it open the review handed over (arguments of `review.open_review`, none for no review), ready to fork.

        Waits for it, and returns how many threads the parent has: one. Raises NoWarmParent when it died, could not
        open it, or has threads that a fork would lose.
        """
        with self._lock:
            try:
                send_packet(self._control, {"open": dict(arguments)})
                said, _ = receive_packet(self._control)
            except OSError as error:
                raise NoWarmParent(f"预热进程中断：{error}") from error
        if said is None:
            raise NoWarmParent("预热进程中断")
        if said["fault"]:
            raise NoWarmParent(f"预热进程打不开评估：{said['fault']}")
        if said["threads"] != 1:
            raise NoWarmParent(f"预热进程有 {said['threads']} 个线程，不能分叉")
        self._is_ready = True
        return int(said["threads"])

    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def fork(self, folder: Path, memory: int = 0, handed: Path | None = None) -> ForkedChild:
        """A new child working in a folder. memory: address space it may use in bytes, 0 for no limit. handed: the
        file of the review it opens, where the parent itself holds none.

        Raises OSError when the parent is gone, or has no room for a child.
        """
        channel, their_channel = socket.socketpair()
        lease, their_lease = packet_pair()
        lease.settimeout(_LONGEST_ANSWER)
        said: dict[str, Any] | None = None
        try:
            with their_channel, their_lease, self._lock:
                request = {"cwd": str(folder), "memory": memory, "handed": str(handed or "")}
                send_packet(self._control, request, [their_channel, their_lease])
            said, _ = receive_packet(lease)
        finally:
            if said is None:  # gone, going, or standing still: `is_alive` shall say so from now on
                self._process.kill()
                self._process.wait()
            if said is None or "pid" not in said:
                channel.close()
                lease.close()
        if said is None or "pid" not in said:
            raise ConnectionError(said["fault"] if said else "the warm parent is gone")
        return ForkedChild(said["pid"], channel, lease)

    def stop(self) -> None:
        """End the parent and every child, and wait until it is gone."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        if not self._is_ready:  # still reading, it would notice late; it has no children yet
            self._process.kill()
        try:
            self._process.wait(_LONGEST_EXIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control.close()

    def __enter__(self) -> WarmParent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
