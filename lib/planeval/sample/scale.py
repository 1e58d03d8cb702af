"""Ledgers of any size for benchmarks: the declared tables, filled by SQL from a seed, straight into a store.

Nothing here is told as a story: sites and industries are numbered, and every draw is a hash of row, column and
seed, so the same arguments give the same rows with the same version of DuckDB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from planeval.ledger.store_tables import ORDINAL, STANDING, connected, create_rows, filed_types, insert_rows, quoted
from planeval.ledger.tables import BY_ID, SAMPLE, TABLES, Column, Table
from planeval.periods import Period
from planeval.plan import Plan

_FIRST_DAY, _DAYS = date(2021, 1, 1), 2_100  # days are drawn from 2021-01-01 … 2026-10-01
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of 统一社会信用代码 (GB 32100-2015)
_REGION = "91000000MA"  # a region that does not exist
_FEW, _MOST = 0.05, 0.7  # shares of rows with a day of ending, and with any other day that may be blank


@dataclass(frozen=True)
class Scale:
    """How large a ledger is. enterprise_quarters: rows of 经营; the other tables follow from the number of firms."""

    enterprise_quarters: int
    sites: int = 30
    industries: int = 40
    quarters: tuple[Period, ...] = Period(2024, 4).until(Period(2026, 3))
    seed: int = 20_241_202

    @property
    def firms(self) -> int:
        """Number of enterprises; each files every quarter."""
        return -(-self.enterprise_quarters // len(self.quarters))

    def rows(self) -> dict[str, int]:
        """Table id → number of rows, for the tables that the eight targets are counted from."""
        firms = self.firms
        return {
            "enterprises": firms, "certificates": 2 * firms, "operations": self.enterprise_quarters,
            "platforms": firms // 50 + self.sites, "partnerships": firms // 100 + self.sites,
            "achievements": firms // 5 + self.sites, "events": firms // 50 + self.sites,
            "funds": firms // 200 + self.sites,
        }  # fmt: skip


def credit_codes(count: int) -> np.ndarray[Any, Any]:
    """`count` different 统一社会信用代码 with right check digits, of a region that does not exist."""
    numbers = np.arange(count)
    weights = [pow(3, position, 31) for position in range(17)]
    letters = np.array(list(_ALPHABET))
    region = sum(_ALPHABET.index(char) * weight for char, weight in zip(_REGION, weights, strict=False))
    total = np.full(count, region)
    codes = np.full(count, _REGION)
    for position in range(len(_REGION), 17):
        digit = numbers // 31 ** (16 - position) % 31
        total += digit * weights[position]
        codes = np.strings.add(codes, letters[digit])
    return np.strings.add(codes, letters[(31 - total % 31) % 31])


def write_scale_store(path: Path, scale: Scale, threads: int = 2) -> None:
    """Write a store with the declared tables, as the ledger's own store has them, at this scale.

    It holds no key: it cannot be loaded as a ledger, only counted in. An existing file is replaced.
    """
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    firms = pd.DataFrame({"n": np.arange(scale.firms), "enterprise_id": credit_codes(scale.firms)})
    with connected(path, "BLOCK_SIZE 262144", {"threads": threads}) as connection:
        connection.register("firms", firms)
        for table in TABLES:
            create_rows(connection, table)
            if table.id in scale.rows():
                insert_rows(connection, table, *scale_rows(table, scale))
        connection.unregister("firms")
        connection.execute(
            "CREATE TABLE reported AS SELECT row_number() OVER () AS ordinal, * FROM "
            "(SELECT unnest($quarters) AS period), (SELECT 'site_' || range AS unit FROM range($sites)), "
            '(SELECT unnest($tables) AS "table")',
            {"quarters": list(map(str, scale.quarters)), "sites": scale.sites, "tables": list(scale.rows())},
        )


def write_parquet(store: Path, folder: Path) -> None:
    """Write what stands in a store as `<table>.parquet`, one file per ledger table, and `reported.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(store), read_only=True)
    try:
        for name in [*(table.id for table in TABLES), "reported"]:
            connection.table(name).write_parquet(str(folder / f"{name}.parquet"))
    finally:
        connection.close()


def scale_rows(table: Table, scale: Scale) -> tuple[str, dict[str, Any]]:
    """A SELECT of a table's rows and its values (see insert_rows), over a registered `firms` (n, enterprise_id)."""
    drawn = _Columns(table, scale)
    shown = {column.id: drawn.declared(column) for column in table.columns} | drawn.origin()
    listed = ", ".join(f"{shown[column]} AS {quoted(column)}" for column in filed_types(table))
    rows = "(SELECT range AS i, range % $firms AS n FROM range($rows)) LEFT JOIN firms USING (n)"
    return f"SELECT i AS {ORDINAL}, {listed}, i AS {STANDING} FROM {rows}", drawn.values


@dataclass
class _Columns:
    """Expressions that draw the cells of a table, over i (number of the row) and n (number of its firm)."""

    table: Table
    scale: Scale
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values |= {"firms": self.scale.firms, "rows": self.scale.rows()[self.table.id], "seed": self.scale.seed}

    def bound(self, name: str, value: Any) -> str:
        """A value under a name of its own."""
        self.values[name] = value
        return f"${name}"

    def draw(self, column: str, below: int, of: str = "i") -> str:
        """A whole number from 0, below a limit, that depends on row, column and seed only."""
        salt = self.bound(f"salt_{column}", f"{self.table.id}.{column}")
        return f"(hash({of}, {salt}, $seed) % {int(below)})::BIGINT"

    def declared(self, column: Column) -> str:
        """The cell of a declared column, by its kind."""
        if column.id in ("enterprise_id", "nature"):
            return "enterprise_id" if column.id != "nature" else self.bound("nature", SAMPLE)
        if column.id == "quarter":
            return f"({self.bound('quarters', list(map(str, self.scale.quarters)))})[1 + i // $firms]"
        if column.kind == "choice":
            return f"({self.bound(column.id, list(column.choices))})[1 + {self.draw(column.id, len(column.choices))}]"
        if column.kind == "industry":
            return f"'industry_' || {self.draw(column.id, self.scale.industries)}"
        if column.kind == "number":
            return f"round(-800 * ln(({self.draw(column.id, 999_999)} + 1) / 1000000), 2)"
        if column.kind == "count":
            return f"1 + {self.draw(column.id, 300)}"
        if column.kind == "date":
            return self.day(column)
        if column.kind in ("zone", "unit", "units"):
            return f"'{column.kind}_' || {self.site()}"
        return f"{self.bound(column.id, column.heading)} || '-' || i"

    def site(self) -> str:
        """The number of a row's site: its firm's, or its own where there is no firm."""
        has_firm = any(column.id == "enterprise_id" for column in self.table.columns)
        return f"({'n' if has_firm else 'i'} % {int(self.scale.sites)})"

    def day(self, column: Column) -> str:
        """The first day of a table is drawn, every other one lies behind it and is often blank."""
        days = [each.id for each in self.table.columns if each.kind == "date"]
        first = f"{self.bound('first_day', _FIRST_DAY)}::DATE + {self.draw(days[0], _DAYS)}::INTEGER"
        if column.id == days[0]:
            return first
        share = _FEW if column.id == days[-1] else _MOST
        later = f"{first} + {self.draw(column.id + '_later', 400)}::INTEGER"
        return f"CASE WHEN {self.draw(column.id, 1000)} < {int(share * 1000)} THEN {later} END"

    def origin(self) -> dict[str, str]:
        """Where a row came from: filed by its site, in its quarter, else in the last."""
        repeated = [column for column in self.table.columns if column.id == "quarter"]
        quarter = self.declared(repeated[0]) if repeated else self.bound("last", str(self.scale.quarters[-1]))
        received_on = self.bound("received_on", self.scale.quarters[-1].end + timedelta(days=10))
        return {
            "unit_id": f"'site_' || {self.site()}",
            "period": quarter,
            "received_on": received_on,
            "file": f"'site_' || {self.site()} || '.xlsx'",
            "sheet": self.bound("sheet", self.table.sheet),
            "row": "i + 2",
        }


def workbook_rows(plan: Plan, rows: int, quarter: Period) -> dict[Table, list[dict[str, Any]]]:
    """What one unit might file for a quarter if it kept `rows` rows: enterprises, one certificate and one quarter's
    figures each, all of them sound, so that what is measured is the reading and not the telling of faults.
    """
    codes = credit_codes(-(-rows // 3)).tolist()
    industries, zones = [each.id for each in plan.text.industries], [each.id for each in plan.text.zones]
    enterprises, certificates, operations = [], [], []
    for number, firm in enumerate(codes):
        day = date(2024, 1, 2) + timedelta(days=number % 240)
        enterprises.append({
            "enterprise_id": firm, "name": f"示例企业{number:06d}", "industry": industries[number % len(industries)],
            "zone": zones[number % len(zones)], "entered_on": day, "origin": "引进",
            "evidence": f"入驻协议-{number}.pdf", "nature": SAMPLE,
        })  # fmt: skip
        certificates.append({
            "enterprise_id": firm, "kind": "高新技术企业", "certificate_number": f"GR{day.year}{number:08d}",
            "issued_on": day, "issuer": "示例认定机关", "evidence": f"证书-{number}.pdf", "nature": SAMPLE,
        })  # fmt: skip
        operations.append({
            "enterprise_id": firm, "quarter": str(quarter), "revenue": 120 + number % 7919 / 8,
            "rd_expense": 6 + number % 97 / 4, "employees": 12 + number % 180,
            "evidence": f"报表-{number}.pdf", "nature": SAMPLE,
        })  # fmt: skip
    last = rows - 2 * len(codes)
    filed = {"enterprises": enterprises, "certificates": certificates, "operations": operations[:last]}
    return {BY_ID[table]: listed for table, listed in filed.items()}
