"""Orders a review opens by rule: one matter each, to the lead unit, never a second while one is open.

A matter is a target whose progress light is 滞后, 严重滞后 or 到期未完成, or a milestone that is 逾期未完成. 未报送 is
none: who did not file is asked to file, and nobody is pressed for what is not known. Limits and the feedback
asked are the decision `dispatch_limits`; a target's lead unit is that of its task (`target_tasks`, `lead_units`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from planeval.judge.progress import BEHIND, FAR_BEHIND, LATE_LIGHTS, MISSED
from planeval.judge.rounding import DECIMALS
from planeval.measures import tasks
from planeval.measures.dispatch import MILESTONE, TARGET, Course, about_of
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.decisions import DispatchLimits

PROPOSED_COLUMNS = (
    "kind", "about_id", "about", "finding", "source", "quote", "content", "unit_id", "unit", "lead_basis",
    "limit_days", "feedback_asked", "previous_order", "order_id",
)  # fmt: skip
_LIMIT_OF = {BEHIND: "behind", FAR_BEHIND: "far_behind", MISSED: "missed", tasks.OVERDUE: "overdue_milestone"}
FILED, BY_TASK, NO_TASK, NO_LEAD = "台账所填", "按所属任务", "没有确定指标归哪项任务", "没有确定任务的牵头单位"


def propose_orders(
    targets: pd.DataFrame, milestones: pd.DataFrame, courses: dict[str, Course], plan: Plan, method: Method,
    period: Period,
) -> pd.DataFrame:  # fmt: skip
    """One row per matter that has no order open at the period's end; columns as in PROPOSED_COLUMNS.

    targets: judge_targets. milestones: milestone_states. courses: every order known, see measures.dispatch.follow.
    unit_id: '' where no lead is decided, with the reason in lead_basis. previous_order: the last order about the
    same matter, closed before the period's end. order_id: the first one opened about it after the period's
    end, '' while there is none (a later one answers a later quarter's finding). Empty when the method does not decide
    dispatch_limits.
    """
    if not method.decides("dispatch_limits"):
        return pd.DataFrame(columns=list(PROPOSED_COLUMNS))
    limits: DispatchLimits = method.value("dispatch_limits", period)
    matters = [*_late_targets(targets, plan, method, period), *_overdue_milestones(milestones, plan)]
    known = _orders_of_matters(courses, plan, milestones)
    rows = []
    for matter in matters:
        orders = known.get((matter["kind"], matter["about_id"]), [])
        if any(_open_at_end(course, period) for course in orders):
            continue
        later = [course.first.order_id for course in orders if course.first.changed_on > period.end]
        earlier = [course.first.order_id for course in orders if course.first.changed_on <= period.end]
        rows.append({
            **matter, "limit_days": getattr(limits, _LIMIT_OF[matter["finding"]]), "feedback_asked": limits.feedback,
            "previous_order": earlier[-1] if earlier else "", "order_id": later[0] if later else "",
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROPOSED_COLUMNS))


def _open_at_end(course: Course, period: Period) -> bool:
    opened, closed = course.first.changed_on, course.closed_on
    return opened <= period.end and (closed is None or closed > period.end)


def _orders_of_matters(
    courses: dict[str, Course], plan: Plan, milestones: pd.DataFrame
) -> dict[tuple[str, str], list[Course]]:
    found: dict[tuple[str, str], list[Course]] = {}
    for course in sorted(courses.values(), key=lambda course: course.first.changed_on):
        kind, about_id, _ = about_of(course.first.source, plan, milestones)
        found.setdefault((kind, about_id), []).append(course)
    return found


def _late_targets(targets: pd.DataFrame, plan: Plan, method: Method, period: Period) -> Iterator[dict[str, Any]]:
    for row in targets[targets["progress_light"].isin(LATE_LIGHTS)].to_dict("records"):
        target = plan.target(row["target_id"])
        unit, basis = _target_lead(target.id, method, period)
        value = f"{row['value']:,.{DECIMALS.get(row['unit'], 0)}f}{row['unit']}"
        yield {
            "kind": TARGET, "about_id": target.id, "about": target.name, "finding": row["progress_light"],
            "source": f"{target.clause} {target.name}", "quote": target.quote,
            "content": (f"{target.name}：{period.label}末为{value}，完成{100 * row['done_share']:.1f}%，"
                        f"应达{100 * row['expected_share']:.1f}%，{row['progress_light']}。"
                        "查明差距原因，提出并落实补进度的措施"),
            "unit_id": unit, "unit": plan.unit(unit).short_name if unit else "", "lead_basis": basis,
        }  # fmt: skip


def _target_lead(target_id: str, method: Method, period: Period) -> tuple[str, str]:
    """The unit an order about a target goes to, '' when none is decided, and on what basis."""
    task = method.value("target_tasks", period).get(target_id, "") if method.decides("target_tasks") else ""
    if not task:
        return "", NO_TASK
    unit = method.value("lead_units", period).get(task, "")
    return (unit, BY_TASK) if unit else ("", NO_LEAD)


def _overdue_milestones(milestones: pd.DataFrame, plan: Plan) -> Iterator[dict[str, Any]]:
    of_task = {task.id: task for task in plan.tasks}
    overdue = milestones[milestones["state"].eq(tasks.OVERDUE)].sort_values(["due_on", "milestone_id"])
    for row in overdue.to_dict("records"):
        task = of_task[row["task"]]
        quotes = [item.quote for item in task.work_items if item.name == row["work_item"]]
        yield {
            "kind": MILESTONE, "about_id": row["milestone_id"], "about": row["name"], "finding": tasks.OVERDUE,
            "source": f"{task.clause} {row['milestone_id']}", "quote": quotes[0] if quotes else task.quote,
            "content": f"完成节点“{row['name']}”，原定{row['due_on']:%Y-%m-%d}完成，{tasks.OVERDUE}",
            "unit_id": row["lead_unit"], "unit": plan.unit(row["lead_unit"]).short_name, "lead_basis": FILED,
        }  # fmt: skip
