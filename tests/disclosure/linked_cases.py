"""Linked tables written for tests, and an attacker who simply tries every whole number."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from typing import Any

from planeval.disclosure.linked import Address, Cell, LinkedTables, crossed
from planeval.plan.disclosure_decisions import DisclosureRule, Dominance

RULE = DisclosureRule(
    threshold=3, p_percent=15, dominance=Dominance(largest=1, percent=85), count_values=3, amount_percent=15
)


def table_of(case: dict[str, Any], table: str = "表1", period: str = "") -> LinkedTables:
    """A case's counts as a two-way table, hiding a cell costs its value."""
    cells = [
        Cell(Address(table, row, column, period), float(value), contributors=value, cost=float(max(value, 1)))
        for row, values in case["rows"].items()
        for column, value in zip(case["columns"], values, strict=True)
    ]
    return crossed(cells)


def names(pairs: list[list[str]], table: str = "表1") -> frozenset[str]:
    """Publications of cells given by row and column."""
    return frozenset(f"格 {Address(table, row, column)}" for row, column in pairs)


def possible_worlds(tables: LinkedTables, withheld: Collection[str], most: int) -> Iterator[dict[Address, float]]:
    """Every table of whole numbers up to `most` that agrees with what is published, by trying them all."""
    open_cells = [cell for cell in tables.cells if cell.value is None or f"格 {cell.address}" in withheld]
    fixed = {cell.address: cell.value for cell in tables.cells if cell not in open_cells and cell.value is not None}
    for values in itertools.product(range(most + 1), repeat=len(open_cells)):
        world = fixed | {cell.address: float(value) for cell, value in zip(open_cells, values, strict=True)}
        if all(
            each.low - 1e-9 <= sum(c * world[address] for address, c in each.terms) <= each.high + 1e-9
            for each in tables.statements if each.said_in not in withheld
        ):  # fmt: skip
            yield world
