"""What a batch survives: killed supervisors and notebooks, no memory, no disk, no right to write, a second batch.

Short forms, on a stranger's workspace with small notebooks; benchmarks/soak.py runs the long ones.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from planeval.batch.journal import read_journal
from planeval.publish.page_engine import ENGINES
from stranger import REVIEW, write_report, write_reports_list, write_workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes the Linux way")
PAGES = {f"0{number}_page": f"第{number}页" for number in range(1, 5)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of four small pages, published undisturbed."""
    root = write_workspace(tmp_path_factory.mktemp("faults") / "书香", notebooks=False)
    for name, title in PAGES.items():
        write_report(root, name, title)
    write_reports_list(root, PAGES)
    assert planeval(root).returncode == 0
    return root


def command(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "planeval", "review", REVIEW, "--workspace", str(root), *words]


def planeval(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(root, *words), capture_output=True, encoding="utf-8", check=False)


def files(root: Path) -> dict[str, bytes]:
    edition = root / "output" / REVIEW / "internal"
    return {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()}


def unpublished(whole: Path, folder: Path) -> Path:
    """The same workspace with nothing published; the store of what was read is kept."""
    root = Path(shutil.copytree(whole, folder / "书香"))
    shutil.rmtree(root / "output" / REVIEW)
    shutil.rmtree(root / "output" / "jobs")
    return root


def test_killed_at_any_moment_and_run_again_it_comes_to_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Nothing lost, nothing made twice after it was proven, nothing wrongly ok, no half file under a final name."""
    root, wanted = unpublished(whole, tmp_path), files(whole)
    dice = random.Random(38)
    for _ in range(4):
        running = subprocess.Popen(
            command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )  # fmt: skip
        time.sleep(dice.uniform(0.5, 6))
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert all(content == wanted[name] for name, content in files(root).items()), "whole files only"
    done = planeval(root)
    assert done.returncode == 0, done.stderr
    assert files(root) == wanted
    proven = Counter(event["page"] for event in read_journal(root / "output" / REVIEW) if event["state"] == "ok")
    assert proven == dict.fromkeys((f"{name}.html" for name in PAGES), 1), "each page was made and proven once"


def test_a_killed_supervisor_leaves_no_process(whole: Path, tmp_path: Path) -> None:
    root = unpublished(whole, tmp_path)
    pid_file = tmp_path / "pid"
    write_report(
        root,
        "02_page",
        "第2页",
        f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
    )
    running = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: pid_file.exists() and pid_file.read_text())
    running.kill()
    running.wait()
    wait_for(lambda: not Path(f"/proc/{pid_file.read_text()}").exists())


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_ends_every_process_and_the_next_run_goes_on_from_there(
    whole: Path, tmp_path: Path, engine: str
) -> None:
    """What was proven before stays proven; nothing is published, and nothing is said in Python's words."""
    root, wanted, pid_file = unpublished(whole, tmp_path), files(whole), tmp_path / "pid"
    third = (root / "notebooks" / "03_page.ipynb").read_bytes()
    waits = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    write_report(root, "03_page", "第3页", waits)
    running = subprocess.Popen(command(root, "--jobs", "1", "--engine", engine), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, encoding="utf-8")  # fmt: skip
    wait_for(lambda: pid_file.exists() and pid_file.read_text())
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130 and "Traceback" not in said, said
    wait_for(lambda: not Path(f"/proc/{pid_file.read_text()}").exists())
    assert files(root) == {} and not list((root / "output" / REVIEW).glob(".stage-*"))
    (root / "notebooks" / "03_page.ipynb").write_bytes(third)
    done = planeval(root)
    assert done.returncode == 0 and files(root) == wanted, done.stderr
    proven = Counter(event["page"] for event in read_journal(root / "output" / REVIEW) if event["state"] == "ok")
    assert proven == dict.fromkeys((f"{name}.html" for name in PAGES), 1)


def test_many_notebooks_start_eight_at_once(whole: Path, tmp_path: Path) -> None:
    root = unpublished(whole, tmp_path)
    titles = {f"{number:02}_page": f"第{number}页" for number in range(1, 25)}
    for name, title in titles.items():
        write_report(root, name, title)
    write_reports_list(root, titles)
    done = planeval(root, "--jobs", "8")
    assert done.returncode == 0, done.stderr
    ends = Counter(event["state"] for event in read_journal(root / "output" / REVIEW) if event["page"])
    assert ends == {"queued": 24, "running": 24, "ok": 24}


@pytest.mark.parametrize(
    ("code", "state", "said"),
    [
        ("import os; os.kill(os.getpid(), 9)", "killed", "中途退出"),
        ("import os; os.kill(os.getpid(), 19)", "timeout", "整个笔记本运行超过"),
        ("import numpy; numpy.ones(1 << 40)", "out_of_memory", "MemoryError"),
    ],
)
def test_one_notebook_that_dies_leaves_the_others_alone(
    whole: Path, tmp_path: Path, code: str, state: str, said: str
) -> None:
    """Killed, stopped, or out of memory: told apart in the journal, the three other pages are made and kept."""
    root = unpublished(whole, tmp_path)
    write_report(root, "02_page", "第2页", code)
    done = planeval(root, "--time-limit", "8")
    assert done.returncode == 3 and said in done.stderr
    states = {event["page"]: event["state"] for event in read_journal(root / "output" / REVIEW)}
    assert {name: states[f"{name}.html"] for name in PAGES} == {name: "ok" for name in PAGES} | {"02_page": state}


def test_a_second_batch_says_who_holds_the_edition_or_waits(whole: Path, tmp_path: Path) -> None:
    root = unpublished(whole, tmp_path)
    go = tmp_path / "go"
    write_report(root, "02_page", "第2页", f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.1)")
    first = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: any(event["state"] == "running" for event in read_journal(root / "output" / REVIEW)))
    refused = planeval(root)
    assert refused.returncode == 2 and f"进程 {first.pid}正在发布同一个评估" in refused.stderr
    second = subprocess.Popen(command(root, "--wait"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(1)
    go.touch()
    assert (first.wait(180), second.wait(180)) == (0, 0)
    proven = [event["page"] for event in read_journal(root / "output" / REVIEW) if event["state"] == "ok"]
    assert len(proven) == len(set(proven)) == len(PAGES), "the second found everything made"


def test_a_page_lost_between_proof_and_publication_is_made_again_by_the_next_run(whole: Path, tmp_path: Path) -> None:
    """Pages wait for publication on the disk; what is gone from there stops the run, and the old edition stands."""
    root = Path(shutil.copytree(whole, tmp_path / "书香"))
    before, kept = files(root), root / "output" / "jobs"
    write_report(root, "04_page", "第4页", f"import shutil; shutil.rmtree({str(kept)!r})")
    done = planeval(root, "--jobs", "1")
    assert done.returncode != 0 and "保存在磁盘上的 01_page.html 不见了或不完整，请再运行一次" in done.stderr
    assert "Traceback" not in done.stderr and files(root) == before
    write_report(root, "04_page", "第4页", "'又一句话'")
    assert planeval(root).returncode == 0
    assert [name for name in before if name.endswith("_page.html") and files(root)[name] != before[name]] == [
        "04_page.html"
    ]


def test_no_room_on_the_disk_leaves_the_old_pages_whole(whole: Path, tmp_path: Path) -> None:
    """At every size of a sweep: the run fails and says so, no file under a final name is cut short."""
    root = Path(shutil.copytree(whole, tmp_path / "书香"))
    before = files(root)
    write_report(root, "02_page", "第2页", "'又一句话'")
    for size in (1_000, 40_000):
        limit = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); sys.argv = ['planeval', *{command(root)[3:]!r}]; from planeval.__main__ import main; main()"
        done = subprocess.run([sys.executable, "-c", limit], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode != 0, size
        assert files(root) == before, size
    assert planeval(root).returncode == 0 and files(root)["02_page.html"] != before["02_page.html"]


def test_a_folder_that_takes_no_file_is_told_and_left_as_it_is(whole: Path, tmp_path: Path) -> None:
    """Read-only for whoever runs it; the run gives up the right of an administrator to write everywhere."""
    root = Path(shutil.copytree(whole, tmp_path / "书香"))
    before, edition = files(root), root / "output" / REVIEW / "internal"
    write_report(root, "02_page", "第2页", "'又一句话'")
    edition.chmod(0o555)
    try:
        done = subprocess.run(command(root), capture_output=True, encoding="utf-8", check=False,
                              preexec_fn=obey_permissions)  # fmt: skip
    finally:
        edition.chmod(0o755)
    assert done.returncode == 1 and "Traceback" not in done.stderr and str(edition) in done.stderr, done.stderr
    assert files(root) == before
    assert planeval(root).returncode == 0 and files(root)["02_page.html"] != before["02_page.html"]


def obey_permissions() -> None:
    """After this, what a process starts may not write where its permissions say no, even as root (prctl(2))."""
    drop_from_bounding_set, override_permissions = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, override_permissions)


def wait_for(what: object, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
