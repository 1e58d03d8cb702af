"""退回单: for every unit with faults in its filings, one page and its own workbooks with the faults marked.

They are made in a stage and put in place together, like the pages of an edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from planeval.ledger.marking import Returned, marked_workbook
from planeval.ledger.register import Filing
from planeval.ledger.sheets import Sheet, read_bytes, sheets_of
from planeval.problems import InputError
from planeval.publish.exporter import PageInfo, page_exporter
from planeval.publish.failures import PageRefused, ReviewNotPublished
from planeval.publish.git_state import git_state
from planeval.publish.manifest import manifest_bytes, sha256
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.slip_page import Slip, slip_blocks
from planeval.publish.staging import MANIFEST, edition_stage, output_names, promote, read_manifest, write_bytes
from planeval.review import Review
from planeval.workspace import Workspace

RETURNS = "returns"


def write_slips(workspace: Workspace, review: Review, folder: Path) -> list[Path]:
    """Write the slips of a review into a folder (`output/<review>/returns`); returns the files, pages first.

    Slips of an earlier run that are no longer wanted are removed. Raises InputError when a file there is open in
    another program, ReviewNotPublished when a page does not keep to the contract; then nothing has changed.
    """
    outputs: dict[str, bytes] = {}
    pages: dict[str, str] = {}
    footer = _footer(workspace, review)
    for slip in unit_slips(workspace, review):
        workbooks = _workbooks(slip, workspace, review)
        outputs |= workbooks
        pages[f"{slip.unit}.html"] = _page(replace(slip, workbooks=tuple(workbooks)), review, footer)
    _check(pages, review)
    outputs = {name: text.encode("utf-8") for name, text in pages.items()} | outputs
    if not outputs and not (folder / MANIFEST).is_file():
        return []
    with edition_stage(folder) as stage:
        earlier = output_names(read_manifest(folder))
        for name, content in {**outputs, MANIFEST: manifest_bytes(_manifest(review, outputs))}.items():
            write_bytes(stage / name, content)
        promote(stage, folder)
    for name in earlier:
        if name not in outputs and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    return [folder / name for name in outputs]


def unit_slips(workspace: Workspace, review: Review) -> Iterator[Slip]:
    """One slip for every unit with faults, in the plan's order."""
    folder = workspace.filings(review.plan.id)
    for unit in review.plan.units:
        problems = tuple(problem for problem in review.ledger.problems if problem.unit == unit.id)
        if problems:
            own = tuple(filing for filing in review.ledger.filings if filing.unit == unit.id)
            yield Slip(unit.id, own, problems, {workspace.relative(folder / filing.file): filing for filing in own})


def _workbooks(slip: Slip, workspace: Workspace, review: Review) -> dict[str, bytes]:
    """The marked copies: `<unit>.xlsx` of this quarter's filing, `<unit>-<quarter>.xlsx` of earlier ones."""
    faulty = {problem.file for problem in slip.problems}
    marked = {}
    for period, group in groupby(slip.filings, key=lambda filing: filing.period):
        filings = list(group)
        shown = {workspace.relative(workspace.filings(review.plan.id) / filing.file): filing for filing in filings}
        if faulty & set(shown):
            name = f"{slip.unit}.xlsx" if period == review.period else f"{slip.unit}-{period}.xlsx"
            marked[name] = marked_workbook([_returned(slip, file, filing, workspace, review)
                                            for file, filing in shown.items()])  # fmt: skip
    return dict(sorted(marked.items(), key=lambda entry: (len(entry[0]), entry[0])))


def _returned(slip: Slip, shown: str, filing: Filing, workspace: Workspace, review: Review) -> Returned:
    """A filing as it is to be handed back; without sheets when it cannot be read."""
    path = workspace.filings(review.plan.id) / filing.file
    problems = [problem for problem in slip.problems if problem.file == shown]
    content: bytes | None = None
    sheets: Sequence[Sheet] = ()
    try:
        content = read_bytes(path, shown)
        sheets = sheets_of(content, path, shown)
    except InputError:  # said in the problems already
        pass
    return Returned(filing.file, None if path.suffix.lower() == ".csv" else content, sheets, problems)


def _footer(workspace: Workspace, review: Review) -> dict[str, str]:
    known = review.as_known_on
    return {
        "version": version("planeval"), "commit": git_state(workspace).label, "fingerprint": review.fingerprint,
        "known_on": known.isoformat() if known else "", "edition": review.edition, "inputs": str(len(review.inputs)),
    }  # fmt: skip


def _page(slip: Slip, review: Review, footer: dict[str, str]) -> str:
    head = f"{review.plan.text.short_title} {review.period.label}"
    title = f"{review.plan.unit(slip.unit).short_name}{slip.title}"
    info = PageInfo(title, head, review.is_sample, frozenset(), footer)
    return page_exporter().render(slip_blocks(slip, review), info)


def _check(pages: dict[str, str], review: Review) -> None:
    expected = Expected(review.fingerprint, review.is_sample, frozenset(), traced=False)
    refused = [PageRefused(Path(name).stem, faults) for name, text in pages.items()
               if (faults := check_page(text, expected))]  # fmt: skip
    if refused:
        raise ReviewNotPublished(list(refused))


def _manifest(review: Review, outputs: dict[str, bytes]) -> dict[str, object]:
    return {
        "plan": review.plan.id, "period": str(review.period), "fingerprint": review.fingerprint,
        "as_known_on": review.as_known_on.isoformat() if review.as_known_on else "",
        "outputs": [{"path": name, "sha256": sha256(content), "size": len(content)}
                    for name, content in sorted(outputs.items())],
    }  # fmt: skip
