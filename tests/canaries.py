"""A workspace in which every text, code and amount that a unit files is a canary: it stands nowhere else in the world.

Made from one quarter of the demonstration's filings, so that every ledger table is filed and counted as usual. What
the plan, the decisions and the closed lists say stays as it is; so do enterprise codes and certificate numbers, which
must be valid and are unmistakable as they are.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from planeval.ledger.tables import BY_SHEET, Table
from planeval.ledger.tables.columns import Column
from planeval.plan import Plan, load_plan
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
QUARTER = "2026Q3"
_KEPT = {"enterprise_id", "certificate_number", "work_item", "milestone_id"}  # valid, or checked against the plan
_LEAST_AMOUNT = 1000.0


@dataclass
class Canaries:
    """text → ids of the units that filed it or were addressed by it. `root`: the workspace."""

    root: Path
    owners: dict[str, set[str]] = field(default_factory=dict)

    def plant(self, text: str, *units: str) -> str:
        """Note a canary and whose it is."""
        self.owners.setdefault(text, set()).update(units)
        return text

    def of_others(self, unit: str) -> list[str]:
        """Canaries that a page of this unit may not hold."""
        return [text for text, units in self.owners.items() if unit not in units]


def canary_workspace(root: Path) -> Canaries:
    """The workspace at `root`; the demonstration's own params, one quarter, every cell planted."""
    shutil.copytree(ROOT / "params" / "jincheng", root / "params" / "jincheng")
    (root / "params" / "reviews").mkdir()
    text = f'plan: jincheng\nperiod: "{QUARTER}"\nas_known_on: ""\nedition: internal\n'
    (root / "params" / "reviews" / f"{QUARTER}.yml").write_text(text, encoding="utf-8", newline="\n")
    data = ROOT / "data" / "jincheng"
    found = Canaries(root)
    with (data / "register.csv").open(encoding="utf-8-sig", newline="") as lines:
        register = [row for row in csv.DictReader(lines) if row["period"] == QUARTER and not row["supersedes"]]
    for number, row in enumerate(register):
        name = found.plant(f"金丝雀文件{number:03d}", row["unit"])
        path = root / "data" / "jincheng" / "filings" / QUARTER / f"{name}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        _plant_workbook(data / "filings" / row["file"], path, row["unit"], found)
        row |= {"file": f"{QUARTER}/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    with (root / "data" / "jincheng" / "register.csv").open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, list(register[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(register)
    return found


def _plant_workbook(source: Path, target: Path, unit: str, found: Canaries) -> None:
    book = openpyxl.load_workbook(source)
    book.properties.creator = found.plant(f"金丝雀作者{unit}", unit)
    for sheet in book.worksheets:
        table = BY_SHEET.get(sheet.title)
        if table is not None:
            _plant_sheet(sheet, table, unit, found)
    book.save(target)


def _plant_sheet(sheet: Any, table: Table, unit: str, found: Canaries) -> None:
    head = next(number for number in range(1, 8) if _columns(sheet, number, table))
    columns = _columns(sheet, head, table)
    for row in range(head + 1, sheet.max_row + 1):
        if not any(sheet.cell(row, place).value not in (None, "") for place in columns):
            continue
        addressed = [str(sheet.cell(row, place).value) for place, column in columns.items() if column.kind == "unit"]
        for place, column in columns.items():
            cell = sheet.cell(row, place)
            cell.value = _planted(cell.value, column, table, f"{unit}-{row}", found, {unit, *_ids(addressed)})


def _columns(sheet: Any, row: int, table: Table) -> dict[int, Column]:
    titles = {name: column for column in table.columns for name in (column.heading, column.title)}
    said = {place: str(sheet.cell(row, place).value or "").strip() for place in range(1, sheet.max_column + 1)}
    columns = {place: titles[name] for place, name in said.items() if name in titles}
    return columns if len(columns) > len(table.columns) // 2 else {}


def _planted(value: Any, column: Column, table: Table, place: str, found: Canaries, units: set[str]) -> Any:
    if column.kind == "text" and column.id not in _KEPT:
        return found.plant(f"金丝雀{table.id}{column.id}{place}号", *units)
    if value in (None, "") or column.id in {"work_item", "milestone_id"}:
        return value
    if column.kind == "code":
        kept = column.id in _KEPT
        return found.plant(str(value) if kept else f"CANARY-{column.id}-{value}-END".replace("_", ""), *units)
    if column.kind == "number" and isinstance(value, int | float) and value >= _LEAST_AMOUNT:
        amount = int(value) + (len(found.owners) % 89 + 11) / 100
        for text in (f"{amount:.2f}", f"{amount:,.2f}", f"{amount:g}" if amount < 10000 else f"{amount:.2f}"):
            found.plant(text.rstrip("0"), *units)
        return amount
    return value


@cache
def _plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


def _ids(named: list[str]) -> set[str]:
    """Units by the names that forms use."""
    known = (_plan().unit_named(name) for name in named)
    return {unit.id for unit in known if unit is not None}
