"""A stranger's workspace, small enough to read at a glance: another plan, other units, own notebooks, CSV filings.

Two targets of a reading-promotion plan: events held (a flow) and school partnerships at work (a stock).
Nothing in the package knows this plan; whatever works here needs no change of code.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import nbformat

PLAN = "reading"
REVIEW = "2026Q2"

_PLAN_YML = """\
id: reading
title: 全民阅读推广工作方案（2025—2026年）
short_title: 书香城市
document: {number: 文旅发〔2025〕1号, issuer: 市文化和旅游局, written: "2024-12-20", published: "2025-01-01",
           url: "", kind: official_text}
due: "2026-12-31"
targets:
  - {id: readings, name: 读书活动, unit: 场, amount: 10, comparison: ">=", due: "2026-12-31", kind: flow,
     direction: up, clause: 一, quote: 读书活动不少于10场}
  - {id: schools, name: 馆校合作, unit: 个, amount: 4, comparison: ">=", due: "2026-12-31", kind: stock,
     direction: up, clause: 一, quote: 馆校合作4个}
tasks:
  - {id: campus, name: 阅读进校园, clause: 二（一）, units: [library, schoolboard], quote: 推动阅读进校园,
     work_items: [{id: corner, name: 建设图书角, quote: 建设图书角}]}
"""

_UNITS_YML = """\
units:
  - {id: library, name: 市图书馆, short_name: 图书馆}
  - {id: schoolboard, name: 市教育局, short_name: 教育局}
"""


def _decision(name: str, value: str) -> str:
    return (
        f"  {name}:\n    question: 怎样确定{name}\n    values:\n"
        f"      - {{value: {value}, reason: 便于举例。, by: 评估组, from: 2025Q1}}\n"
    )


_DECISIONS = {
    "plan_start": '"2025-01-01"',
    "source_of_record": "filings",
    "enterprise_identifier": "any",
    "light_bands": "{on_pace: -0.10, behind: -0.25, over: 1.20}",
    "filing_deadline_days": "15",
    "filing_duties": "{events: [library], partnerships: [schoolboard]}",
    "lead_units": "{campus: library}",
    "closed_lists": "{events-kind: [读书会, 讲座]}",
    "baseline.readings": "0",
    "baseline.schools": "0",
    "counting.readings": "{table: events, distinct: event_id, dated_by: held_on, since: plan_start}",
    "counting.schools": "{table: partnerships, distinct: partnership_id, dated_by: operating_on, ends_by: ended_on}",
}
EVENT_COLUMNS = ("活动编号", "活动名称", "活动种类", "举办日期", "地点", "主办单位", "参加人数", "佐证材料")
SCHOOL_COLUMNS = ("合作编号", "高校", "合作主体", "合作形式", "签约日期", "运行日期", "终止日期", "协议编号")


def write_workspace(root: Path, notebooks: bool = True) -> Path:
    """The whole workspace with two accepted filings for 2026Q2 (3 events, 2 partnerships) and two notebooks."""
    params = root / "params" / PLAN
    params.mkdir(parents=True)
    (root / "data" / PLAN).mkdir(parents=True)
    write_text(params / "plan.yml", _PLAN_YML)
    write_text(params / "units.yml", _UNITS_YML)
    decisions = "".join(_decision(name, value) for name, value in _DECISIONS.items())
    write_text(params / "method.yml", f"plan: {PLAN}\ndecisions:\n{decisions}")
    write_text(
        root / "params" / "reviews" / f"{REVIEW}.yml",
        f'plan: {PLAN}\nperiod: "{REVIEW}"\nas_known_on: ""\nedition: internal\n',
    )
    file_csv(root, "library", "活动", EVENT_COLUMNS, [event(number) for number in (1, 2, 3)])
    file_csv(root, "schoolboard", "市校合作", SCHOOL_COLUMNS, [school(number) for number in (1, 2)])
    if notebooks:
        write_report(root, "01_targets", "读书活动和馆校合作")
        write_report(root, "02_again", "同样的表")
        write_reports_list(root, {"01_targets": "指标", "02_again": "附表"})
    return root


def event(number: int, name: str = "读书会", held_on: str = "2026-05-04") -> tuple[str, ...]:
    """One event as a librarian would write it."""
    return (f"HD{number}", f"{name}{number}", "读书会", held_on, "总馆", "图书馆", "40", "签到表")


def school(number: int) -> tuple[str, ...]:
    """One partnership at work since 2025."""
    return (f"HZ{number}", f"第{number}中学", "校园分馆", "合作协议", "2025-03-01", "2025-09-01", "", f"XY{number}")


def file_csv(
    root: Path, unit: str, sheet: str, columns: tuple[str, ...], rows: list[tuple[str, ...]],
    period: str = REVIEW, received_on: str = "2026-07-10",
) -> Path:  # fmt: skip
    """File one table of a unit as CSV and enter it in the register, as whoever receives filings does."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    data = root / "data" / PLAN
    path = data / "filings" / period / unit / f"{sheet}.csv"
    write_text(path, text.getvalue())
    register = data / "register.csv"
    if not register.exists():
        write_text(register, "\ufeffunit,period,file,received_on,sha256,supersedes\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    line = f"{unit},{period},{path.relative_to(data / 'filings').as_posix()},{received_on},{digest},\n"
    write_text(register, register.read_text(encoding="utf-8") + line)
    return path


def write_reports_list(root: Path, titles: dict[str, str], for_each: dict[str, str] | None = None) -> None:
    """reports.yml: which notebooks are published, under which titles, and which once for each part of the plan."""
    parts = for_each or {}
    entries = [
        f"  - {{notebook: {name}, title: {title}, editions: [internal]"
        f"{f', for_each: {parts[name]}' if name in parts else ''}}}\n"
        for name, title in titles.items()
    ]
    write_text(root / "params" / PLAN / "reports.yml", "reports:\n" + "".join(entries))


PARAMETERS = f'plan = "{PLAN}"  # 计划\nperiod = "{REVIEW}"\nas_known_on = ""\nedition = "internal"'
OPENING = "review = open_review(plan, period, as_known_on, edition)\nopening(review)"


def write_report(root: Path, name: str, title: str, *more: str, parameters: str = PARAMETERS) -> Path:
    """A notebook of the stranger's own: title, parameters, opening, one section; `more` are further code cells."""
    return write_notebook(
        root / "notebooks" / f"{name}.ipynb",
        f"# {title}",
        parameters,
        "from planeval import open_review, opening, target_table",
        OPENING,
        "## 一、指标",
        "target_table(review)",
        *more,
    )


def write_notebook(path: Path, *cells: str) -> Path:
    """A notebook of these cells: text that begins with `#` and a blank is markdown, `… = "…"` the parameters."""
    notebook = nbformat.v4.new_notebook()
    for number, source in enumerate(cells):
        if source.startswith(("# ", "## ", "### ")):
            cell: Any = nbformat.v4.new_markdown_cell(source)
        else:
            cell = nbformat.v4.new_code_cell(source)
            cell.metadata["tags"] = ["parameters"] if source.startswith("plan = ") else []
        cell["id"] = f"cell-{number}"
        notebook.cells.append(cell)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    write_text(path, nbformat.writes(notebook))
    return path


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with LF, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
