"""`planeval verify`: hashes, and everything made anew in a fresh process, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stranger import REVIEW, event, file_csv, write_workspace


def planeval(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "planeval", *words, "--workspace", str(root)]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)


def test_verify_says_what_is_the_same_and_what_is_not(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "书香城市")
    assert planeval(root, "review", REVIEW).returncode == 0
    edition = root / "output" / REVIEW / "internal"
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=edition, capture_output=True, check=False)
    assert (sums.returncode, sums.stdout) == (0, b"")
    same = planeval(root, "verify", str(edition))
    assert same.returncode == 0 and "不同 0 个" in same.stdout, same.stdout
    page = edition / "02_again.html"
    page.write_bytes(page.read_bytes().replace("按时".encode(), "准时".encode(), 1).replace(b"<h2", b"<h2 ", 1))
    (edition / "tables" / "units.csv").unlink()
    changed = planeval(root, "verify", str(edition))
    assert changed.returncode == 3 and "发布后改动过  02_again.html" in changed.stdout
    assert "不见了  tables/units.csv" in changed.stdout and "不同 2 个" in changed.stdout


def test_other_inputs_are_told_by_the_first_words_that_differ(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "书香城市")
    assert planeval(root, "review", REVIEW).returncode == 0
    file_csv(
        root,
        "library",
        "活动",
        ("活动编号", "活动名称", "活动种类", "举办日期", "地点", "主办单位", "参加人数", "佐证材料"),
        [event(4)],
        period="2026Q1",
    )
    told = planeval(root, "verify", str(root / "output" / REVIEW / "internal"))
    assert told.returncode == 3 and "重做的结果不同  01_targets.html  第" in told.stdout
    nothing = planeval(root, "verify", str(root / "data"))
    assert nothing.returncode == 2 and "这里没有发布的评估" in nothing.stderr
