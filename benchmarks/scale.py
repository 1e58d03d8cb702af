"""From one review's measured times to a province and a nation: how long, how much work, and what holds it up.

Run: python benchmarks/scale.py [--sites 11] [--no-run]
First eleven sites for real: the demonstration's plan in eleven workspaces, each with filings of a seed of its own, one
review after another on every core of this machine; every site must publish all its pages. The first site is then made
again with one job, and timed: the start (reading, computing, warming up), each page, the publication.

Then the simulation, by list scheduling and nothing else: a site's review is one command that holds k cores from its
start to its end; its pages are taken in reading order, each by the first core that is free; commands wait for k free
cores. For 11 sites and 3,000 counties on 2, 64 and 1,000 cores the k with the shortest makespan is taken. Assumed, and
said with each result: cores like this machine's, counties as large as the demonstration, no disk or network shared.
bound_by: what a reader would have to make faster first: `pages` (work that cores share), `start` (what one core does
alone before the first page), `longest_page`, or `idle` (cores with nothing left to do).

Ends with one line of JSON: sites_run, sites_failed, sites_seconds, pages, start_s, pages_s, longest_page_s, publish_s,
peak_rss_mb, and for each case makespan_s, core_hours, cores_each, bound_by.
"""

from __future__ import annotations

import argparse
import heapq
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT, PLAN, REVIEW = Path(__file__).resolve().parents[1], "jincheng", "2026Q3"
SEED, NATION, CORES = 38, 3000, (2, 64, 1000)


@dataclass(frozen=True)
class SiteTimes:
    """Seconds of one site's review with one job: before the first page, of each page, after the last."""

    start: float
    pages: tuple[float, ...]
    publish: float

    def on(self, cores: int) -> float:
        """How long the command takes on so many cores."""
        return self.start + makespan(self.pages, cores) + self.publish

    @property
    def alone(self) -> float:
        """What only one core can work at."""
        return self.start + self.publish

    @property
    def work(self) -> float:
        """Core seconds in all."""
        return self.alone + sum(self.pages)


def makespan(jobs: tuple[float, ...], cores: int) -> float:
    """When the last job ends, if each is taken in order by the first core that is free."""
    free = [0.0] * min(cores, len(jobs))
    for job in jobs:
        heapq.heapreplace(free, free[0] + job)
    return max(free, default=0.0)


def write_site(root: Path, seed: int) -> Path:
    """A workspace with the demonstration's plan and filings of its own."""
    from planeval.ledger.tables import COLUMNS_BY_TABLE
    from planeval.plan import load_params
    from planeval.sample import write_sample
    from planeval.workspace import Workspace

    for name in ("params", "data", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    plan, method = load_params(Workspace(root), PLAN, COLUMNS_BY_TABLE)
    write_sample(root, plan, method, seed)
    return root


def run_sites(folder: Path, sites: int) -> dict[str, float]:
    """Review every site with the command; each must publish all its pages."""
    places = [write_site(folder / f"site-{number:02}", SEED + number) for number in range(sites)]
    began, failed = time.perf_counter(), 0
    for place in places:
        at = time.perf_counter()
        command = [sys.executable, "-m", "planeval", "review", REVIEW, "--workspace", str(place)]
        ended = subprocess.run(command, capture_output=True, encoding="utf-8")
        manifest = place / "output" / REVIEW / "internal" / "run.json"
        whole = manifest.is_file() and json.loads(manifest.read_text(encoding="utf-8"))["complete"]
        failed += not whole
        said = "published" if whole else f"exit code {ended.returncode}: {ended.stderr[-500:]}"
        print(f"{place.name}  {time.perf_counter() - at:6.1f} s  {said}", flush=True)
    return {"sites_run": sites, "sites_failed": failed, "sites_seconds": round(time.perf_counter() - began, 1)}


def time_site(place: Path) -> SiteTimes:
    """One review with one job and nothing kept, timed step by step."""
    from planeval.batch.job_plan import Choice
    from planeval.batch.run import Options, Told, run_review
    from planeval.plan import load_review
    from planeval.workspace import Workspace

    workspace = Workspace(place)
    began, steps = time.perf_counter(), list[float]()

    def told(step: Told) -> None:
        if step.total:
            steps.append(time.perf_counter())

    options = Options(Choice(force=True), jobs=1)
    published = run_review(workspace, load_review(workspace, REVIEW), place / "output", options, told)
    if published.failures:
        raise SystemExit(str(published.failures[0]))
    first, *ends, last = steps
    pages = tuple(after - before for before, after in pairwise([first, *ends]))
    return SiteTimes(first - began, pages, time.perf_counter() - last)


def simulate(site: SiteTimes, sites: int, cores: int) -> dict[str, float | int | str]:
    """The shortest makespan of so many equal sites over all numbers of cores for each, and what it is bound by."""
    best = min(range(1, min(cores, len(site.pages)) + 1), key=lambda each: -(-sites // (cores // each)) * site.on(each))
    waves = -(-sites // (cores // best))
    whole = waves * site.on(best)
    return {
        "makespan_s": round(whole, 1), "core_hours": round(sites * site.work / 3600, 2), "cores_each": best,
        "bound_by": bound_by(site, sites, cores, best, whole),
    }  # fmt: skip


def bound_by(site: SiteTimes, sites: int, cores: int, each: int, whole: float) -> str:
    """The largest part of the cores' time: shared work, one core working while the others of its command wait for it,
    a long last page, or cores without a command.
    """
    parts = {
        "pages": sites * sum(site.pages),
        "start": sites * site.alone * each,
        "longest_page": sites * (each * makespan(site.pages, each) - sum(site.pages)),
        "idle": cores * whole - sites * each * site.on(each),
    }
    return max(parts, key=lambda name: parts[name])


def main() -> None:
    """Run, time, simulate; a line for each case and one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sites", type=int, default=11)
    options.add_argument("--no-run", action="store_true", help="only time one site and simulate")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="planeval-scale-") as folder:
        found: dict[str, object] = dict(run_sites(Path(folder), 1 if asked.no_run else asked.sites))
        site = time_site(Path(folder) / "site-00")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    found |= {
        "pages": len(site.pages), "start_s": round(site.start, 2), "pages_s": round(sum(site.pages), 2),
        "longest_page_s": round(max(site.pages), 2), "publish_s": round(site.publish, 2),
        "peak_rss_mb": round(max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024),
    }  # fmt: skip
    for sites in (asked.sites, NATION):
        for cores in CORES:
            case = simulate(site, sites, cores)
            print(f"{sites:>5} sites on {cores:>5} cores: {case}", flush=True)
            found[f"sites_{sites}_cores_{cores}"] = case
    print(json.dumps(found))


if __name__ == "__main__":
    main()
