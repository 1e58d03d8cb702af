"""The browser of this computer, found in its usual places and run without window, network, extensions or own data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from planeval.problems import InputError, Problem

NAMES = (
    "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable", "microsoft-edge",
    "msedge", "chrome",
)  # fmt: skip
_WINDOWS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe",
            "Chromium/Application/chrome.exe")  # fmt: skip
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_MAC = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium",
        "Microsoft Edge.app/Contents/MacOS/Microsoft Edge")  # fmt: skip
_SWITCHES = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--disable-quic", "--disable-breakpad", "--mute-audio", "--lang=zh-CN", "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


class TookTooLong(Exception):
    """The browser did not end within its time and was ended."""


def find_browser() -> Path:
    """Chromium, Chrome or Edge, from PATH or where Windows and macOS keep them. Raises InputError without one."""
    for found in _candidates():
        if found.is_file():
            return found
    raise InputError([Problem(
        "--format", rule="browser", value="pdf", message="没有找到浏览器，不能打印 PDF",
        expected="Chromium、Chrome 或 Edge", remedy="装一个再导出（Windows 自带 Edge）；或打开网页，自己打印成 PDF",
    )])  # fmt: skip


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    roots = (Path(os.environ[name]) for name in _WINDOWS_ROOTS if os.environ.get(name))
    yield from (root / place for root in roots for place in _WINDOWS)
    if sys.platform == "darwin":
        yield from (root / place for root in (Path("/Applications"), Path.home() / "Applications") for place in _MAC)


def run_browser(program: Path, place: Path, words: Sequence[str], seconds: float) -> str:
    """Run the browser once with a profile and a home of its own in `place`; returns what it said on standard error.

    Raises TookTooLong after so many seconds, when nothing of it is left running.
    """
    command = [str(program), *_SWITCHES, *_unless_root(), f"--user-data-dir={place / 'profile'}", *words]
    own = {"HOME": str(place), "TZ": "UTC", "LANG": "C.UTF-8", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=place,
        env={**os.environ, **own}, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            return process.communicate(timeout=seconds)[1].decode("utf-8", "replace")
        except subprocess.TimeoutExpired as error:
            raise TookTooLong from error
        finally:
            _end(process)


def _unless_root() -> tuple[str, ...]:
    """Root has no sandbox to run in; everybody else keeps it."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the browser and every process it started, if any is left."""
    if os.name == "posix":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    elif process.poll() is None:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
