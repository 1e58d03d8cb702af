"""Linked tables written for tests, and an attacker who simply tries every whole number."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from planeval.disclosure.linked import Address, Cell, Contribution, LinkedTables, Publication, adds_up, crossed, share
from planeval.plan.disclosure_decisions import DisclosureRule, Dominance
from planeval.review import Review

RULE = DisclosureRule(
    threshold=3, p_percent=15, dominance=Dominance(largest=1, percent=85), count_values=3, amount_percent=15
)
CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "disclosure.yml").read_text(encoding="utf-8"))


def count(address: Address, value: int, **more: Any) -> Cell:
    """A count of so many firms, no two of them in another cell."""
    return Cell(address, float(value), tuple(Contribution(f"{address}{n}", 1.0) for n in range(value)), **more)


def amount(address: Address, firms: dict[str, float], **more: Any) -> Cell:
    """An amount, by firm."""
    parts = tuple(Contribution(firm, value) for firm, value in firms.items())
    return Cell(address, sum(firms.values()), parts, whole=False, **more)


def table_of(case: dict[str, Any], table: str = "表1", whole: bool = True) -> LinkedTables:
    """A case as a two-way table of counts, or of amounts nobody contributes to; hiding a cell costs its value."""
    cells = [
        count(Address(table, row, column), value) if whole else Cell(Address(table, row, column), value, whole=False)
        for row, values in case["rows"].items()
        for column, value in zip(case["columns"], values, strict=True)
    ]
    return crossed(cells)


def places(pairs: list[list[str]], table: str = "表1") -> frozenset[Address]:
    """Cells given by row and column."""
    return frozenset(Address(table, row, column) for row, column in pairs)


def possible_worlds(
    tables: LinkedTables, withheld: Collection[Publication], most: int, holder: str = ""
) -> Iterator[dict[Address, float]]:
    """Every table of whole numbers up to `most` that agrees with what is published and with what a contributor knows,
    by trying them all.
    """
    choices = {}
    for cell in tables.cells:
        held = {each.holder for each in cell.contributions}
        own = sum(each.amount for each in cell.contributions if each.holder == holder)
        hidden = cell.unprinted or cell.address in withheld
        known = not hidden or held == {holder}
        choices[cell.address] = [cell.value] if known else [float(n) for n in range(int(own), most + 1)]
    for values in itertools.product(*choices.values()):
        world = dict(zip(choices, values, strict=True))
        if all(
            each.low - 1e-9 <= sum(c * world[address] for address, c in each.terms) <= each.high + 1e-9
            for each in tables.statements if each.said_in not in withheld
        ):  # fmt: skip
            yield world


EAST, WEST, ALL = (Address("企业", row, "家数") for row in ("东区", "西区", "合计"))
HIDDEN = frozenset((EAST, WEST))


def firms() -> LinkedTables:
    return LinkedTables((count(EAST, 2), count(WEST, 38), count(ALL, 40)), (adds_up(ALL, [EAST, WEST]),))


MOST = 4


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[LinkedTables, frozenset[Address]]:
    """2 × 2 or 2 × 3 counts of firms, some in several cells, with margins and a rounded share; and what is hidden."""
    columns, names = draw(st.sampled_from(["ab", "abc"])), [f"企业{n}" for n in range(5)]
    who = {(row, column): draw(st.sets(st.sampled_from(names), max_size=MOST)) for row in "xy" for column in columns}
    parts = {key: [Contribution(each, 1.0) for each in sorted(found)] for key, found in who.items()}
    for row in "xy":
        parts[row, "合计"] = [each for column in columns for each in parts[row, column]]
    for column in (*columns, "合计"):
        parts["合计", column] = [each for row in "xy" for each in parts[row, column]]
    tables = crossed([Cell(Address("t", *key), float(len(each)), tuple(each)) for key, each in parts.items()])
    part, whole = Address("t", "x", "a"), Address("t", "x", "合计")
    if tables.at[whole].value:
        shown = round(tables.at[part].value / tables.at[whole].value, 1)
        tables = tables.joined(LinkedTables(()), share(part, whole, shown, 0.1, "文", cost=2.0))
    inner = [Address("t", row, column) for row in "xy" for column in columns]
    hidden = draw(st.sets(st.sampled_from(inner), min_size=1, max_size=4))
    return tables, frozenset(hidden | draw(st.sets(st.just(whole), max_size=1)))


def decided(review: Review, name: str, value: object) -> Review:
    """The review as it would be under another decision; value None: not decided."""
    decisions = dict(review.method.text.decisions)
    if value is None:
        del decisions[name]
    else:
        versions = tuple(each.model_copy(update={"value": value}) for each in decisions[name].values)
        decisions[name] = decisions[name].model_copy(update={"values": versions})
    text = review.method.text.model_copy(update={"decisions": decisions})
    return replace(review, method=review.method.model_copy(update={"text": text}))
