"""The commands of the ledger: forms out, filings in, tables and counts out. Heavy things are imported inside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planeval.cli_words import (
    EXIT_CODES,
    OutputOption,
    PlanOption,
    ReceivedOnOption,
    ReviewArgument,
    WorkspaceOption,
    only_plan,
    receipt_day,
    say,
    told,
)
from planeval.problems import ERROR, InputError, Problem
from planeval.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from planeval.ledger import Ledger
    from planeval.plan import Method, Plan, ReviewRequest
    from planeval.review import Review

TEMPLATES = "templates"

forms_app = typer.Typer(rich_markup_mode=None, help="报送表的发出和收回。")
ledger_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="台账：导出、分组数指标。")
forms_app.add_typer(ledger_app, name="ledger")


@forms_app.command("template", epilog=EXIT_CODES)
def template_command(
    review: ReviewArgument,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="单位", help="只写这个单位的；可写几次。不写则为全部单位")
    ] = None,
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
) -> None:
    """生成报送表：每个单位一份工作簿，只有它应报的表，以前没有办结的事项已经填好。"""
    with told():
        from planeval.ledger.templates import deadline, forms_due, write_template
        from planeval.measures.lapsing import lapsed

        place = find_workspace(workspace)
        request, plan, method, ledger = _opened(place, review)
        units = _units(plan, unit or [])
        period, last_day = request.period, deadline(method, request.period)
        folder = (output or place.output).resolve() / request.name / TEMPLATES
        due = {unit_id: tables for unit_id in units if (tables := forms_due(method, unit_id, period))}
        for unit_id, tables in due.items():
            write_template(
                folder / f"{unit_id}.xlsx", unit_id, period, plan, tables, ledger, last_day,
                lambda table, rows: lapsed(table, rows, plan, method, period),
            )  # fmt: skip
        faults = sum(problem.level == ERROR and problem.unit in units for problem in ledger.problems)
        if faults:
            say(f"注意：以前的报送还有 {faults} 处错误，没有计入的事项不会结转到报送表里。")
        idle = [plan.unit(unit_id).short_name for unit_id in units if unit_id not in due]
        if idle:
            say(f"没有应报的表：{'、'.join(idle)}（见 method.yml 的 filing_duties）。")
        print(f"已生成 {period.label}的报送表 {len(due)} 份，在：\n{folder}")


@forms_app.command("receive", epilog=EXIT_CODES)
def receive_command(
    files: Annotated[list[Path], typer.Argument(metavar="文件…", help="收到的工作簿或 CSV；可以一次收几份")],
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="谁的报送；“填报说明”里写明的不用写")] = "",
    period: Annotated[str, typer.Option("--period", metavar="季度", help="哪个季度，如 2026Q3；同上")] = "",
    received_on: ReceivedOnOption = "",
    supersedes: Annotated[
        str,
        typer.Option("--supersedes", metavar="文件", help="更正哪一份：登记簿 file 一栏，或 SHA-256 的前 8 位以上"),
    ] = "",
    plan: PlanOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """收件：检查、存一份副本、登记。已经登记的不会改动；同一份文件收两次等于收一次。"""
    with told("前面写明“已收”的已经登记，其余没有收。"):
        from planeval.ledger.receiving import receive
        from planeval.plan import load_plan

        place = find_workspace(workspace)
        the_plan = load_plan(place, plan or only_plan(place))
        received = receive(
            place, the_plan, files, received_on=receipt_day(received_on), unit=unit, period=period,
            supersedes=supersedes, said=print,
        )  # fmt: skip
        print(f"登记簿：{place.register(the_plan.id)}，本次 {len(received)} 份")


@ledger_app.command("export", epilog=EXIT_CODES)
def export_command(
    review: ReviewArgument,
    table: Annotated[str, typer.Argument(metavar="表", help="表名（企业）或标识（enterprises）")],
    form: Annotated[str, typer.Option("--format", metavar="格式", help="xlsx 或 csv")] = "xlsx",
    filed: Annotated[
        bool, typer.Option("--filed", help="每份报送的每一行；不写则每个事项一行（最近一次报送的）")
    ] = False,
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
) -> None:
    """导出一张台账表，每行带来源（单位、季度、文件、行号）。只有通过检查的行。"""
    with told():
        from planeval.ledger.exporting import FORMATS, export_table, table_named
        from planeval.ledger.tables import TABLES

        found, kind = table_named(table), next((known for known in FORMATS if known == form.lower()), None)
        problems = []
        if found is None:
            names = "、".join(each.sheet for each in TABLES)
            problems.append(Problem("参数", "", "表", "没有这张表", table, names, "写表名或标识", "argument"))
        if kind is None:
            problems.append(
                Problem("参数", "", "--format", "没有这种格式", form, "、".join(FORMATS), "改写", "argument")
            )
        if problems or found is None or kind is None:
            raise InputError(problems)
        place = find_workspace(workspace)
        request, plan, _, ledger = _opened(place, review)
        path = (output or place.output).resolve() / request.name / "ledger" / f"{found.sheet}.{kind}"
        rows = export_table(ledger, found, plan, path, kind, filed)
        print(f"“{found.sheet}”表 {rows} 行，数据截至 {ledger.as_known_on or '尚无报送'}：\n{path}")


@ledger_app.command("measure", epilog=EXIT_CODES)
def measure_command(
    review: ReviewArgument,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="分组", help="单位、产业或区域；可写几次。不写则为全部")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="台账库", help="别处的台账库（.duckdb 或 Parquet 文件夹）；不写则用本评估的"),
    ] = None,
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
) -> None:
    """分单位、分产业数出各项指标：直接在台账库里数，几千万行也不装进内存。口径与评估相同。"""
    with told():
        from planeval.measures.wide import open_wide
        from planeval.publish.wide_table import group_column, write_wide_table

        place = find_workspace(workspace)
        request, plan, method = _asked(place, review)
        if method.value("source_of_record", request.period) == "published":
            message, remedy = "这个计划以公开数据为准，没有台账可数", "看评估报告里的公开数据"
            raise InputError([Problem("参数", "", "评估", message, review, remedy=remedy, rule="argument")])
        columns = list(dict.fromkeys(group_column(word) for word in by or []))
        with _countable(store), open_wide(store or _store_of(place, request, plan, method)) as wide:
            counts = wide.measure(plan, method, request.period, columns)
        name = "、".join(["指标", *(by or [])])
        path = (output or place.output).resolve() / request.name / "ledger" / f"{name}.csv"
        rows = write_wide_table(counts, plan, columns, path)
        print(f"{request.period.label}指标 {rows} 行：\n{path}")


@contextmanager
def _countable(store: Path | None) -> Iterator[None]:
    """Say in Chinese that a store or a grouping column cannot be used. Raises InputError."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        message, remedy = "台账库打不开，或不是这种台账库", "写 .duckdb 文件或放 <表>.parquet 的文件夹"
        raise InputError([Problem(str(store or ""), "", "--store", message, remedy=remedy, rule="argument")]) from error
    except ValueError as error:
        message, remedy = "台账里没有这一列", "写 单位、产业、区域，或台账列的标识"
        raise InputError([Problem("参数", "", "--by", message, str(error), remedy=remedy, rule="argument")]) from error


def _store_of(place: Workspace, request: ReviewRequest, plan: Plan, method: Method) -> Path:
    """The store of a review's ledger, checked, and written first where there is none that can be believed."""
    from planeval.ledger import open_ledger
    from planeval.ledger.store import cached_ledger, store_path
    from planeval.ledger.store_key import store_key

    asked = (place, plan, method, request.period, request.as_known_on)
    cached_ledger(*asked, open_ledger)
    return store_path(place, plan, store_key(*asked))


def tell_slips(place: Workspace, review: Review, folder: Path) -> None:
    """For `check`: write the return slips into `<folder>/returns` and say where they are."""
    from planeval.publish.slips import RETURNS, write_slips

    written = write_slips(place, review, folder / RETURNS)
    pages = [path.stem for path in written if path.suffix == ".html"]
    refused = {problem.unit for problem in review.errors}.intersection(pages)
    if pages:
        print(f"退回单 {len(refused)} 份，核对单（只有警告）{len(pages) - len(refused)} 份，"
              f"标注的工作簿 {len(written) - len(pages)} 份，在：\n{folder / RETURNS}")  # fmt: skip


def _asked(place: Workspace, review: str) -> tuple[ReviewRequest, Plan, Method]:
    """A review's request, plan and decisions."""
    from planeval.ledger.tables import COLUMNS_BY_TABLE
    from planeval.plan import load_method, load_plan, load_review

    request = load_review(place, review)
    plan = load_plan(place, request.plan)
    return request, plan, load_method(place, plan, COLUMNS_BY_TABLE)


def _opened(place: Workspace, review: str) -> tuple[ReviewRequest, Plan, Method, Ledger]:
    """A review's request, plan, decisions and the ledger as known on its day."""
    from planeval.ledger import open_ledger

    request, plan, method = _asked(place, review)
    return request, plan, method, open_ledger(place, plan, method, request.period, request.as_known_on)


def _units(plan: Plan, written: Sequence[str]) -> list[str]:
    """Ids of the units named, in the plan's order; all of them when none is. Raises InputError for unknown ones."""
    named = {text: plan.unit_named(text) for text in written}
    names = "、".join(unit.short_name for unit in plan.units)
    problems = [
        Problem("参数", "", "--unit", "没有这个责任单位", text, names, "写方案所列单位的名称", "argument")
        for text, unit in named.items()
        if unit is None
    ]
    if problems:
        raise InputError(problems)
    wanted = {unit.id for unit in named.values() if unit is not None}
    return [unit.id for unit in plan.units if not wanted or unit.id in wanted]
