"""One notebook's process: forked from the warm parent, made a process of its own, then runs cell after cell."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from planeval.warm.frames import Frames, framed
from planeval.warm.shell import ForkedKernel, Printed
from planeval.workspace import HANDED_OVER

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_CHUNK = 1 << 16

# Far more than Python's 700: nothing a page is made from is garbage yet, and a page takes less than a second. A
# collection that finds nothing would still write into every object, and so copy pages shared with the parent.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def run_child(kernel: ForkedKernel, channel: socket.socket, request: dict[str, Any], parent: int) -> NoReturn:
    """Everything a forked child does; never returns into the parent's code.

    request: `cwd`, where the notebook works; `memory`, the address space it may use in bytes, 0 for no limit;
    `handed`, the file of the review it may open, empty for the one its parent was started with.
    """
    # The log is the parent's: file descriptor 2 soon carries what cells print.
    status, log = 1, os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    try:
        _leave_the_parent(parent)
        os.chdir(request["cwd"])
        if request["handed"]:
            os.environ[HANDED_OVER] = request["handed"]
        if request["memory"]:
            resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        np.random.seed()  # numpy's legacy stream is the only one that a fork repeats
        asyncio.run(_Child(kernel, channel).serve())
        status = 0
    except BaseException as error:
        if isinstance(error, RuntimeError) and "Event loop stopped" in str(error):  # exit() in a cell
            status = 0
        else:
            traceback.print_exc(file=log)
            log.flush()
    finally:
        os._exit(status)


def _leave_the_parent(parent: int) -> None:
    """A process group of its own, plain signals, no input, and an end when the parent ends."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a KeyboardInterrupt belongs into a cell
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


class _Child:
    """The kernel at work: code in, messages out, one cell at a time."""

    def __init__(self, kernel: ForkedKernel, channel: socket.socket) -> None:
        self._kernel, self._channel, self._frames = kernel, channel, Frames()
        self._turn = threading.RLock()  # a cell may print from several threads
        self._request = ""

    def say(self, channel: str, kind: str, content: dict[str, Any]) -> None:
        """One message to whoever runs the notebook."""
        message = {"channel": channel, "msg_type": kind, "content": content, "parent": self._request}
        with self._turn:
            self._channel.sendall(framed(message))

    async def serve(self) -> NoReturn:
        """Run what comes until the other end is gone."""
        kernel = self._kernel
        loop, requests = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]]()
        events: Any = SimpleNamespace(
            add_callback=loop.call_soon_threadsafe, call_later=loop.call_later, stop=loop.stop
        )  # fmt: skip
        kernel.io_loop = events
        kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        kernel.answers.say = self.say
        sys.stdout, sys.stderr = Printed("stdout", 1, self.say), Printed("stderr", 2, self.say)
        self.say("shell", "ready", {"language_info": kernel.language_info})
        loop.add_reader(self._channel, self._receive, requests)
        while True:
            await self._run_cell(await requests.get())

    def _receive(self, requests: asyncio.Queue[dict[str, Any]]) -> None:
        received = self._channel.recv(_CHUNK)
        if not received:
            os._exit(0)
        for request in self._frames.add(received):
            requests.put_nowait(request)

    async def _run_cell(self, request: dict[str, Any]) -> None:
        """What ipykernel does with an execute_request, by ipykernel's own code."""
        self._request = request["msg_id"]
        head = {"msg_id": self._request, "msg_type": "execute_request"}
        # stop_on_error: no queue here that an error could stop
        content = {
            "code": request["code"], "silent": False, "store_history": request["store_history"],
            "allow_stdin": False, "stop_on_error": False,
        }  # fmt: skip
        message = {"header": head, "parent_header": {}, "metadata": {}, "content": content, **head}
        self._kernel.set_parent([], message)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            await self._kernel.execute_request(None, [], message)
        except KeyboardInterrupt:  # in the moment between two statements of the kernel itself
            self.say("shell", "execute_reply", {"status": "error", "ename": "KeyboardInterrupt", "evalue": "",
                                                "traceback": []})  # fmt: skip
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.say("iopub", "status", {"execution_state": "idle"})
