"""The committed demonstration filings as raw cells, read by python-calamine and never through the ledger code."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data" / "jincheng"
QUARTERS = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"]


@dataclass(frozen=True)
class Row:
    """One filled row of one sheet: heading → cell, and where it stands."""

    sheet: str
    unit: str
    period: str
    file: str
    cells: dict[str, Any]

    def __getitem__(self, heading: str) -> Any:
        return self.cells[heading]


@dataclass(frozen=True)
class Filings:
    """The register's lines and every row of every registered workbook, in the order of the register."""

    register: list[dict[str, str]]
    notes: dict[str, list[list[Any]]]
    rows: list[Row]

    def of(self, sheet: str, file: str | None = None) -> list[Row]:
        return [row for row in self.rows if row.sheet == sheet and file in (None, row.file)]

    def standing(self, sheet: str) -> list[Row]:
        """Rows of the files that no later one supersedes, in the order of the quarters."""
        gone = {line["supersedes"] for line in self.register}
        return sorted((row for row in self.of(sheet) if row.file not in gone), key=lambda row: row.period)

    def line(self, file: str) -> dict[str, str]:
        return next(line for line in self.register if line["file"] == file)


@cache
def read_filings() -> Filings:
    """Every workbook the committed register names."""
    lines = list(csv.DictReader(io.StringIO((DATA / "register.csv").read_text(encoding="utf-8-sig"))))
    notes: dict[str, list[list[Any]]] = {}
    rows: list[Row] = []
    for line in lines:
        book = CalamineWorkbook.from_path(str(DATA / "filings" / line["file"]))
        first, *others = book.sheet_names
        notes[line["file"]] = book.get_sheet_by_name(first).to_python()
        for sheet in others:
            head, *body = book.get_sheet_by_name(sheet).to_python()
            rows += [Row(sheet, line["unit"], line["period"], line["file"], dict(zip(head, cells, strict=True)))
                     for cells in body]  # fmt: skip
    return Filings(lines, notes, rows)


def end_of(period: str) -> date:
    year, quarter = int(period[:4]), int(period[-1])
    return date(year + quarter // 4, quarter % 4 * 3 + 1, 1) - timedelta(days=1)


def certificates(filings: Filings, kind: str) -> dict[str, list[Row]]:
    """Enterprise code → its certificates of a kind, each once, by date."""
    last = {row["证书或登记编号"]: row for row in filings.standing("资质") if row["资质种类"] == kind}
    held: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(last.values(), key=lambda row: row["发证或入库日期"]):
        held[row["企业代码"]].append(row)
    return held


def latest(filings: Filings, sheet: str, key: str) -> dict[str, Row]:
    """Each item as last filed."""
    return {row[key]: row for row in filings.standing(sheet)}


def quarterly(filings: Filings, sheet: str, key: str) -> dict[str, dict[str, Row]]:
    """Quarter → item → row, for the tables with a row each quarter."""
    found: dict[str, dict[str, Row]] = {quarter: {} for quarter in QUARTERS}
    for row in filings.standing(sheet):
        found[row["所属季度"]][row[key]] = row
    return found
