"""The comparison table's methods against published tables; constant, empty and lonely columns give a stated result."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planeval.judge.scoring.comparison import WHY_NOT, compare_methods, rank_correlation
from planeval.judge.scoring.dispersion_weights import critic_weights, entropy_weights
from planeval.judge.scoring.rival_scores import fuzzy_evaluation, topsis

REFERENCE = Path(__file__).resolve().parents[3] / "shared/reference"
Table = list[list[float]]

# Xu (2004), EJOR 156(2); its fourth column hardly differs and is weighed 0.
XU: Table = [[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]]
XU_WEIGHTS = [0.4630, 0.3992, 0.1378, 0.0000]
# Zavadskas & Podvezko (2016), IJITDM 15(2).
ZAVADSKAS: Table = [[3, 100, 10, 7], [2.5, 80, 8, 5], [1.8, 50, 20, 11], [2.2, 70, 12, 9]]
ZAVADSKAS_WEIGHTS = [0.1146, 0.1981, 0.4185, 0.2689]
# Ersoy (2021), LogForum 17(3): entropy weights to 3 decimals, then TOPSIS with the last two columns as costs.
ERSOY: Table = [
    [256, 8, 41, 1.6, 1.77, 7347.16], [256, 8, 32, 1, 1.8, 6919.99], [256, 8, 53, 1.6, 1.9, 8400],
    [256, 8, 41, 1, 1.75, 6808.9], [512, 8, 35, 1.6, 1.7, 8479.99], [256, 4, 35, 1.6, 1.7, 7499.99],
]  # fmt: skip
ERSOY_WEIGHTS = [0.405, 0.221, 0.134, 0.199, 0.007, 0.034]
ERSOY_CLOSENESS = [0.308, 0.254, 0.327, 0.263, 0.857, 0.192]
# Diakoulaki, Mavrotas & Papayannakis (1995), Computers & OR 22(7).
DIAKOULAKI: Table = [
    [61.0, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9.0, 3.29, 1.65], [5.4, 2.77, 2.33],
    [4.0, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98],
]  # fmt: skip
DIAKOULAKI_WEIGHTS = {
    ("pearson", True): [0.20222554, 0.48090173, 0.31687273],
    ("pearson", False): [0.86874234, 0.08341434, 0.04784331],
    ("spearman", True): [0.21454645, 0.4898563, 0.29559726],
}
# Tuş & Aytaç Adalı (2019), Opsearch 56.
TUS: Table = [
    [5000, 3, 3, 4, 3, 2],
    [680, 5, 3, 2, 2, 1],
    [2000, 3, 2, 3, 4, 3],
    [600, 4, 3, 1, 2, 2],
    [800, 2, 4, 3, 3, 4],
]
TUS_WEIGHTS = [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]
# Tzeng & Huang (2011), Multiple Attribute Decision Making.
TZENG: Table = [[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]]
TZENG_CLOSENESS = [0.5037, 0.6581, 0.7482, 0.3340]


def frame(table: Table) -> pd.DataFrame:
    return pd.DataFrame(table, columns=[f"c{number}" for number in range(len(table[0]))], dtype=float)


def in_order(weights: dict[str, float]) -> list[float]:
    return [weights[name] for name in sorted(weights)]


@pytest.mark.parametrize(
    ("table", "weights", "tolerance"),
    [
        pytest.param(XU, XU_WEIGHTS, 6e-5, id="Xu 2004"),
        pytest.param(ZAVADSKAS, ZAVADSKAS_WEIGHTS, 6e-5, id="Zavadskas 2016"),
        pytest.param(ERSOY, ERSOY_WEIGHTS, 6e-4, id="Ersoy 2021"),
    ],
)
def test_entropy_by_share(table: Table, weights: list[float], tolerance: float) -> None:
    found = entropy_weights(frame(table))
    assert in_order(found.weights) == pytest.approx(weights, abs=tolerance)
    assert not found.left_out and "直接取比重" in found.variant


def test_scaling_first_is_another_method() -> None:
    """Xu's table scaled to [0, 1] first: the column that hardly differs gets the most weight instead of none."""
    found = entropy_weights(frame(XU), "min_max")
    by_hand = []
    for column in np.array(XU).T:
        scaled = (column - column.min()) / (column.max() - column.min())
        share = scaled[scaled > 0] / scaled.sum()
        by_hand.append(1 + (share * np.log(share)).sum() / math.log(4))
    assert in_order(found.weights) == pytest.approx([each / sum(by_hand) for each in by_hand])
    assert found.weights["c3"] > 0.1 and "极差标准化" in found.variant
    with pytest.raises(KeyError):
        entropy_weights(frame(XU), "another")


@pytest.mark.parametrize(("how", "weights"), DIAKOULAKI_WEIGHTS.items(), ids=str)
def test_critic(how: tuple[str, bool], weights: list[float]) -> None:
    found = critic_weights(frame(DIAKOULAKI), scaled=how[1], correlation=how[0])
    assert in_order(found.weights) == pytest.approx(weights, abs=1e-6)


def test_critic_of_a_second_published_table() -> None:
    assert in_order(critic_weights(frame(TUS)).weights) == pytest.approx(TUS_WEIGHTS, abs=6e-4)


def test_topsis() -> None:
    even = topsis(frame(TZENG), {"c0": 0.3, "c1": 0.4, "c2": 0.3})
    assert list(even.values) == pytest.approx(TZENG_CLOSENESS, abs=1e-4)
    assert list(even.values.rank(ascending=False)) == [3, 2, 1, 4]
    weights = dict(zip(frame(ERSOY), ERSOY_WEIGHTS, strict=True))
    costs = topsis(frame(ERSOY), weights, less_is_better=["c4", "c5"])
    assert list(costs.values) == pytest.approx(ERSOY_CLOSENESS, abs=1.5e-3)


@pytest.mark.skipif(not REFERENCE.exists(), reason="the published tables do not lie beside the project")
def test_every_table_of_the_reference() -> None:
    """The numbers above are those stored there, and the tables not repeated above match too."""
    stored: dict[str, Any] = {
        name: json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("entropy_weights", "critic_weights", "topsis")
    }
    entropy = stored["entropy_weights"]
    for name, example in entropy["inputs"].items():
        found = in_order_of_columns(entropy_weights(frame(example["matrix"])).weights)
        assert found == pytest.approx(entropy["expected"][name], abs=entropy["tolerance"][name]), name
    assert entropy["inputs"]["xu2004"]["matrix"] == XU and entropy["expected"]["xu2004"] == XU_WEIGHTS
    assert entropy["inputs"]["zavadskas2016"]["matrix"] == ZAVADSKAS
    assert entropy["inputs"]["ersoy2021"]["matrix"] == ERSOY == stored["topsis"]["inputs"]["ersoy2021"]["matrix"]
    critic = stored["critic_weights"]
    assert critic["inputs"]["a"] == DIAKOULAKI and critic["inputs"]["b"]["matrix"] == TUS
    assert list(critic["expected"]["a"].values()) == list(DIAKOULAKI_WEIGHTS.values())
    assert critic["expected"]["b"] == TUS_WEIGHTS
    assert stored["topsis"]["inputs"]["tzeng_huang_2011"]["matrix"] == TZENG
    assert stored["topsis"]["expected"]["tzeng_huang_2011"]["similarity"] == TZENG_CLOSENESS
    assert stored["topsis"]["expected"]["ersoy2021"]["published_3dp"] == ERSOY_CLOSENESS


def in_order_of_columns(weights: dict[str, float]) -> list[float]:
    return [weights[f"c{number}"] for number in range(len(weights))]


# ------------------------------------------------------------------------------------- fuzzy, by hand


def test_fuzzy_evaluation_by_hand() -> None:
    """a 90 lies halfway between 良 85 and 优 95; b 50 halfway between 差 30 and 中 70. Weights 0.6 and 0.4."""
    found = fuzzy_evaluation({"a": 90, "b": 50}, {"a": 0.6, "b": 0.4})
    assert found.membership == pytest.approx({"优": 0.3, "良": 0.3, "中": 0.2, "差": 0.2})
    assert found.expected == pytest.approx(0.3 * 95 + 0.3 * 85 + 0.2 * 70 + 0.2 * 30)
    assert found.expected == pytest.approx(0.6 * 90 + 0.4 * 50)  # the weighted mean again
    assert fuzzy_evaluation({"a": 100, "b": math.nan}, {"a": 0.6, "b": 0.4}).membership["优"] == 1
    nothing = fuzzy_evaluation({"a": math.nan}, {"a": 1.0})
    assert nothing.expected is None and "没有结果" in nothing.statement


@given(st.lists(st.floats(30, 95), min_size=1, max_size=6))
def test_the_expected_score_is_the_weighted_mean_between_the_outer_centres(points: list[float]) -> None:
    names = [f"c{number}" for number in range(len(points))]
    found = fuzzy_evaluation(dict(zip(names, points, strict=True)), dict.fromkeys(names, 1.0))
    assert found.expected == pytest.approx(sum(points) / len(points))
    assert math.fsum(found.membership.values()) == pytest.approx(1)


# -------------------------------------------------------------------------- what cannot be weighed is said


def test_constant_and_empty_columns_are_named() -> None:
    table = pd.DataFrame(
        {"same": [5.0, 5, 5], "empty": [math.nan] * 3, "gap": [1, math.nan, 3], "a": [1.0, 2, 4], "b": [3.0, 1, 2]}
    )
    for found in (entropy_weights(table), entropy_weights(table, "min_max"), critic_weights(table)):
        assert found.weights["same"] == 0 and set(found.weights) == {"same", "a", "b"}
        assert math.fsum(found.weights.values()) == pytest.approx(1)
        assert set(found.left_out) == {"same", "empty", "gap"} and "整列没有数" in found.statement
        assert "有 1 个对象缺数" in found.statement
    close = topsis(table, dict.fromkeys(table, 0.2))
    assert close.values.notna().all() and set(close.left_out) == {"same", "empty", "gap"}


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": [5.0, 5, 5], "b": [0.0, 0, 0]}),
        pd.DataFrame({"a": [0.1 + 0.2, 0.3, 0.3]}),
        pd.DataFrame({"a": [1.0], "b": [2.0]}),
        pd.DataFrame({"a": [math.nan, math.nan]}),
        pd.DataFrame({"a": []}, dtype=float),
    ],
    ids=["all constant", "constant up to noise", "one object", "all empty", "nothing"],
)
def test_nothing_to_weigh_is_said(table: pd.DataFrame) -> None:
    for found in (entropy_weights(table), entropy_weights(table, "min_max"), critic_weights(table)):
        assert found.weights == {} and "算不出权重" in found.statement
    assert topsis(table, dict.fromkeys(table, 0.5)).values.empty


def test_one_varying_column_takes_all_and_negative_shares_are_refused() -> None:
    alone = critic_weights(pd.DataFrame({"a": [1.0, 2, 3], "same": [1.0, 1, 1]}))
    assert alone.weights == {"same": 0.0, "a": 1.0} and "只有“a”一列有差异" in alone.statement
    twins = critic_weights(pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 4, 6]}))
    assert twins.weights == {} and "没有可以区分的信息" in twins.statement
    negative = entropy_weights(pd.DataFrame({"a": [-1.0, 2, 3], "b": [2.0, 4, 7]}))
    assert negative.weights == {"b": 1.0} and "有负数" in negative.statement


def test_ranks_that_cannot_be_correlated_are_said() -> None:
    few = rank_correlation(pd.Series({"x": 1.0, "y": 2.0}), pd.Series({"x": 1.0, "y": 2.0}))
    assert few.spearman is None and "只有 2 个" in few.sentence
    flat = rank_correlation(pd.Series([1.0, 1, 1]), pd.Series([1.0, 2, 3]))
    assert flat.kendall is None and "主结果各对象得分相同" in flat.sentence
    turned = rank_correlation(pd.Series([1.0, 2, 3, 4]), pd.Series([4.0, 3, 2, 1]))
    assert turned.spearman == pytest.approx(-1) and turned.kendall == pytest.approx(-1)


def test_kendall_and_spearman_by_hand() -> None:
    """Ranks 1 2 3 4 against 1 2 4 3: d² = 2, ρ = 1 − 6·2/60 = 0.8; 5 of 6 pairs agree, τ = 4/6."""
    found = rank_correlation(pd.Series([1.0, 2, 3, 4]), pd.Series([10.0, 20, 40, 30]))
    assert found.spearman == pytest.approx(0.8) and found.kendall == pytest.approx(2 / 3)


# ------------------------------------------------------------------------------------------ the whole table

OBJECTS = ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]


def test_the_table_has_a_sentence_for_every_method() -> None:
    points = pd.DataFrame({"a": [30.0, 40, 60, 90], "b": [10.0, 40, 40, 80]}, index=OBJECTS)
    main = points.mean(axis=1)
    found = compare_methods(points, {"a": 0.5, "b": 0.5}, main)
    assert list(found.summary["method"]) == list(WHY_NOT) and not found.summary.isna().any().any()
    assert found.summary["why_not"].str.endswith("故不作评级。").all() and (found.summary["spearman"] > 0.9).all()
    assert len(found.detail) == 5 * 4 and set(found.detail["rank"]) <= {1, 2, 3, 4}
    assert set(found.membership) == set(OBJECTS) and not found.detail.isna().any().any()


def test_the_table_of_objects_that_agree_has_no_nan() -> None:
    points = pd.DataFrame({"a": [60.0] * 4, "b": [math.nan] * 4}, index=OBJECTS)
    found = compare_methods(points, {"a": 0.5, "b": 0.5}, points["a"])
    said = found.summary.set_index("method")
    assert list(said["objects"]) == [0, 0, 0, 0, 4]
    assert all(value is None for value in said["spearman"]) and not found.detail.isna().any().any()
    assert "各对象得分相同" in said.loc["fuzzy", "agreement"] and "只有 0 个" in said.loc["topsis", "agreement"]


@settings(max_examples=12, deadline=None)
@given(st.permutations(OBJECTS), st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_order_free(order: list[str], values: list[int]) -> None:
    points = pd.DataFrame(np.array(values, dtype=float).reshape(4, 2), index=OBJECTS, columns=["a", "b"])
    main = points.mean(axis=1)
    one = compare_methods(points, {"a": 0.5, "b": 0.5}, main).detail.set_index(["method", "object"])
    two = compare_methods(points.loc[order], {"a": 0.5, "b": 0.5}, main).detail.set_index(["method", "object"])
    assert set(one.index) == set(two.index)
    if len(one):
        pd.testing.assert_frame_equal(one, two.loc[one.index], atol=1e-9)
