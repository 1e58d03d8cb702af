"""督办 orders as state machines: what became of each order by a day, told from the rows filed until then.

An order goes 收集—交办—解决—督办—销号. Its time is kept by the day of 解决, the unit's word that the matter is
done: on or before the limit in force it is 按期办结, later it is 逾期补办 and stays so after 销号 (red made up late
turns yellow, never green). 交办 comes again when the limit is extended, when a late unit is pressed, and when the
work is sent back; being sent back takes 解决 back. A row that may not follow changes nothing and is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.tables.governance import DISPATCH
from planeval.periods import Period
from planeval.plan import Plan
from planeval.plan.model import normal

STATES = DISPATCH.column("state").choices
COLLECTED, ASSIGNED, SOLVED, CHECKED, CLOSED = STATES
IN_TIME, MADE_UP_LATE, OVERDUE, IN_HAND = "按期办结", "逾期补办", "逾期未办结", "办理中"
LIGHTS = (IN_TIME, MADE_UP_LATE, OVERDUE, IN_HAND)
TARGET, MILESTONE, OTHER = "指标", "节点", "其他"
ORDER_COLUMNS = (
    "order_id", "kind", "about_id", "about", "source", "content", "unit_id", "unit", "opened_on", "first_limit",
    "limit", "extensions", "state_before", "state", "days_open", "overdue_days", "feedback", "solved_on", "closed_on",
    "light", "faults",
)  # fmt: skip
FAULT_COLUMNS = ("order_id", "changed_on", "state", "fault", "file", "sheet", "row")
QUARTER_COLUMNS = (
    "period", "carried", "opened", "closed", "open", "overdue", "late_closed", "extended", "opened_to_date",
    "closed_to_date", "closing_share",
)  # fmt: skip
UNIT_COLUMNS = ("unit_id", "unit", "orders", "closed", *LIGHTS, "closing_share")


@dataclass(frozen=True)
class Change:
    """One row of the 督办 table: a state entered on a day, with the limit then in force."""

    order_id: str
    changed_on: date
    state: str
    source: str
    content: str
    lead_unit: str
    due_on: date
    feedback: str
    author: str
    evidence: str = ""
    place: tuple[str, str, int] = ("", "", 0)


@dataclass(frozen=True)
class Course:
    """An order as its accepted changes left it. `changes` are they, in the order filed; faults were not accepted."""

    changes: tuple[Change, ...]
    limit: date
    extensions: int = 0
    solved_on: date | None = None

    @property
    def first(self) -> Change:
        """The change that opened it; source, content and unit are its."""
        return self.changes[0]

    @property
    def state(self) -> str:
        """The state now."""
        return self.changes[-1].state

    @property
    def closed_on(self) -> date | None:
        """The day of 销号; None while it is open."""
        return self.changes[-1].changed_on if self.state == CLOSED else None

    @property
    def feedback(self) -> str:
        """The last thing said about it, with its day; '' when nothing was."""
        said = [change for change in self.changes if change.feedback]
        return f"{said[-1].changed_on:%Y-%m-%d} {said[-1].feedback}" if said else ""

    def overdue_days(self, day: date) -> int:
        """Days between the limit and 解决, or the day when it is not solved; 0 within the limit."""
        return max(0, ((self.solved_on or day) - self.limit).days)

    def light(self, day: date) -> str:
        """按期办结 (closed, solved within the limit), 逾期补办, 逾期未办结, else 办理中."""
        if self.overdue_days(day):
            return MADE_UP_LATE if self.solved_on else OVERDUE
        return IN_TIME if self.closed_on else IN_HAND


def change_fault(course: Course | None, change: Change) -> str:
    """Why a change may not follow, in Chinese; '' when it may."""
    if course is None:
        return "" if change.state in (COLLECTED, ASSIGNED) else f"没有交办的记录，不能{change.state}"
    last = course.changes[-1]
    if course.closed_on:
        return f"{course.closed_on} 已经销号，销号以后不再变化"
    if change.changed_on < last.changed_on:
        return f"日期早于上一次变化（{last.changed_on} {last.state}）"
    if change.state == COLLECTED:
        return "已经收集过，不能再收集"
    if course.state == COLLECTED and change.state != ASSIGNED:
        return f"还没有交办，不能{change.state}"
    if change.state == CLOSED and course.solved_on is None:
        return "还没有解决，不能销号"
    if change.due_on > course.limit and change.changed_on > course.limit:
        return f"时限（{course.limit}）过了以后才延期"
    return ""


def advanced(course: Course | None, change: Change) -> Course:
    """The order after a change that may follow."""
    if course is None:
        return Course((change,), change.due_on)
    extended = change.due_on > course.limit and course.state != COLLECTED
    solved = course.solved_on or (change.changed_on if change.state == SOLVED else None)
    return replace(
        course, changes=(*course.changes, change), limit=change.due_on, extensions=course.extensions + extended,
        solved_on=None if change.state == ASSIGNED else solved,
    )  # fmt: skip


def follow(changes: Iterable[Change]) -> tuple[dict[str, Course], list[tuple[Change, str]]]:
    """Order number → its course, and the changes that may not follow with the reason; changes as filed."""
    courses: dict[str, Course] = {}
    faults = []
    for change in changes:
        fault = change_fault(courses.get(change.order_id), change)
        if fault:
            faults.append((change, fault))
        else:
            courses[change.order_id] = advanced(courses.get(change.order_id), change)
    return courses, faults


def dispatch_changes(ledger: Ledger, day: date | None = None) -> list[Change]:
    """The rows of 督办 dated on or before a day (all without one), in the order filed.

    A row filed again (same order, day and state) keeps the place of its first filing, so that a quarterly
    workbook which repeats what was already entered does not look like a step back.
    """
    filed = ledger.filed["dispatch"].sort_values(["period", "received_on", "file", "row"], kind="stable")
    places: dict[tuple[str, str, str], int] = {}
    for key in zip(filed["order_id"], filed["changed_on"].astype(str), filed["state"], strict=True):
        places.setdefault(key, len(places))
    rows = ledger.current["dispatch"].to_dict("records")
    rows.sort(key=lambda row: places[(row["order_id"], str(row["changed_on"].date()), row["state"])])
    changes = [_change(row) for row in rows]
    return [change for change in changes if day is None or change.changed_on <= day]


def _change(row: dict[Any, Any]) -> Change:
    return Change(
        row["order_id"], row["changed_on"].date(), row["state"], row["source"], row["content"], row["lead_unit"],
        row["due_on"].date(), row["feedback"] or "", row["author"], row["evidence"] or "",
        (row["file"], row["sheet"], int(row["row"])),
    )  # fmt: skip


def about_of(source: str, plan: Plan, milestones: pd.DataFrame) -> tuple[str, str, str]:
    """What a source clause speaks of: kind (指标, 节点, 其他), id and name. `<clause> <node id or target name>`."""
    written = normal(source.partition(" ")[2] or source)
    for target in plan.targets:
        if written in (normal(target.name), normal(target.id)):
            return TARGET, target.id, target.name
    named = milestones[milestones["milestone_id"].map(normal).eq(written)]
    if len(named):
        return MILESTONE, str(named["milestone_id"].iloc[0]), str(named["name"].iloc[0])
    return OTHER, "", source


def dispatch_orders(ledger: Ledger, plan: Plan, period: Period) -> pd.DataFrame:
    """Every order opened by the end of the period, as it stood then; columns as in ORDER_COLUMNS.

    state_before: its state at the end of the quarter before, '' when it was not open yet. days_open: calendar
    days from opening to 销号 or the period's end. limit: the one in force; first_limit: before any extension.
    faults: rows of it that changed nothing.
    """
    courses, faults = follow(dispatch_changes(ledger, period.end))
    before, _ = follow(dispatch_changes(ledger, period.previous.end))
    rows = []
    for order_id, course in courses.items():
        first, closed = course.first, course.closed_on
        kind, about_id, about = about_of(first.source, plan, ledger.current["milestones"])
        rows.append({
            "order_id": order_id, "kind": kind, "about_id": about_id, "about": about, "source": first.source,
            "content": first.content, "unit_id": first.lead_unit, "unit": plan.unit(first.lead_unit).short_name,
            "opened_on": first.changed_on, "first_limit": _first_limit(course), "limit": course.limit,
            "extensions": course.extensions, "state_before": before[order_id].state if order_id in before else "",
            "state": course.state, "days_open": ((closed or period.end) - first.changed_on).days,
            "overdue_days": course.overdue_days(period.end), "feedback": course.feedback,
            "solved_on": course.solved_on, "closed_on": closed, "light": course.light(period.end),
            "faults": sum(change.order_id == order_id for change, _ in faults),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(ORDER_COLUMNS)).sort_values("order_id", ignore_index=True)


def _first_limit(course: Course) -> date:
    """The limit given with the first 交办, else with the row that opened the order."""
    assigned = [change for change in course.changes if change.state == ASSIGNED]
    return (assigned[0] if assigned else course.first).due_on


def dispatch_faults(ledger: Ledger, period: Period) -> pd.DataFrame:
    """Rows of 督办 up to the period's end that may not follow what came before; columns as in FAULT_COLUMNS."""
    _, faults = follow(dispatch_changes(ledger, period.end))
    rows = [(change.order_id, change.changed_on, change.state, fault, *change.place) for change, fault in faults]
    return pd.DataFrame(rows, columns=list(FAULT_COLUMNS))


def orders_by_quarter(ledger: Ledger, first: Period, period: Period) -> pd.DataFrame:
    """The loop quarter by quarter as known now; columns as in QUARTER_COLUMNS.

    carried + opened - closed = open. closing_share (销号率): closed / opened, both to date; NaN before the first
    order. late_closed: closed in the quarter after being solved late. extended: orders extended in the quarter.
    """
    rows = []
    for quarter in first.until(period):
        now, _ = follow(dispatch_changes(ledger, quarter.end))
        before, _ = follow(dispatch_changes(ledger, quarter.previous.end))
        was_open = {order for order, course in before.items() if course.closed_on is None}
        closed = {order for order, course in now.items() if course.closed_on}
        done = [now[order] for order in closed if order in was_open or order not in before]
        rows.append({
            "period": str(quarter), "carried": len(was_open), "opened": len(now) - len(before), "closed": len(done),
            "open": len(now) - len(closed), "overdue": _lights(now, quarter.end)[OVERDUE],
            "late_closed": sum(course.overdue_days(quarter.end) > 0 for course in done),
            "extended": sum(c.extensions > (before[o].extensions if o in before else 0) for o, c in now.items()),
            "opened_to_date": len(now), "closed_to_date": len(closed),
            "closing_share": len(closed) / len(now) if now else float("nan"),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(QUARTER_COLUMNS))


def _lights(courses: dict[str, Course], day: date) -> dict[str, int]:
    found = [course.light(day) for course in courses.values()]
    return {light: found.count(light) for light in LIGHTS}


def orders_by_unit(orders: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Orders of each unit that has any, in the plan's order; columns as in UNIT_COLUMNS (a count per light)."""
    rows = []
    for unit in plan.units:
        own = orders[orders["unit_id"].eq(unit.id)]
        if len(own):
            closed = int(own["closed_on"].notna().sum())
            lights = {light: int(own["light"].eq(light).sum()) for light in LIGHTS}
            rows.append({"unit_id": unit.id, "unit": unit.short_name, "orders": len(own), "closed": closed, **lights,
                         "closing_share": closed / len(own)})  # fmt: skip
    return pd.DataFrame(rows, columns=list(UNIT_COLUMNS))


def ageing(orders: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Open orders by days since opening: from_days, to_days (None: no end), orders, overdue. limits rise."""
    still = orders[orders["closed_on"].isna()]
    rows = []
    for low, high in zip((0, *(limit + 1 for limit in limits)), (*limits, None), strict=True):
        inside = still[still["days_open"].ge(low) & (still["days_open"].le(high) if high is not None else True)]
        rows.append((low, high, len(inside), int(inside["light"].eq(OVERDUE).sum())))
    return pd.DataFrame(rows, columns=["from_days", "to_days", "orders", "overdue"], dtype=object)
