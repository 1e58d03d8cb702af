"""Four chains and three roles: the formula by hand, properties of the degree, the demonstration counted again."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from planeval import fusion_chain_section, open_review, role_section
from planeval.judge.fusion import coordination, judge_fusion
from planeval.plan.fusion import Fusion
from planeval.review import Review
from recomputation import standing_rows

ROOT = Path(__file__).resolve().parents[2]
CASES = yaml.safe_load((ROOT / "tests/cases/fusion.yml").read_text(encoding="utf-8"))
SHARES = st.floats(0.01, 1)


def decided(**changed: Any) -> Fusion:
    """Two chains and one role on two indicators, goalposts 10 and 30."""
    rule = {"table": "events", "distinct": "event_id", "dated_by": "held_on"}
    post = {"unit": "场", "rule": rule, "unacceptable": 10.0, "satisfactory": 30.0}
    value = {
        "indicators": {"one": {"name": "甲", **post}, "two": {"name": "乙", **post}},
        "chains": {"a": {"name": "甲链", "indicators": ["one"]}, "b": {"name": "乙链", "indicators": ["two"]}},
        "roles": {"r": {"name": "定位", "indicators": ["one", "two"]}},
        "catalyst": "助推器", "grades": [{"name": "低", "least": 0}, {"name": "高", "least": 0.5}],
        "goalpost_band": 0.1, "draws": 200, "seed": 1,
    }  # fmt: skip
    return Fusion.model_validate(value | changed)


def values(one: float | None, two: float | None) -> pd.DataFrame:
    """The two indicators in one quarter."""
    rows = [(name, "2026Q3", math.nan if value is None else value, "") for name, value in (("one", one), ("two", two))]
    return pd.DataFrame(rows, columns=["indicator", "period", "value", "reason"])


@pytest.mark.parametrize("case", CASES["coordination"], ids=lambda case: case["name"])
def test_coordination_by_hand(case: dict[str, Any]) -> None:
    """C, T and D of a few chains."""
    coupling, level, degree = coordination(np.array(case["chains"], dtype=float))
    assert math.isnan(coupling) if case["coupling"] is None else coupling == pytest.approx(case["coupling"], abs=1e-6)
    assert (level, degree) == pytest.approx((case["level"], case["degree"]), abs=1e-6)


@pytest.mark.parametrize("case", CASES["indices"], ids=lambda case: case["name"])
def test_indices_by_hand(case: dict[str, Any]) -> None:
    """An index between the goalposts; what is missing stays missing and stops the degree."""
    judged = judge_fusion(values(case["value"], 20), decided())
    index = judged.indices.set_index("indicator").loc["one", "index"]
    degree = judged.degrees["degree"].iloc[0]
    if case["index"] is None:
        assert math.isnan(index) and math.isnan(degree)
        assert judged.degrees["missing"].iloc[0] == ("a",)
        assert judged.band is None
    else:
        assert index == pytest.approx(case["index"])
        assert degree == pytest.approx((case["index"] * 0.5) ** 0.25)  # √ of the geometric mean of two chains


@given(st.lists(SHARES, min_size=2, max_size=5), st.data())
def test_degree_rises_with_every_chain_and_does_not_mind_their_order(chains: list[float], data: st.DataObject) -> None:
    """D is monotone in each chain, free of order, and never above the best chain's own √."""
    degree = coordination(np.array(chains))[2]
    shuffled = data.draw(st.permutations(chains))
    assert coordination(np.array(shuffled))[2] == pytest.approx(degree)
    better = [min(chain * 1.1, 1.0) for chain in chains]
    assert coordination(np.array(better))[2] >= degree - 1e-12
    assert math.sqrt(min(chains)) - 1e-9 <= degree <= math.sqrt(max(chains)) + 1e-9


@given(st.floats(10, 30), st.floats(10, 30))
def test_band_holds_the_degree_in_force(one: float, two: float) -> None:
    """Moving goalposts up and down gives an interval around what the goalposts in force give, seeded."""
    judged = judge_fusion(values(one, two), decided())
    assert judged.band is not None
    low, _, high = judged.band
    assert low - 0.02 <= judged.degrees["degree"].iloc[0] <= high + 0.02
    assert judge_fusion(values(one, two), decided()).band == judged.band


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"chains": {"a": {"name": "甲链", "indicators": ["three"]}, "b": {"name": "乙链", "indicators": ["two"]}}}, "three"),
        ({"chains": {"a": {"name": "甲链", "indicators": ["one", "one"]}, "b": {"name": "乙", "indicators": ["two"]}}}, "重复"),
        ({"grades": [{"name": "高", "least": 0.5}, {"name": "低", "least": 0}]}, "从小到大"),
        ({"grades": [{"name": "高", "least": 0.5}]}, "从 0 开始"),
    ],
)  # fmt: skip
def test_decisions_that_cannot_be_computed_are_refused(changed: dict[str, Any], said: str) -> None:
    """Unknown or repeated indicators, grades out of order: refused with the name."""
    with pytest.raises(ValidationError, match=said):
        decided(**changed)


def test_indicators_counted_again_from_raw_cells(demonstration: Review) -> None:
    """Talents in post and money invested, from the standing workbooks without the package."""
    rows, _ = standing_rows(ROOT, "")
    here = list(rows["人才"].values())
    posted = [row for row in here if str(row["到岗日期"])[:10] <= "2026-09-30"]
    still = [row for row in posted if not row["离开日期"] or str(row["离开日期"])[:10] > "2026-09-30"]
    invested = list(rows["投资"].values())
    assert demonstration.fusion is not None
    now = demonstration.fusion.indices[demonstration.fusion.indices["period"].eq("2026Q3")].set_index("indicator")[
        "value"
    ]
    assert now["talents"] == len(still)
    assert now["invested"] == pytest.approx(sum(float(row["投资金额"]) for row in invested) / 10_000)


def test_sections_state_their_finding_and_an_undecided_plan_stands(demonstration: Review) -> None:
    """The first sentence names the weakest chain; a plan without the decision says so."""
    text = fusion_chain_section(demonstration).text
    assert demonstration.fusion is not None
    assert f"四链协调度 {demonstration.fusion.degrees['degree'].iloc[-1]:.2f}" in text
    assert "最弱的是资金链" in text
    assert "nan" not in (text + role_section(demonstration).text).lower()
    early = open_review("jincheng", "2025Q1", workspace=ROOT)
    assert "没有算出：产业链有指标没有数" in fusion_chain_section(early).text
    other = open_review("lvliang-2025", "2025Q4", workspace=ROOT)
    assert "没有决定用哪些指标" in fusion_chain_section(other).text + role_section(other).text
