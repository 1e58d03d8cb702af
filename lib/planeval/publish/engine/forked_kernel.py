"""A forked child in the place of a kernel: what nbclient asks of a kernel manager and a kernel client, no more.

nbclient itself runs the cells, so statuses, time-outs, errors, display updates and hooks are its own.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from planeval.warm.client import ForkedChild, WarmParent
from planeval.warm.frames import Frames, framed

_CHUNK = 1 << 20


class ForkedKernelManager:
    """Starts and ends the child of one notebook."""

    def __init__(
        self, parent: WarmParent, memory_limit: int = 0, time_limit: float = 0, handed: Path | None = None
    ) -> None:
        """memory_limit: address space in bytes; time_limit: seconds for the whole notebook; 0 for none. handed: see
        WarmParent.fork.
        """
        self._parent, self._memory, self._seconds, self._handed = parent, memory_limit, time_limit, handed
        self.child: ForkedChild | None = None
        self.timed_out = False
        self._timer: threading.Timer | None = None
        self._client: ForkedClient | None = None

    @property
    def has_kernel(self) -> bool:
        """Whether a child was started."""
        return self.child is not None

    async def start_kernel(self, cwd: str | None = None, **options: Any) -> None:
        """Fork. cwd: where the notebook works. What else nbclient says is for the command line of a kernel."""
        self.child = self._parent.fork(Path(cwd) if cwd else Path.cwd(), self._memory, self._handed)
        if self._seconds:
            self._timer = threading.Timer(self._seconds, self._time_out)
            self._timer.daemon = True
            self._timer.start()

    def _time_out(self) -> None:
        self.timed_out = True
        self.started.kill()

    @property
    def started(self) -> ForkedChild:
        """The child. Raises RuntimeError when there is none."""
        if self.child is None:
            raise RuntimeError("No kernel is running!")
        return self.child

    def client(self) -> ForkedClient:
        """What talks to the child."""
        self._client = ForkedClient(self.started)
        return self._client

    async def is_alive(self) -> bool:
        """Whether the child is there."""
        return self.child is not None and self.child.is_alive()

    async def interrupt_kernel(self) -> None:
        """Ctrl-C for the cell that is running."""
        self.started.interrupt()

    async def shutdown_kernel(self, now: bool = False) -> None:
        """Have the child killed, there is no slower way; `end` follows."""
        self._stop()

    async def cleanup_resources(self) -> None:
        """Nothing is left that `end` does not remove."""

    def end(self, waits: bool = True) -> None:
        """End the child, if there is one. waits: until it is gone, which takes as long as a small cell."""
        self._stop()
        if self.child is not None:
            self.child.end(waits)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._client is not None:  # before the socket is closed: its number is soon another's
            self._client.stop_channels()
        if self.child is not None:
            self.child.kill()


class _Channel:
    """Messages of one kind, in the order they came."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, message: dict[str, Any]) -> None:
        self._waiting.put_nowait(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message. Raises queue.Empty when none came in time (seconds)."""
        try:
            return await asyncio.wait_for(self._waiting.get(), timeout)
        except TimeoutError:
            raise Empty from None


class ForkedClient:
    """Sends cells to a child and sorts what comes back into the two channels that nbclient reads."""

    def __init__(self, child: ForkedChild) -> None:
        self._child, self._frames = child, Frames()
        self.shell_channel, self.iopub_channel = _Channel(), _Channel()
        self.allow_stdin = False
        self._language_info: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def start_channels(self) -> None:
        """Nothing to start: the socket is there."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the child's first word. Raises RuntimeError when it does not come in time (seconds)."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._child.channel, self._receive)
        for _ in range(max(1, int(timeout or 60))):
            with suppress(Empty):
                ready = await self.shell_channel.get_msg(timeout=1)
                self._language_info = ready["content"]["language_info"]
                return
            if not self._child.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    def _receive(self) -> None:
        try:
            received = self._child.channel.recv(_CHUNK)
        except OSError:
            received = b""
        if not received:
            self.stop_channels()
        for said in self._frames.add(received):
            header = {"msg_type": said["msg_type"], "date": datetime.now(UTC)}
            message = {"header": header, "msg_type": said["msg_type"], "parent_header": {"msg_id": said["parent"]},
                       "content": said["content"], "metadata": {}, "buffers": []}  # fmt: skip
            (self.shell_channel if said["channel"] == "shell" else self.iopub_channel).put(message)

    def stop_channels(self) -> None:
        """Read no more."""
        if self._loop is not None and not self._loop.is_closed() and self._child.channel.fileno() >= 0:
            self._loop.remove_reader(self._child.channel)
        self._loop = None

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Have a cell run; returns the id that its messages will name."""
        request = {"msg_id": uuid4().hex, "code": code, "store_history": store_history}
        with suppress(OSError):  # a child that is gone is noticed by is_alive, and told as a dead kernel
            self._child.channel.sendall(framed(request))
        return str(request["msg_id"])

    def kernel_info(self) -> str:
        """What language this is; the child said so when it began."""
        request = uuid4().hex
        self.shell_channel.put(
            {"parent_header": {"msg_id": request}, "content": {"language_info": self._language_info}}
        )
        return request

    async def is_alive(self) -> bool:
        """Whether the child is there."""
        return self._child.is_alive()
