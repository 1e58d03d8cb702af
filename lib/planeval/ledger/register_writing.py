"""Adding to the register: whole lines at its end, never a byte before them.

A line that a crash cut short is found at the next receipt and cut off, said aloud.
"""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from planeval.ledger.book import sheet_table
from planeval.ledger.register import COLUMNS, Filing, file_hash, read_register
from planeval.ledger.sheets import Sheet
from planeval.ledger.workbooks import replace_file, sync_folder
from planeval.plan import Plan
from planeval.problems import InputError, shorten
from planeval.workspace import Workspace

Said = Callable[[str], None]


def register_line(cells: Sequence[object]) -> bytes:
    """One line of the register: `cells` in the order of its columns."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")


def add_line(path: Path, cells: Sequence[object]) -> None:
    """Add a line to a register, which begins with it when there was none. Raises OSError, having added nothing."""
    if path.exists() and path.stat().st_size:
        append_line(path, register_line(cells))
    else:
        replace_file(path, b"\xef\xbb\xbf" + register_line(COLUMNS) + register_line(cells))
        sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add a line to the register and wait until it is on the disk.

    Raises OSError when it does not fit, after the register is again as long as it was.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        length = os.fstat(handle).st_size
        try:
            if os.write(handle, line) != len(line):
                raise OSError(errno.ENOSPC, "登记簿写不下新的一行", str(path))
            os.fsync(handle)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(handle, length)
                os.fsync(handle)
            raise
    finally:
        os.close(handle)


def mend_register(workspace: Workspace, plan: Plan, said: Said) -> None:
    """Cut off a last line without its end, which only a crash leaves; a line that lacks nothing but its end is
    completed. Everything before it stays as it is.
    """
    path = workspace.register(plan.id)
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole in (0, len(content)):
        return
    torn = shorten(content[whole:].decode("utf-8", "replace"), 200)
    if _lacks_only_its_end(workspace, plan, content.count(b"\n") + 1):
        append_line(path, b"\n")
        said(f"登记簿最后一行缺少换行，内容完整，已补上换行：{torn}")
        return
    with path.open("r+b") as register:
        register.truncate(whole)
        os.fsync(register.fileno())
    said(f"登记簿最后一行没有写完（上次收件中断），已删去这半行，前面各行没有改动：{torn}")


def _lacks_only_its_end(workspace: Workspace, plan: Plan, number: int) -> bool:
    """Whether the last line is a filing that stands up: its file is there, unaltered and alone in its place.

    Raises InputError when the register has faults in other lines: then nothing here can be judged.
    """
    try:
        filings = read_register(workspace, plan)
    except InputError as error:
        if any(not problem.cell.startswith(f"第 {number} 行") for problem in error.problems if problem.cell):
            raise
        return False
    last = filings[-1]
    file = workspace.filings(plan.id) / last.file
    alone = not any(compete(last, earlier) for earlier in standing(filings[:-1]) if earlier.file != last.supersedes)
    return last.order == number and alone and file.is_file() and file_hash(file) == last.sha256


def standing(filings: Sequence[Filing]) -> list[Filing]:
    """The filings that no later one replaces, in the order received."""
    replaced = {filing.supersedes for filing in filings}
    return [filing for filing in filings if filing.file not in replaced]


def compete(first: Filing, second: Filing) -> bool:
    """Whether two filings claim one place: of one unit and quarter, unless they are CSV files of different tables.

    Rows added to a table between filings claim no place.
    """
    if first.is_addition or second.is_addition:
        return False
    if (first.unit, first.period) != (second.unit, second.period):
        return False
    tables = [csv_table(filing.file) for filing in (first, second)]
    return "" in tables or tables[0] == tables[1]


def csv_table(file: str) -> str:
    """The sheet that a CSV file holds, by its name; '' for a workbook and for a name that says no table."""
    path = PurePosixPath(file)
    if path.suffix.lower() != ".csv":
        return ""
    return sheet_table(Sheet(path.stem, (), encoding="utf-8")) or ""
