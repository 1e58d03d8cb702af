"""Every headline number of every demonstration quarter, computed a second time from raw cells."""

from __future__ import annotations

import ast
import math
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

import recomputation_scores as again
from planeval.review import Review, open_review
from recomputation import (
    READINGS,
    chance_that_all_are_punctual,
    decisions_in_force,
    evidence_shares,
    expiring_by_the_due_date,
    judged,
)

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = sorted(path for path in (ROOT / "params/reviews").glob("20*.yml"))


def names_of(path: Path) -> Any:
    """The names a review file gives."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def opened(path: Path) -> Review:
    """A demonstration review, opened once for all tests of this file."""
    names = names_of(path)
    return open_review(names["plan"], names["period"], names["as_known_on"], names["edition"], workspace=ROOT)


def test_the_recomputation_knows_nothing_of_the_package() -> None:
    """No import from planeval: an error in measures/ or judge/ cannot hide in both."""
    sources = ("tests/recomputation.py", "tests/recomputation_scores.py")
    tree = ast.parse("\n".join((ROOT / name).read_text(encoding="utf-8") for name in sources).replace(
        "from __future__ import annotations\n", ""
    ))  # fmt: skip
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [module for module in modules if module and module.startswith("planeval")]


def test_the_recomputation_was_written_for_the_readings_in_force() -> None:
    """When an evaluator changes a reading, this test says so before the numbers disagree."""
    decisions = decisions_in_force(ROOT)
    readings = READINGS | again.SCORED_READINGS
    assert {name: decisions[name].get("reading") for name in readings} == readings
    assert all(decisions[f"baseline.{name}"].get("reading") in (None, "from_zero") for name in (
        "platforms", "partnerships"
    ))  # fmt: skip


@pytest.mark.parametrize("review_file", REVIEWS, ids=[path.stem for path in REVIEWS])
def test_targets_agree_with_the_recomputation(review_file: Path) -> None:
    """value, done_share, expected_share, gap and progress_light of all eight targets, to the printed digit."""
    names, review = names_of(review_file), opened(review_file)
    found = judged(ROOT, names["period"], names["as_known_on"])
    assert list(review.targets["target_id"]) == list(found)
    for row in review.targets.to_dict("records"):
        expected = found[row["target_id"]]
        for column in ("value", "done_share", "expected_share", "gap"):
            wanted: Decimal | None = expected[column]
            shown = row[column]
            assert (None if math.isnan(shown) else Decimal(repr(shown))) == wanted, (row["target_id"], column)
        assert row["progress_light"] == expected["progress_light"], row["target_id"]
        assert row["reported"] == (expected["value"] is not None)
    _the_other_lights_agree(review, names["as_known_on"])


@pytest.mark.parametrize("review_file", REVIEWS, ids=[path.stem for path in REVIEWS])
def test_scores_and_total_agree_with_the_recomputation(review_file: Path) -> None:
    """score of all eight targets, the total, and Σ score · weight."""
    names, review = names_of(review_file), opened(review_file)
    found = again.points(ROOT, names["period"], names["as_known_on"])
    for row in review.targets.to_dict("records"):
        wanted = found[row["target_id"]]
        assert (None if math.isnan(row["score"]) else row["score"]) == (
            None if wanted is None else pytest.approx(float(wanted), abs=1e-9)
        ), row["target_id"]
    assert review.assessment is not None
    assert review.assessment.total.value == pytest.approx(float(again.total(found)), abs=1e-9)
    assert math.fsum(review.targets["score"].fillna(0) * review.targets["weight"]) == pytest.approx(
        float(again.total(found)), abs=1e-9
    )


@pytest.mark.parametrize("pair", list(pairwise(REVIEWS)), ids=[path.stem for path in REVIEWS[1:]])
def test_the_change_of_the_total_agrees_with_the_recomputation(pair: tuple[Path, Path]) -> None:
    """Each target's part, and their sum, against the last review as it was known then."""
    before, after = (again.points(ROOT, names_of(path)["period"], names_of(path)["as_known_on"]) for path in pair)
    review = opened(pair[1])
    assert review.assessment is not None and review.assessment.change is not None
    change = review.assessment.change
    assert dict(zip(change.table["item_id"], change.table["effect"], strict=True)) == pytest.approx(
        {name: float(each) for name, each in again.effects(before, after).items()}, abs=1e-9
    )
    assert change.delta == pytest.approx(float(again.total(after) - again.total(before)), abs=1e-9)


BY_HAND = {  # 2026Q1 against 2025Q4 as reviewed on 2026-01-28: before, after, by what was filed late, by new facts
    "platforms": (4, 5, 1, 0),  # 市科技局's filing of 2025Q4 came on 2026-02-12 or so with one platform
    "achievements": (33, 42, -1, 10),  # the correction takes 2 away, the late filing brings 1
    "high_tech_firms": (8, 21, 14, -1),  # 14 certificates stood in the late filing; one firm moved away
    "tech_smes": (47, 46, 0, -1),
    "revenue": (3.33, 3.65, -0.15, 0.47),  # a revenue ten times too high was corrected
    "events": (9, 12, 1, 2),
}


def test_a_late_filer_and_a_correction_are_told_apart_from_what_is_new() -> None:
    """The two came between the reviews of 2025Q4 and 2026Q1."""
    changes = opened(ROOT / "params/reviews/2026Q1.yml").changes
    values = changes[changes["what"].eq("数值")].set_index("target_id")
    for name, numbers in BY_HAND.items():
        row = values.loc[name, ["before", "after", "by_correction", "by_new_facts"]]
        assert tuple(row) == pytest.approx(numbers, abs=1e-9), name
    quarter = opened(ROOT / "params/reviews/2025Q4.yml").changes
    assert not quarter["by_correction"].astype(float).fillna(0).any()  # on 2026-01-28 neither was known


WORD_FROM = (
    ("0.95", "几乎确定"),
    ("0.8", "很可能"),
    ("0.6", "可能"),
    ("0.4", "胜负参半"),
    ("0.2", "可能性小"),
    ("0", "几乎不可能"),
)
LIGHT_FROM = {"几乎确定": "有把握", "很可能": "有把握", "可能": "不确定", "胜负参半": "不确定"}


def _the_other_lights_agree(review: Review, known_on: str) -> None:
    """Evidence shares, expiring firms, words and lights of the probabilities, and the nodes' chances, a second time."""
    quarter = str(review.period)
    expiring = expiring_by_the_due_date(ROOT, quarter, known_on)
    shares = evidence_shares(ROOT, quarter, known_on)
    for row in review.targets.to_dict("records"):
        share = row["evidence_coverage"]
        if row["target_id"] in shares:
            assert (None if math.isnan(share) else Decimal(repr(share))) == shares[row["target_id"]], row["target_id"]
        if row["target_id"] in expiring and row["outlook_method"] == "pipeline" and expiring[row["target_id"]]:
            assert row["outlook_reason"].startswith(f"到期 {expiring[row['target_id']]} 家"), row["outlook_reason"]
        p = row["outlook_p"]
        if math.isnan(p) or p in (0, 1):
            continue
        word = next(word for least, word in WORD_FROM if Decimal(repr(p)) >= Decimal(least))
        assert (row["outlook_word"], row["outlook_light"]) == (word, LIGHT_FROM.get(word, "难以达到"))
    for row in (*review.task_lights.to_dict("records"), *review.unit_lights.to_dict("records")):
        if row["remaining"] and row["due"] >= 4:
            punctual = row["finished"] - row["finished_late"]
            wanted = chance_that_all_are_punctual(punctual, row["due"], row["remaining"])
            assert Decimal(repr(float(row["outlook_p"]))) == wanted, row["name"]
        else:
            assert row["outlook_p"] is None or math.isnan(row["outlook_p"])
