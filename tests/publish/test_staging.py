"""A reader never meets half a file: not after an exception, not after `kill -9`, not while two runs compete."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planeval.problems import InputError
from planeval.publish.staging import MANIFEST, edition_stage, promote, write_bytes

NAMES = [f"{number:02}.html" for number in range(12)]


def write_stage(stage: Path, word: str, names: list[str] = NAMES) -> None:
    """A finished stage whose every file says the same word."""
    tables = ["tables/targets.csv"]
    for name in [*names, *tables]:
        write_bytes(stage / name, word.encode() * 1000)
    outputs = [{"path": name} for name in [*names, *tables]]
    write_bytes(stage / MANIFEST, json.dumps({"word": word, "outputs": outputs}).encode())


def published(final: Path) -> dict[str, bytes]:
    return {
        path.relative_to(final).as_posix(): path.read_bytes() for path in sorted(final.rglob("*")) if path.is_file()
    }


@pytest.fixture
def final(tmp_path: Path) -> Path:
    """An edition published once, with the word `old`."""
    folder = tmp_path / "2026Q2" / "internal"
    with edition_stage(folder) as stage:
        write_stage(stage, "old")
        promote(stage, folder)
    return folder


def test_a_promoted_stage_is_the_edition_and_leaves_nothing_beside_it(final: Path) -> None:
    assert set(published(final)) == {*NAMES, "tables/targets.csv", MANIFEST}
    assert [path.name for path in final.parent.iterdir() if path.name.startswith(".stage")] == []


def test_pages_no_longer_named_go_and_other_peoples_files_stay(final: Path) -> None:
    (final / "批注.docx").write_bytes(b"x")
    with edition_stage(final) as stage:
        write_stage(stage, "new", NAMES[:3])
        promote(stage, final)
    assert set(published(final)) == {*NAMES[:3], "tables/targets.csv", MANIFEST, "批注.docx"}


def test_an_exception_before_promotion_leaves_the_old_pages(final: Path) -> None:
    before = published(final)
    with pytest.raises(RuntimeError), edition_stage(final) as stage:
        write_stage(stage, "new")
        raise RuntimeError
    assert published(final) == before


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "index.html"
    write_bytes(path, b"old")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planeval.publish.staging.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new" * 1000)
    assert published(tmp_path) == {"index.html": b"old"}


def test_nothing_is_moved_when_a_table_is_held_open_elsewhere(final: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel on Windows locks the file it shows; opening it for writing fails there."""
    before = published(final)
    real_open = Path.open

    def locked(path: Path, mode: str = "r", **rest: object) -> object:
        if path == final / "tables/targets.csv" and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return real_open(path, mode, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(InputError, match="关闭打开它的程序"), edition_stage(final) as stage:
        write_stage(stage, "new")
        promote(stage, final)
    monkeypatch.undo()
    assert published(final) == before


def test_a_second_run_is_told_who_is_at_work(final: Path) -> None:
    with edition_stage(final), pytest.raises(InputError, match=r"进程 \d+正在发布同一个评估"), edition_stage(final):
        pass
    with edition_stage(final) as stage:
        assert stage.is_dir(), "and may start when the first has ended"


def test_a_run_that_ends_at_the_moment_it_is_asked_for_is_another_process(final: Path) -> None:
    with edition_stage(final):
        final.with_name(f".{final.name}.holder").unlink()
        with pytest.raises(InputError, match="另一个进程正在发布同一个评估"), edition_stage(final):
            pass


PROMOTE_SLOWLY = """
import sys, time
from pathlib import Path
from planeval.publish.staging import edition_stage, promote
from test_staging import write_stage

final, replace = Path(sys.argv[1]), Path.replace

def announced(path, target):
    if Path(target).is_relative_to(final):
        print(target, flush=True)
        time.sleep(0.05)
    return replace(path, target)

with edition_stage(final) as stage:
    write_stage(stage, "new")
    Path.replace = announced
    promote(stage, final)
"""


def killed(script: str, argument: Path, after_lines: int) -> None:
    """Run a script and `kill -9` it when it has printed so many lines."""
    command = [sys.executable, "-c", script, str(argument)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent) as process:
        assert process.stdout is not None
        for _ in range(after_lines):
            assert process.stdout.readline()
        process.kill()
    assert process.returncode != 0


@pytest.mark.parametrize("moved", [1, 7, len(NAMES) + 1, len(NAMES) + 2])
def test_kill_9_in_the_middle_of_promotion(final: Path, moved: int) -> None:
    """Every file is whole, old or new; run.json comes last; the next run cleans up and finishes."""
    killed(PROMOTE_SLOWLY, final, moved)
    after = published(final)
    assert set(after) == {*NAMES, "tables/targets.csv", MANIFEST}
    words = {name: {b"old" * 1000: "old", b"new" * 1000: "new"}[after[name]] for name in after if name != MANIFEST}
    assert json.loads(after[MANIFEST])["word"] == "old", "the move of run.json was only announced, not made"
    assert list(words.values()).count("new") == moved - 1
    with edition_stage(final) as stage:
        assert list(stage.iterdir()) == [], "what the dead run left is gone"
        write_stage(stage, "new")
        promote(stage, final)
    assert {content for name, content in published(final).items() if name != MANIFEST} == {b"new" * 1000}


WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from planeval.publish.staging import write_bytes

for word in itertools.cycle([b"old", b"new"]):
    write_bytes(Path(sys.argv[1]), word * 1_000_000)
    print(word, flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.007, 0.013, 0.02])
def test_kill_9_in_the_middle_of_a_write(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "index.html"
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(delay)
        process.kill()
    assert path.read_bytes() in (b"old" * 1_000_000, b"new" * 1_000_000)
