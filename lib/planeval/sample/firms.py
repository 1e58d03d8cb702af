"""Made-up enterprises: who they are, when they come and leave, what they earn each quarter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stdnum.cn import uscc

from planeval.periods import Period
from planeval.sample.dice import Dice
from planeval.sample.item import Item, Setting, State, evidence, make_item

WAN = {"万元": 1, "亿元": 10_000}
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ORIGINS = (("引进", 0.38), ("本地", 0.37), ("高校团队", 0.15), ("大学生创业", 0.10))


@dataclass(frozen=True)
class Firm:
    """One made-up enterprise. size: relative revenue; growth: factor per quarter; link: place in its chain."""

    number: int
    industry: str
    chain: str | None
    zone: str
    origin: str
    entered_on: date
    size: float
    growth: float
    left_on: date | None = None
    link: str | None = None

    @property
    def id(self) -> str:
        """统一社会信用代码 with a right check digit and a region (000000) that does not exist."""
        body = f"91000000MA{self.number:07d}"
        return body + str(uscc.calc_check_digit(body))

    @property
    def name(self) -> str:
        """A name no register of companies holds."""
        return f"示例企业{self.number:03d}"

    def resident(self, day: date) -> bool:
        """Whether the firm is inside the area on a day."""
        return self.entered_on <= day and (self.left_on is None or day < self.left_on)


def make_firms(setting: Setting) -> list[Firm]:
    """All enterprises of the story in the order in which they come; none of them leaves yet."""
    story, dice = setting.story, setting.dice("firms")
    days = sorted(dice.day(date(2021, 3, 1), date(2024, 11, 30)) for _ in range(story.firms_before))
    for quarter, count in zip(story.quarters, story.newcomers, strict=True):
        days += sorted(dice.day(quarter.start, quarter.end) for _ in range(count))
    firms = [_firm(number, day, setting, dice) for number, day in enumerate(days, start=1)]
    return _linked(firms, setting)


def _linked(firms: Sequence[Firm], setting: Setting) -> list[Firm]:
    """The same firms with the link of their chain; some do not say, and no firm takes the links left vacant."""
    listed = setting.chain_links
    story, dice = setting.story, setting.dice("links")
    open_links = {chain: [link for link in links if link not in story.vacant_links] for chain, links in listed.items()}
    return [
        replace(firm, link=dice.pick(open_links[firm.chain]) if dice.chance(story.link_said) else None)
        if firm.chain is not None and open_links.get(firm.chain) else firm
        for firm in firms
    ]  # fmt: skip


def _firm(number: int, day: date, setting: Setting, dice: Dice) -> Firm:
    story = setting.story
    industry = dice.weighted(setting.plan.text.industries, story.industry_weights)
    zone = dice.weighted(setting.plan.text.zones, story.zone_weights)
    tail = dice.between(0, 1)
    return Firm(
        number, industry.id, dice.pick(industry.chains) if industry.chains else None, zone.id,
        dice.weighted([name for name, _ in _ORIGINS], [weight for _, weight in _ORIGINS]), day,
        size=0.25 + 4.0 * tail * tail * tail, growth=dice.between(*story.growth),
    )  # fmt: skip


def let_leave(firms: Sequence[Firm], leaver: Firm, day: date) -> list[Firm]:
    """The same firms, one of which leaves on a day (story: 迁出企业)."""
    return [replace(firm, left_on=day) if firm.number == leaver.number else firm for firm in firms]


def enterprise_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Each firm with its arrival and, for one of them, its departure; one firm is filed twice."""
    dice = setting.dice("enterprises")
    items = []
    for firm in firms:
        row = {
            "enterprise_id": firm.id, "name": firm.name, "industry": firm.industry, "chain": firm.chain,
            "zone": firm.zone, "entered_on": firm.entered_on, "left_on": None, "origin": firm.origin,
            "link": firm.link, "evidence": evidence(dice, setting, f"入驻协议-{firm.number:03d}"),
        }  # fmt: skip
        states = [State(firm.entered_on, row)]
        if firm.left_on is not None:  # story: a firm leaves the area and takes its certificates along
            states.append(State(firm.left_on, {**row, "left_on": firm.left_on, "evidence": "示例佐证-迁出证明.pdf"}))
        items.append(make_item("enterprises", setting.filer("enterprises", firm.origin), *states))
    return [*items, _filed_again(items, setting)]


def _filed_again(items: Sequence[Item], setting: Setting) -> Item:
    """Story: a second unit files a firm too, with full-width digits in the name and its own entry date."""
    due = setting.duties["enterprises"]
    arrived = setting.story.first.next
    known = [item for item in items if Period.of(item.states[0].since) == arrived and len(item.states) == 1]
    first = next((item for item in known if item.unit != due[0]), known[0])
    row = first.states[0].row
    other = next((unit for unit in due if unit != first.unit), first.unit)
    again = {
        **row, "name": row["name"].translate(_FULL_WIDTH), "evidence": None,
        "entered_on": row["entered_on"] + timedelta(days=3),
    }  # fmt: skip
    return make_item("enterprises", other, State(again["entered_on"], again))


def operation_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Quarterly revenue of every resident firm, scaled so that the last four quarters reach the share told.

    Story: visible growth, a fourth-quarter season, and one firm whose row is missing in one quarter.
    """
    story, dice = setting.story, setting.dice("operations")
    raw = {(quarter, firm.number): _earned(firm, quarter, setting, dice)
           for quarter in story.quarters for firm in firms if firm.resident(quarter.end)}  # fmt: skip
    silent = missing_firm(firms, setting)
    raw.pop((story.revenue_missing_in, silent.number), None)
    window = story.last.shift(-3).until(story.last)
    target = setting.plan.target("revenue")
    wanted = target.amount * WAN[target.unit] * story.reached["revenue"]
    scale = wanted / math.fsum(amount for (quarter, _), amount in raw.items() if quarter in window)
    by_number = {firm.number: firm for firm in firms}
    return [
        _operation(by_number[number], quarter, round(amount * scale, 1), setting, dice)
        for (quarter, number), amount in raw.items()
    ]


def missing_firm(firms: Sequence[Firm], setting: Setting) -> Firm:
    """The firm whose revenue is missing in one quarter: the middling one of those that stay throughout."""
    staying = [firm for firm in firms if firm.entered_on < setting.story.first.start and firm.left_on is None]
    return sorted(staying, key=lambda firm: firm.size)[len(staying) // 2]


def _earned(firm: Firm, quarter: Period, setting: Setting, dice: Dice) -> float:
    story = setting.story
    amount = firm.size * story.season[quarter.quarter - 1] * dice.between(0.94, 1.06)
    for _ in story.first.until(quarter)[1:]:
        amount *= firm.growth
    age = len(Period.of(firm.entered_on).until(quarter)) - 1
    return amount * (story.warming_up[age] if age < len(story.warming_up) else 1.0)


def _operation(firm: Firm, quarter: Period, revenue: float, setting: Setting, dice: Dice) -> Item:
    row = {
        "enterprise_id": firm.id, "quarter": str(quarter), "revenue": revenue,
        "rd_expense": round(revenue * dice.between(0.03, 0.12), 1) if dice.chance(0.92) else None,
        "employees": 4 + int(revenue * dice.between(0.14, 0.18)),
        "evidence": evidence(dice, setting, f"财务报表-{quarter}-{firm.number:03d}"),
    }  # fmt: skip
    return make_item("operations", setting.filer("operations", ""), State(quarter.end, row))
