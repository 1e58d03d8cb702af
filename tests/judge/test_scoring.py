"""Points, weights, totals and their decomposition on worked examples (tests/cases/scoring.yml), and the invariants."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planeval.judge.scoring.points import (
    IN_DOUBT,
    NOT_APPLICABLE,
    NOT_DUE,
    OWED,
    SCORED,
    STATE_OF_ABSENCE,
    STATES,
    Goalposts,
    displayed_points,
    score_points,
)
from planeval.judge.scoring.refusal import Refused
from planeval.judge.scoring.totals import NO_GRADE, Floor, GradeScale, Scheme, Total, decompose, score_items
from planeval.judge.scoring.weights import Weights, effective_weights, equal_weights, given_weights
from planeval.measures.counting import ABSENCES

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/scoring.yml").read_text(encoding="utf-8")
)
GRADES = GradeScale((("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0)))
POSTS = Goalposts(0.6, 1.0)

Entry = tuple[float | None, str, float]


def items_of(entries: dict[str, Entry]) -> pd.DataFrame:
    rows = [(item, f"指标{item}", math.nan if x is None else x, state) for item, (x, state, _) in entries.items()]
    return pd.DataFrame(rows, columns=["item_id", "name", "x", "state"])


def scheme_of(entries: dict[str, Entry], floors: dict[str, float] | None = None) -> Scheme:
    weights = given_weights(list(entries), {item: weight for item, (_, _, weight) in entries.items()})
    return Scheme(dict.fromkeys(entries, POSTS), weights, Floor(floors or {}, "中"), GRADES)


def total_of(entries: dict[str, Entry], floors: dict[str, float] | None = None) -> Total:
    return score_items(items_of(entries), scheme_of(entries, floors))


def named(section: str) -> Any:
    return pytest.mark.parametrize("case", CASES[section], ids=[case["name"] for case in CASES[section]])


@named("points")
def test_points(case: dict[str, Any]) -> None:
    x = math.nan if case["x"] is None else float(case["x"])
    items = pd.DataFrame([("t", "指标", x, case["state"])], columns=["item_id", "name", "x", "state"])
    row = score_points(items, {"t": Goalposts(*case["posts"], unit=case.get("unit", ""))}).iloc[0]
    if case["points"] is None:
        assert math.isnan(row["points"]) and not row["counted"]
    else:
        assert row["points"] == pytest.approx(case["points"], abs=1e-9) and row["counted"]
    assert row["flagged"] == (case["state"] == IN_DOUBT)
    assert row["sentence"].endswith("。") and (case["state"] == SCORED or case["state"] in row["sentence"])


def test_the_sentence_shows_the_arithmetic() -> None:
    items = pd.DataFrame(
        [("a", "高企", 0.7, SCORED), ("b", "基金", -0.1, SCORED), ("c", "活动", 0.9, IN_DOUBT)],
        columns=["item_id", "name", "x", "state"],
    )
    said = list(score_points(items, dict.fromkeys("abc", POSTS))["sentence"])
    assert said[0] == "高企：60 + 40 ×（70.0% − 60.0%）÷（100.0% − 60.0%） = 70.0 分。"
    assert "-10.0，按 0 分计" in said[1]
    assert "待核，先按报送数计分并加注" in said[2]


def test_every_absence_of_a_count_has_a_state() -> None:
    assert set(STATE_OF_ABSENCE) == {"", *ABSENCES}
    assert set(STATE_OF_ABSENCE.values()) <= set(STATES)


@named("totals")
def test_total(case: dict[str, Any]) -> None:
    total = total_of({item: tuple(entry) for item, entry in case["items"].items()}, case["floors"])
    assert total.grade == case["grade"]
    assert total.grade_without_floor == case.get("free", case["grade"])
    assert list(total.below_floor) == case.get("below", [])
    assert list(total.flagged) == case.get("flagged", [])
    assert total.sentences and all(sentence.endswith("。") for sentence in total.sentences)
    if case["value"] is None:
        assert total.value is None and total.shown is None
    else:
        assert total.value == pytest.approx(case["value"], abs=1e-9)
        assert total.shown == Decimal(case["shown"])


@named("changes")
def test_change(case: dict[str, Any]) -> None:
    before, after = (total_of({i: tuple(e) for i, e in case[when].items()}) for when in ("before", "after"))
    change = decompose(before, after)
    assert change.delta == pytest.approx(case["delta"], abs=1e-9)
    effects = change.table.set_index("item_id")
    for item, (points, weight) in case["effects"].items():
        assert effects.loc[item, "points_effect"] == pytest.approx(points, abs=1e-9)
        assert effects.loc[item, "weight_effect"] == pytest.approx(weight, abs=1e-9)
    assert_adds_up(before, after)


def assert_adds_up(before: Total, after: Total) -> None:
    """Δscore is the sum of the named effects to 1e-9, and the waterfall ends where the later total stands."""
    change = decompose(before, after)
    assert before.value is not None and after.value is not None
    assert abs(change.points_effect + change.weight_effect - (after.value - before.value)) < 1e-9
    assert abs(change.table["effect"].sum() - change.delta) < 1e-9
    steps = change.waterfall
    assert steps["step"].iloc[0] == "上期总分" and list(steps["step"])[-2:] == ["权重变化", "本期总分"]
    assert abs(steps["end"].iloc[-2] - after.value) < 1e-9 and steps["end"].iloc[-1] == after.value
    assert (steps["start"].iloc[2:-1].to_numpy() == steps["end"].iloc[1:-2].to_numpy()).all()
    assert not steps.isna().any().any()


def test_an_item_that_is_new_or_gone_is_a_weight_effect() -> None:
    before = total_of({"a": (0.6, SCORED, 0.5), "gone": (0.8, SCORED, 0.5)})
    after = total_of({"a": (0.6, SCORED, 0.5), "new": (0.9, SCORED, 0.5)})
    assert_adds_up(before, after)
    assert list(decompose(before, after).table["item_id"]) == ["a", "new", "gone"]
    assert not decompose(before, after).table["points_effect"].any()


def test_a_change_without_a_total_is_refused() -> None:
    with pytest.raises(Refused, match="上期没有总分"):
        decompose(total_of({"a": (None, NOT_DUE, 1.0)}), total_of({"a": (0.6, SCORED, 1.0)}))


def test_one_item_only() -> None:
    total = score_items(
        items_of({"a": (0.75, SCORED, 1)}), Scheme({"a": POSTS}, equal_weights(["a"]), Floor({}, "中"), GRADES)
    )
    assert total.value == pytest.approx(75) and total.grade == "中"


# ---------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": 0.5, "b": 0.4}, "少 0.1。"),
        ({"a": 0.5, "b": 0.50000001}, "多 0.00000001。"),
        ({"a": 1.5, "b": -0.5}, "不是非负的数"),
        ({"a": math.nan, "b": 0.5}, "不是非负的数"),
        ({"a": 1.0}, "没有写“b”的权重"),
        ({"a": 0.5, "b": 0.3, "c": 0.2}, "“c”不在指标之列"),
    ],
)
def test_weights_that_cannot_be_used(given: dict[str, float], said: str) -> None:
    with pytest.raises(Refused, match="处理：") as refusal:
        given_weights(["a", "b"], given)
    assert said in str(refusal.value)


def test_weights_within_the_tolerance_sum_to_one_exactly() -> None:
    weights = given_weights(["a", "b", "c"], {"a": 0.3333333333, "b": 0.3333333333, "c": 0.3333333334})
    assert math.fsum(weights.by_item.values()) == pytest.approx(1, abs=1e-15)
    with pytest.raises(Refused):
        given_weights(["a", "b", "c"], {"a": 0.3333, "b": 0.3333, "c": 0.3333})


@pytest.mark.parametrize("posts", [(1.0, 1.0), (1.0, 0.6), (math.nan, 1.0), (0.0, math.inf)])
def test_goalposts_without_a_distance_are_refused(posts: tuple[float, float]) -> None:
    with pytest.raises(Refused):
        Goalposts(*posts)


@pytest.mark.parametrize(
    ("x", "state", "said"),
    [
        (None, SCORED, "却没有数"),
        (None, IN_DOUBT, "却没有数"),
        (0.5, OWED, "却有数"),
        (0.5, "好的", "不认识"),
    ],
)
def test_a_state_that_contradicts_the_number_is_refused(x: float | None, state: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        total_of({"a": (x, state, 1.0)})


def test_every_fault_is_reported_at_once() -> None:
    items = pd.DataFrame(
        [("a", "甲", None, SCORED), ("a", "甲", 0.5, SCORED), ("z", "乙", 0.5, "?")],
        columns=["item_id", "name", "x", "state"],
    )
    with pytest.raises(Refused) as refusal:
        score_points(items, {"a": POSTS})
    assert len(refusal.value.faults) == 4


def test_items_and_weights_must_match() -> None:
    scheme = scheme_of({"a": (0.5, SCORED, 0.5), "b": (0.5, SCORED, 0.5)})
    with pytest.raises(Refused, match="有权重，却没有这一项"):
        score_items(items_of({"a": (0.5, SCORED, 1)}), scheme)
    with pytest.raises(Refused, match="没有“c”的权重"):
        items = items_of({"a": (0.5, SCORED, 1), "b": (0.5, SCORED, 1), "c": (0.5, SCORED, 1)})
        score_items(items, Scheme({**scheme.goalposts, "c": POSTS}, scheme.weights, scheme.floor, GRADES))


def test_grades_and_floors_that_cannot_be_used() -> None:
    for steps in ((("优", 90.0), ("良", 90.0), ("差", 0.0)), (("优", 90.0), ("差", 10.0)), ()):
        with pytest.raises(Refused):
            GradeScale(steps)
    with pytest.raises(Refused, match="不在等级之列"):
        Scheme({"a": POSTS}, equal_weights(["a"]), Floor({}, "及格"), GRADES)
    with pytest.raises(Refused, match="指标里没有它"):
        Scheme({"a": POSTS}, equal_weights(["a"]), Floor({"b": 60.0}, "中"), GRADES)
    with pytest.raises(Refused):
        equal_weights([])


def test_a_weight_of_zero_alone_gives_no_total() -> None:
    total = total_of({"a": (0.9, SCORED, 0.0), "b": (None, NOT_DUE, 1.0)})
    assert total.value is None and total.grade == NO_GRADE


# -------------------------------------------------------------------------------------------- invariants


BRIEFLY = settings(max_examples=20, deadline=None)  # each example scores several tables
shares = st.integers(-200, 1500).map(lambda thousandths: thousandths / 1000)
states = st.sampled_from([SCORED, SCORED, SCORED, IN_DOUBT, OWED, NOT_DUE, NOT_APPLICABLE])


@st.composite
def entries(draw: st.DrawFn, ids: str = "abcdef") -> dict[str, Entry]:
    raw = {item: draw(st.integers(1, 20)) for item in ids}
    found: dict[str, Entry] = {}
    for item in ids:
        state = draw(states)
        found[item] = (draw(shares) if state in (SCORED, IN_DOUBT) else None, state, raw[item] / sum(raw.values()))
    return found


@BRIEFLY
@given(entries(), st.sampled_from("abcdef"), st.integers(1, 500))
def test_monotone_in_achievement(found: dict[str, Entry], item: str, more: int) -> None:
    """More is never scored lower, and the grade never gets worse."""
    x, state, weight = found[item]
    if x is None:
        return
    floors = dict.fromkeys(found, 60.0)
    before, after = total_of(found, floors), total_of({**found, item: (x + more / 1000, state, weight)}, floors)
    assert before.value is not None and after.value is not None
    assert after.value >= before.value - 1e-12
    assert GRADES.names.index(after.grade) <= GRADES.names.index(before.grade)


@BRIEFLY
@given(entries(), st.permutations("abcdef"))
def test_order_free(found: dict[str, Entry], order: list[str]) -> None:
    before, after = total_of(found), total_of({item: found[item] for item in order})
    assert before.value == pytest.approx(after.value, abs=1e-12) if before.value is not None else after.value is None
    assert before.grade == after.grade


@BRIEFLY
@given(entries(), entries())
def test_the_decomposition_is_exact_whatever_changes(found: dict[str, Entry], other: dict[str, Entry]) -> None:
    before, after = total_of(found), total_of(other)
    if before.value is not None and after.value is not None:
        assert_adds_up(before, after)


@BRIEFLY
@given(entries(), entries())
def test_with_the_same_weights_the_change_is_the_weighted_sum(found: dict[str, Entry], other: dict[str, Entry]) -> None:
    """Δscore = Σ w · Δs when every item is counted in both quarters."""
    old = {item: (x if x is not None else 0.5, SCORED, weight) for item, (x, _, weight) in found.items()}
    new = {item: (other[item][0] or 0.5, SCORED, weight) for item, (_, _, weight) in old.items()}
    before, after = total_of(old), total_of(new)
    both = before.table.merge(after.table, on="item_id", suffixes=("_0", "_1"))
    expected = (both["weight_0"] * (both["points_1"] - both["points_0"])).sum()
    change = decompose(before, after)
    assert change.delta == pytest.approx(expected, abs=1e-9)
    assert change.weight_effect == pytest.approx(0, abs=1e-9)


@BRIEFLY
@given(entries(), st.floats(0, 1))
def test_the_points_of_an_item_do_not_depend_on_the_others(found: dict[str, Entry], x: float) -> None:
    alone = total_of(found).table.set_index("item_id")["points"]
    other = {**{item: (e[0], e[1], e[2] / 2) for item, e in found.items()}, "z": (x, SCORED, 0.5)}
    pd.testing.assert_series_equal(total_of(other).table.set_index("item_id")["points"][list(found)], alone)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), min_size=1), st.data())
def test_effective_weights_keep_their_proportions(raw: dict[str, float], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(raw))))
    found = effective_weights(raw, kept)
    if found:
        assert set(found) == kept and math.fsum(found.values()) == pytest.approx(1)
    else:
        assert not any(raw[item] for item in kept)


@given(st.floats(0, 100))
def test_points_are_displayed_with_halves_up(points: float) -> None:
    assert abs(float(displayed_points(points)) - points) <= 0.05 + 1e-9
    assert displayed_points(89.95) == Decimal("90.0") and displayed_points(0.1 + 0.2 + 0.65) == Decimal("1.0")


def test_weights_say_where_they_come_from() -> None:
    assert isinstance(equal_weights(["a", "b"]), Weights)
    assert "等权" in equal_weights(["a", "b"]).sentence and "评价方" in given_weights(["a"], {"a": 1.0}).sentence
