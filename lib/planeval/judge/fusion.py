"""“四链”融合 and the three roles as indices: mean of indicator indices, coupling, coordination, robustness.

For n chains with indices U in [0, 1]:  C = n · (∏U)^(1/n) / ΣU  (coupling),  T = ΣU / n  (level),
D = √(C · T)  (degree of coordination).  C alone says only how alike the chains are: four empty chains are perfectly
coupled, so D is judged and C and T stand beside it. D² is the geometric mean of
the chains; D = 0 where a chain is 0. Reference: 廖重斌 1999,
环境与经济协调发展的定量评判及其分类体系, 热带地理 19(2) (the form of C with equal exponents).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planeval.plan.fusion import Fusion, IndicatorGroup

Floats = npt.NDArray[np.float64]
GROUP_COLUMNS = ("group", "kind", "period", "index", "missing")
DEGREE_COLUMNS = ("period", "coupling", "level", "degree", "grade", "missing")
CHAIN, ROLE = "chain", "role"


@dataclass(frozen=True)
class FusionJudgement:
    """What the indices come to.

    indices: indicator, period, value, index (0–1, NaN where the value is). groups: GROUP_COLUMNS, one row per chain
    or role and quarter; index NaN with the indicators missing named. degrees: DEGREE_COLUMNS, one row per quarter.
    band: 5 %, 50 % and 95 % of D at the last quarter when every goalpost moves, or None without D.
    without: D at the last quarter when one indicator is left out, indicator → D, most harmful first.
    """

    fusion: Fusion
    indices: pd.DataFrame
    groups: pd.DataFrame
    degrees: pd.DataFrame
    band: tuple[float, float, float] | None
    without: dict[str, float]


def judge_fusion(values: pd.DataFrame, fusion: Fusion) -> FusionJudgement:
    """Indices of every quarter from measures.fusion.fusion_indicators, and how firm the last one is."""
    indices = values.assign(
        index=[_index(value, fusion, name) for name, value in zip(values["indicator"], values["value"], strict=True)]
    )
    table = indices.pivot(index="period", columns="indicator", values="index")
    groups = _groups(table, fusion)
    degrees = _degrees(groups, fusion)
    last = values[values["period"].eq(values["period"].max())].set_index("indicator")["value"]
    known = math.isfinite(degrees["degree"].iloc[-1])
    return FusionJudgement(
        fusion=fusion,
        indices=indices[["indicator", "period", "value", "index", "reason"]],
        groups=groups,
        degrees=degrees,
        band=_band(last, fusion) if known else None,
        without=_without(table.iloc[-1], fusion) if known else {},
    )


def _index(value: float, fusion: Fusion, name: str) -> float:
    """NaN stays NaN: an unreported indicator has no index."""
    post = fusion.indicators[name]
    share = (value - post.unacceptable) / (post.satisfactory - post.unacceptable)
    return share if math.isnan(share) else min(max(share, 0.0), 1.0)


def _groups(table: pd.DataFrame, fusion: Fusion) -> pd.DataFrame:
    rows = []
    for kind, groups in ((CHAIN, fusion.chains), (ROLE, fusion.roles)):
        for name, group in groups.items():
            for period, row in table.iterrows():
                missing = tuple(member for member in group.indicators if math.isnan(row[member]))
                index = math.nan if missing else float(np.mean([row[member] for member in group.indicators]))
                rows.append((name, kind, period, index, missing))
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def _degrees(groups: pd.DataFrame, fusion: Fusion) -> pd.DataFrame:
    chains = groups[groups["kind"].eq(CHAIN)]
    rows = []
    for period, members in chains.groupby("period", sort=True):
        missing = tuple(members.loc[members["index"].isna(), "group"])
        if missing:
            rows.append((period, math.nan, math.nan, math.nan, "", missing))
            continue
        coupling, level, degree = coordination(members["index"].to_numpy(dtype=float))
        rows.append((period, coupling, level, degree, grade_of(degree, fusion), ()))
    return pd.DataFrame(rows, columns=list(DEGREE_COLUMNS))


def coordination(chains: Floats) -> tuple[float, float, float]:
    """(C, T, D) of chain indices; C is NaN and D is 0 when all chains are 0."""
    level = float(chains.mean())
    if level == 0:
        return math.nan, 0.0, 0.0
    coupling = float(np.prod(chains) ** (1 / len(chains)) / level)
    return coupling, level, math.sqrt(coupling * level)


def grade_of(degree: float, fusion: Fusion) -> str:
    """The grade's word for a degree as displayed with two decimals."""
    shown = round(degree, 2)
    return [grade.name for grade in fusion.grades if grade.least <= shown][-1]


def _chain_degree(index: dict[str, float], chains: dict[str, IndicatorGroup], leave_out: str = "") -> float:
    means = []
    for chain in chains.values():
        kept = [index[member] for member in chain.indicators if member != leave_out]
        if kept:
            means.append(float(np.mean(kept)))
    return coordination(np.array(means))[2]


def _without(row: pd.Series, fusion: Fusion) -> dict[str, float]:
    index = {str(name): float(value) for name, value in row.items()}
    used = [name for chain in fusion.chains.values() for name in chain.indicators]
    degrees = {name: _chain_degree(index, fusion.chains, name) for name in dict.fromkeys(used)}
    return dict(sorted(degrees.items(), key=lambda pair: (-pair[1], pair[0])))


def _band(values: pd.Series, fusion: Fusion) -> tuple[float, float, float]:
    """Both goalposts of every indicator move by U(−b, b) of their distance, all at once, in each draw."""
    random = np.random.default_rng(fusion.seed)
    names = sorted(fusion.indicators)
    lower = np.array([fusion.indicators[name].unacceptable for name in names])
    upper = np.array([fusion.indicators[name].satisfactory for name in names])
    moves = random.uniform(-fusion.goalpost_band, fusion.goalpost_band, (2, fusion.draws, len(names)))
    low, high = lower + moves[0] * (upper - lower), upper + moves[1] * (upper - lower)
    index = np.clip((values.reindex(names).to_numpy(dtype=float) - low) / (high - low), 0.0, 1.0)
    place = {name: position for position, name in enumerate(names)}
    chains = np.stack(
        [index[:, [place[member] for member in chain.indicators]].mean(axis=1) for chain in fusion.chains.values()],
        axis=1,
    )
    degree = np.sqrt(np.prod(chains, axis=1) ** (1 / chains.shape[1]))
    five, half, ninety_five = np.quantile(degree, [0.05, 0.5, 0.95])
    return float(five), float(half), float(ninety_five)
