"""A form that LibreOffice opened, filled and saved reads back without a fault, and is still a form.

The form goes to LibreOffice's flat XML, rows are put in there as its own cells, and LibreOffice makes the .xlsx:
every byte that is read was written by it.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from typer.testing import CliRunner

from filing_desk import Desk, open_desk
from planeval.cli import app
from planeval.ledger import open_ledger
from planeval.ledger.receiving import receive
from planeval.ledger.sheets import read_sheets
from planeval.ledger.templates import deadline, forms_due, write_template
from planeval.periods import Period
from planeval.plan import load_method, load_plan
from planeval.workspace import Workspace

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice (soffice) here; Debian: libreoffice-calc")

QUARTER = Period(2026, 2)
EVENT = ["HD-01", "“港城”推介会（一）", "科技论坛", date(2026, 5, 4), "一号码头", "港务局", 120, "签到表", "正式填报"]
FUND = ["00123", "港区一号基金", "备案", date(2026, 4, 1), 10000.5, 2500, "港投公司", "P001", "备案证明", ""]


def converted(path: Path, kind: str, folder: Path) -> Path:
    """What LibreOffice makes of a file: `fods`, `xlsx` …"""
    profile = (folder.parent / "profile").resolve().as_uri()
    command = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir",
               str(folder), str(path)]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return folder / f"{path.stem}.{kind}"


def cell(value: Any) -> str:
    """A cell as Calc keeps it: text, number or day."""
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


def fill(path: Path, rows: dict[str, list[list[Any]]]) -> None:
    """Put rows under the headings of sheets in a flat ODS file (as text: its conditions name their namespaces)."""
    content = path.read_text(encoding="utf-8")
    for name, listed in rows.items():
        typed = "".join(f"<table:table-row>{''.join(map(cell, values))}</table:table-row>" for values in listed)
        headings = content.index("</table:table-header-rows>", content.index(f'<table:table table:name="{name}"'))
        place = headings + len("</table:table-header-rows>")
        content = content[:place] + typed + content[place:]
    path.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(tmp_path_factory.mktemp("office") / "工作区")


@pytest.fixture(scope="module")
def filled(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A form of 港务局, opened, filled and saved by LibreOffice."""
    place = Workspace(desk.root)
    plan = load_plan(place, "harbour")
    method = load_method(place, plan)
    folder = tmp_path_factory.mktemp("forms") / "文件"
    folder.mkdir()
    form = folder / "form.xlsx"
    write_template(form, "port", QUARTER, plan, forms_due(method, "port", QUARTER), None, deadline(method, QUARTER))
    flat = converted(form, "fods", folder)
    fill(flat, {"活动": [EVENT, ["HD-02", *EVENT[1:]]], "基金": [FUND]})
    form.unlink()
    return converted(flat, "xlsx", folder)


def test_a_form_filled_in_by_libreoffice_round_trips(desk: Desk, filled: Path) -> None:
    place = Workspace(desk.root)
    plan = load_plan(place, "harbour")
    receive(place, plan, [filled], received_on=date(2026, 7, 9), said=lambda text: None)
    ledger = open_ledger(place, plan, load_method(place, plan), QUARTER)
    assert ledger.problems == () and ledger.echoes == ()
    events = ledger.current["events"].to_dict("records")
    assert [event["event_id"] for event in events] == ["HD-01", "HD-02"]
    names = ("event_id", "name", "kind", "held_on", "place", "organiser", "participants", "evidence", "nature")
    read = [events[0][name] for name in names]
    assert [read[3].date(), *read[:3], *read[4:]] == [EVENT[3], *EVENT[:3], *EVENT[4:]]
    (fund,) = ledger.current["funds"].to_dict("records")
    assert (fund["fund_id"], fund["amount"], fund["fiscal_amount"]) == ("00123", 10000.5, 2500)


def test_what_libreoffice_saves_is_still_a_form(filled: Path) -> None:
    book = openpyxl.load_workbook(filled)
    for name in ("活动", "基金"):
        sheet = book[name]
        assert sheet.protection.sheet and sheet["A1"].protection.locked and not sheet["A9"].protection.locked
        assert {check.type for check in sheet.data_validations.dataValidation} >= {"list", "date"}
        assert "必填" in sheet["A1"].comment.text
    assert {sheet.name: sheet.hidden for sheet in read_sheets(filled, "f")}["活动"] is False


def test_a_blank_form_through_libreoffice_is_still_blank(desk: Desk, tmp_path: Path) -> None:
    place = Workspace(desk.root)
    plan = load_plan(place, "harbour")
    method = load_method(place, plan)
    (tmp_path / "一").mkdir()
    form = tmp_path / "一" / "form.xlsx"
    write_template(form, "customs", QUARTER, plan, forms_due(method, "customs", QUARTER), None)
    (tmp_path / "二").mkdir()
    receive(
        place, plan, [converted(form, "xlsx", tmp_path / "二")], received_on=date(2026, 7, 9), said=lambda text: None
    )
    ledger = open_ledger(place, plan, method, QUARTER)
    assert not [problem for problem in ledger.problems if problem.unit == "customs"]
    assert (QUARTER, "customs", "events") in ledger.reported


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_the_same_form_saved_as_xls_or_ods_is_received_and_checked(filled: Path, kind: str, tmp_path: Path) -> None:
    """From the command line: `receive` registers it under its own suffix, `check` finds one wrong day and its cell."""
    desk = open_desk(tmp_path / "工作区")
    reviews = desk.root / "params" / "reviews"
    reviews.mkdir()
    (reviews / "2026Q2.yml").write_text(
        'plan: harbour\nperiod: "2026Q2"\nas_known_on: ""\nedition: internal\n', encoding="utf-8", newline="\n"
    )
    book = openpyxl.load_workbook(filled)
    book["活动"]["D3"] = "2026-13-01"
    changed = tmp_path / "form.xlsx"
    book.save(changed)
    form = converted(changed, kind, tmp_path / "saved")
    place = ["--workspace", str(desk.root)]
    result = CliRunner().invoke(app, ["receive", str(form), "--received-on", "2026-07-09", *place])
    assert result.exit_code == 0 and f"2026Q2/port.{kind}" in result.output, result.output
    result = CliRunner().invoke(app, ["check", "2026Q2", *place])
    assert result.exit_code == 2 and f"port.{kind}" in result.output and "D3" in result.output, result.output
    assert [row["event_id"] for row in desk.ledger().current["events"].to_dict("records")] == ["HD-01"]
