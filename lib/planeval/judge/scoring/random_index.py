"""Random-index tables of the AHP consistency ratio. They differ, so the one in use is a cited decision."""

from __future__ import annotations

from dataclasses import dataclass

from planeval.judge.scoring.refusal import Refused


@dataclass(frozen=True)
class RandomIndex:
    """Mean consistency index of random reciprocal matrices by their size, and who computed it."""

    id: str
    source: str
    by_size: dict[int, float]

    def of(self, size: int) -> float:
        """The index of a size; raises Refused beyond the table."""
        if size not in self.by_size:
            largest = max(self.by_size)
            raise Refused([
                (f"随机一致性指标表（{self.source}）没有 {size} 阶", f"一组最多放 {largest} 项，多的先分组再比较")
            ])  # fmt: skip
        return self.by_size[size]


RANDOM_INDEXES = {
    table.id: table
    for table in (
        RandomIndex(
            "saaty", "Saaty 2005, Theory and Applications of the Analytic Network Process, 第31页",
            {3: 0.52, 4: 0.89, 5: 1.11, 6: 1.25, 7: 1.35, 8: 1.40, 9: 1.45, 10: 1.49},
        ),
        RandomIndex(
            "textbook", "国内教材常用表（与 pyDecision 程序所载相同）",
            {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49},
        ),
        RandomIndex(
            "donegan_dodd", "Donegan & Dodd 1991, Mathematical and Computer Modelling 15",
            {3: 0.4914, 4: 0.8286, 5: 1.0591, 6: 1.1797, 7: 1.2519, 8: 1.3171, 9: 1.3733, 10: 1.4055},
        ),
    )
}  # fmt: skip
