"""rules.yml read strictly: every fault of the file at once, at its line, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_frames import ROOT, real_rules

from planeval.ledger.rules import load_rules
from planeval.ledger.rules.catalogue import CHECKS
from planeval.plan import load_plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

GOOD = """\
  - id: paid
    level: 警告
    scope: row
    table: funds
    expression: amount > 0
    column: amount
    message: “金额”是 0
    remedy: 核对
    basis: 示例设定
"""


def faults_of(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    """What loading says about a rules.yml in a workspace of its own."""
    for folder in ("params/jincheng", "data"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("plan.yml", "units.yml"):
        (tmp_path / "params/jincheng" / name).write_bytes((ROOT / "params/jincheng" / name).read_bytes())
    (tmp_path / "params/jincheng/rules.yml").write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path)
    try:
        load_rules(workspace, load_plan(workspace, "jincheng"))
    except InputError as error:
        return error.problems
    return ()


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return "plan: jincheng\nrules:\n" + GOOD.replace(old, new)


def test_the_file_of_the_plan_is_read() -> None:
    assert len(real_rules()) >= 60
    assert all(rule.basis and rule.remedy for rule in real_rules())


def test_a_plan_without_the_file_has_no_rules() -> None:
    workspace = Workspace(ROOT)
    assert load_rules(workspace, load_plan(workspace, "lvliang-2025")) == ()


def test_a_sound_file_has_no_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "plan: jincheng\nrules:\n" + GOOD) == ()


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (changed("table: funds", "table: fund"), 6, "funds"),
        (changed("table: funds", "table: all"), 3, "expression 只能用于一张表"),
        (changed("column: amount", "column: amont"), 8, "amount"),
        (changed("amount > 0", "amont > 0"), 7, "amount"),
        (changed("amount > 0", "__import__('os')"), 7, "没有函数"),
        (changed("amount > 0", "amount"), 7, "判断"),
        (changed("amount > 0", "record == '公布'"), 7, "公告"),
        (changed("scope: row", "scope: cell").replace("amount > 0", "amount >= fiscal_amount"), 7, "fiscal_amount"),
        (changed("level: 警告", "level: 提醒"), 4, "警告"),
        (changed("scope: row", "scope: line"), 5, "row"),
        (changed("    basis: 示例设定\n", ""), 3, "basis"),
        (changed("remedy: 核对", "remedies: 核对"), 10, "remedy"),
        (changed("“金额”是 0", '"{amount} 与 {sum} 不同"'), 9, "sum"),
        (changed("“金额”是 0", '"{amount.real}"'), 9, "大括号"),
        (changed("“金额”是 0", '"{amount"'), 9, "大括号"),
        (changed("“金额”是 0", '"{amount!r}"'), 9, "大括号"),
        (changed("expression: amount > 0", "check: ballances"), 7, "balances"),
        (changed("expression: amount > 0", "check: near_names\n    with: {column: nam}"), 5, "这项检查的范围"),
        (changed("expression: amount > 0", "check: balances"), 3, "relations"),
        (changed("expression: amount > 0", "check: balances\n    with: {columns: [amount], relations: [amount * amount <= 1]}"), 8, "平衡关系"),
        (changed("expression: amount > 0", "check: balances\n    with: {columns: [amount], relations: [amount <= total]}"), 8, "total"),
        (changed("expression: amount > 0", "check: balances\n    with: {columns: [amout], relations: [amout <= 1]}"), 8, "amount"),
        (changed("expression: amount > 0", "check: balances\n    with: {colums: [amount], relations: [amount <= 1]}"), 8, "columns"),
        (changed("expression: amount > 0", "expression: amount > 0\n    check: balances"), 3, "只写一个"),
        (changed("expression: amount > 0", ""), 3, "只写一个"),
        ("plan: lvliang\nrules:\n" + GOOD, 1, "jincheng"),
        ("plan: jincheng\nrules:\n" + GOOD + GOOD, 12, "第 3 行已有"),
        ("plan: jincheng\n", 1, "rules"),
    ],
)  # fmt: skip
def test_a_fault_is_said_at_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    found = faults_of(tmp_path, text)
    assert any(fault.cell == f"第 {line} 行" and word in fault.line() for fault in found), [
        each.line() for each in found
    ]
    assert all(fault.remedy for fault in found)


def test_tables_columns_and_values_in_parameters_are_checked(tmp_path: Path) -> None:
    text = """plan: jincheng
rules:
  - id: one
    level: 警告
    scope: table
    table: funds
    check: sum_within
    with:
      by: fund_no
      column: amount
      dated_by: recorded_on
      where: {record: [实交]}
      whole: {table: fund, by: fund_id, column: amount}
    message: 超过 {whole}
    remedy: 核对
    basis: 示例设定
  - id: two
    level: 警告
    scope: cross_table
    table: certificates
    check: known_in
    with: {column: enterprise_id, places: [{table: enterprises, column: enterprise}]}
    message: 没有
    remedy: 核对
    basis: 示例设定
"""
    found = {(fault.cell, fault.value) for fault in faults_of(tmp_path, text)}
    assert found >= {("第 9 行", "fund_no"), ("第 12 行", "实交"), ("第 13 行", "fund"), ("第 22 行", "enterprise")}


def test_every_named_check_is_documented_and_used() -> None:
    assert not [name for name, check in CHECKS.items() if len(check.meaning) < 40]
    assert set(CHECKS) == {rule.check for rule in real_rules()} - {""}
