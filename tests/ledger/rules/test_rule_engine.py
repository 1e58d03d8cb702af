"""What the engine does with rules: order, refusals, repeated warnings, addresses; whatever was filed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_frames import PERIOD, USUAL, day, filed, findings, real_context, real_rules

from planeval.ledger.rules import RuleContext, apply_rules
from planeval.ledger.tables import BY_ID, TABLES
from planeval.periods import Period
from planeval.problems import ERROR


def test_what_the_tables_themselves_guarantee_is_not_said_again_by_a_rule() -> None:
    """Dates in order (an exit after the investment, a departure after the arrival) are refused for every plan."""
    assert ("invested_on", "exited_on") in BY_ID["investments"].ordered
    assert ("arrived_on", "left_on") in BY_ID["talents"].ordered
    pairs = {(table.id, later, first) for table in TABLES for first, later in table.ordered}
    assert not [rule.id for rule in real_rules() if any(
        rule.table == table and rule.expression == f"{later} >= {first}" for table, later, first in pairs
    )]  # fmt: skip


def test_nothing_filed_is_nothing_found() -> None:
    empty = {table.id: pd.DataFrame() for table in TABLES}
    assert apply_rules(real_rules(), empty, real_context()).problems == ()
    assert apply_rules(real_rules(), {}, real_context()).refused == {}
    assert apply_rules((), filed({"funds": [{}]}), real_context()).problems == ()


def test_a_refused_row_breeds_no_other_problem() -> None:
    """A number that is wrong for its kind is refused; that it repeats another firm's is not said as well."""
    rows = {"certificates": [{}, {"enterprise_id": "91000000MA00000029", "certificate_number": "GR2025"}] * 1}
    again = {"certificates": [{"certificate_number": "GR2025"}, *rows["certificates"][1:]]}
    assert {problem.rule for problem in findings(again).problems} & {"certificate_number_of_two_firms"} == set()
    assert findings(again).refused == {"certificates": {0, 1}}


def test_a_warning_that_is_carried_along_is_said_once_at_the_last_row() -> None:
    rows = {
        "platforms": [
            {"period": "2026Q1", "level": "国家级"},
            {"period": "2026Q2", "level": "国家级"},
            {"level": "国家级"},
        ]
    }
    (problem,) = findings(rows, "platform_level_of_issuer").problems
    assert problem.file == "2026Q3/kejiju.xlsx"


def test_an_error_is_said_at_every_row_and_refuses_each() -> None:
    rows = {"talents": [{"period": "2026Q2", "subsidy_paid": 11}, {"subsidy_paid": 11}]}
    found = findings(rows, "talent_balance")
    assert len(found.problems) == 2
    assert found.refused == {"talents": {0, 1}}


def test_labels_are_those_of_the_frame_handed_in() -> None:
    frames = filed({"talents": [{"subsidy_paid": 11}, {"talent_id": "RC-2"}]})
    frames["talents"].index = pd.Index([70, "x"], dtype=object)
    assert apply_rules(real_rules(), frames, real_context()).refused == {"talents": {70}}


def test_without_letters_the_row_is_named() -> None:
    known = real_context()
    context = RuleContext(known.plan, known.period, known.plan_start, known.identifier, known.duties)
    found = apply_rules(real_rules(), filed({"talents": [{"subsidy_paid": 11}]}), context)
    assert [problem.cell for problem in found.problems] == ["第 2 行"]


def test_what_a_cell_says_never_becomes_part_of_a_template() -> None:
    rows = {"milestones": [{"finished_on": None, "progress_note": "已完成{unit}{0}{__class__}"}]}
    (problem,) = findings(rows, "milestone_done_without_day").problems
    assert "已完成{unit}{0}{__class__}" in problem.message


def test_personal_data_is_not_repeated_by_any_rule() -> None:
    """Not by the rule that finds it, and not by another one that speaks of the same cell."""
    found = findings({
        "talents": [{"talent_id": "140502199001011234", "subsidy_paid": 11}, {"talent_id": "张三丰"}],
        "milestones": [{"finished_on": None, "progress_note": "已完成，联系人张三丰 13800138000"}],
    })  # fmt: skip
    assert {problem.rule for problem in found.problems} >= {
        "personal_data", "talent_balance", "talent_code_is_name", "milestone_done_without_day",
    }  # fmt: skip
    assert not [
        problem for problem in found.problems if any(word in problem.line() for word in ("1405", "张三丰", "1380"))
    ]
    assert found.refused == {"talents": {0, 1}, "milestones": {0}}


def test_the_identifier_decides_whether_codes_are_judged() -> None:
    known = real_context()
    context = RuleContext(known.plan, known.period, known.plan_start, "any", known.duties)
    rows = filed({"enterprises": [{"enterprise_id": "12000000MA00000010"}]})
    assert not [p for p in apply_rules(real_rules(), rows, context).problems if p.rule == "enterprise_code_kind"]


def test_the_order_of_the_rows_handed_in_does_not_matter() -> None:
    due = [{"period": "2026Q1", "due_on": day("2026-06-30")}, {"period": "2026Q2", "due_on": day("2026-09-30")}]
    frames = filed({"milestones": [{**row, "finished_on": None} for row in (*due, {"due_on": day("2026-09-30")})]})
    forward = apply_rules(real_rules(), frames, real_context())
    frames["milestones"] = frames["milestones"].iloc[::-1]
    backward = apply_rules(real_rules(), frames, real_context())
    assert backward.refused == forward.refused == {"milestones": {1, 2}}
    assert set(backward.problems) == set(forward.problems)


words = st.sampled_from(
    [None, "", " ", "示例", "GR202514000001", "2026Q3", "2027Q9", "A、B", "高新技术企业", "销号", "{x}", "9" * 40]
) | st.text(max_size=12)
amounts = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -1.0, 1e300, 1e-300, 5.0])
days = st.none() | st.sampled_from(["1677-09-22", "1999-12-31", "2024-02-29", "2025-06-30", "2026-09-30", "9999-12-31"])


@st.composite
def frames(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Rows of two or three tables with anything in their cells, some of them by chance what the plan knows."""
    chosen = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique_by=lambda table: table.id))
    drawn = {}
    for table in chosen:
        rows = []
        for number in range(draw(st.integers(0, 6))):
            row = {"row": number + 2, "file": draw(st.sampled_from(["a", "b"])), "sheet": table.sheet}
            row["unit_id"] = draw(st.sampled_from(["kejiju", "jingkaiqu", "nobody"]))
            row["period"] = draw(st.sampled_from([PERIOD, Period(2026, 2), Period(2025, 4)]))
            row["received_on"] = draw(st.sampled_from([None, day("2026-07-10"), day("2026-10-10")]))
            for column in table.columns:
                usual = USUAL[table.id].get(column.id)
                pool = days if column.kind == "date" else amounts if column.kind in ("number", "count") else words
                row[column.id] = draw(st.just(usual) | pool)
            rows.append(row)
        drawn[table.id] = typed(pd.DataFrame(rows, dtype=object), table.id)
    return drawn


def typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    for column in BY_ID[table].columns:
        if column.id in frame and column.kind == "date":
            frame[column.id] = np.array(
                [None if pd.isna(v) else str(v) for v in frame[column.id]], dtype="datetime64[s]"
            )
        elif column.id in frame and column.kind in ("number", "count"):
            frame[column.id] = frame[column.id].astype(float)
    return frame


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frames())
def test_rules_never_raise_whatever_was_filed(filed_rows: dict[str, pd.DataFrame]) -> None:
    found = apply_rules(real_rules(), filed_rows, real_context())
    refused = {(table, label) for table, labels in found.refused.items() for label in labels}
    assert refused <= {(table, label) for table, frame in filed_rows.items() for label in frame.index}
    assert bool(refused) == any(problem.level == ERROR for problem in found.problems)
    assert all(problem.message and problem.remedy and problem.cell for problem in found.problems)
