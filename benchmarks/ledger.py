"""Times the ledger at scale: measuring eight targets by site × industry, validating a filing, opening a ledger.

Run: python benchmarks/ledger.py [--rows 1e3,1e4,1e5,1e6,1e7] [--quick]
Every measurement is a process of its own, without its imports; the order turns round every other time; medians of
5 (3 from 1e7 on). Each line says whether its seconds are `clock` or `cpu`. Ends with one line of JSON; ratios are
ours over theirs, at the largest size:

- measure_vs_duckdb: beside hand-written SQL over the same tables, DuckDB set as it comes (wanted: at most 1.5);
- measure_vs_pandas: beside plain pandas, from CSV files that hold only the columns needed, reading included;
- validate_vs_calamine: open_ledger on one filed workbook beside calamine reading it (wanted: below 10), in processor
  time of the process and its reading child, which a busy machine changes less than the clock;
- rows_per_second, peak_rss_mb: of our measuring; growth_exponent: slope of log time on log rows from 1e5 on.

Measured on two cores beside other work, one run: measuring 10⁷ rows 1.05 of DuckDB's own SQL (0.71 s) and 0.03 of
pandas, exponent 0.40; memory 163 MB at 10³, 172 MB at 10⁶, 244 MB at 10⁷ rows: DuckDB keeps what it has read of the
store up to its limit of 256 MB and no further. Validating 10⁵ rows 7.05 times calamine's reading in processor time
(4.2 s with the child beside 0.59 s), 290 MB. Ours stops looking for garbage while it reads; calamine's time is that
of a plain call of it.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger_jobs import JOBS, Measured, timed, write_filing, write_rows

SIZES, QUICK_SIZES = "1e3,1e4,1e5,1e6,1e7", "1e3,1e4,1e5"
FILED_ROWS, QUICK_FILED_ROWS = 100_000, 10_000
LARGE, GROWING = 10_000_000, 100_000
ROUNDS, ROUNDS_WHEN_LARGE = 5, 3
CLOCKS = {"seconds": "clock", "cpu": "cpu"}


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


def show(label: str, results: dict[str, list[Measured]], rows: int, clock: str = "seconds") -> dict[str, float]:
    """Print a line for each job; job → median seconds, by the clock or (`cpu`) of processor time, as the line says."""
    medians = {job: statistics.median(run[clock] for run in runs) for job, runs in results.items()}
    for job, runs in results.items():
        seconds = [run[clock] for run in runs]
        memory = statistics.median(run["rss_mb"] for run in runs)
        print(
            f"{label:>18}  {CLOCKS[clock]:<5} {job:<13} {medians[job]:9.3f} s  ({min(seconds):.3f}-{max(seconds):.3f}) "
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
    medians = show(f"validate {rows:,}", results, rows, "cpu")
    print(f"{'':>18}  accepted {accepted:,} rows, {problems:,} problems told", flush=True)
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
    print(f"{'':>18}  from its store {medians['from_filings'] / medians['from_store']:.1f} times as fast", flush=True)


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
