"""The command line, in Chinese. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from planeval.cli_dispatch import dispatch_app
from planeval.cli_export import export_command
from planeval.cli_ledger import forms_app, tell_slips
from planeval.cli_publish import publish_command
from planeval.cli_review import NOT_PUBLISHED, review_command, verify_command
from planeval.cli_words import (
    BAD_INPUT,
    EXIT_CODES,
    PUBLISHED,
    OutputOption,
    ReviewArgument,
    WorkspaceOption,
    columns,
    requested,
    told,
)
from planeval.problems import ERROR, WARNING, InputError, Problem, report_problems
from planeval.workspace import find_workspace

if TYPE_CHECKING:
    from planeval.review import Review

_EXIT_CODES = """退出码：

  0  全部网页已发布（check：没有错误）

  2  输入有问题。参数、登记簿有问题时什么都不发布；报送有错误时，去掉错误的行后照常发布，并列出错误

  3  有网页没有完成。原来有完整的发布：原样不动；没有：发布其余网页，没有完成的写明“未完成”

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
app.command("publish")(publish_command)
app.command("export", epilog=EXIT_CODES)(export_command)


def main() -> None:
    """The command line; `planeval.__main__` starts it."""
    app(prog_name="planeval")


app.command("review", epilog=_EXIT_CODES)(review_command)
app.command("verify")(verify_command)


@app.command("check")
def check_command(
    review: ReviewArgument,
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
) -> None:
    """只检查，不发布：列出参数、笔记本、登记簿和报送的全部问题，给有问题的单位写退回单，并说明谁报送了、谁没有。"""
    with told(**NOT_PUBLISHED):
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
    with told(**NOT_PUBLISHED):
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
    with told(**NOT_PUBLISHED):
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
