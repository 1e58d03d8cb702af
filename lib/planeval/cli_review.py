"""`planeval review`: what has to be made, made and published, with its progress told. Heavy imports come late."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from planeval.batch.quick_look import Unchanged, forget, nothing_changed, remember, tell_unchanged
from planeval.cli_progress import PageProgress, shown_progress
from planeval.cli_words import (
    BAD_INPUT,
    FAILED,
    PUBLISHED,
    LatestReviewArgument,
    OutputOption,
    WorkspaceOption,
    requested,
    say,
    told,
)
from planeval.problems import ERROR, Problem, report_problems
from planeval.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from planeval.batch.publishing import Published
    from planeval.batch.run import Options
    from planeval.plan import ReviewRequest

Engine = Literal["planeval", "kernel"]  # papermill's name of our engine, or ordinary kernels
Executor = Literal["processes", "dask"]
NOT_PUBLISHED = {"after_failure": "什么都没有发布。", "interrupted": "已中断；原来的网页没有改动，再运行一次会接着做。"}
_LISTED = 200
_MEGABYTE = 1 << 20


def review_command(
    review: LatestReviewArgument = "",
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="笔记本", help="只重做这一个笔记本的网页，例如 20_targets")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="只说明要做哪些网页、为什么，不运行")] = False,
    failed_only: Annotated[bool, typer.Option("--failed-only", help="只重做上次没有完成的网页")] = False,
    force: Annotated[bool, typer.Option("--force", help="没有变化的网页也重做")] = False,
    jobs: Annotated[int, typer.Option("--jobs", metavar="个数", min=0, help="同时做几个网页；不写则每个核一个")] = 0,
    executor: Annotated[
        Executor, typer.Option("--executor", metavar="方式", help="processes：本机的进程；dask：集群")
    ] = "processes",
    scheduler: Annotated[str, typer.Option("--scheduler", metavar="地址", help="dask 调度器，如 tcp://主机:8786")] = "",
    events: Annotated[bool, typer.Option("--events", help="每一步在标准输出写一行 JSON，供别的程序读")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="别的进程正在发布同一个评估时，等它结束")] = False,
    time_limit: Annotated[int, typer.Option("--time-limit", metavar="秒", min=1, help="一个笔记本最长运行多久")] = 1800,
    memory_limit: Annotated[
        int, typer.Option("--memory-limit", metavar="MB", min=0, help="一个笔记本最多用多少内存；0 为本机的全部")
    ] = 0,
    engine: Annotated[
        Engine,
        typer.Option("--engine", metavar="引擎", help="planeval：预热进程的分叉，快；kernel：普通内核。网页相同"),
    ] = "planeval",
) -> None:
    """运行一次评估并发布网页；没有变化的网页不再做。最后一行是目录页的路径。"""
    with told(**NOT_PUBLISHED):
        place = find_workspace(workspace)
        asked = _Asked(place, review, (output or place.output).resolve(), events)
        if not (force or only) and (same := nothing_changed(place, review, asked.folder)):
            raise typer.Exit(asked.tell_unchanged(same))
        from planeval.batch.job_plan import Choice
        from planeval.batch.run import Options
        from planeval.publish.run_notebook import Limits

        choice = Choice(only.removesuffix(".ipynb") if only else None, failed_only, force)
        limits = Limits(time_limit, memory_limit * _MEGABYTE)
        options = Options(choice, engine, executor, scheduler, jobs, limits, wait)
        request = requested(place, review)
        raise typer.Exit(asked.tell_plan(request, options) if plan else asked.publish(request, options))


def verify_command(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="发布的一个版本，例如 output/2026Q3/internal")],
    workspace: WorkspaceOption = None,
) -> None:
    """核对发布的网页：逐个文件重算哈希，再用同样的参数重做一遍，说明每个文件是否逐字节相同、哪里不同。"""
    with told(after_failure="什么都没有改动。"):
        from planeval.batch.verify import SAME, verify_edition

        verdicts = verify_edition(folder, find_workspace(workspace))
        others = [verdict for verdict in verdicts if verdict.found != SAME]
        for verdict in others:
            print(f"{verdict.found}  {verdict.file}" + (f"  {verdict.said}" if verdict.said else ""))
        print(f"共 {len(verdicts)} 个文件：逐字节相同 {len(verdicts) - len(others)} 个，不同 {len(others)} 个。")
        raise typer.Exit(FAILED if others else PUBLISHED)


@dataclass(frozen=True)
class _Asked:
    """One call of the command: where, which review, into which folder, and whether a program is listening."""

    place: Workspace
    review: str
    folder: Path
    events: bool

    def tell_unchanged(self, same: Unchanged) -> int:
        """Nothing to do, and where the pages are."""
        if not self.events:
            return tell_unchanged(same)
        with shown_progress(self.review, self.events) as progress:
            progress.event("unchanged", pages=same.pages)
        return same.exit_code

    def tell_plan(self, request: ReviewRequest, options: Options) -> int:
        """What a run would make, and why."""
        from planeval.batch.job_plan import SAME
        from planeval.batch.run import plan_review

        planned = plan_review(self.place, request, self.folder, options.choice)
        for page in planned:
            print(f"{'不做' if page.why == SAME else '要做'}  {page.order.page.file}  {page.why}")
        wanted = sum(page.why != SAME for page in planned)
        print(f"共 {len(planned)} 个网页：要做 {wanted} 个，未变 {len(planned) - wanted} 个。")
        return PUBLISHED

    def publish(self, request: ReviewRequest, options: Options) -> int:
        """Run the review and say what came of it."""
        from planeval.batch.run import run_review

        forget(request.name, self.folder)
        with shown_progress(f"评估 {request.name}", self.events) as progress:
            published = run_review(self.place, request, self.folder, options, progress.told)
            progress.event("end", pages=len(published.pages), failed=len(published.failures),
                           promoted=published.promoted)  # fmt: skip
        if published.failures:
            return self._tell_failures(request, published)
        return self._tell_published(request, published, progress)

    def _tell_failures(self, request: ReviewRequest, published: Published) -> int:
        from planeval.batch.logs import log_file

        for failure in published.failures:
            say(str(failure))
            say(f"详细记录：{log_file(self.folder / request.name, request.edition, f'{failure.notebook}.html')}")
        left = len(published.pages) - len(published.failures)
        if published.promoted:
            say(f"以前没有完整的发布，所以发布了 {left} 个网页，没有完成的写明“未完成”。目录页：")
            say(str(published.index))
        else:
            say(f"没有发布：原来完整的网页没有改动。做好的 {left} 个网页已保存，改正后再运行一次，只做没有完成的。")
        return FAILED

    def _tell_published(self, request: ReviewRequest, published: Published, progress: PageProgress) -> int:
        errors = [problem for problem in published.problems if problem.level == ERROR]
        warnings = len(published.problems) - len(errors)
        if errors:
            say(_shortened(errors))
            say(f"报送有 {len(errors)} 处错误，有关的行或文件没有计入，其余照常发布。")
        if warnings:
            say(f"另有 {warnings} 处警告，见 tables/problems.csv 或 planeval check {request.name}。")
        say(published.engine or "全部网页未变，没有运行笔记本。")
        code = BAD_INPUT if errors else PUBLISHED
        done = Unchanged(published.index, len(published.pages), code)
        remember(self.place, request.plan, request.name, self.folder, request.edition, done)
        titles = "、".join(dict.fromkeys(page.group or page.title for page in published.pages))
        kept = f"（{published.unchanged} 个未变）" if published.unchanged else ""
        if not self.events:
            print(f"已发布 {len(published.pages)} 个网页{kept}：{titles}。目录页：")
            print(published.index, flush=True)
        return code


def _shortened(problems: list[Problem]) -> str:
    more = f"\n……共 {len(problems)} 处，其余见 tables/problems.csv" if len(problems) > _LISTED else ""
    return report_problems(problems[:_LISTED]) + more
