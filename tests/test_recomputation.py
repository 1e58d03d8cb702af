"""Every headline number of every demonstration quarter, computed a second time from raw cells."""

from __future__ import annotations

import ast
import math
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from planeval.review import open_review
from recomputation import READINGS, decisions_in_force, judged

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = sorted(path for path in (ROOT / "params/reviews").glob("20*.yml"))


def test_the_recomputation_knows_nothing_of_the_package() -> None:
    """No import from planeval: an error in measures/ or judge/ cannot hide in both."""
    tree = ast.parse((ROOT / "tests/recomputation.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [module for module in modules if module and module.startswith("planeval")]


def test_the_recomputation_was_written_for_the_readings_in_force() -> None:
    """When an evaluator changes a reading, this test says so before the numbers disagree."""
    decisions = decisions_in_force(ROOT)
    assert {name: decisions[name].get("reading") for name in READINGS} == READINGS
    assert all(decisions[f"baseline.{name}"].get("reading") in (None, "from_zero") for name in (
        "platforms", "partnerships"
    ))  # fmt: skip


@pytest.mark.parametrize("review_file", REVIEWS, ids=[path.stem for path in REVIEWS])
def test_targets_agree_with_the_recomputation(review_file: Path) -> None:
    """value, done_share, expected_share, gap and progress_light of all eight targets, to the printed digit."""
    names = yaml.safe_load(review_file.read_text(encoding="utf-8"))
    review = open_review(names["plan"], names["period"], names["as_known_on"], names["edition"], workspace=ROOT)
    again = judged(ROOT, names["period"], names["as_known_on"])
    assert list(review.targets["target_id"]) == list(again)
    for row in review.targets.to_dict("records"):
        expected = again[row["target_id"]]
        for column in ("value", "done_share", "expected_share", "gap"):
            wanted: Decimal | None = expected[column]
            shown = row[column]
            assert (None if math.isnan(shown) else Decimal(repr(shown))) == wanted, (row["target_id"], column)
        assert row["progress_light"] == expected["progress_light"], row["target_id"]
        assert row["reported"] == (expected["value"] is not None)
