"""Published figures (公开数): a card for each file, plain numbers, one figure per target and day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from filing_desk import CHINESE, PLAN, Desk, open_desk
from planeval.ledger.published import as_of, published_value, read_published
from planeval.plan import load_plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

HEAD = "series,place,period,value,unit,note,target_id\n"
CARD = """\
title: 港区统计快报
publisher: 市统计局
url: https://example.org/1
date_published: "2026-07-01"
date_collected: "2026-07-20"
confidence: A
confidence_note: 官方网页
measures: 规模以上企业
not_measures: 规模以下企业
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path)


def publish(desk: Desk, name: str, figures: str | bytes, card: str | None = CARD) -> None:
    folder = desk.data / "published"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_bytes(figures if isinstance(figures, bytes) else figures.encode("utf-8-sig"))
    if card is not None:
        (folder / f"{name}.yml").write_text(card, encoding="utf-8")


def refused(desk: Desk) -> list[Problem]:
    place = Workspace(desk.root)
    with pytest.raises(InputError) as refusal:
        read_published(place, load_plan(place, PLAN))
    assert all(CHINESE.search(problem.message) and CHINESE.search(problem.remedy) for problem in refusal.value.problems)
    return list(refusal.value.problems)


def test_the_latest_figure_up_to_a_day_is_the_value(desk: Desk) -> None:
    """3 at the end of 2025, 5 on 22 May 2026; context without a target measures nothing."""
    publish(
        desk,
        "events",
        HEAD + "活动,港区,2025,3,场,,events\n活动,港区,2026-05-22,5,场,,events\n活动,全市,2026,99,场,,\n",
    )
    place = Workspace(desk.root)
    files = read_published(place, load_plan(place, PLAN))
    assert published_value(files, "events", date(2025, 12, 30)) is None
    assert published_value(files, "events", date(2026, 5, 21)) == 3
    assert published_value(files, "events", date(2026, 12, 31)) == 5
    assert list(files[0].figures.columns) == [*HEAD.strip().split(","), "as_of"]


@pytest.mark.parametrize(
    ("period", "last_day"),
    [("2023", "2023-12-31"), ("2024Q3", "2024-09-30"), ("2024-02", "2024-02-29"), ("2025-12", "2025-12-31"),
     ("2025-05-22", "2025-05-22"), (" 2025 ", "2025-12-31")],
)  # fmt: skip
def test_a_period_speaks_of_its_last_day(period: str, last_day: str) -> None:
    assert as_of(period) == date.fromisoformat(last_day)


@pytest.mark.parametrize("period", ["", "2025Q5", "2025-13", "20250522", "2025-W21", "２０２５", "2025年", "今年"])
def test_a_period_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(ValueError):
        as_of(period)


def test_every_fault_of_every_file_at_once(desk: Desk) -> None:
    """Six wrong lines, a card without publisher, a file without card: eight faults in one message."""
    wrong = ["活动,港区,2025,1_000,场,,", "活动,港区,2025,nan,场,,", "活动,港区,去年,1,场,,",
             "活动,港区,2025,1,场,,event", "活动,港区,2025,1", "活动,港区,2025,1,场,,events,x"]  # fmt: skip
    publish(desk, "a", HEAD + "\n".join(wrong) + "\n", CARD.replace("publisher: 市统计局\n", ""))
    publish(desk, "b", HEAD, None)
    assert [(problem.file.rpartition("/")[2], problem.cell, problem.message) for problem in refused(desk)] == [
        ("a.yml", "第 1 行", "publisher：缺少“publisher”"),
        ("a.csv", "第 2 行", "value 不是普通的数字"),
        ("a.csv", "第 3 行", "value 不是普通的数字"),
        ("a.csv", "第 4 行", "period 读不懂"),
        ("a.csv", "第 5 行", "没有这个指标"),
        ("a.csv", "第 6 行", "列数不对"),
        ("a.csv", "第 7 行", "列数不对"),
        ("b.yml", "", "文件不存在"),
    ]


def test_two_figures_for_one_target_on_one_day_are_a_question(desk: Desk) -> None:
    """2025 and 2025Q4 end on the same day: 3 and 4 cannot both be the value."""
    publish(desk, "a", HEAD + "活动,港区,2025,3,场,,events\n")
    publish(desk, "b", HEAD + "活动,港区,2025Q4,4,场,,events\n活动,港区,2025Q4,3,场,,events\n")
    (problem,) = refused(desk)
    assert (problem.file.rpartition("/")[2], problem.cell) == ("b.csv", "第 2 行")
    assert problem.message == "同一指标同一时点另有数值 3（a），只能以一个为准"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的"),
        ("序列,地区\n1,2\n".encode(), "缺少列：series、place、period、value、unit、note"),
        (b"\xff\xff\xff", "编码认不出来"),
        (HEAD.encode() + '"活动,港区'.encode(), "引号不成对，不是合法的 CSV"),
    ],
)
def test_a_file_that_is_no_table_of_figures(desk: Desk, content: bytes, message: str) -> None:
    publish(desk, "a", content)
    assert [problem.message for problem in refused(desk)] == [message]


def test_figures_in_gb18030_are_read_right(desk: Desk) -> None:
    publish(desk, "a", (HEAD + "推介活动,港区,2025,3,场,,events\n").encode("gb18030"))
    place = Workspace(desk.root)
    (file,) = read_published(place, load_plan(place, PLAN))
    assert file.figures["series"].tolist() == ["推介活动"]
