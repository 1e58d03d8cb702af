"""Return slips: who gets one, what it says, that it keeps to the page contract and replaces the last one whole."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from filing_desk import EVENT_HEAD, FUND_HEAD, Desk, csv_bytes, event, fund, good_events, open_desk, workbook
from planeval.problems import InputError
from planeval.publish import slip_page
from planeval.publish.page_contract import Expected, check_page
from planeval.publish.page_tree import read_page
from planeval.publish.slips import write_slips
from planeval.review import Review
from planeval.workspace import Workspace

BAD_EVENTS = [EVENT_HEAD, event(1), event(2, "2026-13-01"), event(3, 活动名称="<script>alert(1)</script>"), ["合计"]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(tmp_path / "退回")


def file_with_faults(desk: Desk) -> Desk:
    """One unit with faults in two quarters, another with a warning in a CSV file."""
    desk.receive("port", b"PK\x03\x04 junk", period="2026Q1", received_on="2026-04-09")
    desk.receive("port", workbook({"活动": BAD_EVENTS, "基金": [FUND_HEAD, fund(1, "约3亿")]}))
    rows = [[str(cell) for cell in event(7)], ["合计", *[""] * 8]]
    desk.receive("customs", csv_bytes([EVENT_HEAD, *rows]), "2026Q2/customs/活动.csv")
    return desk


@pytest.fixture
def faulty(desk: Desk) -> Desk:
    return file_with_faults(desk)


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return file_with_faults(open_desk(tmp_path_factory.mktemp("slips") / "退回"))


@pytest.fixture(scope="module")
def review(one_desk: Desk) -> Review:
    return one_desk.review()


@pytest.fixture(scope="module")
def written(one_desk: Desk, review: Review) -> dict[str, bytes]:
    """The slips of the faulty filings, for the tests that only read them."""
    return slips(one_desk, review)


def slips(desk: Desk, review: Review | None = None) -> dict[str, bytes]:
    folder = desk.root / "output" / "2026Q2" / "returns"
    written = write_slips(Workspace(desk.root), review or desk.review(), folder)
    assert all(path.parent == folder and path.is_file() for path in written)
    return {path.name: path.read_bytes() for path in written}


def folder_names(desk: Desk) -> set[str]:
    return {path.name for path in (desk.root / "output" / "2026Q2" / "returns").iterdir()}


def words(page: bytes) -> str:
    """What the body of a page says, without blanks."""
    body = read_page(page.decode("utf-8")).first("body")
    assert body is not None
    return "".join(body.reads().split())


def test_units_with_faults_get_a_page_and_marked_workbooks(one_desk: Desk, written: dict[str, bytes]) -> None:
    assert list(written) == ["port.html", "customs.html", "port.xlsx", "port-2026Q1.xlsx", "customs.xlsx"]
    assert folder_names(one_desk) == {*written, "run.json"}
    book = openpyxl.load_workbook(io.BytesIO(written["port.xlsx"]))
    assert book["活动"]["D3"].comment and book["基金"]["E2"].comment
    assert openpyxl.load_workbook(io.BytesIO(written["port-2026Q1.xlsx"])).sheetnames == ["退回说明"]
    assert openpyxl.load_workbook(io.BytesIO(written["customs.xlsx"])).sheetnames == ["退回说明", "活动"]


def test_a_slip_says_what_was_refused_why_and_what_to_do(written: dict[str, bytes]) -> None:
    said = words(written["port.html"])
    for part in (
        "市港务管理局退回单", "2026年第二季度", "2026Q2/port.xlsx", "D3", "2026-13-01", "没有这一天", "核对月份和日子",
        "约3亿", "填准确的数", "2026Q1/port.xlsx", "2026-07-15", "port.xlsx", "更正说明",
    ):  # fmt: skip
        assert part in said, part
    assert "有3处错误，涉及的3行没有计入" in said and "以前各季的报送还有" in said


def test_a_unit_with_warnings_only_is_asked_to_look(written: dict[str, bytes]) -> None:
    said = words(written["customs.html"])
    assert "海关缉私分局核对单" in said and "没有错误；另有1处警告" in said and "不用重新报送" in said


def test_slips_keep_to_the_page_contract(review: Review, written: dict[str, bytes]) -> None:
    for name, content in written.items():
        if name.endswith(".html"):
            text = content.decode("utf-8")
            assert check_page(text, Expected(review.fingerprint, review.is_sample, frozenset(), traced=False)) == ()
            assert "<script" not in text and ("alert(1)" in text) == (name == "port.html")


def test_a_sample_review_marks_its_slips(desk: Desk) -> None:
    rows = [event(1, 数据性质="示例数据"), event(2, "x", 数据性质="示例数据")]
    desk.receive("port", workbook({"活动": [EVENT_HEAD, *rows], "基金": [FUND_HEAD]}))
    assert "示例数据" in words(slips(desk)["port.html"])


def test_after_the_deadline_a_slip_says_so(desk: Desk) -> None:
    desk.receive("port", workbook({"活动": BAD_EVENTS, "基金": [FUND_HEAD]}), received_on="2026-08-01")
    said = words(slips(desk)["port.html"])
    assert "2026-07-15（季度结束后15天，评估组），已过期限" in said


def test_what_was_counted_is_said_by_table(written: dict[str, bytes]) -> None:
    page = read_page(written["port.html"].decode("utf-8"))
    rows = [[cell.reads() for cell in row.children] for row in page.every("tr")]
    assert ["活动", "1", "2", "已报送"] in rows
    assert ["基金", "0", "1", "未报送，或整张表没有计入"] in rows


def test_corrected_filings_take_their_slips_away(faulty: Desk) -> None:
    slips(faulty)
    (faulty.root / "output/2026Q2/returns/批注.docx").write_bytes(b"x")
    faulty.receive("port", good_events(1), "2026Q2/port-v2.xlsx", supersedes="2026Q2/port.xlsx")
    faulty.receive("port", good_events(4), "2026Q1/port-v2.xlsx", period="2026Q1", supersedes="2026Q1/port.xlsx")
    assert set(slips(faulty)) == {"customs.html", "customs.xlsx"}
    assert folder_names(faulty) == {"customs.html", "customs.xlsx", "run.json", "批注.docx"}
    manifest = json.loads((faulty.root / "output/2026Q2/returns/run.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in manifest["outputs"]] == ["customs.html", "customs.xlsx"]


def test_without_faults_nothing_is_written(desk: Desk) -> None:
    desk.receive("port", good_events(1))
    desk.receive("customs", workbook({"活动": [EVENT_HEAD]}))
    assert desk.review().ledger.problems == ()
    assert slips(desk) == {}
    assert not (desk.root / "output" / "2026Q2" / "returns").exists()


def test_the_same_review_gives_the_same_slips(one_desk: Desk, written: dict[str, bytes]) -> None:
    assert slips(one_desk) == written


def test_very_many_faults_are_counted_and_not_all_printed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slip_page, "MOST", 3)
    rows = [event(number, "x") for number in range(9)]
    desk.receive("port", workbook({"活动": [EVENT_HEAD, *rows], "基金": [FUND_HEAD]}))
    assert "共9处，这里列出前3处" in words(slips(desk)["port.html"])


def test_a_failure_leaves_the_last_slips(faulty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = slips(faulty)
    monkeypatch.setattr("planeval.publish.slips.check_page", lambda text, expected: ("不合规定",))
    with pytest.raises(Exception, match="不合规定"):
        slips(faulty)
    folder = faulty.root / "output" / "2026Q2" / "returns"
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_another_run_at_work_is_waited_for_by_nobody(faulty: Desk) -> None:
    from filelock import FileLock

    folder = faulty.root / "output" / "2026Q2"
    folder.mkdir(parents=True)
    with FileLock(folder / ".returns.lock"), pytest.raises(InputError, match="正在发布"):
        slips(faulty)


def test_days_are_those_of_the_decision(faulty: Desk) -> None:
    method = faulty.params("method.yml")
    text = method.read_text(encoding="utf-8")
    method.write_text(text.replace("{value: 15,", "{value: 31,"), encoding="utf-8", newline="\n")
    assert str(date(2026, 7, 31)) in words(slips(faulty)["port.html"])
