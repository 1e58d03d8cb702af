"""The commands of 督办: orders proposed and opened, answered, extended, closed, listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planeval.cli_words import (
    EXIT_CODES,
    LatestReviewArgument,
    PlanOption,
    ReceivedOnOption,
    WorkspaceOption,
    columns,
    only_plan,
    receipt_day,
    requested,
    say,
    told,
    written_day,
)
from planeval.workspace import find_workspace

if TYPE_CHECKING:
    import pandas as pd

    from planeval.dispatching import OrderDesk

dispatch_app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, epilog=EXIT_CODES,
    help="督办：建议并开单（open）、反馈（feedback）、延期（extend）、销号（close）、列出（list）。",
)  # fmt: skip

OrderArgument = Annotated[str, typer.Argument(metavar="督办编号", help="例如 DB-2026-13")]
AuthorOption = Annotated[str, typer.Option("--author", metavar="填写人", help="单位和岗位，不写手机号")]
OnOption = Annotated[
    str, typer.Option("--on", metavar="日期", help="变化发生的日期；不写则与登记日期（--received-on）相同")
]
EvidenceOption = Annotated[str, typer.Option("--evidence", metavar="材料", help="佐证材料：文件名、文号或网址")]


def _desk(workspace: Path | None, plan: str, received_on: str) -> OrderDesk:
    from planeval.dispatching import OrderDesk
    from planeval.ledger.tables import COLUMNS_BY_TABLE
    from planeval.plan import load_params

    place = find_workspace(workspace)
    the_plan, method = load_params(place, plan or only_plan(place), COLUMNS_BY_TABLE)
    desk = OrderDesk(place, the_plan, method, receipt_day(received_on), print)
    _ = desk.keeper  # refused before anything else when the plan keeps no such ledger
    return desk


def _day(on: str, desk: OrderDesk) -> date:
    return written_day(on, "--on") if on else desk.received_on


def _change(
    desk: OrderDesk, order: str, state: str, on: str, text: str, author: str, evidence: str, limit: date | None = None
) -> None:
    from planeval.dispatching import change_order

    change_order(desk, order, state, _day(on, desk), text, author, limit=limit, evidence=evidence)
    _show(desk, [order])


@dispatch_app.command("open", epilog=EXIT_CODES)
def open_command(
    review: LatestReviewArgument = "",
    write: Annotated[bool, typer.Option("--write", "--yes", help="照建议开单并登记；不写则只列出建议")] = False,
    author: AuthorOption = "",
    matter: Annotated[
        list[str] | None, typer.Option("--matter", metavar="事项", help="只开这一件：节点编号或指标名；可写几次")
    ] = None,
    on: OnOption = "",
    received_on: ReceivedOnOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """按规则建议督办单：滞后、严重滞后、到期未完成的指标和逾期的节点，一事一单；有单未销的不重复开。"""
    with told():
        from planeval.dispatching import chosen, open_orders, still_proposed
        from planeval.review import open_review

        place = find_workspace(workspace)
        request = requested(place, review)
        desk = _desk(place.root, request.plan, received_on)
        opened = open_review(**request.of_edition().parameters(), workspace=place.root)
        proposed = still_proposed(opened, desk.courses())
        if matter:
            proposed = chosen(proposed, matter)
        if desk.limits is None:
            say("method.yml 没有 dispatch_limits（办结时限），不能按规则建议督办单。")
        if proposed.empty:
            print(f"{request.name}：没有要开的督办单，滞后和逾期的事项都已有单，或没有这样的事项。")
        elif not write:
            print("\n".join(_proposals(proposed)))
            print(f"{request.name}：建议开单 {len(proposed)} 件，还没有登记；要登记，加上 --write --author 填写人。")
        else:
            filings = open_orders(desk, opened, _day(on, desk), author, matter or ())
            print(f"{request.name}：本次登记 {len(filings)} 份。登记簿：\n{place.register(request.plan)}")


def _proposals(proposed: pd.DataFrame) -> list[str]:
    rows = [("事项", "承办单位", "来源条款", "时限", "内容")]
    for row in proposed.to_dict("records"):
        unit = row["unit"] or f"未定（{row['lead_basis']}）"
        rows.append((row["about"], unit, row["source"], f"交办后 {row['limit_days']} 天", row["content"]))
    return list(columns(rows))


@dispatch_app.command("feedback", epilog=EXIT_CODES)
def feedback_command(
    order: OrderArgument,
    text: Annotated[str, typer.Option("--text", metavar="内容", help="反馈的要点")],
    author: AuthorOption = "",
    state: Annotated[
        str,
        typer.Option("--state", metavar="状态",
                     help="解决：承办单位说已办结（缺省）；交办：只报进展、催办或退回重办；督办：工作专班核验"),
    ] = "解决",
    on: OnOption = "",
    evidence: EvidenceOption = "",
    received_on: ReceivedOnOption = "",
    plan: PlanOption = "",
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """登记一次反馈或核验：状态变化一次登记一行，已登记的不改动。"""
    with told():
        from planeval.dispatching import refusal, state_named

        desk = _desk(workspace, plan, received_on)
        if not text.strip():
            raise refusal(order, "反馈没有内容", "用 --text 写明办理结果或进展")
        if state_named(state) not in ("解决", "交办", "督办"):
            raise refusal(order, f"反馈不能把状态改成{state}", "开单用 open，销号用 close")
        _change(desk, order, state, on, text, author, evidence)


@dispatch_app.command("extend", epilog=EXIT_CODES)
def extend_command(
    order: OrderArgument,
    to: Annotated[str, typer.Option("--to", metavar="日期", help="新的办结时限")],
    text: Annotated[str, typer.Option("--text", metavar="理由", help="为什么到期办不完")],
    author: AuthorOption = "",
    on: OnOption = "",
    evidence: EvidenceOption = "",
    received_on: ReceivedOnOption = "",
    plan: PlanOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """延期：只能在时限以前提出，写明理由和新的时限；次数和天数按 method.yml 的 dispatch_limits。"""
    with told():
        from planeval.dispatching import refusal

        desk = _desk(workspace, plan, received_on)
        if not text.strip():
            raise refusal(order, "延期没有写理由", "用 --text 写明为什么到期办不完")
        limit = written_day(to, "--to")
        _change(desk, order, "交办", on, f"时限前申请延期，同意延至{limit}：{text}", author, evidence, limit)


@dispatch_app.command("close", epilog=EXIT_CODES)
def close_command(
    order: OrderArgument,
    author: AuthorOption = "",
    text: Annotated[str, typer.Option("--text", metavar="意见", help="销号意见")] = "予以销号",
    on: OnOption = "",
    evidence: EvidenceOption = "",
    received_on: ReceivedOnOption = "",
    plan: PlanOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """销号：解决以后才能销号；逾期补办的销号后记为黄灯，不转绿。"""
    with told():
        _change(_desk(workspace, plan, received_on), order, "销号", on, text, author, evidence)


@dispatch_app.command("list", epilog=EXIT_CODES)
def list_command(
    everything: Annotated[bool, typer.Option("--all", help="连同已经销号的；不写则只列没有销号的")] = False,
    received_on: Annotated[
        str, typer.Option("--on", metavar="日期", help="看哪一天的灯；不写则为登记簿最后一次收件的日期")
    ] = "",
    plan: PlanOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """列出督办单：编号、承办单位、状态、时限、灯、事项。"""
    with told():
        desk = _desk(workspace, plan, received_on or date.today().isoformat())
        known = desk.ledger().as_known_on
        day = written_day(received_on, "--on") if received_on else known or desk.received_on
        courses = desk.courses()
        wanted = [order for order in sorted(courses) if everything or courses[order].closed_on is None]
        print(f"督办单 {len(courses)} 件，没有销号的 {sum(each.closed_on is None for each in courses.values())} 件；"
              f"灯按 {day} 计算。")  # fmt: skip
        _show(desk, wanted, day)


def _show(desk: OrderDesk, orders: list[str], day: date | None = None) -> None:
    """These orders as they stand on record, a line each."""
    from planeval.plan.model import normal

    courses = desk.courses()
    rows = [("督办编号", "承办单位", "状态", "状态日期", "办结时限", "灯", "事项")]
    for order in orders:
        course = courses[normal(order).upper()]
        last = course.changes[-1]
        unit = desk.plan.unit(course.first.lead_unit).short_name
        light = course.light(day or desk.received_on)
        rows.append((last.order_id, unit, course.state, str(last.changed_on), str(course.limit), light,
                     course.first.content))  # fmt: skip
    print("\n".join(columns(rows)))
