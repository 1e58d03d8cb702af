"""Who looks after which work item: the role and the state that asks most, on an example worked by hand."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planeval.measures.duties import LEAD, SUPPORT, unit_duties
from planeval.measures.tasks import MADE_UP, NOT_DUE, ON_TIME, OVERDUE, STATES, UNREPORTED
from planeval.publish.page_tree import read_page
from planeval.review import Review
from planeval.show.duty_matrix import duty_matrix

COLUMNS = ["task", "work_item", "lead_unit", "supporting_units", "state"]


def duties(*nodes: tuple[str, str, str, tuple[str, ...], str]) -> list[tuple[object, ...]]:
    return list(unit_duties(pd.DataFrame(nodes, columns=COLUMNS)).itertuples(index=False, name=None))


def test_an_item_of_three_nodes_and_three_units() -> None:
    """The library leads two nodes, one of them overdue, and supports one: it leads, and the overdue one counts.
    The school board supports two, both done, one of them late: 逾期完成. The museum leads one that is not due yet.
    """
    assert duties(
        ("读书", "办读书节", "library", ("schools",), ON_TIME),
        ("读书", "办读书节", "library", ("schools",), OVERDUE),
        ("读书", "办读书节", "museum", ("library",), NOT_DUE),
        ("读书", "送书下乡", "schools", (), MADE_UP),
    ) == [
        ("读书", "办读书节", "library", LEAD, 2, OVERDUE),
        ("读书", "办读书节", "schools", SUPPORT, 2, OVERDUE),
        ("读书", "办读书节", "museum", LEAD, 1, NOT_DUE),
        ("读书", "送书下乡", "schools", LEAD, 1, MADE_UP),
    ]


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=6))
def test_the_order_of_what_asks_most(states: list[str]) -> None:
    (row,) = duties(*(("读书", "办读书节", "library", (), state) for state in states))
    expected = next(state for state in (OVERDUE, UNREPORTED, NOT_DUE, MADE_UP, ON_TIME) if state in states)
    assert row[4:] == (len(states), expected)


def test_no_nodes_no_duties() -> None:
    assert duties() == []


def test_the_matrix_says_every_duty_in_words(demonstration: Review) -> None:
    """As many cells in words as there are duties, a row for each work item, a column for each unit."""
    made = read_page(duty_matrix(demonstration).html)
    (table, *_) = made.every("table")
    items = [item for task in demonstration.plan.tasks for item in task.work_items]
    heads = [cell for cell in table.every("th") if cell.get("scope") == "row"]
    assert [head.reads() for head in heads] == ["".join(item.name.split()) for item in items]
    assert sum("unit" in cell.classes for cell in table.every("th")) == len(demonstration.plan.units)
    said = [cell.reads() for cell in table.every("span") if "sr" in cell.classes]
    wanted = unit_duties(demonstration.nodes)
    assert sum("个节点" in text for text in said) == len(wanted)
    assert sum("逾期未完成" in text for text in said) == int(wanted["state"].eq(OVERDUE).sum())
    listed = sum(len(task.units) for task in demonstration.plan.tasks)
    assert said.count("方案所列责任单位") == listed
