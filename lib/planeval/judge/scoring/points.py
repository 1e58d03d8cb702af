"""功效系数: points of one item on fixed goalposts, and the four ways of having no points.

    points = 60 + 40 · (x − 不允许值) / (满意值 − 不允许值), clipped to [0, 100]

x is a number as displayed: a done share (0.367) or a value in the target's unit; more is better. The
goalposts are decisions and stay put, so that a point means the same in every quarter and no item's points
depend on another item or another unit. At 不允许值 = 0.6 · 满意值 the formula is 100 · x / 满意值.
The four missing states have four arithmetics, each said in a sentence: 未到期 and 不适用 are left out and
their weight goes to the others in proportion, 应报未报 is 0 with its weight, 待核 counts as reported, flagged.
Reference: 功效系数法 as used in 中央企业综合绩效评价 (five bands there; one here).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from planeval.judge.scoring.refusal import refuse_if
from planeval.measures.counting import INCOMPLETE, UNPUBLISHED, UNREPORTED

SCORED, NOT_DUE, OWED, NOT_APPLICABLE, IN_DOUBT = "计分", "未到期", "应报未报", "不适用", "待核"
STATES = (SCORED, NOT_DUE, OWED, NOT_APPLICABLE, IN_DOUBT)
COUNTED = (SCORED, OWED, IN_DOUBT)
NEEDS_NUMBER = (SCORED, IN_DOUBT)
STATE_OF_ABSENCE = {"": SCORED, UNREPORTED: OWED, INCOMPLETE: NOT_DUE, UNPUBLISHED: NOT_APPLICABLE}
ITEM_COLUMNS = ("item_id", "name", "x", "state")
POINT_COLUMNS = (
    "item_id", "name", "x", "unacceptable", "satisfactory", "state", "points", "counted", "flagged", "sentence",
)  # fmt: skip
BASE, SPAN, FULL = 60.0, 40.0, 100.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Goalposts:
    """不允许值 (60 points) and 满意值 (100 points) of one item, in the unit of x; an empty unit means a share."""

    unacceptable: float
    satisfactory: float
    unit: str = ""

    def __post_init__(self) -> None:
        pair = f"不允许值 {self.unacceptable}、满意值 {self.satisfactory}"
        if not (math.isfinite(self.unacceptable) and math.isfinite(self.satisfactory)):
            refuse_if([(f"{pair} 不是有限的数", "两个都写成普通的数")])
        if self.satisfactory <= self.unacceptable:
            refuse_if([(f"{pair}：满意值不大于不允许值，功效系数没有意义", "把满意值改得比不允许值大")])

    def unclipped(self, x: float) -> float:
        """The formula before clipping."""
        return BASE + SPAN * (x - self.unacceptable) / (self.satisfactory - self.unacceptable)

    def points(self, x: float) -> float:
        """Points of a displayed number, within [0, 100]."""
        return min(max(self.unclipped(x), 0.0), FULL)

    def printed(self, x: float) -> str:
        """A number in the unit of x: `36.7%`, `1.2亿元`."""
        return f"{100 * x:.1f}%" if self.unit == "" else f"{x:.10g}{self.unit}"


def efficacy_points(x: Floats, unacceptable: Floats, satisfactory: Floats) -> Floats:
    """The same formula over whole arrays (they broadcast); the caller keeps 满意值 above 不允许值."""
    raw: Floats = BASE + SPAN * (x - unacceptable) / (satisfactory - unacceptable)
    return np.clip(raw, 0.0, FULL)


def displayed_points(points: float) -> Decimal:
    """Points as printed, to one decimal, halves up; float noise below 1e-9 does not move a half."""
    return Decimal(repr(round(float(points), 9))).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def score_points(
    items: pd.DataFrame, goalposts: Mapping[str, Goalposts], left_out: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Points of every item, in the order given; columns as in POINT_COLUMNS.

    items: columns as in ITEM_COLUMNS. left_out: states that count by default but are decided not to. points: NaN
    exactly where the item is not counted. Raises Refused (all faults at once) for repeated or unknown items, an
    unknown state, a state that contradicts x.
    """
    numbered = items[list(ITEM_COLUMNS)].astype({"x": float})
    refuse_if(_faults(numbered, goalposts))
    rows = []
    for item_id, name, x, state in numbered.itertuples(index=False):
        posts = goalposts[item_id]
        counted = state in COUNTED and state not in left_out
        points = (0.0 if state == OWED else posts.points(x)) if counted else math.nan
        rows.append({
            "item_id": item_id, "name": name, "x": float(x), "unacceptable": posts.unacceptable,
            "satisfactory": posts.satisfactory, "state": state, "points": points, "counted": counted,
            "flagged": counted and state == IN_DOUBT, "sentence": _sentence(name, x, state, posts, state in left_out),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def _faults(items: pd.DataFrame, goalposts: Mapping[str, Goalposts]) -> list[tuple[str, str]]:
    faults = []
    ids = list(items["item_id"])
    for item_id in sorted({each for each in ids if ids.count(each) > 1}):
        faults.append((f"“{item_id}”出现了不止一次", "每项只留一行"))
    for item_id, name, x, state in items.itertuples(index=False):
        if item_id not in goalposts:
            faults.append((f"“{name}”没有不允许值和满意值", f"在 method.yml 补写 goalposts.{item_id}"))
        if state not in STATES:
            faults.append((f"“{name}”的状态“{state}”不认识", f"写成{'、'.join(STATES)}之一"))
        if state in NEEDS_NUMBER and not math.isfinite(x):
            faults.append((f"“{name}”是“{state}”却没有数", f"没有报送的写“{OWED}”，确实没有的写“{NOT_APPLICABLE}”"))
        if state == OWED and math.isfinite(x):
            faults.append((f"“{name}”是“{OWED}”却有数", f"已经报送的写“{SCORED}”，有疑问的写“{IN_DOUBT}”"))
    return faults


def _sentence(name: str, x: float, state: str, posts: Goalposts, left_out: bool) -> str:
    if left_out:
        return f"{name}：{state}，按决定不计分，权重按比例分给其余各项。"
    if state == NOT_DUE:
        return f"{name}：{NOT_DUE}，本期不计分，权重按比例分给其余各项。"
    if state == NOT_APPLICABLE:
        return f"{name}：{NOT_APPLICABLE}，不计分，权重按比例分给其余各项。"
    if state == OWED:
        return f"{name}：{OWED}，按 0 分计，权重不变。"
    said = f"{name}：{_arithmetic(x, posts)}"
    return f"{said}。" if state == SCORED else f"{said}；{IN_DOUBT}，先按报送数计分并加注，核定后重算。"


def _arithmetic(x: float, posts: Goalposts) -> str:
    low, high, shown = (posts.printed(each) for each in (posts.unacceptable, posts.satisfactory, x))
    raw, points = posts.unclipped(x), posts.points(x)
    clipped = "" if math.isclose(raw, points, abs_tol=1e-9) else f" = {displayed_points(raw)}，按 {points:.0f} 分计"
    result = clipped or f" = {displayed_points(points)} 分"
    return f"60 + 40 ×（{shown} − {low}）÷（{high} − {low}）{result}"
