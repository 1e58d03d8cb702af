"""Entropy and CRITIC weights, for the comparison table only: weights that the data choose for themselves.

Entropy (Shannon 1948; Zeleny 1982): p_ij = share of object i in column j, e_j = −Σ p ln p / ln m,
w_j = (1 − e_j) / Σ(1 − e). Two incompatible variants are in use and are labelled: `share` takes
p_ij = x_ij / Σ_i x_ij as it stands, `min_max` scales each column to [0, 1] first (0 · ln 0 = 0, no shift).
CRITIC (Diakoulaki, Mavrotas & Papayannakis 1995): C_j = σ_j · Σ_k (1 − ρ_jk), w_j = C_j / Σ C, of columns scaled
to [0, 1] unless said otherwise (without scaling the unit of measurement chooses the weights).
All columns are taken as more is better. A column that cannot be weighed is named with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
NOISE = 1e-12


@dataclass(frozen=True)
class DataWeights:
    """Weights found in the data; empty when there are none to find, and `statement` says why (Chinese).

    left_out: column → reason. A column in which all objects agree is weighed 0 and named in left_out.
    """

    variant: str
    weights: dict[str, float]
    left_out: dict[str, str]
    statement: str


def usable_columns(matrix: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The complete columns as floats, and the others with the reason why they take no part."""
    numbers = matrix.astype(float).replace([np.inf, -np.inf], np.nan)
    reasons = {}
    for column in numbers:
        absent = int(numbers[column].isna().sum())
        if absent == len(numbers):
            reasons[str(column)] = "整列没有数"
        elif absent:
            reasons[str(column)] = f"有 {absent} 个对象缺数"
    return numbers[[column for column in numbers if str(column) not in reasons]], reasons


def is_constant(column: pd.Series) -> bool:
    """Whether all objects agree, up to the noise of arithmetic."""
    return bool(np.ptp(column.to_numpy()) <= NOISE * max(1.0, float(column.abs().max())))


def entropy_weights(matrix: pd.DataFrame, variant: str = "share") -> DataWeights:
    """Entropy weights of the columns of objects × items; variant: share or min_max."""
    label = {"share": "熵权法（直接取比重）", "min_max": "熵权法（先作极差标准化）"}[variant]
    usable, left_out = usable_columns(matrix)
    if len(usable) < 2:
        return DataWeights(label, {}, left_out, f"{label}：对象不足两个，算不出权重。")
    divergence = {}
    for column in usable:
        if variant == "share" and float(usable[column].min()) < 0:
            left_out[str(column)] = "有负数，不能取比重"
        elif is_constant(usable[column]):
            left_out[str(column)] = "各对象相同，权重为 0"
            divergence[str(column)] = 0.0
        else:
            divergence[str(column)] = _divergence(usable[column].to_numpy(), variant)
    return _shared_out(label, divergence, left_out)


def _divergence(values: Floats, variant: str) -> float:
    positive = values if variant == "share" else (values - values.min()) / np.ptp(values)
    share = positive / positive.sum()
    logs = np.log(np.where(share > 0, share, 1.0))
    return max(0.0, 1 + float((share * logs).sum()) / float(np.log(len(values))))


def critic_weights(matrix: pd.DataFrame, scaled: bool = True, correlation: str = "pearson") -> DataWeights:
    """CRITIC weights of the columns of objects × items; correlation: pearson or spearman."""
    label = "CRITIC 法" if scaled else "CRITIC 法（未标准化）"
    usable, left_out = usable_columns(matrix)
    constant = [column for column in usable if is_constant(usable[column])]
    left_out.update({str(column): "各对象相同，权重为 0" for column in constant})
    varying = usable.drop(columns=constant)
    weight = {str(column): 0.0 for column in constant}
    if varying.shape[1] == 1 and len(varying) > 1:
        weight[str(varying.columns[0])] = 1.0
        return DataWeights(label, weight, left_out, f"{label}：只有“{varying.columns[0]}”一列有差异，权重全归它。")
    if varying.shape[1] < 2:
        return DataWeights(label, {}, left_out, f"{label}：没有两列以上有差异，算不出权重。")
    base = (varying - varying.min()) / (varying.max() - varying.min()) if scaled else varying
    conflict = (1 - base.corr(method="spearman" if correlation == "spearman" else "pearson")).sum()
    information = base.std(ddof=1) * conflict.where(conflict > NOISE * len(conflict), 0.0)
    return _shared_out(label, {**weight, **{str(name): float(each) for name, each in information.items()}}, left_out)


def _shared_out(label: str, amount: dict[str, float], left_out: dict[str, str]) -> DataWeights:
    total = sum(amount.values())
    if total <= NOISE:
        return DataWeights(label, {}, left_out, f"{label}：各列没有可以区分的信息，算不出权重。")
    reasons = "；".join(f"{column}：{reason}" for column, reason in left_out.items())
    said = f"{label}：{reasons}。" if reasons else f"{label}：各列都参与。"
    return DataWeights(label, {column: each / total for column, each in amount.items()}, left_out, said)
