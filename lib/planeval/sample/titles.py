"""Which titles a made-up firm holds on a day, as a bank or an investor would look them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from planeval.sample.certificates import HNTE, TECH_SME
from planeval.sample.item import Item, Row

SPECIALISED = ("专精特新中小企业", "专精特新小巨人")
_MONTHS = {HNTE: 36, TECH_SME: 12, **dict.fromkeys(SPECIALISED, 36)}
_FRESH = timedelta(days=92)


class Titles:
    """All certificates of the world. A title counts from its day of issue until it lapses or is revoked."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._rows: dict[str, list[Row]] = {}
        for item in items:
            if item.table.id == "certificates":
                row = item.states[-1].row
                self._rows.setdefault(row["enterprise_id"], []).append(row)

    def held(self, firm: str, day: date) -> set[str]:
        """Kinds of titles valid on a day."""
        return {row["kind"] for row in self._rows.get(firm, []) if _valid(row, day)}

    def borrower_type(self, firm: str, day: date) -> str:
        """The type a loan is booked under: the first of those that the plan's clause names."""
        held = self.held(firm, day)
        for kind in (HNTE, TECH_SME):
            if kind in held:
                return kind
        return "专精特新企业" if held & set(SPECIALISED) else "其他"

    def fresh(self, firm: str, day: date) -> bool:
        """Whether the firm won a title so recently that a bank may not have seen it yet."""
        return any(timedelta(0) <= day - row["issued_on"] <= _FRESH for row in self._rows.get(firm, []))

    def issued(self, kind: str) -> list[tuple[str, date]]:
        """Firm and day of every title of a kind, by day."""
        found = [(row["enterprise_id"], row["issued_on"]) for rows in self._rows.values() for row in rows
                 if row["kind"] == kind]  # fmt: skip
        return sorted(found, key=lambda title: (title[1], title[0]))


def _valid(row: Row, day: date) -> bool:
    months = _MONTHS.get(row["kind"], 36)
    issued: date = row["issued_on"]
    last_of_february = (issued.month, issued.day) == (2, 29)
    lapses = issued.replace(year=issued.year + months // 12, day=28 if last_of_february else issued.day)
    return issued <= day < lapses and (row["revoked_on"] is None or day < row["revoked_on"])
