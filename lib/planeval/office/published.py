"""A published edition read back from its folder, and refused when a byte of it is not what run.json accounts for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from planeval.office.page_parts import Page, TablePart
from planeval.office.page_reading import page_of
from planeval.periods import Period
from planeval.plan.file_names import name_fault
from planeval.plan.review_files import EDITION_NAMES, EDITIONS
from planeval.problems import InputError, Problem
from planeval.publish.staging import MANIFEST, SUMS, TABLES

INDEX = "index.html"
_FILE = re.compile(r"(?:tables/)?[\w-]+(?:\.[\w-]+)*\.(?:html|csv)")
_NEXT = "用 planeval publish 重新发布，再导出"


@dataclass(frozen=True)
class EditionPage:
    """A page. name: its file without `.html` (`40_unit-kejiju`). key: of the unit, industry or zone it is about."""

    name: str
    title: str
    key: str
    html: str

    def read(self) -> Page:
        """What stands on the page, in reading order."""
        return page_of(self.html)


@dataclass(frozen=True)
class EditionTable:
    """A published CSV table. name: `targets`, in the unit edition `kejiju-units`. meaning, notes: as the index page
    prints them. Cells as text.
    """

    name: str
    meaning: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    @property
    def unit(self) -> str:
        """Whose own rows it holds; empty outside the unit edition."""
        return self.name.rpartition("-")[0]

    @property
    def kind(self) -> str:
        """Which table it is, whoever's rows it holds: `units`."""
        return self.name.rpartition("-")[2]


@dataclass(frozen=True)
class EditionFiles:
    """An edition as it was published.

    review: its name (2026Q3). document: number of the plan's document. as_known_on: ISO day, empty when nothing was
    filed. run_sha256: of its run.json. pages: without the index page and without pages that were not finished, which
    unfinished names. tables: in the order of the index page.
    """

    folder: Path
    review: str
    plan: str
    document: str
    period: str
    as_known_on: str
    edition: str
    sample: bool
    fingerprint: str
    version: str
    run_sha256: str
    inputs: tuple[str, ...]
    index: EditionPage
    pages: tuple[EditionPage, ...]
    unfinished: tuple[str, ...]
    tables: tuple[EditionTable, ...]

    @property
    def edition_name(self) -> str:
        """内部版, 责任单位版, 领导专报 or 公开版."""
        return EDITION_NAMES[self.edition]


def read_edition(folder: Path) -> EditionFiles:
    """Read a published edition whole.

    Raises InputError when the folder holds none, a file is missing, was changed after publication, or bears a name
    that no publication gives.
    """
    raw, run = _run(folder)
    try:
        contents = _contents(folder, _named(run, folder))
        return _edition(folder, run, sha256(raw), contents)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError([_refusal(folder / MANIFEST, "不是 planeval 写的，读不懂")]) from error


def sha256(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _run(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """run.json, checked against SHA256SUMS."""
    try:
        raw, sums = (folder / MANIFEST).read_bytes(), (folder / SUMS).read_text(encoding="utf-8")
        run = json.loads(raw.decode("utf-8"))
    except (OSError, ValueError) as error:
        message = f"这里没有发布的版本（没有可用的 {MANIFEST} 和 {SUMS}）"
        raise InputError([_refusal(folder, message, "先用 planeval publish 发布，再导出")]) from error
    if f"{sha256(raw)}  {MANIFEST}" not in sums.splitlines() or not isinstance(run, dict):
        raise InputError([_refusal(folder / MANIFEST, f"与 {SUMS} 所记的哈希不同，发布以后改动过")])
    return raw, run


def _named(run: dict[str, Any], folder: Path) -> dict[str, str]:
    """File → SHA-256 of every file run.json accounts for. Raises InputError for a name that leads elsewhere."""
    named = {str(entry["path"]): str(entry["sha256"]) for entry in run["outputs"]}
    strange = [name for name in named if not _FILE.fullmatch(name)]
    if strange:
        raise InputError([_refusal(folder / MANIFEST, f"列有不是发布所用的文件名“{name[:60]}”") for name in strange])
    return named


def _contents(folder: Path, named: Mapping[str, str]) -> dict[str, bytes]:
    """Every file by name. Raises InputError naming each that is missing or not the one that was published."""
    contents: dict[str, bytes] = {}
    problems = []
    for name, digest in named.items():
        path = folder / name
        content = path.read_bytes() if path.is_file() else None
        if content is None:
            problems.append(_refusal(path, f"{MANIFEST} 列有这个文件，但它不见了"))
        elif sha256(content) != digest:
            problems.append(_refusal(path, f"与 {MANIFEST} 所记的哈希不同，发布以后改动过"))
        else:
            contents[name] = content
    if problems:
        raise InputError(problems)
    return contents


def _require(run: Mapping[str, Any]) -> None:
    """Raises ValueError or TypeError for words that no publication writes: files are named by some of them."""
    Period.parse(run["period"])
    if run["as_known_on"]:
        date.fromisoformat(run["as_known_on"])
    if run["edition"] not in EDITIONS or not isinstance(run["sample"], bool) or name_fault(run["review"]):
        raise ValueError("edition, sample or review")


def _edition(folder: Path, run: dict[str, Any], run_sha256: str, contents: Mapping[str, bytes]) -> EditionFiles:
    _require(run)
    unfinished = tuple(str(file) for file in run.get("unfinished", ()))
    listed = [page for page in run["pages"] if page["file"] not in unfinished]
    index = EditionPage("index", "目录", "", contents[INDEX].decode("utf-8"))
    return EditionFiles(
        folder=folder, review=str(run["review"]), plan=str(run["plan"]), document=str(run["document"]),
        period=str(run["period"]), as_known_on=str(run["as_known_on"]), edition=run["edition"], sample=run["sample"],
        fingerprint=str(run["fingerprint"]), version=str(run["package"]["version"]), run_sha256=run_sha256,
        inputs=tuple(str(entry["path"]) for entry in run["inputs"]), index=index,
        pages=tuple(_page(page, contents) for page in listed), unfinished=unfinished,
        tables=tuple(_tables(index, contents)),
    )  # fmt: skip


def _page(page: Mapping[str, Any], contents: Mapping[str, bytes]) -> EditionPage:
    file = str(page["file"])
    return EditionPage(file.removesuffix(".html"), str(page["title"]), str(page.get("key", "")),
                       contents[file].decode("utf-8"))  # fmt: skip


def _tables(index: EditionPage, contents: Mapping[str, bytes]) -> Iterable[EditionTable]:
    """The CSV tables as the index page lists them; one that it does not list comes last, under its own name."""
    said: dict[str, tuple[str, tuple[str, ...]]] = {}
    files = {name.removeprefix(f"{TABLES}/") for name in contents if name.startswith(f"{TABLES}/")}
    for part in index.read().parts:
        if isinstance(part, TablePart):
            for row in part.rows:
                if len(row) > 1 and row[0].reads() in files:
                    said.setdefault(row[0].reads(), (row[1].reads(), part.notes))
    for file in [*said, *sorted(files - set(said))]:
        meaning, notes = said.get(file, (file.removesuffix(".csv"), ()))
        head, *rows = csv.reader(io.StringIO(contents[f"{TABLES}/{file}"].decode("utf-8-sig")))
        yield EditionTable(file.removesuffix(".csv"), meaning, tuple(head), tuple(map(tuple, rows)), notes)


def _refusal(path: Path, message: str, remedy: str = _NEXT) -> Problem:
    return Problem(str(path), rule="export", message=message, remedy=remedy)
