"""bootstrap.py: what it decides, without a full set-up."""

from __future__ import annotations

import ast
import importlib.util
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "bootstrap.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SOURCE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def said() -> list[str]:
    """What bootstrap tells the person in front of it."""
    return []


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> ModuleType:
    """The module, moved to a project folder with a Chinese name, with a signal handler and environment of its own."""
    module = load()
    root = tmp_path / "晋创谷 评估"
    root.mkdir()
    for name in ("requirements.lock", "requirements-all.lock", "pyproject.toml", "bootstrap.py"):
        (root / name).write_text(name, encoding="utf-8")
    venv = root / ".venv"
    for name, value in {"ROOT": root, "VENV": venv, "STAMP": venv / "stamp.txt", "PYTHON": venv / "python"}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "LOCKS", {key: root / path.name for key, path in module.LOCKS.items()})
    monkeypatch.setattr(
        module.os, "environ", {"HOME": "", "PYTHONPATH": "/elsewhere", "PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    )
    monkeypatch.setattr(module, "say", said.append)
    monkeypatch.setattr(module.signal, "signal", lambda *_: None)
    return module


def make_ready(bootstrap: ModuleType, need: str) -> None:
    bootstrap.VENV.mkdir(exist_ok=True)
    bootstrap.PYTHON.touch()
    bootstrap.STAMP.write_text(f"{bootstrap.fingerprint()} {need}", encoding="utf-8")


def test_is_short_and_needs_only_the_standard_library() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 120
    imported = {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported <= sys.stdlib_module_names


def test_an_old_python_can_read_it_far_enough_to_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    with pytest.raises(SystemExit, match=r"需要 Python 3\.11、3\.12 或 3\.13"):
        load()


@pytest.mark.parametrize(
    ("made_for", "need", "ready"),
    [("review", "review", True), ("review", "test", False), ("test", "review", True), ("test", "test", True)],
)
def test_what_a_finished_setup_serves(bootstrap: ModuleType, made_for: str, need: str, ready: bool) -> None:
    make_ready(bootstrap, made_for)
    assert bootstrap.is_ready(need) is ready


@pytest.mark.parametrize("stamp", [None, "", "review", "0000 review", "0000 test more"])
def test_a_setup_without_its_own_stamp_does_not_count(bootstrap: ModuleType, stamp: str | None) -> None:
    bootstrap.VENV.mkdir()
    bootstrap.PYTHON.touch()
    if stamp is not None:
        bootstrap.STAMP.write_text(stamp, encoding="utf-8")
    assert not bootstrap.is_ready("review")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-all.lock", "pyproject.toml", "bootstrap.py"])
def test_a_changed_file_asks_for_a_new_setup(bootstrap: ModuleType, name: str) -> None:
    make_ready(bootstrap, "test")
    (bootstrap.ROOT / name).write_text("changed", encoding="utf-8")
    assert not bootstrap.is_ready("review")


def test_another_folder_another_python_or_a_lost_one_ask_for_a_new_setup(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready(bootstrap, "review")
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap.sys, "version", "3.99")
        assert not bootstrap.is_ready("review")
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "ROOT", bootstrap.ROOT.parent / bootstrap.ROOT.name / "." / ".." / bootstrap.ROOT.name)
        assert not bootstrap.is_ready("review")
    bootstrap.PYTHON.unlink()
    assert not bootstrap.is_ready("review")


def test_commands_go_to_planeval_and_test_goes_to_pytest(bootstrap: ModuleType) -> None:
    (bootstrap.ROOT / "tests").mkdir()
    (bootstrap.ROOT / "tests" / "test_x.py").touch()
    python = str(bootstrap.PYTHON)
    pytest_with_nbval = [python, "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
    everything = ["-n", "auto", "--dist", "loadfile", "notebooks", "tests"]
    expected = {
        ("review",): [python, "-m", "planeval", "review"],
        ("check", "2026Q3"): [python, "-m", "planeval", "check", "2026Q3"],
        ("test",): [*pytest_with_nbval, *everything],
        ("test", "-k", "light"): [*pytest_with_nbval, *everything, "-k", "light"],
        ("test", "-x", "tests/test_x.py::test_a"): [*pytest_with_nbval, "-x", "tests/test_x.py::test_a"],
    }
    assert {given: bootstrap.command_line(list(given)) for given in expected} == expected


@pytest.mark.parametrize("given", [[], ["-h"], ["--help"]])
def test_without_a_command_it_explains_itself_and_installs_nothing(
    bootstrap: ModuleType, given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "set_up", lambda need: pytest.fail("installed"))
    assert bootstrap.main(given) == (0 if given else 2)
    assert "bootstrap.py review" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="there the command is a child process")
def test_the_command_takes_over_in_a_clean_environment(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_ready(bootstrap, "review")
    monkeypatch.chdir(tmp_path)
    taken_over: list[list[str]] = []
    monkeypatch.setattr(bootstrap.os, "execv", lambda python, words: taken_over.append(words))
    bootstrap.main(["list"])
    assert taken_over == [[str(bootstrap.PYTHON), "-m", "planeval", "list"]]
    assert Path.cwd() == tmp_path
    environ = bootstrap.os.environ
    assert not {"HOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} & set(environ)
    assert environ["PYTHONUTF8"] == "1" and environ["PATH"] == "/bin"
    assert Path(environ["MPLCONFIGDIR"]).parent.name == ".venv"


@pytest.mark.parametrize("fault", [OSError("no network"), sqlite3.OperationalError("no disk")])
def test_a_failed_setup_says_so_in_chinese(
    bootstrap: ModuleType, fault: Exception, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    def fail(need: str) -> None:
        raise fault

    monkeypatch.setattr(bootstrap, "set_up", fail)
    assert bootstrap.main(["review"]) == 1
    assert str(fault) in said[-1] and "再运行一次" in said[-1]


def test_pip_takes_over_when_uv_fails(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    tried: list[str | None] = []

    def install(uv: str | None, need: str) -> None:
        tried.append(uv)
        if uv:
            raise OSError("uv cannot")

    monkeypatch.setattr(bootstrap, "install", install)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/bin/uv")
    bootstrap.set_up("review")
    assert tried == ["/bin/uv", None]
    assert "改用 pip" in said[-1]


def test_a_failure_of_pip_is_final_and_a_ready_setup_is_left_alone(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(uv: str | None, need: str) -> None:
        raise OSError("pip cannot")

    monkeypatch.setattr(bootstrap, "install", install)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(OSError, match="pip cannot"):
        bootstrap.set_up("review")
    make_ready(bootstrap, "review")
    bootstrap.set_up("review")


def test_a_second_setup_waits_for_the_first_and_then_has_nothing_to_do(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "install", lambda uv, need: pytest.fail("installed a second time"))
    first = sqlite3.connect(bootstrap.ROOT / ".venv.lock", isolation_level=None, check_same_thread=False)
    first.execute("BEGIN EXCLUSIVE")
    second = threading.Thread(target=bootstrap.set_up, args=("review",), daemon=True)
    second.start()
    second.join(timeout=0.3)
    assert second.is_alive()
    make_ready(bootstrap, "review")
    first.close()
    second.join(timeout=30)
    assert not second.is_alive()


@pytest.mark.parametrize("uv", [None, "/bin/uv"])
def test_install_uses_hashes_and_wheels_only_and_stamps_last(
    bootstrap: ModuleType, uv: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Path(bootstrap.sysconfig.get_path("purelib", "venv", {"base": str(bootstrap.VENV)}))
    steps: list[list[str]] = []

    def create(folder: Path, **options: bool) -> None:
        assert options["with_pip"] is (uv is None) and options["clear"]
        site.mkdir(parents=True)

    def step(*command: object) -> None:
        assert not bootstrap.STAMP.exists()
        steps.append([str(word) for word in command])

    monkeypatch.setattr(bootstrap.venv, "create", create)
    monkeypatch.setattr(bootstrap, "step", step)
    make_ready(bootstrap, "review")
    bootstrap.install(uv, "test")
    locked, project = steps
    assert {"--require-hashes", "--only-binary", ":all:", "--no-deps"} <= set(locked)
    assert locked[-1] == str(bootstrap.ROOT / "requirements-all.lock")
    assert project[-4:] == ["--no-deps", "--no-build-isolation", "-e", str(bootstrap.ROOT)]
    assert bootstrap.is_ready("test")
    path_file = (site / "_planeval.pth").read_text(encoding="ascii")
    assert (site / path_file).resolve() == (bootstrap.ROOT / "lib").resolve()


def test_a_step_counts_packages_and_shows_its_last_words(bootstrap: ModuleType, said: list[str]) -> None:
    many = "import sys\nfor n in range(30): print('Collecting', n)\nprint('磁盘已满'); sys.exit(7)"
    run: Callable[..., None] = bootstrap.step
    run(sys.executable, "-c", "print('fine')")
    with pytest.raises(OSError, match="磁盘已满") as failure:
        run(sys.executable, "-X", "utf8", "-c", many)
    assert str(failure.value).count("\n") == 9
    assert said == ["  已下载 20 个包"]


def test_help_runs_for_real_from_another_folder(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(SOURCE), "--help"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0 and b"bootstrap.py test" in done.stdout
    assert not list(tmp_path.iterdir())


def test_two_large_files_that_differ_are_told_apart_at_once_where_ci_is_set(tmp_path: Path) -> None:
    """pytest lifts the limits of its explanations there, and then looks for the whole difference for hours."""
    (tmp_path / "test_files.py").write_text(
        "import random\n"
        "def test_same():\n"
        "    assert random.Random(1).randbytes(300_000) == random.Random(2).randbytes(300_000)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "CI": "true", "PYTHONPATH": str(SOURCE.parent / "tests")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, timeout=100, check=False, capture_output=True)
    assert done.returncode == 1 and b"1 failed" in done.stdout, done.stdout
