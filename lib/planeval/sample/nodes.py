"""Made-up milestones (任务节点): the plan's own work items, cut into results with a day due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from planeval.periods import Period
from planeval.plan import Task
from planeval.plan.model import WorkItem
from planeval.sample.dice import Dice
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item

_STEPS = {
    1: ("完成并通过验收",),
    2: ("形成实施方案", "完成并通过验收"),
    3: ("形成实施方案", "取得阶段成果", "完成并通过验收"),
}
_MOST = 6  # milestones of one unit


def milestone_items(setting: Setting) -> list[Item]:
    """Three to six milestones for each unit, due at the ends of quarters up to the plan's due date."""
    items = []
    by_unit = _work_by_unit(setting)
    for position, unit in enumerate(setting.plan.units, start=1):
        work = by_unit.get(unit.id, [])[:_MOST]
        steps = _STEPS[max(3 - len(work) + 1, 1) if work else 1]
        pieces = [(task, item, step) for task, item in work for step in steps]
        quarters = _due_quarters(len(pieces), shifted=position % 2 == 0, setting=setting)
        dice = setting.dice(f"milestones of {unit.id}")
        for number, ((task, item, step), quarter) in enumerate(zip(pieces, quarters, strict=True), start=1):
            row = {
                "milestone_id": f"JD-{position:02d}-{number:02d}", "task": task.id, "work_item": item.name,
                "name": f"{item.name}：{step}", "lead_unit": unit.id,
                "supporting_units": _supporting(task, unit.id, dice), "due_on": quarter.end,
                "finished_on": None, "progress_note": "尚未到时间节点，按计划准备",
            }  # fmt: skip
            items.append(make_item("milestones", unit.id, *_course(row, number, quarter, setting, dice)))
    return items


def _work_by_unit(setting: Setting) -> dict[str, list[tuple[Task, WorkItem]]]:
    """Unit → work items it leads; the lead is always one of the units its task names."""
    leads = setting.method.value("lead_units", setting.story.last)
    work: dict[str, list[tuple[Task, WorkItem]]] = {}
    for task in setting.plan.tasks:
        for item in task.work_items:
            told = setting.story.leads.get(item.id, "")
            lead = told if told in task.units else leads.get(task.id, task.units[0])
            work.setdefault(lead, []).append((task, item))
    return work


def _due_quarters(count: int, shifted: bool, setting: Setting) -> list[Period]:
    """Evenly over the quarters from the first one filed to the plan's due date; the last falls on that date.

    shifted: all but the last a quarter later, so that not every unit has the same rhythm.
    """
    quarters = setting.story.first.until(Period.of(setting.plan.text.due))
    places = [(step + 1) * len(quarters) // count - 1 for step in range(count)]
    return [quarters[min(place + shifted, len(quarters) - 1)] for place in places]


def _supporting(task: Task, lead: str, dice: Dice) -> str | None:
    others = [unit for unit in task.units if unit != lead]
    chosen = dice.shuffled(others)[: dice.whole(0, 2)]
    return "、".join(unit for unit in others if unit in chosen) or None


def _course(row: Row, number: int, quarter: Period, setting: Setting, dice: Dice) -> Sequence[State]:
    """The states of a milestone: not begun, under way, overdue or not, done. Open until it is done."""
    due: date = row["due_on"]
    finished = _finished_on(row["lead_unit"], quarter, setting, dice)
    return list(_states(row, due, finished, evidence(dice, setting, f"节点-{row['milestone_id']}")))


def _states(row: Row, due: date, finished: date, proof: str | None) -> Iterator[State]:
    yield State(date.min, row, open=True)
    begun = due - timedelta(days=150)
    yield State(begun, {**row, "progress_note": "正在推进"}, open=True)
    if finished > due:
        yield State(due, {**row, "progress_note": "未能按期完成，正在补办"}, open=True)
    note = "已补办完成" if finished > due else "已完成"
    yield State(finished, {**row, "finished_on": finished, "progress_note": note, "evidence": proof})


def _finished_on(unit: str, quarter: Period, setting: Setting, dice: Dice) -> date:
    """Mostly in the weeks before the day due; some later. Story: one is overdue in a quarter, then made up."""
    story = setting.story
    ahead = quarter.end - timedelta(days=dice.whole(2, 45))
    behind = quarter.end + timedelta(days=dice.whole(40, 130))
    late = dice.chance(story.milestones_late)
    if unit == story.made_up_unit and quarter == story.made_up_due:
        return story.made_up_on
    if unit == story.silent_unit and quarter == story.silent_period:
        return ahead  # done in time, but nobody said so: the quarter's review must show it as overdue
    return behind if late else ahead
