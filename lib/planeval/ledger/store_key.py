"""The name of what a ledger was read from: one hash over everything that decides what the reading finds."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

from planeval.ledger.register import Filing, file_hash, known_on, read_register
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.workspace import Workspace

_PACKAGE = Path(__file__).resolve().parents[1]
_READS = ("ledger", "plan", "problems.py", "periods.py", "workspace.py")  # whose code decides what a filing says
_LIBRARIES = ("planeval", "duckdb", "openpyxl", "pandas", "pandera", "python-calamine", "python-stdnum")


def store_key(workspace: Workspace, plan: Plan, method: Method, period: Period, as_known_on: date | None) -> str:
    """SHA-256 (64 hexadecimal characters) of all that decides what `open_ledger` returns for these arguments.

    In it: the register's lines known on the day, the bytes of every standing filing as they are now, the
    names of files nobody registered, the bytes of the plan's params, plan and method as given (they may
    differ from the files), the period, and the versions of package, code and libraries. Raises InputError
    for the register itself.
    """
    register = read_register(workspace, plan)
    known = known_on(register, as_known_on)
    folder = workspace.filings(plan.id)
    parts = {
        "made by": code_version(),
        "plan": plan.id,
        "period": str(period),
        "known on": str(known.day),
        "received": [_line(filing) for filing in known.received],
        "filings": [_hash_of(folder / filing.file) for filing in known.standing],
        "unregistered": sorted(_loose(folder, register)),
        "params": list(_params(workspace, plan)),
        "decided": [repr(plan), repr(method)],
    }
    said = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _line(filing: Filing) -> list[str]:
    period, received_on = str(filing.period), filing.received_on.isoformat()
    return [str(filing.order), filing.unit, period, filing.file, received_on, filing.sha256, filing.supersedes]


def _hash_of(path: Path) -> str:
    """SHA-256 of a filing as it lies there now, or why it cannot be read."""
    try:
        return file_hash(path)
    except OSError as error:
        return type(error).__name__


def _loose(folder: Path, register: tuple[Filing, ...]) -> Iterator[str]:
    """Files that lie in the folder of filings without a line in the register."""
    registered = {filing.file for filing in register}
    for path in folder.rglob("*") if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if name not in registered and path.is_file():
            yield name


def _params(workspace: Workspace, plan: Plan) -> Iterator[tuple[str, str]]:
    """Every params file of the plan with the hash of its bytes."""
    folder = workspace.plan_folder(plan.id)
    for path in sorted(folder.rglob("*.yml")):
        yield path.relative_to(folder).as_posix(), _hash_of(path)


@cache
def code_version() -> str:
    """Hash over the code that reads filings, the libraries it reads with, and Python."""
    digest = hashlib.sha256()
    for name in _READS:
        place = _PACKAGE / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else (place,):
            digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(platform.python_version().encode())
    return digest.hexdigest()
