"""Every rule of params/jincheng/rules.yml on a worked example: what passes, what fails, which cell is blamed."""

from __future__ import annotations

from typing import Any

import pytest
from rule_frames import EXAMPLES, USUAL, blamed_cells, filed, findings, real_rules

from planeval.ledger.tables import TABLES
from planeval.problems import ERROR

RULES = {rule.id: rule for rule in real_rules()}
PASSES = [(rule, example) for rule, examples in EXAMPLES.items() for example in examples["passes"]]
FAILS = [(rule, example) for rule, examples in EXAMPLES.items() for example in examples["fails"]]


def test_every_rule_has_an_example_that_passes_and_one_that_fails() -> None:
    assert set(EXAMPLES) == set(RULES)
    assert not [rule for rule, examples in EXAMPLES.items() if not examples["passes"] or not examples["fails"]]


def test_there_are_rules_for_every_table() -> None:
    assert len(RULES) >= 60
    assert {rule.table for rule in RULES.values()} == {"all", *(table.id for table in TABLES)}


def test_the_usual_rows_together_break_no_rule_at_all() -> None:
    assert findings({table: [{}] for table in USUAL}).problems == ()


@pytest.mark.parametrize(("rule", "rows"), PASSES, ids=[rule for rule, _ in PASSES])
def test_what_passes(rule: str, rows: dict[str, Any]) -> None:
    found = findings(rows, rule)
    assert [problem.line() for problem in found.problems] == []
    assert found.refused == {}


@pytest.mark.parametrize(("rule", "example"), FAILS, ids=[rule for rule, _ in FAILS])
def test_what_fails(rule: str, example: dict[str, Any]) -> None:
    found = findings(example["rows"], rule)
    assert {(p.file, p.sheet, p.cell) for p in found.problems} == blamed_cells(example["rows"], example["blames"])
    for problem in found.problems:
        assert (problem.rule, problem.level) == (rule, RULES[rule].level)
        assert problem.remedy
        assert not set("{}") & {*problem.message, *problem.remedy}
        assert not problem.message.endswith("。")
        assert not problem.remedy.endswith("。")
    if "says" in example:
        assert any(str(example["says"]) in problem.message for problem in found.problems), found.problems[0].message
    assert found.refused == (rows_of(example["blames"]) if RULES[rule].level == ERROR else {})
    units = {(row.file, row.unit_id) for frame in filed(example["rows"]).values() for row in frame.itertuples()}
    assert all((problem.file, problem.unit) in units for problem in found.problems)


def rows_of(blames: list[str]) -> dict[str, set[int]]:
    """`table row column` as table → index labels."""
    wanted: dict[str, set[int]] = {}
    for blame in blames:
        table, number, _ = blame.split()
        wanted.setdefault(table, set()).add(int(number) - 1)
    return wanted
