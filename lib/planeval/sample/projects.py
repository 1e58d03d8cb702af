"""Made-up platforms, partnerships and events: what is recognised, agreed and held in the valley."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from planeval.ledger.tables.innovation import EVENTS, PLATFORMS
from planeval.periods import Period
from planeval.sample.dice import Dice, stepwise
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Setting, State, evidence, make_item

_ENTITY, _AGREEMENT = "实体机构", "合作协议"
_UNIVERSITIES = (1, 2, 2, 3, 4, 5, 6)  # the second and third entity share a university


def platform_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Story: some platforms are older than the plan and count, a municipal one does not, the others follow."""
    story, dice = setting.story, setting.dice("platforms")
    old = story.platforms_before
    days = [dice.day(date(2022, 1, 10), date(2023, 12, 20)) for _ in range(old)]
    new = stepwise(setting.reached("platforms"), story.paths["platforms"])
    for index, (quarter, count) in enumerate(zip(story.quarters, new, strict=True)):
        days += [dice.day(*setting.days_of(quarter)) for _ in range(count - old if index == 0 else count)]
    kinds = ("重点实验室", "中试基地", "技术创新中心", "企业技术中心", "重点实验室", "工程研究中心", "新型研发机构")
    levels = ["国家级" if number == len(days) else "省级" for number in range(1, len(days) + 1)]
    items = [
        _platform(number, kinds[(number - 1) % len(kinds)], level, day, firms, setting, dice)
        for number, (day, level) in enumerate(zip(days, levels, strict=True), start=1)
    ]
    municipal = _platform(len(days) + 1, "技术创新中心", "市级", date(2024, 5, 23), firms, setting, dice)
    return [*items, municipal]


def _platform(
    number: int, kind: str, level: str, day: date, firms: Sequence[Firm], setting: Setting, dice: Dice
) -> Item:
    if kind not in PLATFORMS.column("kind").choices:
        raise ValueError(f"平台种类 {kind} 不在台账的可选内容里")
    staying = [firm for firm in firms if firm.entered_on < setting.story.first.start and firm.left_on is None]
    row = {
        "platform_id": f"PT-{number:02d}", "name": f"示例平台{number:02d}", "kind": kind, "level": level,
        "issuer": f"示例认定机关（{level}）", "document_number": f"示例文号〔{day.year}〕{number:02d}号",
        "recognised_on": day, "revoked_on": None, "host": dice.pick(staying).name,
        "evidence": evidence(dice, setting, f"认定文件-{number:02d}"),
    }  # fmt: skip
    return make_item("platforms", setting.filer("platforms", kind), State(day, row))


def partnership_items(setting: Setting) -> list[Item]:
    """Story: entities are signed first and operate later, some not yet; an agreement alone founds nothing."""
    story, dice = setting.story, setting.dice("partnerships")
    operating: list[date | None] = []
    new = stepwise(setting.reached("partnerships"), story.paths["partnerships"])
    for quarter, count in zip(story.quarters, new, strict=True):
        operating += [dice.day(*setting.days_of(quarter)) for _ in range(count)]
    operating += [None] * story.partnerships_pending
    items = []
    for number, day in enumerate(operating, start=1):
        end = story.last.end - timedelta(days=25)
        signed = dice.day(end - timedelta(days=150), end) if day is None else day - timedelta(days=dice.whole(80, 210))
        items.append(_partnership(number, _ENTITY, signed, day, None, setting, dice))
    for ended in (None, date(2026, 6, 12)):  # agreements without an entity; one of them ends
        number = len(items) + 1
        items.append(_partnership(number, _AGREEMENT, date(2025, 4, 8 + number), None, ended, setting, dice))
    return items


def _partnership(
    number: int, form: str, signed: date, operating: date | None, ended: date | None, setting: Setting, dice: Dice
) -> Item:
    university = _UNIVERSITIES[(number - 1) % len(_UNIVERSITIES)]
    label = "合作研究院" if form == _ENTITY else "合作意向"
    row = {
        "partnership_id": f"HZ-{number:02d}", "university": f"示例高校{university:02d}",
        "partner": f"示例{label}{number:02d}", "form": form, "signed_on": signed, "operating_on": None,
        "ended_on": None, "agreement_number": f"SL-HZ-{signed.year}-{number:02d}",
        "evidence": evidence(dice, setting, f"合作协议-{number:02d}"),
    }  # fmt: skip
    states = [State(signed, row, open=form == _ENTITY)]
    if operating is not None:
        states.append(State(operating, {**row, "operating_on": operating}))
    if ended is not None:
        states.append(State(ended, {**row, "ended_on": ended}))
    return make_item("partnerships", setting.filer("partnerships", form), *states)


def event_items(setting: Setting) -> list[Item]:
    """Events of the three kinds the plan names, a few others that do not count, and one filed by two units."""
    story, dice = setting.story, setting.dice("events")
    named, other = EVENTS.column("kind").choices[:-1], EVENTS.column("kind").choices[-1]
    days: list[tuple[date, str]] = []
    new = stepwise(setting.reached("events"), story.paths["events"])
    for index, (quarter, count) in enumerate(zip(story.quarters, new, strict=True)):
        days += [(dice.day(*setting.days_of(quarter)), named[(index + step) % len(named)]) for step in range(count)]
    for quarter in story.quarters[1 :: len(story.quarters) // max(story.events_other, 1)][: story.events_other]:
        days.append((dice.day(quarter.start, quarter.end), other))
    items = [_event(number, day, kind, setting, dice) for number, (day, kind) in enumerate(sorted(days), start=1)]
    return [*items, _event_again(items, setting)]


def _event(number: int, day: date, kind: str, setting: Setting, dice: Dice) -> Item:
    label = kind if kind != "其他" else "开放日"
    row = {
        "event_id": f"HD-{day.year}-{number:02d}", "name": f"示例{label}{number:02d}", "kind": kind, "held_on": day,
        "place": f"示例会场{dice.whole(1, 4)}", "organiser": f"示例主办单位{dice.whole(1, 5):02d}",
        "participants": dice.whole(30, 180), "evidence": evidence(dice, setting, f"签到表-{number:02d}"),
    }  # fmt: skip
    return make_item("events", setting.filer("events", kind), State(day, row))


def _event_again(items: Sequence[Item], setting: Setting) -> Item:
    """Story: an event of the second quarter is filed by the unit that ran it and by one that took part."""
    quarter = setting.story.first.next
    first = next(item for item in items if Period.of(item.states[0].since) == quarter)
    row = first.states[0].row
    others = [unit for unit in setting.duties["events"] if unit != first.unit]
    again = {**row, "name": f"{row['name']}（联合举办）", "participants": row["participants"] + 6, "evidence": None}
    return make_item("events", others[-1] if others else first.unit, State(first.states[0].since, again))
