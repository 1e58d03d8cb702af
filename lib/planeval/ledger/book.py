"""The ledger as it was known on a day: what was filed, what stands, what was refused and why."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from planeval.ledger.collecting import no_collecting
from planeval.ledger.forms import Echo, FormReading, read_form
from planeval.ledger.headings import Origin
from planeval.ledger.items import one_row_per_item
from planeval.ledger.register import Filing, known_on, read_register
from planeval.ledger.rules import Rule, RuleContext, apply_rules, load_rules
from planeval.ledger.schema import check_rows
from planeval.ledger.sheets import Sheet, read_bytes, sheets_of
from planeval.ledger.tables import BY_SHEET, SAMPLE, TABLES, Table, with_choices
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.problems import WARNING, InputError, Problem
from planeval.workspace import Workspace

NOTES_SHEET = "填报说明"
OWN_SHEETS = (NOTES_SHEET, "退回说明")  # in our forms and in marked copies; nothing is filed on them
Block = tuple[dict[str, list[Any]], dict[str, object]]  # a sheet's columns, and what is the same in all its rows
ORIGIN_COLUMNS = ("unit_id", "period", "received_on", "file", "sheet", "row")


@dataclass(frozen=True)
class Ledger:
    """All accepted rows as known on a day.

    filed: table id → every accepted row (the table's columns as objects, dates as datetime64, plus
    unit_id, period, received_on, file, sheet, row). current: the same, one row per item: the last filing
    of a unit wins, and between units the one listed first in filing_duties. duplicates: items filed by
    more than one unit (table, item, units, counted). received and filings: everything received by then, and
    what of it stands. reported: (period, unit, table) actually filed.
    """

    as_known_on: date | None
    received: tuple[Filing, ...]
    filings: tuple[Filing, ...]
    filed: dict[str, pd.DataFrame]
    current: dict[str, pd.DataFrame]
    duplicates: pd.DataFrame
    reported: frozenset[tuple[Period, str, str]]
    problems: tuple[Problem, ...]
    echoes: tuple[Echo, ...]
    duties: dict[str, tuple[str, ...]]

    @property
    def sample_rows(self) -> int:
        """Number of accepted rows labelled 示例数据."""
        return sum(int(rows["nature"].eq(SAMPLE).sum()) for rows in self.filed.values())

    def filers(self, table: str, period: Period) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Units that had to file a table for a period, and those of them that did.

        Without a duty for the table, whoever filed it had to.
        """
        filed = {unit for (when, unit, what) in self.reported if when == period and what == table}
        due = self.duties.get(table) or tuple(sorted(filed))
        return due, tuple(unit for unit in due if unit in filed)


@dataclass
class ReadOnce:
    """What several views of one ledger share within one call: each file is read once, the rules are loaded once."""

    sheets: dict[tuple[str, str], tuple[Sheet, ...]] = field(default_factory=dict)
    readings: dict[tuple[str, str, str], FormReading] = field(default_factory=dict)
    rules: tuple[Rule, ...] | None = None


@no_collecting()
def open_ledger(
    workspace: Workspace, plan: Plan, method: Method, period: Period, as_known_on: date | None = None,
    shared: ReadOnce | None = None,
) -> Ledger:  # fmt: skip
    """Read every filing known on a day. `period` only chooses which decisions are in force.

    shared: pass one object to several calls with the same plan, method and period, and files are read once.

    Faults of filings are in `Ledger.problems`: bad rows and files are left out, everybody else's rows
    stand. Raises InputError only for the register itself and for rules.yml.
    """
    register = read_register(workspace, plan)
    known = known_on(register, as_known_on)
    duties = _duties(method, period)
    closed_lists = method.value("closed_lists", period) if method.decides("closed_lists") else {}
    tables = {table.id: with_choices(table, closed_lists) for table in TABLES}
    shared = shared or ReadOnce()
    reader = _Reader(workspace, plan, tables, shared)
    for filing in known.standing:
        reader.read(filing)
    reader.note_missing_sheets(lambda filed_in: _duties(method, filed_in))
    reader.problems += _unregistered(workspace, plan, register)
    identifier = method.value("enterprise_identifier", period)
    checked = {table.id: reader.accepted(table, identifier) for table in tables.values()}
    context = RuleContext.of(
        plan, method, period, as_known_on=known.day, filings=known.received, letters=reader.letters
    )
    shared.rules = load_rules(workspace, plan, tables) if shared.rules is None else shared.rules
    filed = reader.ruled(checked, shared.rules, context)
    current, duplicates = {}, []
    for table in tables.values():
        current[table.id], repeated = one_row_per_item(filed[table.id], table, duties.get(table.id, ()))
        duplicates.append(repeated)
    return Ledger(
        as_known_on=known.day, received=known.received, filings=known.standing, filed=filed, current=current,
        duplicates=pd.concat(duplicates, ignore_index=True), reported=frozenset(reader.reported - reader.emptied),
        problems=tuple(reader.problems), echoes=tuple(reader.echoes), duties=duties,
    )  # fmt: skip


def _duties(method: Method, period: Period) -> dict[str, tuple[str, ...]]:
    """Table id → units that owed it in a period, first the one whose word counts most."""
    return {table: tuple(units) for table, units in method.value("filing_duties", period).items()}


class _Reader:
    """Gathers rows and faults over filings."""

    def __init__(self, workspace: Workspace, plan: Plan, tables: dict[str, Table], shared: ReadOnce) -> None:
        self.shared = shared
        self.workspace = workspace
        self.plan = plan
        self.tables = tables
        self.blocks: dict[str, list[Block]] = {table: [] for table in tables}
        self.letters: dict[tuple[str, str], dict[str, str]] = {}
        self.problems: list[Problem] = []
        self.echoes: list[Echo] = []
        self.reported: set[tuple[Period, str, str]] = set()
        self.emptied: set[tuple[Period, str, str]] = set()
        self.opened: dict[tuple[Period, str], tuple[str, set[str]]] = {}

    def read(self, filing: Filing) -> None:
        """Read one filing; a file altered since receipt is checked but none of its rows count."""
        path = self.workspace.filings(self.plan.id) / filing.file
        shown = self.workspace.relative(path)
        try:
            raw = read_bytes(path, shown)
            digest = hashlib.sha256(raw).hexdigest()
            altered = digest != filing.sha256
            self.problems += [_altered(shown, filing)] if altered else []
            if (shown, digest) not in self.shared.sheets:
                self.shared.sheets[shown, digest] = sheets_of(raw, path, shown)
        except InputError as error:
            self.problems += [replace(problem, unit=filing.unit) for problem in error.problems]
            return
        place = (filing.period, filing.unit)
        _, seen = (shown, set[str]()) if filing.is_addition else self.opened.setdefault(place, (shown, set()))
        for sheet in self.shared.sheets[shown, digest]:
            table = self._table_of(sheet, shown, filing.unit)
            if table is not None:
                seen.add(table.id)
                reading = self._form(sheet, table, Origin(shown, filing.unit, sheet.name), digest)
                self.problems += reading.problems
                if reading.letters and not altered:
                    self._take(reading, table, filing, shown, sheet.name)

    def _form(self, sheet: Sheet, table: Table, origin: Origin, digest: str) -> FormReading:
        key = (f"{origin.file} {origin.unit}", sheet.name, digest)
        if key not in self.shared.readings:
            self.shared.readings[key] = read_form(sheet, table, self.plan, origin)
        return self.shared.readings[key]

    def _table_of(self, sheet: Sheet, shown: str, unit: str) -> Table | None:
        name = sheet_table(sheet)
        if name is not None:
            return self.tables[BY_SHEET[name].id]
        if sheet.name.strip() not in OWN_SHEETS and not sheet.hidden and any(any(row) for row in sheet.rows):
            close = difflib.get_close_matches(sheet.name, list(BY_SHEET), n=1, cutoff=0.5)
            self.problems.append(Problem(
                shown, sheet.name, message="不认识的工作表，内容不计入", expected="、".join(BY_SHEET),
                remedy=f"是不是“{close[0]}”" if close else "按模板的工作表名称填报", rule="unknown_sheet",
                level=WARNING, unit=unit,
            ))  # fmt: skip
        return None

    def _take(self, reading: FormReading, table: Table, filing: Filing, shown: str, sheet: str) -> None:
        """Keep the rows of a sheet. A sheet whose every row was refused says nothing, which is not zero."""
        self.echoes += reading.echoes
        self.letters[(shown, sheet)] = reading.letters
        place = (filing.period, filing.unit, table.id)
        if not filing.is_addition:  # rows added in between do not say that the quarter was filed
            self.reported.add(place)
            if reading.written:
                self.emptied.add(place)
        origin = (filing.unit, filing.period, filing.received_on, shown, sheet)
        self.blocks[table.id].append((reading.columns, dict(zip(ORIGIN_COLUMNS[:5], origin, strict=True))))

    def note_missing_sheets(self, duties_in: Callable[[Period], dict[str, tuple[str, ...]]]) -> None:
        """A unit that filed for a period without a sheet it owed then: said, because blank is not zero."""
        for (period, unit), (shown, seen) in self.opened.items():
            for table, units in duties_in(period).items():
                if unit in units and table in self.tables and table not in seen:
                    self.problems.append(Problem(
                        shown, self.tables[table].sheet, message="缺少这张工作表，按未报送处理",
                        expected=self.tables[table].sheet, remedy="补上工作表；本季没有新增也保留表头",
                        rule="missing_sheet", unit=unit,
                    ))  # fmt: skip

    def accepted(self, table: Table, identifier: str) -> pd.DataFrame:
        """Rows of a table that pass the schema; the faults of the others are noted."""
        rows = _one_below_the_other(self.blocks[table.id], [*(column.id for column in table.columns), *ORIGIN_COLUMNS])
        passed, faults = check_rows(rows, table, identifier, self.letters)
        self.problems += faults
        self.emptied -= {(period, unit, table.id) for period, unit in _filers(passed)}
        for column in table.columns:
            if column.kind == "date":
                passed = passed.assign(**{column.id: pd.to_datetime(passed[column.id])})
            elif column.kind in ("number", "count"):
                passed = passed.assign(**{column.id: passed[column.id].astype(float)})
        return passed.reset_index(drop=True)

    def ruled(
        self, checked: dict[str, pd.DataFrame], rules: tuple[Rule, ...], context: RuleContext
    ) -> dict[str, pd.DataFrame]:
        """Rows no rule of level 错误 refuses; what every rule found is noted."""
        findings = apply_rules(rules, checked, context, list(self.tables.values()))
        self.problems += findings.problems
        filed = {}
        for table, rows in checked.items():
            filed[table] = rows.drop(index=list(findings.refused.get(table, ()))).reset_index(drop=True)
            if len(filed[table]) < len(rows):
                self.emptied |= {(period, unit, table) for period, unit in _filers(rows) - _filers(filed[table])}
        return filed


def _one_below_the_other(blocks: Sequence[Block], names: Sequence[str]) -> pd.DataFrame:
    """The rows of all blocks, as objects; a column that a block lacks is blank (NaN) in its rows."""
    lengths = [len(columns["row"]) for columns, _ in blocks]
    values = np.full((len(names), sum(lengths)), np.nan, dtype=object)
    start = 0
    for (columns, same), length in zip(blocks, lengths, strict=True):
        for place, name in enumerate(names):
            if name in columns:
                values[place, start : start + length] = np.fromiter(columns[name], dtype=object, count=length)
            elif name in same:
                values[place, start : start + length].fill(same[name])
        start += length
    return pd.DataFrame(values.T, columns=list(names), dtype=object)


def _filers(rows: pd.DataFrame) -> set[tuple[Period, str]]:
    """Who filed rows, for which period. Rows of one filing stand together, so only the first of them is hashed."""
    return {filer for filer, _ in groupby(zip(rows["period"], rows["unit_id"], strict=True))}


def sheet_table(sheet: Sheet) -> str | None:
    """The ledger sheet a sheet is: by its name, and for a CSV file by any part of the file's (资质-v2, kejiju_资质)."""
    name = sheet.name.strip()
    if name in BY_SHEET:
        return name
    found = [part for part in re.split(r"[-_.\s]+", name) if part in BY_SHEET] if sheet.encoding else []
    return found[0] if len(found) == 1 else None


def _altered(shown: str, filing: Filing) -> Problem:
    return Problem(
        shown, message="文件与登记时的内容不同，整份不计入", expected="登记时的原文件",
        remedy="恢复原文件；如需更正，另存新文件并作为更正报送登记", rule="altered", unit=filing.unit,
    )  # fmt: skip


def _unregistered(workspace: Workspace, plan: Plan, register: tuple[Filing, ...]) -> Iterator[Problem]:
    folder = workspace.filings(plan.id)
    known = {filing.file for filing in register}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known and not path.name.startswith((".", "~$")):
            yield Problem(
                workspace.relative(path),
                rule="unregistered",
                message="文件在报送文件夹里，但没有登记，不计入",
                expected="登记簿 register.csv 中有这个文件",
                remedy="登记后再运行，或移出报送文件夹",
            )
