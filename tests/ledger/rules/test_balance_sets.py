"""The smallest sets of cells to change, against trying every set and against a published example."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planeval.ledger.rules.balance import System, read_relation, smallest_sets, system_of
from planeval.ledger.rules.operands import Refused


def system(columns: list[str], *relations: str) -> System:
    return system_of([read_relation(text) for text in relations], columns, 0.01)


def test_the_published_example() -> None:
    """profit 755, cost 125, turnover 200 with the rules of the errorlocate README: only profit is to change."""
    rules = system(["profit", "cost", "turnover"], "profit == turnover - cost", "cost >= 0.6 * turnover")
    assert smallest_sets(rules, np.array([755.0, 125.0, 200.0])) == [frozenset({0})]


def test_every_smallest_set_is_named() -> None:
    rules = system(["a", "b", "c"], "a <= b", "b <= c")
    assert smallest_sets(rules, np.array([3.0, 2.0, 5.0])) == [frozenset({0}), frozenset({1})]
    assert smallest_sets(rules, np.array([9.0, 5.0, 1.0])) == [frozenset({0, 1}), frozenset({0, 2}), frozenset({1, 2})]


def test_a_blank_cell_may_be_anything_but_a_relation_with_it_does_not_fail() -> None:
    rules = system(["a", "b", "c"], "a + b == c")
    assert not rules.broken(np.array([5.0, np.nan, 1.0])).any()
    both = system(["a", "b", "c"], "a + b == c", "a <= c")
    assert both.broken(np.array([5.0, np.nan, 1.0])).tolist() == [False, True]
    assert smallest_sets(both, np.array([5.0, np.nan, 1.0])) == [frozenset({0}), frozenset({2})]


def test_rounding_is_no_fault() -> None:
    assert not system(["a", "b"], "a <= b").broken(np.array([100.005, 100.0])).any()


def test_what_cannot_be_mended_has_no_set() -> None:
    assert smallest_sets(system(["a"], "a <= -5"), np.array([1.0])) == []


HALVES = np.arange(0, 12.5, 0.5)


def can_hold(rules: System, cells: np.ndarray, freed: tuple[int, ...]) -> bool:
    """Whether some halves from 0 to 12 in the freed cells make all relations hold, by trying them all."""
    grid = np.array(np.meshgrid(*[HALVES] * len(freed))).reshape(len(freed), -1).T if freed else np.zeros((1, 0))
    tried = np.tile(cells, (len(grid), 1))
    tried[:, list(freed)] = grid
    over = tried @ rules.matrix.T - rules.limits
    return bool((np.where(rules.equal, np.abs(over), over) <= rules.tolerance).all(axis=1).any())


cells_of_three = st.lists(st.integers(0, 6).map(float), min_size=3, max_size=3)
some_relations = st.lists(
    st.sampled_from(["a <= b", "b <= c", "a + b == c", "a <= 2 * c", "c >= 2", "a + b + c <= 9", "a == b"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(cells_of_three, some_relations)
def test_they_are_those_found_by_trying_every_set(row: list[float], relations: list[str]) -> None:
    rules, cells = system(["a", "b", "c"], *relations), np.array(row)
    sizes = [
        [frozenset(freed) for freed in combinations(range(3), size) if can_hold(rules, cells, freed)]
        for size in range(4)
    ]
    wanted = next((sets for sets in sizes if sets), [])
    assert smallest_sets(rules, cells) == sorted(wanted, key=sorted)


@pytest.mark.parametrize(
    "text", ["a", "a < b", "a != b", "a * b <= c", "a / 2 <= b", "a <= b <= c", "f(a) <= b", "1 <= 2", "a <= True"]
)
def test_only_linear_relations_are_read(text: str) -> None:
    with pytest.raises(Refused):
        read_relation(text)
