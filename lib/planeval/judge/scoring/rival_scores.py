"""TOPSIS and fuzzy evaluation, for the comparison table only.

TOPSIS (Hwang & Yoon 1981): columns divided by their Euclidean length and weighted; closeness D⁻ / (D⁺ + D⁻) to the
best and the worst value that occur among the objects.
Fuzzy comprehensive evaluation (模糊综合评价, operator M(·, ⊕)): membership of each item's points in the grades,
linear between the grades' centres, weighted mean over the items; expected score Σ membership · centre. Between
the outer centres this is the weighted arithmetic mean again, beyond them it cuts the tails off.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planeval.judge.scoring.dispersion_weights import NOISE, is_constant, usable_columns
from planeval.judge.scoring.weights import effective_weights

CENTRES = (("优", 95.0), ("良", 85.0), ("中", 70.0), ("差", 30.0))


@dataclass(frozen=True)
class Closeness:
    """TOPSIS closeness by object, in [0, 1]; empty when nothing separates the objects (said in `statement`)."""

    values: pd.Series
    left_out: dict[str, str]
    statement: str


def topsis(matrix: pd.DataFrame, weights: Mapping[str, float], less_is_better: Collection[str] = ()) -> Closeness:
    """Closeness of each object (row) to the best of what occurs; weights are re-weighted over usable columns."""
    usable, left_out = usable_columns(matrix)
    for column in list(usable):
        if not float((usable[column] ** 2).sum()) > 0:
            left_out[str(column)] = "整列为 0"
            usable = usable.drop(columns=column)
        elif is_constant(usable[column]):
            left_out[str(column)] = "各对象相同，不起作用"
    kept = effective_weights(weights, {str(column) for column in usable})
    if len(usable) < 2 or not kept:
        return Closeness(pd.Series(dtype=float), left_out, "TOPSIS 法：可比的对象或指标不足，没有结果。")
    columns = [column for column in usable if str(column) in kept]
    data = usable[columns].to_numpy(dtype=float)
    weighted = data / np.sqrt((data**2).sum(axis=0)) * np.array([kept[str(column)] for column in columns])
    weighted *= np.array([-1.0 if column in less_is_better else 1.0 for column in columns])
    to_best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    if float((to_best + to_worst).max()) <= NOISE:
        return Closeness(pd.Series(dtype=float), left_out, "TOPSIS 法：各对象完全相同，不分先后。")
    reasons = "；".join(f"{column}：{reason}" for column, reason in left_out.items())
    said = f"TOPSIS 法：{reasons}。" if reasons else "TOPSIS 法：各列都参与。"
    return Closeness(pd.Series(to_worst / (to_best + to_worst), index=usable.index), left_out, said)


@dataclass(frozen=True)
class FuzzyResult:
    """Membership in each grade (sums to 1) and the expected score; both empty when no item has points."""

    membership: dict[str, float]
    expected: float | None
    statement: str


def fuzzy_evaluation(
    points: Mapping[str, float], weights: Mapping[str, float], centres: tuple[tuple[str, float], ...] = CENTRES
) -> FuzzyResult:
    """Fuzzy evaluation of one object; items without points (NaN) give their weight to the others."""
    known = effective_weights(weights, {item for item, value in points.items() if math.isfinite(value)})
    if not known:
        return FuzzyResult({}, None, "模糊综合评价：没有一项有得分，没有结果。")
    ascending = sorted(centres, key=lambda centre: centre[1])
    middles = np.array([middle for _, middle in ascending])
    values = np.array([points[item] for item in known])
    peaks = np.eye(len(middles))
    grades = np.array([np.interp(values, middles, peak) for peak in peaks])
    total = grades @ np.array(list(known.values()))
    expected = float(total @ middles)
    membership = {name: float(total[[each for each, _ in ascending].index(name)]) for name, _ in centres}
    vector = "、".join(f"{name} {share:.2f}" for name, share in membership.items())
    return FuzzyResult(membership, expected, f"模糊综合评价：隶属度 {vector}，期望得分 {expected:.1f}。")
