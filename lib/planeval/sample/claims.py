"""Who can claim what under the made-up policies, and when it is paid: drawn from the rest of the world."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planeval.periods import Period
from planeval.sample.certificates import HNTE
from planeval.sample.dice import Dice
from planeval.sample.firms import Firm
from planeval.sample.item import Item, Setting
from planeval.sample.premises import WORKSHOP, YOUNG_ORIGINS, Tenancy
from planeval.sample.scenario import Support
from planeval.sample.titles import Titles

Right = tuple[str, date, float]  # who, from which day on, and the amount it is reckoned from (1: the rate itself)
_RESEARCHERS = ("国家级", "省级", "博士")


@dataclass(frozen=True)
class World:
    """What the policies look at."""

    firms: Sequence[Firm]
    items: Sequence[Item]
    titles: Titles
    tenancies: Mapping[int, Tenancy]

    def of(self, table: str) -> list[Item]:
        """The items of a table."""
        return [item for item in self.items if item.table.id == table]


@dataclass(frozen=True)
class Claim:
    """One claim: who is entitled from when on, what was due from which day on, and what was paid when."""

    who: str
    entitled_on: date
    due_on: date | None
    amount: float
    payments: tuple[tuple[date, float], ...]


@dataclass(frozen=True)
class Standing:
    """A policy at a quarter's end: how many entitled, how many served, 万元 due and paid."""

    eligible: int
    beneficiaries: int
    due: float
    paid: float


def standing(claims: Sequence[Claim], quarter: Period) -> Standing:
    """The claims counted at the end of a quarter, each claimant once."""
    end = quarter.end
    paid = [(claim.who, amount) for claim in claims for day, amount in claim.payments if day <= end]
    due = [claim.amount for claim in claims if claim.due_on is not None and claim.due_on <= end]
    return Standing(
        len({claim.who for claim in claims if claim.entitled_on <= end}), len({who for who, _ in paid}),
        round(math.fsum(due), 2), round(math.fsum(amount for _, amount in paid), 2),
    )  # fmt: skip


def make_claims(support: Support, world: World, setting: Setting) -> list[Claim]:
    """Every claim under a policy. Talents and services are as their own ledgers say, the others are drawn."""
    if support.claims == "talents":
        return [claim for item in world.of("talents") for claim in _of_talent(item)]
    if support.claims == "services":
        return list(_of_services(world))
    dice = setting.dice(f"claims of {support.name}")
    rights = _RIGHTS[support.claims](world, setting)
    return [_drawn(right, support, dice) for right in rights if right[1] >= support.effective_on]


def _drawn(right: Right, support: Support, dice: Dice) -> Claim:
    who, day, base = right
    rate = dice.between(*support.amounts) if support.amounts else 0.0
    amount = round(base * rate, 1)
    asked, honoured = dice.chance(support.asked), dice.chance(support.honoured)
    due = day + timedelta(days=support.wait)
    paid = due + timedelta(days=dice.whole(*support.delay))
    if support.expires_on is not None and due > support.expires_on:
        asked = False
    return Claim(who, day, due if asked else None, amount, ((paid, amount),) if asked and honoured else ())


def _of_talent(item: Item) -> Iterator[Claim]:
    last, before, payments = item.states[-1].row, 0.0, []
    for state in item.states:
        paid = state.row["subsidy_paid"] or 0.0
        if paid > before:
            payments.append((state.since, round(paid - before, 2)))
        before = paid
    if last["subsidy_due_on"] is not None:
        yield Claim(last["talent_id"], last["subsidy_due_on"], last["subsidy_due_on"], last["subsidy_due"],
                    tuple(payments))  # fmt: skip


def _of_services(world: World) -> Iterator[Claim]:
    """Every talent may use the window; who got something done there has benefited. No money is involved."""
    for item in world.of("talents"):
        row = item.states[0].row
        yield Claim(row["talent_id"], row["arrived_on"], None, 0.0, ())
    for item in world.of("talent_services"):
        row = item.states[-1].row
        if row["finished_on"] is not None:
            yield Claim(row["talent_id"], row["requested_on"], None, 0.0, ((row["finished_on"], 0.0),))


def _startups(world: World, setting: Setting) -> list[Right]:
    return [(firm.id, firm.entered_on, 1.0) for firm in world.firms if firm.origin in YOUNG_ORIGINS]


def _workshop_tenants(world: World, setting: Setting) -> list[Right]:
    renting = [firm for firm in world.firms if firm.number in world.tenancies]
    return [(firm.id, firm.entered_on, 1.0) for firm in renting
            if world.tenancies[firm.number].building.kind == WORKSHOP]  # fmt: skip


def _platforms(world: World, setting: Setting) -> list[Right]:
    rows = [item.states[0].row for item in world.of("platforms")]
    return [(row["platform_id"], row["recognised_on"], 1.0) for row in rows if row["level"] != "市级"]


def _certified(world: World, setting: Setting) -> list[Right]:
    return [(firm, day, 1.0) for firm, day in world.titles.issued(HNTE)]


def _borrowers(world: World, setting: Setting) -> list[Right]:
    rows = [item.states[0].row for item in world.of("credit")]
    return [(row["enterprise_id"], row["granted_on"], row["amount"]) for row in rows if row["firm_type"] != "其他"]


def _doctors(world: World, setting: Setting) -> list[Right]:
    rows = [item.states[0].row for item in world.of("talents")]
    return [(row["talent_id"], row["arrived_on"], 1.0) for row in rows if row["level"] in _RESEARCHERS]


def _listing(world: World, setting: Setting) -> list[Right]:
    return [(f"listing {number}", day, 1.0) for number, day in enumerate(setting.story.listing_days)]


def _paid_contracts(world: World, setting: Setting) -> list[Right]:
    """The receivers of achievements, from the first payment on."""
    rights = []
    for item in world.of("achievements"):
        paid = next((state for state in item.states if state.row["received_amount"]), None)
        if paid is not None:
            rights.append((paid.row["receiver"], paid.since, paid.row["received_amount"]))
    return sorted(rights, key=lambda right: (right[1], right[0]))


_RIGHTS: dict[str, Callable[[World, Setting], list[Right]]] = {
    "startups": _startups, "workshop_tenants": _workshop_tenants, "platforms": _platforms, "certified": _certified,
    "borrowers": _borrowers, "doctors": _doctors, "listing": _listing, "paid_contracts": _paid_contracts,
}  # fmt: skip
