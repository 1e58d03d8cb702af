"""What changed since the last review: value, light and score of every target, and the total, each with its cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from planeval.judge.assessment.stages import CAUSES, Stage
from planeval.plan import Plan

VALUE, LIGHT, SCORE, TOTAL = "数值", "进度灯", "得分", "总分"
SPLIT = {"方法变更": "by_method", "更正": "by_correction", "口径变更": "by_decision", "应达变化": "by_due",
         "新增事实": "by_new_facts"}  # fmt: skip
COLUMNS = (
    "target_id", "name", "unit", "what", "before", "after", "difference", "cause", *SPLIT.values(),
)  # fmt: skip
NONE = "没有变化"
_Seen = Decimal | float | str | None


def changes_table(stages: Sequence[Stage], plan: Plan) -> pd.DataFrame:
    """One row per target and what (数值, 进度灯, 得分), and one for 总分 last; columns as in COLUMNS.

    before, after: as at the first and the last stage, blank (None) where there is none. cause: every cause by which
    it moved, in the order of CAUSES, joined by 、; 没有变化 where it ends as it began. The by_… columns split
    `difference` by cause and add up to it, also where the causes cancel out; blank where a number is missing on the
    way. Empty without a last review.
    """
    rows: list[dict[str, object]] = []
    if len(stages) > 1:
        for target in plan.targets:
            about = {"target_id": target.id, "name": target.name}
            results = [stage.results[target.id] for stage in stages]
            rows.append({**about, "unit": target.unit, **_row(VALUE, stages, [each.value for each in results])})
            rows.append({**about, "unit": "", **_row(LIGHT, stages, [each.light for each in results])})
            rows.append({**about, "unit": "分", **_row(SCORE, stages, [each.score for each in results])})
        totals = [stage.total_value for stage in stages]
        rows.append({"target_id": "", "name": TOTAL, "unit": "分", **_row(TOTAL, stages, totals)})
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _row(what: str, stages: Sequence[Stage], seen: Sequence[_Seen]) -> dict[str, object]:
    causes = [
        stage.cause for (before, after), stage in zip(pairwise(seen), stages[1:], strict=True)
        if not _same(before, after)
    ]  # fmt: skip
    row: dict[str, object] = dict.fromkeys(SPLIT.values())
    row |= {"what": what, "before": _plain(seen[0]), "after": _plain(seen[-1]), "difference": None}
    moved = "、".join(cause for cause in CAUSES if cause in causes)
    row["cause"] = NONE if _same(seen[0], seen[-1]) else moved
    first, last = seen[0], seen[-1]
    if isinstance(first, Decimal | float) and isinstance(last, Decimal | float):
        row["difference"] = float(_minus(last, first))
        row |= _split(stages, seen)
    return row


def _split(stages: Sequence[Stage], seen: Sequence[_Seen]) -> dict[str, object]:
    """What each cause brought; nothing when a number is missing on the way."""
    steps: dict[str, object] = dict.fromkeys(SPLIT.values(), 0.0)
    for (before, after), stage in zip(pairwise(seen), stages[1:], strict=True):
        if not (isinstance(before, Decimal | float) and isinstance(after, Decimal | float)):
            return dict.fromkeys(SPLIT.values())
        steps[SPLIT[stage.cause]] = float(_minus(after, before))
    return steps


def _minus(last: Decimal | float, first: Decimal | float) -> Decimal | float:
    """Displayed numbers are subtracted exactly; scores to the noise of floats."""
    if isinstance(last, Decimal) and isinstance(first, Decimal):
        return last - first
    difference = float(last) - float(first)
    return 0.0 if math.isclose(difference, 0, abs_tol=1e-12) else difference


def _same(before: _Seen, after: _Seen) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, abs_tol=1e-9)
    return before == after


def _plain(seen: _Seen) -> float | str | None:
    return float(seen) if isinstance(seen, Decimal) else seen
