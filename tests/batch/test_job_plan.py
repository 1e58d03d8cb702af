"""What a run makes and why: new, changed (and what), failed last time, forced; and what stays as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stranger import REVIEW, event, file_csv, write_report, write_text, write_workspace


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stranger's workspace with its review published once."""
    root = write_workspace(tmp_path_factory.mktemp("批量") / "书香城市")
    assert planeval(root, "review", REVIEW).returncode == 0
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """A copy in which things may be changed; where it lies decides no page."""
    return Path(shutil.copytree(published, tmp_path / "书香城市"))


def planeval(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "planeval", *words, "--workspace", str(root)]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)


def planned(root: Path, *words: str) -> dict[str, str]:
    """Page file → why it is made, or 未变, as `--plan` prints it."""
    lines = planeval(root, "review", REVIEW, "--plan", *words).stdout.splitlines()
    return {line.split()[1]: line.split(maxsplit=2)[2] for line in lines if line.startswith(("要做", "不做"))}


def both(why: str) -> dict[str, str]:
    return {"01_targets.html": why, "02_again.html": why}


def test_a_first_run_makes_everything(tmp_path: Path) -> None:
    assert planned(write_workspace(tmp_path / "w")) == both("新增")


def test_an_unchanged_review_is_answered_without_a_heavy_import(published: Path) -> None:
    """Nothing of the stack is loaded; the last line is still the path of the index."""
    code = (
        "import sys; from planeval.__main__ import main\n"
        f"sys.argv = ['planeval', 'review', '{REVIEW}', '--workspace', {str(published)!r}]\n"
        "try: main()\nexcept SystemExit as end: assert end.code == 0\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'matplotlib', 'pydantic', 'typer', 'papermill', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    *_, index, heavy = done.stdout.splitlines()
    assert heavy == "[]" and index == str(published / "output" / REVIEW / "internal" / "index.html")
    assert "全部 2 个网页未变" in done.stderr


def test_where_the_workspace_lies_decides_nothing(root: Path) -> None:
    """A copy elsewhere was never seen, so everything is read anew, and the keys say that nothing has to be made."""
    assert planned(root) == both("未变")


def test_a_changed_notebook_is_made_again_alone(root: Path) -> None:
    write_report(root, "01_targets", "读书活动", "target_table(review)")
    assert planned(root) == {"01_targets.html": "笔记本变了", "02_again.html": "未变"}


def test_a_changed_input_is_named(root: Path) -> None:
    file_csv(root, "library", "活动", ("活动编号",), [("HD9",)], period="2026Q1")
    why = planned(root)
    assert why["01_targets.html"] == why["02_again.html"]
    assert why["01_targets.html"].startswith(
        "输入变了：data/reading/filings/2026Q1/library/活动.csv、data/reading/register.csv"
    )


def test_a_filing_that_nobody_registered_is_seen_at_once(root: Path) -> None:
    planeval(root, "review", REVIEW)
    write_text(root / "data/reading/filings/2026Q2/library/读书.csv", "活动编号\n")
    assert "全部 2 个网页未变，不用重做" not in planeval(root, "review", REVIEW).stderr


def test_a_published_page_that_somebody_changed_is_put_back(root: Path) -> None:
    page = root / "output" / REVIEW / "internal" / "01_targets.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"</body>", b"x</body>"))
    assert planeval(root, "review", REVIEW).returncode == 0
    assert page.read_bytes() == before


def test_force_and_only_say_so(root: Path) -> None:
    assert planned(root, "--force") == both("强制重做")
    assert planned(root, "--only", "02_again") == {"01_targets.html": "未变", "02_again.html": "强制重做"}


def test_failed_only_makes_what_failed_and_refuses_when_more_has_changed(root: Path) -> None:
    write_report(root, "02_again", "附表", "1 / 0")
    assert planeval(root, "review", REVIEW).returncode == 3
    assert planned(root, "--failed-only") == {"01_targets.html": "未变", "02_again.html": "上次没有完成"}
    file_csv(root, "library", "活动", ("活动编号",), [event(4)[:1]], period="2026Q1")
    refused = planeval(root, "review", REVIEW, "--failed-only")
    assert refused.returncode == 2 and "先不带 --failed-only 运行整个评估" in refused.stderr


def test_events_are_one_object_a_line(root: Path) -> None:
    done = planeval(root, "review", REVIEW, "--force", "--events", "--jobs", "1")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    pages = [event for event in events if event["event"] == "page"]
    assert [(page["state"], page["done"], page["left"]) for page in pages] == [("ok", 1, 1), ("ok", 2, 0)]
    assert events[-1] == {"event": "end", "pages": 2, "failed": 0, "promoted": True}
