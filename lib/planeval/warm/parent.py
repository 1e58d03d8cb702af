"""The warm parent: imports the stack, opens the review, forks. `python -m planeval.warm.parent DESCRIPTOR`.

It lives for one run, started by it and ended with it, so it can never be older than a source, a parameter, a filing
or a variable of the environment. It has one thread, no event loop and no ZeroMQ context, and runs no notebook code.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

from planeval.problems import InputError
from planeval.warm.child import run_child
from planeval.warm.frames import receive_packet, send_packet
from planeval.warm.preload import preload, settle, thread_count
from planeval.warm.shell import ForkedKernel


class _Parent:
    """The children at work, and the channel over which children are asked for."""

    def __init__(self, control: socket.socket) -> None:
        self._control, self._kernel = control, ForkedKernel()
        self._leases: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()

    def serve(self) -> NoReturn:
        """Answer until the run that started this parent is gone; then every child goes too."""
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in self._selector.select()}
            if self._woken in ready:
                self._reap()
            for pid, lease in list(self._leases.items()):
                if lease in ready and receive_packet(lease)[0] is None:
                    self._kill(pid)
            if self._control in ready:
                self._answer()

    def _answer(self) -> None:
        request, sockets = receive_packet(self._control)
        if request is None:
            self._end()
        elif "open" in request:
            self._open(request["open"])
        else:
            channel, lease = sockets
            self._fork(request, channel, lease)

    def _open(self, arguments: dict[str, str]) -> None:
        """Open the review handed over, if one is named, so that forks find it; say how many threads are left."""
        from planeval.disclosure import DisclosureError, open_review

        said: dict[str, Any] = {"fault": ""}
        try:
            if arguments:
                open_review(**arguments)
        except (InputError, DisclosureError, OSError) as error:
            said["fault"] = str(error)[:2000]
        settle()
        send_packet(self._control, said | {"threads": thread_count()})

    def _fork(self, request: dict[str, Any], channel: socket.socket, lease: socket.socket) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # no room for a process now; this parent and its other children go on
            with suppress(OSError):
                send_packet(lease, {"fault": str(error)})
            channel.close()
            lease.close()
            return
        if pid == 0:
            self._selector.close()
            for other in (self._control, self._woken, self._wake, lease, *self._leases.values()):
                other.close()
            run_child(self._kernel, channel, request, parent)
        channel.close()
        with suppress(OSError):  # the child does the same; whoever comes second finds it done
            os.setpgid(pid, pid)
        self._leases[pid] = lease
        self._selector.register(lease, selectors.EVENT_READ)
        with suppress(OSError):
            send_packet(lease, {"pid": pid})

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        for pid in list(self._leases):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._kill(pid)  # what it started and left behind
                lease = self._leases.pop(pid)
                self._selector.unregister(lease)
                with suppress(OSError):
                    send_packet(lease, {"exit": os.waitstatus_to_exitcode(status)})
                lease.close()

    def _kill(self, pid: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)

    def _end(self) -> NoReturn:
        for pid in self._leases:
            self._kill(pid)
        for pid in self._leases:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
        os._exit(0)


def main() -> None:
    """Load everything, then serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload()
    _Parent(control).serve()


if __name__ == "__main__":
    main()
