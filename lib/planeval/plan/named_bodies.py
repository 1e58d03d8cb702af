"""The universities and platforms that a plan's clauses name one by one."""

from __future__ import annotations

from typing import Literal

from planeval.plan.model import Industry, Plan, Provision, Task


def named_bodies(plan: Plan, kind: Literal["universities", "platforms"]) -> tuple[tuple[str, str], ...]:
    """(name, clause) in the order of the plan; empty when no clause names any."""
    text = plan.text
    clauses: tuple[Provision | Industry | Task, ...] = (*text.layout, *text.industries, *text.tasks, *text.safeguards)
    return tuple(
        (name, clause.clause) for clause in clauses for item in clause.work_items for name in getattr(item, kind)
    )
