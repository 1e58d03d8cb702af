"""Does to the batch, many times over, what happens to a batch: kills, stops, no memory, no disk, very many starts.

Run: python benchmarks/soak.py [--kills 200] [--deaths 50] [--starts 1000] [--sizes 20] [--seed 38]
On a stranger's workspace with small notebooks. Every run of the command is a fork of this process, which has the
command's modules loaded, so that the kills fall where the work is and not where Python is being imported.

- kills: `kill -9` of a run at a moment drawn evenly over its length, then again, until the review stands; after each
  kill every published file is compared with an undisturbed run. lost, doubled, wrongly_ok, torn: wanted 0.
- deaths: notebooks that are killed, stopped or ask for too much memory, in one batch with sound ones. unreported: whose
  end the journal does not name rightly; harmed: sound pages not made. Wanted 0.
- starts: notebooks started, eight at once. failed: wanted 0.
- sizes: a disk that takes no file beyond a size, at every size of a sweep. torn: old pages that changed. Wanted 0.

Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from planeval.batch.journal import read_journal

ROOT = Path(__file__).resolve().parents[1]
PAGES, DEATHS_LIMIT, SIDE_BY_SIDE = 6, 20, 8
ENDS = {
    "killed": "import os; os.kill(os.getpid(), 9)",
    "timeout": "import os; os.kill(os.getpid(), 19)",
    "out_of_memory": "import numpy; numpy.ones(1 << 40)",
}


def main() -> None:
    """Every kind of fault in turn, told as it goes."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, count in (("kills", 200), ("deaths", 50), ("starts", 1000), ("sizes", 20), ("seed", 38)):
        options.add_argument(f"--{name}", type=int, default=count)
    asked = options.parse_args()
    import planeval.batch.run  # noqa: F401
    import planeval.cli  # noqa: F401

    began, found = time.monotonic(), {}
    with tempfile.TemporaryDirectory(prefix="planeval-soak-") as folder:
        for name, soak in (("kills", kills), ("deaths", deaths), ("starts", starts), ("sizes", sizes)):
            count = getattr(asked, name)
            if count:
                place = Path(folder) / name
                found[name] = soak(place, count, random.Random(asked.seed))
                print(name, json.dumps(found[name]), flush=True)
    print(json.dumps({**found, "seconds": round(time.monotonic() - began)}))


def kills(place: Path, count: int, dice: random.Random) -> dict[str, Any]:
    """So many runs killed; each time the review stands at last, everything is compared and wiped."""
    root = workspace(place, {f"{number:02}_page": "" for number in range(PAGES)})
    run(root)
    began = time.monotonic()
    wipe(root)
    assert run(root) == 0
    length, wanted = time.monotonic() - began, published(root)
    told: Counter[str] = Counter(kills=0, stood=0, lost=0, doubled=0, wrongly_ok=0, torn=0)
    wipe(root)
    while told["kills"] < count:
        ended = run(root, kill_after=dice.uniform(0, length))
        told["torn"] += any(content != wanted[name] for name, content in published(root).items())
        if ended == -signal.SIGKILL:
            told["kills"] += 1
            told["wrongly_ok"] += not proven_pages_are(root, wanted)
            if told["kills"] % 5:
                continue
            ended = run(root)
        told["stood"] += 1
        told["lost"] += ended != 0 or published(root) != wanted
        oks = Counter(event["page"] for event in read_journal(output(root)) if event["state"] == "ok")
        told["doubled"] += sum(times > 1 for times in oks.values())
        wipe(root)
    return dict(told) | {"run_seconds": round(length, 1)}


def proven_pages_are(root: Path, wanted: dict[str, bytes]) -> bool:
    """Whether every page the journal calls ok lies proven on the disk, with the bytes of the undisturbed run."""
    import hashlib

    right = {name: hashlib.sha256(content).hexdigest() for name, content in wanted.items()}
    kept = {path.read_bytes().partition(b"\n")[2] for path in (root / "output" / "jobs").rglob("*.page")}
    hashes = {hashlib.sha256(content).hexdigest() for content in kept}
    oks = [event for event in read_journal(output(root)) if event["state"] == "ok"]
    return all(event["sha256"] == right[event["page"]] and event["sha256"] in hashes for event in oks)


def deaths(place: Path, count: int, dice: random.Random) -> dict[str, Any]:
    """Notebooks that die in three ways among sound ones, in one batch; then, mended, the batch is finished."""
    wanted = {f"{number:03}_dies": dice.choice(sorted(ENDS)) for number in range(count)}
    sound = {f"{number:03}_sound": "" for number in range(PAGES)}
    root = workspace(place, {name: ENDS[end] for name, end in wanted.items()} | sound)
    ended = run(root, "--time-limit", str(DEATHS_LIMIT), "--jobs", str(SIDE_BY_SIDE))
    states = {event["page"]: event["state"] for event in read_journal(output(root))}
    unreported = sum(states.get(f"{name}.html") != end for name, end in wanted.items())
    harmed = sum(states.get(f"{name}.html") != "ok" for name in sound)
    for name in wanted:
        stranger().write_report(root, name, "一页")
    mended = run(root, "--failed-only") if wanted else 0
    return {"deaths": count, "by_kind": dict(Counter(wanted.values())), "exit": ended, "unreported": unreported,
            "harmed": harmed, "exit_when_mended": mended if mended == 0 else run(root)}  # fmt: skip


def starts(place: Path, count: int, dice: random.Random) -> dict[str, Any]:
    """So many notebooks, eight at once, in one batch."""
    root = workspace(place, {f"{number:04}_page": "" for number in range(count)})
    began = time.monotonic()
    ended = run(root, "--jobs", str(SIDE_BY_SIDE))
    states = Counter(event["state"] for event in read_journal(output(root)) if event["page"])
    seconds = time.monotonic() - began
    return {"starts": states["running"], "failed": count - states["ok"], "exit": ended,
            "seconds_a_page": round(seconds / count, 3)}  # fmt: skip


def sizes(place: Path, count: int, dice: random.Random) -> dict[str, Any]:
    """A changed review run again and again on a disk that takes no file beyond a size; at last with room."""
    root = workspace(place, {f"{number:02}_page": "" for number in range(2)})
    run(root)
    before, torn, failed = published(root), 0, 0
    largest = max(len(content) for content in before.values())
    stranger().write_report(root, "00_page", "改过的一页")
    for step in range(count):
        failed += run(root, room=max(1, largest * (step + 1) // (count + 1))) != 0
        torn += published(root) != before
    return {"sizes": count, "failed_and_said_so": failed, "torn": torn, "exit_with_room": run(root)}


def stranger() -> ModuleType:
    """tests/stranger.py: a small workspace that the package knows nothing of."""
    if "stranger" not in sys.modules:
        spec = importlib.util.spec_from_file_location("stranger", ROOT / "tests" / "stranger.py")
        assert spec is not None and spec.loader is not None
        sys.modules["stranger"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["stranger"])
    return sys.modules["stranger"]


def workspace(place: Path, notebooks: dict[str, str]) -> Path:
    """A stranger's workspace with these notebooks: name → one more cell of code, or nothing."""
    root: Path = stranger().write_workspace(place / "书香", notebooks=False)
    for name, code in notebooks.items():
        stranger().write_report(root, name, "一页", *([code] if code else []))
    stranger().write_reports_list(root, {name: "一页" for name in notebooks})
    return root


def output(root: Path) -> Path:
    """The folder of the review, with its journal."""
    return root / "output" / str(stranger().REVIEW)


def published(root: Path) -> dict[str, bytes]:
    """Every published file by name."""
    edition = output(root) / "internal"
    return {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()}


def wipe(root: Path) -> None:
    """Nothing published, nothing proven; the store of what was read stays."""
    for folder in (output(root), root / "output" / "jobs"):
        shutil.rmtree(folder, ignore_errors=True)


def run(root: Path, *words: str, kill_after: float | None = None, room: int = 0) -> int:
    """The exit code of one run of the command in a fork of this process, or minus the signal that ended it.

    kill_after: seconds, then `kill -9`. room: the largest file the disk takes, in bytes.
    """
    pid = os.fork()
    if pid == 0:
        _become_the_command(root, words, room)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _become_the_command(root: Path, words: tuple[str, ...], room: int) -> None:
    code = 1
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        if room:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        sys.argv = ["planeval", "review", stranger().REVIEW, "--workspace", str(root), *words]
        from planeval.__main__ import main as command

        command()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
