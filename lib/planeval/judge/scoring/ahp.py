"""AHP: weights from pairwise judgements of several experts.

Priority w: principal eigenvector of the reciprocal matrix A (a_ij: how many times i matters as much as j).

    CI = (λmax − n) / (n − 1)      CR = CI / RI(n), 0 for n ≤ 2

An expert with CR ≥ 0.1 (as displayed, to 3 decimals) is refused, and the judgement with the largest
|ln(a_ij · w_j / w_i)| is named with the value that would agree best with the others (the one that
minimises λmax: Bozóki, Fülöp & Rónyai 2010). Group: element-wise geometric mean of the judgements, the only
mean that keeps reciprocity (Aczél & Saaty 1983). Agreement of the experts: Kendall's W of their rankings,

    W = 12 S / (m² (n³ − n) − m Σ(t³ − t)),  S = Σ (R_j − m (n + 1) / 2)²,  t: sizes of ties.

References: Saaty 1980, 2008; the random-index table is a parameter (random_index.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from planeval.judge.rounding import displayed_share
from planeval.judge.scoring.random_index import RANDOM_INDEXES, RandomIndex
from planeval.judge.scoring.refusal import Refused, refuse_if

LIMIT = Decimal("0.1")
SCALE = 9.0
RECIPROCITY = 1e-6
FEW_EXPERTS = 5

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Priority:
    """One judgement matrix worked out: weights by criterion (sum 1), λmax, CI and CR."""

    weights: dict[str, float]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float


@dataclass(frozen=True)
class GroupJudgement:
    """The experts together. concordance: Kendall's W, None where it has no meaning (said in `sentence`)."""

    weights: dict[str, float]
    group: Priority
    experts: dict[str, Priority]
    concordance: float | None
    random_index: RandomIndex
    sentence: str


def judgement_matrix(criteria: Sequence[str], judgements: Iterable[tuple[str, str, float]]) -> Matrix:
    """A full reciprocal matrix from judgements (i, j, times), one per pair of criteria, either way round.

    Raises Refused naming every pair that is missing, given twice or unknown.
    """
    place = {name: index for index, name in enumerate(criteria)}
    matrix = np.eye(len(place))
    open_pairs = {frozenset((a, b)) for a in criteria for b in criteria if a != b}
    faults = []
    for first, second, times in judgements:
        pair = frozenset((first, second))
        if first not in place or second not in place or first == second:
            faults.append((f"判断“{first} 比 {second}”不是两个不同的指标", "核对指标编号"))
        elif pair not in open_pairs:
            faults.append((f"“{first}”和“{second}”比了不止一次", "每两项只留一个判断，反过来的由程序取倒数"))
        elif not (math.isfinite(times) and times > 0):
            faults.append((f"“{first} 比 {second}”写的是 {times}，不是正数", "写 1 到 9，或它们的倒数"))
        else:
            matrix[place[first], place[second]] = times
            matrix[place[second], place[first]] = 1 / times
        open_pairs.discard(pair)
    missing = sorted("和".join(sorted(pair, key=list(criteria).index)) for pair in open_pairs)
    faults += [(f"没有比较{pair}", "请专家补上，不替专家推算") for pair in missing]
    refuse_if(faults)
    return matrix


def check_matrix(criteria: Sequence[str], matrix: Matrix, expert: str) -> None:
    """Raise Refused, naming the expert and each fault, unless square, positive, within 1–9 and reciprocal."""
    size = len(criteria)
    if size < 1 or matrix.shape != (size, size):
        shape = "×".join(map(str, matrix.shape))
        raise Refused([(f"{expert}的判断矩阵是 {shape}，指标有 {size} 项", f"改成 {size}×{size} 的方阵")])
    faults = []
    for i in range(size):
        for j in range(i, size):
            pair, given, back = f"“{criteria[i]} 比 {criteria[j]}”", float(matrix[i, j]), float(matrix[j, i])
            if not (math.isfinite(given) and math.isfinite(back) and given > 0 and back > 0):
                faults.append((f"{expert}的{pair}不是正数", "写 1 到 9，或它们的倒数"))
            elif i == j and given != 1:
                faults.append((f"{expert}的{pair}写的是 {given:g}", "自己比自己写 1"))
            elif max(given, back) > SCALE * (1 + RECIPROCITY):
                faults.append((f"{expert}的{pair}写的是 {given:.4g}，超出 1–9 标度", "写 1 到 9，或它们的倒数"))
            elif abs(given * back - 1) > RECIPROCITY:
                faults.append((
                    f"{expert}的{pair}是 {given:.4g}，反过来是 {back:.4g}，不是倒数",
                    "只写一个方向，另一个方向由程序取倒数",
                ))  # fmt: skip
    refuse_if(faults)


def priority(criteria: Sequence[str], matrix: Matrix, random_index: RandomIndex) -> Priority:
    """Weights, λmax, CI and CR of one matrix that passed check_matrix."""
    vector, lambda_max = _principal(matrix)
    size = len(criteria)
    index = max(0.0, (lambda_max - size) / (size - 1)) if size > 1 else 0.0
    ratio = index / random_index.of(size) if size > 2 else 0.0
    return Priority(dict(zip(criteria, map(float, vector), strict=True)), lambda_max, index, ratio)


def _principal(matrix: Matrix) -> tuple[Matrix, float]:
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    vector = np.abs(vectors[:, largest].real)
    return vector / vector.sum(), float(values[largest].real)


def most_inconsistent(matrix: Matrix) -> tuple[int, int]:
    """Row and column (written the way round that is ≥ 1) of the judgement farthest from w_i / w_j."""
    vector, _ = _principal(matrix)
    strain = np.triu(np.abs(np.log(matrix * vector[None, :] / vector[:, None])), k=1)
    i, j = (int(each) for each in np.unravel_index(int(np.argmax(np.round(strain, 12))), matrix.shape))
    return (i, j) if matrix[i, j] >= 1 else (j, i)


def most_consistent_value(matrix: Matrix, i: int, j: int) -> float:
    """The judgement of i against j that minimises λmax when all the others stay as they are."""

    def lambda_max(log_times: float) -> float:
        tried = matrix.copy()
        tried[i, j], tried[j, i] = math.exp(log_times), math.exp(-log_times)
        return _principal(tried)[1]

    found = scipy.optimize.minimize_scalar(lambda_max, bounds=(-math.log(SCALE), math.log(SCALE)), method="bounded",
                            options={"xatol": 1e-10})  # fmt: skip
    return math.exp(float(found.x))


def judge_expert(criteria: Sequence[str], matrix: Matrix, expert: str, random_index: RandomIndex) -> Priority:
    """One expert's priority; raises Refused for a bad matrix or CR ≥ 0.1, naming the worst judgement."""
    check_matrix(criteria, matrix, expert)
    found = priority(criteria, matrix, random_index)
    shown = displayed_share(Decimal(repr(found.consistency_ratio)))
    if shown >= LIMIT:
        i, j = most_inconsistent(matrix)
        better = most_consistent_value(matrix, i, j)
        agreeing = f"{better:.1f}" if better >= 1 else f"1/{1 / better:.1f}"
        pair = f"“{criteria[i]} 比 {criteria[j]}”"
        raise Refused([(
            f"{expert}的判断前后矛盾：CR = {shown}，不小于 {LIMIT}（随机一致性指标取自{random_index.source}）",
            f"请{expert}先复核{pair}：写的是 {matrix[i, j]:.4g}，与其余判断最相合的约为 {agreeing}",
        )])  # fmt: skip
    return found


def kendalls_w(scores: Matrix) -> float | None:
    """Kendall's W, corrected for ties, of m rows (experts) scoring n columns; None when it is undefined.

    Undefined: fewer than 2 experts or columns, or every expert ties everything. Scores that differ by less
    than 1e-9 are tied.
    """
    experts, size = scores.shape
    if experts < 2 or size < 2:
        return None
    ranks = pd.DataFrame(np.round(scores, 9)).rank(axis=1).to_numpy()
    ties = sum(int(count) ** 3 - int(count) for row in ranks for count in np.unique(row, return_counts=True)[1])
    deviation = float(((ranks.sum(axis=0) - experts * (size + 1) / 2) ** 2).sum())
    possible = experts**2 * (size**3 - size) - experts * ties
    return 12 * deviation / possible if possible else None


def judge_group(
    criteria: Sequence[str], experts: Mapping[str, Matrix], random_index_id: str = "saaty"
) -> GroupJudgement:
    """Every expert checked, then their geometric mean. Raises Refused with the faults of all experts."""
    if random_index_id not in RANDOM_INDEXES:
        raise Refused([(f"没有随机一致性指标表“{random_index_id}”", f"写成{'、'.join(RANDOM_INDEXES)}之一")])
    if not experts:
        raise Refused([("没有一位专家的判断", "至少写一位专家的判断；要有代表性应有五位以上")])
    table = RANDOM_INDEXES[random_index_id]
    judged: dict[str, Priority] = {}
    faults: list[tuple[str, str]] = []
    for name, matrix in experts.items():
        try:
            judged[name] = judge_expert(criteria, np.asarray(matrix, dtype=float), name, table)
        except Refused as refusal:
            faults += refusal.faults
    refuse_if(faults)
    mean = np.exp(np.mean([np.log(np.asarray(experts[name], dtype=float)) for name in sorted(experts)], axis=0))
    group = judge_expert(criteria, mean, "专家组", table)
    concordance = kendalls_w(np.array([[judged[name].weights[each] for each in criteria] for name in sorted(judged)]))
    sentence = _sentence(judged, group, concordance, table)
    return GroupJudgement(group.weights, group, judged, concordance, table, sentence)


def _sentence(judged: dict[str, Priority], group: Priority, concordance: float | None, table: RandomIndex) -> str:
    worst = max(each.consistency_ratio for each in judged.values())
    few = "" if len(judged) >= FEW_EXPERTS else f"，不足 {FEW_EXPERTS} 位，代表性有限"
    agreement = "排序一致程度无法计算" if concordance is None else f"排序一致程度 Kendall W = {concordance:.2f}"
    return (
        f"权重由 {len(judged)} 位专家两两比较得出{few}；"
        f"各人 CR 最大 {worst:.3f}，合成后 {group.consistency_ratio:.3f}，均小于 {LIMIT}"
        f"（随机一致性指标取自{table.source}）；{agreement}。"
    )
