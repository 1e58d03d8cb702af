"""Made-up premises: which firm sits where, and how much of each building is let at the end of each quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planeval.periods import Period
from planeval.sample.dice import Dice
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Setting, State, evidence, make_item
from planeval.sample.scenario import Building

OFFICE, WORKSHOP, MAKER_SPACE, INCUBATOR = "办公区", "标准化厂房", "众创空间", "孵化器"
YOUNG_ORIGINS = ("高校团队", "大学生创业")
_MAKING = ((WORKSHOP, 0.75), (OFFICE, 0.25))
_STARTING = ((MAKER_SPACE, 0.45), (INCUBATOR, 0.45), (OFFICE, 0.10))
_SERVING = ((OFFICE, 0.80), (INCUBATOR, 0.10), (WORKSHOP, 0.10))


@dataclass(frozen=True)
class Tenancy:
    """Where a firm sits and how much it rents, in 平方米."""

    building: Building
    area: float


def place_firms(firms: Sequence[Firm], setting: Setting) -> dict[int, Tenancy]:
    """Firm number → its tenancy, first come first served; a firm without one has premises of its own."""
    story, dice = setting.story, setting.dice("tenancies")
    room = {building: building.floor_area - _teams_area(building, setting) for building in story.buildings}
    tenancies: dict[int, Tenancy] = {}
    for firm in firms:
        own = dice.chance(story.own_premises)
        kinds = _kinds(firm, setting, dice)
        tenancy = None if own else _tenancy(firm, kinds, room, setting, dice)
        if tenancy is not None:
            tenancies[firm.number] = tenancy
            if firm.left_on is None:  # what a leaver gives up is not let again: nobody waits for it
                room[tenancy.building] -= tenancy.area
    return tenancies


def _kinds(firm: Firm, setting: Setting, dice: Dice) -> list[str]:
    """Makers of hardware (the plan's first industry) want workshops, teams a desk, services an office.

    The kind wished for comes first, then what else would do.
    """
    first = setting.plan.text.industries[0].id
    wishes = _STARTING if firm.origin in YOUNG_ORIGINS else _MAKING if firm.industry == first else _SERVING
    wished = dice.weighted([kind for kind, _ in wishes], [weight for _, weight in wishes])
    return [wished, *(kind for kind, _ in wishes if kind != wished)]


def _tenancy(
    firm: Firm, kinds: Sequence[str], room: Mapping[Building, float], setting: Setting, dice: Dice
) -> Tenancy | None:  # fmt: skip
    """The first place in the firm's zone that would do and has room."""
    entered = max(Period.of(firm.entered_on), setting.story.first)
    there = [building for kind in kinds for building in room
             if building.kind == kind and building.zone == firm.zone and building.delivered <= entered]  # fmt: skip
    for building in there:
        low, high = setting.story.rents[building.kind]
        area = float(10 * int(dice.between(low, high) / 10))
        if area <= room[building]:
            return Tenancy(building, area)
    return None


def _teams_area(building: Building, setting: Setting) -> float:
    """What teams without a firm take up in the end."""
    return max(setting.story.teams) * setting.story.team_area if building.kind == MAKER_SPACE else 0.0


def premises_items(firms: Sequence[Firm], tenancies: Mapping[int, Tenancy], setting: Setting) -> list[Item]:
    """Story: buildings are delivered one after the other, within the stock the plan names, and fill up."""
    story, dice = setting.story, setting.dice("premises")
    items = []
    for number, building in enumerate(story.buildings, start=1):
        renting = [firm for firm in firms if firm.number in tenancies and tenancies[firm.number].building == building]
        for quarter, teams in zip(story.quarters, story.teams, strict=True):
            if quarter < building.delivered:
                continue
            inside = [firm for firm in renting if firm.resident(quarter.end)]
            teams_here = teams if building.kind == MAKER_SPACE else 0
            row = {
                "premises_id": f"ZT-{number:02d}", "quarter": str(quarter), "name": f"示例{building.name}",
                "kind": building.kind, "zone": building.zone, "floor_area": building.floor_area,
                "let_area": sum(int(tenancies[firm.number].area) for firm in inside) + teams_here * story.team_area,
                "tenants": len(inside) + teams_here,
                "evidence": evidence(dice, setting, f"租赁台账-{quarter}-{number:02d}"),
            }  # fmt: skip
            items.append(make_item("premises", setting.filer("premises", building.kind), State(quarter.end, row)))
    return items
