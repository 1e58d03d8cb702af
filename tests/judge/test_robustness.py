"""Monte Carlo, leave-one-out, tornado and the smallest changes that flip a light, against arithmetic done by hand."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planeval.judge.robustness.flips import JudgedTarget, flips
from planeval.judge.robustness.monte_carlo import Uncertainty, simulate
from planeval.judge.robustness.one_at_a_time import AGGREGATION, LATE, WEIGHT, leave_one_out, tornado
from planeval.judge.scoring.points import IN_DOUBT, NOT_APPLICABLE, NOT_DUE, OWED, SCORED, Goalposts
from planeval.judge.scoring.refusal import Refused
from planeval.judge.scoring.totals import Floor, GradeScale, Scheme, score_items
from planeval.judge.scoring.weights import equal_weights, given_weights
from planeval.periods import Period
from planeval.plan import Target
from planeval.plan.decisions import LightBands

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/scoring.yml").read_text(encoding="utf-8")
)["flips"]
GRADES = GradeScale((("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0)))
BANDS = LightBands(on_pace=-0.10, behind=-0.25, over=1.20)
Q3 = Period(2026, 3)
ALL_LATE = ("zero", "left_out", "last_reported")
USUAL = Uncertainty("band", 0.25, 0.10, 0.5, ALL_LATE)
STILL = Uncertainty("fixed", 0, 0, 0, ("zero",))


def items_of(x: dict[str, float | None], state: dict[str, str] | None = None) -> pd.DataFrame:
    states = state or {}
    rows = [(i, f"指标{i}", math.nan if v is None else v, states.get(i, SCORED)) for i, v in x.items()]
    return pd.DataFrame(rows, columns=["item_id", "name", "x", "state"])


def scheme_of(ids: Iterable[str], floors: dict[str, float] | None = None, cap: str = "中") -> Scheme:
    """Goalposts 0.6 and 1.0 (points = 100 x), equal weights."""
    names = list(ids)
    return Scheme(dict.fromkeys(names, Goalposts(0.6, 1.0)), equal_weights(names), Floor(floors or {}, cap), GRADES)


EIGHT = dict(zip("abcdefgh", [0.5, 0.7, 0.63, 0.7, 0.9, 1.03, 0.4, 1.0], strict=True))


# ------------------------------------------------------------------------------------------- Monte Carlo


def test_without_uncertainty_every_draw_is_the_main_result() -> None:
    for floors in ({}, {"g": 60.0}):
        found = simulate(items_of(EIGHT), scheme_of(EIGHT, floors, "差"), STILL, draws=50)
        assert list(found.quantiles.values()) == pytest.approx([found.main.value] * 5, abs=1e-9)
        assert found.probabilities[found.main.grade] == 1 and found.same_grade == 1


def test_the_grade_of_a_draw_is_read_off_the_total_as_displayed() -> None:
    """89.95 is displayed as 90.0, so it is 优; 89.94 is 良."""
    for x, grade in ((0.8995, "优"), (0.8994, "良")):
        assert simulate(items_of({"a": x}), scheme_of("a"), STILL, draws=10).probabilities[grade] == 1


def test_two_opposite_items_under_flat_weights_give_a_uniform_total() -> None:
    """Weights Dirichlet(1, 1) on points 0 and 100: total = 100 · U(0, 1); 优 from 89.95 on, so 10.05 %."""
    choices = Uncertainty("dirichlet", 0, 0, 0, ("zero",), concentration=2)
    found = simulate(items_of({"a": 0.0, "b": 1.0}), scheme_of("ab"), choices, draws=200_000)
    assert list(found.quantiles.values()) == pytest.approx([5, 25, 50, 75, 95], abs=0.5)
    assert found.probabilities == pytest.approx({"优": 0.1005, "良": 0.10, "中": 0.20, "差": 0.5995}, abs=0.004)


def test_goalposts_move_by_a_share_of_their_distance() -> None:
    """One item, x = 0.8: points = 60 + 40 (0.5 − a) / (1 + b − a), a, b ~ U(−0.1, 0.1); quantiles from a fine grid."""
    found = simulate(items_of({"a": 0.8}), scheme_of("a"), Uncertainty("fixed", 0, 0.1, 0, ("zero",)), draws=200_000)
    a, b = np.meshgrid(*[(np.arange(1000) + 0.5) / 5000 - 0.1] * 2)
    exact = np.quantile(60 + 40 * (0.5 - a) / (1 + b - a), [0.05, 0.25, 0.5, 0.75, 0.95])
    assert list(found.quantiles.values()) == pytest.approx(list(exact), abs=0.02)


def test_weights_within_a_band_match_a_plain_loop() -> None:
    random = np.random.default_rng(7)
    points = {item: min(100.0, 100 * x) for item, x in EIGHT.items()}
    totals = []
    for _ in range(20_000):
        raw = {item: random.uniform(0.75, 1.25) for item in points}
        totals.append(sum(raw[item] * points[item] for item in points) / sum(raw.values()))
    found = simulate(items_of(EIGHT), scheme_of(EIGHT), Uncertainty("band", 0.25, 0, 0, ("zero",)), draws=100_000)
    assert [found.quantiles[0.05], found.quantiles[0.95]] == pytest.approx(
        list(np.quantile(totals, [0.05, 0.95])), abs=0.1
    )


def test_the_geometric_mean_takes_one_point_as_the_least() -> None:
    """√(1 · 100) = 10 for points 0 and 100; √(50 · 80) = 63.2."""
    always = Uncertainty("fixed", 0, 0, 1, ("zero",))
    for x, expected in (({"a": 0.0, "b": 1.0}, 10.0), ({"a": 0.5, "b": 0.8}, math.sqrt(4000))):
        assert simulate(items_of(x), scheme_of("ab"), always, draws=10).quantiles[0.5] == pytest.approx(expected)


def test_late_reports_are_taken_three_ways() -> None:
    """a 80 points, b owed, last seen at 60: (80 + 0) / 2 = 40, 80 alone, or (80 + 60) / 2 = 70, a third each."""
    items = items_of({"a": 0.8, "b": None}, {"b": OWED}).assign(last_x=[math.nan, 0.6])
    found = simulate(items, scheme_of("ab"), Uncertainty("fixed", 0, 0, 0, ALL_LATE), draws=30_000)
    assert found.main.value == pytest.approx(40) and found.quantiles[0.05] == pytest.approx(40)
    assert found.quantiles[0.5] == pytest.approx(70) and found.quantiles[0.95] == pytest.approx(80)
    assert found.probabilities == pytest.approx({"优": 0, "良": 1 / 3, "中": 1 / 3, "差": 1 / 3}, abs=0.01)


def test_the_floor_caps_the_grade_of_a_draw_too() -> None:
    items = items_of({"a": 1.0, "b": 0.62}, {})
    scheme = Scheme(
        scheme_of("ab").goalposts, given_weights(["a", "b"], {"a": 0.95, "b": 0.05}), Floor({"b": 60.0}, "中"), GRADES
    )
    found = simulate(items, scheme, Uncertainty("fixed", 0, 0.2, 0, ("zero",)), draws=50_000)
    assert found.main.grade == "优" and 0 < found.probabilities["中"] < 1
    below = 60 + 40 * (0.05 - np.random.default_rng(3).uniform(-0.2, 0.2, 100_000))  # the numerator alone decides
    assert found.probabilities["中"] == pytest.approx((below < 59.95).mean(), abs=0.02)


def test_items_that_are_not_counted_do_not_move_the_band() -> None:
    without = simulate(items_of({"a": 0.7, "b": 0.9}), scheme_of("ab"), USUAL, draws=20_000)
    more = items_of({"a": 0.7, "b": 0.9, "y": None, "z": 0.2}, {"y": NOT_DUE, "z": NOT_APPLICABLE})
    with_two = simulate(more, scheme_of("abyz"), USUAL, draws=20_000)
    assert list(with_two.quantiles.values()) == pytest.approx(list(without.quantiles.values()), abs=0.3)


def test_nothing_to_score_and_nothing_reported() -> None:
    nothing = simulate(items_of({"a": None}, {"a": NOT_DUE}), scheme_of("a"), USUAL, draws=10)
    assert nothing.quantiles == {} and nothing.same_grade is None and "没有总分" in nothing.sentence
    owed = simulate(items_of({"a": None}, {"a": OWED}), scheme_of("a"), USUAL, draws=1000)
    assert set(owed.quantiles.values()) <= {0.0, 1.0} and owed.probabilities["差"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": "random"},
        {"weight_band": 1.0},
        {"goalpost_band": 0.5},
        {"geometric_share": 1.5},
        {"late": ()},
        {"late": ("later",)},
        {"concentration": 0.0},
    ],
)
def test_choices_that_cannot_be_drawn_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="处理："):
        replace(USUAL, **wrong)


@settings(max_examples=12, deadline=None)
@given(st.permutations("abcdefgh"), st.integers(0, 10**6))
def test_seeded_and_order_free(order: list[str], seed: int) -> None:
    one = simulate(items_of(EIGHT), scheme_of(EIGHT), USUAL, draws=200, seed=seed)
    two = simulate(items_of({i: EIGHT[i] for i in order}), scheme_of(order), USUAL, draws=200, seed=seed)
    assert one.quantiles == two.quantiles and one.probabilities == two.probabilities
    assert math.fsum(one.probabilities.values()) == pytest.approx(1)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from("abcdefgh"), st.floats(0, 0.5))
def test_more_achieved_moves_the_whole_band_up(item: str, more: float) -> None:
    low = simulate(items_of(EIGHT), scheme_of(EIGHT), USUAL, draws=200)
    high = simulate(items_of({**EIGHT, item: EIGHT[item] + more}), scheme_of(EIGHT), USUAL, draws=200)
    assert all(high.quantiles[share] >= low.quantiles[share] - 1e-9 for share in low.quantiles)


def test_a_hundred_thousand_draws_take_less_than_a_second() -> None:
    items, scheme = items_of(EIGHT), scheme_of(EIGHT)
    best = math.inf
    for _ in range(3):
        started = time.perf_counter()
        simulate(items, scheme, USUAL, draws=100_000)
        best = min(best, time.perf_counter() - started)
    assert best < 1


# ------------------------------------------------------------------------------ leave-one-out and tornado


def test_leave_one_out_by_hand() -> None:
    """90, 80 and 40 make 70; without the 40 it is 85 (良), without the 90 it is 60."""
    found = leave_one_out(items_of({"a": 0.9, "b": 0.8, "c": 0.4}), scheme_of("abc")).set_index("item_id")
    assert list(found["total"]) == pytest.approx([60, 65, 85])
    assert list(found["change"]) == pytest.approx([-10, -5, 15])
    assert list(found["grade"]) == ["中", "中", "良"] and list(found["grade_changes"]) == [False, False, True]
    assert found.loc["c", "sentence"] == "去掉指标c，总分 85.0（+15.0），等级由“中”变为“良”。"


def test_leaving_out_the_only_item_is_said() -> None:
    found = leave_one_out(items_of({"a": 0.9, "b": None}, {"b": NOT_DUE}), scheme_of("ab"))
    assert list(found["item_id"]) == ["a"] and "没有可计分的项" in found["sentence"].iloc[0]
    assert leave_one_out(items_of({"b": None}, {"b": NOT_DUE}), scheme_of("b")).empty


def test_tornado_by_hand() -> None:
    """90 and 50. Weight of a ±25 %: (0.75·90 + 50) / 1.75 = 67.14, (1.25·90 + 50) / 2.25 = 72.22; √4500 = 67.08."""
    table = tornado(items_of({"a": 0.9, "b": 0.5}), scheme_of("ab"), USUAL)
    weight = table[table["choice"].eq(WEIGHT) & table["item_id"].eq("a")].iloc[0]
    assert (weight["low_label"], weight["high_label"]) == ("-25%", "+25%")
    assert [weight["low"], weight["high"]] == pytest.approx([117.5 / 1.75, 162.5 / 2.25])
    means = table[table["choice"].eq(AGGREGATION)].iloc[0]
    assert (means["low_label"], means["low"], means["high"]) == ("几何平均", pytest.approx(math.sqrt(4500)), 70)
    assert table["swing"].is_monotonic_decreasing and not table.isna().any().any()
    assert set(table["item_id"]) == {"a", "b", ""} and not table["choice"].eq(LATE).any()


def test_the_floor_holds_in_the_tornado() -> None:
    """100 and 55 with weights 0.9 and 0.1: 95.5 or, geometric, 94.2; both 优 by points and 中 by the floor."""
    weights = given_weights(["a", "b"], {"a": 0.9, "b": 0.1})
    scheme = Scheme(scheme_of("ab").goalposts, weights, Floor({"b": 60.0}, "中"), GRADES)
    means = tornado(items_of({"a": 1.0, "b": 0.55}), scheme, USUAL).set_index("choice").loc[AGGREGATION]
    assert means["low"] == pytest.approx(100**0.9 * 55**0.1) and means["grades"] == "中"


def test_tornado_of_goalposts() -> None:
    """x = 0.8, posts 0.6 and 1.0 (distance 0.4): 不允许值 0.56 gives 60 + 40·0.24/0.44 = 81.82, 0.64 gives 77.78."""
    table = tornado(items_of({"a": 0.8}), scheme_of("a"), USUAL).set_index("choice")
    low_post = table.loc["不允许值"]
    assert (low_post["low_label"], low_post["high_label"]) == ("64.0%", "56.0%")
    assert [low_post["low"], low_post["high"]] == pytest.approx([60 + 40 * 0.16 / 0.36, 60 + 40 * 0.24 / 0.44])
    assert low_post["grades"] == "中、良"


def test_tornado_of_late_reports() -> None:
    items = items_of({"a": 0.8, "b": None}, {"b": OWED}).assign(last_x=[math.nan, 0.6])
    late = tornado(items, scheme_of("ab"), USUAL).set_index("choice").loc[LATE]
    assert (late["low_label"], late["low"], late["high_label"], late["high"]) == ("按 0 分计", 40, "不计分", 80)
    last = tornado(items, scheme_of("ab"), replace(USUAL, late=("zero", "last_reported"))).set_index("choice").loc[LATE]
    assert (last["high_label"], last["high"]) == ("沿用上次报送数", pytest.approx(70))
    none = tornado(items_of({"a": None}, {"a": NOT_DUE}), scheme_of("a"), USUAL)
    assert none.empty
    still = tornado(items_of({"a": 0.8, "b": 0.7}, {"b": IN_DOUBT}), scheme_of("ab"), STILL)
    assert not still["swing"].any()


# -------------------------------------------------------------------------------------------------- flips


def a_target(unit: str = "个", amount: float = 10, comparison: str = ">=") -> Target:
    return Target.model_validate({
        "id": "t", "name": "指标", "unit": unit, "amount": amount, "comparison": comparison, "due": "2026-12-31",
        "kind": "stock", "direction": "up", "clause": "一", "quote": "原文",
    })  # fmt: skip


def judged(
    target: Target, value: float | None, due: float | None, baseline: float = 0, start: str = "2024-12-02"
) -> JudgedTarget:
    path = {} if due is None else {Q3: float(due)}
    return JudgedTarget(target, value, baseline, date.fromisoformat(start), path, Q3, BANDS)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_smallest_flips(case: dict[str, Any]) -> None:
    found = flips([judged(a_target(**case["target"]), case["value"], case["due"])]).set_index("decision")
    assert set(found["light"]) == {case["light"]}
    for decision, answer in case["flips"].items():
        row = found.loc[decision]
        if answer is None:
            assert not row["flips"] and row["to"] is None and row["change"] is None and "都还是" in row["sentence"]
        else:
            assert (row["change"], row["new_light"]) == (pytest.approx(answer[0]), answer[1])
            assert f"变为“{answer[1]}”" in row["sentence"]


def changed(base: JudgedTarget, decision: str, change: float) -> JudgedTarget:
    """The target with one decision changed by an amount, written down without the code under test."""
    exact = Decimal(str(round(change, 6)))
    if decision.startswith("counted"):
        assert base.value is not None
        return replace(base, value=float(Decimal(str(base.value)) + exact))
    if decision.startswith("baseline"):
        return replace(base, baseline=float(Decimal(str(base.baseline)) + exact))
    if decision == "plan_start":
        return replace(base, start=base.start + timedelta(days=int(change)))
    if decision.startswith("milestones"):
        return replace(base, path={Q3: float(Decimal(str(base.path[Q3])) + exact)})
    name = decision.partition(".")[2]
    moved = float(Decimal(str(getattr(base.bands, name))) + exact / 100)
    return replace(base, bands=base.bands.model_copy(update={name: moved}))


STEP = {"plan_start": 1.0, "light_bands.on_pace": 0.1, "light_bands.behind": 0.1}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 34), st.one_of(st.none(), st.integers(0, 30)), st.integers(0, 10), st.sampled_from([">=", ">"]))
@example(23, 29, 0, ">=")  # 31 due would be red, but the target itself is 30
def test_a_flip_is_real_and_nothing_smaller_does_it(
    value: int, due: int | None, baseline: int, comparison: str
) -> None:
    base = judged(a_target("家", 30, comparison), value, due, baseline)
    light = base.light()
    for row in flips([base]).to_dict("records"):
        assert row["light"] == light and row["sentence"].startswith("指标")
        if not row["flips"]:
            continue
        step = STEP.get(row["decision"], 1.0)
        steps = round(abs(row["change"]) / step)
        assert changed(base, row["decision"], row["change"]).light() == row["new_light"] != light
        signs = [math.copysign(1, row["change"])] if row["decision"].startswith("counted") else [1, -1]
        for smaller in {1, 2, 3, steps // 2, steps - 2, steps - 1} & set(range(1, steps)):
            for sign in signs:
                tried = changed(base, row["decision"], sign * smaller * step)
                if tried.baseline < 0 or min(tried.path.values(), default=0) < 0 or tried.start > tried.target.due:
                    continue  # outside what may be decided
                if tried.baseline >= 30 or max(tried.path.values(), default=0) > max(30, due or 0):
                    continue  # no milestone and no baseline beyond the target itself
                if not -1 <= tried.bands.behind < tried.bands.on_pace <= 0:
                    continue
                assert tried.light() == light, (row, smaller)


def test_a_target_not_reported_has_no_light_to_flip() -> None:
    rows = flips([judged(a_target(), None, 7)])
    assert len(rows) == 1 and rows["sentence"].iloc[0] == "指标未报送，没有灯可翻。" and not rows["flips"].iloc[0]


def test_a_start_date_moves_only_an_elapsed_share() -> None:
    with_path, without = (set(flips([judged(a_target(), 5, due)])["decision"]) for due in (7, None))
    assert "plan_start" not in with_path and "milestones.t" in with_path
    assert "plan_start" in without and "milestones.t" not in without


def test_one_day_may_be_enough() -> None:
    """From 2025-04-25 it is 524 of 616 days, 85.1 %; a day later 523 of 615, 85.0 %, and 75.0 − 85.0 = −10.0."""
    row = flips([judged(a_target("场", 20), 15, None, start="2025-04-25")]).set_index("decision").loc["plan_start"]
    assert (row["light"], row["to"], row["change"], row["new_light"]) == ("滞后", "2025-04-26", 1, "按序时")
    assert row["sentence"] == "指标：起算日推后 1 天（到 2025-04-26），就由“滞后”变为“按序时”。"


def test_a_past_due_date_leaves_only_the_count() -> None:
    late = replace(judged(a_target(), 8, 7), period=Period(2026, 4))
    rows = flips([late]).set_index("decision")
    assert late.light() == "到期未完成" and set(rows.index) == {"counted.more", "counted.less", "baseline.t"}
    assert rows.loc["counted.more", "change"] == 2 and rows.loc["counted.more", "new_light"] == "已完成"


def test_before_the_first_milestone_the_question_is_what_this_quarter_should_bring() -> None:
    early = JudgedTarget(a_target(), 2.0, 0, date(2024, 12, 2), {Period(2026, 4): 10.0}, Q3, BANDS)
    row = flips([early]).set_index("decision").loc["milestones.t"]
    assert (row["in_force"], row["change"], row["new_light"]) == (0, 4, "滞后")  # 2/10 − 4/10 = −20.0; 3 gives −10.0


def test_the_total_of_the_example_is_what_the_tests_assume() -> None:
    assert score_items(items_of(EIGHT), scheme_of(EIGHT)).value == pytest.approx(
        (50 + 70 + 63 + 70 + 90 + 100 + 40 + 100) / 8
    )
