"""`planeval export`: a published edition as files for the office. Heavy imports come late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from planeval.cli_words import PUBLISHED, OutputOption, WorkspaceOption, columns, requested, say, told
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from planeval.office.published import EditionFiles, EditionPage
    from planeval.office.writing import Written

    Writer = Callable[[EditionFiles, Sequence[EditionPage]], dict[str, bytes]]

Format = Literal["docx", "xlsx", "pdf"]
_FORMATS = "docx：Word 稿，一页一个；xlsx：数据表，一版一个；pdf：网页的打印件，一页一个，要有浏览器"


def export_command(
    review: Annotated[str, typer.Argument(metavar="评估", help="评估文件的名称（2026Q3）或路径；要先发布")],
    kind: Annotated[Format, typer.Option("--format", metavar="格式", help=_FORMATS)],
    editions: Annotated[
        list[str] | None,
        typer.Option("--edition", metavar="版本", help="只导出这个版本，可写多次；不写则已发布的全部版本"),
    ] = None,
    pages: Annotated[
        list[str] | None,
        typer.Option("--page", metavar="网页", help="只导出这一页，例如 20_targets 或 40_unit-kejiju，可写多次"),
    ] = None,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """把已发布的版本导出为办公文件，放在 output/评估/office/版本/ 下。只用网页和数据表里已有的内容。"""
    with told(after_failure="没有导出完。"):
        place = find_workspace(workspace)
        folder = (output or place.output).resolve() / requested(place, review).name
        found = _published(folder, editions or [])
        chosen = [(edition, _chosen(edition, pages or [])) for edition in found]
        if not any(wanted for _, wanted in chosen):
            raise InputError([_no_page(found, pages or [])])
        done = [
            (edition, _export(edition, wanted, folder, kind, place, whole=not pages))
            for edition, wanted in chosen if wanted
        ]  # fmt: skip
        _tell(done)
        raise typer.Exit(PUBLISHED)


def _writer(kind: str) -> Writer:
    """What makes the files of a format."""
    if kind == "docx":
        from planeval.office.document import write_documents

        return write_documents
    if kind == "xlsx":
        from planeval.office.workbook import write_workbook

        return write_workbook
    from planeval.office.print import write_prints

    return write_prints


def _published(folder: Path, asked: Sequence[str]) -> list[EditionFiles]:
    """The editions asked for, or every one that stands published. Raises InputError when there is none."""
    from planeval.office.published import read_edition
    from planeval.plan.review_files import EDITIONS
    from planeval.publish.staging import MANIFEST

    if unknown := [name for name in asked if name not in EDITIONS]:
        raise InputError([Problem("--edition", rule="export", value="、".join(unknown), message="没有这个版本",
                                  expected="、".join(EDITIONS), remedy="改成所列的一个")])  # fmt: skip
    names = [name for name in EDITIONS if name in asked or (not asked and (folder / name / MANIFEST).is_file())]
    if not names:
        raise InputError([Problem(str(folder), rule="export", message="这个评估还没有发布",
                                  remedy=f"先运行 planeval publish {folder.name}，再导出")])  # fmt: skip
    return [read_edition(folder / name) for name in names]


def _chosen(edition: EditionFiles, asked: Sequence[str]) -> list[EditionPage]:
    wanted = {name.removesuffix(".html") for name in asked}
    return [page for page in edition.pages if not wanted or page.name in wanted]


def _no_page(found: Sequence[EditionFiles], asked: Sequence[str]) -> Problem:
    known = dict.fromkeys(page.name for edition in found for page in edition.pages)
    return Problem("--page", rule="export", value="、".join(asked), message="已发布的版本里没有这一页",
                   expected="、".join(known) or "（没有做完的网页）", remedy="改成所列的一个")  # fmt: skip


def _export(
    edition: EditionFiles, wanted: Sequence[EditionPage], folder: Path, kind: str, place: Workspace, whole: bool
) -> tuple[Written, int]:
    """Make and write the files of one edition. Returns what was written and how many bytes."""
    from planeval.office.writing import write_office

    if kind == "pdf":
        say(f"{edition.edition_name}：打印 {len(wanted)} 页……")
    files = _writer(kind)(edition, wanted)
    if not files:
        say(f"{edition.edition_name}没有数据表，没有可以导出的 {kind}。")
    written = write_office(edition, folder, kind, files, place, whole)
    if edition.unfinished:
        say(f"{edition.edition_name}有没有做完的网页，没有导出：{'、'.join(edition.unfinished)}")
    if written.removed:
        say(f"{edition.edition_name}：删除了以前导出、与现在的发布不符的 {len(written.removed)} 个文件。")
    if written.changed:
        say(f"{edition.edition_name}：这些文件与现在的发布不符，但有人改过，没有动：{'、'.join(written.changed)}")
    return written, sum(map(len, files.values()))


def _tell(done: Sequence[tuple[EditionFiles, tuple[Written, int]]]) -> None:
    rows = [("版本", "文件", "字节", "位置")]
    rows += [
        (edition.edition_name, str(len(written.files)), f"{size:,}", str(written.folder))
        for edition, (written, size) in done
    ]
    print("\n".join(columns(rows)), flush=True)
