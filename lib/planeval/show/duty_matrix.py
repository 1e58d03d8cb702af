"""任务清单 × 责任单位: every work item of the plan, who leads and who supports it, and how its nodes stand."""

from __future__ import annotations

from typing import Any

from planeval.disclosure.withheld import withheld
from planeval.measures.duties import LEAD, SUPPORT, unit_duties
from planeval.measures.tasks import OVERDUE, UNREPORTED
from planeval.plan import Task
from planeval.review import Review
from planeval.show.html import Fragment, esc, link, paragraph, rows_of, together
from planeval.show.node_states import STATE_SYMBOLS
from planeval.show.trace import traced
from planeval.show.words import listed

_ROLE_MARKS = {LEAD: "牵", SUPPORT: "配"}
_LISTED = "方案所列责任单位"
_COLUMNS = ("task", "work_item", "lead_unit", "supporting_units", "state")


@traced
def duty_matrix(review: Review) -> Fragment:
    """Rows: the work items under their tasks. Columns: the units in the plan's order. A cell: role and state."""
    if not review.plan.tasks:
        return paragraph("方案（或其公开部分）没有列出重点任务，任务清单不适用。")
    if withheld(review.nodes) or not set(_COLUMNS) <= set(review.nodes.columns):
        return paragraph("本版不列各责任单位的任务事项。")
    duties = rows_of(unit_duties(review.nodes))
    cells = {(row["task"], row["work_item"], row["unit_id"]): row for row in duties}
    body = "".join(_task_rows(review, task, cells) for task in review.plan.tasks)
    units = [link(unit.short_name, f"40_unit-{unit.id}.html") for unit in review.plan.units]
    head = "".join(f'<th scope="col" class="unit">{unit.html}</th>' for unit in units)
    caption = "任务清单和责任单位"
    made = (
        f'<div class="table matrix" role="group" aria-label="{caption}" tabindex="0"><table><caption>'
        f'<span class="title">{caption}</span></caption><thead><tr><th scope="col" class="text">重点任务和工作事项</th>'
        f"{head}</tr></thead>{body}</table>{_notes()}</div>"
    )
    return together([paragraph(_finding(review, duties)), Fragment(made, caption)])


def _finding(review: Review, duties: list[dict[str, Any]]) -> str:
    """How many items are late or unreported, and with whom."""
    names = {unit.id: unit.short_name for unit in review.plan.units}
    items = sum(len(task.work_items) for task in review.plan.tasks)
    text = f"{len(review.plan.tasks)} 项重点任务、{items} 项工作事项、{len(names)} 个责任单位。"
    for state, said in ((OVERDUE, "有逾期未完成的节点"), (UNREPORTED, "有到期未报送的节点")):
        late = [row for row in duties if row["state"] == state and row["role"] == LEAD]
        if late:
            whose = listed(list(dict.fromkeys(names[row["unit_id"]] for row in late)))
            text += f"{len(late)} 项工作事项{said}，牵头的是{whose}。"
    return text


def _task_rows(review: Review, task: Task, cells: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    """A task with the units that the plan lists, then its work items."""
    head = "".join(
        f'<td><span class="sr">{_LISTED}</span><span aria-hidden="true">▪</span></td>' if unit.id in task.units
        else "<td></td>" for unit in review.plan.units
    )  # fmt: skip
    rows = [f'<tr class="task"><th scope="rowgroup">{esc(task.clause)} {esc(task.name)}</th>{head}</tr>']
    for item in task.work_items:
        marks = "".join(_cell(cells.get((task.id, item.name, unit.id))) for unit in review.plan.units)
        rows.append(f'<tr><th scope="row">{esc(item.name)}</th>{marks}</tr>')
    return f"<tbody>{''.join(rows)}</tbody>"


def _cell(duty: dict[str, Any] | None) -> str:
    """Role and state of one unit in one item, as two marks to the eye and in words to a screen reader."""
    if duty is None:
        return "<td></td>"
    symbol, kind = STATE_SYMBOLS[duty["state"]]
    said = f"{duty['role']}，{duty['nodes']} 个节点，{duty['state']}"
    return (
        f'<td><span class="sr">{esc(said)}</span><span class="light {kind}" aria-hidden="true">{symbol}'
        f"{_ROLE_MARKS[duty['role']]}</span></td>"
    )


def _notes() -> str:
    states = "　".join(f"{symbol} {state}" for state, (symbol, _) in STATE_SYMBOLS.items())
    notes = (
        f"牵：牵头；配：配合；▪：{_LISTED}。{states}。",
        "有几个节点的事项取最要紧的一个状态：逾期未完成、未报送、未到期、逾期完成，全部按期才写按期完成。"
        "节点、牵头和配合是评估人员的分解，方案只列各项任务的责任单位；空格为没有分给这个单位的节点。",
    )
    return "".join(f'<p class="note">{esc(note)}</p>' for note in notes)
