"""Weights: equal, given or from experts. The plan sets none, so each is a decision with an owner.

Weights sum to 1. Items that are not counted give their weight to the others in proportion:
w'_i = w_i / Σ w over the counted items.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from planeval.judge.scoring.ahp import GroupJudgement
from planeval.judge.scoring.refusal import Refused, refuse_if

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Weights:
    """Weight by item id, summing to 1; basis: equal, given or ahp; sentence: how they came about (Chinese)."""

    by_item: dict[str, float]
    basis: str
    sentence: str


def equal_weights(ids: Sequence[str]) -> Weights:
    """1 / n each."""
    if not ids:
        raise Refused([("没有一项指标，无从分配权重", "至少列一项")])
    return Weights({item: 1 / len(ids) for item in ids}, "equal", f"{len(ids)} 项等权，每项 1/{len(ids)}。")


def given_weights(ids: Sequence[str], given: Mapping[str, float]) -> Weights:
    """Weights as decided; raises Refused unless they cover exactly these items, are ≥ 0 and sum to 1."""
    faults = [(f"没有写“{item}”的权重", "补上；确实不计的写 0") for item in ids if item not in given]
    faults += [(f"“{item}”不在指标之列", "删去或改正编号") for item in given if item not in ids]
    odd = [item for item, weight in given.items() if not (math.isfinite(weight) and weight >= 0)]
    faults += [(f"“{item}”的权重 {given[item]} 不是非负的数", "写成 0 到 1 之间的数") for item in odd]
    refuse_if(faults)
    total = math.fsum(given.values())
    if abs(total - 1) > TOLERANCE:
        off = f"{'少' if total < 1 else '多'} {f'{abs(total - 1):.10f}'.rstrip('0')}"
        raise Refused([(f"权重合计是 {total:.10g}，比 1 {off}", "改到合计正好是 1；程序不替您按比例缩放")])
    return Weights({item: given[item] / total for item in ids}, "given", "权重由评价方给定，合计为 1。")


def expert_weights(ids: Sequence[str], group: GroupJudgement) -> Weights:
    """Weights of the experts' group judgement; raises Refused when they compared other items."""
    faults = [(f"专家没有比较“{item}”", "请专家补上") for item in ids if item not in group.weights]
    faults += [(f"专家比较的“{item}”不在指标之列", "删去或改正编号") for item in group.weights if item not in ids]
    refuse_if(faults)
    return Weights({item: group.weights[item] for item in ids}, "ahp", group.sentence)


def effective_weights(weights: Mapping[str, float], counted: Collection[str]) -> dict[str, float]:
    """Weights of the counted items alone, summing to 1 again; empty when nothing with a weight is counted."""
    kept = {item: weight for item, weight in weights.items() if item in counted}
    total = math.fsum(kept.values())
    return {item: weight / total for item, weight in kept.items()} if total > 0 else {}
