"""From pages that were made to an edition that stands: whole, of one fingerprint, or honestly unfinished."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planeval.batch.job_plan import SAME, PlannedPage
from planeval.batch.proven_pages import ProvenPages
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
    edition: Edition, name: str, planned: Sequence[PlannedPage], made: Mapping[str, MadePage], proven: ProvenPages,
    stage: Path, final: Path, guard: Callable[[Mapping[str, bytes]], None] = lambda files: None,
) -> Published:  # fmt: skip
    """Write an edition into its stage, read it back, and move it over.

    name: of the review. guard: looks at every file before any is written, and raises what forbids publication. When a
    page failed, an edition that stands whole in `final` is left alone; else the finished pages are published and each
    failed one says 未完成 in its place. Raises OSError when a proven page is no longer there, or a write is not kept.
    """
    failures = {file: page.failure for file, page in made.items() if page.failure is not None}
    unchanged = sum(page.why == SAME for page in planned)
    promoted = not failures or not _stands_whole(final)
    if promoted:
        outputs = _outputs(edition, planned, proven, failures)
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


@dataclass(frozen=True, eq=False)
class _Files(Mapping[str, bytes]):
    """Files of an edition by name. A proven page (its key in `pages`) lies on the disk and is read each time it is
    asked for, so that hundreds of pages take no memory.
    """

    written: Mapping[str, bytes]
    pages: Mapping[str, str]
    proven: ProvenPages

    def __getitem__(self, file: str) -> bytes:
        if file not in self.pages:
            return self.written[file]
        content = self.proven.find(self.pages[file])
        if content is None:
            raise OSError(f"保存在磁盘上的 {file} 不见了或不完整，请再运行一次")
        return content

    def __iter__(self) -> Iterator[str]:
        yield from self.written
        yield from self.pages

    def __len__(self) -> int:
        return len(self.written) + len(self.pages)


def _outputs(
    edition: Edition, planned: Sequence[PlannedPage], proven: ProvenPages, failures: Mapping[str, Failure]
) -> _Files:
    """Every file of the edition but the two that account for the others."""
    written = {**edition.table_files, INDEX: edition.index()}
    pages = {}
    for page in planned:
        file = page.order.page.file
        if file in failures:
            written[file] = edition.unfinished(page.order.page, failures[file])
        else:
            pages[file] = page.key.digest
    return _Files(written, pages, proven)


def _with_accounts(edition: Edition, name: str, outputs: _Files, unfinished: Sequence[PublishedPage]) -> _Files:
    """The outputs, run.json and SHA256SUMS."""
    content = manifest(edition.review, name, edition.git, edition.pages, outputs)
    content |= {"complete": not unfinished, "unfinished": [page.file for page in unfinished]}
    files = replace(outputs, written={**outputs.written, MANIFEST: manifest_bytes(content)})
    return replace(files, written={**files.written, SUMS: sums_bytes(files)})


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
