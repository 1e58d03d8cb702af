"""Office files beside the edition they were made from: written whole, accounted for, never over somebody's own work.

An edition's folder is sealed, so its office files lie in `output/<review>/office/<edition>/`, with a SHA256SUMS of
their own and an office.json that says which run.json they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from planeval.batch.sources import package_files
from planeval.office.published import EditionFiles, sha256
from planeval.plan.file_names import stays_inside
from planeval.problems import InputError, Problem
from planeval.publish.hygiene import refuse_machine_leaks
from planeval.publish.staging import SUMS, edition_stage, write_bytes
from planeval.publish.this_machine import machine_secrets
from planeval.workspace import Workspace

OFFICE, ACCOUNT = "office", "office.json"


class Written(NamedTuple):
    """What an export left behind. removed: files of an earlier publication that were taken away, as they were ours and
    nobody had changed them. changed: such files that somebody had changed, and that were left where they are.
    """

    folder: Path
    files: tuple[Path, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def office_folder(review: Path, edition: str) -> Path:
    """Where the office files of an edition lie. review: the review's folder under the output folder."""
    return review / OFFICE / edition


def write_office(
    edition: EditionFiles, review: Path, kind: str, files: Mapping[str, bytes], workspace: Workspace, whole: bool
) -> Written:
    """Write the office files of one kind (docx, xlsx, pdf).

    review: the review's folder under the output folder. whole: these are all files of the kind; else the others of the
    same publication stay. Raises InputError, before anything is written, when a file says something of this machine,
    or would be written over one that somebody changed.
    """
    refuse_machine_leaks(files, machine_secrets(workspace), lambda: _known(edition, workspace))
    final = office_folder(review, edition.edition)
    with edition_stage(final):
        run_before, listed = _account(final)
        _refuse_changed(final, listed, files)
        same = run_before == edition.run_sha256
        kept = {
            name: digest for name, digest in listed.items()
            if same and name not in files and _digest(final / name) == digest
            and not (whole and name.endswith(f".{kind}"))
        }  # fmt: skip
        gone = [name for name in listed if name not in kept and name not in files]
        removed = [name for name in gone if _digest(final / name) == listed[name]]
        changed = [name for name in gone if name not in removed and (final / name).is_file()]
        for name, content in files.items():
            write_bytes(final / name, content)
        for name in removed:
            (final / name).unlink()
        _write_account(final, edition, kept | {name: sha256(content) for name, content in files.items()})
    return Written(final, tuple(final / name for name in files), tuple(removed), tuple(changed))


def _account(final: Path) -> tuple[str, dict[str, str]]:
    """Of the office.json of a folder: the run.json its files were made from, and their hashes by name; nothing where
    there is none that can be read.
    """
    try:
        content = json.loads((final / ACCOUNT).read_text(encoding="utf-8"))
        listed = {str(name): str(digest) for name, digest in content["files"].items()}
        return str(content["run_sha256"]), {
            name: each for name, each in listed.items() if "/" not in name and stays_inside(name)
        }
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return "", {}


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()) if path.is_file() else ""


def _refuse_changed(final: Path, listed: Mapping[str, str], files: Mapping[str, bytes]) -> None:
    """A draft that somebody worked on is worth more than the one we would put in its place."""
    problems = [
        Problem(str(final / name), rule="export", message="导出以后有人改过这个文件，不能覆盖",
                remedy="把它移走或改名，再导出")
        for name, content in files.items()
        if (final / name).is_file() and _digest(final / name) not in (listed.get(name), sha256(content))
    ]  # fmt: skip
    if problems:
        raise InputError(problems)


def _write_account(final: Path, edition: EditionFiles, listed: Mapping[str, str]) -> None:
    content = {
        "review": edition.review, "edition": edition.edition, "fingerprint": edition.fingerprint,
        "run_sha256": edition.run_sha256, "files": dict(sorted(listed.items())),
    }  # fmt: skip
    account = (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")
    lines = [f"{digest}  {name}\n" for name, digest in sorted({**listed, ACCOUNT: sha256(account)}.items())]
    write_bytes(final / ACCOUNT, account)
    write_bytes(final / SUMS, "".join(lines).encode("utf-8"))


def _known(edition: EditionFiles, workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """What the units and the params say, and the program's own text, each file by its name."""
    for name in edition.inputs:
        path = (workspace.root / name).resolve()
        if path.is_relative_to(workspace.root.resolve()) and path.is_file():
            yield name, path.read_bytes()
    yield from ((path.name, path.read_bytes()) for path in package_files())
