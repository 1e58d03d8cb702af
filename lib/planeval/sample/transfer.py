"""Made-up achievements: contracts move from stage to stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from planeval.ledger.tables.innovation import ACHIEVEMENTS
from planeval.sample.dice import Dice, stepwise
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Row, Setting, State, evidence, make_item

REGISTERED, SIGNED, PAID, PRODUCING = ACHIEVEMENTS.column("stage").choices
_NOBODY = "待定（仅登记）"


def achievement_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Story: some are only registered, most are signed, many are paid and some are in production, one stage
    after the other over the quarters; a few were signed before the plan began and do not count.
    """
    story, dice = setting.story, setting.dice("achievements")
    lives: list[tuple[date | None, date | None]] = []  # day registered, day signed
    for _ in range(story.achievements_before):
        lives.append((None, dice.day(setting.start - timedelta(days=110), setting.start - timedelta(days=10))))
    new = stepwise(setting.reached("achievements"), story.paths["achievements"])
    for index, (quarter, count) in enumerate(zip(story.quarters, new, strict=True)):
        for _ in range(count):
            signed = dice.day(*setting.days_of(quarter))
            before = signed - timedelta(days=dice.whole(100, 180))
            lives.append((before if index > 1 and dice.chance(0.35) else None, signed))
        for _ in range(story.achievements_registered):
            lives.append((dice.day(*setting.days_of(quarter)), None))
    lives.sort(key=lambda life: life[0] or life[1] or date.max)
    return [_achievement(number, *life, firms, setting, dice) for number, life in enumerate(lives, start=1)]


def _achievement(
    number: int, registered: date | None, signed: date | None, firms: Sequence[Firm], setting: Setting, dice: Dice
) -> Item:
    made_by = dice.weighted(("示例高校", "示例院所", "示例企业团队"), (0.6, 0.25, 0.15))
    row: Row = {
        "achievement_id": f"CG-{number:03d}", "name": f"示例成果{number:03d}",
        "provider": f"{made_by}{dice.whole(1, 6):02d}", "receiver": _NOBODY, "stage": REGISTERED,
        "landed_on": registered, "contract_amount": None, "received_amount": None,
        "industry": dice.weighted([industry.id for industry in setting.plan.text.industries],
                                  setting.story.industry_weights),
        "evidence": evidence(dice, setting, f"成果-{number:03d}"),
    }  # fmt: skip
    states = [State(registered, row)] if registered is not None else []
    if signed is not None:
        states += _contract(row, signed, firms, setting, dice)
    by_contract = signed is not None and dice.chance(0.3)
    return make_item("achievements", setting.filer("achievements", "技术合同" if by_contract else ""), *states)


def _contract(row: Row, signed: date, firms: Sequence[Firm], setting: Setting, dice: Dice) -> list[State]:
    """From signing on: the amount agreed, a first payment, the rest when production begins."""
    receiver = dice.pick([firm for firm in firms if firm.resident(signed)])
    amount = float(5 * dice.whole(*(int(limit / 5) for limit in setting.story.contract_wan)))
    agreed = {**row, "receiver": receiver.name, "stage": SIGNED, "landed_on": signed, "contract_amount": amount}
    states = [State(signed, agreed)]
    if dice.chance(0.78):
        paid = signed + timedelta(days=dice.whole(45, 200))
        part = round(amount * dice.between(0.3, 0.7), 1)
        states.append(State(paid, {**agreed, "stage": PAID, "received_amount": part}))
        if dice.chance(0.6):
            begun = paid + timedelta(days=dice.whole(60, 240))
            states.append(State(begun, {**agreed, "stage": PRODUCING, "received_amount": amount}))
    return states
