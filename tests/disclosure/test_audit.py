"""The audit: published examples, hand-worked cases, planted ways to a hidden cell, and a reader who tries everything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from linked_cases import (
    ALL,
    CASES,
    EAST,
    HIDDEN,
    MOST,
    RULE,
    WEST,
    amount,
    count,
    firms,
    places,
    possible_worlds,
    small_tables,
    table_of,
)

from planeval.disclosure.attack import Attack
from planeval.disclosure.audit import PublicationRefused, audit, hidden_ranges
from planeval.disclosure.linked import (
    Address,
    Cell,
    LinkedTables,
    adds_up,
    at_most,
    crossed,
    never_falls,
    said,
    same,
    share,
)
from planeval.disclosure.program import Ask
from planeval.disclosure.rules import Need, needs_of
from planeval.disclosure.suppression import suppress


def test_the_range_of_the_textbook() -> None:
    case = CASES["textbook"]
    found = hidden_ranges(table_of(case, whole=False), places(case["gaps"]))
    assert found[Address("表1", *case["of"])] == pytest.approx((case["low"], case["high"]))


@pytest.mark.parametrize("case", CASES["ranges"], ids=lambda case: case["name"])
def test_ranges_by_hand(case: dict[str, Any]) -> None:
    found = hidden_ranges(table_of(case), places(case["gaps"]))
    assert found[Address("表1", *case["of"])] == (case["low"], case["high"])


def test_two_gaps_in_every_line_are_not_protection() -> None:
    case = CASES["bridge"]
    tables, address = table_of(case), Address("表1", *case["recoverable"])
    for line in ("row", "column"):
        gaps = [gap[line == "column"] for gap in case["gaps"]]
        assert all(gaps.count(each) >= 2 for each in gaps)
    (finding,) = audit(tables, [Need(address, "样例", upper=48, lower=46)], places(case["gaps"]))
    assert (finding.low, finding.high, finding.given_away_by) == (47, 47, ("表1",))
    assert "只能是 47" in finding.line() and "上到 48、下到 46" in finding.line()


def test_a_rounded_print_leaves_what_rounds_to_it() -> None:
    """44 printed to tens is 40: 36 to 44 whole things (35 and 45 are ties, and a reader may know where ties go)."""
    total = Address("表1", "合计", "数")
    assert Attack(LinkedTables((count(total, 44, step=10),))).ranges([Ask(total)], ())[Ask(total)].parts == (36, 44)
    assert Cell(total, 12.3, whole=False, step=1.0).printed == (11.5, 12.5)
    assert Cell(total, 1.005, whole=False, step=0.01).shown == 1.01  # stored as 1.00499…


def test_nothing_holds_what_no_statement_ties() -> None:
    alone = Address("表", "行", "列")
    assert hidden_ranges(LinkedTables((count(alone, 2),)), {alone}) == {alone: (0, float("inf"))}


# One hidden cell, protected in its own table, and one more publication that gives it away.


def other(row: str, value: int, period: str = "") -> Cell:
    return count(Address("另表", row, "家数", period), value, out=True)


def planted(kind: str) -> LinkedTables:
    tables = firms()
    if kind == "percentage":  # 5.0 % of 40, to a tenth of a point: 1.98 to 2.02
        return tables.joined(LinkedTables(()), share(EAST, ALL, 0.05, 0.001, "正文"))
    if kind == "text":
        return tables.joined(LinkedTables(()), [said(WEST, 38, 0, "摘要")])
    if kind == "overlapping tables":  # 高新 firms of the east and the others of the east, in another table
        high, rest = other("高新", 1), other("其他", 1)
        return tables.joined(LinkedTables((high, rest)), [adds_up(EAST, [high.address, rest.address])])
    if kind == "the same total twice":
        again = other("西区企业", 38)
        return tables.joined(LinkedTables((again,)), [same(WEST, again.address)])
    if kind == "nobody there":
        above = other("东区规上", 2)
        return tables.joined(LinkedTables((above,)), [at_most(EAST, above.address)])
    before, added = other("东区", 1, "2026Q2"), other("东区新增", 1)
    tie = adds_up(EAST, [before.address, added.address], "累计数等于上季加本季新增")
    return tables.joined(LinkedTables((before, added)), [tie, never_falls(EAST, before.address)])


PLANTS = {"percentage": "正文", "text": "摘要", "overlapping tables": "另表", "the same total twice": "另表",
          "nobody there": "另表", "earlier quarter": "另表（2026Q2）"}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTS)
def test_a_planted_way_to_a_hidden_cell_is_found(kind: str) -> None:
    needs = [need for need in needs_of(firms(), RULE) if need.address == EAST]
    assert audit(firms(), needs, HIDDEN) == ()
    finding, *others = audit(planted(kind), needs, HIDDEN)
    assert not others and finding.need.address == EAST and finding.holder == ""
    assert PLANTS[kind] in finding.given_away_by and PLANTS[kind] in finding.line()
    if kind in ("the same total twice", "percentage", "text"):  # the total may still be hidden
        assert audit(planted(kind), needs, suppress(planted(kind), needs).withheld) == ()
    else:
        with pytest.raises(PublicationRefused, match="能被推算出来") as refused:
            suppress(planted(kind), needs)
        assert "规则要求" in str(refused.value)


def test_what_a_decided_total_leaves_is_all_that_is_asked() -> None:
    """A total of 2 was decided to be public: nobody can be kept from knowing that a part of it is at most 2."""
    east, west, whole = (Address("资质", row, "家数") for row in ("东区", "西区", "合计"))
    tables = LinkedTables((count(east, 1), count(west, 1), count(whole, 2, out=True)), (adds_up(whole, [east, west]),))
    needs = needs_of(tables, RULE)
    assert {finding.high for finding in audit(tables, needs, {east, west})} == {2}
    found = suppress(tables, needs, accepted=[whole])
    assert found.withheld == {east, west} and audit(tables, needs, found.withheld, [whole]) == ()
    assert len(audit(tables, needs, {east}, [whole])) == 2  # 西区 printed: its own need, and 东区 = 2 − 1


def test_a_large_amount_elsewhere_blunts_nothing() -> None:
    """A count that is given away is found beside revenue of a province, and needs no wider range for it."""
    large = amount(Address("营收", "合计", "万元"), {f"企业{n}": 4e8 for n in range(9)})
    tables = planted("percentage").joined(LinkedTables((large,)))
    needs = [need for need in needs_of(tables, RULE) if need.address == EAST]
    (finding,) = audit(tables, needs, HIDDEN)
    assert (finding.low, finding.high) == (2, 2)
    assert audit(firms().joined(LinkedTables((large,))), needs, HIDDEN) == ()


# Readers who contribute.


def test_who_is_alone_in_a_cell_knows_it() -> None:
    """sdcTable, test-protectTable.r: regions a 1, b 2, c 1. Hiding a and c will do for anybody, but the one in a is alone
    there and reads c off: 4 − 2 − 1; with detectSingletons one more cell is hidden.
    """
    cells = [count(Address("表", row, "人"), value) for row, value in (("tot", 4), ("a", 1), ("b", 2), ("c", 1))]
    tables = crossed(cells, "tot")
    needs = [Need(cell.address, "一人", upper=2, lower=1, width=1) for cell in cells if cell.value == 1]
    hidden = {need.address for need in needs}
    assert hidden_ranges(tables, hidden) == dict.fromkeys(hidden, (0, 2))
    found = audit(tables, needs, hidden)
    assert [(each.low, each.high, bool(each.holder)) for each in found] == [(1, 1, True), (1, 1, True)]
    assert "另一个贡献者" in found[0].line() and found[0].holder not in found[0].line()
    assert len(suppress(tables, needs).secondary) == 1


def test_who_holds_most_of_another_cell_narrows_this_one() -> None:
    """甲区 60 (50 + 8 + 2) and 乙区 100 are hidden, 160 is their sum. Anybody: 甲区 is 0 to 160. 丙 made 97 of 乙区's 100,
    so 甲区 is 63 at most to him, and the rule asks 65.5.
    """
    here, there, whole = (Address("营收", row, "万元") for row in ("甲区", "乙区", "合计"))
    tables = LinkedTables(
        (amount(here, {"子": 50.0, "丑": 8.0, "寅": 2.0}), amount(there, {"丙": 97.0, "卯": 2.0, "辰": 1.0}),
         Cell(whole, 160.0, whole=False, out=True)),
        (adds_up(whole, [here, there]),),
    )  # fmt: skip
    needs = [need for need in needs_of(tables, RULE) if need.address == here]
    assert hidden_ranges(tables, {here, there})[here] == (0, 160)
    (finding,) = audit(tables, needs, {here, there})
    assert (finding.holder, finding.low, finding.high) == ("丙", 0, 63)
    assert "上到 65.5" in finding.line()


def test_a_contributor_knows_his_own_amounts_of_earlier_quarters_too() -> None:
    """甲区 in two quarters is hidden, their sum 130 is out. 丙 alone made 甲区's 30 of the first quarter."""
    first, second, whole = Address("营收", "甲区", "万元", "2026Q1"), EAST, Address("营收", "甲区", "半年")
    tables = LinkedTables(
        (amount(first, {"丙": 30.0}, unprinted=True), amount(second, {"子": 96.0, "丑": 4.0}),
         Cell(whole, 130.0, whole=False, out=True)),
        (adds_up(whole, [first, second]),),
    )  # fmt: skip
    found = audit(tables, needs_of(tables, RULE), {second})
    assert {(each.need.address, each.holder, each.low) for each in found} >= {(second, "丙", 100.0)}


def test_a_contradiction_is_an_error_not_a_pass() -> None:
    with pytest.raises(ValueError, match="contradict"):
        firms().joined(LinkedTables(()), [said(ALL, 41, 0, "摘要")])
    with pytest.raises(ValueError, match="twice"):
        LinkedTables((count(EAST, 2), count(EAST, 2)))
    with pytest.raises(ValueError, match="no such cell"):
        LinkedTables((count(EAST, 2),), (same(EAST, WEST),))
    with pytest.raises(ValueError, match="possible"):
        LinkedTables((Cell(EAST, float("nan")),))
    tables = firms()
    object.__setattr__(tables, "statements", (*tables.statements, said(WEST, 41, 0, "摘要")))
    with pytest.raises(ArithmeticError, match="contradicts itself"):
        audit(tables, needs_of(tables, RULE), HIDDEN)


# Any table.


@given(small_tables(), st.sampled_from(["", "企业0", "企业1"]))
@settings(max_examples=12, deadline=None)
def test_every_readers_range_is_the_one_found_by_trying_everything(
    drawn: tuple[LinkedTables, frozenset[Address]], holder: str
) -> None:
    tables, hidden = drawn
    attack = Attack(tables)
    reader = holder if holder in attack.holders else ""
    most = 3 * MOST if len(hidden) < 4 else MOST + 4
    worlds = [*possible_worlds(tables, hidden, most, reader)]
    assume(worlds)  # a hidden total may be larger than what is tried
    asks = [Ask(address, reader) for address in sorted(hidden)]
    found = attack.ranges(asks, hidden)
    for ask in asks:
        values = [world[ask.address] for world in worlds]
        if all(world[each] < most for world in worlds for each in hidden):  # else our own limit held it
            assert (found[ask].low, found[ask].high) == (min(values), max(values))
        assert found[ask].parts[0] <= min(values) + 1e-6 and found[ask].parts[1] >= max(values) - 1e-6


@given(small_tables(), st.data())
@settings(max_examples=12, deadline=None)
def test_publishing_more_never_widens_a_range(
    drawn: tuple[LinkedTables, frozenset[Address]], data: st.DataObject
) -> None:
    tables, hidden = drawn
    address = data.draw(st.sampled_from(sorted(hidden)))
    fewer = hidden - {data.draw(st.sampled_from(sorted(hidden)))}
    attack, asks = Attack(tables), [Ask(address, holder) for holder in ("", *sorted(Attack(tables).holders)[:2])]
    for ask in asks:
        wide, narrow = attack.ranges([ask], hidden)[ask], attack.ranges([ask], fewer)[ask]
        assert narrow.low >= wide.low - 1e-6 and narrow.high <= wide.high + 1e-6
