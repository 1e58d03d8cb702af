"""One choice changed at a time: every item left out in turn, and the tornado of single choices.

Leave-one-out: the total without an item, its weight given to the others in proportion. Tornado: the total with a
single choice at its low and its high end and everything else as decided, longest bar first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from planeval.judge.robustness.monte_carlo import LATE_LAST, LATE_WORDS, LATE_ZERO, Uncertainty
from planeval.judge.scoring.points import NOT_APPLICABLE, OWED, SCORED, displayed_points
from planeval.judge.scoring.totals import Scheme, Total, score_items
from planeval.judge.scoring.weights import Weights

LEAVE_ONE_OUT_COLUMNS = ("item_id", "name", "total", "change", "grade", "grade_changes", "sentence")
TORNADO_COLUMNS = ("choice", "item_id", "low_label", "low", "high_label", "high", "swing", "grades")
WEIGHT, UNACCEPTABLE, SATISFACTORY, AGGREGATION, LATE = "权重", "不允许值", "满意值", "合成方法", "迟报假设"


def leave_one_out(items: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """The total without each counted item in turn; columns as in LEAVE_ONE_OUT_COLUMNS, order as given.

    change: without − with. NaN total: nothing is left to score without this item (said in sentence).
    Empty when there is no total to begin with.
    """
    main = score_items(items, scheme)
    rows: list[tuple[str, str, float, float, str, bool, str]] = []
    if main.value is None:
        return pd.DataFrame(rows, columns=list(LEAVE_ONE_OUT_COLUMNS))
    for item, name in main.table.loc[main.table["points"].notna(), ["item_id", "name"]].itertuples(index=False):
        left = items.assign(state=items["state"].mask(items["item_id"].eq(item), NOT_APPLICABLE))
        without = score_items(left, scheme)
        if without.value is None:
            rows.append((item, name, math.nan, math.nan, without.grade, True, f"去掉{name}就没有可计分的项。"))
            continue
        same = "等级不变" if without.grade == main.grade else f"等级由“{main.grade}”变为“{without.grade}”"
        change = without.value - main.value
        said = f"去掉{name}，总分 {without.shown}（{change:+.1f}），{same}。"
        rows.append((item, name, without.value, change, without.grade, without.grade != main.grade, said))
    return pd.DataFrame(rows, columns=list(LEAVE_ONE_OUT_COLUMNS))


def tornado(items: pd.DataFrame, scheme: Scheme, choices: Uncertainty) -> pd.DataFrame:
    """The total with one choice at each of its ends; columns as in TORNADO_COLUMNS, longest swing first.

    grades: the grades of the two ends, joined by 、 when they differ. Empty when there is no total.
    """
    main = score_items(items, scheme)
    rows = []
    if main.value is not None:
        for choice, item, ends in _choices(items, scheme, main, choices):
            low, high = sorted(ends, key=lambda end: end.total)
            grades = "、".join(dict.fromkeys((low.grade, high.grade)))
            swing = high.total - low.total
            rows.append((choice, item, low.label, low.total, high.label, high.total, swing, grades))
    table = pd.DataFrame(rows, columns=list(TORNADO_COLUMNS))
    longest = table.assign(rounded=table["swing"].astype(float).round(9))
    ordered = longest.sort_values(["rounded", "choice", "item_id"], ascending=[False, True, True], ignore_index=True)
    return ordered.drop(columns="rounded")


@dataclass(frozen=True)
class _End:
    """The total and grade with one choice at one of its ends; 0 when nothing is left to score."""

    label: str
    total: float
    grade: str


def _end(label: str, items: pd.DataFrame, scheme: Scheme) -> _End:
    total = score_items(items, scheme)
    return _End(label, 0.0 if total.value is None else total.value, total.grade)


def _choices(
    items: pd.DataFrame, scheme: Scheme, main: Total, choices: Uncertainty
) -> Iterator[tuple[str, str, list[_End]]]:
    """Every single choice with its two ends."""
    for item in main.table.loc[main.table["points"].notna(), "item_id"]:
        tilts = (-choices.weight_band, choices.weight_band)
        yield WEIGHT, item, [_end(f"{tilt:+.0%}", items, _tilted(scheme, item, 1 + tilt)) for tilt in tilts]
        for choice, field in ((UNACCEPTABLE, "unacceptable"), (SATISFACTORY, "satisfactory")):
            yield choice, item, _moved_posts(items, scheme, item, field, choices.goalpost_band)
    if choices.geometric_share > 0 and main.value is not None:
        yield AGGREGATION, "", [_End("算术平均", main.value, main.grade), _geometric(main, scheme)]
    if items["state"].eq(OWED).any() and len(choices.late) > 1:
        counting = replace(scheme, left_out=scheme.left_out - {OWED})
        ends = [_end(LATE_WORDS[late], _late(items, late), counting) for late in choices.late]
        ends.sort(key=lambda end: end.total)
        yield LATE, "", [ends[0], ends[-1]]


def _moved_posts(items: pd.DataFrame, scheme: Scheme, item: str, field: str, band: float) -> list[_End]:
    """One goalpost of one item a share of the distance lower and higher."""
    posts = scheme.goalposts[item]
    ends = []
    for sign in (-1, 1):
        value = getattr(posts, field) + sign * band * (posts.satisfactory - posts.unacceptable)
        moved = {**scheme.goalposts, item: replace(posts, **{field: value})}
        ends.append(_end(posts.printed(value), items, replace(scheme, goalposts=moved)))
    return ends


def _tilted(scheme: Scheme, item: str, factor: float) -> Scheme:
    """The scheme with one weight multiplied; score_items makes the weights sum to 1 again."""
    weights = {each: weight * (factor if each == item else 1.0) for each, weight in scheme.weights.by_item.items()}
    return replace(scheme, weights=Weights(weights, scheme.weights.basis, scheme.weights.sentence))


def _geometric(main: Total, scheme: Scheme) -> _End:
    """The weighted geometric mean of the points, 1 point as the least."""
    counted = main.table[main.table["points"].notna()]
    pairs = zip(counted["effective_weight"], counted["points"], strict=True)
    value = math.exp(math.fsum(weight * math.log(max(points, 1.0)) for weight, points in pairs))
    grade = scheme.grades.grade(displayed_points(value))
    return _End("几何平均", value, scheme.grades.capped(grade, scheme.floor.cap) if main.below_floor else grade)


def _late(items: pd.DataFrame, late: str) -> pd.DataFrame:
    """The items with every 应报未报 taken under one assumption; unknown last values stay 应报未报."""
    owed = items["state"].eq(OWED)
    if late == LATE_ZERO:
        return items
    if late == LATE_LAST:
        last = items["last_x"] if "last_x" in items else pd.Series(math.nan, index=items.index)
        known = owed & last.notna()
        return items.assign(x=items["x"].mask(known, last), state=items["state"].mask(known, SCORED))
    return items.assign(state=items["state"].mask(owed, NOT_APPLICABLE))
