"""Made-up dispatch orders (督办): what each review finds red or yellow is collected, assigned, solved and closed.

Every state is a row of its own, and rows are only added. 解决 is the unit's word that the matter is done, 督办
the check of that word by the working group, 销号 the end. 交办 comes again when an extension is granted, which
is asked for before the limit, and when an order is overdue. What is made up late is closed as yellow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planeval.ledger.tables.governance import DISPATCH
from planeval.periods import Period
from planeval.sample.dice import Dice, next_working_day
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item

COLLECTED, ASSIGNED, SOLVED, CHECKED, CLOSED = DISPATCH.column("state").choices
_GROUP = "工作专班办公室督查岗"


@dataclass(frozen=True)
class _Matter:
    """What an order is about. solved_on: when it is solved in the end, None while nobody knows."""

    raised: Period
    source: str
    content: str
    unit: str
    days: int
    solved_on: date | None
    feedback: str
    can_extend: bool


def order_items(milestones: Sequence[Item], setting: Setting) -> list[Item]:
    """Story: orders on overdue milestones and on late targets; of those not done in time, every second one asks
    for an extension before the limit, the others are overdue and made up late, or still open in the end.
    """
    dice = setting.dice("dispatch")
    matters = sorted([*_about_milestones(milestones, setting, dice), *_about_targets(setting)],
                     key=lambda matter: matter.raised)  # fmt: skip
    items: list[Item] = []
    numbers: dict[int, int] = {}
    late = 0
    for matter in matters:
        review = _review_day(matter.raised, setting)
        numbers[review.year] = numbers.get(review.year, 0) + 1
        order = f"DB-{review.year}-{numbers[review.year]:02d}"
        limit = next_working_day(_assigned_on(matter, setting) + timedelta(days=matter.days))
        late += matter.can_extend and _is_late(matter, limit)
        extended = matter.can_extend and _is_late(matter, limit) and late % 2 == 0
        for row in _course(order, matter, limit, extended, setting, dice):
            items.append(make_item("dispatch", setting.filer("dispatch", matter.unit), State(row["changed_on"], row)))
    return items


def _is_late(matter: _Matter, limit: date) -> bool:
    return matter.solved_on is None or matter.solved_on > limit


def _review_day(quarter: Period, setting: Setting) -> date:
    return next_working_day(quarter.next.start.replace(day=setting.story.review_day))


def _assigned_on(matter: _Matter, setting: Setting) -> date:
    return next_working_day(_review_day(matter.raised, setting) + timedelta(days=2))


def _about_targets(setting: Setting) -> list[_Matter]:
    targets = {target.id: target for target in setting.plan.targets}
    return [
        _Matter(order.raised, f"{targets[order.target].clause} {targets[order.target].name}", order.content,
                order.unit, order.days, order.solved_on, order.feedback or "", can_extend=False)
        for order in setting.story.target_orders
    ]  # fmt: skip


def _about_milestones(milestones: Sequence[Item], setting: Setting, dice: Dice) -> list[_Matter]:
    """A milestone that a review, by what was filed until then, must take for overdue; once each."""
    matters = []
    for item in milestones:
        for quarter in setting.story.quarters[:-1]:
            seen = item.on(_known_until(item.unit, quarter, setting))
            if seen is None or seen.row["finished_on"] is not None or seen.row["due_on"] > quarter.end:
                continue
            matters.append(_about_milestone(seen.row, item.states[-1].row["finished_on"], quarter, setting, dice))
            break
    return matters


def _known_until(unit: str, quarter: Period, setting: Setting) -> date:
    """The end of the last quarter that a unit had filed for when the quarter was reviewed."""
    story = setting.story
    missing = ((story.late_unit, story.late_period), (story.silent_unit, story.silent_period))
    return quarter.previous.end if (unit, quarter) in missing else quarter.end


def _about_milestone(row: Row, finished: date, quarter: Period, setting: Setting, dice: Dice) -> _Matter:
    task = next(task for task in setting.plan.tasks if task.id == row["task"])
    unreported = finished <= quarter.end
    heard = _review_day(quarter, setting) + timedelta(days=dice.whole(8, 16))
    answered = next_working_day(heard if unreported else max(finished + timedelta(days=1), heard))
    feedback = f"节点已于{finished:%Y-%m-%d}完成，因报送不及时漏记" if unreported else "节点已补办完成"
    return _Matter(
        quarter, f"{task.clause} {row['milestone_id']}", f"完成节点“{row['name']}”", row["lead_unit"],
        setting.story.order_days, answered, feedback, can_extend=True,
    )  # fmt: skip


def _course(
    order: str, matter: _Matter, limit: date, extended: bool, setting: Setting, dice: Dice
) -> list[Row]:  # fmt: skip
    """All rows of an order, also those after the last quarter, which nobody has filed yet."""
    unit = f"{setting.plan.unit(matter.unit).short_name}经办岗"
    assigned = _assigned_on(matter, setting)
    steps: list[tuple[date, str, date, str | None, str]] = [
        (_review_day(matter.raised, setting), COLLECTED, limit, None, _GROUP),
        (assigned, ASSIGNED, limit, None, _GROUP),
    ]
    if extended:
        later = next_working_day(limit + timedelta(days=setting.story.extended_by))
        asked = dice.day(limit - timedelta(days=14), limit - timedelta(days=7))
        steps.append((asked, ASSIGNED, later, f"时限前申请延期，同意延至{later:%Y-%m-%d}", _GROUP))
        limit = later
    overdue = _is_late(matter, limit)
    if overdue:
        pressed = next_working_day(limit + timedelta(days=dice.whole(1, 2)))
        if matter.solved_on is None or pressed < matter.solved_on:
            steps.append((pressed, ASSIGNED, limit, "逾期未办结，发出催办通知", _GROUP))
    if matter.solved_on is not None:
        checked = next_working_day(matter.solved_on + timedelta(days=dice.whole(3, 7)))
        closed = next_working_day(checked + timedelta(days=dice.whole(2, 6)))
        found = "核验属实，逾期补办，按黄灯登记" if overdue else "核验属实"
        steps += [(matter.solved_on, SOLVED, limit, matter.feedback, unit), (checked, CHECKED, limit, found, _GROUP),
                  (closed, CLOSED, limit, "予以销号", _GROUP)]  # fmt: skip
    return [_row(order, matter, *step, evidence(dice, setting, f"{order}-{step[1]}")) for step in steps]


def _row(
    order: str, matter: _Matter, day: date, state: str, limit: date, feedback: str | None, author: str,
    proof: str | None,
) -> Row:  # fmt: skip
    return {
        "order_id": order, "changed_on": day, "state": state, "source": matter.source, "content": matter.content,
        "lead_unit": matter.unit, "due_on": limit, "feedback": feedback, "author": author, "evidence": proof,
    }  # fmt: skip
