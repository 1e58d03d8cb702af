"""The counting rules over ledgers of any size: the arithmetics of `counting`, as SQL that runs in the store.

What counts is what `counting` counts (tests hold the two together); here it is also told apart by columns, such
as the site that filed (unit_id) and the industry. Values are bound; names come from the declarations only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from planeval.ledger.store_tables import ORIGIN_TYPES, Connection, connected, quoted
from planeval.ledger.tables import BY_ID, TABLES
from planeval.measures.counting import INCOMPLETE, UNREPORTED, WAN_PER_UNIT, window_quarters
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan
from planeval.plan.method import Validity

FIRMS = "enterprises"
SITE = "unit_id"
_GROUPS = frozenset(ORIGIN_TYPES) | {column.id for table in TABLES for column in table.columns}
_Reported = frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class WideCount:
    """What a rule counts, by the columns asked for.

    values: those columns and `value` in the target's unit, one row per group that has any (one row without
    columns); NaN for a site that did not report every quarter it needs. A group whose column the ledger does
    not know (the industry of an event) is blank. Where nothing can be said values has no rows, `reason` says
    why (Chinese) and `absence` names the state, as in Count.
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
    reported: _Reported

    def count(
        self, rule: CountingRule, start: date, period: Period, unit: str, by: Sequence[str] = ()
    ) -> WideCount:
        """The value of a counting rule at the end of a period, told apart by columns.

        by: columns of the rule's table, of its enterprises, or of the origin (unit_id, period …). Raises ValueError
        for a column no table declares.
        """
        quarters = () if rule.window == "to_date" else window_quarters(rule.window, period)
        silent = [str(quarter) for quarter in quarters if not self._was_reported(rule, quarter)]
        columns = [*by, "value"]
        if silent:
            reason = f"{'、'.join(silent)} 未报送，不足一个完整的计算期"
            return WideCount(pd.DataFrame(columns=columns), reason, INCOMPLETE)
        sql, values = counting_sql(rule, start, period, unit, by)
        found = self.connection.execute(sql, values).fetchnumpy()
        table = pd.DataFrame({name: found[name] for name in columns})
        ...
'''
