"""The command line, in Chinese. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from planeval.cli_dispatch import dispatch_app
from planeval.cli_ledger import forms_app, tell_slips
from planeval.cli_words import (
    BAD_INPUT,
    FAILED,
    PUBLISHED,
    LatestReviewArgument,
    OutputOption,
    ReviewArgument,
    WorkspaceOption,
    columns,
    requested,
    say,
    told,
)
from planeval.problems import ERROR, WARNING, InputError, Problem, report_problems
from planeval.publish.failures import NotebookFailed, ReviewNotPublished
from planeval.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from planeval.plan import ReviewRequest
    from planeval.publish.review_run import Progress
    from planeval.review import Review

Engine = Literal["planeval", "kernel"]  # papermill's name of our engine, or ordinary kernels
_LISTED = 200
_EXIT_CODES = """退出码：

  0  全部网页已发布（check：没有错误）

  2  输入有问题。参数、登记簿有问题时什么都不发布；报送有错误时，去掉错误的行后照常发布，并列出错误

  3  有笔记本运行失败，或网页没有通过检查：什么都不发布，原来的网页不变

  1  磁盘、权限等其他问题，什么都不发布；130  被中断
"""

app = typer.Typer(
    name="planeval",
    help="行动计划的季度评估：读报送台账，计算、评判，发布网页。",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(forms_app)
app.add_typer(dispatch_app, name="dispatch")

_NOT_PUBLISHED = {"after_failure": "什么都没有发布。", "interrupted": "已中断；原来的网页没有改动。"}


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app(prog_name="planeval")


@app.command("review", epilog=_EXIT_CODES)
def review_command(
    review: LatestReviewArgument = "",
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="笔记本", help="只重做这一个笔记本的网页，例如 20_targets"),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option("--engine", metavar="引擎", help="planeval：预热进程的分叉，快；kernel：普通内核。网页相同"),
    ] = "planeval",
) -> None:
    """运行一次评估并发布网页；最后一行是目录页的路径。"""
    with told(**_NOT_PUBLISHED):
        place = find_workspace(workspace)
        request = requested(place, review)
        folder = (output or place.output).resolve()
        raise typer.Exit(_publish(place, request, folder, only, engine))


def _publish(place: Workspace, request: ReviewRequest, folder: Path, only: str | None, engine: Engine) -> int:
    from planeval.publish.review_run import publish_review

    try:
        with _progress(f"评估 {request.name}") as progress:
            name = only.removesuffix(".ipynb") if only else None
            published = publish_review(place, request, folder, name, progress, engine)
    except ReviewNotPublished as error:
        say(f"{error}\n什么都没有发布；原来的网页没有改动。")
        _write_logs(error, folder, request.name)
        return FAILED
    for page in published.pages:  # a log of an earlier failure has had its day
        _log_file(folder, request.name, page.name).unlink(missing_ok=True)
    errors = [problem for problem in published.problems if problem.level == ERROR]
    warnings = len(published.problems) - len(errors)
    if errors:
        say(_shortened(errors))
        say(f"报送有 {len(errors)} 处错误，有关的行或文件没有计入，其余照常发布。")
    if warnings:
        say(f"另有 {warnings} 处警告，见 tables/problems.csv 或 planeval check {request.name}。")
    say(published.engine)
    titles = "、".join(dict.fromkeys(page.group or page.title for page in published.pages))
    print(f"已发布 {len(published.pages)} 个网页：{titles}。目录页：")
    print(published.index, flush=True)
    return BAD_INPUT if errors else PUBLISHED


def _shortened(problems: list[Problem]) -> str:
    more = f"\n……共 {len(problems)} 处，其余见 tables/problems.csv" if len(problems) > _LISTED else ""
    return report_problems(problems[:_LISTED]) + more


def _write_logs(error: ReviewNotPublished, folder: Path, review: str) -> None:
    from planeval.publish.staging import write_bytes

    for failure in error.failures:
        path = _log_file(folder, review, failure.notebook)
        technical = failure.log if isinstance(failure, NotebookFailed) else ""
        write_bytes(path, f"{failure}\n\n{technical}\n".encode())
        say(f"详细记录：{path}")


def _log_file(folder: Path, review: str, notebook: str) -> Path:
    return folder / "logs" / f"{review}-{notebook}.log"


@app.command("check")
def check_command(
    review: ReviewArgument,
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
) -> None:
    """只检查，不发布：列出参数、笔记本、登记簿和报送的全部问题，给有问题的单位写退回单，并说明谁报送了、谁没有。"""
    with told(**_NOT_PUBLISHED):
        place = find_workspace(workspace)
        request = requested(place, review)
        from planeval.publish.jobs import prepare_jobs
        from planeval.review import open_review

        problems: list[Problem] = []
        opened: Review | None = None
        try:
            prepare_jobs(place, request)
        except InputError as error:
            problems += error.problems
        try:
            opened = open_review(**request.of_edition().parameters(), workspace=place.root)
            problems += opened.ledger.problems
        except InputError as error:
            problems += error.problems
        problems = list(dict.fromkeys(problems))
        if problems:
            print(report_problems(problems))
        if opened is not None:
            print("\n".join(_filing_lines(opened)))
            tell_slips(place, opened, (output or place.output).resolve() / request.name)
        errors = sum(problem.level == ERROR for problem in problems)
        print(f"{errors} 处{ERROR}，{len(problems) - errors} 处{WARNING}。")
        raise typer.Exit(BAD_INPUT if errors else PUBLISHED)


def _filing_lines(review: Review) -> Iterator[str]:
    """Who has filed for the period and who has not, in the plan's order of units."""
    units = review.units.to_dict("records")
    known = review.as_known_on.isoformat() if review.as_known_on else "尚无报送"
    yield f"{review.period.label}报送情况（数据截至 {known}）"
    for filing in dict.fromkeys(unit["filing"] for unit in units):
        names = [unit["name"] for unit in units if unit["filing"] == filing]
        yield f"  {filing} {len(names)} 个：{'、'.join(names)}"
    for unit in units:
        if unit["received_on"] is not None and unit["tables_filed"] < unit["tables_due"]:
            yield f"  {unit['name']}：应报 {unit['tables_due']} 张表，实报 {unit['tables_filed']} 张"


@app.command("sample")
def sample_command(
    workspace: WorkspaceOption = None,
    plan: Annotated[str, typer.Option("--plan", metavar="计划", help="params 下的文件夹名")] = "jincheng",
    seed: Annotated[int, typer.Option("--seed", metavar="整数", help="随机种子；同一种子生成同样的文件")] = 38,
) -> None:
    """生成示例报送和登记簿；已有正式报送时拒绝。"""
    with told(**_NOT_PUBLISHED):
        from planeval.ledger.tables import COLUMNS_BY_TABLE
        from planeval.plan import load_method, load_plan
        from planeval.sample import write_sample

        place = find_workspace(workspace)
        the_plan = load_plan(place, plan)
        written = write_sample(place.root, the_plan, load_method(place, the_plan, COLUMNS_BY_TABLE), seed)
        print(f"已生成 {len(written) - 1} 份示例报送。登记簿：")
        print(written[-1])


@app.command("list")
def list_command(workspace: WorkspaceOption = None, output: OutputOption = None) -> None:
    """列出工作区的评估：名称、计划、季度、数据截至、是否已发布。"""
    with told(**_NOT_PUBLISHED):
        from planeval.plan import load_plan, load_review, review_names
        from planeval.publish.staging import read_manifest

        place = find_workspace(workspace)
        folder = output or place.output
        rows = [("评估", "计划", "季度", "数据截至", "发布")]
        problems: list[Problem] = []
        for name in review_names(place):
            try:
                request = load_review(place, name)
                title = load_plan(place, request.plan).text.short_title
            except InputError as error:
                problems += error.problems
                continue
            published = read_manifest(folder / request.name / request.edition)
            asked = request.as_known_on.isoformat() if request.as_known_on else "最近一次收件"
            state = f"已发布（数据截至 {published.get('as_known_on') or '无报送'}）" if published else "未发布"
            rows.append((request.name, title, str(request.period), asked, state))
        print("\n".join(columns(rows)))
        if problems:
            raise InputError(problems)


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """A progress bar in a terminal, else one plain line per step."""
    if not sys.stderr.isatty():
        yield lambda said, done, total: say(f"[{done}/{total}] {said}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda said, done, total: bar.update(task, description=said, completed=done, total=total)
