"""The memory limit on Windows, as far as it can be held without Windows: sizes, limits and the order of the calls."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from planeval.ledger.windows_job import BasicLimits, ExtendedLimits, Job, interpreter, memory_job

JOB, PROCESS = 11, 22


def kernel(refusing: str = "") -> tuple[Any, list[tuple[Any, ...]]]:
    """A stand-in for kernel32 that notes what it is asked, and what limits it was shown."""
    asked: list[tuple[Any, ...]] = []

    def call(name: str, result: int) -> Callable[..., int]:
        def called(*arguments: Any) -> int:
            noted = arguments
            if name == "SetInformationJobObject":
                limits = ExtendedLimits.from_address(arguments[2])
                flags = limits.BasicLimitInformation.LimitFlags
                noted = (*arguments[:2], flags, limits.ProcessMemoryLimit, arguments[3])
            asked.append((name, *noted))
            return 0 if name == refusing else result

        return called

    results = {"CreateJobObjectW": JOB, "SetInformationJobObject": 1, "OpenProcess": PROCESS}
    results |= {"AssignProcessToJobObject": 1, "CloseHandle": 1}
    return SimpleNamespace(**{name: call(name, result) for name, result in results.items()}), asked


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes are those of 64 bit")
def test_the_structures_have_the_sizes_windows_expects() -> None:
    assert (ctypes.sizeof(BasicLimits), ctypes.sizeof(ExtendedLimits)) == (64, 144)
    assert (BasicLimits.LimitFlags.offset, ExtendedLimits.ProcessMemoryLimit.offset) == (16, 112)


def test_a_process_is_taken_into_a_job_with_its_limit() -> None:
    windows, asked = kernel()
    job = Job(4711, 1_500_000_000, windows)
    assert asked == [
        ("CreateJobObjectW", None, None),
        ("SetInformationJobObject", JOB, 9, 0x100 | 0x2000, 1_500_000_000, ctypes.sizeof(ExtendedLimits)),
        ("OpenProcess", 0x101, 0, 4711),
        ("AssignProcessToJobObject", JOB, PROCESS),
        ("CloseHandle", PROCESS),
    ]
    job.close()
    job.close()
    assert asked[5:] == [("CloseHandle", JOB)]


@pytest.mark.parametrize("name", ["SetInformationJobObject", "OpenProcess", "AssignProcessToJobObject"])
def test_what_windows_refuses_leaves_nothing_open(name: str) -> None:
    windows, asked = kernel(refusing=name)
    with pytest.raises(OSError, match=name):
        Job(4711, 1_000, windows)
    opened = [PROCESS] if name == "AssignProcessToJobObject" else []
    assert [call[1] for call in asked if call[0] == "CloseHandle"] == [*opened, JOB]


@pytest.mark.skipif(sys.platform == "win32", reason="elsewhere there are no jobs")
def test_elsewhere_nothing_is_done() -> None:
    assert memory_job(1, 1_000) is None and interpreter() == (sys.executable, {})
