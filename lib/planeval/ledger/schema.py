"""Checks on parsed rows, as pandera schemas built from the table declarations.

A failure is turned back into the cell its author filled; a row that fails is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa
from stdnum.cn import uscc

from planeval.ledger.credit_codes import looks_right
from planeval.ledger.tables import Table
from planeval.problems import Problem

_UNIQUE = "同一份报送里编号重复"


@cache
def table_schema(table: Table, identifier: str) -> pa.DataFrameSchema:
    """The schema of a table: closed keys within a filing, dates in order, valid enterprise codes.

    identifier: `uscc` requires an 18-character 统一社会信用代码 with a right check digit (GB 32100-2015).
    """
    columns: dict[str, Any] = {}
    for column in table.columns:
        checks = []
        if column.id == "enterprise_id" and identifier == "uscc":
            checks.append(pa.Check(_right_codes, error="统一社会信用代码不对（18 位，末位是校验码）"))
        columns[column.id] = pa.Column(object, checks=checks, nullable=not column.required, required=True)
    return pa.DataFrameSchema(
        columns,
        checks=[
            pa.Check(_is_first(table.key), error=_UNIQUE),
            *(pa.Check(_not_before(first, last), error=_order_message(table, first, last))
              for first, last in table.ordered),
        ],
    )  # fmt: skip


def _right_codes(codes: pd.Series) -> pd.Series:
    """Which codes python-stdnum finds valid; each distinct code is asked for once, and only if it looks wrong."""
    distinct = codes.unique()
    right = looks_right(distinct)
    right[~right] = [uscc.is_valid(code) for code in distinct[~right]]
    return codes.isin(distinct[right])


def _order_message(table: Table, first: str, last: str) -> str:
    return f"“{table.column(last).heading}”早于“{table.column(first).heading}”"


def _is_first(key: tuple[str, ...]) -> Any:
    """Row-wise: the row is the first of its file with its key."""

    def first(rows: pd.DataFrame) -> pd.Series:
        return ~rows.duplicated(subset=["file", *key], keep="first")

    return first


def _not_before(first: str, last: str) -> Any:
    def in_order(rows: pd.DataFrame) -> pd.Series:
        both = rows[first].notna() & rows[last].notna()
        return ~both | (pd.to_datetime(rows[last]) >= pd.to_datetime(rows[first]))

    return in_order


def check_rows(
    rows: pd.DataFrame, table: Table, identifier: str, letters: dict[tuple[str, str], dict[str, str]]
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Rows that pass, and a Problem for each failure.

    rows: columns of the table plus file, sheet, row, unit_id. letters: (file, sheet) → column id →
    Excel letter. A failing row is left out of the result whole.
    """
    if rows.empty:
        return rows, ()
    try:
        table_schema(table, identifier).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        failures = error.failure_cases.dropna(subset=["index"])
        problems = tuple(_problems(failures, rows, table, letters))
        return rows.drop(index=failures["index"].astype(int).unique()), problems
    return rows, ()


def _problems(
    failures: pd.DataFrame, rows: pd.DataFrame, table: Table, letters: dict[tuple[str, str], dict[str, str]]
) -> Iterator[Problem]:
    known = {column.id for column in table.columns}
    failures = failures.assign(index=failures["index"].astype(int)).drop_duplicates(["index", "check", "column"])
    whole_row = ~failures["column"].isin(known) | failures["schema_context"].eq("DataFrameSchema")
    failures = pd.concat([failures[~whole_row], failures[whole_row].drop_duplicates(["index", "check"])])
    for failure in failures.sort_values("index", kind="stable").to_dict("records"):
        row = rows.loc[failure["index"]]
        column = _blamed({str(key): value for key, value in failure.items()}, table)
        letter = letters.get((row["file"], row["sheet"]), {}).get(column, "")
        message = str(failure["check"])
        already = f"（第 {_first_row(rows, row, table)} 行已有）" if message == _UNIQUE else ""
        yield Problem(
            row["file"], row["sheet"], f"{letter}{row['row']}" if letter else f"第 {row['row']} 行",
            message + already, value=str(row[column]), remedy=_remedy(message, table), rule="schema",
            unit=row["unit_id"],
        )  # fmt: skip


def _first_row(rows: pd.DataFrame, row: pd.Series, table: Table) -> int:
    """Where a repeated item stands first in its file."""
    same = rows["file"].eq(row["file"])
    for key in table.key:
        same &= rows[key].eq(row[key])
    return int(rows.loc[same, "row"].iloc[0])


def _blamed(failure: dict[str, Any], table: Table) -> str:
    """The column to point at: the one named, the later of two dates, or the first key column."""
    for first, last in table.ordered:
        if failure["check"] == _order_message(table, first, last):
            return last
    if failure["schema_context"] == "Column" and failure["column"] in {column.id for column in table.columns}:
        return str(failure["column"])
    return table.key[0]


def _remedy(message: str, table: Table) -> str:
    if message == _UNIQUE:
        return f"同一{'、'.join(table.column(key).heading for key in table.key)}只留一行"
    return "核对日期" if "早于" in message else "核对营业执照上的代码"
