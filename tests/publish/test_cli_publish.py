"""`planeval publish`: the editions a plan lists, and the table that says what went to whom."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from planeval.cli import app
from stranger import write_workspace


def publish(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["publish", *words, "--workspace", str(root)])


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A stranger's workspace whose pages are for the evaluators and for the public."""
    root = write_workspace(tmp_path / "书香")
    reports = root / "params" / "reading" / "reports.yml"
    text = reports.read_text(encoding="utf-8")
    reports.write_text(text.replace("[internal]", "[internal, public]"), encoding="utf-8", newline="\n")
    return root


def decide_what_is_public(root: Path) -> None:
    """Add the decision without which nothing that was filed is public."""
    method = root / "params" / "reading" / "method.yml"
    rule = "{threshold: 3, p_percent: 15, dominance: null, count_values: 3, amount_percent: 15}"
    said = f"\n  disclosure_rule:\n    question: 什么不公开\n    values: [{{value: {rule}, reason: 样例, by: 样例, from: 2026Q1}}]\n"
    method.write_text(method.read_text(encoding="utf-8").rstrip() + said, encoding="utf-8", newline="\n")


def test_every_edition_is_published_and_told_with_its_hash(shared: Path) -> None:
    refused = publish(shared, "--edition", "public")
    assert refused.exit_code == 2 and "没有决定什么样的数不公开" in refused.output
    decide_what_is_public(shared)
    result = publish(shared)
    assert result.exit_code == 0, result.output
    for edition, name, whom in (("internal", "内部版", "评估人员"), ("public", "公开版", "公众")):
        folder = shared / "output" / "2026Q2" / edition
        digest = hashlib.sha256((folder / "run.json").read_bytes()).hexdigest()
        (line,) = [line for line in result.output.splitlines() if digest in line]
        assert line.startswith(name) and whom in line and str(folder) in line
        pages = [path.read_text(encoding="utf-8") for path in folder.glob("*.html")]
        assert pages and all(page.count(f"{name}（") >= 2 for page in pages), "each page names its edition twice"
    tables = {path.stem for path in (shared / "output" / "2026Q2" / "public" / "tables").glob("*.csv")}
    assert tables == {"targets", "task_lights", "decisions", "published"}


def test_an_edition_the_plan_does_not_list_is_refused(shared: Path) -> None:
    result = publish(shared, "--edition", "brief")
    assert result.exit_code == 2
    assert "这个计划没有发布这个版本" in result.output
    assert not (shared / "output" / "2026Q2").exists()
