"""The dispatch orders (督办) of the story: each follows a red or yellow item of a review to its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from planeval.plan import Plan, load_plan
from planeval.workspace import Workspace
from recomputation import judged
from sample_filings import QUARTERS, ROOT, Filings, Row, end_of, read_filings

END = date(2026, 9, 30)
STATES = ["收集", "交办", "解决", "督办", "销号"]


@pytest.fixture(scope="module")
def filings() -> Filings:
    return read_filings()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


def orders_of(filings: Filings) -> dict[str, list[Row]]:
    """Order number → its rows as they were added."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in filings.standing("督办"):
        found[row["督办编号"]].append(row)
    return found


def test_orders_go_from_state_to_state_and_rows_are_only_added(filings: Filings) -> None:
    orders = orders_of(filings)
    assert len(orders) >= 12
    for rows in orders.values():
        assert [row["日期"] for row in rows] == sorted(row["日期"] for row in rows)
        steps = [STATES.index(row["状态"]) for row in rows]
        assert steps == sorted(steps)
        assert steps[:2] == [0, 1]
        assert len({(row["来源条款"], row["事项"], row["承办单位"]) for row in rows}) == 1
    assert len({(row["督办编号"], row["日期"], row["状态"]) for row in filings.of("督办")}) == len(filings.of("督办"))
    assert {rows[-1]["状态"] for rows in orders.values()} >= {"交办", "销号"}


def test_orders_are_extended_before_the_limit_overdue_and_made_up_late(filings: Filings) -> None:
    extended, late, overdue, in_time = [], [], [], []
    for order, rows in orders_of(filings).items():
        limits = [row["办结时限"] for row in rows]
        moved = [(row, before) for row, before in zip(rows[1:], limits, strict=False) if row["办结时限"] > before]
        extended += [order for row, before in moved if row["状态"] == "交办" and row["日期"] < before]
        assert len(moved) <= 1
        solved = [row["日期"] for row in rows if row["状态"] == "解决"]
        if not solved:
            (overdue if limits[-1] < END else in_time).append(order)
        elif solved[0] > limits[-1]:
            late.append(order)
            assert any("黄灯" in row["反馈"] for row in rows if row["状态"] == "督办")
    assert extended
    assert late == ["DB-2025-01"]
    assert overdue
    assert in_time


def overdue_nodes(filings: Filings, period: str, known_on: str) -> Iterator[str]:
    """Milestones that a reader of what had come in by a day takes for overdue at the end of a quarter."""
    known = [line for line in filings.register if line["received_on"] <= known_on and line["period"] <= period]
    gone = {line["supersedes"] for line in known}
    files = {line["file"] for line in known if line["file"] not in gone}
    rows = sorted((row for row in filings.of("任务节点") if row.file in files), key=lambda row: row.period)
    seen = {row["节点编号"]: row for row in rows}
    yield from (name for name, row in seen.items() if row["完成时限"] <= end_of(period) and not row["完成日期"])


def test_each_review_s_red_and_yellow_items_get_an_order(filings: Filings, plan: Plan) -> None:
    names = {target.id: target.name for target in plan.targets}
    opened = [(rows[0]["日期"], rows[-1], rows[0]["来源条款"].split()[-1]) for rows in orders_of(filings).values()]
    raised: set[tuple[str, str]] = set()
    for quarter in QUARTERS[:-1]:
        review = yaml.safe_load((ROOT / f"params/reviews/{quarter}.yml").read_text(encoding="utf-8"))
        day = date.fromisoformat(review["as_known_on"])
        lights = judged(ROOT, quarter, review["as_known_on"])
        targets = {names[target] for target, row in lights.items() if row["progress_light"] in ("滞后", "严重滞后")}
        nodes = set(overdue_nodes(filings, quarter, review["as_known_on"]))
        known = [(last, about) for first, last, about in opened if first <= day]
        going_on = {about for last, about in known if last["状态"] != "销号" or last["日期"] > end_of(quarter)}
        assert targets <= going_on, quarter
        assert nodes <= {about for _, about in known}, quarter  # an order may be closed before the unit files
        raised |= {(quarter, about) for first, _, about in opened if first == day}
        assert {about for period, about in raised if period == quarter} <= targets | nodes
    assert len(raised) == len(opened)


def test_the_units_answer_and_the_working_group_writes_the_rest(filings: Filings) -> None:
    for row in filings.of("督办"):
        if row["状态"] == "解决":
            assert row["填写人"].startswith(row["承办单位"])
            assert row["反馈"]
        else:
            assert row["填写人"] == "工作专班办公室督查岗"
    silent = [row for row in filings.of("督办") if row["承办单位"] == "市卫健委" and row["状态"] == "解决"]
    assert ["漏记" in row["反馈"] for row in silent] == [True]
