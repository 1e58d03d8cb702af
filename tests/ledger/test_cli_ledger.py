"""The commands of the ledger as a person runs them: what they print, what they leave, with which exit code."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from filing_desk import EVENT_HEAD, FUND_HEAD, Desk, event, good_events, open_desk, workbook
from planeval.cli_ledger import forms_app, tell_slips
from planeval.workspace import Workspace

app = typer.Typer()
app.add_typer(forms_app)


@app.callback()
def program() -> None:
    """Stands for the program the commands are part of."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = open_desk(tmp_path / "工作 区")
    reviews = desk.root / "params" / "reviews"
    reviews.mkdir()
    for period in ("2026Q2", "2026Q3"):
        text = f'plan: harbour\nperiod: "{period}"\nas_known_on: ""\nedition: internal\n'
        (reviews / f"{period}.yml").write_text(text, encoding="utf-8", newline="\n")
    return desk


def run(desk: Desk, *words: str | Path) -> Any:
    return CliRunner().invoke(app, [*map(str, words), "--workspace", str(desk.root)])


def test_forms_go_out_come_back_and_are_exported(desk: Desk, tmp_path: Path) -> None:
    result = run(desk, "template", "2026Q2")
    folder = desk.root / "output" / "2026Q2" / "templates"
    assert result.exit_code == 0 and "2026年第二季度的报送表 2 份" in result.stdout and str(folder) in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["customs.xlsx", "port.xlsx"]
    filled = Path(shutil.copy(folder / "port.xlsx", tmp_path / "港务局二季度.xlsx"))
    book = openpyxl.load_workbook(filled)
    book["活动"].append(event(1))
    book.save(filled)
    result = run(desk, "receive", filled, "--received-on", "2026-07-12")
    assert result.exit_code == 0 and "已收 港务局 2026Q2，存为 2026Q2/port.xlsx" in result.stdout
    result = run(desk, "ledger", "export", "2026Q2", "活动", "--format", "csv")
    assert result.exit_code == 0 and "“活动”表 1 行，数据截至 2026-07-12" in result.stdout
    assert (desk.root / "output/2026Q2/ledger/活动.csv").read_text(encoding="utf-8-sig").count("HD1,") == 1


def test_templates_of_named_units_only(desk: Desk, tmp_path: Path) -> None:
    result = run(desk, "template", "2026Q2", "--unit", "海关", "--output", tmp_path / "出")
    assert result.exit_code == 0
    assert [path.name for path in (tmp_path / "出/2026Q2/templates").iterdir()] == ["customs.xlsx"]
    assert run(desk, "template", "2026Q2", "--unit", "气象局").exit_code == 2


def test_faults_of_earlier_filings_are_named_when_forms_go_out(desk: Desk) -> None:
    desk.receive("port", workbook({"活动": [EVENT_HEAD, event(1, "x")], "基金": [FUND_HEAD]}))
    result = run(desk, "template", "2026Q3")
    assert result.exit_code == 0 and "以前的报送还有 1 处错误" in result.stderr


def test_what_cannot_be_received_says_why_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good_events(1))
    result = run(desk, "receive", tmp_path / "a.xlsx", "--received-on", "2026-07-12")
    assert result.exit_code == 2 and "不知道是哪个单位的报送" in result.stderr and "处理：" in result.stderr
    result = run(desk, "receive", tmp_path / "a.xlsx", "--received-on", "七月")
    assert result.exit_code == 2 and "不是日期" in result.stderr
    assert not desk.register.exists()


def test_today_is_used_only_when_no_day_is_given_and_is_said(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good_events(1))
    words = ("receive", tmp_path / "a.xlsx", "--unit", "港务局", "--period", "2025Q1")
    result = run(desk, *words)
    assert result.exit_code == 0 and "今天；别的日期用 --received-on 写明" in result.stdout
    assert "没有重复登记" in run(desk, *words, "--received-on", "2025-04-01").stdout


def test_a_day_to_come_is_remarked_on(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(good_events(1))
    words = ("--unit", "港务局", "--period", "2025Q1", "--received-on", "2099-01-01")
    assert "以后" in run(desk, "receive", tmp_path / "a.xlsx", *words).stderr


def test_the_plan_must_be_named_when_there_are_several(desk: Desk, tmp_path: Path) -> None:
    other = desk.root / "params" / "other"
    shutil.copytree(desk.root / "params" / "harbour", other)
    (tmp_path / "a.xlsx").write_bytes(good_events(1))
    words = ("receive", tmp_path / "a.xlsx", "--unit", "港务局", "--period", "2026Q2", "--received-on", "2026-07-12")
    result = run(desk, *words)
    assert result.exit_code == 2 and "--plan 写明：harbour、other" in result.stderr
    assert run(desk, *words, "--plan", "harbour").exit_code == 0
    assert run(desk, *words).exit_code == 0  # now only one plan has a register


def test_a_disk_that_fails_is_said_with_what_was_received(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planeval.ledger.receiving.add_line", full)
    (tmp_path / "a.xlsx").write_bytes(good_events(1))
    result = run(desk, "receive", tmp_path / "a.xlsx", "--unit", "港务局", "--period", "2026Q2",
                 "--received-on", "2026-07-12")  # fmt: skip
    assert result.exit_code == 1 and "其余没有收" in result.stderr
    assert not list((desk.data / "filings").rglob("*.xlsx"))


def test_unknown_tables_and_formats_are_refused_together(desk: Desk) -> None:
    result = run(desk, "ledger", "export", "2026Q2", "活动表", "--format", "pdf")
    assert result.exit_code == 2 and "没有这张表" in result.stderr and "没有这种格式" in result.stderr


def test_check_can_tell_of_slips(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.receive("port", workbook({"活动": [EVENT_HEAD, event(1, "x")], "基金": [FUND_HEAD]}))
    tell_slips(Workspace(desk.root), desk.review(), desk.root / "output" / "2026Q2")
    said = capsys.readouterr().out
    assert "退回单 1 份，核对单（只有警告）0 份，标注的工作簿 1 份" in said
    assert (desk.root / "output/2026Q2/returns/port.html").is_file()


@pytest.mark.parametrize(
    "words", [["--help"], ["template", "--help"], ["receive", "--help"], ["ledger", "export", "--help"]]
)
def test_help_is_chinese(words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0 and not result.stdout.isascii()


def test_targets_are_counted_in_the_store_as_in_the_review(desk: Desk) -> None:
    """Whole: the review's own values. By unit: 港务局 filed one event, 海关 one; who did not file has no row."""
    desk.receive("port", good_events(1))
    desk.receive("customs", workbook({"活动": [EVENT_HEAD, event(9)]}))
    result = run(desk, "ledger", "measure", "2026Q2")
    assert result.exit_code == 0, result.output
    folder = desk.root / "output" / "2026Q2" / "ledger"
    lines = (folder / "指标.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "指标,数值,计量单位,说明",
        f"推介活动,{desk.value('events'):g},场,",
        f"港区基金,{desk.value('fund'):g},亿元,",
    ]
    result = run(desk, "ledger", "measure", "2026Q2", "--by", "单位", "--by", "产业")
    assert result.exit_code == 0, result.output
    lines = (folder / "指标、单位、产业.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:3] == ["推介活动,海关,台账未写明,1,场,", "推介活动,港务局,台账未写明,1,场,"]
    assert run(desk, "ledger", "measure", "2026Q2", "--by", "颜色").exit_code == 2
    broken = desk.root / "x.duckdb"
    broken.write_bytes(b"no store")
    assert run(desk, "ledger", "measure", "2026Q2", "--store", broken).exit_code == 2
