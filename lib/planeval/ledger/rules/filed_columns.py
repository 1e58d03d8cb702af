"""Columns of a frame of filed rows in the types the rules work with; a column the frame lacks is blank throughout."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planeval.ledger.rules.values import Floats
from planeval.ledger.tables import Column
from planeval.periods import Period

SECOND = "datetime64[s]"
_LARGEST = 1e15  # the parser of cells lets nothing larger through
Objects = npt.NDArray[Any]


def typed(filed: pd.DataFrame, column: Column) -> Objects:
    """A column of a table in the type of its kind."""
    if column.kind == "date":
        return days(filed, column.id)
    return floats(filed, column.id) if column.kind in ("number", "count") else text(filed, column.id)


def objects(filed: pd.DataFrame, name: str) -> Objects:
    """A column as objects, None where blank or missing."""
    if name not in filed:
        return np.full(len(filed), None, dtype=object)
    data = filed[name].to_numpy(dtype=object).copy()
    data[filed[name].isna().to_numpy()] = None
    return data


def text(filed: pd.DataFrame, name: str) -> Objects:
    """A column as str, None where blank or missing."""
    data = objects(filed, name)
    if pd.api.types.infer_dtype(data, skipna=True) not in ("string", "empty"):
        data[:] = [None if value is None else str(value) for value in data]
    if not all(map(str.strip, data[data != np.array(None)])):
        data[[value is not None and not value.strip() for value in data]] = None
    return data


def floats(filed: pd.DataFrame, name: str) -> Floats:
    """A column as numbers, NaN where blank, missing, unreadable or larger than the parser lets through."""
    if name not in filed:
        return np.full(len(filed), np.nan)
    data = pd.to_numeric(filed[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(data) < _LARGEST, data, np.nan)


def days(filed: pd.DataFrame, name: str) -> Objects:
    """A column as datetime64[s], NaT where blank or missing."""
    if name not in filed:
        return np.full(len(filed), np.datetime64("NaT", "s"))
    found = filed[name] if filed[name].dtype.kind == "M" else pd.to_datetime(filed[name], errors="coerce")
    return found.to_numpy(dtype=SECOND)


def quarter_numbers(data: Objects) -> Floats:
    """Quarters (Period or `2026Q3`) as counted from year 0, so that neighbours differ by 1."""
    known = {place: _quarter_number(value) for place, value in {id(value): value for value in data}.items()}
    return np.array([known[id(value)] for value in data], dtype=np.float64)


def _quarter_number(value: object) -> float:
    try:
        period = value if isinstance(value, Period) else Period.parse(str(value))
    except ValueError:
        return np.nan
    return float(period.year * 4 + period.quarter - 1)
