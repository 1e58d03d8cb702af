"""Writing so that a reader never meets half a file, and a failed run leaves the good pages as they were.

A review is written whole into a stage beside its edition folder; only when everything in the stage has been
checked is each file moved over, `run.json` last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from planeval.ledger.workbooks import sync_folder
from planeval.plan.file_names import stays_inside
from planeval.problems import InputError, Problem

MANIFEST, SUMS = "run.json", "SHA256SUMS"
TABLES = "tables"
_STAGE = ".stage-"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that its name holds either the old bytes or all of the new ones, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def sums_bytes(files: Mapping[str, bytes]) -> bytes:
    """What `sha256sum -c SHA256SUMS` reads: one line per file of the edition, in name order."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode("utf-8")


@contextmanager
def edition_stage(final: Path, waits: bool = False) -> Iterator[Path]:
    """An empty stage for an edition folder, on the same disk, while no other run writes to it.

    What a dead run left behind is removed first; the stage is removed at the end, however that comes. waits: for
    another run at work to end. Raises InputError (Chinese, with who it is) when it does not wait.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(final.parent / f".{final.name}.lock", timeout=-1 if waits else 0)
    holder = final.parent / f".{final.name}.holder"
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError([_busy(final, holder)]) from error
    stage = final.parent / f"{_STAGE}{final.name}"
    try:
        holder.write_text(f"进程 {os.getpid()}", encoding="utf-8")
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        holder.unlink(missing_ok=True)
        lock.release()


def _busy(final: Path, holder: Path) -> Problem:
    who = ""
    with suppress(OSError):  # the other run may end at this very moment
        who = holder.read_text(encoding="utf-8")
    who = who or "另一个进程"
    return Problem(
        str(final), rule="busy", message=f"{who}正在发布同一个评估", remedy="等它结束后再运行，或加 --wait 等它结束"
    )


def promote(stage: Path, final: Path) -> None:
    """Move every file of a finished stage into the edition folder, `run.json` last; then remove pages and tables
    that the new `run.json` no longer names. Other files that people put there are left alone.

    Raises InputError, before anything is moved, when a file there cannot be replaced (open in Excel).
    """
    names = sorted(path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    if MANIFEST not in names:
        raise ValueError(f"a stage without {MANIFEST} cannot be promoted")
    _require_replaceable(final, names)
    folders = {final, *(final / name for name in {Path(name).parent for name in names})}
    for folder in sorted(folders):
        folder.mkdir(parents=True, exist_ok=True)
    for name in [*(name for name in names if name != MANIFEST), MANIFEST]:
        (stage / name).replace(final / name)
    for folder in sorted(folders):
        sync_folder(folder)
    _remove_unnamed(final)


def _require_replaceable(final: Path, names: list[str]) -> None:
    problems = []
    for path in (final / name for name in names):
        try:
            if path.exists():
                path.open("r+b").close()
        except OSError:
            message = "文件写不进去，可能正被别的程序打开，或设成了只读"
            remedy = "关闭打开它的程序（例如 Excel），或取消只读，再运行一次"
            problems.append(Problem(str(path), rule="locked", message=message, remedy=remedy))
    if problems:
        raise InputError(problems)


def _remove_unnamed(final: Path) -> None:
    named = set(output_names(read_manifest(final)))
    for path in [*final.glob("*.html"), *(final / TABLES).glob("*.csv")]:
        if path.relative_to(final).as_posix() not in named:
            path.unlink(missing_ok=True)


def read_manifest(final: Path) -> dict[str, object]:
    """The run.json of an edition folder; empty when there is none or it cannot be read."""
    try:
        content = json.loads((final / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def output_names(manifest: dict[str, object]) -> list[str]:
    """Names of the files a manifest accounts for; none that leads out of its folder, whoever wrote it."""
    outputs = manifest.get("outputs")
    named = (
        [str(entry.get("path")) for entry in outputs if isinstance(entry, dict)] if isinstance(outputs, list) else []
    )
    return [name for name in named if stays_inside(name)]
