"""The kernel a notebook runs in: this very Python, a private folder, nothing of the user's own settings."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from planeval.workspace import HANDED_OVER, WORKSPACE_VARIABLE

if sys.platform == "linux":
    import resource

KERNEL = "python3"
KERNEL_OUTPUT = "kernel-output.txt"
_SOCKET_PATH_LIMIT = 100  # a Unix socket's path holds 107 bytes, `-5` and a NUL included

# Warnings to developers of libraries are no fault of a page; warnings about numbers are, and refuse it.
_QUIET = ",".join(f"ignore::{name}" for name in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"))


def kernel_environment(workspace: Path, folder: Path, handed: Path | None = None) -> dict[str, str]:
    """The environment of a kernel: ours, with the workspace named and everything personal set aside.

    handed: the file of a review computed already (planeval.workspace.hand_over).
    """
    inherited = {name: value for name, value in os.environ.items() if name not in ("MPLBACKEND", HANDED_OVER)}
    return inherited | {
        WORKSPACE_VARIABLE: str(workspace),
        "IPYTHONDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": _QUIET,
        **({HANDED_OVER: str(handed)} if handed else {}),
    }


class Kernels:
    """The kernels of one run, for it to end when it is interrupted: they do not hear Ctrl-C themselves."""

    def __init__(self) -> None:
        self._running: set[PrivateKernelManager] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def began(self, manager: PrivateKernelManager) -> None:
        """Take note of a kernel; after `stop` it ends at once."""
        with self._lock:
            self._running.add(manager)
            stopped = self._stopped
        if stopped:
            manager.kill()

    def ended(self, manager: PrivateKernelManager) -> None:
        """Forget a kernel."""
        with self._lock:
            self._running.discard(manager)

    def stop(self) -> None:
        """Kill every kernel that still runs, and from now on each that has just been started."""
        with self._lock:
            self._stopped, running = True, tuple(self._running)
        for manager in running:
            manager.kill()


class PrivateKernelManager(AsyncKernelManager):
    """A kernel manager whose connection file, sockets and output lie in a private folder, within limits.

    On POSIX it talks over Unix sockets: no port to lose in a race, no other user on the line. `timed_out` is said by
    the class, because papermill keeps the object to itself.
    """

    workspace: Path
    folder: Path
    kernels: Kernels
    handed: Path | None = None
    memory = 0
    seconds: float = 0
    timed_out = False
    _timer: threading.Timer | None = None

    def __init__(self, **options: Any) -> None:
        options["connection_file"] = str(self.folder / "kernel.json")
        sockets = str(self.folder / "k")
        if os.name == "posix" and len(os.fsencode(sockets)) <= _SOCKET_PATH_LIMIT:
            options |= {"transport": "ipc", "ip": sockets}
        super().__init__(**options)

    @property
    def kernel_spec(self) -> KernelSpec:
        """Always this interpreter; a kernel of the same name installed by the user may be another Python."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=KERNEL, language="python")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start it, and have its limits hold from then on."""
        with (self.folder / KERNEL_OUTPUT).open("ab") as output:
            environment = kernel_environment(self.workspace, self.folder, self.handed)
            await super().start_kernel(**options | {"env": environment, "stdout": output, "stderr": output})
        self.kernels.began(self)
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            _limit_memory(process.pid, self.memory)
            self._timer = _started_timer(self.seconds, partial(self._time_out, process))

    def kill(self) -> None:
        """End the kernel at once, from whichever thread."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            process.kill()

    def _time_out(self, process: Any) -> None:
        type(self).timed_out = True
        process.kill()

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Forget the kernel."""
        self.kernels.ended(self)
        if self._timer is not None:
            self._timer.cancel()
        await super().cleanup_resources(restart=restart)


def kernel_manager_class(
    kernels: Kernels, workspace: Path, folder: Path, handed: Path | None = None, memory: int = 0, seconds: float = 0
) -> type[PrivateKernelManager]:
    """The manager of one notebook's kernel.

    kernels: of the run it belongs to. memory: bytes of address space (on Linux only; elsewhere the system's own limits
    hold). seconds: after which the kernel is killed. 0 is no limit for either.
    """
    own = {"kernels": kernels, "workspace": workspace, "folder": folder, "handed": handed}
    own |= {"memory": memory, "seconds": seconds}
    return type("PrivateKernelManager", (PrivateKernelManager,), own)


def _limit_memory(pid: int, memory: int) -> None:
    if memory and sys.platform == "linux":
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))


def _started_timer(seconds: float, at_end: Callable[[], object]) -> threading.Timer | None:
    """A timer that runs beside us and keeps no process from ending; None for no limit."""
    if not seconds:
        return None
    timer = threading.Timer(seconds, at_end)
    timer.daemon = True
    timer.start()
    return timer
