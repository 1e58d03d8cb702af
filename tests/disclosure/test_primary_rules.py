"""Primary rules on hand-worked cells: threshold, (n, k) dominance, p %."""

from __future__ import annotations

from typing import Any

import pytest
from linked_cases import CASES, RULE

from planeval.disclosure.linked import Address, Cell, Contribution
from planeval.disclosure.rules import need_of


@pytest.mark.parametrize("case", CASES["primary"], ids=lambda case: case["name"])
def test_primary_rules_by_hand(case: dict[str, Any]) -> None:
    parts = [each if isinstance(each, list) else [f"企业{n}", each] for n, each in enumerate(case["each"])]
    contributions = tuple(Contribution(holder, amount) for holder, amount in parts)
    value = sum(each.amount for each in contributions)
    need = need_of(Cell(Address("表", "行", "列"), value, contributions, whole=case.get("whole", False)), RULE)
    assert (need is not None) == ("upper" in case)
    if need is not None:
        found = (need.upper, need.lower, need.width)
        assert found == pytest.approx((case["upper"], case["lower"], case.get("width", 0)), abs=1e-3)


def test_a_need_names_every_rule_that_asks_it() -> None:
    parts = tuple(Contribution(firm, amount) for firm, amount in (("甲", 90.0), ("乙", 4.0)))
    need = need_of(Cell(Address("表", "行", "列"), 94.0, parts, whole=False), RULE)
    assert need is not None
    for word in ("少于 3 个", "第二大贡献者", "最大的 1 个超过 85%"):
        assert word in need.why
    assert "上到" in need.asked and "下到" in need.asked
