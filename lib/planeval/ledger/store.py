"""The validated ledger in one DuckDB file, named by the hash of all it was read from.

It is a copy that may be deleted on any day. What it holds counts only while its name, its own record of that
name and the checksum of every table agree; else the filings are read again.

Tables: `<table>` (one row per item as it stands; columns typed as declared, with their origin; rows of an
enterprise also carry its industry, zone …), `replaced_<table>` (accepted rows that do not stand), the view
`filed_<table>` (both), `duplicates`, `reported`, `received`, `filings`, `problems`, `echoes`, and `about` (key,
checksums, what fits no table).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_type_hints

import duckdb
import numpy as np
import pandas as pd

from planeval.ledger import store_tables as tables
from planeval.ledger.book import Ledger
from planeval.ledger.reading_child import PASSING
from planeval.ledger.store_key import store_key
from planeval.ledger.store_tables import (
    STANDING,
    Array,
    Connection,
    NotStorable,
    filed_name,
    filed_types,
    quoted,
    replaced_name,
)
from planeval.ledger.tables import TABLES, Table
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.workspace import Workspace

KEPT_BYTES = 500_000_000  # the newest stores of a plan stay until they fill this; a review opens several
_LOG = logging.getLogger(__name__)
_HINTS = get_type_hints(Ledger)
_RECORDS = {name: get_args(hint)[0] for name, hint in _HINTS.items() if get_args(hint)[1:] == (Ellipsis,)}
_FRAMES = tuple(name for name, hint in _HINTS.items() if hint is pd.DataFrame)
_REPORTED = {"period": tables.TEXT, "unit": tables.TEXT, "table": tables.TEXT}
_OTHERS = {"as_known_on", "filed", "current", "reported", "duties"}
_ADDRESS = list(tables.ORIGIN_TYPES)
_BLOCK_BYTES = 16_384  # a ledger is many small tables
_FAULTS = (duckdb.Error, OSError, ValueError, KeyError, TypeError, IndexError, RuntimeError)


class StoreFault(Exception):
    """A store that cannot be believed: it is not there, does not open, or is not what it says it is."""


def store_path(workspace: Workspace, plan: Plan, key: str) -> Path:
    """Where the store of a key lies."""
    return workspace.output / "ledger" / f"{plan.id}-{key}.duckdb"


def cached_ledger(
    workspace: Workspace, plan: Plan, method: Method, period: Period, as_known_on: date | None,
    read: Callable[[Workspace, Plan, Method, Period, date | None], Ledger],
) -> Ledger:  # fmt: skip
    """The ledger from its store when there is a sound one, else from `read`, and then stored.

    A store that cannot be written (disk full, folder closed) costs the time of the next reading, nothing else.
    Nothing is stored when a filing changed while it was read, or was refused for a reason that may pass. Raises
    InputError for the register itself.
    """
    key = store_key(workspace, plan, method, period, as_known_on)
    path = store_path(workspace, plan, key)
    try:
        stored = load(path, key)
        with contextlib.suppress(OSError):
            os.utime(path)  # in use: the last to be pruned
        return stored
    except StoreFault as fault:
        _LOG.info("%s: %s", path.name, fault)
    ledger = without_nan(read(workspace, plan, method, period, as_known_on))
    try:
        passing = any(problem.rule in PASSING for problem in ledger.problems)
        if not passing and store_key(workspace, plan, method, period, as_known_on) == key:
            save(ledger, path, key)
            _prune(path.parent, plan.id)
    except _FAULTS as error:
        _LOG.info("%s is not stored: %s", path.name, error)
    return ledger


def without_nan(ledger: Ledger) -> Ledger:
    """The same ledger with every blank text cell None, also where a form lacked the whole column (NaN)."""

    def blank_is_none(frame: pd.DataFrame) -> pd.DataFrame:
        texts = [column for column in frame.columns if frame[column].dtype == object]
        return frame.assign(**{column: frame[column].where(frame[column].notna(), None) for column in texts})

    def each(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        return {table: blank_is_none(frame) for table, frame in frames.items()}

    return dataclasses.replace(ledger, filed=each(ledger.filed), current=each(ledger.current))


def _prune(folder: Path, plan: str) -> None:
    """Delete a plan's stores that were used longest ago, and what a process that was killed left behind."""
    used = {path: path.stat() for path in folder.glob(f"{plan}-{'[0-9a-f]' * 64}.duckdb")}
    room = KEPT_BYTES
    for number, path in enumerate(sorted(used, key=lambda path: used[path].st_mtime, reverse=True)):
        room -= used[path].st_size
        if room < 0 and number > 0:
            path.unlink(missing_ok=True)
    yesterday = max(stat.st_mtime for stat in used.values()) - 86_400
    for path in folder.glob(f".{plan}-*.tmp*"):
        if path.stat().st_mtime < yesterday:
            path.unlink(missing_ok=True)


def save(ledger: Ledger, path: Path, key: str) -> None:
    """Write a ledger under a temporary name beside `path`, then put it there in one step.

    Raises NotStorable for a ledger that would come back changed, duckdb.Error or OSError when it cannot be written.
    """
    if set(_HINTS) != {*_RECORDS, *_FRAMES, *_OTHERS}:
        raise NotStorable(f"the ledger has fields the store does not know: {sorted(_HINTS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with tables.connected(temporary, f"BLOCK_SIZE {_BLOCK_BYTES}") as connection:
            _write(connection, ledger, key)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        for leftover in (temporary, temporary.with_name(f"{temporary.name}.wal")):
            leftover.unlink(missing_ok=True)


def _write(connection: Connection, ledger: Ledger, key: str) -> None:
    connection.execute("BEGIN")
    dtypes = {
        table.id: _write_rows(connection, table, ledger.filed[table.id], ledger.current[table.id]) for table in TABLES
    }
    frames = {name: tables.frame_types(getattr(ledger, name)) for name in _FRAMES}
    for name, types in frames.items():
        tables.create(connection, name, types)
        tables.fill(connection, name, getattr(ledger, name), types)
    for name, kind in _RECORDS.items():
        tables.write_records(connection, name, getattr(ledger, name), tables.record_types(kind))
    tables.write_records(connection, "reported", sorted(ledger.reported), _REPORTED)
    connection.execute("COMMIT")
    about = {
        "key": key,
        "as_known_on": ledger.as_known_on.isoformat() if ledger.as_known_on else None,
        "duties": ledger.duties,
        "dtypes": dtypes,
        "frames": frames,
        "checksums": checksums(connection),
    }
    said = json.dumps(about, ensure_ascii=False)
    connection.execute("CREATE TABLE about (said VARCHAR, sha256 VARCHAR)")
    connection.execute("INSERT INTO about VALUES (?, ?)", [said, _sha256(said)])


def _write_rows(connection: Connection, table: Table, filed: pd.DataFrame, current: pd.DataFrame) -> dict[str, str]:
    """Write a table's rows and which of them stand; the dtypes of its dates, which pandas chooses."""
    places = pd.Series(np.arange(len(filed)), index=pd.MultiIndex.from_frame(filed[_ADDRESS]))
    standing = places.reindex(pd.MultiIndex.from_frame(current[_ADDRESS])).fillna(-1).to_numpy(dtype=np.int64)
    if (standing < 0).any() or not filed.take(standing).reset_index(drop=True).equals(current):
        raise NotStorable(f"{table.id}: the current rows are not rows that were filed")
    order = np.full(len(filed), -1)
    order[standing] = np.arange(len(current))
    types = filed_types(table)
    tables.create_rows(connection, table)
    tables.fill(connection, replaced_name(table.id), filed[order < 0], types)
    marked = filed.assign(**{STANDING: order})[order >= 0]
    with tables.scanned(connection, marked, {**types, STANDING: "BIGINT"}) as select:
        if len(marked):
            tables.insert_rows(connection, table, select, {})
    return {column: str(filed[column].dtype) for column in types if filed[column].dtype.kind == "M"}


def checksums(connection: Connection) -> dict[str, list[Any]]:
    """Name of every table and view but `about` → how it was made and, for a table, rows and their MD5 (XOR)."""
    made = dict(connection.execute(
        "SELECT table_name, sql FROM duckdb_tables() WHERE database_name = 'book' AND table_name <> 'about'"
    ).fetchall())  # fmt: skip
    views = connection.execute(
        "SELECT view_name, sql FROM duckdb_views() WHERE database_name = 'book' AND NOT internal"
    ).fetchall()
    each = [
        f"SELECT '{name}', count(*), bit_xor(md5_number(t::VARCHAR))::VARCHAR FROM {quoted(name)} t" for name in made
    ]
    rows = connection.execute(" UNION ALL ".join(each)).fetchall() if each else []
    return {name: [sql] for name, sql in views} | {name: [made[name], count, digest] for name, count, digest in rows}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load(path: Path, key: str) -> Ledger:
    """The ledger of a store, exactly as it was saved. Raises StoreFault when it cannot be believed."""
    if not path.is_file():
        raise StoreFault("there is no store yet")
    try:
        with tables.connected(path, "READ_ONLY") as connection:
            return _read(connection, key)
    except _FAULTS as error:
        raise StoreFault(f"{type(error).__name__}: {error}") from error


def _read(connection: Connection, key: str) -> Ledger:
    said, digest = connection.execute("SELECT said, sha256 FROM about").fetchall()[0]
    about = json.loads(said)
    if _sha256(said) != digest or about["key"] != key:
        raise StoreFault("it was made from something else")
    sums = checksums(connection)
    if sums != about["checksums"]:
        raise StoreFault("its content is not what was stored")
    filed, current = {}, {}
    for table in TABLES:
        filed[table.id], current[table.id] = _read_rows(
            connection, table, about["dtypes"][table.id], sums[table.id][1] + sums[replaced_name(table.id)][1]
        )
    others: dict[str, Any] = {
        name: _frame(tables.fetch(connection, name, types)) for name, types in about["frames"].items()
    }
    for name, kind in _RECORDS.items():
        others[name] = tables.fetch_records(connection, name, kind, tables.record_types(kind))
    reported = tables.fetch_records(connection, "reported", tuple, _REPORTED)
    return Ledger(
        as_known_on=date.fromisoformat(about["as_known_on"]) if about["as_known_on"] else None,
        filed=filed, current=current,
        reported=frozenset((Period.parse(when), who, what) for when, who, what in reported),
        duties={table: tuple(units) for table, units in about["duties"].items()}, **others,
    )  # fmt: skip


def _read_rows(
    connection: Connection, table: Table, dtypes: dict[str, str], rows: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every row of a table, and those that stand, in their order."""
    types = filed_types(table)
    if rows == 0:
        empty = {column: np.empty(0, dtypes.get(column, "f8" if kind == "DOUBLE" else "O"))
                 for column, kind in types.items()}  # fmt: skip
        nothing = _frame(empty)
        return nothing, nothing.copy()
    found = tables.fetch(connection, filed_name(table.id), {**types, STANDING: "BIGINT"})
    standing = found.pop(STANDING)
    for column, kind in types.items():
        if column in dtypes:
            found[column] = found[column].astype(dtypes[column])
        elif kind != "DOUBLE":
            found[column] = tables.origin_objects(column, found[column])
    filed = _frame(found)
    order = np.argsort(standing, kind="stable")[int((standing < 0).sum()) :]
    return filed, filed.take(order).reset_index(drop=True)


def _frame(columns: dict[str, Array]) -> pd.DataFrame:
    """A frame whose columns keep the types they have: pandas would make its own text of objects."""
    index = pd.RangeIndex(len(next(iter(columns.values()))))
    series = {name: pd.Series(cells, index, cells.dtype) for name, cells in columns.items()}
    return pd.DataFrame(series, index, copy=False)
