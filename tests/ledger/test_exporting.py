"""Exports: the right numbers under the right headings, and no text that can come alive."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from filing_desk import EVENT_HEAD, NODE_HEAD, csv_bytes, event, open_desk, workbook
from ledgers import ledger_of
from planeval.ledger import Ledger, open_ledger
from planeval.ledger.exporting import export_table, inert, table_named
from planeval.ledger.tables import BY_ID, TABLES
from planeval.periods import Period
from planeval.plan import Plan, load_method, load_plan
from planeval.workspace import Workspace

HOSTILE = [
    "=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", "＝1+1",
    "＋1+1", "－1+1", "＠SUM", " =1+1", "\u3000=1", "\u200b=1", "\ufeff@x", "-", "=", "+86 138",
    "-3.5", "+7", "-0", "－5", "\u200b-5", "\u00a0\u3000\u2060=1", "\0=1", "\u202e@x", "\x0b+1",
]  # fmt: skip
HARMLESS = [
    "", "甲-乙", "1=1", "a@b.cn", "3.5", " 7", "\u200b", "2026-05-04", "'已有撇号", "https://example.org",
    "晋科〔2026〕1号",
]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with three filings: hostile text as CSV, milestones, and a changed event."""
    desk = open_desk(tmp_path_factory.mktemp("export") / "台账")
    events = [[str(cell) for cell in event(number, 活动名称=text)] for number, text in enumerate(HOSTILE[:5])]
    desk.receive("port", csv_bytes([EVENT_HEAD, *events]), "2026Q1/port/活动.csv", period="2026Q1",
                 received_on="2026-04-09")  # fmt: skip
    node = ["JD1", "泊位建设", "疏浚", "=1+1", "港务局", "海关、港务局", "2026-12-31", "", "-3.5"]
    desk.receive("port", csv_bytes([NODE_HEAD, node]), "2026Q1/port/任务节点.csv", period="2026Q1")
    desk.receive("port", workbook({"活动": [EVENT_HEAD, [*event(0, "2026-05-06")[:6], 40.5 * 2, "", ""]]}))
    return Workspace(desk.root)


@pytest.fixture(scope="module")
def plan(place: Workspace) -> Plan:
    return load_plan(place, "harbour")


@pytest.fixture(scope="module")
def ledger(place: Workspace, plan: Plan) -> Ledger:
    return open_ledger(place, plan, load_method(place, plan), Period(2026, 2))


def exported_csv(ledger: Ledger, table: str, plan: Plan, path: Path, filed: bool = False) -> list[dict[str, str]]:
    export_table(ledger, BY_ID[table], plan, path, "csv", filed)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def exported_sheet(ledger: Ledger, table: str, plan: Plan, path: Path, filed: bool = False) -> list[list[Any]]:
    export_table(ledger, BY_ID[table], plan, path, "xlsx", filed)
    return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]


def test_text_that_could_be_a_formula_gets_an_apostrophe() -> None:
    assert [inert(text) for text in HOSTILE] == [f"'{text}" for text in HOSTILE]
    assert [inert(text) for text in HARMLESS] == HARMLESS


def test_each_row_comes_with_its_origin(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    rows = exported_csv(ledger, "events", plan, tmp_path / "a.csv")
    assert [row["活动编号"] for row in rows] == ["HD1", "HD2", "HD3", "HD4", "HD0"]
    assert rows[0] | {"活动名称": ""} == {
        "活动编号": "HD1", "活动名称": "", "活动种类": "产业对接会", "举办日期": "2026-05-04", "地点": "一号码头",
        "主办单位": "港务局", "参加人数（人）": "40", "佐证材料": "签到表", "数据性质": "", "来自单位": "港务局",
        "来自季度": "2026Q1", "收件日期": "2026-04-09", "来自文件": "data/harbour/filings/2026Q1/port/活动.csv",
        "来自工作表": "活动", "来自行": "3",
    }  # fmt: skip
    assert rows[4]["举办日期"] == "2026-05-06"


def test_every_row_of_every_filing_can_be_had(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    rows = exported_csv(ledger, "events", plan, tmp_path / "a.csv", filed=True)
    assert [(row["活动编号"], row["来自季度"]) for row in rows if row["活动编号"] == "HD0"] == [
        ("HD0", "2026Q1"), ("HD0", "2026Q2"),
    ]  # fmt: skip


def test_xlsx_holds_numbers_days_and_inert_text(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    head, *rows = exported_sheet(ledger, "events", plan, tmp_path / "a.xlsx")
    assert head[:7] == [column.title for column in BY_ID["events"].columns][:7]
    by_id = {row[0]: row for row in rows}
    assert by_id["HD0"][3].date() == date(2026, 5, 6) and by_id["HD0"][6] == 81
    assert by_id["HD1"][1] == "'" + HOSTILE[1]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert not any(mark in part for part in parts for mark in (b"<f>", b"hyperlink"))


def test_ids_are_written_as_the_plans_names(ledger: Ledger, plan: Plan, tmp_path: Path) -> None:
    (row,) = exported_csv(ledger, "milestones", plan, tmp_path / "a.csv")
    assert (row["重点任务"], row["牵头单位"], row["配合单位"]) == ("泊位建设", "港务局", "海关、港务局")
    assert (row["节点名称"], row["进展"], row["完成日期"]) == ("'=1+1", "'-3.5", "")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_table_can_be_exported_empty_and_twice_alike(
    form: Any, ledger: Ledger, plan: Plan, tmp_path: Path
) -> None:
    for table in TABLES:
        paths = [tmp_path / f"{number}.{form}" for number in (1, 2)]
        counts = {export_table(ledger, table, plan, path, form) for path in paths}
        assert counts == {len(ledger.current[table.id])}
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_numbers_are_written_in_full(plan: Plan, tmp_path: Path) -> None:
    amounts = [0.1 + 0.2, 1e12, 1e-7, 100.0, 0.0, -3.5]
    ledger = ledger_of({"funds": [{"fund_id": str(number), "amount": amount, "unit_id": "port", "row": 2}
                                  for number, amount in enumerate(amounts)]})  # fmt: skip
    rows = exported_csv(ledger, "funds", plan, tmp_path / "a.csv")
    assert [row["金额（万元）"] for row in rows] == [
        "0.30000000000000004", "1000000000000", "0.0000001", "100", "0", "-3.5",
    ]  # fmt: skip


def test_text_too_long_for_a_cell_is_cut_and_not_lost(plan: Plan, tmp_path: Path) -> None:
    ledger = ledger_of({"events": [{"event_id": "1", "name": "长" * 40_000, "unit_id": "port", "row": 2}]})
    (_, row) = exported_sheet(ledger, "events", plan, tmp_path / "a.xlsx")
    assert len(row[1]) == 32_767 and row[1].endswith("…")


def test_tables_are_found_by_either_name() -> None:
    assert all(table_named(table.id) is table and table_named(f" {table.sheet} ") is table for table in TABLES)
    assert table_named("没有") is None
