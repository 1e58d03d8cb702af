"""Receiving: what is refused, what is said, and that a filing is received wholly or not at all, whatever happens.

The crashes are real: processes killed with SIGKILL before and after every write, and at random moments.
"""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from filing_desk import EVENT_HEAD, FUND_HEAD, Desk, csv_bytes, event, good_events, open_desk, rezipped
from planeval.ledger import register_writing
from planeval.ledger.receiving import receive
from planeval.ledger.register import COLUMNS, Filing, file_hash, read_register
from planeval.plan import Plan, load_plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

DAY = date(2026, 7, 10)
HEAD = ("\ufeff" + ",".join(COLUMNS) + "\n").encode()
posix = pytest.mark.skipif(os.name != "posix", reason="needs fork and signals")


class Counter:
    """Where filings are handed in: `hand_in` receives files and keeps what was said."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.place, self.said = desk, Workspace(desk.root), [""]
        self.plan: Plan = load_plan(self.place, "harbour")

    def hand_in(self, *files: Path, unit: str = "", period: str = "", day: date = DAY, supersedes: str = ""
                ) -> tuple[Filing, ...]:  # fmt: skip
        self.said.clear()
        return receive(self.place, self.plan, files, received_on=day, unit=unit, period=period, supersedes=supersedes,
                       said=self.said.append)  # fmt: skip

    def refused(self, *files: Path, **asked: str) -> list[Problem]:
        """The faults for which files are refused; nothing may have changed."""
        before = self.state()
        with pytest.raises(InputError) as error:
            self.hand_in(*files, **asked)  # type: ignore[arg-type]
        assert self.state() == before
        assert all(problem.message and problem.remedy for problem in error.value.problems)
        return list(error.value.problems)

    def state(self) -> dict[str, bytes]:
        """Every file of the register and the store, and its bytes."""
        return {path.relative_to(self.desk.data).as_posix(): path.read_bytes()
                for path in sorted(self.desk.data.rglob("*"))
                if path.is_file() and path.name != ".register.lock"}  # fmt: skip

    def check(self) -> tuple[Filing, ...]:
        """The register is sound, and every file in it is there, unaltered."""
        filings = read_register(self.place, self.plan)
        for filing in filings:
            assert file_hash(self.desk.data / "filings" / filing.file) == filing.sha256
        return filings


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(open_desk(tmp_path / "收件 处"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "收到的"
    folder.mkdir()
    return folder


def form(folder: Path, *numbers: int, unit: str = "港务局", quarter: str = "2026年第二季度（2026Q2）",
         name: str = "报送.xlsx") -> Path:  # fmt: skip
    """A workbook that says whose it is, as the template does."""
    path = folder / name
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(2026, 7, 1)})  # the same form is the same bytes
    book.add_worksheet("填报说明").write_column(0, 0, ["报送单位", "所属季度"])
    book.worksheets()[0].write_column(0, 1, [unit, quarter])
    for sheet, rows in (("活动", [EVENT_HEAD, *map(event, numbers)]), ("基金", [FUND_HEAD])):
        added = book.add_worksheet(sheet)
        for row, cells in enumerate(rows):
            added.write_row(row, 0, cells)
    book.close()
    return path


def table_file(folder: Path, name: str, *numbers: int) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(csv_bytes([EVENT_HEAD, *([str(cell) for cell in event(number)] for number in numbers)]))
    return path


def lines(counter: Counter) -> list[str]:
    return counter.desk.register.read_bytes().decode("utf-8-sig").splitlines()


# ------------------------------------------------------------------------------ received


def test_a_filing_is_copied_hashed_and_entered(counter: Counter, inbox: Path) -> None:
    path = form(inbox, 1, 2)
    (filing,) = counter.hand_in(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert filing == Filing(filing.period, DAY, 2, "port", "2026Q2/port.xlsx", digest, "")
    assert counter.desk.register.read_bytes() == HEAD + f"port,2026Q2,2026Q2/port.xlsx,2026-07-10,{digest},\n".encode()
    assert counter.check() == (filing,)
    assert len(counter.said) == 1 and "已收 港务局 2026Q2" in counter.said[0] and digest[:12] in counter.said[0]


def test_unit_and_quarter_may_be_given_where_the_file_does_not_say(counter: Counter, inbox: Path) -> None:
    path = inbox / "x.xlsx"
    path.write_bytes(good_events(1))
    messages = [problem.message for problem in counter.refused(path)]
    assert messages == ["不知道是哪个单位的报送", "不知道是哪个季度的报送"]
    (filing,) = counter.hand_in(path, unit="市港务局", period="2026年第二季度")
    assert (filing.unit, str(filing.period)) == ("port", "2026Q2")


def test_the_same_bytes_twice_change_nothing_and_it_is_said(counter: Counter, inbox: Path) -> None:
    path = form(inbox, 1)
    first = counter.hand_in(path)
    before = counter.state()
    copy = Path(shutil.copy(path, inbox / "另一个名字.xlsx"))
    assert counter.hand_in(copy, day=date(2026, 8, 1)) == first
    assert counter.state() == before
    assert "没有重复登记" in counter.said[0]


def test_the_same_file_twice_in_one_call_is_received_once(counter: Counter, inbox: Path) -> None:
    path = form(inbox, 1)
    first, second = counter.hand_in(path, Path(shutil.copy(path, inbox / "副本.xlsx")))
    assert first == second and len(counter.check()) == 1


def test_csv_files_are_kept_by_table(counter: Counter, inbox: Path) -> None:
    files = [table_file(inbox, "活动.csv", 1), table_file(inbox, "投资.csv", 1)]
    received = counter.hand_in(*files, unit="海关", period="2026Q2")
    assert [filing.file for filing in received] == ["2026Q2/customs/活动.csv", "2026Q2/customs/投资.csv"]
    (again,) = counter.hand_in(table_file(inbox, "活动-改.csv", 1, 2), unit="海关", period="2026Q2",
                               supersedes="2026Q2/customs/活动.csv")  # fmt: skip
    assert again.file == "2026Q2/customs/活动-v2.csv"
    counter.check()


def test_what_is_worth_knowing_is_said(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1), day=date(2026, 7, 20))
    counter.hand_in(form(inbox, 2, unit="海关"), day=date(2026, 6, 30))
    assert any("收件日期早于登记簿里最后一次收件" in said for said in counter.said)
    assert any("还没有结束" in said for said in counter.said)


def test_a_lost_copy_is_put_back_and_an_altered_one_is_named(counter: Counter, inbox: Path) -> None:
    path = form(inbox, 1)
    counter.hand_in(path)
    before = counter.state()
    stored = counter.desk.data / "filings/2026Q2/port.xlsx"
    stored.unlink()
    counter.hand_in(path)
    assert counter.state() == before and "已按登记恢复" in counter.said[1]
    stored.write_bytes(b"altered")
    counter.hand_in(path)
    assert stored.read_bytes() == b"altered" and "与登记时的内容不同" in counter.said[1]


# ------------------------------------------------------------------------------ corrections


def test_a_second_filing_needs_to_be_a_correction(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    (problem,) = counter.refused(form(inbox, 1, 2))
    assert "已经报送过" in problem.message and "--supersedes 2026Q2/port.xlsx" in problem.remedy


@pytest.mark.parametrize("how", ["file", "path", "hash", "short hash"])
def test_what_a_correction_replaces_is_named_by_file_or_hash(how: str, counter: Counter, inbox: Path) -> None:
    (first,) = counter.hand_in(form(inbox, 1))
    written = {"file": first.file, "path": f"data/harbour/filings/{first.file}", "hash": first.sha256,
               "short hash": first.sha256[:8].upper()}[how]  # fmt: skip
    (second,) = counter.hand_in(form(inbox, 1, 2), supersedes=written)
    assert (second.file, second.supersedes) == ("2026Q2/port-v2.xlsx", first.file)
    before = counter.state()
    counter.hand_in(form(inbox, 1, 2), supersedes=written)  # the same command again, as after a crash
    assert counter.state() == before
    (third,) = counter.hand_in(form(inbox, 1, 2, 3), supersedes=second.file)
    assert (third.file, third.supersedes) == ("2026Q2/port-v3.xlsx", second.file)
    assert [filing.order for filing in counter.check()] == [2, 3, 4]


def test_an_earlier_state_can_be_restored_by_name_only(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    before = counter.state()
    counter.hand_in(form(inbox, 1))
    assert counter.state() == before and "后来已被更正" in counter.said[1]
    (restored,) = counter.hand_in(form(inbox, 1), supersedes="2026Q2/port-v2.xlsx")
    assert restored.file == "2026Q2/port-v3.xlsx"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("没有.xlsx", "登记簿里没有"),
        ("abcdef", "登记簿里没有"),
        ("2026Q2/customs.xlsx", "不是 港务局 2026Q2 现行的报送"),
        ("2026Q2/port.xlsx", "不是 港务局 2026Q2 现行的报送"),
    ],
)
def test_a_correction_of_something_else_is_refused(written: str, said: str, counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    counter.hand_in(form(inbox, 3, unit="海关"))
    (problem,) = counter.refused(form(inbox, 4), supersedes=written)
    assert said in problem.message and "2026Q2/port-v2.xlsx" in problem.remedy


def test_other_corrections_that_are_refused(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    one = form(inbox, 2)
    (problem,) = counter.refused(one, form(inbox, 3, name="b.xlsx"), supersedes="2026Q2/port.xlsx")
    assert "一份一份地收" in problem.remedy
    (problem,) = counter.refused(table_file(inbox, "活动.csv", 1), unit="港务局", period="2026Q2",
                                 supersedes="2026Q2/port.xlsx")  # fmt: skip
    assert "一张 CSV 不能代替整份工作簿" in problem.message
    with pytest.raises(InputError, match="更正的收件日期早于被更正的文件"):
        counter.hand_in(one, supersedes="2026Q2/port.xlsx", day=date(2026, 7, 1))
    for name in ("活动.csv", "投资.csv"):
        counter.hand_in(table_file(inbox, name, 1), unit="海关", period="2026Q2")
    (problem,) = counter.refused(form(inbox, 5, unit="海关"), supersedes="2026Q2/customs/活动.csv")
    assert "内容会重复" in problem.message


# ------------------------------------------------------------------------------ refused


def not_a_workbook(folder: Path) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(b"%PDF-1.7 not a workbook")
    return path


def nothing_of_ours(folder: Path) -> Path:
    path = folder / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("通讯录").write_row(0, 0, ["姓名"])
    book.close()
    return path


def altered_zip(folder: Path) -> Path:
    path = form(folder, 1)
    path.write_bytes(rezipped(path.read_bytes(), {"../outside.xml": b"<a/>"}))
    return path


def empty_file(folder: Path) -> Path:
    path = folder / "a.xlsx"
    path.touch()
    return path


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such file": (lambda folder: folder / "没有.xlsx", "找不到这个文件"),
    "a folder": (lambda folder: folder, "找不到这个文件"),
    "empty": (empty_file, "文件是空的"),
    "not a workbook": (not_a_workbook, ""),
    "misnamed part": (altered_zip, "部件名称不正常"),
    "another list": (nothing_of_ours, "没有一张工作表是台账表"),
    "nameless csv": (lambda folder: table_file(folder, "数据.csv", 1), "看不出是哪张表"),
    "unknown unit": (lambda folder: form(folder, 1, unit="市气象局"), "没有“市气象局”这个责任单位"),
    "no quarter": (lambda folder: form(folder, 1, quarter="上半年"), "不是季度"),
    "quarter to come": (lambda folder: form(folder, 1, quarter="2026Q4"), "还没有开始"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_filing_is_refused(name: str, counter: Counter, inbox: Path) -> None:
    make, said = REFUSED[name]
    asked = {"unit": "港务局", "period": "2026Q2"} if name == "nameless csv" else {}
    problems = counter.refused(make(inbox), **asked)
    assert any(said in problem.message for problem in problems)
    assert not counter.desk.register.exists()


def test_what_the_file_says_and_what_is_said_of_it_must_agree(counter: Counter, inbox: Path) -> None:
    messages = [problem.message for problem in counter.refused(form(inbox, 1), unit="海关", period="2026Q1")]
    assert messages == ["“填报说明”写的是港务局，--unit 写的是海关", "“填报说明”写的是 2026Q2，--period 写的是 2026Q1"]


def test_one_bad_file_keeps_all_files_out(counter: Counter, inbox: Path) -> None:
    good, bad = form(inbox, 1), inbox / "b.xlsx"
    bad.write_bytes(b"junk")
    problems = counter.refused(good, bad, inbox / "没有.xlsx")
    assert {problem.file for problem in problems} == {str(bad), str(inbox / "没有.xlsx")}
    problems = counter.refused(good, form(inbox, 2, name="二.xlsx"))
    assert "一起收" in problems[0].message


# ------------------------------------------------------------------------------ the register


@pytest.mark.parametrize("cut", [1, 5, 20, 60, 100])
def test_a_torn_last_line_is_cut_off_and_said(cut: int, counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    whole = counter.desk.register.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    counter.desk.register.write_bytes(whole[: -len(last)] + last[:cut])
    counter.hand_in(form(inbox, 3, unit="海关"))
    assert "没有写完" in counter.said[0] and last[:cut].decode() in counter.said[0]
    assert counter.desk.register.read_bytes().startswith(whole[: -len(last)])
    assert [filing.file for filing in counter.check()] == ["2026Q2/port.xlsx", "2026Q2/customs.xlsx"]
    assert any("2026Q2/port-v2.xlsx 在报送文件夹里，但没有登记" in said for said in counter.said)
    counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    assert "上次已经复制、没有登记" in counter.said[0]
    assert len(counter.check()) == 3


def test_a_line_cut_before_what_it_supersedes_is_not_taken_for_whole(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    content = counter.desk.register.read_bytes()
    counter.desk.register.write_bytes(content.removesuffix(b"2026Q2/port.xlsx\n"))
    counter.hand_in(form(inbox, 1))
    assert "没有写完" in counter.said[0] and len(counter.check()) == 1


@pytest.mark.parametrize("kind", ["workbook", "csv"])
def test_a_line_that_lacks_only_its_end_is_kept(kind: str, counter: Counter, inbox: Path) -> None:
    if kind == "csv":
        counter.hand_in(table_file(inbox, "投资.csv", 1), unit="海关", period="2026Q2")
        counter.hand_in(table_file(inbox, "活动.csv", 1), unit="海关", period="2026Q2")
    else:
        counter.hand_in(form(inbox, 1))
        counter.hand_in(form(inbox, 2), supersedes="2026Q2/port.xlsx")
    whole = counter.desk.register.read_bytes()
    counter.desk.register.write_bytes(whole.removesuffix(b"\n"))
    before = counter.check()
    counter.hand_in(form(inbox, 9, quarter="2026Q1"))
    assert "已补上换行" in counter.said[0]
    assert counter.desk.register.read_bytes().startswith(whole)
    assert counter.check()[: len(before)] == before


def test_a_register_with_other_faults_is_left_alone(counter: Counter, inbox: Path) -> None:
    counter.hand_in(form(inbox, 1))
    content = counter.desk.register.read_bytes()
    counter.desk.register.write_bytes(content.replace(b"port,", b"nobody,") + b"customs,2026Q2,2026")
    counter.refused(form(inbox, 2, unit="海关"))


def test_what_was_received_is_never_written_again(counter: Counter, inbox: Path) -> None:
    """Each receipt leaves every earlier byte of the register and every earlier file as they were."""
    seen: dict[str, bytes] = {}
    for number in range(1, 6):
        supersedes = f"2026Q2/port{f'-v{number - 1}' if number > 2 else ''}.xlsx" if number > 1 else ""
        counter.hand_in(form(inbox, number), supersedes=supersedes)
        state = counter.state()
        assert state["register.csv"].startswith(seen.pop("register.csv", b""))
        assert {name: state[name] for name in seen} == seen
        seen = state
    assert len(lines(counter)) == 6


def test_a_file_that_somebody_put_there_is_not_overwritten(counter: Counter, inbox: Path) -> None:
    stray = counter.desk.data / "filings/2026Q2/port.xlsx"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"somebody's")
    (filing,) = counter.hand_in(form(inbox, 1))
    assert filing.file == "2026Q2/port-v2.xlsx" and stray.read_bytes() == b"somebody's"
    assert any("2026Q2/port.xlsx 在报送文件夹里，但没有登记" in said for said in counter.said)


# ------------------------------------------------------------------------------ crashes


def in_child(work: Callable[[], object]) -> int:
    """Run in a forked process; its exit code, or minus the signal that ended it. 0 done, 3 OSError, 4 refused."""
    process = os.fork()
    if process == 0:
        signal.alarm(60)  # a child that hangs is a failure, not a wait
        code = 1
        try:
            work()
            code = 0
        except OSError:
            code = 3
        except InputError:
            code = 4
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def killed_at(moment: int) -> None:
    """From here on, die at the n-th moment: before and after each call that changes the disk."""
    count = 0

    def deadly(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **options: object) -> object:
            nonlocal count
            for after in (False, True):
                if after:
                    result = call(*args, **options)
                count += 1
                if count == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for name in ("write", "fsync", "replace", "ftruncate", "unlink", "chmod"):
        setattr(os, name, deadly(name, getattr(os, name)))


@posix
@pytest.mark.parametrize("correcting", [False, True], ids=["first filing", "correction"])
def test_killed_before_and_after_every_write(correcting: bool, counter: Counter, inbox: Path) -> None:
    paths = [form(inbox, 1), form(inbox, 2, unit="海关", name="二.xlsx")]
    supersedes = ""
    if correcting:
        counter.hand_in(*paths)
        paths, supersedes = [form(inbox, 1, 2)], "2026Q2/port.xlsx"
    start, moment, outcome = counter.state(), 0, -1
    folder = counter.desk.data
    finished: dict[str, bytes] = {}
    while outcome != 0:
        moment += 1
        shutil.rmtree(folder)
        restore(folder, start)

        def work(moment: int = moment) -> None:
            killed_at(moment)
            counter.hand_in(*paths, supersedes=supersedes)

        outcome = in_child(work)
        assert outcome in (0, -signal.SIGKILL)
        after = counter.state()
        assert after.get("register.csv", b"").startswith(start.get("register.csv", b""))
        assert {name: after[name] for name in start if name != "register.csv"} == {
            name: content for name, content in start.items() if name != "register.csv"
        }
        counter.check()
        counter.hand_in(*paths, supersedes=supersedes)
        finished = finished or counter.state()
        assert counter.state() == finished  # nothing lost, nothing twice, nothing left over
    assert moment > 10


def restore(folder: Path, state: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, content in state.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@posix
def test_killed_at_random_moments(counter: Counter, inbox: Path) -> None:
    quarters = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    paths = [form(inbox, number, unit=unit, quarter=quarter, name=f"{unit}{quarter}.xlsx")
             for number, quarter in enumerate(quarters) for unit in ("港务局", "海关")]  # fmt: skip
    dice = random.Random(38)
    kills = 0
    for _ in range(40):
        process = os.fork()
        if process == 0:
            signal.alarm(60)
            try:
                counter.hand_in(*dice.sample(paths, len(paths)))
            finally:
                os._exit(0)
        time.sleep(dice.uniform(0, 0.06))
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        kills += os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        assert len(counter.check()) <= len(paths)
        if len(counter.check()) == len(paths):
            shutil.rmtree(counter.desk.data / "filings")
            counter.desk.register.unlink()
    assert kills > 10
    counter.hand_in(*paths)
    stored = {path.relative_to(counter.desk.data / "filings").as_posix()
              for path in (counter.desk.data / "filings").rglob("*") if path.is_file()}  # fmt: skip
    assert stored == {filing.file for filing in counter.check()} and len(stored) == len(paths)


SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from planeval.ledger.receiving import receive
from planeval.plan import load_plan
from planeval.workspace import Workspace
place = Workspace(Path(sys.argv[1]))
plan = load_plan(place, "harbour")
print("ready", flush=True)
for path in sys.argv[2:]:
    receive(place, plan, [Path(path)], received_on=date(2026, 7, 10), said=lambda text: print(text, flush=True))
"""


def start_receiving(counter: Counter, paths: list[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(counter.desk.root), *map(str, paths)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


def test_two_processes_at_once_receive_everything_once(counter: Counter, inbox: Path) -> None:
    """Both receive the same twelve files, one from the front and one from the back."""
    quarters = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    paths = [form(inbox, number, unit=unit, quarter=quarter, name=f"{unit}{quarter}.xlsx")
             for number, quarter in enumerate(quarters) for unit in ("港务局", "海关")]  # fmt: skip
    workers = [start_receiving(counter, order) for order in (paths, paths[::-1])]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    said = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    filings = counter.check()
    assert len(filings) == len(paths) == len({(filing.unit, filing.period) for filing in filings})
    assert counter.desk.register.read_bytes().count(b"\n") == 1 + len(paths)


def test_somebody_elses_receipt_is_waited_for_and_then_named(
    counter: Counter, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    monkeypatch.setattr("planeval.ledger.receiving.PATIENCE", 0.05)
    path = form(inbox, 1)
    with FileLock(counter.desk.data / ".register.lock"):
        (problem,) = counter.refused(path)
    assert "正在收件" in problem.message
    counter.hand_in(path)


# ------------------------------------------------------------------------------ a full disk


def grown_register(counter: Counter, inbox: Path) -> None:
    """A register longer than a small filing, so that a limit on file size meets the register first."""
    for year in (2020, 2021, 2022, 2023):
        for quarter in (1, 2, 3, 4):
            for unit in ("港务局", "海关"):
                counter.hand_in(table_file(inbox, "活动.csv", year, quarter), unit=unit, period=f"{year}Q{quarter}")


@posix
def test_a_full_disk_leaves_register_and_store_as_they_were(counter: Counter, inbox: Path) -> None:
    import resource

    grown_register(counter, inbox)
    path = table_file(inbox, "活动.csv", 77)
    before = counter.state()
    length = len(before["register.csv"])
    line = len(lines(counter)[-1].encode()) + 1
    refused = 0
    for room in [0, 1, 40, 100, *range(length - 2, length + line + 3, 7)]:

        def work(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            counter.hand_in(path, unit="港务局", period="2026Q2")

        outcome = in_child(work)
        assert outcome in (0, 3)
        if outcome == 0:
            break
        refused += 1
        assert counter.state() == before
    assert outcome == 0 and refused > 15
    assert len(counter.check()) == 33


def test_a_disk_that_fills_up_between_two_files_keeps_the_first(
    counter: Counter, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Iterator[int] = iter(range(1, 9))
    add_line = register_writing.add_line

    def filling(path: Path, cells: list[object]) -> None:
        if next(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        add_line(path, cells)

    monkeypatch.setattr("planeval.ledger.receiving.add_line", filling)
    paths = [form(inbox, 1), form(inbox, 2, unit="海关", name="二.xlsx")]
    with pytest.raises(OSError, match="No space"):
        counter.hand_in(*paths)
    assert [said.split("：")[1][:2] for said in counter.said] == ["已收"]
    assert [filing.unit for filing in counter.check()] == ["port"]
    assert not (counter.desk.data / "filings/2026Q2/customs.xlsx").exists()
    counter.hand_in(*paths)
    assert len(counter.check()) == 2


def test_a_short_write_is_taken_back(counter: Counter, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.hand_in(form(inbox, 1))
    before = counter.state()
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:30]))
    with pytest.raises(OSError, match="登记簿写不下"):
        counter.hand_in(form(inbox, 2, unit="海关"))
    assert counter.state() == before
