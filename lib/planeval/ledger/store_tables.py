"""How a ledger lies in DuckDB: column types from the declarations, frames and records to tables and back.

Every table has `ordinal`, the place of a row in its frame. Names of tables and columns come from declarations
only; values are bound or scanned, never written into a statement.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import duckdb
import numpy as np
import pandas as pd

from planeval.ledger.tables import BY_ID, Table
from planeval.periods import Period

Array = np.ndarray[Any, Any]
Types = Mapping[str, str]
Connection = duckdb.DuckDBPyConnection

ORDINAL, STANDING = "ordinal", "standing"
TEXT, LIST = "VARCHAR", "VARCHAR[]"
_BY_KIND = {"date": "DATE", "number": "DOUBLE", "count": "DOUBLE"}
ORIGIN_TYPES = {
    "unit_id": TEXT, "period": TEXT, "received_on": "DATE", "file": TEXT, "sheet": TEXT, "row": "INTEGER",
}  # fmt: skip
_BY_FIELD: dict[Any, str] = {str: TEXT, Period: TEXT, int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", date: "DATE"}
_BY_DTYPE = {"f": "DOUBLE", "i": "BIGINT", "b": "BOOLEAN"}
_BETWEEN = "\x1f"  # joins the parts of a list; no ledger text holds a control character
FIRM_ID = "enterprise_id"
FIRM_COLUMNS = ("industry", "chain", "zone", "origin", "entered_on", "left_on")
FIRMS = BY_ID["enterprises"]
ONE_THREAD = {"threads": 1, "async_threads": 0}  # nothing is left running when a notebook's process is forked


class NotStorable(ValueError):
    """A ledger that would not come back from the store as it went in."""


@contextmanager
def connected(path: Path, options: str, config: Mapping[str, Any] = ONE_THREAD) -> Iterator[Connection]:
    """A connection that holds one file and may touch no other; closed, with its threads, on the way out.

    options: of ATTACH, such as READ_ONLY. Raises duckdb.Error for a file that is no store.
    """
    connection = duckdb.connect(config=dict(config))
    try:
        written = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{written}' AS book ({options})")
        connection.execute("USE book")
        connection.execute("SET enable_external_access = false")
        yield connection
        connection.execute("USE memory")
        connection.execute("DETACH book")
    finally:
        connection.close()


def quoted(name: str) -> str:
    """A declared name as an identifier of SQL. Raises ValueError for what no declaration would hold."""
    if not name.isidentifier():
        raise ValueError(f"not a declared name: {name!r}")
    return f'"{name}"'


def filed_name(table: str) -> str:
    """Name of the view of every accepted row of a ledger table; the table of what stands has the plain id."""
    return f"filed_{table}"


def replaced_name(table: str) -> str:
    """Name of the table of rows that do not stand: a later filing, or a unit with the first say, replaced them."""
    return f"replaced_{table}"


def filed_types(table: Table) -> dict[str, str]:
    """Column → SQL type of a ledger table: what is declared, then where each row came from."""
    return {column.id: _BY_KIND.get(column.kind, TEXT) for column in table.columns} | ORIGIN_TYPES


def firm_types(table: Table) -> dict[str, str]:
    """Column → SQL type of what rows with an enterprise carry of it: industry, zone, when it was inside the area.

    It is joined when the ledger is stored, so that counting over any number of rows needs no join.
    """
    of_firm = table.id != FIRMS.id and any(column.id == FIRM_ID for column in table.columns)
    firms = filed_types(FIRMS)
    return {firm_column(column): firms[column] for column in FIRM_COLUMNS} if of_firm else {}


def firm_column(column: str) -> str:
    """The name under which a row carries a column of its enterprise."""
    return f"firm_{column}"


def record_types(kind: Any) -> dict[str, str]:
    """Field → SQL type of a record (Problem, Echo, Filing). Raises NotStorable for a field without one."""
    hints = get_type_hints(kind)
    types = {field.name: _BY_FIELD.get(hints[field.name], "") for field in dataclasses.fields(kind)}
    if "" in types.values():
        raise NotStorable(f"{kind.__name__} has fields of unknown type: {types}")
    return types


def frame_types(frame: pd.DataFrame) -> dict[str, str]:
    """Column → SQL type of a frame nobody declared, by what its cells hold."""
    types = {}
    for column in frame.columns:
        holds_lists = any(isinstance(cell, tuple) for cell in frame[column])
        types[str(column)] = LIST if holds_lists else _BY_DTYPE.get(frame[column].dtype.kind, TEXT)
    return types


def create(connection: Connection, name: str, types: Types) -> None:
    """An empty table of these columns behind `ordinal`."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in {ORDINAL: "BIGINT", **types}.items())
    connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")


def create_rows(connection: Connection, table: Table) -> None:
    """The empty tables of a ledger table: what stands, what was replaced, and the view of both."""
    types = filed_types(table)
    create(connection, table.id, {**types, **firm_types(table), STANDING: "BIGINT"})
    create(connection, replaced_name(table.id), types)
    columns = ", ".join(map(quoted, [ORDINAL, *types]))
    connection.execute(
        f"CREATE VIEW {quoted(filed_name(table.id))} AS "
        f"SELECT {columns}, {STANDING} FROM {quoted(table.id)} UNION ALL "
        f"SELECT {columns}, NULL FROM {quoted(replaced_name(table.id))}"
    )


def insert_rows(connection: Connection, table: Table, select: str, values: Mapping[str, Any]) -> None:
    """Fill the table of what stands, each row with its enterprise. The enterprises themselves come first.

    select: a statement for ordinal, the columns of filed_types and standing; values: bound in it by name.
    """
    carried = "".join(f", firm.{quoted(column)}" for column in FIRM_COLUMNS) if firm_types(table) else ""
    join = f" LEFT JOIN {FIRMS.id} firm ON firm.{FIRM_ID} = each.{FIRM_ID}" if carried else ""
    own = ", ".join(f"each.{quoted(column)}" for column in [ORDINAL, *filed_types(table)])
    connection.execute(
        f"INSERT INTO {quoted(table.id)} SELECT {own}{carried}, each.{STANDING} FROM ({select}) AS each{join}", values
    )


@contextmanager
def scanned(connection: Connection, frame: pd.DataFrame, types: Types) -> Iterator[str]:
    """A statement that selects `ordinal` and the columns of a frame as they are to be stored.

    The frame's columns are those of `types`, in that order; its index is the ordinal. Raises NotStorable for
    columns or cells that the types do not allow.
    """
    if list(frame.columns) != list(types):
        raise NotStorable(f"columns {list(frame.columns)}, declared {list(types)}")
    plain = {ORDINAL: frame.index.to_numpy()} | {name: _plain(frame[name], kind) for name, kind in types.items()}
    cells = [
        f"string_split({quoted(column)}, chr({ord(_BETWEEN)}))" if kind == LIST else f"{quoted(column)}::{kind}"
        for column, kind in types.items()
    ]
    named = ", ".join(f"{cell} AS {quoted(column)}" for cell, column in zip(cells, types, strict=True))
    connection.register("incoming", pd.DataFrame(plain))
    yield f"SELECT {ORDINAL}, {named} FROM incoming"
    connection.unregister("incoming")


def fill(connection: Connection, name: str, frame: pd.DataFrame, types: Types) -> None:
    """Write a frame into its empty table. Raises NotStorable as `scanned`."""
    with scanned(connection, frame, types) as select:
        if len(frame):
            connection.execute(f"INSERT INTO {quoted(name)} {select}")


def _plain(cells: pd.Series, kind: str) -> Array | list[str | None]:
    """Cells as DuckDB takes them: text as text (blank is NULL), everything else as pandas has it."""
    if kind == "DATE":
        return pd.to_datetime(cells).to_numpy()
    if kind not in (TEXT, LIST):
        return cells.infer_objects().to_numpy()
    known = [None if cell is None or cell != cell else cell for cell in cells]
    held = {type(cell) for cell in known} - {type(None)}
    if not held <= ({tuple} if kind == LIST else {str, Period}):
        raise NotStorable(f"{cells.name}: {sorted(each.__name__ for each in held)} where text was declared")
    join = _BETWEEN.join if kind == LIST else str
    return [None if cell is None else join(cell) for cell in known]


def write_records(connection: Connection, name: str, records: Iterable[Any], types: Types) -> None:
    """Create a table and fill it with records (dataclasses with these fields, or plain tuples), one row each."""
    rows = [
        tuple(getattr(record, field) for field in types) if dataclasses.is_dataclass(record) else record
        for record in records
    ]
    create(connection, name, types)
    fill(connection, name, pd.DataFrame(rows, columns=list(types), dtype=object), types)


def fetch(connection: Connection, name: str, types: Types) -> dict[str, Array]:
    """The columns of a table in the order of its rows: text and lists as objects (NULL is None), dates by the
    day, DOUBLE with NaN for NULL.
    """
    listed = ", ".join(map(quoted, types))
    found = connection.execute(f"SELECT {listed} FROM {quoted(name)} ORDER BY {ORDINAL}").fetchnumpy()
    return {column: _restored(found[column], kind) for column, kind in types.items()}


def _restored(found: Any, kind: str) -> Array:
    cells, missing = np.ma.getdata(found), np.ma.getmaskarray(found)
    if kind == LIST:
        return _objects(tuple(map(str, cell)) for cell in cells)
    restored: Array = cells.astype({TEXT: "object", "DATE": "datetime64[D]", "DOUBLE": "float64"}.get(kind, "int64"))
    restored[missing] = {TEXT: None, "DATE": np.datetime64("NaT"), "DOUBLE": np.nan}.get(kind, -1)
    return restored


def _objects(cells: Iterable[Any]) -> Array:
    """An array of objects, one per cell, even when the cells are sequences."""
    return np.fromiter(cells, dtype=object)


def fetch_records(connection: Connection, name: str, kind: Any, types: Types) -> tuple[Any, ...]:
    """The records of a table, made by `kind` (a dataclass, or tuple) from its fields in order."""
    listed = ", ".join(map(quoted, types))
    rows = connection.execute(f"SELECT {listed} FROM {quoted(name)} ORDER BY {ORDINAL}").fetchall()
    hints = get_type_hints(kind) if dataclasses.is_dataclass(kind) else {}
    quarters = [position for position, field in enumerate(types) if hints.get(field) is Period]
    records = []
    for row in rows:
        cells = list(row)
        for position in quarters:
            cells[position] = Period.parse(cells[position])
        records.append(kind(*cells) if hints else tuple(cells))
    return tuple(records)


def origin_objects(column: str, cells: Array) -> Array:
    """A column as the ledger holds it: origin as Period, date and int objects, text as it is."""
    if column == "period":
        parsed = {text: Period.parse(text) for text in set(cells)}
        return _objects(parsed[text] for text in cells)
    return cells.astype(object)
