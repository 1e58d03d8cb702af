"""Writing the demonstration filings into a workspace, never over anything that is not demonstration data."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from planeval.ledger.register import COLUMNS, read_register
from planeval.ledger.sheets import Sheet, read_sheets
from planeval.ledger.tables import BY_SHEET, SAMPLE, TABLES
from planeval.ledger.workbooks import replace_file, write_workbook
from planeval.plan import Method, Plan
from planeval.problems import InputError, Problem
from planeval.sample.capital import fund_items, investment_items
from planeval.sample.certificates import certificate_items, leaving_firm
from planeval.sample.claims import World
from planeval.sample.deliveries import NATURE_NOTE, Delivery, make_deliveries
from planeval.sample.firms import enterprise_items, let_leave, make_firms, operation_items
from planeval.sample.item import Item, Setting
from planeval.sample.lending import credit_items
from planeval.sample.nodes import milestone_items
from planeval.sample.orders import order_items
from planeval.sample.people import service_items, talent_items
from planeval.sample.policies import policy_items
from planeval.sample.premises import place_firms, premises_items
from planeval.sample.projects import event_items, partnership_items, platform_items
from planeval.sample.publicity import publicity_items
from planeval.sample.scenario import Scenario
from planeval.sample.titles import Titles
from planeval.sample.transfer import achievement_items
from planeval.workspace import Workspace

_TARGETS = ("partnerships", "platforms", "achievements", "high_tech_firms", "tech_smes", "revenue", "fund", "events")


def write_sample(workspace_root: Path, plan: Plan, method: Method, seed: int = 38) -> tuple[Path, ...]:
    """Write the demonstration filings and their register; returns the files written, the register last.

    The same plan, method and seed give the same bytes. Demonstration filings of an earlier run are replaced,
    and removed where no longer wanted. Raises InputError, before anything is written, when the plan has no
    place for the story or when a filing, or the register, is not demonstration data.
    """
    workspace = Workspace(Path(workspace_root))
    setting = Setting(plan, method, Scenario(), seed)
    problems = [*_without_place(setting), *_not_sample(workspace, plan)]
    if problems:
        raise InputError(problems)
    deliveries = make_deliveries(make_world(setting), setting)
    folder = workspace.filings(plan.id)
    for delivery in deliveries:
        write_workbook(folder / delivery.file, delivery.sheets, plan, delivery.notes)
    written = [folder / delivery.file for delivery in deliveries]
    replace_file(workspace.register(plan.id), _register(deliveries, folder))
    for path in _workbooks(folder):
        if path not in written:
            path.unlink()
    return (*written, workspace.register(plan.id))


def make_world(setting: Setting) -> list[Item]:
    """Every item of the story with all its states, whoever files it."""
    everyone = make_firms(setting)
    firms = let_leave(everyone, leaving_firm(everyone, setting), setting.story.leaves_on)
    certificates, platforms = certificate_items(firms, setting), platform_items(firms, setting)
    events, milestones = event_items(setting), milestone_items(setting)
    titles, tenancies = Titles(certificates), place_firms(firms, setting)
    talents = talent_items(firms, platforms, setting)
    items = [
        *enterprise_items(firms, setting), *certificates, *operation_items(firms, setting), *platforms,
        *partnership_items(setting), *achievement_items(firms, setting), *events, *fund_items(setting),
        *investment_items(firms, titles, setting), *credit_items(firms, titles, setting), *talents,
        *service_items(talents, setting), *milestones, *publicity_items(events, setting),
        *premises_items(firms, tenancies, setting), *order_items(milestones, setting),
    ]  # fmt: skip
    return [*items, *policy_items(World(firms, items, titles, tenancies), setting)]


def _register(deliveries: list[Delivery], folder: Path) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for delivery in deliveries:
        sha256 = hashlib.sha256((folder / delivery.file).read_bytes()).hexdigest()
        writer.writerow((
            delivery.unit, delivery.period, delivery.file, delivery.received_on.isoformat(), sha256,
            delivery.supersedes,
        ))  # fmt: skip
    return text.getvalue().encode("utf-8-sig")


def _without_place(setting: Setting) -> Iterator[Problem]:
    """What the story needs and the plan or its method does not have."""
    shown = f"params/{setting.plan.id}"
    remedy = "示例数据的情节按“晋创谷·晋城”方案编写；别的计划请直接报送，不用示例数据"
    targets = {target.id for target in setting.plan.targets}
    units = {unit.id for unit in setting.plan.units}
    zones = {zone.id for zone in setting.plan.text.zones}
    wanted = dict.fromkeys(building.zone for building in setting.story.buildings)
    lacking = {
        "plan.yml": [f"指标 {name}" for name in _TARGETS if name not in targets]
        + ["产业"] * (not setting.plan.text.industries) + [f"区域 {name}" for name in wanted if name not in zones],
        "units.yml": [f"单位 {name}" for name in setting.story.units if name not in units],
        "method.yml": [f"{table.sheet}表的报送单位" for table in TABLES if not setting.duties.get(table.id)],
    }  # fmt: skip
    for file, names in lacking.items():
        if names:
            yield Problem(
                f"{shown}/{file}",
                rule="sample_plan",
                message=f"示例数据用到而这里没有：{'、'.join(names)}",
                remedy=remedy,
            )


def _workbooks(folder: Path) -> list[Path]:
    """Everything in the folder of filings, hidden files aside."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "~$"))]


def _not_sample(workspace: Workspace, plan: Plan) -> Iterator[Problem]:
    """Filings that are not, or not wholly, demonstration data, and registered ones that are not there to be seen."""
    folder = workspace.filings(plan.id)
    remedy = "示例数据只能写在没有真实报送的工作区：换一个工作区，或先把真实报送和登记簿移走"
    for path in _workbooks(folder):
        reason = _why_not_sample(path, workspace.relative(path))
        if reason:
            yield Problem(
                workspace.relative(path),
                rule="not_sample",
                message=f"{reason}，不能用示例数据覆盖",
                expected=f"整份标明“{SAMPLE}”的工作簿",
                remedy=remedy,
            )
    for filing in read_register(workspace, plan):
        if not (folder / filing.file).is_file():
            yield Problem(
                workspace.relative(workspace.register(plan.id)),
                cell=f"第 {filing.order} 行",
                rule="not_sample",
                value=filing.file,
                message="登记过的报送不在文件夹里，无法确认是示例数据，不能覆盖登记簿",
                remedy=remedy,
            )


def _why_not_sample(path: Path, shown: str) -> str:
    """Why a file cannot be taken for demonstration data, in Chinese; empty when it can."""
    try:
        sheets = read_sheets(path, shown)
    except InputError as error:
        return error.problems[0].message
    if not any(row[:2] == NATURE_NOTE for sheet in sheets for row in sheet.rows):
        return f"填报说明里没有写明“{SAMPLE}”"
    ledgers = [sheet for sheet in sheets if sheet.name.strip() in BY_SHEET]
    return "有不是示例数据的行" if any(_has_other_rows(sheet) for sheet in ledgers) else ""


def _has_other_rows(sheet: Sheet) -> bool:
    """Whether any filled row below the headings is not marked, in its own column, as demonstration data."""
    heading = BY_SHEET[sheet.name.strip()].column("nature").heading
    rows = [[cell.strip() for cell in row] for row in sheet.rows]
    if not rows or heading not in rows[0]:
        return any(any(row) for row in rows[1:])
    position = rows[0].index(heading)
    return any(any(row) and row[position] != SAMPLE for row in rows[1:])
