"""A small plan whose filings go wrong, and the desk that receives them: real files, a real register.

Two units file for a harbour plan: 港务局 keeps events, platforms, funds, milestones and firms; 海关 keeps events
too, and revenue. Each test hands a file in as the desk would: bytes on disk, one line in the register.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl

from planeval.ledger import Ledger, open_ledger
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.measures.targets import measure_targets
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.problems import Problem
from planeval.review import Review, open_review
from planeval.workspace import Workspace

PLAN = "harbour"
PERIOD = "2026Q2"
REGISTER_HEAD = "unit,period,file,received_on,sha256,supersedes"

PLAN_YML = """\
id: harbour
title: 港区振兴行动方案（2025—2026年）
short_title: 港区振兴
document: {number: 港发〔2025〕1号, issuer: 市人民政府, written: "2024-12-20", published: "2025-01-01",
           url: "", kind: official_text}
due: "2026-12-31"
industries:
  - {id: shipping, name: 航运物流, clause: 一, quote: 做强航运物流}
zones:
  - {id: quay, name: 码头区, area_km2: 2.5, clause: 一, quote: 码头区2.5平方公里}
targets:
  - {id: events, name: 推介活动, unit: 场, amount: 10, comparison: ">=", due: "2026-12-31", kind: flow,
     direction: up, clause: 一, quote: 推介活动不少于10场}
  - {id: fund, name: 港区基金, unit: 亿元, amount: 3, comparison: ">=", due: "2026-12-31", kind: money,
     direction: up, clause: 一, quote: 设立3亿元基金}
tasks:
  - {id: berths, name: 泊位建设, clause: 二(一), units: [port, customs], quote: 加快泊位建设,
     work_items: [{id: dredge, name: 疏浚航道, quote: 疏浚航道}]}
"""

UNITS_YML = """\
units:
  - {id: port, name: 市港务管理局, short_name: 港务局, aliases: [市港务局]}
  - {id: customs, name: 海关缉私分局, short_name: 海关}
"""

METHOD_YML = """\
plan: harbour
decisions:
  plan_start:
    question: 从哪一天算起
    values:
      - {value: "2025-01-01", reason: 方案印发之日, by: 评估组, from: 2025Q1}
  source_of_record:
    question: 以哪类数据为准
    values:
      - {value: filings, reason: 以报送为准, by: 评估组, from: 2025Q1}
  enterprise_identifier:
    question: 企业用什么编号
    values:
      - {value: uscc, reason: 有校验位, by: 评估组, from: 2025Q1}
  light_bands:
    question: 相差多少亮什么灯
    values:
      - {value: {on_pace: -0.10, behind: -0.25, over: 1.20}, reason: 便于举例, by: 评估组, from: 2025Q1}
  filing_deadline_days:
    question: 几天内报送
    values:
      - {value: 15, reason: 便于举例, by: 评估组, from: 2025Q1}
  filing_duties:
    question: 谁报什么
    values:
      - {value: {events: [port, customs], funds: [port]}, reason: 便于举例, by: 评估组, from: 2025Q1}
  lead_units:
    question: 谁牵头
    values:
      - {value: {berths: port}, reason: 便于举例, by: 评估组, from: 2025Q1}
  baseline.events:
    question: 起点
    values:
      - {value: 0, reason: 从零算起, by: 评估组, from: 2025Q1}
  baseline.fund:
    question: 起点
    values:
      - {value: 0, reason: 从零算起, by: 评估组, from: 2025Q1}
  counting.events:
    question: 怎样算一场
    values:
      - {reading: dated, reason: 便于举例, by: 评估组, from: 2025Q1}
    readings:
      - {id: dated, label: 按活动编号, value: {table: events, distinct: event_id, dated_by: held_on, since: plan_start}}
      - {id: named, label: 按活动名称, value: {table: events, distinct: name, dated_by: held_on, since: plan_start}}
  counting.fund:
    question: 怎样算基金
    values:
      - value: {table: funds, where: {record: [备案]}, distinct: fund_id, dated_by: recorded_on, sum: amount}
        reason: 便于举例
        by: 评估组
        from: 2025Q1
"""

EVENT_HEAD = (
    "活动编号",
    "活动名称",
    "活动种类",
    "举办日期",
    "地点",
    "主办单位",
    "参加人数（人）",
    "佐证材料",
    "数据性质",
)
FUND_HEAD = (
    "基金编号",
    "基金名称",
    "记录种类",
    "记录日期",
    "金额（万元）",
    "管理人",
    "文号或凭证号",
    "佐证材料",
    "数据性质",
)
NODE_HEAD = ("节点编号", "重点任务", "工作事项", "节点名称", "牵头单位", "配合单位", "完成时限", "完成日期", "进展")
FIRM_HEAD = ("企业代码", "企业名称", "所属产业", "所属产业链", "所在区域", "入驻日期", "迁出日期", "来源")
Rows = Sequence[Sequence[Any]]
CHINESE = re.compile("[\u4e00-\u9fff]")


def event(number: int | str, held_on: Any = "2026-05-04", **changed: Any) -> list[Any]:
    """One event as a clerk types it; `changed` replaces cells by heading (活动名称="…")."""
    cells = dict(zip(EVENT_HEAD, (f"HD{number}", f"推介会{number}", "产业对接会", held_on, "一号码头", "港务局", 40, "签到表", ""), strict=True))  # fmt: skip
    return list((cells | changed).values())


def fund(number: int | str, amount: Any = 10_000, **changed: Any) -> list[Any]:
    """One fund record, 备案 of 1亿元 unless said otherwise."""
    cells = dict(zip(FUND_HEAD, (f"JJ{number}", "港区一号基金", "备案", "2026-04-01", amount, "港投公司", f"P{number}", "", ""), strict=True))  # fmt: skip
    return list((cells | changed).values())


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """An .xlsx as openpyxl saves it: sheet name → rows."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def good_events(*numbers: int) -> bytes:
    """A workbook as the template wants it, with these events and an empty fund sheet."""
    return workbook({"活动": [EVENT_HEAD, *(event(number) for number in numbers)], "基金": [FUND_HEAD]})


def csv_bytes(rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def rezipped(content: bytes, parts: Mapping[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same workbook with parts replaced, added, or (None) left out."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(packed, "w", compression, compresslevel=9) as target,
    ):
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return packed.getvalue()


def sheet_xml(rows: str, before: str = "", after: str = "") -> bytes:
    """A worksheet part around these `<row>` elements."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{before}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


Stamp = tuple[tuple[Path, int], ...]


@lru_cache(maxsize=4)
def _review(root: Path, period: str, as_known_on: str, _: Stamp) -> Review:
    return open_review(PLAN, period, as_known_on, workspace=root)


@lru_cache(maxsize=4)
def _read(root: Path, period: str, as_known_on: str, _: Stamp) -> tuple[Ledger, Plan, Method]:
    place = Workspace(root)
    plan, method = load_params(place, PLAN, COLUMNS_BY_TABLE)
    day = date.fromisoformat(as_known_on) if as_known_on else None
    return open_ledger(place, plan, method, Period.parse(period), day), plan, method


@dataclass(frozen=True)
class Desk:
    """The workspace of one test and the desk that receives its filings."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data" / PLAN

    @property
    def register(self) -> Path:
        return self.data / "register.csv"

    def receive(
        self, unit: str, content: bytes, file: str = "", *, period: str = PERIOD, received_on: str = "2026-07-10",
        supersedes: str = "",
    ) -> str:  # fmt: skip
        """Put a file among the filings and enter it in the register; returns its path as faults show it."""
        file = file or f"{period}/{unit}.xlsx"
        path = self.data / "filings" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.enter(unit, file, hashlib.sha256(content).hexdigest(), period, received_on, supersedes)
        return self.shown(file)

    def enter(
        self, unit: str, file: str, digest: str = "0" * 64, period: str = PERIOD, received_on: str = "2026-07-10",
        supersedes: str = "",
    ) -> None:  # fmt: skip
        """One line in the register, whether or not the file is there."""
        if not self.register.exists():
            self.register.parent.mkdir(parents=True, exist_ok=True)
            self.register.write_text(f"\ufeff{REGISTER_HEAD}\n", encoding="utf-8", newline="\n")
        with self.register.open("a", encoding="utf-8", newline="\n") as register:
            register.write(f"{unit},{period},{file},{received_on},{digest},{supersedes}\n")

    def shown(self, file: str) -> str:
        return f"data/{PLAN}/filings/{file}"

    def params(self, name: str) -> Path:
        return self.root / "params" / PLAN / name

    def stamp(self) -> Stamp:
        """What lies on disk now, output aside: the same question asked twice is answered from memory."""
        paths = [path for name in ("params", "data") for path in (self.root / name).rglob("*") if path.is_file()]
        return tuple((path, path.stat().st_mtime_ns) for path in sorted(paths))

    def review(self, period: str = PERIOD, as_known_on: str = "") -> Review:
        return _review(self.root, period, as_known_on, self.stamp())

    def ledger(self, period: str = PERIOD, as_known_on: str = "") -> Ledger:
        """The ledger alone, read from the files and not from the store."""
        return _read(self.root, period, as_known_on, self.stamp())[0]

    def problems(self, file: str = "") -> list[Problem]:
        """Faults of the filings, of one file (as `receive` returned it) or of all."""
        return [problem for problem in self.ledger().problems if file in ("", problem.file)]

    def value(self, target: str, period: str = PERIOD, as_known_on: str = "") -> float | None:
        """A target at the end of a quarter, by the decisions in force."""
        ledger, plan, method = _read(self.root, period, as_known_on, self.stamp())
        return measure_targets(ledger, (), plan, method, Period.parse(period))[target].value


def open_desk(root: Path) -> Desk:
    """An empty workspace with the plan's params and no filing."""
    params = root / "params" / PLAN
    params.mkdir(parents=True)
    (root / "data" / PLAN).mkdir(parents=True)
    for name, text in {"plan.yml": PLAN_YML, "units.yml": UNITS_YML, "method.yml": METHOD_YML}.items():
        (params / name).write_text(text, encoding="utf-8", newline="\n")
    return Desk(root)


def told(problems: list[Problem], rule: str) -> Problem:
    """The one fault of a rule; it can be acted on by someone who reads Chinese and has the file open."""
    found = [problem for problem in problems if problem.rule == rule]
    assert len(found) == 1, [problem.line() for problem in problems]
    fault = found[0]
    assert CHINESE.search(fault.message) and CHINESE.search(fault.remedy), fault
    return fault
