"""The made-up fund: from announced to paid in, what it invests in, and the first money that comes back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planeval.periods import Period
from planeval.sample.dice import Dice
from planeval.sample.firms import WAN, Firm
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item
from planeval.sample.premises import YOUNG_ORIGINS
from planeval.sample.titles import Titles

FUND_ID = "SL-JJ-01"
_PAID_IN = "实缴"
_SEED, _ANGEL, _GROWTH, _INDUSTRY = "种子", "天使", "科创", "产业"
_AT_MOST = {_SEED: timedelta(days=540), _ANGEL: timedelta(days=900)}  # how long ago a young firm entered


def fund_items(setting: Setting) -> list[Item]:
    """Story: announced in full, closed at less, filed at less again, paid in by instalments."""
    dice = setting.dice("fund")
    items = []
    steps = zip(setting.story.fund_steps, setting.story.fund_fiscal, strict=True)
    for number, ((record, day, share), fiscal) in enumerate(steps, start=1):
        amount = _step_amount(share, setting)
        row = {
            "fund_id": FUND_ID, "name": "示例科技创新基金01", "record": record,
            "recorded_on": date.fromisoformat(day), "amount": amount,
            "fiscal_amount": None if fiscal is None else round(amount * fiscal, 2), "manager": "示例基金管理人01",
            "document_number": f"SL-{record}-{number:02d}", "evidence": evidence(dice, setting, f"基金-{number:02d}"),
        }  # fmt: skip
        items.append(make_item("funds", setting.filer("funds", record), State(date.fromisoformat(day), row)))
    return items


def _step_amount(share: float, setting: Setting) -> float:
    target = setting.plan.target("fund")
    return round(target.amount * WAN[target.unit] * share, 2)


@dataclass(frozen=True)
class _Round:
    """Money that goes into a firm on a day."""

    day: date
    stage: str
    firm: Firm
    amount: float


def investment_items(firms: Sequence[Firm], titles: Titles, setting: Setting) -> list[Item]:
    """Story: investments at all four stages out of what is paid in; one is sold and partly invested again."""
    story, dice = setting.story, setting.dice("investments")
    rounds = _rounds(firms, titles, setting, dice)
    sold = next((held for held in rounds if held.stage == _GROWTH and held.day < story.exit_on), None)
    returned = round(sold.amount * story.exit_multiple, 1) if sold else 0.0
    again = float(10 * int(returned * story.reinvested / 10))
    if sold is not None:
        taken = {held.firm.number for held in rounds}
        firm = dice.pick(_wanted(_GROWTH, story.reinvested_on, firms, taken, titles))
        rounds = sorted([*rounds, _Round(story.reinvested_on, _GROWTH, firm, again)], key=lambda held: held.day)
    return [
        _investment(number, held, (returned, again) if held is sold else None, setting, dice)
        for number, held in enumerate(rounds, start=1)
    ]


def _rounds(firms: Sequence[Firm], titles: Titles, setting: Setting, dice: Dice) -> list[_Round]:
    """Rounds by day, none of them larger than what is paid in and not yet spent."""
    story = setting.story
    paid_in = [(date.fromisoformat(day), _step_amount(share, setting))
               for record, day, share in story.fund_steps if record == _PAID_IN]  # fmt: skip
    opened = min(day for day, _ in paid_in) + timedelta(days=5)
    wishes = [(dice.day(max(quarter.start, opened), quarter.end), stage)
              for quarter, stages in story.investments.items() if quarter.end > opened for stage in stages]  # fmt: skip
    rounds: list[_Round] = []
    for day, stage in sorted(wishes):
        room = math.fsum(amount for paid, amount in paid_in if paid <= day) - math.fsum(held.amount for held in rounds)
        wish = dice.between(*story.invested_wan[stage])
        taken = {held.firm.number for held in rounds}
        firm = dice.pick(_wanted(stage, day, firms, taken, titles))
        rounds.append(_Round(day, stage, firm, float(10 * int(min(wish, room) / 10))))
    return [held for held in rounds if held.amount > 0]


def _wanted(stage: str, day: date, firms: Sequence[Firm], taken: set[int], titles: Titles) -> list[Firm]:
    """Firms that a stage is meant for: young ones, ones with a title, the largest; any resident if there are none."""
    there = [firm for firm in firms if firm.resident(day) and firm.left_on is None and firm.number not in taken]
    if stage == _INDUSTRY:
        return sorted(there, key=lambda firm: -firm.size)[:8]
    if stage == _GROWTH:
        return [firm for firm in there if titles.held(firm.id, day)] or there
    young = [firm for firm in there if day - firm.entered_on <= _AT_MOST[stage]]
    teams = [firm for firm in young if firm.origin in YOUNG_ORIGINS]
    return (teams if stage == _SEED else young) or there


def _investment(
    number: int, held: _Round, exit_of: tuple[float, float] | None, setting: Setting, dice: Dice
) -> Item:  # fmt: skip
    joined = dice.chance(0.3 if held.stage == _SEED else 0.8)
    social = float(10 * int(held.amount * dice.between(0.4, 2.2) / 10)) if joined else None
    row: Row = {
        "investment_id": f"TZ-{number:02d}", "fund_id": FUND_ID, "enterprise_id": held.firm.id, "stage": held.stage,
        "invested_on": held.day, "amount": held.amount, "social_capital": social, "valuation": None,
        "exited_on": None, "exit_amount": None, "reinvested_amount": None,
        "evidence": evidence(dice, setting, f"投资协议-{number:02d}"),
    }  # fmt: skip
    states = [State(held.day, row, open=True)]
    if exit_of is not None:
        states += _exit(row, *exit_of, setting)
    elif dice.chance(setting.story.valued):
        states += _valued(row, setting, dice)
    return make_item("investments", setting.filer("investments", held.stage), *states)


def _exit(row: Row, returned: float, again: float, setting: Setting) -> list[State]:
    story = setting.story
    sold = {**row, "exited_on": story.exit_on, "exit_amount": returned}
    return [State(story.exit_on, sold), State(story.reinvested_on, {**sold, "reinvested_amount": again})]


def _valued(row: Row, setting: Setting, dice: Dice) -> list[State]:
    """A value agreed at the end of each quarter after the one of the investment."""
    worth, states = row["amount"], []
    for quarter in Period.of(row["invested_on"]).next.until(setting.story.last):
        worth *= dice.between(0.94, 1.28)
        states.append(State(quarter.end, {**row, "valuation": round(worth, 1)}, open=True))
    return states
