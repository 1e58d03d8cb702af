"""How long those who came stay, all together and group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planeval.measures.survival import Comparison, Curve, Times, compare, kaplan_meier, times_between
from planeval.plan.ladder import SurvivalReading


@dataclass(frozen=True)
class Stay:
    """How long one group stays: its curve, and how it differs from everybody else. group "": everybody."""

    group: str
    curve: Curve
    against_others: Comparison | None


def stays_by_group(
    rows: pd.DataFrame, begun: str, group: str, order: Sequence[str], window: tuple[pd.Timestamp, pd.Timestamp],
    reading: SurvivalReading,
) -> tuple[Stay, ...]:  # fmt: skip
    """Everybody first, then each group that has anybody, in `order` and then as met.

    rows: one per firm or person, with the day it came in column `begun`, `left_on` (blank: still there) and its
    `group`. window: whom we follow came on or between these two days; observation stops on the second.
    """
    first, day = window
    rows = rows[rows[begun].between(first, day)]

    def times(part: pd.DataFrame) -> Times:
        never = pd.Series(pd.NaT, index=part.index, dtype="datetime64[ns]")
        return times_between(part[begun], part["left_on"], never, day)

    stays = [Stay("", kaplan_meier(times(rows), reading), None)]
    for name in dict.fromkeys((*order, *rows[group])):
        of_it = rows[group].eq(name)
        if of_it.any():
            mine, others = times(rows[of_it]), times(rows[~of_it])
            stays.append(Stay(str(name), kaplan_meier(mine, reading), compare(mine, others, reading)))
    return tuple(stays)
