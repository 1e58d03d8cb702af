"""Final verdicts: reached or not at the due date, and whether that holds under every competing reading.

Before the due date the same question is asked of today's numbers; then the answer is interim and is said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.judge.progress import DONE
from planeval.judge.verdicts import READING_COLUMNS
from planeval.measures.counting import ABSENCES

REACHED, NOT_REACHED, NOT_YET, DEPENDS, UNKNOWN = "已达到", "未达到", "尚未达到", "取决于口径", "没有可用的数"
FINAL_COLUMNS = (
    "target_id", "name", "unit", "value", "amount", "comparison", "progress_light", "readings", "reached", "absent",
    "verdict", "holds", "decisive",
)  # fmt: skip


@dataclass(frozen=True)
class FinalVerdicts:
    """targets: one row per target in the plan's order, FINAL_COLUMNS. due: whether the due date has come; if not,
    the verdicts are interim.
    """

    targets: pd.DataFrame
    due: bool

    def having(self, verdict: str) -> list[str]:
        """Names of the targets with a verdict."""
        return [str(name) for name in self.targets.loc[self.targets["verdict"].eq(verdict), "name"]]


def judge_final(verdicts: pd.DataFrame, targets: pd.DataFrame, due: bool) -> FinalVerdicts:
    """The verdict of each target on the numbers of today.

    verdicts: judge.verdicts.VERDICT_COLUMNS; targets: judge.targets.COLUMNS; due: whether the due date has come.
    readings: combinations judged; reached: those under which the amount is reached; absent: those under which
    nothing can be said. verdict: under the reading in force when all agree, else 取决于口径. decisive: the choices
    that, exchanged alone from the one in force, change whether the target is reached.
    """
    rows: list[dict[str, object]] = []
    for target in targets.to_dict("records"):
        group = verdicts[verdicts["target_id"].eq(target["target_id"])]
        met = group["progress_light"].eq(DONE)
        absent = group["progress_light"].isin(ABSENCES)
        rows.append({
            **{name: target[name] for name in FINAL_COLUMNS if name in target},
            "readings": len(group), "reached": int(met.sum()), "absent": int(absent.sum()),
            "verdict": _verdict(met, absent, due), "holds": bool(met.all() or not (met | absent).any() or absent.all()),
            "decisive": _decisive(group.assign(met=met.where(~absent, None))),
        })  # fmt: skip
    return FinalVerdicts(pd.DataFrame(rows, columns=list(FINAL_COLUMNS)), due)


def _verdict(met: pd.Series, absent: pd.Series, due: bool) -> str:
    if absent.all():
        return UNKNOWN
    if met.all():
        return REACHED
    if not met.any() and not absent.any():
        return NOT_REACHED if due else NOT_YET
    return DEPENDS


def _decisive(group: pd.DataFrame) -> tuple[str, ...]:
    chosen = group[group["in_force"]].iloc[0]
    found = []
    for column, name in READING_COLUMNS.items():
        others = [other for other in READING_COLUMNS if other != column]
        alone = group[group[others].eq(chosen[others]).all(axis=1)]
        if alone["met"].nunique(dropna=False) > 1:
            found.append(name)
    return tuple(found)
