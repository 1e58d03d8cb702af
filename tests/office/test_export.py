"""`planeval export`: what it reads, what it refuses, what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from made_edition import write_edition
from typer.testing import CliRunner, Result
from word_files import members

from planeval.cli import app
from planeval.office.published import read_edition
from planeval.problems import InputError
from stranger import write_workspace


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A stranger's workspace in which two editions of a review stand published."""
    root = write_workspace(tmp_path / "书香")
    for edition, pages in (
        ("internal", {"10_report": "总报告", "40_unit-library": "图书馆"}),
        ("public", {"12_public": "公开"}),
    ):
        write_edition(root / "output" / "2026Q2" / edition, edition, pages)
    return root


def export(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["export", "2026Q2", "--format", "docx", *words, "--workspace", str(root)])


def files_of(root: Path, edition: str) -> dict[str, bytes]:
    folder = root / "output" / "2026Q2" / "office" / edition
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_published_edition_is_exported_and_accounted_for(place: Path) -> None:
    before = {path: path.read_bytes() for path in (place / "output" / "2026Q2").rglob("*") if path.is_file()}
    result = export(place)
    assert result.exit_code == 0, result.output
    for edition, name in (("internal", "内部版"), ("public", "公开版")):
        files = files_of(place, edition)
        pages = [path.stem for path in (place / "output" / "2026Q2" / edition).glob("*.html") if path.stem != "index"]
        assert set(files) == {*(f"{page}.docx" for page in pages), "office.json", "SHA256SUMS"} and pages
        lines = files.pop("SHA256SUMS").decode("utf-8").splitlines()
        assert lines == [f"{hashlib.sha256(files[each]).hexdigest()}  {each}" for each in sorted(files)]
        assert any(line.startswith(name) and str(len(pages)) in line for line in result.output.splitlines())
        heads = [members(files[f"{page}.docx"])["word/header1.xml"].decode("utf-8") for page in pages]
        assert all(name in head and "草稿" in head and "示例数据" in head for head in heads)
    assert all(path.read_bytes() == content for path, content in before.items()), "what is published is sealed"


def test_a_workbook_is_one_file_of_an_edition_whatever_page_is_asked_for(place: Path) -> None:
    assert export(place, "--format", "xlsx", "--edition", "public", "--page", "12_public").exit_code == 0
    assert export(place, "--edition", "public").exit_code == 0
    files = files_of(place, "public")
    assert set(files) == {"2026Q2_公开版_数据表.xlsx", "12_public.docx", "office.json", "SHA256SUMS"}
    assert "读书活动" in members(files["2026Q2_公开版_数据表.xlsx"])["xl/sharedStrings.xml"].decode("utf-8")


def test_a_second_export_gives_the_same_bytes_and_a_page_alone_leaves_the_others(place: Path) -> None:
    assert export(place, "--edition", "internal").exit_code == 0
    first = files_of(place, "internal")
    name = sorted(each for each in first if each.endswith(".docx"))[0]
    assert export(place, "--edition", "internal", "--page", name.removesuffix(".docx")).exit_code == 0
    assert files_of(place, "internal") == first


def test_what_somebody_worked_on_is_never_overwritten(place: Path) -> None:
    assert export(place, "--edition", "public").exit_code == 0
    folder = place / "output" / "2026Q2" / "office" / "public"
    drafts = sorted(folder.glob("*.docx"))
    drafts[0].write_bytes(b"a colleague's own words")
    result = export(place, "--edition", "public")
    assert result.exit_code == 2 and "有人改过这个文件" in result.output and drafts[0].name in result.output
    assert drafts[0].read_bytes() == b"a colleague's own words"


def test_files_of_an_earlier_publication_do_not_stay_beside_new_ones(place: Path) -> None:
    assert export(place, "--edition", "internal").exit_code == 0
    folder = place / "output" / "2026Q2" / "office" / "internal"
    account = json.loads((folder / "office.json").read_text(encoding="utf-8"))
    for name, content in (("old.xlsx", b"ours"), ("worked.xlsx", b"ours")):
        (folder / name).write_bytes(content)
        account["files"][name] = hashlib.sha256(content).hexdigest()
    account["run_sha256"] = "of another publication"
    (folder / "office.json").write_text(json.dumps(account), encoding="utf-8")
    (folder / "worked.xlsx").write_bytes(b"changed since")
    (folder / "mine.txt").write_bytes(b"never ours")
    result = export(place, "--edition", "internal")
    assert result.exit_code == 0 and "worked.xlsx" in result.output
    assert not (folder / "old.xlsx").exists()
    assert (folder / "worked.xlsx").exists() and (folder / "mine.txt").exists()
    assert "xlsx" not in (folder / "SHA256SUMS").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--page", "99_none"), "没有这一页"), (("--edition", "secret"), "没有这个版本"),
     (("--edition", "unit"), "没有发布的版本"), (("--format", "doc"), "doc")],
)  # fmt: skip
def test_what_is_not_there_is_refused_and_nothing_written(place: Path, words: tuple[str, ...], said: str) -> None:
    result = export(place, *words)
    assert result.exit_code == 2 and said in result.output
    assert not (place / "output" / "2026Q2" / "office").exists()


def test_a_review_that_was_never_published_is_told_how_to(place: Path) -> None:
    shutil.rmtree(place / "output")
    result = export(place)
    assert result.exit_code == 2 and "还没有发布" in result.output and "planeval publish 2026Q2" in result.output


def test_an_edition_is_read_only_as_it_was_published(place: Path) -> None:
    folder = place / "output" / "2026Q2" / "internal"
    edition = read_edition(folder)
    assert (edition.review, edition.edition_name, edition.period) == ("2026Q2", "内部版", "2026Q2")
    assert "index" not in {page.name for page in edition.pages}
    targets = next(table for table in edition.tables if table.name == "targets")
    assert (targets.meaning, targets.columns, targets.rows) == (
        "各项指标",
        ("target_id", "name"),
        (("readings", "读书活动"),),
    )
    assert targets.notes == ("随本次评估发布的数据表",)
    page = next(iter(folder.glob("*.html")))
    page.write_bytes(page.read_bytes() + b" ")
    (folder / "tables" / "targets.csv").unlink()
    with pytest.raises(InputError) as refused:
        read_edition(folder)
    said = str(refused.value)
    assert page.name in said and "发布以后改动过" in said and "targets.csv" in said and "不见了" in said


def test_a_manifest_that_leads_elsewhere_or_was_changed_is_refused(place: Path) -> None:
    folder = place / "output" / "2026Q2" / "internal"
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(InputError, match="SHA256SUMS"):
        read_edition(folder)
    run["outputs"][0]["path"] = "../../../params/reading/plan.yml"
    raw = json.dumps(run).encode("utf-8")
    (folder / "run.json").write_bytes(raw)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(raw).hexdigest()}  run.json\n", encoding="utf-8")
    with pytest.raises(InputError, match="不是发布所用的文件名"):
        read_edition(folder)
