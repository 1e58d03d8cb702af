"""milestones.yml: the plan's work items cut into nodes, each with lead, due quarter and what must come before it.

A decomposition is the evaluators' decision (`by`), never the plan's words. A due date moves only by an extension
decided before the date it moves; else the original date counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field, Strict

from planeval.plan.counting_faults import unknown_entry
from planeval.plan.documents import Document, read_document
from planeval.plan.explaining import validate
from planeval.plan.method import Quarter
from planeval.plan.model import Day, Entry, Plan, Text, WordId
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

FILE = "milestones.yml"
NodeId = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_\-]*$")]


class Node(Entry):
    """One result that can be accepted or not, due at the end of a quarter. after: nodes that must be done first."""

    id: NodeId
    work_item: WordId
    name: Text
    lead: WordId
    supporting: Annotated[tuple[WordId, ...], Strict(False)] = ()
    due: Quarter
    after: Annotated[tuple[NodeId, ...], Strict(False)] = ()


class Extension(Entry):
    """A due date moved by a decision: which node, decided when, until when, by whom and why."""

    node: NodeId
    decided_on: Day
    until: Day
    reason: Text
    by: Text


class Decomposition(Entry):
    """milestones.yml as written."""

    plan: WordId
    reason: Text
    by: Text
    nodes: Annotated[tuple[Node, ...], Strict(False), Field(min_length=1)]
    extensions: Annotated[tuple[Extension, ...], Strict(False)] = ()

    def due_on(self, node: Node, as_known_on: date | None = None) -> date:
        """The day a node is due: the end of its quarter, or what extensions decided by a day made of it."""
        day = node.due.end
        for extension in sorted(self.extensions, key=lambda each: each.decided_on):
            if extension.node == node.id and (as_known_on is None or extension.decided_on <= as_known_on):
                day = extension.until
        return day


def load_decomposition(workspace: Workspace, plan: Plan) -> Decomposition | None:
    """milestones.yml of a plan, or None when nobody has cut it into nodes.

    Raises InputError with every fault: unknown work items, units or nodes, repeated ids, a circle of nodes waiting
    for each other (named), a node due before what it waits for, an extension decided too late.
    """
    path = workspace.plan_folder(plan.id) / FILE
    if not path.exists():
        return None
    document = read_document(path, workspace.relative(path))
    text = validate(Decomposition, document)
    problems = [*_name_faults(text, plan, document), *_order_faults(text, document), *_extension_faults(text, document)]
    if problems:
        raise InputError(problems)
    return text


def _name_faults(text: Decomposition, plan: Plan, document: Document) -> Iterator[Problem]:
    items = [item.id for task in plan.tasks for item in task.work_items]
    units = [unit.id for unit in plan.units]
    ids = [node.id for node in text.nodes]
    if text.plan != plan.id:
        yield document.fault(("plan",), "plan_id", "plan 与文件夹名不一致", value=text.plan, expected=plan.id,
                             remedy="两处写成一样")  # fmt: skip
    for name, count in Counter(ids).items():
        if count > 1:
            second = ("nodes", len(ids) - 1 - ids[::-1].index(name), "id")
            yield document.fault(second, "repeated_id", "节点编号写了不止一次", value=name, remedy="每个节点一个编号")
    for index, node in enumerate(text.nodes):
        here = ("nodes", index)
        if node.work_item not in items:
            yield unknown_entry(document, (*here, "work_item"), "工作事项", node.work_item, items)
        for position, (key, unit) in enumerate(
            [("lead", node.lead), *(("supporting", each) for each in node.supporting)]
        ):
            if unit not in units:
                place = (*here, key) if key == "lead" else (*here, key, position - 1)
                yield unknown_entry(document, place, "责任单位", unit, units)
        for position, other in enumerate(node.after):
            if other not in ids:
                yield unknown_entry(document, (*here, "after", position), "节点", other, ids)
    for index, extension in enumerate(text.extensions):
        if extension.node not in ids:
            yield unknown_entry(document, ("extensions", index, "node"), "节点", extension.node, ids)


def _order_faults(text: Decomposition, document: Document) -> Iterator[Problem]:
    nodes = {node.id: node for node in text.nodes}
    try:
        TopologicalSorter({node.id: set(node.after) & set(nodes) for node in text.nodes}).prepare()
    except CycleError as error:
        circle = [f"{each}“{nodes[each].name}”" for each in error.args[1]]
        yield document.fault(("nodes",), "circle", "节点互相等待，谁也不能先完成", value=" → ".join(reversed(circle)),
                             remedy="删去其中一个 after")  # fmt: skip
        return
    for index, node in enumerate(text.nodes):
        for position, other in enumerate(node.after):
            if other in nodes and nodes[other].due > node.due:
                message = f"前置节点 {other} {nodes[other].due} 才到期，晚于本节点"
                yield document.fault(("nodes", index, "after", position), "due_order", message, value=str(node.due),
                                     remedy="改时限，或改 after")  # fmt: skip


def _extension_faults(text: Decomposition, document: Document) -> Iterator[Problem]:
    nodes = {node.id: node for node in text.nodes}
    for index, extension in enumerate(text.extensions):
        if extension.node not in nodes:
            continue
        earlier = [each for each in text.extensions if each.node == extension.node]
        before = [each.until for each in earlier if each.decided_on < extension.decided_on]
        due = max([nodes[extension.node].due.end, *before])
        here = ("extensions", index)
        if extension.decided_on > due:
            yield document.fault((*here, "decided_on"), "extension_late", f"{due} 到期以后才决定延期，以原时限为准",
                                 value=extension.decided_on.isoformat(), remedy="删去这一项")  # fmt: skip
        if extension.until <= due:
            yield document.fault((*here, "until"), "extension_back", f"延期后的时限不晚于原时限 {due}",
                                 value=extension.until.isoformat(), remedy="写更晚的日期，或删去这一项")  # fmt: skip
