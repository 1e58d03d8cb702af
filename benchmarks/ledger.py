"""Times the ledger at scale: measuring eight targets by site × industry, validating a filing, opening a ledger.

Run: python benchmarks/ledger.py [--rows 1e3,1e4,1e5,1e6,1e7] [--quick]
Every measurement is a process of its own, without its imports; the order turns round every other time; medians of
5 (3 from 1e7 on). Ends with one line of JSON; ratios are ours over theirs, at the largest size:

- measure_vs_duckdb: beside hand-written SQL over the same tables, DuckDB set as it comes (wanted: at most 1.5);
- measure_vs_pandas: beside plain pandas, from CSV files that hold only the columns needed, reading included;
- validate_vs_calamine: open_ledger on one filed workbook beside calamine reading it (wanted: below 10);
- rows_per_second, peak_rss_mb: of our measuring; growth_exponent: slope of log time on log rows from 1e5 on.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ledger_by_hand as by_hand

SIZES, QUICK_SIZES = "1e3,1e4,1e5,1e6,1e7", "1e3,1e4,1e5"
FILED_ROWS, QUICK_FILED_ROWS = 100_000, 10_000
LARGE, GROWING = 10_000_000, 100_000
ROUNDS, ROUNDS_WHEN_LARGE = 5, 3
PLAN, UNIT = "jincheng", "jingkaiqu"
Measured = dict[str, Any]
Work = Callable[[], Any]


def timed(work: Work) -> Measured:
    """Seconds of one run, the most memory (MB) the process has held after it, and what the run returned."""
    gc.collect()
    started = time.perf_counter()
    found = work()
    return {"seconds": time.perf_counter() - started, "rss_mb": peak_mb(), "found": found}


def peak_mb() -> float:
    """Most memory this program has held; NaN where the system does not say.

    Not getrusage: what it says of a child begins with the size of the parent it was forked from.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), math.nan)


# What a process of its own does. Each prepares, imports included, and returns the work to be timed.


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
    from planeval.ledger.book import open_ledger
    from planeval.periods import Period
    from planeval.workspace import Workspace

    plan, method = decided(place)

    def work() -> list[int]:
        ledger = open_ledger(Workspace(place), plan, method, Period(2025, 4))
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


# What is measured


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


def alternately(jobs: Sequence[str], place: Path, rounds: int) -> dict[str, list[Measured]]:
    """Each job in a process of its own, so many times; every other time in the opposite order.

    Raises SystemExit when jobs that should find the same do not.
    """
    results: dict[str, list[Measured]] = {job: [] for job in jobs}
    for number in range(rounds):
        for job in jobs if number % 2 == 0 else reversed(jobs):
            command = [sys.executable, __file__, "--one", job, str(place)]
            ended = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
            results[job].append(json.loads(ended.stdout))
    return results


def show(label: str, results: dict[str, list[Measured]], rows: int) -> dict[str, float]:
    """Print a line for each job; job → median seconds."""
    medians = {job: statistics.median(run["seconds"] for run in runs) for job, runs in results.items()}
    for job, runs in results.items():
        seconds = [run["seconds"] for run in runs]
        memory = statistics.median(run["rss_mb"] for run in runs)
        print(
            f"{label:>22}  {job:<13} {medians[job]:9.3f} s  ({min(seconds):.3f}-{max(seconds):.3f}) "
            f"{rows / medians[job]:14,.0f} rows/s  {memory:7.0f} MB", flush=True,
        )  # fmt: skip
    return medians


def measuring(sizes: Sequence[int], root: Path) -> dict[str, Any]:
    """All rivals at all sizes; the last sizes' figures for the line of JSON."""
    points, figures = [], {}
    for rows in sizes:
        place = root / f"rows-{rows}"
        shutil.copytree(workspace() / "params", place / "params")
        write_rows(place, rows)
        results = alternately(
            ("ours", "duckdb", "duckdb_joins", "pandas"), place, ROUNDS_WHEN_LARGE if rows >= LARGE else ROUNDS
        )
        agree(rows, results)
        medians = show(f"measure {rows:,}", results, rows)
        points.append((math.log(rows), math.log(medians["ours"])))
        figures = {
            "measure_vs_duckdb": round(medians["ours"] / medians["duckdb"], 3),
            "measure_vs_pandas": round(medians["ours"] / medians["pandas"], 4),
            "rows_per_second": round(rows / medians["ours"]),
            "peak_rss_mb": round(max(run["rss_mb"] for run in results["ours"])),
        }
        shutil.rmtree(place)
    growing = [point for point in points if point[0] >= math.log(GROWING)]
    slope = statistics.linear_regression(*zip(*growing, strict=True)).slope if len(growing) > 1 else math.nan
    return {**figures, "growth_exponent": round(slope, 3) if math.isfinite(slope) else None}


def agree(rows: int, results: dict[str, list[Measured]]) -> None:
    """Stop when rivals differ: they would not have done the same work."""
    first = results["ours"][0]["found"]
    for job, runs in results.items():
        for target, (groups, total) in runs[0]["found"].items():
            if groups != first[target][0] or not math.isclose(total, first[target][1], rel_tol=1e-9, abs_tol=1e-5):
                raise SystemExit(f"{rows} rows, {target}: {job} finds {groups, total}, ours {first[target]}")


def validating(rows: int, root: Path) -> float:
    """Our whole reading of one workbook over calamine's reading of its cells."""
    place = root / "filing"
    shutil.copytree(workspace() / "params", place / "params")
    write_filing(place, rows)
    results = alternately(("validate", "calamine"), place, ROUNDS)
    accepted, problems = results["validate"][0]["found"]
    medians = show(f"validate {rows:,}", results, rows)
    print(f"{'':>22}  accepted {accepted:,} rows, {problems:,} problems told", flush=True)
    return round(medians["validate"] / medians["calamine"], 2)


def opening(root: Path) -> None:
    """The demonstration ledger from filings and from its store."""
    place = root / "demonstration"
    for name in ("params", "data"):
        shutil.copytree(workspace() / name, place / name)
    results: dict[str, list[Measured]] = {"from_filings": [], "from_store": []}
    for _ in range(ROUNDS):
        for job, runs in alternately(tuple(results), place, 1).items():
            results[job] += runs
    medians = show("open the ledger", results, results["from_store"][0]["found"])
    print(f"{'':>22}  from its store {medians['from_filings'] / medians['from_store']:.1f} times as fast", flush=True)


def workspace() -> Path:
    """The workspace whose params and demonstration filings are used."""
    from planeval.workspace import find_workspace

    return find_workspace(Path(__file__).resolve().parents[1]).root


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", help=f"enterprise-quarters, with commas ({SIZES})")
    parser.add_argument("--quick", action="store_true", help="small sizes, for trying")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        job, place = options.one
        print(json.dumps(timed(JOBS[job](Path(place)))))
        return
    sizes = [int(float(size)) for size in (options.rows or (QUICK_SIZES if options.quick else SIZES)).split(",")]
    with tempfile.TemporaryDirectory(prefix="planeval-ledger-") as folder:
        opening(Path(folder))
        ratio = validating(QUICK_FILED_ROWS if options.quick else FILED_ROWS, Path(folder))
        figures = measuring(sizes, Path(folder))
    order = (
        "measure_vs_duckdb", "measure_vs_pandas", "validate_vs_calamine", "rows_per_second", "peak_rss_mb",
        "growth_exponent",
    )  # fmt: skip
    print(json.dumps({name: {**figures, "validate_vs_calamine": ratio}[name] for name in order}))


if __name__ == "__main__":
    main()
