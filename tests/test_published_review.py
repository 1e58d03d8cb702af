"""The default review as a reader gets it: run by the real command, read back from the files it published."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest

from planeval.plan.review_files import EDITIONS
from recomputation import judged

ROOT = Path(__file__).resolve().parents[1]
HEAD = (
    "target_id name unit kind value amount comparison baseline done_share expected_share gap required_pace "
    "best_quarter progress_light reported"
).split()


def rows_of(path: Path) -> list[dict[str, str]]:
    """A published table, read as any other program would."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_folder_holds_what_the_contract_names(published: Path) -> None:
    """index, a page per notebook, run.json and the tables; nothing half-written beside them."""
    names = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    assert {"index.html", "10_overview.html", "20_targets.html", "90_method.html", "run.json"} <= names
    assert "tables/targets.csv" in names
    assert not [name for name in names if name.endswith((".tmp", ".part"))]
    assert {path.name for path in published.parent.iterdir() if path.is_dir()} - {"logs"} == set(EDITIONS)


def test_targets_csv_is_what_the_recomputation_finds(published: Path) -> None:
    """Every number of the published table, against the raw cells of the filings."""
    rows = rows_of(published / "tables/targets.csv")
    assert (published / "tables/targets.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(rows[0])[: len(HEAD)] == HEAD
    again = judged(ROOT, "2026Q3", "")
    assert [row["target_id"] for row in rows] == list(again)
    for row in rows:
        expected = again[row["target_id"]]
        for column in ("value", "done_share", "expected_share", "gap"):
            assert (Decimal(row[column]) if row[column] else None) == expected[column], (row["target_id"], column)
        assert row["progress_light"] == expected["progress_light"]


def test_each_printed_value_is_the_one_in_the_table(published: Path) -> None:
    """The cards of the overview carry the values of targets.csv, with their three lights and those set by hand."""
    page = (published / "10_overview.html").read_text(encoding="utf-8")
    rows = {row["name"]: row for row in rows_of(published / "tables/targets.csv")}
    cards = re.findall(r'<li class="card">(.*?)</li>', page, flags=re.S)
    named = {re.findall(r'<span class="name">([^<]+)</span>', card)[0]: card for card in cards}
    assert set(named) == set(rows)
    light = r'<span class="light [a-z-]+"><span aria-hidden="true">.</span> ([^<]+)</span>'
    for name, card in named.items():
        row = rows[name]
        value = re.findall(r'<span class="big"><a [^>]+>([^<]+)</a></span>', card)[0].replace(",", "")
        assert Decimal(value) == Decimal(row["value"]), name
        for title, column in (("进度灯", "progress"), ("展望灯", "outlook"), ("证据灯", "evidence")):
            assert re.findall(f'<span class="which">{title}</span>{light}', card) == [row[f"{column}_light"]], name
        by_hand = [row[f"{which}_override"] for which in ("progress", "outlook", "evidence")]
        assert re.findall(f"人工改为 {light}", card) == [word for word in by_hand if word]


def test_run_json_names_every_output_with_its_hash(published: Path) -> None:
    """A reader can check any file; no clock, host, user or path of this machine stands in it."""
    text = (published / "run.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    outputs = {entry["path"]: entry["sha256"] for entry in manifest["outputs"]}
    for name, digest in outputs.items():
        assert hashlib.sha256((published / name).read_bytes()).hexdigest() == digest, name
    files = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    assert set(outputs) == files - {"run.json", "SHA256SUMS"}
    for entry in manifest["inputs"]:
        assert hashlib.sha256((ROOT / entry["path"]).read_bytes()).hexdigest() == entry["sha256"], entry["path"]
    assert str(ROOT) not in text
    assert str(Path.home()) not in text


@pytest.mark.parametrize("page", ["index", "10_overview", "20_targets", "90_method"])
def test_every_page_is_marked_and_self_contained(published: Path, page: str) -> None:
    """示例数据 on the page, no script, no address outside the folder, Chinese declared, one file."""
    text = (published / f"{page}.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text
    assert "示例数据" in re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    assert 'class="sample"' in text
    assert not re.search(
        r"<script|javascript:|https?://(?!www\.w3\.org)", re.sub(r"<p class=\"note\">.*?</p>", "", text)
    )
    assert re.search(r"default-src &#39;none&#39;|default-src 'none'", text)


def test_a_decision_is_never_printed_as_the_plan_s_words(published: Path) -> None:
    """示例设定 stands beside every decided value on the method page."""
    page = (published / "90_method.html").read_text(encoding="utf-8")
    decisions = rows_of(published / "tables/decisions.csv")
    assert page.count("示例设定") >= len([row for row in decisions if row["by"] == "示例设定"])


@pytest.mark.parametrize("edition", EDITIONS)
def test_pages_are_light(published: Path, edition: str) -> None:
    """Half of an edition's pages are at most 400 KB, and none above 1.5 MB."""
    sizes = [path.stat().st_size for path in (published.parent / edition).glob("*.html")]
    assert median(sizes) <= 400_000 and max(sizes) <= 1_500_000
