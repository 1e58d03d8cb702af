"""The index of all reviews repeats what was published, number by number, and nothing that was changed afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planeval.publish.manifest import sha256
from planeval.publish.page_tree import Element, PageTree, read_page
from planeval.publish.published_editions import Unreadable, published_editions
from planeval.publish.reviews_index import reviews_page, write_reviews_index

HEAD = "target_id,name,done_share,expected_share,progress_light"


def publish(output: Path, review: str, targets: str, total: str = "", edition: str = "internal", **run: Any) -> Path:
    """A published edition as its folder would hold it: run.json, index page and two tables."""
    folder = output / review / edition
    tables = {
        "tables/targets.csv": f"\ufeff{HEAD}\n{targets}",
        "tables/revisions.csv": f"\ufeffwhat,after\n总分,{total}",
    }
    for name, text in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    said = {
        "review": review, "plan": "reading", "document": "书政发〔2026〕1号", "period": review[:6], "sample": False,
        "as_known_on": "2026-07-20", "edition": edition, "fingerprint": "0a1b2c3d4e5f", "pages": [{}, {}],
        "outputs": [{"path": name, "sha256": sha256((folder / name).read_bytes())} for name in tables], **run,
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return folder


def page(output: Path) -> PageTree:
    return read_page(write_reviews_index(output).read_text(encoding="utf-8"))


def table(tree: PageTree, caption: str) -> list[list[str]]:
    """The body of a table, cell by cell; the sign of a light is read after its word."""
    found: Element = next(each for each in tree.every("table") if caption in each.children[0].reads())
    return [[cell.reads() for cell in row.children] for row in found.every("tr")[1:]]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Two quarters of a plan: books read are ahead, events were behind and are done."""
    publish(tmp_path, "2026Q1", "books,读书,0.4,0.3,按序时\nevents,活动,0.1,0.3,滞后", "71.04")
    publish(tmp_path, "2026Q2", "books,读书,0.55,0.5,按序时\nevents,活动,1.2,0.5,已完成", "88.96")
    return tmp_path


def test_every_review_stands_there_with_what_it_printed(output: Path) -> None:
    rows = table(page(output), "已发布的评估")
    assert [row[:6] for row in rows] == [
        ["2026Q2", "2026年第二季度", "2026-07-20", "内部版", "89.0", "2"],
        ["2026Q1", "2026年第一季度", "2026-07-20", "内部版", "71.0", "2"],
    ]
    hrefs = [link.get("href") for link in page(output).every("a")]
    assert {"2026Q1/internal/index.html", "2026Q2/internal/index.html"} <= set(hrefs)


def test_lights_and_shares_over_the_quarters(output: Path) -> None:
    tree = page(output)
    assert table(tree, "各项指标逐季的进度灯") == [["读书", "按序时▲", "按序时▲"], ["活动", "滞后◆", "已完成●"]]
    assert table(tree, "活动逐季") == [
        ["2026Q1", "10.0%", "30.0%", "滞后◆"], ["2026Q2", "120.0%", "50.0%", "已完成●"],
    ]  # fmt: skip
    assert [image.get("alt") for image in tree.every("img")][1] == (
        "活动：2026Q1 10.0%，◆ 滞后；2026Q2 120.0%，● 已完成。"
    )


def test_a_target_without_a_value_or_not_in_the_plan_yet_is_a_gap_not_a_zero(output: Path) -> None:
    publish(output, "2026Q3", "books,读书,,0.7,未报送\nclubs,读书会,0.2,0.7,严重滞后")
    tree = page(output)
    assert table(tree, "读书逐季")[-1] == ["2026Q3", "—", "70.0%", "未报送○"]
    assert table(tree, "读书会逐季")[0] == ["2026Q1", "—", "—", "—"]
    assert table(tree, "已发布的评估")[0][4] == "—"


def test_of_one_quarter_the_latest_knowledge_then_the_fullest_edition_counts(output: Path) -> None:
    publish(output, "2026Q2", "books,读书,0.56,0.5,按序时", edition="public")
    assert table(page(output), "读书逐季")[1][1] == "55.0%"
    publish(output, "2026Q2-later", "books,读书,0.6,0.5,按序时", as_known_on="2026-09-01")
    assert table(page(output), "读书逐季")[1][1] == "60.0%"


def test_the_same_editions_give_the_same_bytes_in_whatever_order_they_came(output: Path, tmp_path: Path) -> None:
    before = write_reviews_index(output).read_bytes()
    assert write_reviews_index(output).read_bytes() == before
    found = list(published_editions(output))
    assert reviews_page(found)[0].encode("utf-8") == before


@pytest.mark.parametrize("damage", ["table", "run", "period", "no table"])
def test_what_was_changed_after_publication_is_left_out_and_said(output: Path, damage: str) -> None:
    folder = output / "2026Q1" / "internal"
    if damage == "table":
        (folder / "tables/targets.csv").write_text(f"{HEAD}\nbooks,读书,0.9,0.3,按序时", encoding="utf-8")
    elif damage == "run":
        (folder / "run.json").write_text("{", encoding="utf-8")
    elif damage == "period":
        publish(output, "2026Q1", "", period="2026年")
    else:
        (folder / "tables/targets.csv").unlink()
    (unreadable,) = [each for each in published_editions(output) if isinstance(each, Unreadable)]
    tree = page(output)
    assert table(tree, "没有收录的文件夹") == [["2026Q1/internal", "".join(unreadable.reason.split())]]
    assert [row[0] for row in table(tree, "已发布的评估")] == ["2026Q2"]


def test_slips_stages_and_an_empty_folder_are_no_reviews(tmp_path: Path) -> None:
    for name in ("2026Q1/returns", "2026Q1/.stage-internal"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "2026Q1/.stage-internal/index.html").write_text("", encoding="utf-8")
    assert list(published_editions(tmp_path)) == []
    assert "0 个已发布的版本" in write_reviews_index(tmp_path).read_text(encoding="utf-8")


def test_names_in_the_tables_are_text_and_never_markup(output: Path) -> None:
    publish(output, "2026Q3", 'x,<script>alert(1)</script><img src=x onerror="1">,0.1,0.2,<b>滞后</b>')
    text = write_reviews_index(output).read_text(encoding="utf-8")
    assert "<script" not in text and "&lt;script&gt;" in text and "<b>" not in text


def test_a_quarter_that_was_not_published_is_an_empty_column(output: Path) -> None:
    publish(output, "2026Q4", "books,读书,0.8,0.9,滞后")
    tree = page(output)
    assert table(tree, "读书逐季")[2] == ["2026Q3", "—", "—", "—"]
    assert [row[3] for row in table(tree, "各项指标逐季的进度灯")] == ["—", "—"]
