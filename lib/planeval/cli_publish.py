"""`planeval publish`: every edition of a review, and a table of what was published, to whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planeval.batch.quick_look import forget
from planeval.cli_progress import shown_progress
from planeval.cli_words import (
    BAD_INPUT,
    FAILED,
    PUBLISHED,
    LatestReviewArgument,
    OutputOption,
    WorkspaceOption,
    columns,
    requested,
    say,
    told,
)
from planeval.problems import ERROR, InputError, Problem
from planeval.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from planeval.batch.publishing import Published
    from planeval.plan import ReviewRequest

_NOT_PUBLISHED = {"after_failure": "失败的版本没有发布。", "interrupted": "已中断；没有发布完的版本没有改动。"}
_TO_WHOM = {
    "internal": "评估人员", "unit": "各责任单位，一个单位一页，附本单位的表", "brief": "领导", "public": "公众",
}  # fmt: skip


def publish_command(
    review: LatestReviewArgument = "",
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
    editions: Annotated[
        list[str] | None,
        typer.Option("--edition", metavar="版本", help="只发布这个版本，可写多次；不写则发布计划所列的全部版本"),
    ] = None,
) -> None:
    """发布一次评估的全部版本（内部版、责任单位版、领导专报、公开版），最后列出发布了什么、给谁、多大、哈希值。"""
    with told(**_NOT_PUBLISHED):
        place = find_workspace(workspace)
        request = requested(place, review)
        folder = (output or place.output).resolve()
        raise typer.Exit(_publish(place, request, _wanted(place, request, editions or []), folder))


def _wanted(place: Workspace, request: ReviewRequest, asked: list[str]) -> tuple[str, ...]:
    """The editions to publish. Raises InputError for one that the plan does not publish."""
    from planeval.plan import load_reports
    from planeval.plan.reports import declared_editions

    declared = declared_editions(load_reports(place, request.plan))
    unknown = [edition for edition in asked if edition not in declared]
    if unknown:
        raise InputError([
            Problem("--edition", rule="edition", value=edition, message="这个计划没有发布这个版本",
                    expected="、".join(declared), remedy="改成所列的版本，或在 reports.yml 里列出")
            for edition in unknown
        ])  # fmt: skip
    return tuple(edition for edition in declared if edition in asked or not asked)


def _publish(place: Workspace, request: ReviewRequest, editions: tuple[str, ...], folder: Path) -> int:
    from planeval.batch.run import Options, run_review
    from planeval.review import open_review

    forget(request.name, folder)
    whole = open_review(**request.of_edition().parameters(), workspace=place.root)
    done: list[tuple[str, Published]] = []
    for edition in editions:
        asked = request.of_edition(edition)
        with shown_progress(f"{request.name} {_name(edition)}", False) as progress:
            published = run_review(place, asked, folder, Options(), progress.told, whole)
        if published.failures:
            for failure in published.failures:
                say(str(failure))
            say(f"{_name(edition)}没有做完，它以后的版本没有发布。")
            _tell(done)
            return FAILED
        done.append((edition, published))
    _tell(done)
    errors = sum(problem.level == ERROR for problem in whole.ledger.problems)
    if errors:
        say(f"报送有 {errors} 处错误，有关的行或文件没有计入，其余照常发布。")
    return BAD_INPUT if errors else PUBLISHED


def _name(edition: str) -> str:
    from planeval.plan.review_files import EDITION_NAMES

    return EDITION_NAMES[edition]


def _tell(done: list[tuple[str, Published]]) -> None:
    """What was published, to whom, how much of it, and the hash by which each folder can be checked."""
    from planeval.publish.manifest import sha256
    from planeval.publish.staging import MANIFEST, output_names, read_manifest

    rows = [("版本", "发给", "网页", "数据表", "字节", "run.json 的 SHA-256", "位置")]
    for edition, published in done:
        final = published.index.parent
        names = output_names(read_manifest(final))
        size = sum((final / name).stat().st_size for name in names)
        tables = sum(name.endswith(".csv") for name in names)
        digest = sha256((final / MANIFEST).read_bytes())
        rows.append((_name(edition), _TO_WHOM[edition], str(len(published.pages)), str(tables),
                     f"{size:,}", digest, str(final)))  # fmt: skip
    if done:
        print("\n".join(columns(rows)), flush=True)
