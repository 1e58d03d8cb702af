"""milestones.yml: strict like all params; circles, late extensions and strangers are refused with their place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from planeval.plan import load_plan
from planeval.plan.milestones import Decomposition, load_decomposition
from planeval.problems import InputError
from planeval.workspace import Workspace
from stranger import PLAN, write_text, write_workspace

GOOD = f"""\
plan: {PLAN}
reason: 便于举例。
by: 评估组
nodes:
  - {{id: A1, work_item: corner, name: 选址, lead: library, due: 2025Q2}}
  - {{id: A2, work_item: corner, name: 建成, lead: library, supporting: [schoolboard], due: 2025Q4, after: [A1]}}
extensions:
  - {{node: A2, decided_on: "2025-12-01", until: "2026-03-31", reason: 汛期停工, by: 评估组}}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("decomposition") / "工作区", notebooks=False)


def load(root: Path, text: str) -> Decomposition | None:
    write_text(root / "params" / PLAN / "milestones.yml", text)
    workspace = Workspace(root)
    return load_decomposition(workspace, load_plan(workspace, PLAN))


def test_an_extension_moves_the_day_from_the_day_it_was_decided(root: Path) -> None:
    """Due at the quarter's end; a review that knows only what was decided by 30 November keeps the old day."""
    found = load(root, GOOD)
    assert found is not None
    first, second = found.nodes
    assert found.due_on(first) == date(2025, 6, 30)
    assert found.due_on(second, date(2025, 11, 30)) == date(2025, 12, 31)
    assert found.due_on(second, date(2025, 12, 1)) == found.due_on(second) == date(2026, 3, 31)


def test_a_plan_nobody_cut_into_nodes_has_none(tmp_path: Path) -> None:
    workspace = Workspace(write_workspace(tmp_path / "另一个", notebooks=False))
    assert load_decomposition(workspace, load_plan(workspace, PLAN)) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("due: 2025Q2}", "due: 2025Q2, after: [A2]}", "A1“选址” → A2“建成” → A1“选址”"),
        ("work_item: corner, name: 选址", "work_item: corne, name: 选址", "是不是“corner”"),
        ("lead: library, due", "lead: librery, due", "是不是“library”"),
        ("[schoolboard]", "[schoolbord]", "是不是“schoolboard”"),
        ("after: [A1]", "after: [A9]", "没有这个节点"),
        ("id: A2", "id: A1", "节点编号写了不止一次"),
        ("due: 2025Q2", "due: 2026Q2", "晚于本节点"),
        ('decided_on: "2025-12-01"', 'decided_on: "2026-01-01"', "到期以后才决定延期，以原时限为准"),
        ('until: "2026-03-31"', 'until: "2025-12-31"', "延期后的时限不晚于原时限"),
        ("node: A2, decided", "node: A3, decided", "没有这个节点"),
        ("name: 选址, ", "", "缺少"),
        ("by: 评估组\nnodes", "by: 评估组\nnote: 无\nnodes", "不认识的键"),
        (f"plan: {PLAN}", "plan: other", "plan 与文件夹名不一致"),
    ],
)
def test_what_is_refused(root: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(InputError) as refusal:
        load(root, GOOD.replace(old, new, 1))
    text = str(refusal.value)
    assert said in text.replace("A2“建成” → A1“选址” → A2“建成”", "A1“选址” → A2“建成” → A1“选址”"), text
    assert "milestones.yml" in text and "第 " in text
