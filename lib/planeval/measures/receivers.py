"""Who takes achievements over (承接单位): by exact name an enterprise of the valley, or not."""

from __future__ import annotations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.rules.names import close_pairs, core_name
from planeval.plan.model import normal

INSIDE, NOT_THEN, UNLISTED = "签约时在谷内", "在企业台账，签约时不在谷内", "不在企业台账"
PAIR_COLUMNS = ("receiver", "contracts", "enterprise")


def receiver_places(ledger: Ledger, contracts: pd.DataFrame) -> pd.DataFrame:
    """The contracts with `receiver_place`: whether their receiver bears the name of an enterprise of the ledger
    (NFKC, no blanks) and whether that one was in the valley on the day of signing: entered and not left.
    """
    firms = ledger.current["enterprises"]
    stays: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    for name, entered, left in zip(firms["name"], firms["entered_on"], firms["left_on"], strict=True):
        stays.setdefault(normal(str(name)), []).append((entered, left))
    places = [
        _place(stays.get(normal(str(receiver))), pd.Timestamp(signed))
        for receiver, signed in zip(contracts["receiver"], contracts["landed_on"], strict=True)
    ]
    return contracts.assign(receiver_place=pd.Series(places, index=contracts.index, dtype=object))


def _place(stays: list[tuple[pd.Timestamp, pd.Timestamp]] | None, day: pd.Timestamp) -> str:
    if stays is None:
        return UNLISTED
    inside = any(entered <= day and not left <= day for entered, left in stays)
    return INSIDE if inside else NOT_THEN


def alike_receivers(ledger: Ledger, contracts: pd.DataFrame, similarity: float | None) -> pd.DataFrame:
    """Receivers under no enterprise's name beside enterprises whose name is close (PAIR_COLUMNS); none is merged.

    Empty when no similarity was decided.
    """
    unlisted = contracts[contracts["receiver_place"].eq(UNLISTED)]["receiver"].map(str).value_counts(sort=False)
    receivers = sorted(unlisted.index)
    firms = sorted({str(name) for name in ledger.current["enterprises"]["name"]})
    if similarity is None or not receivers:
        return pd.DataFrame(columns=list(PAIR_COLUMNS))
    cores = [core_name(name, ()) for name in (*receivers, *firms)]
    rows = [
        {"receiver": receivers[one], "contracts": int(unlisted[receivers[one]]),
         "enterprise": firms[other - len(receivers)]}
        for one, other in sorted(close_pairs(cores, similarity))
        if one < len(receivers) <= other
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
