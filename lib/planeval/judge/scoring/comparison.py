"""对照附表, off by default: other methods beside the main result, with rank correlation and why they do not grade.

Objects × items of points (rows: quarters, tasks, units …), main weights and main totals go in; every method gives
a value per object, a rank, and Spearman's ρ and Kendall's τ_b to the main totals. Where a method has no
result, or ranks cannot be correlated, a Chinese sentence says so; nothing is NaN in a column that is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from planeval.judge.scoring.dispersion_weights import DataWeights, critic_weights, entropy_weights
from planeval.judge.scoring.rival_scores import fuzzy_evaluation, topsis

SUMMARY_COLUMNS = ("method", "label", "objects", "spearman", "kendall", "agreement", "statement", "why_not")
DETAIL_COLUMNS = ("method", "object", "value", "rank")
WHY_NOT = {
    "entropy_share": "熵权法每期按数据的离散程度换权重，分数不能跨期比较，各对象都做到的指标权重反而归零，故不作评级。",
    "entropy_min_max": "先作极差标准化的熵权与直接取比重的熵权结果不同，权重随口径和对象增减而变，故不作评级。",
    "critic": "CRITIC 法奖励数据的差异和冲突，不代表指标重要，对象少时估计全是噪声，故不作评级。",
    "topsis": "TOPSIS 法只同其他对象比，别人变了自己的分就变，还会逆序，说明不了离方案目标多远，故不作评级。",
    "fuzzy": "模糊综合评价的期望得分在两端中心值以内就是加权平均，两端反被截去，取最大隶属度又丢信息，故不作评级。",
}
TOO_FEW = 3


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman and Kendall (τ_b), None where ranks cannot be correlated; sentence says which."""

    spearman: float | None
    kendall: float | None
    sentence: str


@dataclass(frozen=True)
class Comparison:
    """summary: one row per method, columns as in SUMMARY_COLUMNS (spearman and kendall are None where undefined).

    detail: one row per method and object that has a result, columns as in DETAIL_COLUMNS; rank 1 is best and ties
    share it. weights: method → weights it chose. membership: object → membership in the grades.
    """

    summary: pd.DataFrame
    detail: pd.DataFrame
    weights: dict[str, dict[str, float]]
    membership: dict[str, dict[str, float]]


def rank_correlation(main: pd.Series, other: pd.Series) -> RankCorrelation:
    """Rank correlation over the objects that have both; differences below 1e-9 are ties."""
    both = pd.concat([main.rename("main"), other.rename("other")], axis=1, join="inner").astype(float).round(9).dropna()
    if len(both) < TOO_FEW:
        return RankCorrelation(None, None, f"共同的对象只有 {len(both)} 个，不算排序相关")
    for column, whose in (("main", "主结果"), ("other", "本法")):
        if both[column].nunique() == 1:
            return RankCorrelation(None, None, f"{whose}各对象得分相同，排序相关没有意义")
    rho = float(scipy.stats.spearmanr(both["main"], both["other"]).statistic)
    tau = float(scipy.stats.kendalltau(both["main"], both["other"]).statistic)
    return RankCorrelation(rho, tau, f"与主结果的排序相关：Spearman {rho:.2f}，Kendall {tau:.2f}")


def compare_methods(points: pd.DataFrame, weights: Mapping[str, float], main: pd.Series) -> Comparison:
    """Every method beside the main totals.

    points: objects (index, shown by name) × item ids, NaN where an item has none. weights: the main weights.
    main: main total by object.
    """
    chosen = {
        "entropy_share": entropy_weights(points, "share"),
        "entropy_min_max": entropy_weights(points, "min_max"),
        "critic": critic_weights(points),
    }
    labels = {method: found.variant for method, found in chosen.items()}
    values = {method: _weighted(points, found) for method, found in chosen.items()}
    statements = {method: found.statement for method, found in chosen.items()}
    closeness = topsis(points, weights)
    labels["topsis"], values["topsis"], statements["topsis"] = "TOPSIS 法", closeness.values, closeness.statement
    items = [str(column) for column in points]
    fuzzy = {
        str(name): fuzzy_evaluation(dict(zip(items, map(float, row), strict=True)), weights)
        for name, row in zip(points.index, points.to_numpy(dtype=float), strict=True)
    }
    expected = {name: each.expected for name, each in fuzzy.items() if each.expected is not None}
    labels["fuzzy"], values["fuzzy"] = "模糊综合评价", pd.Series(expected, dtype=float)
    absent = "、".join(name for name, each in fuzzy.items() if each.expected is None)
    statements["fuzzy"] = f"模糊综合评价：{f'{absent}没有一项有得分，没有结果；' if absent else ''}隶属度逐个对象另列。"
    shown = main.set_axis([str(name) for name in main.index])
    return Comparison(
        summary=_summary(labels, values, statements, shown), detail=_detail(values),
        weights={method: found.weights for method, found in chosen.items()},
        membership={name: each.membership for name, each in fuzzy.items()},
    )  # fmt: skip


def _weighted(points: pd.DataFrame, found: DataWeights) -> pd.Series:
    """Weighted mean of the points by weights the data chose; empty when they chose none."""
    if not found.weights:
        return pd.Series(dtype=float)
    columns = [column for column in points if str(column) in found.weights]
    weights = np.array([found.weights[str(column)] for column in columns])
    return pd.Series(points[columns].to_numpy(dtype=float) @ weights, index=points.index)


def _summary(
    labels: dict[str, str], values: dict[str, pd.Series], statements: dict[str, str], main: pd.Series
) -> pd.DataFrame:
    rows = []
    for method, label in labels.items():
        series = values[method].set_axis([str(name) for name in values[method].index])
        found = rank_correlation(main, series)
        rows.append((method, label, len(series), found.spearman, found.kendall, found.sentence,
                     statements[method], WHY_NOT[method]))  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS), dtype=object)


def _detail(values: dict[str, pd.Series]) -> pd.DataFrame:
    rows = []
    for method, series in values.items():
        ranks = series.round(9).rank(ascending=False, method="min").astype(int)
        rows += [(method, *each) for each in zip(map(str, series.index), series, ranks, strict=True)]
    return pd.DataFrame(rows, columns=list(DETAIL_COLUMNS))
