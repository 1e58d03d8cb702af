"""Pages made by a real cluster of two worker processes, one of them killed in the middle."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from planeval.batch import executors
from planeval.batch.executors import DASK, Recipe, make_on_worker
from planeval.batch.job_plan import Choice
from planeval.batch.publishing import Published
from planeval.batch.run import Options, _prepared, run_review
from planeval.plan import load_review
from planeval.plan.review_files import UNIT
from planeval.problems import InputError
from planeval.publish.page_engine import KERNELS
from planeval.workspace import Workspace
from stranger import PARAMETERS, PLAN, REVIEW, write_notebook, write_report, write_text, write_workspace

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


UNIT_CELLS = (
    "from planeval import open_review, opening, unit_filing, unit_title",
    "review = open_review(plan, period, as_known_on, edition, unit)\nunit_title(review, unit) + opening(review)",
    "## 一、报送纪律",
    "unit_filing(review, unit)",
)


OWN_TABLES = {"library": {"events"}, "schoolboard": {"partnerships"}}


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


def test_a_worker_has_a_review_of_its_own_for_the_page_of_each_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And in it the rows of that unit alone, under the unit's own words; a page is made from it."""
    root = write_workspace(tmp_path / "书香", notebooks=False)
    write_notebook(root / "notebooks" / "40_unit.ipynb", f'{PARAMETERS}\nunit = ""', *UNIT_CELLS)
    write_text(root / "params" / PLAN / "reports.yml",
               "reports:\n  - {notebook: 40_unit, title: 责任单位, editions: [unit], for_each: unit}\n")  # fmt: skip
    place, worker = Workspace(root), executors._Worker()
    monkeypatch.setattr(executors, "_WORKER", worker)
    request = load_review(place, REVIEW).of_edition(UNIT)
    orders = _prepared(place, request, Options()).orders
    recipe = Recipe(str(root), tuple(sorted(request.parameters().items())), KERNELS)
    for order in orders:
        engine, fingerprint = worker.engine(recipe.for_page(order))
        handed = engine.handed_for(order.page.name)
        assert handed is not None and fingerprint == order.expected.fingerprint
        words, review = pickle.loads(handed.read_bytes())
        tables = {name for name, rows in review.ledger.filed.items() if len(rows)}
        assert (words[-1], tables) == (order.page.key, OWN_TABLES[order.page.key])
    made = make_on_worker(recipe.for_page(orders[0]), orders[0])
    assert made.ending == "ok", made.failure
    assert "图书馆" in made.content.decode("utf-8")
