"""A file handed in: opened, and matched with the unit and the quarter it is of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from planeval.ledger.book import NOTES_SHEET, sheet_table
from planeval.ledger.instructions import PERIOD_LABEL, UNIT_LABEL
from planeval.ledger.parsing import Unreadable, parse_quarter, plain
from planeval.ledger.register import Filing
from planeval.ledger.sheets import Sheet, read_bytes, sheets_of
from planeval.ledger.tables import BY_SHEET
from planeval.periods import Period
from planeval.plan import Plan
from planeval.plan.model import normal
from planeval.problems import InputError, Problem

_CODE = re.compile(r"20[0-9]{2}Q[1-4]")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True)
class Incoming:
    """A file that may be received. `table` is the sheet a CSV file holds, '' for a workbook. source: as named.

    addition: rows made here that are added to a table between filings, see Filing.is_addition.
    """

    source: str
    content: bytes = field(repr=False)
    suffix: str
    table: str
    unit: str
    period: Period
    addition: bool = False

    @property
    def sha256(self) -> str:
        """Of the bytes that were checked, which are the bytes that are stored."""
        return hashlib.sha256(self.content).hexdigest()

    def file(self, version: int) -> str:
        """Where it belongs below filings/: `2026Q3/kejiju.xlsx`, `2026Q3/kejiju-v2.xlsx`, `2026Q3/kejiju/活动.csv`."""
        if self.addition:
            return f"{self.period}/{self.unit}/{self.table}/{self.table}-{version:04d}{self.suffix}"
        stem = f"{self.period}/{self.unit}/{self.table}" if self.table else f"{self.period}/{self.unit}"
        return f"{stem}{f'-v{version}' if version > 1 else ''}{self.suffix}"

    def filing(self, file: str, received_on: date, supersedes: str = "", order: int = 0) -> Filing:
        """The line of the register that this file would become."""
        return Filing(self.period, received_on, order, self.unit, file, self.sha256, supersedes)


def open_incoming(path: Path, plan: Plan, unit: str, period: str) -> Incoming:
    """Open a file and find out whose it is: from 填报说明, else from `unit` and `period` (both may be '').

    Raises InputError with everything that keeps the file out. Faults in its rows do not: they are found later,
    when the ledger is read, and go back to the unit.
    """
    shown = str(path)
    if not path.is_file():
        message, remedy = "找不到这个文件", "核对文件名和所在的文件夹"
        raise InputError([Problem(shown, message=message, remedy=remedy, rule="receive")])
    content = read_bytes(path, shown)
    sheets = sheets_of(content, path, shown)
    said = _said_in_notes(sheets)
    problems: list[Problem] = []
    found_unit = _unit(said.get(UNIT_LABEL, ""), unit, plan, shown, problems)
    found_period = _period(said.get(PERIOD_LABEL, ""), period, shown, problems)
    is_csv = path.suffix.lower() == ".csv"
    tables = [name for sheet in sheets if (name := sheet_table(sheet))]
    if not tables:
        problems.append(_no_table(shown, is_csv))
    if problems or found_unit is None or found_period is None:
        raise InputError(problems)
    suffix = ".csv" if is_csv else path.suffix.lower() if path.suffix.lower() in _WORKBOOKS else ".xlsx"
    return Incoming(shown, content, suffix, tables[0] if is_csv else "", found_unit, found_period)


def _said_in_notes(sheets: Sequence[Sheet]) -> dict[str, str]:
    """What 填报说明 says about unit and quarter: label → what stands beside it."""
    rows = (row for sheet in sheets if sheet.name.strip() == NOTES_SHEET for row in sheet.rows)
    labelled = ((normal(row[0]), next((cell for cell in row[1:] if cell.strip()), "")) for row in rows if row)
    return {label: said for label, said in labelled if label in (UNIT_LABEL, PERIOD_LABEL)}


def _unit(written: str, named: str, plan: Plan, shown: str, problems: list[Problem]) -> str | None:
    """The unit's id; a fault goes to `problems`."""
    known = "、".join(unit.short_name for unit in plan.units)
    ids: list[str] = []
    for text, sheet, place in ((written, NOTES_SHEET, UNIT_LABEL), (named, "", "--unit")):
        unit = plan.unit_named(text) if text else None
        if unit is not None:
            ids.append(unit.id)
        elif text:
            message = f"没有“{plain(text)[:40]}”这个责任单位"
            problems.append(Problem(shown, sheet, place, message, text, known, "写方案所列单位的全称或简称", "receive"))
    if len(set(ids)) > 1:
        message = f"“{NOTES_SHEET}”写的是{plan.unit(ids[0]).short_name}，--unit 写的是{plan.unit(ids[1]).short_name}"
        problems.append(Problem(shown, message=message, remedy="核对是谁的报送，两处写成一样", rule="receive"))
    if not written and not named:
        problems.append(_unsaid(shown, "单位", UNIT_LABEL, "--unit 单位名称"))
    return ids[0] if ids else None


def _period(written: str, named: str, shown: str, problems: list[Problem]) -> Period | None:
    """The quarter; a fault goes to `problems`."""
    found: list[Period] = []
    for text, sheet, place in ((written, NOTES_SHEET, PERIOD_LABEL), (named, "", "--period")):
        try:
            found += [_quarter(text)] if text else []
        except Unreadable as fault:
            problems.append(Problem(
                shown, sheet, place, fault.message, text, fault.expected, fault.remedy, "receive"
            ))  # fmt: skip
    if len(set(found)) > 1:
        message = f"“{NOTES_SHEET}”写的是 {found[0]}，--period 写的是 {found[1]}"
        problems.append(Problem(shown, message=message, remedy="核对是哪个季度的报送，两处写成一样", rule="receive"))
    if not written and not named:
        problems.append(_unsaid(shown, "季度", PERIOD_LABEL, "--period 2026Q3"))
    return found[0] if found else None


def _quarter(text: str) -> Period:
    code = _CODE.search(normal(text).upper())
    return Period.parse(code[0] if code else parse_quarter(text))


def _unsaid(shown: str, what: str, label: str, option: str) -> Problem:
    return Problem(
        shown, message=f"不知道是哪个{what}的报送", expected=f"“{NOTES_SHEET}”里的“{label}”一行",
        remedy=f"用模板填报，或收件时加上 {option}", rule="receive",
    )  # fmt: skip


def _no_table(shown: str, is_csv: bool) -> Problem:
    names = "、".join(BY_SHEET)
    if is_csv:
        message, remedy = "从文件名看不出是哪张表", "用表名作文件名，例如 活动.csv"
        return Problem(shown, message=message, expected=names, remedy=remedy, rule="receive")
    message, remedy = "没有一张工作表是台账表", "核对是不是选错了文件；工作表名称按模板，不要改动"
    return Problem(shown, message=message, expected=names, remedy=remedy, rule="receive")
