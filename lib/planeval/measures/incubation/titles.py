"""Titles (资质) of firms: when a rung was first reached, who holds it on a day, what lapses and what lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.counting import expiry, residents
from planeval.periods import Period
from planeval.plan import Method
from planeval.plan.ladder import Rung
from planeval.plan.validity import Validity

LAPSING_COLUMNS = (
    "enterprise_id", "name", "rung_id", "rung", "kind", "certificate_number", "issued_on", "lapses_on", "quarter",
    "within_horizon", "before_plan_end",
)  # fmt: skip
LAPSED_COLUMNS = ("enterprise_id", "name", "rung_id", "rung", "kind", "certificate_number", "lapsed_on", "days")


@dataclass(frozen=True)
class Title:
    """A rung as certificates show it: 资质种类 that count and how long each holds; no kinds: being in the valley."""

    rung: Rung
    kinds: tuple[str, ...]
    validity: Validity | None


def title_of(rung: Rung, method: Method, period: Period) -> Title | None:
    """What a rung asks of certificates; None when it follows a target whose counting rule names no 资质种类."""
    if rung.target is None:
        validity = rung.validity if isinstance(rung.validity, Validity) else None
        return Title(rung, rung.kinds, validity)
    rule = method.counting(rung.target, period)
    if rule is None or rule.table != "certificates" or not rule.where.get("kind"):
        return None
    return Title(rung, rule.where["kind"], rule.validity if isinstance(rule.validity, Validity) else None)


def certificates_of(ledger: Ledger, title: Title, day: date) -> pd.DataFrame:
    """The certificates of a title issued by the day to firms of the ledger, with `lapses_on` (blank: never).

    A certificate of a firm that is not in the 企业 table is left out: its stay in the valley is not known.
    """
    rows = ledger.current["certificates"]
    firms = ledger.current["enterprises"][["enterprise_id", "name"]]
    rows = rows[rows["kind"].isin(title.kinds) & rows["issued_on"].le(pd.Timestamp(day))]
    rows = rows.drop(columns=["name"], errors="ignore").merge(firms, on="enterprise_id", how="inner")
    never = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]")
    return rows.assign(lapses_on=expiry(rows["issued_on"], title.validity) if title.validity else never)


def first_reached(ledger: Ledger, title: Title, day: date) -> pd.Series:
    """Enterprise → the day it first stood on the rung, as far as the ledger tells."""
    if not title.kinds:
        firms = ledger.current["enterprises"]
        return firms[firms["entered_on"].le(pd.Timestamp(day))].set_index("enterprise_id")["entered_on"]
    return certificates_of(ledger, title, day).groupby("enterprise_id")["issued_on"].min()


def holders(ledger: Ledger, title: Title, day: date) -> set[str]:
    """Firms in the valley that stand on the rung on a day: title issued, not revoked, not lapsed."""
    inside = residents(ledger, day)
    if not title.kinds:
        return inside
    return inside & set(_valid(certificates_of(ledger, title, day), day)["enterprise_id"])


def _valid(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    moment = pd.Timestamp(day)
    return rows[~rows["revoked_on"].le(moment) & ~rows["lapses_on"].le(moment)]


def lapsing(ledger: Ledger, titles: list[Title], period: Period, quarters: int, plan_end: date) -> pd.DataFrame:
    """Titles held on the day that lapse within so many quarters or before the plan ends, the nearest first.

    Of each firm and rung the certificate that holds longest. Columns as in LAPSING_COLUMNS; within_horizon,
    before_plan_end: whether each of the two limits is met.
    """
    inside, horizon = residents(ledger, period.end), period.shift(quarters).end
    found = []
    for title in titles:
        rows = _valid(certificates_of(ledger, title, period.end), period.end)
        rows = rows[rows["enterprise_id"].isin(inside) & rows["lapses_on"].notna()]
        rows = rows.sort_values("lapses_on", kind="stable").drop_duplicates("enterprise_id", keep="last")
        found.append(rows.assign(
            rung_id=title.rung.id, rung=title.rung.label,
            quarter=[str(Period.of(when.date())) for when in rows["lapses_on"]],
            within_horizon=rows["lapses_on"].le(pd.Timestamp(horizon)),
            before_plan_end=rows["lapses_on"].le(pd.Timestamp(plan_end)),
        ))  # fmt: skip
    table = _stacked(found, LAPSING_COLUMNS)
    listed = table["within_horizon"].astype(bool) | table["before_plan_end"].astype(bool)
    return table[listed].sort_values(["lapses_on", "enterprise_id"], kind="stable").reset_index(drop=True)


def lapsed(ledger: Ledger, titles: list[Title], period: Period) -> pd.DataFrame:
    """Titles that firms in the valley once held, that ran out and were not renewed by the day; latest first.

    Columns as in LAPSED_COLUMNS; days: since it ran out. A revoked title is not waiting for renewal and is left out.
    """
    day, found = pd.Timestamp(period.end), []
    for title in titles:
        rows = certificates_of(ledger, title, period.end)
        waiting = residents(ledger, period.end) - holders(ledger, title, period.end)
        rows = rows[rows["enterprise_id"].isin(waiting) & ~rows["revoked_on"].le(day) & rows["lapses_on"].le(day)]
        rows = rows.sort_values("lapses_on", kind="stable").drop_duplicates("enterprise_id", keep="last")
        found.append(rows.assign(
            rung_id=title.rung.id, rung=title.rung.label, lapsed_on=rows["lapses_on"],
            days=(day - rows["lapses_on"]).dt.days,
        ))  # fmt: skip
    table = _stacked(found, LAPSED_COLUMNS)
    return table.sort_values(["days", "enterprise_id"], kind="stable").reset_index(drop=True)


def _stacked(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    said = [part[list(columns)] for part in parts if not part.empty]
    return pd.concat(said, ignore_index=True) if said else pd.DataFrame(columns=list(columns))
