"""Made-up publicity: reports on events and on the valley, progress meetings and exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from planeval.sample.dice import Dice
from planeval.sample.item import Item, Setting, State, evidence, make_item

_MEETING, _EXCHANGE, _OTHER = "推进会", "交流会", "其他"
_MEDIA, _MEDIA_WEIGHTS = ("报刊", "网络", "电视", _OTHER), (0.24, 0.46, 0.20, 0.10)
_OUTLETS = {"报刊": "示例报刊", "网络": "示例网络媒体", "电视": "示例电视台", _OTHER: "示例新媒体账号"}
_LEVELS, _LEVEL_WEIGHTS = ("市级", "省级", "国家级", "其他"), (0.52, 0.32, 0.06, 0.10)
_SUBJECTS = ("企业入驻", "成果转化", "人才服务", "科技金融", "园区建设", "典型做法")


def publicity_items(events: Sequence[Item], setting: Setting) -> list[Item]:
    """Story: most events are reported on, each quarter brings some reports more and a meeting of one kind."""
    story, dice = setting.story, setting.dice("publicity")
    shown: list[tuple[date, str, str]] = []  # day, subject, medium
    held = {item.states[0].row["event_id"]: item.states[0].row for item in reversed(events)}
    for row in sorted(held.values(), key=lambda row: row["event_id"]):
        medium, later = dice.weighted(_MEDIA, _MEDIA_WEIGHTS), timedelta(days=dice.whole(0, 4))
        if dice.chance(story.reported_events) and row["held_on"] + later <= story.last.end:
            shown.append((row["held_on"] + later, f"{row['name']}举办", medium))
    for quarter, count in zip(story.quarters, story.reports, strict=True):
        for _ in range(count):
            day, subject = dice.day(quarter.start, quarter.end), dice.pick(_SUBJECTS)
            shown.append((day, subject, dice.weighted(_MEDIA, _MEDIA_WEIGHTS)))
        kind = _MEETING if quarter.quarter % 2 == 0 else _EXCHANGE
        shown.append((dice.day(quarter.start, quarter.end), "", kind))
    return [_item(number, *entry, setting, dice) for number, entry in enumerate(sorted(shown), start=1)]


def _item(number: int, day: date, subject: str, medium: str, setting: Setting, dice: Dice) -> Item:
    meeting = medium in (_MEETING, _EXCHANGE)
    level, outlet = dice.weighted(_LEVELS, _LEVEL_WEIGHTS), f"{_OUTLETS.get(medium, '')}{dice.whole(1, 3):02d}"
    row = {
        "item_id": f"XC-{day.year}-{number:02d}",
        "title": f"示例{medium}{number:02d}" if meeting else f"示例报道{number:02d}：{subject}", "medium": medium,
        "level": "市级" if meeting else level, "outlet": "示例主办单位01" if meeting else outlet, "published_on": day,
        "evidence": evidence(dice, setting, f"宣传-{number:02d}"),
    }  # fmt: skip
    return make_item("publicity", setting.filer("publicity", medium), State(day, row))
