"""Filed rows made ready for checking: typed columns, one order in time, and one word per unit and item."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planeval.ledger.rules.filed_columns import SECOND, Objects, days, floats, objects, quarter_numbers, text, typed
from planeval.ledger.rules.values import (
    KIND_OF_COLUMN,
    Distinct,
    Floats,
    Truths,
    Values,
    constant,
    normal_texts,
    numbers,
    texts,
)
from planeval.ledger.tables import Table
from planeval.periods import Period

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """One table's filed rows in the order in which they were said: by the period they were filed for, then receipt.

    frame: the table's columns (dates as datetime64[s], numbers as float, others str or None), unit_id, file, sheet
    (str), row, received_on (datetime64[s]), `filed_for` and, where the table has it, `of_quarter` (quarters counted
    from year 0, NaN where unreadable), `item` (the normal form of the key, None where its first part is blank).
    labels: the index each row had in the frame that was handed in. forms, codes: columns already in normal form, and
    already told apart.
    """

    table: Table
    frame: pd.DataFrame
    labels: tuple[Hashable, ...]
    forms: dict[str, Objects] = field(default_factory=dict, compare=False, repr=False)
    codes: dict[str, Distinct] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.labels)

    def objects(self, column: str) -> Objects:
        """A column as an array; text is str or None."""
        return self.frame[column].to_numpy(dtype=object)

    def floats(self, column: str) -> Floats:
        """A number column."""
        return self.frame[column].to_numpy(dtype=np.float64)

    def days(self, column: str) -> Floats:
        """A date column as days since 1970, NaN where blank."""
        stamps = self.frame[column].to_numpy(dtype=SECOND).astype("datetime64[D]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype("int64"))

    def period_starts(self) -> Floats:
        """The first day of the quarter each row was filed for, as days since 1970."""
        return self._of_period(lambda period: day_number(period.start)).astype(np.float64)

    def period_ends(self) -> Floats:
        """The last day of the quarter each row was filed for, as days since 1970."""
        return self._of_period(lambda period: day_number(period.end)).astype(np.float64)

    def period_names(self) -> Objects:
        """The quarter each row was filed for, as text."""
        return self._of_period(str)

    def _of_period(self, said: Callable[[Period], object]) -> Objects:
        filed_for = self.frame["filed_for"].to_numpy(dtype=np.float64)
        known = {number: said(period_of(number)) for number in np.unique(filed_for[~np.isnan(filed_for)])}
        return np.array([known.get(number) for number in filed_for], dtype=object)

    def normal(self, column: str) -> Objects:
        """A text column in the form in which names are compared, None where blank. Not to be written into."""
        if column not in self.forms:
            self.forms[column] = _normal(self.distinct(column))
        return self.forms[column]

    def distinct(self, column: str) -> Distinct:
        """A text column's distinct texts and which of them each row holds, -1 where blank. Not to be written into."""
        if column not in self.codes:
            self.codes[column] = pd.factorize(self.objects(column))
        return self.codes[column]

    def is_date(self, column: str) -> bool:
        """Whether a column holds days."""
        return self.frame[column].dtype.kind == "M"

    def comparable(self, column: str) -> Objects:
        """A column of any kind in a form in which equal values are equal, None where blank."""
        kind = self.frame[column].dtype.kind
        if kind not in "Mf":
            return self.normal(column)
        data = self.days(column) if kind == "M" else np.round(self.floats(column), 6)
        return np.where(np.isnan(data), np.array(None), data.astype(object))

    def where(self, wanted: Mapping[str, tuple[str, ...]]) -> Truths:
        """Rows whose columns hold one of the values listed."""
        chosen = np.ones(len(self), dtype=bool)
        for column, values in wanted.items():
            chosen &= np.isin(self.objects(column).astype(str), values)
        return chosen

    @cached_property
    def items(self) -> Objects:
        """Each row's item."""
        return self.frame["item"].to_numpy(dtype=object)

    @cached_property
    def units(self) -> Objects:
        """Who filed each row."""
        return self.objects("unit_id")

    @cached_property
    def last_words(self) -> Positions:
        """Positions of the last row of each unit on each item; rows without an item have none."""
        keyed = pd.DataFrame({"item": self.items, "unit": self.units})
        kept = ~keyed.duplicated(keep="last") & keyed["item"].notna()
        return np.flatnonzero(kept.to_numpy())

    @cached_property
    def previous(self) -> Positions:
        """For each row the position of the same unit's row on the same item just before it, -1 where there is none."""
        order = pd.DataFrame({"item": self.items, "unit": self.units, "at": np.arange(len(self))})
        before = order.groupby(["item", "unit"], sort=False, dropna=True)["at"].shift(1)
        return before.reindex(order.index).fillna(-1).to_numpy(dtype=np.int64)

    def period_name(self, at: int) -> str:
        """The quarter a row was filed for, as text."""
        number = float(self.frame["filed_for"].to_numpy(dtype=np.float64)[at])
        return "" if np.isnan(number) else str(period_of(number))

    def standing(self, rank: Callable[[object], int]) -> Positions:
        """Positions of the row that counts for each item: the last word of the unit of the lowest rank."""
        last = self.last_words
        codes, units = pd.factorize(self.units[last], use_na_sentinel=False)
        ranks = np.array([rank(unit) for unit in units], dtype=np.int64)[codes]
        order = np.lexsort((last, ranks))
        kept = ~pd.Series(self.items[last[order]]).duplicated()
        return np.sort(last[order][kept.to_numpy()])

    def item_name(self, position: int) -> str:
        """The key of a row as its author wrote it."""
        parts = (self.frame[column].iat[position] for column in self.table.key)
        return " / ".join(str(part) for part in parts if part is not None)


Frames = Mapping[str, Rows]


def normal_forms(data: Objects) -> Objects:
    """Texts in the form in which names are compared; each distinct text is worked out once."""
    return _normal(pd.factorize(data))


def _normal(texts_of: Distinct) -> Objects:
    codes, distinct = texts_of
    forms = np.empty(len(distinct) + 1, dtype=object)
    forms[: len(distinct)] = [form or None for form in normal_texts([str(text) for text in distinct])]
    return forms[codes]


def ready_rows(filed: pd.DataFrame, table: Table) -> Rows:
    """One table's rows made ready; a column the frame lacks is blank throughout."""
    return _ready(filed, table) if len(filed) else _no_rows(table)


@cache
def _no_rows(table: Table) -> Rows:
    return _ready(pd.DataFrame(), table)


def _ready(filed: pd.DataFrame, table: Table) -> Rows:
    columns: dict[str, Any] = {column.id: typed(filed, column) for column in table.columns}
    columns |= {name: text(filed, name) for name in ("unit_id", "file", "sheet")}
    columns["row"] = np.nan_to_num(floats(filed, "row")).astype(np.int64)
    columns["received_on"] = days(filed, "received_on")
    columns["filed_for"] = quarter_numbers(objects(filed, "period"))
    if "quarter" in columns:
        columns["of_quarter"] = quarter_numbers(columns["quarter"])
    columns["item"] = _items(columns, table)
    received = columns["received_on"].astype("int64")
    order = np.lexsort((np.arange(len(filed)), received, np.nan_to_num(columns["filed_for"])))
    texts_as_objects = {
        name: pd.Series(data[order], dtype=object if data.dtype == object else None) for name, data in columns.items()
    }
    labels = list(filed.index)
    return Rows(table, pd.DataFrame(texts_as_objects), tuple(labels[position] for position in order))


def narrowed(rows: Rows, kept: Truths) -> Rows:
    """The same rows without those that are not kept."""
    if kept.all():
        return rows
    labels = tuple(label for label, keep in zip(rows.labels, kept, strict=True) if keep)
    return Rows(rows.table, rows.frame[kept].reset_index(drop=True), labels)


def period_of(number: float) -> Period:
    """The quarter counted so from year 0."""
    return Period(int(number) // 4, int(number) % 4 + 1)


def _items(columns: Mapping[str, Objects], table: Table) -> Objects:
    parts = [normal_forms(columns[column]) for column in table.key]
    if len(parts) == 1:
        return parts[0]
    return np.array(
        [None if key[0] is None else " / ".join([part or "" for part in key]) for key in zip(*parts, strict=True)],
        dtype=object,
    )


def named_values(rows: Rows, constants: Mapping[str, Values]) -> Callable[[str], Values]:
    """What a name in an expression stands for over some rows: a column, a fact of the filing, or a constant."""
    everywhere = np.ones(len(rows), dtype=bool)
    facts: dict[str, Callable[[], Values]] = {
        "period": lambda: texts(rows.period_names(), everywhere, "quarter"),
        "period_start": lambda: numbers(rows.period_starts(), everywhere, "day"),
        "period_end": lambda: numbers(rows.period_ends(), everywhere, "day"),
        "received_on": lambda: numbers(rows.days("received_on"), everywhere, "day"),
        "unit_id": lambda: texts(rows.units, everywhere),
    }

    def value(name: str) -> Values:
        if name in constants:
            return constants[name]
        if name in facts:
            return facts[name]()
        kind = KIND_OF_COLUMN.get(rows.table.column(name).kind, "text")
        if kind == "day":
            return numbers(rows.days(name), everywhere, kind)
        if kind == "number":
            return numbers(rows.floats(name), everywhere)
        return texts(rows.objects(name), everywhere, kind, partial(rows.distinct, name))

    return value


def day_number(day: date) -> float:
    """A day as days since 1970."""
    return float((day - date(1970, 1, 1)).days)


def day_constant(day: date) -> Values:
    """A day that is the same in every row."""
    return constant("day", day_number(day))
