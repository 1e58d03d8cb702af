"""From pages that were made to an edition that stands: whole, of one fingerprint, or honestly unfinished."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planeval.batch.job_plan import SAME, PlannedPage
from planeval.problems import Problem
from planeval.publish.edition import Edition
from planeval.publish.failures import Failure
from planeval.publish.jobs import INDEX
from planeval.publish.manifest import PublishedPage, manifest, manifest_bytes, sha256
from planeval.publish.page_making import MadePage
from planeval.publish.staging import MANIFEST, SUMS, promote, read_manifest, sums_bytes, write_bytes


@dataclass(frozen=True)
class Published:
    """What a run came to.

    pages: of the edition. failures: of pages that could not be made. promoted: whether the edition's folder now holds
    this run; not when something failed and a whole edition stood there. unchanged: pages that were not made again.
    problems: faults of filings, whose rows were left out. engine: how notebooks were run, empty when none was.
    """

    index: Path
    pages: tuple[PublishedPage, ...]
    failures: tuple[Failure, ...]
    promoted: bool
    unchanged: int
    problems: tuple[Problem, ...] = ()
    engine: str = ""


def publish_edition(
    edition: Edition, name: str, planned: Sequence[PlannedPage], made: Mapping[str, MadePage], stage: Path, final: Path,
    guard: Callable[[Mapping[str, bytes]], None] = lambda files: None,
) -> Published:  # fmt: skip
    """Write an edition into its stage, read it back, and move it over.

    name: of the review. guard: looks at every file before any is written, and raises what forbids publication. When a
    page failed, an edition that stands whole in `final` is left alone; else the finished
    pages are published and each failed one says 未完成 in its place.
    """
    failures = {file: page.failure for file, page in made.items() if page.failure is not None}
    unchanged = sum(page.why == SAME for page in planned)
    promoted = not failures or not _stands_whole(final)
    if promoted:
        outputs = _outputs(edition, planned, made, failures)
        files = _with_accounts(edition, name, outputs, [page for page in edition.pages if page.file in failures])
        guard(files)
        for file, content in files.items():
            write_bytes(stage / file, content)
        for file, content in files.items():
            if (stage / file).read_bytes() != content:
                raise OSError(f"写到磁盘上的 {file} 与生成的不同")
        promote(stage, final)
    told = tuple(failures[page.file] for page in edition.pages if page.file in failures)
    return Published(final / INDEX, edition.pages, told, promoted, unchanged)


def _outputs(
    edition: Edition, planned: Sequence[PlannedPage], made: Mapping[str, MadePage], failures: Mapping[str, Failure]
) -> dict[str, bytes]:
    """Every file of the edition by name but the two that account for the others."""
    outputs = dict(edition.table_files)
    outputs[INDEX] = edition.index()
    for page in planned:
        file = page.order.page.file
        if file in failures:
            outputs[file] = edition.unfinished(page.order.page, failures[file])
        else:
            outputs[file] = made[file].content if page.kept is None else page.kept
    return outputs


def _with_accounts(
    edition: Edition, name: str, outputs: dict[str, bytes], unfinished: Sequence[PublishedPage]
) -> dict[str, bytes]:
    """The outputs, run.json and SHA256SUMS."""
    content = manifest(edition.review, name, edition.git, edition.pages, outputs)
    content |= {"complete": not unfinished, "unfinished": [page.file for page in unfinished]}
    files = {**outputs, MANIFEST: manifest_bytes(content)}
    return {**files, SUMS: sums_bytes(files)}


def _stands_whole(final: Path) -> bool:
    """Whether a complete edition lies there, every file as its run.json says."""
    content = read_manifest(final)
    outputs = content.get("outputs")
    if not content.get("complete") or not isinstance(outputs, list):
        return False
    return all(
        (final / entry["path"]).is_file() and sha256((final / entry["path"]).read_bytes()) == entry["sha256"]
        for entry in outputs
    )
