"""Notebooks in forks of a warm parent: the same outputs as in a kernel, nothing shared, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from papermill.exceptions import PapermillExecutionError

from planeval.plan import load_review
from planeval.plan.review_files import EDITIONS
from planeval.publish import run_notebook as module
from planeval.publish.failures import NotebookFailed
from planeval.publish.jobs import prepare_jobs
from planeval.publish.kernel import Kernels, kernel_environment, kernel_manager_class
from planeval.publish.page_engine import PageEngine
from planeval.publish.run_notebook import UNASKED, Limits, read_notebook, run_notebook
from planeval.review import Review, asked_for, open_review
from planeval.warm.client import CAN_FORK, WarmParent
from planeval.workspace import Workspace, hand_over
from stranger import write_notebook

ROOT = Path(__file__).resolve().parents[2]
REVIEW = {"plan": "jincheng", "period": "2026Q3", "as_known_on": "", "edition": "internal"}

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="this system cannot fork; ordinary kernels are tested elsewhere")


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory, demonstration: Review) -> Path:
    """The file of the demonstration review as the publisher hands it over."""
    file = tmp_path_factory.mktemp("handed") / "review"
    hand_over(demonstration, asked_for(Workspace(ROOT), **REVIEW), file)
    return file


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory, handed: Path) -> Iterator[WarmParent]:
    """A parent that holds the demonstration review open."""
    folder, place = tmp_path_factory.mktemp("warm"), Workspace(ROOT)
    with WarmParent(kernel_environment(ROOT, folder, handed), place.notebooks, folder / "said") as started:
        assert started.open_review({**REVIEW, "workspace": str(ROOT)}) == 1, "one thread, or a fork would lose some"
        yield started


def run(folder: Path, parent: WarmParent | None, *cells: str, limits: Limits = UNASKED) -> list[list[Any]]:
    """The outputs of each cell of a notebook of these cells, after its parameters."""
    path = write_notebook(folder / "report.ipynb", 'plan = "a"', *cells)
    executed = run_notebook(read_notebook(path, "x"), "report", {"plan": "a"}, folder, folder, None, parent, limits)
    return [cell.outputs for cell in executed.cells if cell.cell_type == "code"][2:]


def failure(folder: Path, parent: WarmParent | None, *cells: str, limits: Limits = UNASKED) -> NotebookFailed:
    with pytest.raises(NotebookFailed) as failed:
        run(folder, parent, *cells, limits=limits)
    return failed.value


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def as_read(notebook: NotebookNode) -> list[Any]:
    """What a notebook says cell by cell, without what differs between two runs of one engine too."""
    said = []
    for cell in notebook.cells:
        outputs: list[Any] = []
        for output in cell.get("outputs", []):
            if outputs and output.output_type == "stream" and outputs[-1].get("name") == output.name:
                outputs[-1]["text"] += output.text  # a kernel sends what is printed in pieces, by the clock
            else:
                outputs.append(dict(output))
        text = re.sub(r"ipykernel_\d+/\d+|0x[0-9a-f]+", "·", repr(outputs))
        said.append((cell.get("execution_count"), cell.metadata.get("papermill", {}).get("status"), text))
    return said


def our_notebooks() -> Iterator[tuple[str, NotebookNode, dict[str, str]]]:
    """Every notebook once, for the first of its units, industries or zones, in the first edition that shows it."""
    place, seen = Workspace(ROOT), set()
    for edition in EDITIONS:
        request = replace(load_review(place, "2026Q3"), edition=edition)
        for job in prepare_jobs(place, request):
            if job.report.notebook not in seen:
                seen.add(job.report.notebook)
                yield job.report.notebook, job.notebook, request.parameters() | job.own_parameters
    assert seen == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_every_notebook_of_ours_says_the_same_as_in_a_kernel(tmp_path: Path, parent: WarmParent, handed: Path) -> None:
    """Byte for byte and mime for mime: the figures are there, and they are the same figures.

    Each notebook runs in a fork of its own; then the cells of all of them run one after another in a single ordinary
    kernel, which imports everything afresh. What a notebook left behind in that kernel would be a difference too.
    """
    place = Workspace(ROOT)
    ours = [
        run_notebook(notebook, name, parameters, place.notebooks, ROOT, None, parent)
        for name, notebook, parameters in our_notebooks()
    ]
    cells = [deepcopy(cell) for notebook in ours for cell in notebook.cells]
    for number, cell in enumerate(cells):
        cell.id = str(number)
    kernel = kernel_manager_class(Kernels(), ROOT, tmp_path, handed)
    where = {"metadata": {"path": str(place.notebooks)}}
    client = NotebookClient(new_notebook(cells=cells), timeout=600, kernel_manager_class=kernel, resources=where)
    client.shutdown_kernel = "immediate"
    theirs = client.execute()
    said = [text for notebook in ours for text in without_numbers(notebook)]
    for cell, here, there in zip(cells, said, without_numbers(theirs), strict=True):
        assert (cell.source, here == there) == (cell.source, True), (here[:2000], there[:2000])
    assert repr(said).count("data:image/svg+xml") > 40


def without_numbers(notebook: NotebookNode) -> list[str]:
    """What the cells say, without the numbers a kernel gives them."""
    return [re.sub(r"'execution_count': \d+", "", text) for _, _, text in as_read(notebook)]


EVERYTHING = [
    "import os, subprocess, sys, time, warnings\nimport numpy as np, pandas as pd\nfrom IPython.display import display, clear_output",
    "print('一'); print('二', file=sys.stderr); display({'a': 1}); print('三')",
    "frame = pd.DataFrame({'值': [1.5, None]}); frame",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "handle = display('先', display_id='x')",
    "handle.update('后'); print('a'); clear_output(); print('b')",
    "subprocess.run(['echo', '子进程']); os.write(1, b'raw\\n'); time.sleep(0.3)",
    "!echo 壳",
    "import asyncio\nawait asyncio.sleep(0, '等到了')",
    "asyncio.get_running_loop().is_running()",
    "try:\n    input('?')\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "import getpass\ntry:\n    getpass.getpass()\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "warnings.warn('注意')",
    "%who_ls",
    "_ , In[2], sys.stdin.read(), os.environ['MPLBACKEND'], plt.get_backend()",
    "print('x' * 200_000); subprocess.run([sys.executable, '-c', 'print(\"y\" * 200_000)']); time.sleep(0.3)",
    "def f():\n    return 1 / 0\nf()",
    "'不会到这里'",
]


def test_a_notebook_of_everything_says_the_same_as_in_a_kernel(
    tmp_path: Path, parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams, displays and their updates, figures, subprocesses, await, refused input, and a failing cell."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # it keeps a kernel from looking at its file descriptors
    said = []
    for options in ({"engine_name": "planeval", "warm_parent": parent}, {}):
        path = write_notebook(tmp_path / "in.ipynb", *EVERYTHING)
        out = tmp_path / f"out-{len(said)}.ipynb"
        with pytest.raises(PapermillExecutionError) as failed:
            papermill.execute_notebook(path, out, kernel_name="python3", progress_bar=False, cwd=tmp_path, **options)
        saved = nbformat.read(out, as_version=4)
        language = saved.metadata.language_info
        said.append([failed.value.ename, failed.value.exec_count, language, saved.metadata.papermill.exception,
                     *as_read(saved)])  # fmt: skip
    for ours, theirs in zip(*said, strict=True):
        assert (ours == theirs, str(ours)[:2000]) == (True, str(theirs)[:2000])
    assert said[0][0] == "ZeroDivisionError" and "image/png" in repr(said[0])


TWO_VOICES = """
import sys, threading
def complain():
    for _ in range(300):
        print("e" * 60_000, file=sys.stderr, flush=True)
other = threading.Thread(target=complain)
other.start()
for _ in range(300):
    print("o" * 60_000, flush=True)
other.join()"""


def test_what_two_threads_print_is_not_mixed_up(tmp_path: Path, parent: WarmParent) -> None:
    path = write_notebook(tmp_path / "in.ipynb", TWO_VOICES)
    executed = papermill.execute_notebook(path, None, kernel_name="python3", progress_bar=False, cwd=tmp_path,
                                          engine_name="planeval", warm_parent=parent, execution_timeout=60)  # fmt: skip
    heard = dict.fromkeys(("stdout", "stderr"), "")
    for output in executed.cells[0].outputs:
        heard[output.name] += output.text
    whole = {"stdout": ("o" * 60_000 + "\n") * 300, "stderr": ("e" * 60_000 + "\n") * 300}
    assert heard == whole, [(name, len(text), len(whole[name])) for name, text in heard.items()]


def test_papermill_itself_finds_the_engine(tmp_path: Path) -> None:
    """`papermill --engine planeval`, papermill unmodified: a parent for this one notebook, which ends with it."""
    path = write_notebook(tmp_path / "in.ipynb", "import os; os.getpid(), os.getppid()")
    command = [sys.executable, "-m", "papermill", "--engine", "planeval", str(path), "out.ipynb", "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    (output,) = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[0].outputs
    assert all(ends(int(pid)) for pid in re.findall(r"\d+", output.data["text/plain"]))


SPOIL = """
import builtins, os, sys, types, warnings, matplotlib, numpy, pandas, random
import matplotlib.pyplot as plt
left = 1
builtins.left_too = 1
matplotlib.rcParams['font.size'] = 33
pandas.set_option('display.max_rows', 3)
os.chdir('/')
os.environ['LEFT'] = '1'
sys.modules['left_behind'] = types.ModuleType('left_behind')
warnings.simplefilter('error')
numpy.seterr(all='raise')
open_figure = plt.figure()
from planeval import open_review
open_review('jincheng', '2026Q3').targets.loc[:, 'value'] = -1
"""
LOOK = """
import builtins, os, sys, warnings, matplotlib, numpy, pandas
import matplotlib.pyplot as plt
from planeval import open_review
['left' in globals(), hasattr(builtins, 'left_too'), matplotlib.rcParams['font.size'],
 pandas.get_option('display.max_rows'), os.getcwd(), os.environ.get('LEFT'), 'left_behind' in sys.modules,
 warnings.filters[:3], numpy.geterr(), plt.get_fignums(), list(open_review('jincheng', '2026Q3').targets['value'])]
"""
DRAW = "import random, numpy\n[random.random(), numpy.random.random(), numpy.random.default_rng().random()]"


def test_nothing_of_one_notebook_reaches_another(tmp_path: Path, parent: WarmParent) -> None:
    before = run(tmp_path, parent, LOOK)
    run(tmp_path, parent, SPOIL)
    assert run(tmp_path, parent, LOOK) == before
    drawn = [run(tmp_path, parent, DRAW)[0][0].data["text/plain"].strip("[]").split(", ") for _ in range(2)]
    assert not set(drawn[0]) & set(drawn[1]), "a fork repeats numpy's legacy stream unless it is seeded anew"


def test_the_review_is_the_parents_and_another_is_opened(tmp_path: Path, parent: WarmParent) -> None:
    code = (
        "from planeval import open_review\nsame = open_review(**{}) is open_review(**{})\n"
        "other = open_review('jincheng', '2025Q1')\n[same, str(other.period), other is open_review('jincheng', '2025Q1')]"
    ).replace("{}", repr(REVIEW))
    assert run(tmp_path, parent, code)[0][0].data["text/plain"] == "[True, '2025Q1', False]"


INTERRUPTED = (
    "import asyncio, os, signal, threading\nthreading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
)


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time\ntime.sleep(20)",
            "KeyboardInterrupt",
            "",
        ),
        (f"{INTERRUPTED}await asyncio.sleep(20)", "CancelledError", ""),
        (f"{INTERRUPTED}await asyncio.sleep(0)\nimport time\ntime.sleep(20)", "KeyboardInterrupt", ""),
        (f"{INTERRUPTED}await asyncio.sleep(0)\nwhile True: pass", "KeyboardInterrupt", ""),
        ("import os\nos.kill(os.getpid(), 9)", "内核中断", "中途退出"),
        ("b = bytearray(1 << 44)", "MemoryError", ""),
        ("import sys\nsys.exit(0)", "SystemExit", "没有运行到底"),
        ("import time\nwhile True: time.sleep(0.1)", "超时", "运行超过 1 秒"),
    ],
)
def test_every_bad_end_is_told_and_leaves_no_process(
    tmp_path: Path, parent: WarmParent, monkeypatch: pytest.MonkeyPatch, code: str, error: str, reason: str
) -> None:
    """Interrupt, death, no memory, leaving early, time-out; what the cell had started goes too."""
    monkeypatch.setattr(module, "CELL_TIMEOUT", 1 if error == "超时" else 8)
    pid_file = tmp_path / "pid"
    start = f"import subprocess\nopen({str(pid_file)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    failed = failure(tmp_path, parent, f"{start};", code)
    assert failed.error == error and reason in failed.reason and failed.cell in (3, 4)
    assert ends(int(pid_file.read_text()))
    assert run(tmp_path, parent, "1 + 1")[0][0].data["text/plain"] == "2", "the next notebook runs"


def test_a_notebook_has_a_time_limit_of_its_own(tmp_path: Path, parent: WarmParent) -> None:
    """In a fork and in a kernel alike, though no single cell takes long."""
    for place in (parent, None):
        failed = failure(tmp_path, place, "import time", *["time.sleep(0.4)"] * 60, limits=Limits(seconds=4))
        assert (failed.error, failed.reason) == ("超时", "整个笔记本运行超过 4 秒")


def test_a_notebook_has_a_memory_limit_of_its_own(tmp_path: Path, parent: WarmParent) -> None:
    for place in (parent, None):
        failed = failure(tmp_path, place, "import numpy", "numpy.ones(1 << 40)", limits=Limits(memory=3 << 30))
        assert "MemoryError" in failed.error


SEEN = """
import os
from pathlib import Path
import own
from planeval import open_review
review = open_review(plan, period, as_known_on, edition)
[own.value, os.environ['PLANEVAL_TRIED'], review.fingerprint, len(os.listdir(f'/proc/{os.getppid()}/task')), os.getppid()]
"""


def test_a_parent_is_never_older_than_what_it_was_started_from(
    stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source, a decision, a filing and a variable change between two runs: the second run finds all of them new."""
    place, request = Workspace(stranger), load_review(Workspace(stranger), "2026Q2")
    first = request.parameters()
    path = write_notebook(
        place.root / "notebooks" / "seen.ipynb", "\n".join(f"{name} = {value!r}" for name, value in first.items()), SEEN
    )
    said = []
    for turn in ("before", "after"):
        monkeypatch.setenv("PLANEVAL_TRIED", turn)
        (path.parent / "own.py").write_text(f"value = {turn!r}", encoding="utf-8")
        review = open_review(**first, workspace=stranger)
        with PageEngine(place) as engine:
            engine.hand_over(review, first)
            executed = run_notebook(
                read_notebook(path, "x"), "seen", first, path.parent, stranger, engine.handed_for("seen"), engine.parent
            )
        own, variable, fingerprint, threads, pid = literal_eval(executed.cells[-1].outputs[-1].data["text/plain"])
        assert (own, variable, fingerprint, threads) == (turn, turn, review.fingerprint, 1)
        assert ends(pid), "the parent ends with its run"
        said.append((fingerprint, pid))
        for changed in (
            next(place.filings(review.plan.id).rglob("*.*")),
            place.plan_folder(review.plan.id) / "method.yml",
        ):
            changed.write_bytes(changed.read_bytes() + b"\n")
    assert len({fingerprint for fingerprint, _ in said}) == 2


def test_a_parent_with_a_thread_never_forks(stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that starts a thread while it is imported would be lost in every fork: kernels do the work."""
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    place = Workspace(stranger)
    request = load_review(place, "2026Q2").parameters()
    with PageEngine(place) as engine:
        engine.hand_over(open_review(**request, workspace=stranger), request)
        assert engine.parent is None and "普通内核" in engine.said and "2 个线程" in engine.said


NO_ROOM_ONCE = """
import os, sys
fork, left = os.fork, [1]
def short_of_room():
    if left and left.pop():
        raise BlockingIOError(11, "no room for a process")
    return fork()
if "planeval.warm.parent" in sys.orig_argv:
    os.fork = short_of_room
"""


def test_no_room_for_one_child_leaves_the_parent_and_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_ROOM_ONCE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with WarmParent(os.environ, tmp_path) as parent:
        parent.open_review({})
        with pytest.raises(ConnectionError, match="no room for a process"):
            parent.fork(tmp_path)
        assert parent.is_alive()
        child = parent.fork(tmp_path)
        assert child.is_alive()
        child.end()


def test_a_parent_that_is_gone_is_known_to_be_gone(tmp_path: Path) -> None:
    """So that the next try starts another one; one that is only going would be asked in vain."""
    with WarmParent(os.environ, tmp_path) as parent:
        parent.open_review({})
        os.kill(parent.pid, signal.SIGKILL)
        with pytest.raises(OSError):
            parent.fork(tmp_path)
        assert not parent.is_alive()


def test_a_dead_parent_is_told_and_its_children_go(tmp_path: Path) -> None:
    with WarmParent(kernel_environment(ROOT, tmp_path), tmp_path) as mortal:
        mortal.open_review({})
        code = f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nos.kill(os.getppid(), 9)"
        failed = failure(tmp_path, mortal, code, "import time\ntime.sleep(600)")
        assert failed.error == "内核中断"
        assert ends(int((tmp_path / "pid").read_text()))
        assert failure(tmp_path, mortal, "1").error == "内核中断", "and it is no parent for another"


def test_a_dead_client_leaves_nothing(tmp_path: Path) -> None:
    """The run is killed outright in the middle of a cell: its parent and the child go with it."""
    code = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\ntime.sleep(600)"
    path = write_notebook(tmp_path / "in.ipynb", code)
    command = [sys.executable, "-m", "papermill", "--engine", "planeval", str(path), "out.ipynb"]
    client = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert client.poll() is None
        time.sleep(0.1)
    client.send_signal(signal.SIGKILL)
    client.wait()
    assert all(ends(int(pid)) for pid in (tmp_path / "pid").read_text().split())
