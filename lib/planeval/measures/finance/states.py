"""Items that change from quarter to quarter (投资, 信贷), as their unit had filed them by the end of a quarter."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables import BY_ID
from planeval.periods import Period


def items_at(ledger: Ledger, table: str, begun: str, state: tuple[str, ...], period: Period) -> pd.DataFrame:
    """One row per item begun by the end of a period: the last row its unit filed for that period or before.

    Columns of the table with their origin, and told_later: only a filing for a later quarter tells of the item, so
    the columns of `state` (what had become of it) are blank; stale: the row was filed for an earlier quarter than
    the period. Rows of a unit that stands lower in filing_duties are left out, as they are from every count.
    """
    key, end = BY_ID[table].key[0], pd.Timestamp(period.end)
    believed = ledger.current[table].set_index(key)["unit_id"]
    rows = ledger.filed[table]
    own = rows[rows["unit_id"].eq(rows[key].map(believed))].sort_values(["period", "received_on"], kind="stable")
    by_then = own["period"].map(lambda when: when <= period).astype(bool)
    then = own[by_then].drop_duplicates(key, keep="last")
    then = then.assign(told_later=False, stale=then["period"].map(lambda when: when < period).astype(bool))
    later = own[~by_then & ~own[key].isin(then[key])].drop_duplicates(key)
    later = later.assign(told_later=True, stale=False)
    for column in state:
        later[column] = pd.Series([pd.NaT if later[column].dtype.kind == "M" else float("nan")] * len(later),
                                  index=later.index, dtype=later[column].dtype)  # fmt: skip
    found = pd.concat([then, later], ignore_index=True) if len(later) else then
    return found[found[begun].le(end)].sort_values([begun, key], kind="stable").reset_index(drop=True)
