"""Times a batch of real pages beside other ways to make them, in one run and alternating order.

Run: python benchmarks/batch.py [--rounds 7] [--whole-rounds 3] [--quick] [--linear] [--peers VENV]
On a copy of the demonstration's workspace, its ledgers stored already for everybody. Each rival is a process that has
imported what it needs (benchmarks/batch_rivals.py) and makes the same pages in turn, every other round in the opposite
order; one round first that does not count. Each round has pages of its own, dealt from the whole list of the review:
a batch makes each page once, so nobody may keep what an earlier round has drawn. Rivals whose cells show other HTML
than the command lines' end the run.

- cli: `papermill` and `jupyter nbconvert`, two commands a page; api: papermill's Python interface and one reused
  HTMLExporter; ploomber: ploomber-engine in one process, in a throw-away environment (benchmarks/peers.lock);
- ours, ours_all: pages of a review that has begun, with one job and with every core; checks and proof included;
- floor: the same cells in one warm process, same figures, one Jinja render, nothing checked; opening the review does
  not count, and a page keeps nothing of what another page has measured;
- whole: the command `planeval review --force`, from its start to its end, all pages, every core; after every other
  round, so that it meets the machine as the others do.

Ends with one line of JSON, each ratio the median of the rounds' ratios: speedup_vs_cli (cli/ours), speedup_vs_api
(api/ours), speedup_vs_ploomber, ratio_to_floor (ours/floor) and parallel_gain (ours/ours_all), both of rounds of their
own with a third of the review each (of a few pages the longest decides alone), batch40_vs_cli (40 pages by the command
lines one after another, over 40 pages' share of the whole command), noop_100_s (the command on an unchanged review of
100 pages, seconds), peak_rss_mb (the largest process of the whole command).

--linear: instead, one review of every page ten times over beside the review itself: seconds and memory per page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from planeval.plan import load_review
from planeval.publish.jobs import prepare_jobs
from planeval.workspace import Workspace

ROOT, REVIEW, PLAN = Path(__file__).resolve().parents[1], "2026Q3", "jincheng"
RIVALS = ("cli", "api", "ploomber", "ours", "ours_all", "floor")
WARM = ("ours", "ours_all", "floor")
PAGES_A_ROUND, LISTS, UNCHANGED_PAGES, TENFOLD = 3, 3, 100, 10
Page = tuple[str, dict[str, str]]


def main() -> None:
    """Measure, print a line for each rival and one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--whole-rounds", type=int, default=3)
    options.add_argument("--quick", action="store_true", help="one round of each: a try, not a measurement")
    options.add_argument("--linear", action="store_true")
    options.add_argument("--peers", type=Path, help="an environment with ploomber-engine, made before")
    asked = options.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would have the command lines compile every library each time
    rounds, wholes = (1, 1) if asked.quick else (asked.rounds, asked.whole_rounds)
    with tempfile.TemporaryDirectory(prefix="planeval-batch-") as folder:
        place = write_workspace(Path(folder) / "workspace")
        if asked.linear:
            print(json.dumps(linear(place)))
            return
        peers = asked.peers or make_peers(Path(folder) / "peers")
        times, whole = alternately(place, peers, rounds, wholes)
        figures = {"noop_100_s": noop(place)}
    print(json.dumps(ratios(times, whole) | figures))


def write_workspace(root: Path) -> Path:
    """A copy of the demonstration, its ledgers stored by one run of the command; names, pages and all."""
    for name in ("params", "data", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    planeval(root, "--plan")
    return root


def planeval(workspace: Path, *words: str, review: str = REVIEW) -> subprocess.CompletedProcess[str]:
    """The command as anybody starts it. Raises SystemExit when it fails; 2 is a review of filings with faults."""
    command = [sys.executable, "-m", "planeval", "review", review, "--workspace", str(workspace), *words]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8")
    if ended.returncode not in (0, 2):
        raise SystemExit(ended.stderr)
    return ended


def make_peers(folder: Path) -> Path:
    """A throw-away environment with what we lock and, beside it, ploomber-engine."""
    print("making an environment with ploomber-engine", flush=True)
    uv = shutil.which("uv")
    subprocess.run([*([uv, "venv", "-q"] if uv else [sys.executable, "-m", "venv"]), str(folder)], check=True)
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    locked = [["--no-deps", "--require-hashes", "-r", str(lock)]
              for lock in (ROOT / "requirements.lock", ROOT / "benchmarks" / "peers.lock")]  # fmt: skip
    for wanted in (*locked, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]):
        subprocess.run([*install, "-q", *wanted], check=True, stderr=subprocess.DEVNULL)
    return folder


class Rival:
    """One rival's process, and how long it took each round."""

    def __init__(self, name: str, place: Path, peers: Path) -> None:
        folder = peers if name == "ploomber" else Path(sys.executable).parents[1]
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        command = [str(python), str(Path(__file__).with_name("batch_rivals.py")), name, str(place), REVIEW]
        environment = {
            **os.environ, "OPENBLAS_NUM_THREADS": "1", "PLANEVAL_WORKSPACE": str(place), "PYTHONHASHSEED": "0",
            "PLOOMBER_STATS_ENABLED": "false", "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        self.name, self.seconds = name, list[float]()
        self.process = subprocess.Popen(
            command, env=environment, cwd=place / "notebooks", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding="utf-8",
        )  # fmt: skip
        self._answer()

    def _answer(self) -> str:
        said = self.process.stdout.readline() if self.process.stdout else ""
        if not said:
            raise SystemExit(f"{self.name} ended")
        return said

    def make(self, asked: Sequence[Any]) -> dict[str, str]:
        """Make the pages once; what their cells showed."""
        if self.process.stdin is None:
            raise SystemExit(f"{self.name} has no input")
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self._answer())
        self.seconds.append(answer["seconds"] / len(asked))
        shown: dict[str, str] = answer["shown"]
        return shown


def alternately(
    place: Path, peers: Path, rounds: int, wholes: int
) -> tuple[dict[str, list[float]], list[dict[str, float]]]:  # fmt: skip
    """Seconds a page of every rival in every round, and what the whole command took after every other round."""
    whole: list[dict[str, float]] = []
    with started(place, peers) as rivals:
        for number, asked in enumerate(dealt(place, rounds + 1, PAGES_A_ROUND)):
            shown = {rival.name: rival.make(asked) for rival in (rivals if number % 2 else rivals[::-1])}
            for name in ("api", "ploomber", "floor"):
                if shown[name] != shown["cli"]:
                    raise SystemExit(f"{name} shows other things than the command lines: {shown}")
            if number % 2 and len(whole) < wholes:
                whole.append(whole_command(place))
        times = {rival.name: rival.seconds[1:] for rival in rivals}
        warm, lists = [rival for rival in rivals if rival.name in WARM], dealt(place, LISTS, None)
        for number in range(rounds):
            for rival in warm if number % 2 else warm[::-1]:
                rival.make(lists[number % LISTS])
        times |= {f"{rival.name}_long": rival.seconds[-rounds:] for rival in warm}
    for name, seconds in times.items():
        said = f"({min(seconds):.2f}-{max(seconds):.2f} s)"
        print(f"{name:>13}  {statistics.median(seconds):7.3f} s a page  {said}", flush=True)
    return times, whole


def dealt(place: Path, lists: int, most: int | None) -> list[list[Page]]:
    """Lists of pages with every parameter: the review's own list dealt out like cards, so that each has a mix."""
    workspace = Workspace(place)
    request = load_review(workspace, REVIEW)
    pages = [(job.page.notebook, request.parameters() | job.own_parameters) for job in prepare_jobs(workspace, request)]
    return [pages[number::lists][:most] for number in range(lists)]


@contextmanager
def started(place: Path, peers: Path) -> Iterator[list[Rival]]:
    """Every rival, ready; none is left behind."""
    rivals: list[Rival] = []
    try:
        for name in RIVALS:
            rivals.append(Rival(name, place, peers))
        yield rivals
    finally:
        for rival in rivals:
            if rival.process.stdin is not None:
                rival.process.stdin.close()
            rival.process.wait()


def whole_command(place: Path) -> dict[str, float]:
    """The whole command on every page: seconds, seconds a page, the largest process in MB."""
    began = time.perf_counter()
    planeval(place, "--force")
    seconds = time.perf_counter() - began
    run = json.loads((place / "output" / REVIEW / "internal" / "run.json").read_text(encoding="utf-8"))
    pages = sum(entry["path"].endswith(".html") for entry in run["outputs"])
    found = {"seconds": seconds, "page_s": seconds / pages, "rss_mb": largest_process()}
    said = f"({seconds:.2f} s, {pages} pages, {found['rss_mb']:.0f} MB)"
    print(f"    whole  {found['page_s']:7.3f} s a page  {said}", flush=True)
    return found


def largest_process() -> float:
    """Resident MB of the largest process that ended below this one so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def noop(place: Path) -> float:
    """Median seconds of the whole command on a review of 100 pages of which nothing changed."""
    list_copies(place, {"40_unit": 3, "20_targets": 1})
    planeval(place)
    if len(list((place / "output" / REVIEW / "internal").glob("*.html"))) != UNCHANGED_PAGES + 1:
        raise SystemExit(f"not {UNCHANGED_PAGES} pages and an index")
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        planeval(place, "--plan")
        seconds.append(time.perf_counter() - began)
    return round(statistics.median(seconds), 3)


def ratios(times: dict[str, list[float]], whole: list[dict[str, float]]) -> dict[str, float]:
    """The keys of the last line, but `noop_100_s`."""

    def ratio(more: str, less: str) -> float:
        return statistics.median(one / other for one, other in zip(times[more], times[less], strict=True))

    share = statistics.median(run["page_s"] for run in whole)
    found = {
        "speedup_vs_cli": ratio("cli", "ours"), "speedup_vs_api": ratio("api", "ours"),
        "speedup_vs_ploomber": ratio("ploomber", "ours"), "ratio_to_floor": ratio("ours_long", "floor_long"),
        "batch40_vs_cli": statistics.mean(times["cli"]) / share,
        "parallel_gain": ratio("ours_long", "ours_all_long"),
    }  # fmt: skip
    return {name: round(value, 2) for name, value in found.items()} | {
        "peak_rss_mb": round(max(run["rss_mb"] for run in whole))
    }


def list_copies(place: Path, copies: dict[str, int]) -> None:
    """Have the review publish copies of notebooks as pages of their own. copies: notebook → how many more of it."""
    path = place / "params" / PLAN / "reports.yml"
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["reports"]
    more = []
    for report in listed:
        for copy in range(copies.get(report["notebook"], 0)):
            name = f"{report['notebook']}_{copy}"
            shutil.copy(place / "notebooks" / f"{report['notebook']}.ipynb", place / "notebooks" / f"{name}.ipynb")
            more.append({**report, "notebook": name})
    said = json.dumps({"reports": listed + more}, ensure_ascii=False)  # YAML too, and without anchors
    path.write_text(said, encoding="utf-8")


def linear(place: Path) -> dict[str, float]:
    """A review of all pages, and one of the same pages ten times over: what a page costs in each."""
    once = whole_command(place)
    names = sorted(path.stem for path in (place / "notebooks").glob("*.ipynb"))
    list_copies(place, dict.fromkeys(names, TENFOLD - 1))
    often = whole_command(place)
    return {
        "pages_10x_page_s_ratio": round(often["page_s"] / once["page_s"], 2),
        "pages_10x_rss_ratio": round(often["rss_mb"] / once["rss_mb"], 2),
    }


if __name__ == "__main__":
    main()
