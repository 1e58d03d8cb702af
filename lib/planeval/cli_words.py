"""What all commands share: the words of the command line, its exit codes, and how failures are told in Chinese."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

if TYPE_CHECKING:
    from planeval.plan import ReviewRequest

PUBLISHED, ENVIRONMENT, BAD_INPUT, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
EXIT_CODES = "退出码：0 完成；2 输入有问题，什么都没有写；1 磁盘、权限等其他问题；130 被中断"

ReviewArgument = Annotated[str, typer.Argument(metavar="评估", help="评估文件的名称（2026Q3）或路径")]
LatestReviewArgument = Annotated[
    str, typer.Argument(metavar="评估", help="评估文件的名称（2026Q3）或路径；不写则取最近一个季度的评估")
]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="文件夹", help="工作区：有 params 和 data 的文件夹；不写则自动寻找"),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="文件夹", help="输出文件夹；不写则为工作区下的 output")
]
PlanOption = Annotated[
    str, typer.Option("--plan", metavar="计划", help="params 下的文件夹名；只有一个计划收件时不用写")
]
ReceivedOnOption = Annotated[
    str, typer.Option("--received-on", metavar="日期", help="收到的日期，如 2026-10-12；不写则为今天")
]


def say(text: str) -> None:
    """To the person in front of it; standard output is left to results."""
    sys.stderr.write(f"{text}\n")  # one write, so that lines of two threads do not mix
    sys.stderr.flush()


@contextmanager
def told(after_failure: str = "什么都没有写。", interrupted: str = "") -> Iterator[None]:
    """Turn what can go wrong into Chinese sentences and the documented exit codes.

    after_failure: what a failure leaves behind. interrupted: the same for an interruption, where it differs.
    """
    try:
        yield
    except InputError as error:
        say(str(error))
        raise typer.Exit(BAD_INPUT) from error
    except OSError as error:
        say(f"读写文件时出错：{error}\n{after_failure}请检查磁盘空间和文件夹权限后再运行。")
        raise typer.Exit(ENVIRONMENT) from error
    except KeyboardInterrupt as error:
        say(interrupted or f"已中断。{after_failure}")
        raise typer.Exit(INTERRUPTED) from error


def requested(place: Workspace, review: str) -> ReviewRequest:
    """The review named, or the latest one when none is."""
    from planeval.plan import latest_review, load_review

    return load_review(place, review) if review else latest_review(place)


def only_plan(place: Workspace) -> str:
    """The plan that filings are received for, when there is only one. Raises InputError when nobody can tell."""
    plans = sorted(path.parent.name for path in place.params.glob("*/plan.yml"))
    receiving = [plan for plan in plans if place.register(plan).exists() or place.filings(plan).is_dir()]
    candidates = receiving if receiving else plans
    if len(candidates) == 1:
        return candidates[0]
    message, remedy = "不知道是哪个计划的报送", f"用 --plan 写明：{'、'.join(plans) or '（params 里还没有计划）'}"
    raise InputError([Problem("参数", "", "--plan", message, remedy=remedy, rule="argument")])


def receipt_day(written: str) -> date:
    """The day of receipt; today is used only when nothing is written, and said."""
    today = date.today()
    if not written:
        print(f"收件日期：{today}（今天；别的日期用 --received-on 写明）")
        return today
    day = written_day(written, "--received-on")
    if day > today:
        say(f"注意：收件日期 {day} 在今天（{today}）以后。")
    return day


def written_day(written: str, option: str) -> date:
    """A day given in an option. Raises InputError when it is none."""
    from planeval.ledger.parsing import Unreadable, parse_date

    try:
        return parse_date(written)
    except Unreadable as fault:
        raise InputError([Problem(
            "参数", "", option, fault.message, written, fault.expected, fault.remedy, "argument"
        )]) from fault  # fmt: skip


def columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows as lines with their columns aligned; a Chinese character is two columns wide."""
    from rich.cells import cell_len, set_cell_size

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(set_cell_size(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
