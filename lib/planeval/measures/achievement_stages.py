"""Where each achievement stood at the end of a quarter, from the filings of the quarters up to then.

A ledger row says the stage reached by the end of its quarter and carries one date: of signing, or of registration
while nothing is signed. So the day of signing is known, payment and production only to the quarter.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.innovation import ACHIEVEMENTS
from planeval.periods import Period

STAGES = REGISTERED, SIGNED, PAID, PRODUCING = ACHIEVEMENTS.column("stage").choices
RANK = {stage: place for place, stage in enumerate(STAGES)}
COLUMNS = (
    "achievement_id", "name", "provider", "receiver", "industry", "stage", "landed_on", "contract_amount",
    "received_amount", "told_later", "unit_id", "period", "file", "sheet", "row",
)  # fmt: skip


def filed_states(ledger: Ledger) -> pd.DataFrame:
    """Every accepted row of the unit that is believed for its item, in the order of the quarters it was filed for.

    Columns of the achievements table with their origin. Rows of a unit that stands lower in filing_duties are
    left out, as they are from every count.
    """
    believed = ledger.current["achievements"].set_index("achievement_id")["unit_id"]
    rows = ledger.filed["achievements"]
    own = rows[rows["unit_id"].eq(rows["achievement_id"].map(believed))]
    return own.sort_values(["period", "received_on"], kind="stable").reset_index(drop=True)


def achievements_at(ledger: Ledger, period: Period) -> pd.DataFrame:
    """One row per achievement registered or signed by the end of a period (COLUMNS; amounts in 万元).

    Whether and when it was signed is taken from the last row known; the stage beyond, and what was received, from
    the last row filed for the period or before. An item that only a later filing tells of counts as signed
    (`told_later`): what had been paid by then is not known, so received_amount is blank.
    """
    rows, end = filed_states(ledger), pd.Timestamp(period.end)
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    last = rows.drop_duplicates("achievement_id", keep="last").set_index("achievement_id", drop=False)
    by_then = rows[rows["period"].map(lambda when: when <= period).astype(bool) & rows["landed_on"].le(end)]
    then = by_then.drop_duplicates("achievement_id", keep="last").set_index("achievement_id", drop=False)
    first = rows[rows["landed_on"].le(end)].drop_duplicates("achievement_id").set_index("achievement_id", drop=False)
    signed = last.index[last["stage"].ne(REGISTERED) & last["landed_on"].le(end)]
    kept = []
    for item in last.index:
        known = item in then.index
        if item in signed:
            on_record = known and bool(then.at[item, "stage"] != REGISTERED)
            source = then.loc[item] if on_record else last.loc[item]
            kept.append({**source, **_signed(source, on_record, last.loc[item])})
        elif known or item in first.index:
            kept.append({**(then if known else first).loc[item], "stage": REGISTERED, "told_later": not known})
    found = pd.DataFrame(kept, columns=list(COLUMNS))
    return found.sort_values("achievement_id", kind="stable").reset_index(drop=True)


def with_stages_at(ledger: Ledger, period: Period) -> Ledger:
    """The ledger with every achievement at the stage and day it had reached by a period, and without those to come.

    Other cells stay as last known; see achievements_at.
    """
    rows, at = ledger.current["achievements"], achievements_at(ledger, period).set_index("achievement_id")
    rows = rows[rows["achievement_id"].isin(at.index)].reset_index(drop=True)
    told = at.loc[rows["achievement_id"]].reset_index(drop=True)
    rows = rows.assign(stage=told["stage"], landed_on=pd.to_datetime(told["landed_on"]))
    return replace(ledger, current={**ledger.current, "achievements": rows})


def _signed(source: pd.Series, on_record: bool, last: pd.Series) -> dict[str, object]:
    """What overrides a signed item's row: its day of signing, and nothing beyond signing that was told later."""
    if on_record:
        return {"landed_on": last["landed_on"], "told_later": False}
    return {"stage": SIGNED, "received_amount": float("nan"), "told_later": True}


def at_least(items: pd.DataFrame, stage: str) -> pd.DataFrame:
    """The items that reached a stage or went beyond it."""
    return items[items["stage"].map(RANK).ge(RANK[stage])]
