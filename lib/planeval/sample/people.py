"""Made-up talents (编号 only, nobody is named) and the services they ask for at the one-stop window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from planeval.ledger.tables.people import TALENTS
from planeval.sample.dice import Dice, next_working_day
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item

_LEVELS = TALENTS.column("level").choices
_IN_TWO_PARTS = 15.0  # 万元: from here on a subsidy is paid in two parts
_CLAIM = "补贴申领"
_ASKED_FOR = {"就医": 0.30, "子女入学": 0.22, "配偶就业": 0.14, "虚拟账户": 0.20, "其他": 0.14}
_TAKES = {"就医": (2, 20), "子女入学": (25, 95), "配偶就业": (30, 170), "虚拟账户": (6, 30), "其他": (2, 15)}
Payment = tuple[date, float]


def talent_items(firms: Sequence[Firm], platforms: Sequence[Item], setting: Setting) -> list[Item]:
    """Story: talents arrive, are due a subsidy and get it, some of them late; a few leave again."""
    story, dice = setting.story, setting.dice("talents")
    days = [dice.day(date(2023, 3, 1), date(2024, 11, 20)) for _ in range(story.talents_before)]
    for quarter, count in zip(story.quarters, story.talents, strict=True):
        days += [dice.day(*setting.days_of(quarter)) for _ in range(count)]
    days.sort()
    settled = [number for number, day in enumerate(days) if (story.last.end - day).days > 300]
    leaving = dict.fromkeys(dice.shuffled(settled)[: story.talents_leaving])
    gone = {number: dice.day(max(days[number] + timedelta(days=120), story.first.next.start), story.last.end)
            for number in leaving}  # fmt: skip
    return [
        _talent(number + 1, day, gone.get(number), firms, platforms, setting, dice) for number, day in enumerate(days)
    ]  # fmt: skip


def _talent(
    number: int, day: date, gone: date | None, firms: Sequence[Firm], platforms: Sequence[Item], setting: Setting,
    dice: Dice,
) -> Item:  # fmt: skip
    level = dice.weighted(_LEVELS, setting.story.talent_weights)
    row: Row = {
        "talent_id": f"RC-{number:03d}", "level": level, "employer": _employer(day, firms, platforms, dice),
        "arrived_on": day, "left_on": None, "subsidy_due": None, "subsidy_due_on": None, "subsidy_paid": None,
        "subsidy_paid_on": None, "evidence": evidence(dice, setting, f"聘用合同-{number:03d}"),
    }  # fmt: skip
    due_on, payments = _subsidy(level, day, setting, dice)
    if gone is not None and due_on is not None and gone <= due_on:
        due_on, payments = None, []
    payments = [payment for payment in payments if gone is None or payment[0] <= gone]
    amount = setting.story.subsidies.get(level, 0.0)
    marks = {mark for mark in (day, due_on, gone, *(paid_on for paid_on, _ in payments)) if mark is not None}
    states = [_state(row, mark, due_on, amount, payments, gone) for mark in sorted(marks)]
    return make_item("talents", setting.filer("talents", level), *states)


def _employer(day: date, firms: Sequence[Firm], platforms: Sequence[Item], dice: Dice) -> str:
    """A firm that is there to stay, or a platform that is recognised by then."""
    known = [str(item.states[0].row["name"]) for item in platforms if item.states[0].since <= day]
    hiring = [firm.name for firm in firms if firm.resident(day) and firm.left_on is None]
    return dice.pick(known) if known and dice.chance(0.18) else dice.pick(hiring)


def _subsidy(level: str, day: date, setting: Setting, dice: Dice) -> tuple[date | None, list[Payment]]:
    """When a subsidy is due and how it is paid; nothing for those who came before the policy was in force."""
    story = setting.story
    late, first = dice.chance(story.subsidy_late), dice.whole(1, 28)
    first += dice.whole(60, 190) if late else 0
    second = first + dice.whole(60, 150)
    amount = story.subsidies.get(level, 0.0)
    in_force = min((support.effective_on for support in story.supports if support.claims == "talents"), default=None)
    if amount == 0 or in_force is None or day < in_force:
        return None, []
    due_on = day + timedelta(days=story.subsidy_wait)
    parts = [(first, round(amount * 0.6, 2)), (second, round(amount * 0.4, 2))]
    if amount < _IN_TWO_PARTS:
        parts = [(first, amount)]
    return due_on, [(next_working_day(due_on + timedelta(days=days)), part) for days, part in parts]


def _state(
    row: Row, mark: date, due_on: date | None, amount: float, payments: Sequence[Payment], gone: date | None
) -> State:  # fmt: skip
    """The row as it reads on a day; carried forward while money is due that is not paid."""
    now = {**row, "left_on": mark if gone == mark else None}
    if due_on is None or mark < due_on:
        return State(mark, now)
    done = [payment for payment in payments if payment[0] <= mark]
    paid = round(math.fsum(part for _, part in done), 2)
    now |= {"subsidy_due": amount, "subsidy_due_on": due_on, "subsidy_paid": paid,
            "subsidy_paid_on": done[-1][0] if done else None}  # fmt: skip
    return State(mark, now, open=paid < amount and mark != gone)


def service_items(talents: Sequence[Item], setting: Setting) -> list[Item]:
    """Story: each talent asks for up to three services; most are done in time, some take long, some stay open."""
    dice = setting.dice("talent services")
    asked: list[tuple[date, date | None, str, str]] = []  # requested, finished, kind, talent
    for item in talents:
        asked += _asked_by(item, setting, dice)
    asked.sort(key=lambda service: (service[0], service[3], service[2]))
    return [_service(number, *service, setting, dice) for number, service in enumerate(asked, start=1)]


def _asked_by(item: Item, setting: Setting, dice: Dice) -> list[tuple[date, date | None, str, str]]:
    story, last = setting.story, item.states[-1].row
    limit = min(last["left_on"] or story.last.end, story.last.end)
    services: list[tuple[date, date | None, str, str]] = []
    begin = max(last["arrived_on"], story.first.start - timedelta(days=20))
    for _ in range(dice.weighted((0, 1, 2), (0.30, 0.45, 0.25))):
        kind = dice.weighted(list(_ASKED_FOR), list(_ASKED_FOR.values()))
        requested = next_working_day(begin + timedelta(days=dice.whole(3, 220)))
        finished = next_working_day(requested + timedelta(days=dice.whole(*_TAKES[kind])))
        never = dice.chance(story.services_open)
        if requested <= limit:
            open_end = never and last["left_on"] is None
            services.append((requested, None if open_end else min(finished, last["left_on"] or finished), kind,
                             last["talent_id"]))  # fmt: skip
    if last["subsidy_due_on"] is not None:  # story: the subsidy itself is asked for at the same window
        paid = last["subsidy_paid"] == last["subsidy_due"]
        requested = next_working_day(last["subsidy_due_on"] - timedelta(days=dice.whole(15, 40)))
        services.append((requested, last["subsidy_paid_on"] if paid else None, _CLAIM, last["talent_id"]))
    return services


def _service(
    number: int, requested: date, finished: date | None, kind: str, talent: str, setting: Setting, dice: Dice
) -> Item:  # fmt: skip
    row = {
        "service_id": f"FW-{number:03d}", "talent_id": talent, "kind": kind, "requested_on": requested,
        "finished_on": None, "handled_by": setting.story.served_by[kind],
        "evidence": evidence(dice, setting, f"受理单-{number:03d}"),
    }  # fmt: skip
    states = [State(requested, row, open=True)]
    if finished is not None:
        states.append(State(finished, {**row, "finished_on": finished}))
    return make_item("talent_services", setting.filer("talent_services", kind), *states)
