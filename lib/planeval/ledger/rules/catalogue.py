"""Every named check: importing this module enters them all into the registry."""

from __future__ import annotations

from planeval.ledger.rules import (
    against_plan,
    balance,
    cells,
    cross_period,
    cross_table,
    duplicates,
    said_again,
    sequences,
    within_table,
)
from planeval.ledger.rules.registry import CHECKS

_HOMES = (
    against_plan, balance, cells, cross_period, cross_table, duplicates, said_again, sequences, within_table,
)  # fmt: skip

__all__ = ["CHECKS"]
