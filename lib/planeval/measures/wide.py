"""The counting rules over ledgers of any size: the arithmetics of `counting`, as SQL that runs in the store.

What counts is what `counting` counts (tests hold the two together); here it is also told apart by columns, such
as the site that filed (unit_id) and the industry. Values are bound; names come from the declarations only.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from planeval.ledger.store_tables import (
    FIRM_COLUMNS,
    FIRMS,
    ORIGIN_TYPES,
    Connection,
    connected,
    create,
    filed_types,
    firm_column,
    firm_types,
    quoted,
)
from planeval.ledger.tables import BY_ID, TABLES, Table
from planeval.measures.counting import INCOMPLETE, UNREPORTED, WAN_PER_UNIT, window_quarters
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target
from planeval.plan.validity import Validity

SITE = "unit_id"  # in a ledger of many sites, the unit that files for a site
MEMORY = "256MB"  # what DuckDB may hold at a time; beyond it, it uses the disk
THREADS = 4  # at most; each wants a share of the memory
_GROUPS = frozenset(ORIGIN_TYPES) | {column.id for table in TABLES for column in table.columns}


@dataclass(frozen=True)
class WideCount:
    """What a rule counts, told apart by the columns asked for.

    values: those columns and `value` in the target's unit, one row per group that has any item, one row in all
    without columns. NaN: the site of that row did not report every quarter needed. A column the ledger does not
    know for a row (the industry of an event) is None. Where nothing can be said values has no rows, `reason`
    says why (Chinese) and `absence` names the state, as in Count.
    """

    values: pd.DataFrame
    reason: str = ""
    absence: str = ""

    @property
    def value(self) -> float | None:
        """The value where nothing was told apart; None when it cannot be said."""
        return None if self.values.empty else float(self.values["value"].iloc[0])


@dataclass(frozen=True)
class WideLedger:
    """An open ledger of any size. reported: (period, unit, table) actually filed."""

    connection: Connection
    reported: frozenset[tuple[str, str, str]]

    def count(self, rule: CountingRule, start: date, period: Period, unit: str, by: Sequence[str] = ()) -> WideCount:
        """The value of a counting rule at the end of a period, in the target's unit.

        start: 起算日. by: columns of the rule's table, of its enterprises or of the origin. Told apart by site,
        each site is a ledger of its own: its silence is not filled by what others reported, so a site that left out
        one quarter of a window has no value (NaN), as the whole has none when nobody filed one. Raises ValueError
        for a column that no table declares or a rule that does not fit its table.
        """
        quarters = () if rule.window == "to_date" else tuple(map(str, window_quarters(rule.window, period)))
        silent = [] if SITE in by else [quarter for quarter in quarters if not self._reported(rule, quarter)]
        if silent:
            reason = f"{'、'.join(silent)} 未报送，不足一个完整的计算期"
            return WideCount(pd.DataFrame(columns=[*by, "value"]), reason, INCOMPLETE)
        sql, values = counting_sql(rule, start, period, unit, by)
        rows = self.connection.execute(sql, values).fetchall()
        found = pd.DataFrame(rows, columns=[*by, "value"]).astype({"value": float})
        if quarters and SITE in by:
            whole = self._sites(rule, quarters, set(found[SITE]))
            found.loc[~found[SITE].isin(whole), "value"] = math.nan
        return WideCount(found)

    def _reported(self, rule: CountingRule, quarter: str) -> bool:
        """Whether a quarter's figures were filed: by a filing of that quarter or by rows naming it."""
        if any(when == quarter and what == rule.table for when, _, what in self.reported):
            return True
        return bool(self._naming(rule, (quarter,)))

    def _sites(self, rule: CountingRule, quarters: Sequence[str], sites: set[str]) -> set[str]:
        """Which of these sites reported every one of these quarters, by a filing or by rows naming it.

        The rows are looked through only where filings alone leave a site in doubt.
        """
        said = {(when, unit) for when, unit, what in self.reported if what == rule.table}
        if any((quarter, site) not in said for quarter in quarters for site in sites):
            said |= self._naming(rule, quarters)
        return {site for site in sites if all((quarter, site) in said for quarter in quarters)}

    def _naming(self, rule: CountingRule, quarters: Sequence[str]) -> set[tuple[str, str]]:
        """(quarter, site) of the rule's rows that name one of these quarters."""
        if "quarter" not in filed_types(BY_ID[rule.table]):
            return set()
        query = _Query(BY_ID[rule.table])
        query.where(rule)
        query.among("quarter", quarters)
        sql = f"SELECT DISTINCT quarter, {SITE} FROM {quoted(rule.table)} WHERE {query.conditions}"
        return set(self.connection.execute(sql, query.values).fetchall())

    def measure(self, plan: Plan, method: Method, period: Period, by: Sequence[str] = ()) -> dict[str, WideCount]:
        """Target id → value at the end of the period by the counting rules in force, as measure_targets.

        A target whose table nobody (who has to) filed for the period is 未报送; told apart by site, NaN stands for a
        site that did not file it.
        """
        return {target.id: self._target(target, plan, method, period, by) for target in plan.targets}

    def _target(self, target: Target, plan: Plan, method: Method, period: Period, by: Sequence[str]) -> WideCount:
        rule = method.counting(target.id, period)
        nothing = pd.DataFrame(columns=[*by, "value"])
        if rule is None:
            return WideCount(nothing, "没有确定口径", UNREPORTED)
        name = str(period)
        filed = {who for when, who, what in self.reported if when == name and what == rule.table}
        due = method.value("filing_duties", period).get(rule.table) or tuple(filed)
        if SITE not in by and not filed & set(due):
            names = "、".join(plan.unit(each).short_name for each in due)
            return WideCount(nothing, f"本季{names or '各单位'}均未报送", UNREPORTED)
        count = self.count(rule, method.plan_start(period), period, target.unit, by)
        if SITE in by:
            count.values.loc[~count.values[SITE].isin(filed), "value"] = math.nan
        return count


@dataclass
class _Query:
    """Conditions on the rows of one table, with the values bound in them by name."""

    table: Table
    said: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bound(self, value: Any) -> str:
        """A value under a name of its own."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def own(self, column: str, kind: str = "") -> str:
        """A declared column of the table. Raises ValueError when there is none, or not of this kind."""
        found = filed_types(self.table).get(column)
        if found is None or (kind and found != kind):
            raise ValueError(f"{self.table.id} has no column {column!r} {kind}".rstrip())
        return quoted(column)

    def of_firm(self, column: str) -> str:
        """A column of a row's enterprise. Raises ValueError for a table without enterprises."""
        if self.table.id == FIRMS.id:
            return quoted(column)
        if not firm_types(self.table):
            raise ValueError(f"{self.table.id} has no enterprises")
        return quoted(firm_column(column))

    def group(self, column: str) -> str:
        """What a grouping column is for these rows: their own, their enterprise's, or not known."""
        if column not in _GROUPS:
            raise ValueError(f"no table has a column {column!r}")
        if column in filed_types(self.table):
            return quoted(column)
        return self.of_firm(column) if column in FIRM_COLUMNS and firm_types(self.table) else "NULL::VARCHAR"

    def among(self, column: str, allowed: Sequence[str]) -> None:
        """The column holds one of these."""
        listed = ", ".join(self.bound(value) for value in allowed)
        self.said.append(f"{self.own(column)} IN ({listed})" if allowed else "false")

    def where(self, rule: CountingRule) -> None:
        """What the rule demands of its columns."""
        for column, allowed in rule.where.items():
            self.among(column, allowed)

    def open_on(self, begun: str | None, ended: str | None, day: str) -> None:
        """Begun on or before the day and not ended on it."""
        if begun is not None:
            self.said.append(f"{begun} <= {day}")
        if ended is not None:
            self.said.append(f"({ended} IS NULL OR {ended} > {day})")

    def resident(self, day: str) -> None:
        """Of an enterprise inside the planned area on the day."""
        self.open_on(self.of_firm("entered_on"), self.of_firm("left_on"), day)

    @property
    def conditions(self) -> str:
        """All of them."""
        return " AND ".join(self.said) or "true"


def counting_sql(
    rule: CountingRule, start: date, period: Period, unit: str, by: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """The statement that counts a rule at the end of a period, and the values bound in it by name.

    Its columns are `by` and `value`. Raises ValueError as WideLedger.count.
    """
    query = _Query(BY_ID[rule.table])
    query.where(rule)
    if rule.window == "to_date":
        _standing(query, rule, start, query.bound(period.end))
    else:
        quarters = window_quarters(rule.window, period)
        query.among(rule.dated_by, list(map(str, quarters)))
        if rule.resident:
            ends = " ".join(f"WHEN {query.bound(str(each))} THEN {query.bound(each.end)}" for each in quarters)
            query.resident(f"CASE {query.own('quarter')} {ends} END")
    value = _total(query, rule, unit)
    groups = "".join(f"{query.group(column)} AS {quoted(column)}, " for column in by)
    places = ", ".join(str(place) for place in range(1, len(by) + 1))
    grouped = f" GROUP BY {places} ORDER BY {places}" if by else ""
    return f"SELECT {groups}{value} AS value FROM {quoted(rule.table)} WHERE {query.conditions}{grouped}", query.values


def _standing(query: _Query, rule: CountingRule, start: date, day: str) -> None:
    """Rows begun, not ended and not expired on the day (see counting._standing)."""
    begun = query.own(rule.dated_by, "DATE")
    query.open_on(begun, query.own(rule.ends_by, "DATE") if rule.ends_by else None, day)
    if rule.since == "plan_start":
        query.said.append(f"{begun} >= {query.bound(start)}")
    if isinstance(rule.validity, Validity):
        query.said.append(f"{_expiry(begun, rule.validity)} > {day}")
    if rule.resident:
        query.resident(day)


def _expiry(begun: str, validity: Validity) -> str:
    """First day on which a status no longer holds (see counting.expiry); 29 February ends on the 28th, as there."""
    if validity.years is not None:
        return f"{begun} + to_years({int(validity.years)})"
    if validity.months is not None:
        return f"{begun} + to_months({int(validity.months)})"
    return f"make_date(year({begun}) + 1, {1 if validity.until == 'year_end' else 4}, 1)"


def _total(query: _Query, rule: CountingRule, unit: str) -> str:
    """Sum (compensated, so that it is math.fsum's) or number of distinct items; a blank is one item, as in counting."""
    if rule.sum is not None:
        return f"coalesce(fsum({query.own(rule.sum, 'DOUBLE')}), 0) / {int(WAN_PER_UNIT[unit])}"
    item = query.own(rule.distinct)
    return f"count(DISTINCT {item}) + coalesce(bool_or({item} IS NULL), false)::INT"


@contextmanager
def open_wide(path: Path, memory: str = MEMORY, threads: int = THREADS) -> Iterator[WideLedger]:
    """Open a store (.duckdb) or a folder of Parquet files (`<table>.parquet`) for counting.

    memory: what DuckDB may hold, whatever the number of rows. threads: at most so many, never more than there are
    processors. Raises duckdb.Error for what is neither; it is closed, with its threads, on the way out.
    """
    spill = str(path.parent / ".spill")
    config = {"memory_limit": memory, "threads": min(threads, os.cpu_count() or 1), "temp_directory": spill}
    with _parquet(path, config) if path.is_dir() else connected(path, "READ_ONLY", config) as connection:
        try:
            rows = connection.execute('SELECT period, unit, "table" FROM reported').fetchall()
        except duckdb.CatalogException:  # nobody said who reported: rows that name a quarter still tell
            rows = []
        yield WideLedger(connection, frozenset(rows))


@contextmanager
def _parquet(folder: Path, config: dict[str, Any]) -> Iterator[Connection]:
    connection = duckdb.connect(config=config)
    try:
        for table in TABLES:
            file = folder / f"{table.id}.parquet"
            if file.is_file():
                connection.read_parquet(str(file)).create_view(table.id)
            else:
                create(connection, table.id, {**filed_types(table), **firm_types(table)})
        if (folder / "reported.parquet").is_file():
            connection.read_parquet(str(folder / "reported.parquet")).create_view("reported")
        connection.execute("SET allowed_directories = [$folder]", {"folder": str(folder)})
        connection.execute("SET enable_external_access = false")
        yield connection
    finally:
        connection.close()
