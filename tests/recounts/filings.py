"""The filings as they lie on the disk: which were known on a day, and which row of an item is believed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from python_calamine import CalamineWorkbook

from recomputation import KEYS, TABLES, Row, day, quarter_end

SHEET_OF = {table: sheet for sheet, table in TABLES.items()}


@dataclass(frozen=True)
class Line:
    """One row of a filing: who filed it when, where it stands, and its cells by the column's Chinese name."""

    unit: str
    period: str
    received: date
    file: str
    sheet: str
    number: int
    cells: Row

    def __getitem__(self, column: str) -> Any:
        """A cell; text without blanks around it."""
        value = self.cells[column]
        return value.strip() if isinstance(value, str) else value

    def day(self, column: str) -> date | None:
        """A cell as a day."""
        return day(self.cells[column])

    def amount(self, column: str) -> float | None:
        """A cell as a number; None when it is blank."""
        value = self[column]
        return None if value == "" else float(value)

    def text(self, column: str) -> str | None:
        """A cell as text; None when it is blank."""
        return str(self[column]) or None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this item from others of its sheet."""
        return tuple(written(self[name]) for name in KEYS[self.sheet])


def written(value: Any) -> str:
    """A key's cell as text: a day as 2026-09-30, whatever it was typed as."""
    return value.isoformat()[:10] if isinstance(value, date | datetime) else str(value).strip()


@cache
def sheets_of(root: Path, file: str) -> dict[str, list[Row]]:
    """Sheet → rows of one workbook, each as column → cell; units in brackets are cut from the headings."""
    book = CalamineWorkbook.from_path(str(root / "data/jincheng/filings" / file))
    found = {}
    for sheet in set(book.sheet_names) & set(KEYS):
        header, *rows = book.get_sheet_by_name(sheet).to_python()
        names = [str(name).split("（")[0] for name in header]
        found[sheet] = [dict(zip(names, cells, strict=True)) for cells in rows]
    return found


@cache
def register_of(root: Path) -> tuple[dict[str, str], ...]:
    """The register's lines as they stand."""
    with (root / "data/jincheng/register.csv").open(encoding="utf-8-sig", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def params_of(root: Path, name: str) -> Any:
    """One file of params/jincheng as plain data."""
    return with_words(yaml.safe_load((root / "params/jincheng" / f"{name}.yml").read_text(encoding="utf-8")))


def with_words(value: Any) -> Any:
    """The same with the key `on`, which YAML 1.1 takes for true, as it was written."""
    if isinstance(value, dict):
        return {"on" if key is True else key: with_words(each) for key, each in value.items()}
    return [with_words(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Known:
    """What was known on a day ('' = everything): filings received by then and not superseded by then."""

    root: Path
    on: str

    @cached_property
    def register(self) -> list[dict[str, str]]:
        """Lines of filings in force, by quarter and day received."""
        known = [line for line in register_of(self.root) if not self.on or line["received_on"] <= self.on]
        replaced = {line["supersedes"] for line in known}
        return sorted((x for x in known if x["file"] not in replaced), key=lambda x: (x["period"], x["received_on"]))

    @cached_property
    def received(self) -> list[dict[str, str]]:
        """Lines of every filing received by the day, superseded or not."""
        return [line for line in register_of(self.root) if not self.on or line["received_on"] <= self.on]

    @cached_property
    def last_day(self) -> date:
        """The day on which this was known: the one given, else that of the last receipt."""
        return date.fromisoformat(self.on or max(line["received_on"] for line in self.received))

    def decision(self, name: str) -> Any:
        """The value of a decision; every decision of jincheng has one version."""
        decision = params_of(self.root, "method")["decisions"][name]
        (chosen,) = decision["values"]
        listed = {reading["id"]: reading["value"] for reading in decision.get("readings", [])}
        return listed[chosen["reading"]] if "reading" in chosen else chosen["value"]

    def lines(self, sheet: str) -> Iterator[Line]:
        """Every row of a sheet in force, by quarter and day received."""
        for line in self.register:
            for number, cells in enumerate(sheets_of(self.root, line["file"]).get(sheet, []), start=2):
                received = date.fromisoformat(line["received_on"])
                yield Line(line["unit"], line["period"], received, line["file"], sheet, number, cells)

    @cached_property
    def _filed(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for line in self.register:
            for sheet in sheets_of(self.root, line["file"]):
                found.setdefault(sheet, []).append((line["period"], line["unit"]))
        return found

    def due(self, sheet: str) -> list[str]:
        """Units that have to file a sheet, in the order in which they are believed."""
        duties: dict[str, list[str]] = self.decision("filing_duties")
        return duties.get(TABLES[sheet], [])

    def heard(self, sheet: str, quarter: str) -> list[str]:
        """Of the units that have to file a sheet, those that filed it for a quarter."""
        return [unit for unit in self.due(sheet) if (quarter, unit) in self._filed.get(sheet, [])]

    def filed(self, sheet: str, quarter: str) -> bool:
        """Whether anybody who has to filed a sheet for a quarter."""
        return bool(self.heard(sheet, quarter))

    def quarters_filed(self, sheet: str) -> list[str]:
        """Quarters for which anybody filed a sheet."""
        return sorted({quarter for quarter, _ in self._filed.get(sheet, [])})

    @cached_property
    def _histories(self) -> dict[str, dict[tuple[str, ...], dict[str, list[Line]]]]:
        found: dict[str, dict[tuple[str, ...], dict[str, list[Line]]]] = {}
        for sheet in KEYS:
            items = found.setdefault(sheet, {})
            for line in self.lines(sheet):
                items.setdefault(line.key, {}).setdefault(line.unit, []).append(line)
        return found

    def filers(self, sheet: str) -> dict[tuple[str, ...], list[str]]:
        """Item → the units that filed it, the one believed first."""
        order = self.due(sheet)
        rank = {unit: place for place, unit in enumerate(order)}
        return {
            key: sorted(by_unit, key=lambda unit: rank.get(unit, len(rank)))
            for key, by_unit in self._histories[sheet].items()
        }

    def rows_by_unit(self, sheet: str, key: tuple[str, ...]) -> dict[str, list[Line]]:
        """Unit → its rows of an item, oldest quarter first."""
        return self._histories[sheet].get(key, {})

    def history(self, sheet: str) -> dict[tuple[str, ...], list[Line]]:
        """Item → the rows of the unit believed, oldest quarter first."""
        return {key: self._histories[sheet][key][units[0]] for key, units in self.filers(sheet).items()}

    def believed(self, sheet: str) -> list[Line]:
        """One row per item: the last one of the unit that is believed."""
        return [rows[-1] for rows in self.history(sheet).values()]

    def inside(self, on: date) -> dict[str, Line]:
        """Firms in the valley on a day: entered by then and not left by then."""
        return {
            line["企业代码"]: line for line in self.believed("企业")
            if (entered := line.day("入驻日期")) is not None and entered <= on
            and ((left := line.day("迁出日期")) is None or left > on)
        }  # fmt: skip

    @cached_property
    def unit_ids(self) -> dict[str, str]:
        """Any name of a unit → its id."""
        return {
            name: unit["id"]
            for unit in params_of(self.root, "units")["units"]
            for name in (unit["id"], unit["name"], unit["short_name"], *unit.get("aliases", []))
        }

    def ids_of(self, part: str) -> dict[str, str]:
        """Name → id of the plan's industries, zones or tasks."""
        return {each["name"]: each["id"] for each in params_of(self.root, "plan")[part]}


def quarters(first: str, last: str) -> list[str]:
    """Every quarter from one to another."""
    found, year, number = [], int(first[:4]), int(first[5])
    while f"{year}Q{number}" <= last:
        found.append(f"{year}Q{number}")
        year, number = (year, number + 1) if number < 4 else (year + 1, 1)
    return found


def quarter_of(when: date) -> str:
    """The quarter a day lies in."""
    return f"{when.year}Q{(when.month + 2) // 3}"


def quarter_start(quarter: str) -> date:
    """First day of a quarter."""
    return date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)


def due_day(quarter: str, days: int = 15) -> date:
    """The last day on which a quarter's filing is in time."""
    return quarter_end(quarter) + timedelta(days=days)
