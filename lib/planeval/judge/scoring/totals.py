"""One total from the points: weighted arithmetic mean, floor rule, grade, and what moved it.

    total = Σ w_i · s_i over the counted items (w re-weighted to sum 1)

Linear on purpose: a quarter's change is Σ w_i · Δs_i exactly. Where weights change too (a decision, or an item
that was left out comes in), each item's contribution splits without remainder into

    points effect = (w0 + w1) / 2 · (s1 − s0)      weight effect = (w1 − w0) · ((s0 + s1) / 2 − c)

with c the mean of the two totals (Σ(w1 − w0) = 0, so any c gives the same sum; this one makes gaining weight
good news only for an item above average). An item counted in one quarter only has no points effect.
Floor rule: points of any counted item below its 警戒线, as displayed, cap the grade. The grade is read off the
total as displayed (one decimal). Grades 优 ≥ 90, 良 ≥ 80, 中 ≥ 60, 差 < 60 are the usual bands of the Ministry
of Finance's performance reviews; they are decisions and can be changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from planeval.judge.scoring.points import OWED, Goalposts, displayed_points, score_points
from planeval.judge.scoring.refusal import Refused, refuse_if
from planeval.judge.scoring.weights import Weights, effective_weights

NO_GRADE = "不评"
TABLE_COLUMNS = (
    "item_id", "name", "x", "state", "points", "weight", "effective_weight", "contribution", "floor", "below_floor",
    "flagged", "sentence",
)  # fmt: skip
CHANGE_COLUMNS = (
    "item_id", "name", "points_before", "points_after", "weight_before", "weight_after", "points_effect",
    "weight_effect", "effect",
)  # fmt: skip
WATERFALL_COLUMNS = ("step", "item_id", "name", "effect", "start", "end")
STEP_BEFORE, STEP_POINTS, STEP_WEIGHTS, STEP_AFTER = "上期总分", "得分变化", "权重变化", "本期总分"


@dataclass(frozen=True)
class GradeScale:
    """Grades with their lower limits, best first; the last one starts at 0."""

    steps: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        limits = [limit for _, limit in self.steps]
        if not limits or limits[-1] != 0 or any(low >= high for high, low in pairwise(limits)):
            refuse_if([("等级的下限没有从高到低排到 0", "例如 优 90、良 80、中 60、差 0")])

    @property
    def names(self) -> tuple[str, ...]:
        """Grades, best first."""
        return tuple(name for name, _ in self.steps)

    def grade(self, shown: float | Decimal) -> str:
        """The grade of a total as displayed."""
        return next((name for name, limit in self.steps if float(shown) >= limit), self.names[-1])

    def capped(self, grade: str, cap: str) -> str:
        """The worse of a grade and the cap."""
        return max(grade, cap, key=self.names.index)


@dataclass(frozen=True)
class Floor:
    """底线规则: item id → 警戒线 in points; `cap` is the best grade left when any item is below its line."""

    lines: Mapping[str, float]
    cap: str


@dataclass(frozen=True)
class Scheme:
    """The decisions a total rests on. left_out: states that count by default but are decided not to."""

    goalposts: Mapping[str, Goalposts]
    weights: Weights
    floor: Floor
    grades: GradeScale
    left_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        faults = []
        if self.floor.cap not in self.grades.names:
            faults.append((f"底线规则的等级“{self.floor.cap}”不在等级之列", f"写成{'、'.join(self.grades.names)}之一"))
        unknown = [item for item in self.floor.lines if item not in self.weights.by_item]
        faults += [(f"警戒线写了“{item}”，指标里没有它", "删去或改正编号") for item in unknown]
        refuse_if(faults)


@dataclass(frozen=True)
class Total:
    """A total and its parts. value: not rounded; None, with grade 不评, when no weighted item is counted.

    shown: as displayed, to one decimal. grade_without_floor: before the floor rule. below_floor, flagged: item
    ids. table: one row per item, columns as in TABLE_COLUMNS; points and contribution are NaN where an item is
    not counted. sentences: how it came about, in Chinese.
    """

    value: float | None
    shown: Decimal | None
    grade: str
    grade_without_floor: str
    below_floor: tuple[str, ...]
    flagged: tuple[str, ...]
    table: pd.DataFrame
    sentences: tuple[str, ...]


def score_items(items: pd.DataFrame, scheme: Scheme) -> Total:
    """The total of items (columns item_id, name, x, state) under a scheme; Refused when they do not fit."""
    table = score_points(items, scheme.goalposts, scheme.left_out)
    ids = list(table["item_id"])
    faults = [(f"没有“{item}”的权重", "补写权重") for item in ids if item not in scheme.weights.by_item]
    faults += [(f"“{item}”有权重，却没有这一项", "删去权重或补上这一项，不评的写“不适用”")
               for item in scheme.weights.by_item if item not in ids]  # fmt: skip
    refuse_if(faults)
    effective = effective_weights(scheme.weights.by_item, set(table.loc[table["counted"], "item_id"]))
    table["weight"] = table["item_id"].map(scheme.weights.by_item).astype(float)
    table["effective_weight"] = table["item_id"].map(effective).astype(float).fillna(0.0)
    table["contribution"] = table["points"] * table["effective_weight"]
    table["floor"] = table["item_id"].map(dict(scheme.floor.lines)).astype(float)
    table["below_floor"] = [
        math.isfinite(points) and math.isfinite(line) and float(displayed_points(points)) < line
        for points, line in zip(table["points"], table["floor"], strict=True)
    ]
    value = math.fsum(table["contribution"].dropna()) if effective else None
    return _total(value, table[list(TABLE_COLUMNS)], scheme)


def _total(value: float | None, table: pd.DataFrame, scheme: Scheme) -> Total:
    below = tuple(table.loc[table["below_floor"], "item_id"])
    flagged = tuple(table.loc[table["flagged"], "item_id"])
    if value is None:
        said = ("没有一项可以计分，本期不评总分。",)
        return Total(None, None, NO_GRADE, NO_GRADE, below, flagged, table, said)
    shown = displayed_points(value)
    free = scheme.grades.grade(shown)
    grade = scheme.grades.capped(free, scheme.floor.cap) if below else free
    return Total(value, shown, grade, free, below, flagged, table, _sentences(shown, free, grade, table, scheme))


def _sentences(shown: Decimal, free: str, grade: str, table: pd.DataFrame, scheme: Scheme) -> tuple[str, ...]:
    ruled = f"，按分数是“{free}”，按底线规则定为“{grade}”。"
    said = [f"总分 {shown} 分" + (f"，{grade}。" if free == grade else ruled)]
    for name, points, line in table.loc[table["below_floor"], ["name", "points", "floor"]].itertuples(index=False):
        effect = f"等级不高于“{scheme.floor.cap}”"
        said.append(f"{name}得 {displayed_points(points)} 分，低于警戒线 {line:g} 分，{effect}。")
    left_out = table[table["points"].isna()]
    if len(left_out):
        names = "、".join(f"{name}（{state}）" for name, state in zip(left_out["name"], left_out["state"], strict=True))
        said.append(f"{names}不计分，其权重合计 {left_out['weight'].sum():.1%} 按比例分给其余各项。")
    owed = table[table["state"].eq(OWED) & table["points"].notna()]
    if len(owed):
        said.append(f"{'、'.join(owed['name'])}{OWED}，按 0 分计。")
    if table["flagged"].any():
        said.append(f"{'、'.join(table.loc[table['flagged'], 'name'])}待核，核定后总分可能改变。")
    return tuple(said)


@dataclass(frozen=True)
class Change:
    """What moved a total. points_effect + weight_effect = delta to 1e-9.

    table: per item, columns as in CHANGE_COLUMNS. waterfall: columns as in WATERFALL_COLUMNS, from the earlier
    total over each item's points effect and one step for all weights to the later total.
    """

    delta: float
    points_effect: float
    weight_effect: float
    table: pd.DataFrame
    waterfall: pd.DataFrame
    sentence: str


def decompose(before: Total, after: Total) -> Change:
    """Split the change of a total. Raises Refused when one of the two quarters has no total."""
    if before.value is None or after.value is None:
        when = "上期" if before.value is None else "本期"
        raise Refused([(f"{when}没有总分，变化不能分解", "只并列两期的各项得分")])
    centre = (before.value + after.value) / 2
    rows = [_effects(item, name, before, after, centre) for item, name in _items(before, after)]
    table = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    points, weights = math.fsum(table["points_effect"]), math.fsum(table["weight_effect"])
    waterfall = _waterfall(table, before.value, after.value, weights)
    delta = after.value - before.value
    reweighted = "权重没有变" if not table["weight_effect"].any() else f"权重变化带来 {weights:+.1f} 分"
    return Change(delta, points, weights, table, waterfall,
                  f"总分变化 {delta:+.1f} 分：各项得分变化带来 {points:+.1f} 分，{reweighted}。")  # fmt: skip


def _items(before: Total, after: Total) -> list[tuple[str, str]]:
    """Items of either quarter with their names, the later quarter's order first."""
    names = dict(zip(after.table["item_id"], after.table["name"], strict=True))
    earlier = dict(zip(before.table["item_id"], before.table["name"], strict=True))
    return list({**names, **{item: name for item, name in earlier.items() if item not in names}}.items())


def _standing(total: Total, item: str) -> tuple[float, float]:
    """Points (NaN when not counted) and effective weight of an item."""
    row = total.table[total.table["item_id"].eq(item)]
    return (math.nan, 0.0) if row.empty else (float(row["points"].iloc[0]), float(row["effective_weight"].iloc[0]))


def _effects(item: str, name: str, before: Total, after: Total, centre: float) -> dict[str, object]:
    (s0, w0), (s1, w1) = _standing(before, item), _standing(after, item)
    old, new = (s1 if math.isnan(s0) else s0), (s0 if math.isnan(s1) else s1)
    never = math.isnan(old)
    points = 0.0 if never else (w0 + w1) / 2 * (new - old)
    weights = 0.0 if never else (w1 - w0) * ((old + new) / 2 - centre)
    return {
        "item_id": item, "name": name, "points_before": s0, "points_after": s1, "weight_before": w0,
        "weight_after": w1, "points_effect": points, "weight_effect": weights, "effect": points + weights,
    }  # fmt: skip


def _waterfall(table: pd.DataFrame, start: float, end: float, weight_effect: float) -> pd.DataFrame:
    rows: list[tuple[str, str, str, float, float, float]] = [(STEP_BEFORE, "", STEP_BEFORE, start, 0.0, start)]
    level = start
    for item, name, effect in table[["item_id", "name", "points_effect"]].itertuples(index=False):
        rows.append((STEP_POINTS, item, name, effect, level, level + effect))
        level += effect
    rows.append((STEP_WEIGHTS, "", STEP_WEIGHTS, weight_effect, level, level + weight_effect))
    rows.append((STEP_AFTER, "", STEP_AFTER, end, 0.0, end))
    return pd.DataFrame(rows, columns=list(WATERFALL_COLUMNS))
