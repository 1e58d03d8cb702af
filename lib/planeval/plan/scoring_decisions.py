"""How the decisions of the score are written in method.yml: goalposts, weights, floor, grades, missing, robustness.

Only the form is checked here. Whether weights sum to 1, experts contradict themselves or goalposts can be used is
judged where they are used (judge.assessment.scheme), and said as a fault of the same file.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator

from planeval.plan.model import Entry, Text, WordId

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1)]
_RATIO = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:/[0-9]+(?:\.[0-9]+)?)?")


class GoalpostRule(Entry):
    """不允许值 (60 points) and 满意值 (100 points) of one target, and what they are held against.

    measure: `of_expected` (done share ÷ the share expected by now), `done_share` (against the final target) or
    `value` (in the target's own unit).
    """

    measure: Literal["of_expected", "done_share", "value"]
    unacceptable: _Number
    satisfactory: _Number


def _judgement_row(written: object) -> object:
    """One row of a judgement matrix written as text, `1 2 1/3`; raises ValueError (Chinese) for anything else."""
    if not isinstance(written, str):
        return written
    words = written.split()
    return tuple(_ratio(word) for word in words)


def _ratio(word: str) -> float:
    above, _, below = word.partition("/")
    if not _RATIO.fullmatch(word) or (below and Fraction(below) == 0):
        raise ValueError(f"判断矩阵里的“{word}”应写成 3 或 1/3 这样的数，数之间留空格")
    return float(Fraction(above) / Fraction(below or "1"))


_Row = Annotated[tuple[_Number, ...], BeforeValidator(_judgement_row), Strict(False)]
_Matrix = Annotated[tuple[_Row, ...], Strict(False), Field(min_length=1)]


class WeightRule(Entry):
    """Where the weights come from.

    equal: 1/n each. given: `given`, target id → weight. ahp: `criteria` (target ids in the order of rows and
    columns), `experts` (who → matrix, one text per row: how many times the row's target matters as much as the
    column's) and `random_index`, the table the consistency ratio is measured by.
    """

    basis: Literal["equal", "given", "ahp"]
    given: dict[WordId, _Number] = Field(default_factory=dict)
    criteria: Annotated[tuple[WordId, ...], Strict(False)] = ()
    experts: dict[Text, _Matrix] = Field(default_factory=dict)
    random_index: Literal["saaty", "textbook", "donegan_dodd"] = "saaty"

    @model_validator(mode="after")
    def _only_its_own(self) -> WeightRule:
        if bool(self.given) != (self.basis == "given"):
            raise ValueError("given 只在 basis: given 时写，而且必须写")
        if bool(self.experts) != (self.basis == "ahp") or bool(self.criteria) != (self.basis == "ahp"):
            raise ValueError("criteria 和 experts 只在 basis: ahp 时写，而且都必须写")
        return self


class FloorRule(Entry):
    """底线规则: target id → 警戒线 in points (0–100); `cap` is the best grade left below any of them."""

    lines: dict[WordId, Annotated[float, Field(ge=0, le=100)]]
    cap: Text


class MissingRule(Entry):
    """What each state without a plain number does to the total; two of the four leave no choice.

    owed: 应报未报 is 0 points with its weight, or left out. in_doubt: 待核 counts as reported, or is left out.
    """

    not_due: Literal["left_out"]
    owed: Literal["zero", "left_out"]
    not_applicable: Literal["left_out"]
    in_doubt: Literal["counted", "left_out"]


class RobustnessRule(Entry):
    """How far each choice is moved in the Monte Carlo; see judge.robustness.monte_carlo."""

    weights: Literal["band", "dirichlet", "fixed"]
    weight_band: Annotated[float, Field(ge=0, lt=1)]
    goalpost_band: Annotated[float, Field(ge=0, lt=0.5)]
    geometric_share: _Share
    late: Annotated[tuple[Literal["zero", "left_out", "last_reported"], ...], Strict(False), Field(min_length=1)]
    draws: Annotated[int, Field(ge=1000, le=1_000_000)]
    seed: Annotated[int, Field(ge=0)]


class ComparisonRule(Entry):
    """Whether the comparison table (entropy, CRITIC, TOPSIS, fuzzy) is shown."""

    shown: bool


GradeLimits = Annotated[dict[Text, Annotated[float, Field(ge=0, le=100)]], Field(min_length=1)]
SCORING_SHAPES: dict[str, object] = {
    "goalposts": GoalpostRule, "weights": WeightRule, "floor": FloorRule, "grades": GradeLimits,
    "missing": MissingRule, "robustness": RobustnessRule, "comparison": ComparisonRule,
}  # fmt: skip
SCORING = tuple(name for name in SCORING_SHAPES if name != "comparison")
