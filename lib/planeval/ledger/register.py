"""The register of filings received: append-only, one line per file, hashed.

Columns of register.csv (UTF-8 with BOM): unit, period, file (below filings/), received_on, sha256,
supersedes (the file of an earlier line that this one replaces, or empty).
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from planeval.ledger.parsing import Unreadable, parse_date
from planeval.periods import Period
from planeval.plan import Plan
from planeval.plan.file_names import stays_inside
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

COLUMNS = ("unit", "period", "file", "received_on", "sha256", "supersedes")
_SHA256 = re.compile("[0-9a-f]{64}")
_ADDITION_PARTS = 4  # period, unit, table, file


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

    @property
    def is_addition(self) -> bool:
        """Whether it only adds rows to one table between quarterly filings (`2026Q4/unit/督办/督办-0001.csv`).

        Such a file stands beside the unit's filing of the quarter: it is no filing of its own and competes with none.
        """
        return len(PurePosixPath(self.file).parts) == _ADDITION_PARTS


@dataclass(frozen=True)
class _Register:
    """Where faults of the register are said."""

    shown: str
    units: tuple[str, ...]

    def fault(self, line: int, column: str, message: str, value: str = "", expected: str = "", remedy: str = ""
              ) -> Problem:  # fmt: skip
        place = f"第 {line} 行 {column}".strip()
        return Problem(self.shown, "", place, message, value, expected, remedy, "register")


def read_register(workspace: Workspace, plan: Plan) -> tuple[Filing, ...]:
    """Every filing of a plan in the order received; empty when nothing was ever filed.

    Raises InputError with all faults of the register: it is the books' spine, so one fault stops all.
    """
    path = workspace.register(plan.id)
    if not path.exists():
        return ()
    register = _Register(workspace.relative(path), tuple(unit.id for unit in plan.units))
    filings: list[Filing] = []
    problems: list[Problem] = []
    doubtful: set[str] = set()
    for number, line in _lines(path, register, problems):
        faults = list(_line_faults(number, line, register))
        problems += faults
        if faults:
            doubtful.add((line.get("file") or "").strip())
        else:
            filings.append(_filing(number, line))
    problems += _supersession_faults(filings, doubtful, register)
    if problems:
        raise InputError(problems)
    return tuple(filings)


def _lines(path: Path, register: _Register, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line below the headings with its number in the file; uneven ones go to `problems`.

    Raises InputError when the file is no register.
    """
    try:
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        lines = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError([Problem(
            register.shown, rule="register", message="登记簿读不出来", expected="UTF-8 编码的 CSV",
            remedy="从备份恢复登记簿，不要用 Excel 直接改",
        )]) from error  # fmt: skip
    if not lines or tuple(cell.strip() for cell in lines[0][1]) != COLUMNS:
        raise InputError([register.fault(
            1, "", "登记簿的表头不对", expected=",".join(COLUMNS), remedy="从备份恢复登记簿，不要用 Excel 直接改"
        )])  # fmt: skip
    for number, cells in lines[1:]:
        if cells and len(cells) != len(COLUMNS):
            problems.append(register.fault(
                number, "", "列数不对", f"{len(cells)} 列", "、".join(COLUMNS), "补齐缺少的列，或删去多余的列"
            ))  # fmt: skip
        elif cells:
            yield number, dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))


def _line_faults(number: int, line: dict[str, str], register: _Register) -> Iterator[Problem]:
    def fault(column: str, message: str, expected: str, remedy: str) -> Problem:
        return register.fault(number, column, message, line[column], expected, remedy)

    if line["unit"] not in register.units:
        close = difflib.get_close_matches(line["unit"], register.units, n=1)
        yield fault("unit", "没有这个责任单位", "units.yml 中的 id", f"是不是“{close[0]}”" if close else "核对单位 id")
    try:
        Period.parse(line["period"])
    except ValueError:
        yield fault("period", "不是季度", "2026Q3", "改成 2026Q3 的样子")
    try:
        parse_date(line["received_on"])
    except Unreadable as error:
        yield fault("received_on", error.message, error.expected, error.remedy)
    if not _SHA256.fullmatch(line["sha256"]):
        yield fault("sha256", "不是 SHA-256", "64 位小写十六进制", "重新计算文件的 SHA-256")
    if not stays_inside(line["file"]):
        yield fault(
            "file", "文件路径不在 filings 文件夹内，或写法不规范", "2026Q3/单位.xlsx", "改成 filings 下的相对路径"
        )


def _filing(number: int, line: dict[str, str]) -> Filing:
    period, received_on = Period.parse(line["period"]), parse_date(line["received_on"])
    return Filing(period, received_on, number, line["unit"], line["file"], line["sha256"], line["supersedes"])


def _supersession_faults(filings: list[Filing], doubtful: set[str], register: _Register) -> Iterator[Problem]:
    """Files registered twice, and corrections that do not replace the last word of the same unit and period.

    doubtful: files whose own line has a fault; what points at them is judged when that line is mended.
    """
    seen: dict[str, Filing] = {}
    replaced: dict[str, int] = {}
    for filing in filings:
        if filing.file in seen:
            message = f"同一文件登记了两次（第 {seen[filing.file].order} 行已有）"
            yield register.fault(filing.order, "file", message, filing.file, remedy="更正报送请另存为新文件")
        if filing.supersedes and filing.supersedes not in doubtful:
            message, remedy = _wrong_target(filing, seen.get(filing.supersedes), replaced)
            if message:
                yield register.fault(filing.order, "supersedes", message, filing.supersedes, remedy=remedy)
            replaced[filing.supersedes] = filing.order
        seen.setdefault(filing.file, filing)


def _wrong_target(filing: Filing, earlier: Filing | None, replaced: dict[str, int]) -> tuple[str, str]:
    """What is wrong with the filing that a correction names, and the remedy; two blanks when nothing is."""
    if earlier is None or (earlier.unit, earlier.period) != (filing.unit, filing.period):
        return "supersedes 指的不是同一单位同一季度更早登记的文件", "改成被更正文件的 file 一栏"
    if filing.supersedes in replaced:
        return f"这份文件已被第 {replaced[filing.supersedes]} 行更正过", "supersedes 写最近一次更正的文件"
    if filing.received_on < earlier.received_on:
        return "更正的收件日期早于被更正的文件", f"核对收件日期（第 {earlier.order} 行是 {earlier.received_on}）"
    return "", ""


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
