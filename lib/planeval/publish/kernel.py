"""The kernel a notebook runs in: this very Python, a private folder, nothing of the user's own settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from planeval.workspace import HANDED_OVER, WORKSPACE_VARIABLE

KERNEL = "python3"
KERNEL_OUTPUT = "kernel-output.txt"
_RUNNING: set[AsyncKernelManager] = set()
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


def kernel_manager_class(workspace: Path, folder: Path, handed: Path | None = None) -> type[AsyncKernelManager]:
    """A kernel manager whose connection file, sockets and output lie in a private folder.

    On POSIX it talks over Unix sockets: no port to lose in a race, no other user on the line.
    """

    class PrivateKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            options["connection_file"] = str(folder / "kernel.json")
            sockets = str(folder / "k")
            if os.name == "posix" and len(os.fsencode(sockets)) <= _SOCKET_PATH_LIMIT:
                options |= {"transport": "ipc", "ip": sockets}
            super().__init__(**options)

        @property
        def kernel_spec(self) -> KernelSpec:
            """Always this interpreter; a kernel of the same name installed by the user may be another Python."""
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name=KERNEL, language="python")

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            with (folder / KERNEL_OUTPUT).open("ab") as output:
                options |= {"env": kernel_environment(workspace, folder, handed), "stdout": output, "stderr": output}
                await super().start_kernel(**options)
            _RUNNING.add(self)

        async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
            _RUNNING.discard(self)
            await super().cleanup_resources(restart=restart)

    return PrivateKernelManager


def stop_kernels() -> None:
    """Kill every kernel still running, for a run that was interrupted; kernels do not hear Ctrl-C themselves."""
    for manager in tuple(_RUNNING):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()
