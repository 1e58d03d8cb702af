"""Innovation platforms (平台): what stands at the end of a period, older than the plan or new, each counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import combinations

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.rules.names import close_pairs, core_name
from planeval.ledger.tables.innovation import PLATFORMS
from planeval.measures.counting import residents
from planeval.periods import Period
from planeval.plan.model import normal

STANDING, REVOKED = "在册", "撤销"
INSIDE, LEFT, UNLISTED = "谷内企业", "企业台账中，期末不在谷内", "不在企业台账"
PLATFORM_COLUMNS = (
    "platform_id", "name", "kind", "level", "issuer", "document_number", "host", "host_place", "recognised_on",
    "revoked_on", "standing", "existing", "unit_id", "also_filed_by",
)  # fmt: skip
PAIR_COLUMNS = ("one", "other", "one_name", "other_name", "reason")


def measure_platforms(ledger: Ledger, start: date, period: Period) -> pd.DataFrame:
    """Platforms recognised by the end of a period, one row each (PLATFORM_COLUMNS).

    standing: 在册 or 撤销 on the last day. existing: recognised before the plan's start. host_place: whether the
    host bears, to the letter, the name of an enterprise of the ledger, and whether that one is in the valley.
    also_filed_by: units that filed the same platform number and whose row is not used.
    """
    rows, end = ledger.current["platforms"], pd.Timestamp(period.end)
    rows = rows[rows["recognised_on"].le(end)]
    places = host_places(ledger, period.end)
    return pd.DataFrame(
        {
            **{column: rows[column] for column in PLATFORM_COLUMNS if column in rows},
            "host_place": [places.get(normal(str(host)), UNLISTED) for host in rows["host"]],
            "standing": rows["revoked_on"].le(end).map({True: REVOKED, False: STANDING}),
            "existing": rows["recognised_on"].lt(pd.Timestamp(start)),
            "also_filed_by": [_others(ledger, platform) for platform in rows["platform_id"]],
        },
        columns=list(PLATFORM_COLUMNS),
    ).reset_index(drop=True)


def host_places(ledger: Ledger, day: date) -> dict[str, str]:
    """Normal form of every enterprise's name → whether it is in the valley on a day."""
    firms, inside = ledger.current["enterprises"], residents(ledger, day)
    return {
        normal(str(name)): INSIDE if firm in inside else LEFT
        for firm, name in zip(firms["enterprise_id"], firms["name"], strict=True)
    }


def _others(ledger: Ledger, platform: str) -> tuple[str, ...]:
    twice = ledger.duplicates
    found = twice[twice["table"].eq("platforms") & twice["item"].astype(str).eq(str(platform))]
    return tuple(unit for row in found.to_dict("records") for unit in row["units"] if unit != row["counted"])


def platform_kinds(platforms: pd.DataFrame) -> pd.DataFrame:
    """Platforms by kind, in the order the plan names the kinds.

    Columns kind, a count of those in 在册 for each level of the ledger's list (and any other level filed), standing,
    existing and new (of those standing), revoked. A kind without any platform has a row of zeros.
    """
    kinds = _in_order(PLATFORMS.column("kind").choices, platforms["kind"])
    levels = _in_order(PLATFORMS.column("level").choices, platforms["level"])
    rows = []
    for kind in kinds:
        own = platforms[platforms["kind"].eq(kind)]
        standing = own[own["standing"].eq(STANDING)]
        old = int(standing["existing"].sum())
        rows.append(
            {"kind": kind, **{level: int(standing["level"].eq(level).sum()) for level in levels},
             "standing": len(standing), "existing": old, "new": len(standing) - old,
             "revoked": len(own) - len(standing)}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", *levels, "standing", "existing", "new", "revoked"])


def _in_order(listed: Iterable[str], found: pd.Series) -> list[str]:
    """The listed words, then whatever else was filed."""
    return list(dict.fromkeys([*listed, *sorted(str(word) for word in found.unique())]))


def group_platforms(platforms: pd.DataFrame, column: str) -> pd.DataFrame:
    """Platforms in 在册 by issuer, host or place of host: the column, platforms, names; most first."""
    standing = platforms[platforms["standing"].eq(STANDING)]
    rows = [
        {column: word, "platforms": len(own), "names": tuple(own["name"])}
        for word, own in standing.groupby(column, sort=True)
    ]
    found = pd.DataFrame(rows, columns=[column, "platforms", "names"])
    return found.sort_values("platforms", ascending=False, kind="stable").reset_index(drop=True)


def alike_platforms(platforms: pd.DataFrame, similarity: float | None) -> pd.DataFrame:
    """Pairs of platform numbers that may be one platform with two plates (PAIR_COLUMNS); nothing is merged.

    Same document and same host, or names as close as `similarity`; None leaves names uncompared.
    """
    rows = platforms.reset_index(drop=True)
    same: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows.to_dict("records")):
        same[normal(str(row["document_number"])), normal(str(row["host"]))].append(place)
    pairs = {pair: "同一文号、同一依托单位" for places in same.values() for pair in combinations(places, 2)}
    if similarity is not None:
        cores = [core_name(str(name), ()) for name in rows["name"]]
        pairs = {pair: "名称相像" for pair in close_pairs(cores, similarity)} | pairs
    return pd.DataFrame(
        [
            {"one": rows.at[one, "platform_id"], "other": rows.at[other, "platform_id"],
             "one_name": rows.at[one, "name"], "other_name": rows.at[other, "name"], "reason": reason}
            for (one, other), reason in sorted(pairs.items())
        ],
        columns=list(PAIR_COLUMNS),
    )  # fmt: skip
