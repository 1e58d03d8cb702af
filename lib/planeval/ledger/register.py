"""The register of filings received: append-only, one line per file, hashed.

Columns of register.csv (UTF-8 with BOM): unit, period, file (below filings/), received_on, sha256,
supersedes (the file of an earlier line that this one replaces, or empty).
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from planeval.ledger.parsing import Unreadable, parse_date
from planeval.periods import Period
from planeval.plan import Plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

COLUMNS = ("unit", "period", "file", "received_on", "sha256", "supersedes")


@dataclass(frozen=True, order=True)
class Filing:
    """One file received from a unit for a period. `order` is its line in the register."""

    period: Period
    received_on: date
    order: int
    unit: str
    file: str
    sha256: str
    supersedes: str


def read_register(workspace: Workspace, plan: Plan) -> tuple[Filing, ...]:
    """Every filing of a plan in the order received; empty when nothing was ever filed.

    Raises InputError with all faults of the register: it is the books' spine, so one fault stops all.
    """
    path = workspace.register(plan.id)
    shown = workspace.relative(path)
    if not path.exists():
        return ()
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            [
                Problem(
                    shown,
                    rule="register",
                    message="登记簿读不出来",
                    expected="UTF-8 编码的 CSV",
                    remedy="从备份恢复登记簿，不要用 Excel 直接改",
                )
            ]
        ) from error
    filings: list[Filing] = []
    problems: list[Problem] = []
    for order, line in enumerate(lines, start=2):
        try:
            filings.append(_parse_line(order, line, plan, shown))
        except InputError as error:
            problems += error.problems
    problems += _supersession_faults(filings, shown)
    if problems:
        raise InputError(problems)
    return tuple(filings)


def _parse_line(order: int, line: dict[str, str | None], plan: Plan, shown: str) -> Filing:
    problems: list[Problem] = []

    def fault(column: str, message: str, expected: str, remedy: str) -> None:
        problems.append(
            Problem(
                shown,
                cell=f"第 {order} 行 {column}",
                rule="register",
                message=message,
                value=line.get(column) or "",
                expected=expected,
                remedy=remedy,
            )
        )

    if set(COLUMNS) - {key for key, value in line.items() if value is not None}:
        fault("", "列不齐", "、".join(COLUMNS), "补齐各列")
        raise InputError(problems)
    text = {column: (line[column] or "").strip() for column in COLUMNS}
    period, received = Period(2000, 1), date(2000, 1, 1)
    known = [unit.id for unit in plan.units]
    if text["unit"] not in known:
        close = difflib.get_close_matches(text["unit"], known, n=1)
        fault("unit", "没有这个责任单位", "units.yml 中的 id", f"是不是“{close[0]}”" if close else "核对单位 id")
    try:
        period = Period.parse(text["period"])
    except ValueError as error:
        fault("period", str(error), "2026Q3", "改正季度")
    try:
        received = parse_date(text["received_on"])
    except Unreadable as error:
        fault("received_on", error.message, error.expected, error.remedy)
    if len(text["sha256"]) != 64 or set(text["sha256"]) - set("0123456789abcdef"):
        fault("sha256", "不是 SHA-256", "64 位小写十六进制", "重新计算文件的 SHA-256")
    if not _inside(text["file"]):
        fault("file", "文件路径不在 filings 文件夹内", "2026Q3/单位.xlsx", "改成 filings 下的相对路径")
    if problems:
        raise InputError(problems)
    return Filing(period, received, order, text["unit"], text["file"], text["sha256"], text["supersedes"])


def _inside(file: str) -> bool:
    path = PurePosixPath(file)
    return bool(file) and not path.is_absolute() and ".." not in path.parts and "\\" not in file and ":" not in file


def _supersession_faults(filings: list[Filing], shown: str) -> Iterator[Problem]:
    seen: dict[str, Filing] = {}
    replaced: dict[str, int] = {}
    for filing in filings:
        place = f"第 {filing.order} 行"
        if filing.file in seen:
            yield Problem(
                shown,
                cell=place,
                rule="register",
                value=filing.file,
                message="同一文件登记了两次",
                remedy="更正报送请另存为新文件",
            )
        if filing.supersedes:
            earlier = seen.get(filing.supersedes)
            if earlier is None or (earlier.unit, earlier.period) != (filing.unit, filing.period):
                yield Problem(
                    shown,
                    cell=place,
                    rule="register",
                    value=filing.supersedes,
                    message="supersedes 指的不是同一单位同一季度更早登记的文件",
                    remedy="改成被更正文件的 file 一栏",
                )
            elif filing.supersedes in replaced:
                yield Problem(
                    shown,
                    cell=place,
                    rule="register",
                    value=filing.supersedes,
                    message=f"这份文件已被第 {replaced[filing.supersedes]} 行更正过",
                    remedy="supersedes 写最近一次更正的文件",
                )
            replaced[filing.supersedes] = filing.order
        seen[filing.file] = filing


@dataclass(frozen=True)
class Known:
    """What had been received on a day. standing: not superseded by then, in the order period, receipt."""

    day: date | None
    received: tuple[Filing, ...]
    standing: tuple[Filing, ...]


def known_on(filings: tuple[Filing, ...], day: date | None) -> Known:
    """The register as it stood on a day; without a day, on the last receipt date. Never looks at today's date."""
    if not filings:
        return Known(day, (), ())
    last = day or max(filing.received_on for filing in filings)
    received = tuple(filing for filing in filings if filing.received_on <= last)
    superseded = {filing.supersedes for filing in received if filing.supersedes}
    standing = tuple(sorted(filing for filing in received if filing.file not in superseded))
    return Known(last, received, standing)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
