"""A memory limit for a child process on Windows: a job object. Written from Microsoft's description of the calls and
tested against a stand-in for kernel32 only: it has not been run on Windows.

Source: Win32 API, JOBOBJECT_EXTENDED_LIMIT_INFORMATION and AssignProcessToJobObject.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

_LIMIT_INFORMATION = 9  # JobObjectExtendedLimitInformation
_PROCESS_MEMORY, _KILL_ON_JOB_CLOSE = 0x100, 0x2000
_SET_QUOTA_AND_TERMINATE = 0x0100 | 0x0001  # the rights over a process that assigning it to a job needs
_HANDLE, _DWORD, _BOOL = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "CreateJobObjectW": (_HANDLE, (_HANDLE, ctypes.c_wchar_p)),
    "SetInformationJobObject": (_BOOL, (_HANDLE, ctypes.c_int, ctypes.c_void_p, _DWORD)),
    "OpenProcess": (_HANDLE, (_DWORD, _BOOL, _DWORD)),
    "AssignProcessToJobObject": (_BOOL, (_HANDLE, _HANDLE)),
    "CloseHandle": (_BOOL, (_HANDLE,)),
}


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION: 64 bytes where pointers have 8."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", _DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", _DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", _DWORD),
        ("SchedulingClass", _DWORD),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: 144 bytes where pointers have 8."""

    _fields_ = (
        ("BasicLimitInformation", BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class Job:
    """A job that holds one process: it gets no more than so much memory, and ends when the job is closed."""

    def __init__(self, pid: int, most_bytes: int, kernel: Any) -> None:
        """Put a running process into a new job. kernel: kernel32. Raises OSError when Windows refuses."""
        self.kernel = kernel
        for name, (result, arguments) in _SIGNATURES.items():
            call = getattr(kernel, name)
            call.restype, call.argtypes = result, arguments
        self.handle = self._done("CreateJobObjectW", None, None)
        try:
            self._limit(most_bytes)
            self._take_in(pid)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the job, which ends its process."""
        handle, self.handle = self.handle, None
        if handle is not None:
            self.kernel.CloseHandle(handle)

    def _limit(self, most_bytes: int) -> None:
        limits = ExtendedLimits(ProcessMemoryLimit=most_bytes)
        limits.BasicLimitInformation.LimitFlags = _PROCESS_MEMORY | _KILL_ON_JOB_CLOSE
        size = ctypes.sizeof(limits)
        self._done("SetInformationJobObject", self.handle, _LIMIT_INFORMATION, ctypes.addressof(limits), size)

    def _take_in(self, pid: int) -> None:
        process = self._done("OpenProcess", _SET_QUOTA_AND_TERMINATE, 0, pid)
        try:
            self._done("AssignProcessToJobObject", self.handle, process)
        finally:
            self.kernel.CloseHandle(process)

    def _done(self, name: str, *arguments: Any) -> Any:
        result = getattr(self.kernel, name)(*arguments)
        if not result:
            raise OSError(f"{name} failed")
        return result


def memory_job(pid: int, most_bytes: int) -> Job | None:
    """A job for a process just started, None where there are no jobs (not Windows) or this one was refused: then only
    the time limit remains.
    """
    if sys.platform != "win32":
        return None
    try:
        return Job(pid, most_bytes, ctypes.WinDLL("kernel32"))
    except OSError:
        return None


def interpreter() -> tuple[str, dict[str, str]]:
    """The Python to start a child with, and what to add to its environment.

    In a virtual environment on Windows `sys.executable` only starts another process, which might escape the job; the
    standard library's multiprocessing starts the real one in this way, too.
    """
    real = str(getattr(sys, "_base_executable", sys.executable))
    if sys.platform != "win32" or os.path.normcase(real) == os.path.normcase(sys.executable):
        return sys.executable, {}
    return real, {"__PYVENV_LAUNCHER__": sys.executable}
