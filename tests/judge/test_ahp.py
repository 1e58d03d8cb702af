"""AHP against published matrices, the refusals, and the invariants of the eigenvector and of Kendall's W."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from planeval.judge.scoring.ahp import (
    check_matrix,
    judge_expert,
    judge_group,
    judgement_matrix,
    kendalls_w,
    most_consistent_value,
    most_inconsistent,
    priority,
)
from planeval.judge.scoring.random_index import RANDOM_INDEXES
from planeval.judge.scoring.refusal import Refused
from planeval.judge.scoring.weights import expert_weights

REFERENCE = Path(__file__).resolve().parents[3] / "shared/reference/ahp_saaty.json"

# Saaty (2008), Decision making with the analytic hierarchy process, IJSS 1(1): consumption of drinks.
DRINKS = ["coffee", "wine", "tea", "beer", "soda", "milk", "water"]
DRINKS_MATRIX = np.array([
    [1, 9, 5, 2, 1, 1, 1 / 2],
    [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [1, 9, 4, 2, 1, 2, 1 / 2],
    [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [2, 9, 9, 3, 2, 3, 1],
])  # fmt: skip
DRINKS_WEIGHTS = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
# The leader example of Wikipedia's article on AHP (criteria, and the candidates' experience).
LEADER = np.array([[1, 4, 3, 7], [1 / 4, 1, 1 / 3, 3], [1 / 3, 3, 1, 5], [1 / 7, 1 / 3, 1 / 5, 1]])
LEADER_WEIGHTS = [0.548, 0.127, 0.270, 0.056]
EXPERIENCE = np.array([[1, 1 / 4, 4], [4, 1, 9], [1 / 4, 1 / 9, 1]])
EXPERIENCE_WEIGHTS = [0.217, 0.717, 0.066]
TOLERANCE = 0.0006  # three decimals are printed
# matrix, weights, CR with Saaty's (2005) and Donegan & Dodd's (1991) random indices
PUBLISHED = [
    pytest.param(DRINKS_MATRIX, DRINKS_WEIGHTS, 0.022, 0.0235, id="drinks"),
    pytest.param(LEADER, LEADER_WEIGHTS, 0.044, 0.0476, id="leader"),
    pytest.param(EXPERIENCE, EXPERIENCE_WEIGHTS, 0.035, 0.0375, id="experience"),
]


@pytest.mark.parametrize(("matrix", "weights", "saaty", "donegan_dodd"), PUBLISHED)
def test_published_weights_and_consistency(
    matrix: np.ndarray, weights: list[float], saaty: float, donegan_dodd: float
) -> None:
    names = [f"c{index}" for index in range(len(matrix))]
    found = priority(names, matrix, RANDOM_INDEXES["saaty"])
    assert list(found.weights.values()) == pytest.approx(weights, abs=TOLERANCE)
    assert found.consistency_ratio == pytest.approx(saaty, abs=TOLERANCE)
    other = priority(names, matrix, RANDOM_INDEXES["donegan_dodd"])
    assert other.consistency_ratio == pytest.approx(donegan_dodd, abs=TOLERANCE)


def test_the_random_index_table_changes_the_ratio() -> None:
    """0.035 becomes 0.032 with the table of Chinese textbooks: which table is used must be said."""
    ratios = {
        name: priority(list("abc"), EXPERIENCE, table).consistency_ratio for name, table in RANDOM_INDEXES.items()
    }
    assert round(ratios["saaty"], 3) == 0.035 and round(ratios["textbook"], 3) == 0.032
    assert RANDOM_INDEXES["saaty"].source in judge_group(list("abc"), {"甲": EXPERIENCE}).sentence


def test_the_most_consistent_value_is_the_published_completion() -> None:
    """Bozóki, Fülöp & Rónyai (2010): the missing c against d that minimises λmax is 0.7303."""
    known = {("a", "b"): 1, ("a", "c"): 5, ("a", "d"): 2, ("b", "c"): 3, ("b", "d"): 4}
    matrix = judgement_matrix(list("abcd"), [(*pair, times) for pair, times in [*known.items(), (("c", "d"), 1)]])
    found = most_consistent_value(matrix, 2, 3)
    assert found == pytest.approx(0.730297106886979, abs=1e-6)
    matrix[2, 3], matrix[3, 2] = found, 1 / found
    completed = priority(list("abcd"), matrix, RANDOM_INDEXES["donegan_dodd"])
    assert list(completed.weights.values()) == pytest.approx([0.3738, 0.392, 0.0985, 0.1357], abs=TOLERANCE)
    assert completed.consistency_ratio == pytest.approx(0.0372, abs=TOLERANCE)


@pytest.mark.skipif(not REFERENCE.exists(), reason="the published tables do not lie beside the project")
def test_the_numbers_above_are_those_of_the_reference() -> None:
    stored = json.loads(REFERENCE.read_text(encoding="utf-8"))
    inputs, expected = stored["inputs"], stored["expected"]
    assert np.allclose(inputs["drinks"]["matrix"], DRINKS_MATRIX) and inputs["drinks"]["order"] == DRINKS
    assert np.allclose(inputs["leader_criteria"]["M"], LEADER)
    assert np.allclose(inputs["leader_experience"]["M"], EXPERIENCE)
    assert list(expected["drinks"]["weights"].values()) == DRINKS_WEIGHTS
    assert expected["leader_criteria"]["weights"] == LEADER_WEIGHTS
    assert expected["leader_experience"]["weights"] == EXPERIENCE_WEIGHTS
    tables = inputs["random_index_tables"]
    for ours, theirs in (("saaty", "AHPy_saaty"), ("donegan_dodd", "AHPy_dd"), ("textbook", "pyDecision")):
        stored_table = next(table for name, table in tables.items() if name.startswith(theirs))
        assert {str(size): index for size, index in RANDOM_INDEXES[ours].by_size.items()} == stored_table


# ---------------------------------------------------------------------------------------------- refusals


def test_an_inconsistent_expert_is_refused_with_the_worst_judgement() -> None:
    """a:b = b:c = c:d = 2, so a:d should be 8; d:a was written 8, the one judgement the others contradict."""
    circle = judgement_matrix(list("abcd"), [
        ("a", "b", 2), ("b", "c", 2), ("c", "d", 2), ("a", "c", 4), ("b", "d", 4), ("d", "a", 8),
    ])  # fmt: skip
    with pytest.raises(Refused, match="CR = ") as refusal:
        judge_expert(list("abcd"), circle, "甲", RANDOM_INDEXES["saaty"])
    assert "甲先复核“d 比 a”：写的是 8，与其余判断最相合的约为 1/8.0" in str(refusal.value)
    assert most_inconsistent(circle) == (3, 0)


def test_the_limit_is_judged_as_displayed() -> None:
    """CR 0.0996 is displayed as 0.100, so it is refused; 0.0994 passes."""
    saaty = RANDOM_INDEXES["saaty"]
    ratios = {}
    for thousandths in range(1000, 9000):
        matrix = np.array([[1, 2, thousandths / 1000], [1 / 2, 1, 1 / 2], [1000 / thousandths, 2, 1]])
        ratios[thousandths] = priority(list("abc"), matrix, saaty).consistency_ratio
    low = max(each for each, ratio in ratios.items() if ratio < 0.0995)
    high = min(each for each, ratio in ratios.items() if 0.0995 < ratio < 0.1)
    for thousandths, refused in ((low, False), (high, True)):
        matrix = np.array([[1, 2, thousandths / 1000], [1 / 2, 1, 1 / 2], [1000 / thousandths, 2, 1]])
        if refused:
            with pytest.raises(Refused, match=r"0\.100"):
                judge_expert(list("abc"), matrix, "甲", saaty)
        else:
            assert judge_expert(list("abc"), matrix, "甲", saaty).consistency_ratio < 0.1


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        (np.array([[1, 3], [1 / 2, 1]]), "不是倒数"),
        (np.array([[1, 0], [0, 1]]), "不是正数"),
        (np.array([[1, -2], [-0.5, 1]]), "不是正数"),
        (np.array([[1, math.nan], [math.nan, 1]]), "不是正数"),
        (np.array([[2, 1], [1, 1]]), "自己比自己写 1"),
        (np.array([[1, 12], [1 / 12, 1]]), "超出 1–9 标度"),
        (np.ones((2, 3)), "2×3"),
        (np.ones((3, 3)), "3×3"),
    ],
)
def test_a_matrix_that_cannot_be_used_is_refused(matrix: np.ndarray, said: str) -> None:
    with pytest.raises(Refused, match=said):
        check_matrix(["a", "b"], matrix, "甲")


def test_a_third_typed_as_a_decimal_is_refused_with_a_remedy() -> None:
    with pytest.raises(Refused, match="由程序取倒数"):
        check_matrix(["a", "b"], np.array([[1, 3], [0.33, 1]]), "甲")


def test_judgements_that_are_missing_or_given_twice_are_all_named() -> None:
    with pytest.raises(Refused) as refusal:
        judgement_matrix(["a", "b", "c"], [("a", "b", 3), ("b", "a", 2), ("a", "x", 2), ("a", "c", 0)])
    said = str(refusal.value)
    assert "“b”和“a”比了不止一次" in said and "a 比 x" in said and "不是正数" in said
    assert "没有比较b和c" in said and "没有比较a和c" not in said


def test_all_experts_are_checked_before_refusing() -> None:
    bad = np.array([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
    with pytest.raises(Refused) as refusal:
        judge_group(list("abc"), {"甲": bad, "乙": EXPERIENCE, "丙": bad})
    assert len(refusal.value.faults) == 2
    for experts in ({}, {"甲": np.ones((2, 2))}):
        with pytest.raises(Refused):
            judge_group(list("abc"), experts)
    with pytest.raises(Refused, match="没有随机一致性指标表"):
        judge_group(list("abc"), {"甲": EXPERIENCE}, "wikipedia")


def test_more_items_than_the_random_index_table_holds() -> None:
    with pytest.raises(Refused, match="11 阶"):
        priority([f"c{index}" for index in range(11)], np.ones((11, 11)), RANDOM_INDEXES["saaty"])


# ------------------------------------------------------------------------------------ the group, invariants


def test_the_group_is_the_geometric_mean() -> None:
    """a:b judged 2 and 8 gives 4 = √16, so the weights are 0.8 and 0.2."""
    experts = {"甲": np.array([[1, 2], [1 / 2, 1]]), "乙": np.array([[1, 8], [1 / 8, 1]])}
    group = judge_group(["a", "b"], experts)
    assert group.weights == pytest.approx({"a": 0.8, "b": 0.2})
    assert group.concordance == 1 and "不足 5 位" in group.sentence
    assert expert_weights(["b", "a"], group).by_item == pytest.approx({"b": 0.2, "a": 0.8})
    with pytest.raises(Refused, match="没有比较“c”"):
        expert_weights(["a", "b", "c"], group)


def test_one_or_two_items_are_always_consistent() -> None:
    assert judge_group(["a"], {"甲": np.ones((1, 1))}).weights == {"a": 1.0}
    assert judge_group(["a", "b"], {"甲": np.array([[1, 9], [1 / 9, 1]])}).group.consistency_ratio == 0


def test_kendalls_w_of_a_published_table() -> None:
    """Zar (2010), example 20.5: wing, tail and bill of twelve birds; the rank sums are printed there."""
    birds = np.array([
        [10.4, 10.8, 11.1, 10.2, 10.3, 10.2, 10.7, 10.5, 10.8, 11.2, 10.6, 11.4],
        [7.4, 7.6, 7.9, 7.2, 7.4, 7.1, 7.4, 7.2, 7.8, 7.7, 7.8, 8.3],
        [17.0, 17.0, 20.0, 14.5, 15.5, 13.0, 19.5, 16.0, 21.0, 20.0, 18.0, 22.0],
    ])  # fmt: skip
    assert kendalls_w(birds) == pytest.approx(0.924, abs=0.0005)
    assert kendalls_w(birds) == pytest.approx(friedmanchisquare(*birds.T).statistic / (3 * 11))


def test_kendalls_w_where_it_has_no_meaning() -> None:
    assert kendalls_w(np.array([[1.0, 2.0, 3.0]])) is None
    assert kendalls_w(np.array([[1.0], [2.0]])) is None
    assert kendalls_w(np.ones((3, 4))) is None
    assert kendalls_w(np.array([[1, 2, 3], [3, 2, 1]], dtype=float)) == 0


@given(st.lists(st.floats(1, 9), min_size=1, max_size=9))
def test_a_consistent_matrix_gives_its_weights_back(raw: list[float]) -> None:
    weights = np.array(raw) / sum(raw)
    matrix = weights[:, None] / weights[None, :]
    names = [f"c{index}" for index in range(len(raw))]
    found = judge_expert(names, matrix, "甲", RANDOM_INDEXES["saaty"])
    assert list(found.weights.values()) == pytest.approx(list(weights), abs=1e-9)
    assert found.consistency_ratio < 1e-9


@given(st.permutations(range(7)))
def test_the_order_of_criteria_does_not_matter(order: list[int]) -> None:
    base = priority(DRINKS, DRINKS_MATRIX, RANDOM_INDEXES["saaty"])
    turned = priority([DRINKS[i] for i in order], DRINKS_MATRIX[np.ix_(order, order)], RANDOM_INDEXES["saaty"])
    assert turned.weights == pytest.approx(base.weights, abs=1e-12)
    assert turned.consistency_ratio == pytest.approx(base.consistency_ratio, abs=1e-12)


@given(st.lists(st.integers(1, 9), min_size=6, max_size=6), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_the_group_does_not_depend_on_the_order_of_experts(first: list[int], second: list[int]) -> None:
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    matrices = {
        name: judgement_matrix(list("abcd"), [(*pair, times) for pair, times in zip(pairs, found, strict=True)])
        for name, found in (("甲", first), ("乙", second))
    }
    try:
        one, two = judge_group(list("abcd"), matrices), judge_group(list("abcd"), dict(reversed(matrices.items())))
    except Refused:
        return
    assert one.weights == two.weights and one.concordance == two.concordance
    assert math.fsum(one.weights.values()) == pytest.approx(1)
