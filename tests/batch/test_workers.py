"""Pages made by a real cluster of two worker processes, one of them killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from planeval.batch.executors import DASK
from planeval.batch.job_plan import Choice
from planeval.batch.publishing import Published
from planeval.batch.run import Options, run_review
from planeval.plan import load_review
from planeval.problems import InputError
from planeval.workspace import Workspace
from stranger import REVIEW, write_report, write_workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills a worker the Linux way")

# On its first run the notebook says which worker made it (the process above the warm parent) and waits to be killed.
TELLS_ITS_WORKER = """\
import os, time
from pathlib import Path
told = Path({told!r})
if not told.exists():
    parent = Path(f"/proc/{{os.getppid()}}/stat").read_text().rsplit(")", 1)[1].split()
    told.with_suffix(".part").write_text(parent[1])
    told.with_suffix(".part").rename(told)
    time.sleep(600)"""


def published(root: Path, options: Options) -> Published:
    place = Workspace(root)
    return run_review(place, load_review(place, REVIEW), place.output, options, lambda told: None)


def files(root: Path) -> dict[str, bytes]:
    edition = root / "output" / REVIEW / "internal"
    return {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()}


def test_a_worker_killed_in_the_middle_loses_no_page(tmp_path: Path) -> None:
    """The page it was at is made by the other one; every byte is the same as when made here."""
    distributed = pytest.importorskip("distributed")
    root, told = write_workspace(tmp_path / "书香"), tmp_path / "worker"
    write_report(root, "02_again", "同样的表", TELLS_ITS_WORKER.format(told=str(told)))
    came: list[Published] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
    ) as cluster:
        options = Options(executor=DASK, scheduler=cluster.scheduler_address)
        running = threading.Thread(target=lambda: came.append(published(root, options)))
        running.start()
        deadline = time.monotonic() + 120
        while not told.exists() and running.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(int(told.read_text()), signal.SIGKILL)
        running.join(120)
    assert came and came[0].promoted and not came[0].failures
    on_cluster = files(root)
    shutil.rmtree(root / "output" / REVIEW)
    published(root, Options(Choice(force=True)))
    assert files(root) == on_cluster


def test_a_scheduler_that_does_not_answer_is_told_in_words(stranger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("planeval.batch.executors._PATIENCE", 1)
    with pytest.raises(InputError, match="连接不上调度器"):
        published(stranger, Options(executor=DASK, scheduler="tcp://127.0.0.1:9"))
    monkeypatch.setitem(sys.modules, distributed.__name__, None)
    with pytest.raises(InputError, match="没有安装集群所需的软件包"):
        published(stranger, Options(executor=DASK, scheduler="tcp://127.0.0.1:9"))
