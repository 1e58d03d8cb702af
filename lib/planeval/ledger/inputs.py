"""The files a review is made from, each with its hash."""

from __future__ import annotations

from dataclasses import dataclass

from planeval.ledger.book import Ledger
from planeval.ledger.last_review import LastReview
from planeval.ledger.register import file_hash
from planeval.plan import Plan
from planeval.workspace import Workspace


@dataclass(frozen=True)
class InputFile:
    """A file the review was made from: path inside the workspace, SHA-256, size in bytes."""

    path: str
    sha256: str
    size: int


def input_files(workspace: Workspace, plan: Plan, ledger: Ledger, last: LastReview | None) -> tuple[InputFile, ...]:
    """Params, the last review's file and kept tables, register, published files and every filing known on the day."""
    params = workspace.plan_folder(plan.id)
    paths = [path for path in sorted(params.glob("*.yml"))]
    paths += last.files if last else ()
    paths += [path for path in (workspace.register(plan.id),) if path.exists()]
    published = workspace.published(plan.id)
    paths += [path for path in sorted(published.glob("*")) if path.suffix in (".csv", ".yml")]
    paths += [workspace.filings(plan.id) / filing.file for filing in ledger.filings]
    return tuple(
        InputFile(workspace.relative(path), file_hash(path), path.stat().st_size)
        for path in sorted(paths) if path.is_file()
    )  # fmt: skip
