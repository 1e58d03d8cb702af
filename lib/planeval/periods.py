"""Quarters: the calendar in which ledgers are filed and reviews are held."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

_PATTERN = re.compile(r"(?P<year>20[0-9]{2})Q(?P<quarter>[1-4])")


@dataclass(frozen=True, order=True)
class Period:
    """One calendar quarter, written `2026Q3`.

    Ordered in time; `Period.parse` raises ValueError (Chinese) for anything not written that way.
    """

    year: int
    quarter: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026Q3`; nothing else is accepted, so that one quarter has one name."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"“{text}”不是季度，应写成 2026Q3 这样的形式")
        return cls(int(match["year"]), int(match["quarter"]))

    @classmethod
    def of(cls, day: date) -> Period:
        """The quarter in which a day lies."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"

    @property
    def label(self) -> str:
        """The quarter as a Chinese reader expects it in a title."""
        return f"{self.year}年第{'一二三四'[self.quarter - 1]}季度"

    @property
    def start(self) -> date:
        """First day of the quarter."""
        return date(self.year, 3 * self.quarter - 2, 1)

    @property
    def end(self) -> date:
        """Last day of the quarter; every stock is counted on this day."""
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> Period:
        """The quarter after this one."""
        return self.shift(1)

    @property
    def previous(self) -> Period:
        """The quarter before this one."""
        return self.shift(-1)

    def shift(self, quarters: int) -> Period:
        """The quarter that lies this many quarters later (earlier when negative)."""
        index = self.year * 4 + (self.quarter - 1) + quarters
        return Period(index // 4, index % 4 + 1)

    def until(self, last: Period) -> tuple[Period, ...]:
        """All quarters from this one to `last`, both included; empty when `last` is earlier."""
        count = (last.year - self.year) * 4 + last.quarter - self.quarter
        return tuple(self.shift(step) for step in range(count + 1))

    def quarters_left(self, due: date) -> int:
        """Whole or part quarters after this one up to the due date (0 when it is the last)."""
        return max(0, len(self.until(Period.of(due))) - 1)


def elapsed_share(start: date, due: date, day: date) -> Fraction:
    """序时进度: days gone by over days of the plan, both counted inclusively, within [0, 1].

    Exact (a Fraction), so that rounding happens once, where the share is displayed.
    Raises ValueError when the plan ends before it starts.
    """
    total = (due - start).days + 1
    if total <= 0:
        raise ValueError(f"起算日 {start} 晚于到期日 {due}，无法计算序时进度")
    gone = (day - start).days + 1
    return Fraction(min(max(gone, 0), total), total)
