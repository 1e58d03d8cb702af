"""Unit scores, shrinkage, rank intervals and bands: worked examples, published variance components, invariants."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from planeval.judge.scoring.refusal import Refused
from planeval.judge.unit_bands import (
    COLUMNS,
    LOWER,
    MIDDLE,
    SAME_LIST,
    TIED,
    UPPER,
    UnitBands,
    UnitRules,
    _bands,
    judge_units,
)

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/scoring.yml").read_text(encoding="utf-8")
)["units"]
POINTS = {"按期完成": 100.0, "逾期完成": 60.0, "逾期未完成": 0.0, "未报送": 0.0}
RULES = UnitRules(supporting_share=0.5, points=POINTS, least_item_sd=10)


def milestones(rows: list[tuple[str, str | None, str]]) -> pd.DataFrame:
    """One milestone per (lead, supporting, state)."""
    columns = ["lead_unit", "supporting_units", "state"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.assign(milestone_id=[f"J{number}" for number in range(len(frame))])


def names(units: str) -> dict[str, str]:
    return {unit: f"单位{unit}" for unit in units}


def groups(measured: dict[str, list[float]], scale: float = 1, shift: float = 0, **more: Any) -> UnitBands:
    """Units that lead one milestone per measurement; points = (measurement − shift) · scale."""
    rows = [(unit, None, repr(value)) for unit, values in measured.items() for value in values]
    points = {repr(value): (value - shift) * scale for values in measured.values() for value in values}
    rules = UnitRules(supporting_share=0, points=points, least_item_sd=0, **more)
    return judge_units(milestones(rows), {unit: unit for unit in measured}, rules)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_example(case: dict[str, Any]) -> None:
    found = judge_units(pd.DataFrame(case["milestones"]), names("abcd"[: len(case["scores"])]), RULES)
    units = found.units.set_index("unit_id")
    for unit, (items, score) in case["scores"].items():
        assert units.loc[unit, "items"] == items
        assert units.loc[unit, "score"] == pytest.approx(math.nan if score is None else score, nan_ok=True)
    assert tuple(found.units.columns) == COLUMNS


def test_supporting_units_may_be_a_sequence_and_may_count_for_nothing() -> None:
    rows = [("a", ("b", "c"), "按期完成"), ("b", None, "逾期未完成")]
    half = judge_units(milestones(rows), names("abc"), RULES).units.set_index("unit_id")["score"]
    assert half.to_dict() == pytest.approx({"a": 100, "b": 100 * 0.5 / 1.5, "c": 100})
    only_lead = UnitRules(supporting_share=0, points=POINTS, least_item_sd=10)
    none = judge_units(milestones(rows), names("abc"), only_lead).units.set_index("unit_id")
    assert none.loc["b", "score"] == 0 and none.loc["c", "band"] == "没有到期节点"


# ------------------------------------------------------------------------------------ published components

# Davies (1947), yield of six batches of dyestuff, five samples each; variance components 1764.05 and 2451.25 and
# the shrunken deviations from the mean 1527.5 as printed by R's lme4 (REML) for its data set Dyestuff.
DYESTUFF = {
    "A": [1545, 1440, 1440, 1520, 1580], "B": [1540, 1555, 1490, 1560, 1495], "C": [1595, 1550, 1605, 1510, 1560],
    "D": [1445, 1440, 1595, 1465, 1545], "E": [1595, 1630, 1515, 1635, 1625], "F": [1520, 1455, 1450, 1480, 1445],
}  # fmt: skip
DEVIATIONS = {"A": -17.6068514, "B": 0.3912634, "C": 28.5622256, "D": -23.0845385, "E": 56.7331877, "F": -44.9952868}
# Snedecor & Cochran (1967), calcium in turnip leaves: s² = 0.0066 inside a leaf, 0.0724 between leaves.
TURNIP = {
    "1": [3.28, 3.09, 3.03, 3.03], "2": [3.52, 3.48, 3.38, 3.38], "3": [2.88, 2.80, 2.81, 2.76],
    "4": [3.34, 3.38, 3.23, 3.26],
}  # fmt: skip


def test_shrinkage_of_a_published_table() -> None:
    found = groups(DYESTUFF, scale=0.1, shift=1000)
    assert found.between is not None and found.within is not None and found.mean is not None
    assert found.within * 100 == pytest.approx(2451.25, abs=0.005)
    assert found.between * 100 == pytest.approx(1764.05, abs=0.005)
    deviation = (found.units.set_index("unit_id")["shrunk"] - found.mean) * 10
    assert deviation.to_dict() == pytest.approx(DEVIATIONS, abs=1e-4)
    assert found.mean * 10 + 1000 == pytest.approx(1527.5)


def test_variance_components_of_a_published_table() -> None:
    found = groups(TURNIP)
    assert found.within == pytest.approx(0.0066, abs=0.00005) and found.between == pytest.approx(0.0724, abs=0.00005)


def test_the_rank_intervals_agree_with_another_simulation() -> None:
    """Six batches from N(shrunk, B σ²/n), drawn again with another generator."""
    found = groups(DYESTUFF, scale=0.1, shift=1000, draws=100_000)
    own = 1764.05 / (1764.05 + 2451.25 / 5)
    random = np.random.RandomState(11)
    centre = np.array([DEVIATIONS[batch] for batch in DYESTUFF])
    draws = random.normal(centre, math.sqrt(own * 2451.25 / 5), (100_000, 6))
    places = 1 + (-draws).argsort(axis=1).argsort(axis=1)
    low, high = np.quantile(places, [0.05, 0.95], axis=0, method="inverted_cdf")
    assert list(found.units["rank_low"]) == list(low) and list(found.units["rank_high"]) == list(high)
    assert dict(zip(DYESTUFF, found.units["band"], strict=True))["E"] == UPPER


def test_pairs_are_told_apart_by_the_normal_difference() -> None:
    found = groups(DYESTUFF, scale=0.1, shift=1000)
    spread = math.sqrt(2 * (1764.05 * 490.25 / (1764.05 + 490.25)))
    pairs = found.pairs.set_index(["unit_a", "unit_b"])
    assert len(pairs) == 15
    for (a, b), row in pairs.iterrows():
        above = norm.cdf((DEVIATIONS[a] - DEVIATIONS[b]) / spread)
        assert row["probability_a_above_b"] == pytest.approx(above, abs=1e-5)
        assert row["distinct"] == (max(above, 1 - above) >= 0.95)
    assert found.sentences == (
        "A与B、D、F分不出先后。",
        "B与C、D、F分不出先后。",
        "C与E分不出先后。",
        "D与F分不出先后。",
    )


# --------------------------------------------------------------------------------------------- edge cases


def test_nobody_under_three_items_is_ranked() -> None:
    rows = [("a", None, "按期完成")] * 3 + [("b", None, "逾期未完成")] * 3 + [("c", None, "按期完成")] * 2
    found = judge_units(milestones(rows), names("abcd"), RULES)
    units = found.units.set_index("unit_id")
    assert units.loc["c", "band"] == "不排名（不足3项）" and units.loc["d", "band"] == "没有到期节点"
    assert units.loc[["c", "d"], ["rank_low", "rank_high"]].isna().all().all()
    assert units.loc["c", "score"] == 100 and units.loc["c", "shrunk"] < 100
    assert "单位c、单位d的到期节点不足 3 项，不排名。" in found.sentences
    assert set(found.pairs["unit_a"]) | set(found.pairs["unit_b"]) == {"a", "b"}
    with pytest.raises(Refused, match="小于 3"):
        UnitRules(supporting_share=0.5, points=POINTS, least_item_sd=10, least_items=2)


def test_units_that_do_not_differ_share_every_place() -> None:
    found = judge_units(milestones([(unit, None, "按期完成") for unit in "abc" for _ in range(4)]), names("abc"), RULES)
    assert found.between == 0 and set(found.units["rank_low"]) == {1} and set(found.units["rank_high"]) == {3}
    assert set(found.units["band"]) == {MIDDLE} and set(found.pairs["reason"]) == {TIED}
    assert "彼此都分不出先后" in found.sentences[0]


def test_equal_units_share_one_interval_and_one_band() -> None:
    rows = [(unit, None, state) for unit in "ab" for state in ("按期完成", "按期完成", "逾期完成", "逾期未完成")]
    rows += [("c", None, "按期完成")] * 8 + [("d", None, "逾期未完成")] * 8
    units = judge_units(milestones(rows), names("abcd"), RULES).units.set_index("unit_id")
    assert list(units.loc["a"]) == list(units.loc["b"])
    assert units.loc["c", "band"] == UPPER and units.loc["d", "band"] == LOWER and units.loc["a", "band"] == MIDDLE


def test_equal_units_share_their_interval_whatever_the_draws() -> None:
    rows = [(unit, None, state) for unit in "abcdef" for state in ("按期完成", "逾期完成", "逾期未完成")]
    rows += [("x", None, "按期完成")] * 6 + [("y", None, "逾期未完成")] * 6
    for seed in range(10):
        rules = UnitRules(supporting_share=0.5, points=POINTS, least_item_sd=10, draws=51, seed=seed)
        units = judge_units(milestones(rows), names("abcdefxy"), rules).units.iloc[:6]
        assert units["rank_low"].nunique() == 1 and units["rank_high"].nunique() == 1


def test_units_displayed_as_equal_stay_in_one_band() -> None:
    """a and b are both displayed as 80.0; a's interval alone would be 前段."""
    columns = ["unit_id", "items", "shrunk", "rank_low", "rank_high"]
    units = pd.DataFrame(
        [("a", 9, 80.04, 1, 2), ("b", 3, 79.96, 1, 4), ("c", 9, 60.0, 3, 4), ("d", 9, 59.0, 3, 4)], columns=columns
    )
    assert _bands(units, RULES) == [MIDDLE, MIDDLE, LOWER, LOWER]
    assert _bands(units.assign(shrunk=[80.0, 70.0, 60.0, 59.0]), RULES) == [UPPER, MIDDLE, LOWER, LOWER]


def test_what_the_items_of_a_unit_are_worth() -> None:
    """One item led and two supported by half: (1 + ½ + ½)² / (1 + ¼ + ¼) = 2.67 items."""
    rows = [("a", None, "按期完成"), ("b", "a", "按期完成"), ("b", "a", "逾期完成")]
    detail = judge_units(milestones(rows), names("ab"), RULES).detail.set_index("unit_id")
    assert detail.loc["a", "effective_items"] == pytest.approx(4 / 1.5)
    assert (detail.loc["a", "lead_items"], detail.loc["a", "supporting_items"]) == (1, 2)


def test_units_with_the_same_list_can_never_be_told_apart() -> None:
    rows = [("a", "b、c", "按期完成"), ("a", "b、c", "逾期完成"), ("a", "b、c", "逾期未完成"), ("b", None, "按期完成")]
    pairs = judge_units(milestones(rows), names("abc"), RULES).pairs.set_index(["unit_a", "unit_b"])
    assert SAME_LIST not in set(pairs["reason"])  # the same milestones, but a leads them
    both = [("z", "b、c", state) for state in ("按期完成", "逾期完成", "逾期未完成")]
    pairs = judge_units(milestones(both), names("zbc"), RULES).pairs.set_index(["unit_a", "unit_b"])
    assert pairs.loc[("b", "c"), "reason"] == SAME_LIST and not pairs.loc[("b", "c"), "distinct"]


def test_few_equal_results_are_not_certainty() -> None:
    """Inside each unit nothing varies, so σ² is what was decided: 10² points."""
    rows = [("a", None, "按期完成")] * 3 + [("b", None, "逾期完成")] * 3
    found = judge_units(milestones(rows), names("ab"), RULES)
    assert found.within == 100 and found.between == pytest.approx(800 - 100 / 3)
    certain = UnitRules(supporting_share=0.5, points=POINTS, least_item_sd=0)
    exact = judge_units(milestones(rows), names("ab"), certain)
    assert exact.within == 0 and list(exact.units["shrunk"]) == [100, 60] and exact.pairs["distinct"].all()
    assert list(exact.units["rank_low"]) == [1, 2] == list(exact.units["rank_high"])
    assert "两两都能分出先后" in exact.sentences[0]


def test_one_unit_alone_and_no_milestone_at_all() -> None:
    alone = judge_units(milestones([("a", None, "按期完成")] * 3), names("ab"), RULES)
    assert list(alone.units["band"]) == [MIDDLE, "没有到期节点"] and alone.units["shrunk"].iloc[0] == 100
    assert "没有排名" in alone.sentences[-1]
    nothing = judge_units(milestones([("a", None, "未到期")]), names("ab"), RULES)
    assert set(nothing.units["band"]) == {"没有到期节点"} and nothing.mean is None and nothing.pairs.empty
    assert nothing.units["score"].isna().all() and nothing.units["items"].eq(0).all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", None, "做完了")], "没有规定得分"),
        ([("z", None, "按期完成")], "不在责任单位之列"),
        ([("a", "y", "按期完成")], "“y”不在责任单位之列"),
    ],
)
def test_milestones_that_cannot_be_judged_are_refused(rows: list[tuple[str, str | None, str]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        judge_units(milestones(rows), names("ab"), RULES)


def test_a_milestone_listed_twice_is_refused() -> None:
    twice = milestones([("a", None, "按期完成")] * 2).assign(milestone_id="J1")
    with pytest.raises(Refused, match="不止一行"):
        judge_units(twice, names("a"), RULES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"supporting_share": 1.5},
        {"points": {"按期完成": 120}},
        {"points": {**POINTS, "未到期": 100}},
        {"least_item_sd": -1},
        {"confidence": 1.0},
        {"draws": 0},
    ],
)
def test_rules_that_cannot_be_used_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="处理："):
        UnitRules(**{"supporting_share": 0.5, "points": POINTS, "least_item_sd": 10, **wrong})


# ---------------------------------------------------------------------------------------------- invariants

BRIEFLY = settings(max_examples=15, deadline=None)
QUICK = UnitRules(supporting_share=0.5, points=POINTS, least_item_sd=10, draws=500)
lists = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from([None, "a", "b、c", "d、e"]), st.sampled_from(sorted(POINTS))),
    min_size=1,
    max_size=30,
)


@BRIEFLY
@given(lists, st.randoms(use_true_random=False))
def test_order_free(rows: list[tuple[str, str | None, str]], random: Any) -> None:
    table = milestones(rows)
    places = list(range(len(table)))
    random.shuffle(places)
    units = list("abcde")
    random.shuffle(units)
    one = judge_units(table, names("abcde"), QUICK).units.set_index("unit_id")
    two = judge_units(table.iloc[places], names("".join(units)), QUICK).units.set_index("unit_id")
    pd.testing.assert_frame_equal(one, two.loc[list("abcde")])


@BRIEFLY
@given(lists, st.lists(st.sampled_from(sorted(POINTS)), min_size=1, max_size=6))
def test_another_unit_changes_nobodys_score(rows: list[tuple[str, str | None, str]], states: list[str]) -> None:
    base = judge_units(milestones(rows), names("abcde"), QUICK).units
    more = judge_units(milestones([*rows, *[("f", None, state) for state in states]]), names("abcdef"), QUICK).units
    pd.testing.assert_series_equal(more["score"].iloc[:5], base["score"])


@BRIEFLY
@given(lists, st.integers(0, 29))
def test_doing_better_never_lowers_a_score(rows: list[tuple[str, str | None, str]], place: int) -> None:
    if place >= len(rows):
        return
    better = [*rows[:place], (rows[place][0], rows[place][1], "按期完成"), *rows[place + 1 :]]
    before, after = (judge_units(milestones(each), names("abcde"), QUICK).units for each in (rows, better))
    known = before["score"].notna()
    assert (after.loc[known, "score"] >= before.loc[known, "score"] - 1e-9).all()


@BRIEFLY
@given(lists)
def test_intervals_and_shrinkage_are_sane(rows: list[tuple[str, str | None, str]]) -> None:
    found = judge_units(milestones(rows), names("abcde"), QUICK)
    ranked = found.units[found.units["rank_low"].notna()]
    assert ranked["items"].ge(3).all() and found.units.loc[found.units["items"].ge(3), "rank_low"].notna().all()
    assert (ranked["rank_low"] <= ranked["rank_high"]).all() and ranked["rank_high"].le(len(ranked)).all()
    assert len(found.pairs) == len(ranked) * (len(ranked) - 1) // 2
    if found.mean is not None:
        low, high = np.minimum(ranked["score"], found.mean), np.maximum(ranked["score"], found.mean)
        assert ranked["shrunk"].between(low - 1e-9, high + 1e-9).all()
