"""The order of nodes: what holds up what, planned and done by quarter, and their invariants."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planeval.judge.slippage import out_of_order, slippage
from planeval.measures.nodes import FINISHED, burn_up
from planeval.periods import Period

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/milestones.yml").read_text(encoding="utf-8")
)
NOW = Period(2026, 1)


def nodes(rows: list[list[Any]]) -> pd.DataFrame:
    """Nodes as measure_nodes gives them, as far as the order of nodes is concerned."""
    return pd.DataFrame({
        "milestone_id": [row[0] for row in rows],
        "due_on": pd.to_datetime([Period.parse(row[1]).end for row in rows]),
        "state": [row[2] for row in rows],
        "finished_on": pd.to_datetime([row[3] for row in rows]),
        "after": [tuple(row[4]) for row in rows],
    })  # fmt: skip


@pytest.mark.parametrize("case", CASES["slippage"], ids=[case["name"] for case in CASES["slippage"]])
def test_what_is_held_up(case: dict[str, Any]) -> None:
    table = nodes(case["nodes"])
    found = slippage(table, NOW.end)[["holder", "held", "steps", "days_overdue"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == case["held"]
    assert out_of_order(table).to_numpy().tolist() == case["out_of_order"]


@pytest.mark.parametrize("case", CASES["burn_up"], ids=[case["name"] for case in CASES["burn_up"]])
def test_planned_and_done(case: dict[str, Any]) -> None:
    found = burn_up(nodes(case["nodes"]), date.fromisoformat(case["plan_due"]), NOW).astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == case["rows"]


def test_no_nodes_no_table() -> None:
    empty = nodes([]).astype({"due_on": "datetime64[ns]"})
    assert burn_up(empty, date(2026, 12, 31), NOW).empty and slippage(empty, NOW.end).empty


STATES = ["按期完成", "逾期完成", "逾期未完成", "未报送", "未到期"]
QUARTERS = [str(quarter) for quarter in Period(2025, 1).until(Period(2026, 4))]


@st.composite
def ordered_nodes(draw: st.DrawFn) -> list[list[Any]]:
    """Nodes that wait only for earlier ones in the list, so without circles."""
    rows: list[list[Any]] = []
    for number in range(draw(st.integers(1, 9))):
        earlier = [row[0] for row in rows]
        after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        rows.append([f"N{number}", draw(st.sampled_from(QUARTERS)), draw(st.sampled_from(STATES)), None, after])
    return rows


@settings(max_examples=60, deadline=None)
@given(ordered_nodes(), st.randoms(use_true_random=False))
def test_against_all_shortest_ways_and_in_any_order(rows: list[list[Any]], random: Any) -> None:
    """Held = the unfinished nodes with a way to them, steps = the shortest (Floyd 1962); the order of rows is free."""
    place = {row[0]: number for number, row in enumerate(rows)}
    steps = np.full((len(rows), len(rows)), np.inf)
    for row in rows:
        steps[[place[other] for other in row[4]], place[row[0]]] = 1
    for through in range(len(rows)):
        steps = np.minimum(steps, steps[:, [through]] + steps[[through], :])
    late = [row[0] for row in rows if row[2] in ("逾期未完成", "未报送") and Period.parse(row[1]).end <= NOW.end]
    open_nodes = [row[0] for row in rows if row[2] not in FINISHED]
    expected = {
        (holder, node, int(steps[place[holder], place[node]]))
        for holder in late
        for node in open_nodes
        if steps[place[holder], place[node]] < np.inf
    }
    shuffled = random.sample(rows, len(rows))
    for table in (nodes(rows), nodes(shuffled)):
        found = slippage(table, NOW.end)
        held = found.dropna(subset="held")
        assert set(held[["holder", "held", "steps"]].itertuples(index=False, name=None)) == expected
        assert set(found["holder"]) == set(late)


@settings(max_examples=40, deadline=None)
@given(ordered_nodes())
def test_the_curves_only_rise_and_end_at_every_node(rows: list[list[Any]]) -> None:
    finished = [[*row[:3], "2025-12-01" if row[2] in FINISHED else None, row[4]] for row in rows]
    table = burn_up(nodes(finished), date(2026, 12, 31), NOW)
    assert table["planned"].is_monotonic_increasing and table["planned"].iloc[-1] == len(rows)
    done = table["done"].dropna()
    assert done.is_monotonic_increasing and done.le(len(rows)).all()
    assert table["on_time"].dropna().le(done).all()
