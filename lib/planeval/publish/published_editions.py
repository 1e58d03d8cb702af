"""Published editions read back from their folders: run.json and the tables it accounts for, nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planeval.periods import Period
from planeval.plan.review_files import EDITIONS
from planeval.publish.manifest import sha256

RUN, PAGE = "run.json", "index.html"
RESULTS, MOVES, PLACES = "tables/targets.csv", "tables/revisions.csv", "tables/public_places.csv"
TOTAL = "总分"


@dataclass(frozen=True)
class PublishedEdition:
    """One edition as it was published. folder: relative to the output folder, with forward slashes.

    run: the content of its run.json; run_sha256: of the file. targets: rows of tables/targets.csv, none where the
    edition has no such table; places: of tables/public_places.csv. total: the score printed in tables/revisions.csv,
    empty where there is none.
    """

    folder: str
    run: dict[str, Any]
    run_sha256: str
    targets: tuple[dict[str, str], ...]
    total: str
    places: tuple[dict[str, str], ...] = ()

    @property
    def period(self) -> Period:
        """The quarter it is about."""
        return Period.parse(self.run["period"])

    @property
    def page(self) -> str:
        """Its index page, relative to the output folder."""
        return f"{self.folder}/{PAGE}"


@dataclass(frozen=True)
class Unreadable:
    """A folder with a run.json that cannot be used, and why (Chinese)."""

    folder: str
    reason: str


def published_editions(output: Path) -> Iterator[PublishedEdition | Unreadable]:
    """Every edition under an output folder, in the order of their folders' names.

    Folders without an index page (return slips) and stages are none. What does not agree with its run.json is
    Unreadable: a number that was changed after publication must not be repeated.
    """
    runs = {path for depth in ("*/*", "*/*/*") for path in output.glob(f"{depth}/{RUN}")}
    for path in sorted(runs):
        folder = path.parent.relative_to(output).as_posix()
        if not any(part.startswith(".") for part in folder.split("/")) and (path.parent / PAGE).is_file():
            yield _read(path, folder)


def _read(path: Path, folder: str) -> PublishedEdition | Unreadable:
    try:
        content = path.read_bytes()
        run = json.loads(content.decode("utf-8"))
        Period.parse(run["period"])
        named = {entry["path"]: entry["sha256"] for entry in run["outputs"]}
        _require(run)
        targets = _table(path.parent, RESULTS, named)
        moves, places = (_table(path.parent, name, named) for name in (MOVES, PLACES))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        said = str(error) if isinstance(error, _Changed) else f"{RUN} 或它所列的表不能读"
        return Unreadable(folder, said)
    total = next((row["after"] for row in moves if row["what"] == TOTAL), "")
    return PublishedEdition(folder, run, sha256(content), targets, total, places)


class _Changed(ValueError):
    """A table is not the one that was published."""


def _require(run: dict[str, Any]) -> None:
    for name in ("plan", "document", "review", "as_known_on", "fingerprint"):
        if not isinstance(run[name], str):
            raise ValueError(name)
    if run["edition"] not in EDITIONS or not isinstance(run["sample"], bool) or not isinstance(run["pages"], list):
        raise ValueError("edition")


def _table(folder: Path, name: str, named: dict[str, str]) -> tuple[dict[str, str], ...]:
    if name not in named:
        return ()
    content = (folder / name).read_bytes()
    if sha256(content) != named[name]:
        raise _Changed(f"{name} 与 {RUN} 所记的不同，发布以后被改动过")
    return tuple(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
