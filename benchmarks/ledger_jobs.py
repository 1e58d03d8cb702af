"""What one process of `ledger.py` does: prepare (imports included), and hand back the work to be timed."""

from __future__ import annotations

import gc
import math
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ledger_by_hand as by_hand

PLAN, UNIT = "jincheng", "jingkaiqu"
Measured = dict[str, Any]
Work = Callable[[], Any]


def timed(work: Work) -> Measured:
    """Seconds of one run by the clock and of processor time, the most memory (MB) the process has held after it, and
    what the run returned. Processor time is that of the process and of the children it has started meanwhile.
    """
    gc.collect()
    started, before = time.perf_counter(), processor_seconds()
    found = work()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "cpu": processor_seconds() - before, "rss_mb": peak_mb(), "found": found}


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended; by the clock where the system (Windows) does
    not say.
    """
    if sys.platform == "win32":
        return time.perf_counter()
    import resource

    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return math.fsum(each.ru_utime + each.ru_stime for each in used)


def peak_mb() -> float:
    """Most memory this program has held; NaN where the system does not say.

    Not getrusage: what it says of a child begins with the size of the parent it was forked from.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), math.nan)


def ours(place: Path) -> Work:
    """Eight targets from a store by our counting rules."""
    from planeval.measures.wide import SITE, open_wide
    from planeval.periods import Period

    plan, method = decided(place)

    def work() -> dict[str, list[float]]:
        with open_wide(place / "store.duckdb") as wide:
            counts = wide.measure(plan, method, Period(2026, 3), (SITE, "industry"))
        return {target: summary(count.values["value"].tolist()) for target, count in counts.items()}

    return work


def duckdb(place: Path) -> Work:
    """The same by hand, over the columns of the enterprise that rows carry."""
    return sql(place, by_hand.CARRIED)


def duckdb_joins(place: Path) -> Work:
    """The same by hand, joining the enterprises."""
    return sql(place, by_hand.JOINED)


def sql(place: Path, columns: dict[str, str]) -> Work:
    """The targets by hand-written SQL."""
    import duckdb  # noqa: F401

    return lambda: told(by_hand.by_sql(place / "store.duckdb", columns))


def pandas(place: Path) -> Work:
    """The same with plain pandas from CSV."""
    import pandas  # noqa: F401

    return lambda: told(by_hand.by_pandas(place))


def told(found: dict[str, by_hand.Groups]) -> dict[str, list[float]]:
    """What is compared between rivals."""
    return {target: summary(list(groups.values())) for target, groups in found.items()}


def summary(values: Sequence[float]) -> list[float]:
    """Number of groups and their sum to six digits behind the point."""
    return [len(values), round(math.fsum(values), 6)]


def validate(place: Path) -> Work:
    """A filed workbook read, parsed, checked and held against the rules of the plan."""
    import pandas as pd
    import pandera.pandas as pa

    from planeval.ledger.book import open_ledger
    from planeval.ledger.reading_child import CHILD
    from planeval.periods import Period
    from planeval.workspace import Workspace

    plan, method = decided(place)
    pa.DataFrameSchema().validate(pd.DataFrame())  # with its first schema pandera imports the rest of itself

    def work() -> list[int]:
        ledger = open_ledger(Workspace(place), plan, method, Period(2025, 4))
        CHILD.close()  # only then does the system tell what it has used
        return [sum(map(len, ledger.filed.values())), len(ledger.problems)]

    return work


def calamine(place: Path) -> Work:
    """The same workbook's cells, as calamine gives them."""
    from python_calamine import CalamineWorkbook

    def work() -> list[int]:
        book = CalamineWorkbook.from_path(str(filed(place)))
        return [sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names), 0]

    return work


def from_filings(place: Path) -> Work:
    """The demonstration ledger read from its filings."""
    shutil.rmtree(place / "output", ignore_errors=True)
    return from_store(place)


def from_store(place: Path) -> Work:
    """The demonstration ledger through the store, which is sound when it was written before."""
    from planeval.ledger.book import open_ledger
    from planeval.ledger.store import cached_ledger
    from planeval.periods import Period
    from planeval.workspace import Workspace

    asked = (Workspace(place), *decided(place), Period(2026, 3), None)
    return lambda: len(cached_ledger(*asked, open_ledger).filings)


JOBS = {job.__name__: job for job in (
    ours, duckdb, duckdb_joins, pandas, validate, calamine, from_filings, from_store
)}  # fmt: skip


def decided(place: Path) -> tuple[Any, Any]:
    """The plan and the decisions about it."""
    from planeval.ledger.tables import COLUMNS_BY_TABLE
    from planeval.plan import load_method, load_plan
    from planeval.workspace import Workspace

    plan = load_plan(Workspace(place), PLAN)
    return plan, load_method(Workspace(place), plan, COLUMNS_BY_TABLE)


def write_rows(place: Path, rows: int) -> None:
    """A store with this many enterprise-quarters, and CSV files of what pandas needs of it."""
    import duckdb

    from planeval.sample.scale import Scale, write_scale_store

    write_scale_store(place / "store.duckdb", Scale(rows))
    connection = duckdb.connect(str(place / "store.duckdb"), read_only=True)
    for table, columns in by_hand.CSV_COLUMNS.items():
        connection.sql(f"SELECT {columns} FROM {table}").write_csv(str(place / f"{table}.csv"))
    connection.close()


def write_filing(place: Path, rows: int) -> None:
    """One registered workbook of this many rows, as one unit would file it."""
    from planeval.ledger.register import file_hash
    from planeval.ledger.workbooks import write_workbook
    from planeval.periods import Period
    from planeval.sample.scale import workbook_rows

    plan, _ = decided(place)
    notes = [("数据性质", "示例数据")]
    write_workbook(filed(place), workbook_rows(plan, rows, Period(2025, 4)), plan, notes)
    line = f"{UNIT},2025Q4,2025Q4/{UNIT}.xlsx,2026-01-10,{file_hash(filed(place))},"
    head = "\ufeffunit,period,file,received_on,sha256,supersedes"
    (place / "data" / PLAN / "register.csv").write_text(f"{head}\n{line}\n", encoding="utf-8", newline="\n")


def filed(place: Path) -> Path:
    """The workbook that is validated."""
    return place / "data" / PLAN / "filings" / "2025Q4" / f"{UNIT}.xlsx"
