"""The store gives back the ledger it was given, or nothing: damaged, foreign or outdated copies are read anew."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ledgers import ledger_of
from planeval.ledger import Ledger, book, store, store_key
from planeval.ledger import store_tables as tables
from planeval.ledger.forms import Echo
from planeval.ledger.register import known_on, read_register
from planeval.ledger.tables import COLUMNS_BY_TABLE, TABLES
from planeval.periods import Period
from planeval.plan import Method, Plan, load_method, load_plan
from planeval.plan.review_files import load_review, review_names
from planeval.problems import Problem
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
read_ledger = getattr(book, "read_ledger", book.open_ledger)
LAST = Period(2026, 3)
KEY = "0" * 64
Sound = tuple[Path, str, bytes]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demonstration workspace where filings may be changed and stores written."""
    root = tmp_path_factory.mktemp("workspace")
    for name in ("params", "data"):
        shutil.copytree(ROOT / name, root / name)
    return Workspace(root)


@pytest.fixture(scope="module")
def decided(copied: Workspace) -> tuple[Plan, Method]:
    plan = load_plan(copied, "jincheng")
    return plan, load_method(copied, plan, COLUMNS_BY_TABLE)


@pytest.fixture(scope="module")
def last(copied: Workspace, decided: tuple[Plan, Method]) -> Ledger:
    """The last quarter's, read from the filings."""
    read: Ledger = read_ledger(copied, *decided, LAST, None)
    return read


@pytest.fixture(scope="module")
def ledger(last: Ledger) -> Ledger:
    """The same with a fault and an echo of every shape that text can have."""
    read = last
    odd = Problem("甲.xlsx", "企业", "A1", "\x00 ' \" ; 🏭", "\u2028", rule="odd", unit="kejiju")
    return dataclasses.replace(read, problems=(*read.problems, odd), echoes=(Echo("甲", "乙", "B2", "１", "1"),))


@pytest.fixture(scope="module")
def sound(copied: Workspace, decided: tuple[Plan, Method], ledger: Ledger) -> Sound:
    """A store in its place, its key and its bytes."""
    key = key_of(copied, decided)
    path = store.store_path(copied, decided[0], key)
    store.save(ledger, path, key)
    return path, key, path.read_bytes()


def assert_same(ours: Ledger, theirs: Ledger) -> None:
    """Equal in every field; frames equal in order, index, dtypes and the type of every cell."""
    for field in dataclasses.fields(Ledger):
        one, other = getattr(ours, field.name), getattr(theirs, field.name)
        if field.name in ("filed", "current"):
            assert list(one) == list(other)
            for table in one:
                assert_same_frame(one[table], other[table])
        elif isinstance(one, pd.DataFrame):
            assert_same_frame(one, other)
        else:
            assert one == other, field.name


def assert_same_frame(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert type(one.index) is type(other.index)
    for column in one:
        assert one[column].map(type).tolist() == other[column].map(type).tolist(), column


def key_of(place: Workspace, decided: tuple[Plan, Method], period: Period = LAST, day: date | None = None) -> str:
    return store_key.store_key(place, *decided, period, day)


# What comes back


@pytest.mark.parametrize("name", review_names(Workspace(ROOT)))
def test_a_ledger_from_the_store_is_the_one_read_from_filings(
    copied: Workspace, last: Ledger, tmp_path: Path, name: str
) -> None:
    """For every review of the workspace, as known on its own day."""
    review = load_review(copied, name)
    plan = load_plan(copied, review.plan)
    method = load_method(copied, plan, COLUMNS_BY_TABLE)
    asked = (copied, plan, method, review.period, review.as_known_on)
    read = last if (review.plan, *asked[3:]) == ("jincheng", LAST, None) else read_ledger(*asked)
    store.save(read, tmp_path / "store.duckdb", KEY)
    assert_same(store.load(tmp_path / "store.duckdb", KEY), read)


def test_odd_text_comes_back(ledger: Ledger, sound: Sound) -> None:
    assert_same(store.load(sound[0], sound[1]), ledger)


def test_columns_are_typed_as_declared(ledger: Ledger, sound: Sound) -> None:
    expected = {"date": "DATE", "number": "DOUBLE", "count": "DOUBLE"}
    with tables.connected(sound[0], "READ_ONLY") as connection:
        for table in TABLES:
            for name in (table.id, f"filed_{table.id}"):
                found = dict(connection.execute(f'SELECT column_name, column_type FROM (DESCRIBE "{name}")').fetchall())
                declared = {column.id: expected.get(column.kind, "VARCHAR") for column in table.columns}
                assert {column: found[column] for column in declared} == declared
            standing, filed = connection.table(table.id).shape[0], connection.table(f"filed_{table.id}").shape[0]
            assert (standing, filed) == (len(ledger.current[table.id]), len(ledger.filed[table.id]))
        carried = connection.execute(
            "SELECT count(*) FROM certificates c JOIN enterprises e USING (enterprise_id) "
            "WHERE c.firm_industry = e.industry AND c.firm_entered_on = e.entered_on"
        ).fetchall()[0][0]
    assert carried == len(ledger.current["certificates"]) > 0


def test_the_second_time_nothing_is_read(copied: Workspace, decided: tuple[Plan, Method], ledger: Ledger) -> None:
    shutil.rmtree(copied.output, ignore_errors=True)
    reads = []

    def read(*asked: Any) -> Ledger:
        reads.append(asked)
        return ledger

    first = store.cached_ledger(copied, *decided, LAST, None, read)
    assert_same(store.cached_ledger(copied, *decided, LAST, None, read), first)
    assert reads == [(copied, *decided, LAST, None)]


@pytest.mark.parametrize("rule", ["reader_timeout", "reader_died", "reader_memory"])
def test_a_refusal_that_may_pass_is_not_kept(
    copied: Workspace, decided: tuple[Plan, Method], ledger: Ledger, rule: str
) -> None:
    """A reader that died may have died of this machine: next time the file is read again, and counted."""
    shutil.rmtree(copied.output, ignore_errors=True)
    refused = dataclasses.replace(ledger, problems=(*ledger.problems, Problem("2026Q3/a.xlsx", rule=rule)))
    assert store.cached_ledger(copied, *decided, LAST, None, lambda *asked: refused).problems == refused.problems
    again = store.cached_ledger(copied, *decided, LAST, None, lambda *asked: ledger)
    assert again.problems == ledger.problems


def test_no_thread_is_left(tmp_path: Path) -> None:
    """A notebook's process is forked from the one that opened the ledger; a thread would be torn apart."""
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("threads of a process cannot be counted here")
    before = set(tasks.iterdir())  # an earlier test's may still be ending
    store.save(ledger_of({}), tmp_path / "store.duckdb", KEY)
    store.load(tmp_path / "store.duckdb", KEY)
    with pytest.raises(store.StoreFault):
        store.load(tmp_path / "store.duckdb", "another")
    assert set(tasks.iterdir()) <= before


# What the key is made of


def changed(path: Path, key: Callable[[], str], rng: random.Random) -> str:
    """The key after one bit of one byte of a file was turned; the file is put back."""
    raw = path.read_bytes()
    place = rng.randrange(len(raw))
    path.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(8)]) + raw[place + 1 :])
    try:
        return key()
    finally:
        path.write_bytes(raw)


def test_a_changed_byte_anywhere_gives_another_key(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    """In filings that stand (a sample of them) and in every params file of the plan."""
    rng = random.Random(20_241_202)
    key = key_of(copied, decided)
    standing = known_on(read_register(copied, decided[0]), None).standing
    files = [copied.filings("jincheng") / filing.file for filing in rng.sample(standing, 25)]
    files += sorted(copied.plan_folder("jincheng").glob("*.yml"))
    keys = [changed(path, lambda: key_of(copied, decided), rng) for path in files]
    assert len({key, *keys}) == len(files) + 1
    assert key_of(copied, decided) == key


@pytest.mark.parametrize(
    ("column", "value"),
    [("unit", "renhang"), ("period", "2024Q4"), ("received_on", "2025-01-01"), ("sha256", "f" * 64)],
)
def test_a_changed_register_line_gives_another_key(
    copied: Workspace, decided: tuple[Plan, Method], column: str, value: str
) -> None:
    path = copied.register("jincheng")
    raw = path.read_bytes()
    key = key_of(copied, decided)
    lines = raw.decode("utf-8-sig").splitlines()
    position = lines[0].split(",").index(column)
    cells = lines[1].split(",")
    cells[position] = value
    path.write_text(
        "\ufeff" + "\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8", newline="\n"
    )
    try:
        assert key_of(copied, decided) != key
    finally:
        path.write_bytes(raw)


def test_what_is_asked_is_in_the_key(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    plan, method = decided
    days = [None, date(2025, 4, 28), date(2026, 7, 28)]
    keys = {key_of(copied, decided, period, day) for period in (LAST, Period(2026, 2)) for day in days}
    assert len(keys) == 6
    last = max(filing.received_on for filing in read_register(copied, plan))
    assert key_of(copied, decided, LAST, last) == key_of(copied, decided)
    decisions = dict(method.text.decisions)
    decisions.pop("closed_lists", None)
    decisions.pop("milestones.events", None)
    other = method.model_copy(update={"text": method.text.model_copy(update={"decisions": decisions})})
    assert key_of(copied, (plan, other)) != key_of(copied, decided)


def test_a_file_nobody_registered_gives_another_key(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    key = key_of(copied, decided)
    loose = copied.filings("jincheng") / "2026Q3" / "另存.xlsx"
    loose.write_bytes(b"")
    try:
        assert key_of(copied, decided) != key
    finally:
        loose.unlink()


def test_what_is_received_later_changes_no_earlier_key(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    register = copied.register("jincheng")
    raw = register.read_bytes()
    early, late = key_of(copied, decided, LAST, date(2025, 4, 28)), key_of(copied, decided)
    added = copied.filings("jincheng") / "2026Q3" / "later.xlsx"
    added.write_bytes(b"later")
    register.write_bytes(raw + f"kejiju,2026Q3,2026Q3/later.xlsx,2027-01-01,{'a' * 64},\n".encode())
    try:
        assert key_of(copied, decided, LAST, date(2025, 4, 28)) == early
        assert key_of(copied, decided) != late
    finally:
        register.write_bytes(raw)
        added.unlink()


def test_code_and_libraries_are_in_the_key(
    copied: Workspace, decided: tuple[Plan, Method], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = key_of(copied, decided)
    shutil.copytree(Path(store_key.__file__).parents[1], tmp_path / "planeval", ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(store_key, "_PACKAGE", tmp_path / "planeval")
    monkeypatch.setattr(store_key, "code_version", store_key.code_version.__wrapped__)
    assert key_of(copied, decided) == key
    with (tmp_path / "planeval" / "ledger" / "parsing.py").open("a", encoding="utf-8") as file:
        file.write("# another reading\n")
    assert key_of(copied, decided) != key


# What is not trusted

Damage = Callable[[Path], None]


def _flip(share: float) -> Damage:
    def flip(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        raw[int(share * (len(raw) - 1))] ^= 0x10
        path.write_bytes(raw)

    return flip


def _sql(statement: str) -> Damage:
    def run(path: Path) -> None:
        connection = duckdb.connect(str(path))
        connection.execute(statement)
        connection.close()

    return run


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Damage] = {
    "empty": lambda path: path.write_bytes(b"") and None,
    "not a store": lambda path: path.write_bytes(b"PK\x03\x04" * 999) and None,
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "one block less": lambda path: os.truncate(path, path.stat().st_size - 16_384),
    "gone": lambda path: path.unlink(),
    "a folder": _as_folder,
    "a value changed": _sql("UPDATE operations SET revenue = revenue * 10 WHERE standing = 5"),
    "a row less": _sql(
        "DELETE FROM replaced_milestones WHERE ordinal = (SELECT min(ordinal) FROM replaced_milestones)"
    ),
    "two rows changed places": _sql("UPDATE problems SET ordinal = -ordinal"),
    "a table less": _sql("DROP TABLE echoes"),
    "a table more": _sql("CREATE TABLE more AS SELECT 1 AS x"),
    "a column renamed": _sql("ALTER TABLE reported RENAME unit TO units"),
    "a view for a table": _sql("DROP TABLE echoes; CREATE VIEW echoes AS SELECT 1 AS ordinal"),
    "other duties": _sql("UPDATE about SET said = replace(said, 'jingkaiqu', 'gongxinju')"),
    "nothing about it": _sql("DELETE FROM about"),
    **{f"a bit at {share}": _flip(share) for share in (0.0, 0.001, 0.03, 0.2, 0.4, 0.6, 0.8, 0.97)},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_store_is_refused(sound: Sound, damage: Damage) -> None:
    path, key, raw = sound
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    try:
        damage(path)
        with pytest.raises(store.StoreFault):
            store.load(path, key)
    finally:
        if path.is_dir():
            path.rmdir()
        path.write_bytes(raw)


def test_a_store_under_another_name_is_refused(sound: Sound, tmp_path: Path) -> None:
    shutil.copy(sound[0], tmp_path / "other.duckdb")
    with pytest.raises(store.StoreFault):
        store.load(tmp_path / "other.duckdb", "1" * 64)


def test_a_damaged_store_is_read_anew_and_replaced(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    ledger = ledger_of({})
    path = store.store_path(copied, decided[0], key_of(copied, decided))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no store")
    assert_same(store.cached_ledger(copied, *decided, LAST, None, lambda *_: ledger), ledger)
    assert_same(store.load(path, key_of(copied, decided)), ledger)


# What is not stored


def test_a_filing_changed_while_it_was_read_is_not_stored(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    ledger = ledger_of({})
    path = copied.filings("jincheng") / known_on(read_register(copied, decided[0]), None).standing[0].file
    raw = path.read_bytes()
    shutil.rmtree(copied.output, ignore_errors=True)

    def read(*_: Any) -> Ledger:
        path.write_bytes(raw + b" ")
        return ledger

    try:
        assert_same(store.cached_ledger(copied, *decided, LAST, None, read), ledger)
    finally:
        path.write_bytes(raw)
    assert not list(copied.output.rglob("*.duckdb"))


def test_a_place_that_cannot_be_written_is_no_failure(copied: Workspace, decided: tuple[Plan, Method]) -> None:
    ledger = ledger_of({})
    shutil.rmtree(copied.output, ignore_errors=True)
    copied.output.write_bytes(b"a file where the folder should be")
    try:
        assert_same(store.cached_ledger(copied, *decided, LAST, None, lambda *_: ledger), ledger)
    finally:
        copied.output.unlink()


def test_a_disk_that_fills_up_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, ledger = tmp_path / "store.duckdb", ledger_of({})
    store.save(ledger, path, KEY)
    raw = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.save(ledger, path, "1" * 64)
    assert path.read_bytes() == raw
    assert [each.name for each in tmp_path.iterdir()] == ["store.duckdb"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_writer_that_is_killed_leaves_no_store(tmp_path: Path) -> None:
    """The half-written file stands under another name, is never read, and goes with a later store."""
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom ledgers import ledger_of\n"
        "from planeval.ledger import store\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.save(ledger_of({}), Path(sys.argv[1]), '0' * 64)"
    )
    path = tmp_path / f"jincheng-{KEY}.duckdb"
    ended = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT / "tests", check=False)
    assert ended.returncode == -signal.SIGKILL and not path.exists()
    with pytest.raises(store.StoreFault):
        store.load(path, KEY)
    (leftover,) = tmp_path.iterdir()
    os.utime(leftover, (0, 0))
    path.write_bytes(b"")
    store._prune(tmp_path, "jincheng")
    assert list(tmp_path.iterdir()) == [path]


def test_the_stores_used_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there is room for; another plan's stay, and so does the newest, however large."""
    monkeypatch.setattr(store, "KEPT_BYTES", 1_000)
    paths = [tmp_path / f"jincheng-{number:064x}.duckdb" for number in range(8)]
    other = tmp_path / f"jincheng-2-{0:064x}.duckdb"
    for age, path in enumerate([*reversed(paths), other]):
        path.write_bytes(b" " * 300)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    store._prune(tmp_path, "jincheng")
    assert sorted(tmp_path.iterdir()) == sorted([*paths[-3:], other])
    paths[-1].write_bytes(b" " * 3_000)
    store._prune(tmp_path, "jincheng")
    assert sorted(tmp_path.iterdir()) == sorted([paths[-1], other])


def test_a_ledger_that_would_come_back_changed_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    rows = ledger.current["events"]
    renamed = dataclasses.replace(ledger, current=ledger.current | {"events": rows.assign(name="another")})
    numbers = ledger.filed | {"events": ledger.filed["events"].assign(name=1)}
    wider = ledger.filed | {"events": ledger.filed["events"].assign(more="")}
    for changed_ledger in (
        renamed, dataclasses.replace(ledger, filed=numbers, current=ledger.current | {"events": numbers["events"]}),
        dataclasses.replace(ledger, filed=wider, current=ledger.current | {"events": wider["events"]}),
    ):  # fmt: skip
        with pytest.raises(tables.NotStorable):
            store.save(changed_ledger, tmp_path / "store.duckdb", KEY)
    assert not list(tmp_path.iterdir())


def test_the_store_knows_every_field_of_a_ledger() -> None:
    """A new field of Ledger is either a record the store can write, or must be added to it by hand."""
    assert {field.name for field in dataclasses.fields(Ledger)} == {*store._RECORDS, *store._FRAMES, *store._OTHERS}
    for kind in store._RECORDS.values():
        tables.record_types(kind)
