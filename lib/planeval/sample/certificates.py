"""Made-up certificates: they are issued, lapse, are won again under a new number, and one is revoked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from planeval.periods import Period
from planeval.sample.dice import Dice
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Setting, State, evidence, make_item

HNTE, TECH_SME = "高新技术企业", "科技型中小企业"
_NOWHERE = "00"  # no province has this code, so that no number can be a real one


def leaving_firm(firms: Sequence[Firm], setting: Setting) -> Firm:
    """The firm that moves away: it holds a certificate of the second batch, which is still valid then."""
    return _old_batches(firms, setting)[sorted(setting.story.hnte_issued)[1]][-1]


def certificate_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """All certificates and entries of the story."""
    return [*_hnte_items(firms, setting), *_sme_items(firms, setting), *_other_items(firms, setting)]


def _old_batches(firms: Sequence[Firm], setting: Setting) -> dict[int, list[Firm]]:
    """Year of issue → holders of 高新技术企业 certificates from before the story, all of them old firms."""
    story = setting.story
    old = [firm for firm in firms if firm.entered_on < story.first.start]
    order = setting.dice("hnte holders").shuffled(old)
    amount = setting.plan.target("high_tech_firms").amount
    batches = {}
    for year in sorted(story.hnte_issued):
        count = int(amount * story.hnte_issued[year] + 0.5)
        batches[year], order = order[:count], order[count:]
    return batches


def _hnte_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Story: the first batch lapses three years on; some of it is recognised again under a new number, some is
    not; and a batch of newcomers is recognised in the same weeks.
    """
    story, dice = setting.story, setting.dice("hnte")
    batches = _old_batches(firms, setting)
    first = min(batches)
    renewing = first + 3
    renewed = batches[first][: int(len(batches[first]) * story.hnte_renewed + 0.5)]
    day = Period(renewing, 3).end
    holders = {firm.number for batch in batches.values() for firm in batch}
    leavers = [firm for batch in batches.values() for firm in batch if firm.left_on is not None]
    still = len(renewed) + sum(len(batch) for year, batch in batches.items() if year != first) - len(leavers)
    fresh = [firm for firm in dice.shuffled(firms) if firm.number not in holders and firm.entered_on <= day]
    wanted = max(setting.reached("high_tech_firms") - still, 0)
    batches[renewing] = [*renewed, *fresh[:wanted]]
    items = []
    for year, batch in sorted(batches.items()):
        for serial, firm in enumerate(batch, start=1):
            issued = dice.day(date(year, story.hnte_months[0], 5), date(year, story.hnte_months[1], 20))
            items.append(_certificate(firm, HNTE, f"GR{year}{_NOWHERE}{serial:06d}", issued, setting, dice))
    return items


def _sme_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Story: entries are made anew each year, mostly from June to September, so that the stock has a yearly hole.

    The waves before the last have the sizes told; the last one brings the stock to the number to be reached,
    together with last October's entries, which are still valid then. One entry is revoked.
    """
    story, dice = setting.story, setting.dice("tech smes")
    amount = setting.plan.target("tech_smes").amount
    order = dice.shuffled(firms)
    *earlier, before = sorted(story.sme_entries)
    items: list[Item] = []
    for year in earlier:
        entering = _able(order, firms, year, setting, dice)[: int(amount * story.sme_entries[year] + 0.5)]
        items += _wave(entering, year, set(), setting, dice)
    able = _able(order, firms, before, setting, dice)
    size = int(amount * story.sme_entries[before] + 0.5)
    entering, struck = able[:size], able[size]
    late = {firm.number for firm in entering[size - story.sme_late_entries :]}
    items += _wave(entering, before, late, setting, dice)
    items.append(_revoked_entry(struck, before, size + 1, setting, dice))
    able = [
        firm for firm in _able(order, firms, before + 1, setting, dice) if firm.number not in {*late, struck.number}
    ]
    return [*items, *_wave(able[: setting.reached("tech_smes") - len(late)], before + 1, set(), setting, dice)]


def _able(order: Sequence[Firm], firms: Sequence[Firm], year: int, setting: Setting, dice: Dice) -> list[Firm]:
    """Firms that may enter in a year: there before the window opens and still there; some do not bother.

    The firm that leaves later comes first, so that it takes a valid entry along.
    """
    opening = date(year, min(setting.story.sme_months[year]), 1)
    gone = [firm for firm in firms if firm.left_on is not None and firm.left_on.year > year]
    willing = [firm for firm in order if firm.entered_on < opening and firm.left_on is None and dice.chance(0.92)]
    return [*gone, *willing]


def _wave(entering: Iterable[Firm], year: int, late: set[int], setting: Setting, dice: Dice) -> list[Item]:
    months = setting.story.sme_months[year]
    items = []
    for serial, firm in enumerate(entering, start=1):
        month = 10 if firm.number in late else dice.weighted(list(months), list(months.values()))
        entered = dice.day(date(year, month, 9), date(year, month, 28))
        items.append(_entry(firm, year, serial, entered, None, setting, dice))
    return items


def _revoked_entry(firm: Firm, year: int, serial: int, setting: Setting, dice: Dice) -> Item:
    """An entry struck off in the following year, while it would still be valid."""
    return _entry(firm, year, serial, date(year, 8, 20), setting.story.sme_revoked_on, setting, dice)


def _entry(
    firm: Firm, year: int, serial: int, entered: date, revoked: date | None, setting: Setting, dice: Dice
) -> Item:
    """The 11th place of an entry number is 0 up to May and A from June on."""
    number = f"{year}{_NOWHERE * 3}{'A' if entered.month >= 6 else '0'}{serial:07d}"
    return _certificate(firm, TECH_SME, number, entered, setting, dice, revoked)


def _other_items(firms: Sequence[Firm], setting: Setting) -> list[Item]:
    """Titles that none of the plan's numbers counts."""
    dice = setting.dice("other titles")
    items = []
    for kind, count in setting.story.other_titles.items():
        for serial in range(1, count + 1):
            quarter = dice.pick(setting.story.quarters)
            firm = dice.pick([firm for firm in firms if firm.entered_on < quarter.start and firm.left_on is None])
            number = f"SL-{kind[:2]}-{quarter}-{serial:02d}"
            items.append(_certificate(firm, kind, number, dice.day(quarter.start, quarter.end), setting, dice))
    return items


def _certificate(
    firm: Firm, kind: str, number: str, issued: date, setting: Setting, dice: Dice, revoked: date | None = None
) -> Item:
    row = {
        "enterprise_id": firm.id, "kind": kind, "certificate_number": number, "issued_on": issued,
        "revoked_on": None, "issuer": f"示例认定机关（{kind}）", "evidence": evidence(dice, setting, f"证书-{number}"),
    }  # fmt: skip
    states = [State(issued, row)]
    if revoked is not None:
        states.append(State(revoked, {**row, "revoked_on": revoked, "evidence": "示例佐证-撤销公告.pdf"}))
    return make_item("certificates", setting.filer("certificates", kind), *states)
