"""Receiving filings: a file is checked, copied into the store, hashed and entered in the register.

What was received is never altered. Whatever happens in between, a filing is either wholly received or not at
all: the copy is in its place and on the disk before its line is added to the register, and a copy without a
line does not count.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from planeval.ledger.incoming import Incoming, open_incoming
from planeval.ledger.register import Filing, file_hash, read_register
from planeval.ledger.register_writing import (
    Said,
    add_line,
    compete,
    csv_table,
    mend_register,
    standing,
)
from planeval.ledger.workbooks import TEMPORARY, replace_file, sync_folder
from planeval.plan import Plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

PATIENCE = 60  # seconds to wait for somebody else's receipt
_SHORTEST_HASH = 8
_HASH = re.compile(rf"[0-9a-f]{{{_SHORTEST_HASH},64}}")


def _aloud(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def receive(
    workspace: Workspace, plan: Plan, files: Sequence[Path], *, received_on: date, unit: str = "", period: str = "",
    supersedes: str = "", said: Said = _aloud,
) -> tuple[Filing, ...]:  # fmt: skip
    """Receive files; returns their lines of the register, in the order given.

    unit and period: whose filing it is and of which quarter, where the file's 填报说明 does not say it.
    supersedes: the earlier filing that this one corrects, as its file or the beginning of its SHA-256. said: told
    in Chinese of everything worth knowing. Bytes already received change nothing. Raises InputError, before
    anything is written, with the faults of all files together; OSError when the disk fails, after which the
    files received so far (said one by one) stay received.
    """
    with _desk_lock(workspace, plan):
        _clear_unfinished(workspace, plan)
        mend_register(workspace, plan, said)
        known = read_register(workspace, plan)
        intake = _Intake(workspace, plan, received_on, said, list(known))
        intake.check(files, unit, period, supersedes)
        received = tuple(intake.take(receipt) for receipt in intake.receipts)
        _name_orphans(workspace, plan, {filing.file for filing in intake.filings}, said)
    return received


def receive_additions(
    workspace: Workspace, plan: Plan, make: Callable[[], Sequence[Incoming]], *, received_on: date, said: Said = _aloud
) -> tuple[Filing, ...]:
    """Receive rows that are made here, with the same copy, hash, line and lock as `receive`; returns their lines.

    make: called when nobody else can receive; reads the ledger as it now stands, and returns what is to be added
    or raises InputError, after which nothing was written.
    """
    with _desk_lock(workspace, plan):
        _clear_unfinished(workspace, plan)
        mend_register(workspace, plan, said)
        intake = _Intake(workspace, plan, received_on, said, list(read_register(workspace, plan)))
        return tuple(intake.take(_Receipt(incoming)) for incoming in make())


@contextmanager
def _desk_lock(workspace: Workspace, plan: Plan) -> Iterator[None]:
    register = workspace.register(plan.id)
    register.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(register.with_name(".register.lock"), timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError([Problem(
            workspace.relative(register), rule="busy", message="另一个进程正在收件", remedy="等它结束后再收"
        )]) from error  # fmt: skip
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class _Receipt:
    """A file that passed the checks, and what it replaces; `already` is its line when it was received before."""

    incoming: Incoming
    supersedes: str = ""
    already: Filing | None = None


@dataclass
class _Intake:
    """One call of `receive`: the register as it stands, and what is to be received. Holds the lock throughout."""

    workspace: Workspace
    plan: Plan
    received_on: date
    said: Said
    filings: list[Filing]
    receipts: list[_Receipt] = field(default_factory=list)

    def check(self, files: Sequence[Path], unit: str, period: str, supersedes: str) -> None:
        """Check all files against the register and each other. Raises InputError with all faults."""
        problems: list[Problem] = []
        if supersedes and len(files) > 1:
            message, remedy = "一次收几份文件时不能用 --supersedes", "更正件一份一份地收"
            raise InputError([Problem(str(files[0]), rule="receive", message=message, remedy=remedy)])
        expected = list(self.filings)
        for path in files:
            try:
                receipt = self._checked(open_incoming(path, self.plan, unit, period), supersedes, expected)
            except InputError as error:
                problems += error.problems
                continue
            self.receipts.append(receipt)
            if receipt.already is None:
                expected.append(receipt.incoming.filing(receipt.incoming.source, self.received_on, receipt.supersedes))
        if problems:
            raise InputError(problems)

    def _checked(self, incoming: Incoming, supersedes: str, expected: list[Filing]) -> _Receipt:
        """What is to be done with a file. Raises InputError when it may not be received as asked."""
        if incoming.period.start > self.received_on:
            raise _refusal(incoming, f"{self.received_on} 时 {incoming.period} 还没有开始", "核对所属季度和收件日期")
        same = [filing for filing in expected if filing.sha256 == incoming.sha256
                and compete(filing, incoming.filing(incoming.file(1), self.received_on))]  # fmt: skip
        stands = standing(expected)
        already = next((filing for filing in reversed(same) if filing in stands or not supersedes), None)
        if already is not None:
            return _Receipt(incoming, already=already)
        earlier = self._corrected(incoming, supersedes, expected) if supersedes else None
        new = incoming.filing(incoming.file(1), self.received_on)
        rivals = [filing for filing in stands if filing != earlier and compete(filing, new)]
        if rivals:
            raise _second_filing(incoming, rivals, bool(earlier))
        return _Receipt(incoming, earlier.file if earlier else "")

    def _corrected(self, incoming: Incoming, written: str, expected: list[Filing]) -> Filing:
        """The filing that `supersedes` means. Raises InputError unless it is one that a correction may replace."""
        tidy = written.strip().replace("\\", "/").rpartition("filings/")[2]
        matching = [filing for filing in expected if filing.file == tidy]
        if not matching and _HASH.fullmatch(written.strip().lower()):
            matching = [filing for filing in expected if filing.sha256.startswith(written.strip().lower())]
        own = [filing for filing in matching if (filing.unit, filing.period) == (incoming.unit, incoming.period)]
        stands = [filing for filing in own if filing in standing(expected)]
        if len(stands) != 1:
            raise self._no_such_filing(incoming, written, matching, expected)
        earlier = stands[0]
        if incoming.table and not csv_table(earlier.file):
            raise _refusal(incoming, f"一张 CSV 不能代替整份工作簿（{earlier.file}）", "把整份工作簿改好后重新报送")
        if earlier.received_on > self.received_on:
            raise _refusal(incoming, f"更正的收件日期早于被更正的文件（{earlier.received_on}）", "核对 --received-on")
        return earlier

    def _no_such_filing(
        self, incoming: Incoming, written: str, matching: list[Filing], expected: list[Filing]
    ) -> InputError:
        whose = f"{self.plan.unit(incoming.unit).short_name} {incoming.period}"
        open_ones = [filing.file for filing in standing(expected)
                     if (filing.unit, filing.period) == (incoming.unit, incoming.period)]  # fmt: skip
        if len(matching) > 1 and open_ones:
            message = f"不知道更正哪一份：“{written}”对应 {len(matching)} 份"
        elif matching:
            message = f"“{written}”不是 {whose} 现行的报送"
        else:
            message = f"登记簿里没有“{written}”"
        remedy = f"写成 {'、'.join(open_ones)}" if open_ones else f"{whose} 还没有报送，不用 --supersedes"
        return _refusal(incoming, message, remedy, f"file 一栏，或 SHA-256 的前 {_SHORTEST_HASH} 位以上")

    def take(self, receipt: _Receipt) -> Filing:
        """Receive one checked file: its copy first, then its line. Says what was done."""
        incoming = receipt.incoming
        if receipt.already is not None:
            return self._again(receipt.already, incoming)
        file, copied = self._store(incoming)
        filing = incoming.filing(file, self.received_on, receipt.supersedes, _last_line(self.filings) + 1)
        cells = (filing.unit, filing.period, file, filing.received_on.isoformat(), filing.sha256, filing.supersedes)
        try:
            add_line(self.workspace.register(self.plan.id), cells)
        except BaseException:
            if copied:
                (self.workspace.filings(self.plan.id) / file).unlink(missing_ok=True)
            raise
        last = max((known.received_on for known in self.filings), default=filing.received_on)
        self.filings.append(filing)
        self._say_received(incoming, filing, last)
        return filing

    def _again(self, already: Filing, incoming: Incoming) -> Filing:
        """Bytes received before: nothing is registered; a copy that was lost since is put back."""
        same = [filing for filing in self.filings if (filing.unit, filing.period, filing.sha256)
                == (incoming.unit, incoming.period, incoming.sha256)]  # fmt: skip
        known = already if already in same else same[-1]
        self.said(f"{incoming.source}：内容与已登记的 {known.file}（{known.received_on}）相同，没有重复登记")
        if known not in standing(self.filings):
            self.said(f"注意：{known.file} 后来已被更正；要恢复成这份内容，用 --supersedes 写明更正哪一份")
        path = self.workspace.filings(self.plan.id) / known.file
        if not path.exists():
            replace_file(path, incoming.content)
            sync_folder(path.parent)
            self.said(f"{known.file} 登记过而文件不在，已按登记恢复")
        elif file_hash(path) != known.sha256:
            self.said(f"注意：{known.file} 与登记时的内容不同；把它移走后再收一次，会按登记恢复")
        return known

    def _store(self, incoming: Incoming) -> tuple[str, bool]:
        """Put the copy in its place; returns its name below filings/ and whether it was not there before."""
        folder = self.workspace.filings(self.plan.id)
        taken = {filing.file.lower() for filing in self.filings}
        version = 0
        while True:
            version += 1
            file = incoming.file(version)
            if file.lower() in taken:
                continue
            path = folder / file
            if not path.exists():
                replace_file(path, incoming.content)
                sync_folder(path.parent)
                sync_folder(folder)
                return file, True
            if path.is_file() and file_hash(path) == incoming.sha256:
                self.said(f"{file}：上次已经复制、没有登记，内容相同，直接登记")
                return file, False

    def _say_received(self, incoming: Incoming, filing: Filing, last: date) -> None:
        name = self.plan.unit(filing.unit).short_name
        correction = f"，更正 {filing.supersedes}" if filing.supersedes else ""
        self.said(f"{incoming.source}：已收 {name} {filing.period}，存为 {filing.file}，收件日期 {filing.received_on}"
                  f"{correction}，SHA-256 {filing.sha256[:12]}…")  # fmt: skip
        if filing.received_on < last:
            self.said(
                f"注意：收件日期早于登记簿里最后一次收件（{last}），数据截至 {filing.received_on} 以后的评估会随之改变"
            )
        if filing.received_on <= filing.period.end and not filing.is_addition:
            self.said(f"注意：收件时 {filing.period} 还没有结束，请确认报送的是整季的数")


def _last_line(filings: Sequence[Filing]) -> int:
    return max((filing.order for filing in filings), default=1)


def _refusal(incoming: Incoming, message: str, remedy: str, expected: str = "") -> InputError:
    return InputError([Problem(
        incoming.source, message=message, expected=expected, remedy=remedy, rule="receive", unit=incoming.unit
    )])  # fmt: skip


def _second_filing(incoming: Incoming, rivals: list[Filing], correcting: bool) -> InputError:
    files = "、".join(filing.file for filing in rivals)
    if all(filing.order == 0 for filing in rivals):
        message = f"与这次一起收的 {files} 是同一单位同一季度的报送"
        return _refusal(incoming, message, "核对各份的单位和季度；更正件另外收")
    if correcting:
        message = f"更正以后这一季还有别的报送（{files}），内容会重复"
        return _refusal(incoming, message, "用原来的形式更正：工作簿更正工作簿，一张表的 CSV 更正同一张表的 CSV")
    message = f"这个单位这一季已经报送过（{files}，{rivals[-1].received_on}）"
    return _refusal(incoming, message, f"如果是更正，加上 --supersedes {rivals[-1].file}；如果弄错了季度，改正后再收")


def _clear_unfinished(workspace: Workspace, plan: Plan) -> None:
    """Remove what a receipt that was killed while writing left half written."""
    register = workspace.register(plan.id)
    left = [
        *workspace.filings(plan.id).rglob(f".*{TEMPORARY}"),
        *register.parent.glob(f".{register.name}.*{TEMPORARY}"),
    ]
    for path in left:
        path.unlink(missing_ok=True)


def _name_orphans(workspace: Workspace, plan: Plan, registered: set[str], said: Said) -> None:
    folder = workspace.filings(plan.id)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in registered and not path.name.startswith((".", "~$")):
            said(f"注意：{name} 在报送文件夹里，但没有登记，不计入；要计入就收这个文件，不要就移走")
