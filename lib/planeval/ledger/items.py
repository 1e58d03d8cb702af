"""One row per item: the ledger as it stands when every unit has said what it had to say."""

from __future__ import annotations

import pandas as pd

from planeval.ledger.tables import Table

DUPLICATE_COLUMNS = ("table", "item", "units", "counted")


def one_row_per_item(rows: pd.DataFrame, table: Table, authority: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The standing row of each item, and the items more than one unit filed (table, item, units, counted).

    rows: accepted rows in the order of the register, with unit_id, period, received_on, file and row.
    Within a unit the last filing wins (a later filing carries an item forward or ends it); between units,
    the order of `authority`, then whoever's row comes first.
    """
    nothing = pd.DataFrame(columns=list(DUPLICATE_COLUMNS))
    if rows.empty:
        return rows, nothing
    item = rows[table.key[0]].astype(str)
    for column in table.key[1:]:
        item = item + " / " + rows[column].astype(str)
    last = rows.assign(item=item).drop_duplicates(["item", "unit_id"], keep="last")
    rank = {unit: position for position, unit in enumerate(authority)}
    ordered = last.assign(rank=last["unit_id"].map(lambda unit: rank.get(unit, len(rank))))
    ordered = ordered.sort_values("rank", kind="stable")
    repeated = ordered[ordered.duplicated("item", keep=False)]
    standing = ordered.drop_duplicates("item", keep="first").drop(columns=["item", "rank"])
    standing = standing.sort_values(["period", "received_on", "file", "row"]).reset_index(drop=True)
    if repeated.empty:
        return standing, nothing
    listed = repeated.groupby("item", sort=False)["unit_id"].agg(tuple).reset_index()
    duplicates = pd.DataFrame({
        "table": table.id,
        "item": listed["item"],
        "units": listed["unit_id"],
        "counted": listed["unit_id"].map(lambda units: units[0]),
    })  # fmt: skip
    return standing, duplicates
