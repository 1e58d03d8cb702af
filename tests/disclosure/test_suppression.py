"""What is hidden for the sake of others: published and hand-worked tables, and nothing left for the audit to find."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from linked_cases import ALL, CASES, EAST, RULE, amount, count, firms, places, small_tables, table_of

from planeval.disclosure.audit import audit, hidden_ranges
from planeval.disclosure.linked import Address, LinkedTables, adds_up, crossed, same, share
from planeval.disclosure.rules import needs_of
from planeval.disclosure.suppression import suppress


def test_the_pattern_sdctable_prints() -> None:
    tables, case = table_of(CASES["sdctable"]), CASES["sdctable"]
    found = suppress(tables, needs_of(tables, RULE))
    assert found.withheld == places(case["hidden"])
    assert found.exact and found.cost == 18 + 12 + 10
    assert found.primary == {Address("表1", "A", "female")}


def test_the_amounts_worked_by_hand() -> None:
    worked = CASES["amounts"]
    tables, here = table_of(worked, "投资", whole=False), Address("投资", worked["row"], worked["column"])
    odd = amount(here, dict(zip("甲乙丙", map(float, worked["firms"]), strict=True)))
    tables = replace(tables, cells=tuple(odd if cell.address == here else cell for cell in tables.cells))
    (need,) = needs_of(tables, RULE)
    assert (need.lower, need.upper) == (worked["lower"], worked["upper"])
    found = suppress(tables, [need])
    assert found.withheld == places(worked["hidden"], "投资")
    assert hidden_ranges(tables, found.withheld)[here] == tuple(worked["range"])


def test_a_percentage_that_is_not_out_yet_is_withheld_with_the_cell() -> None:
    tables = firms().joined(LinkedTables(()), share(EAST, ALL, 0.05, 0.001, "占比", 0.5))
    assert "占比" in suppress(tables, needs_of(tables, RULE)).withheld


def test_a_total_is_hidden_in_both_tables_it_stands_in() -> None:
    whole, again = Address("行业", "半导体", "家数"), Address("规模", "半导体", "合计")
    above, below = Address("规模", "半导体", "规上"), Address("规模", "半导体", "规下")
    tables = LinkedTables(
        (count(whole, 5), count(above, 3, out=True), count(below, 2), count(again, 5)),
        (adds_up(again, [above, below]), same(again, whole)),
    )
    assert suppress(tables, needs_of(tables, RULE)).withheld == {below, again, whole}


def test_who_is_alone_in_an_amount_makes_a_third_gap_needed() -> None:
    """200 of 甲 and 150 of 乙 are sensitive. Hiding both does for anybody, but each knows his own and reads the other."""
    who = {"甲": {"甲公司": 200.0}, "乙": {"乙公司": 150.0}, "丙": dict.fromkeys(("子", "丑", "寅"), 80.0),
           "丁": dict.fromkeys(("卯", "辰", "巳"), 100.0)}  # fmt: skip
    everybody = {name: value for firms_ in who.values() for name, value in firms_.items()}
    rows = {**who, "合计": everybody}
    tables = crossed([amount(Address("营收", row, "万元"), found) for row, found in rows.items()])
    needs, two = needs_of(tables, RULE), {Address("营收", name, "万元") for name in "甲乙"}
    assert hidden_ranges(tables, two)[Address("营收", "甲", "万元")] == (0, 350)
    assert {finding.holder for finding in audit(tables, needs, two)} == {"甲公司", "乙公司"}
    found = suppress(tables, needs)
    assert found.secondary == {Address("营收", "丙", "万元")} and audit(tables, needs, found.withheld) == ()


def test_when_time_runs_out_more_is_hidden_never_less() -> None:
    tables = table_of(CASES["sdctable"])
    needs = needs_of(tables, RULE)
    found = suppress(tables, needs, seconds=0)
    assert not found.exact and "时间不够" in found.note
    assert audit(tables, needs, found.withheld) == ()
    assert found.cost >= suppress(tables, needs).cost


def test_nothing_is_hidden_without_need() -> None:
    tables = LinkedTables((count(EAST, 30),))
    assert suppress(tables, ()).withheld == frozenset()
    assert suppress(LinkedTables(()), ()).exact


@given(small_tables())
@settings(max_examples=8, deadline=None)
def test_what_is_suppressed_is_never_found_and_nothing_more(drawn: tuple[LinkedTables, frozenset[Address]]) -> None:
    tables, _ = drawn
    needs = needs_of(tables, RULE)
    found = suppress(tables, needs)
    assert audit(tables, needs, found.withheld) == () and found.exact
    assert suppress(tables, needs) == found
    for each in found.withheld - found.primary:  # exact: nothing that was hidden beside could be published again
        assert audit(tables, needs, found.withheld - {each})


@given(st.lists(st.lists(st.floats(0, 1000), min_size=1, max_size=4), min_size=4, max_size=6))
@settings(max_examples=10, deadline=None)
def test_amounts_of_many_firms_are_protected_against_each_of_them(filed: list[list[float]]) -> None:
    cells = [
        amount(
            Address("营收", f"{n // 2}", "东西"[n % 2]), {f"企业{n}-{m}": round(each, 2) for m, each in enumerate(part)}
        )
        for n, part in enumerate(filed if len(filed) % 2 == 0 else filed[:-1])
    ]
    rows = list(dict.fromkeys(cell.address.row for cell in cells))
    sums = [*((row, "合计") for row in rows), *(("合计", column) for column in ("东", "西", "合计"))]
    for row, column in sums:
        inside = [cell for cell in cells if row in (cell.address.row, "合计") and column in (cell.address.column, "合计")
                  and "合计" not in (cell.address.row, cell.address.column)]  # fmt: skip
        merged = {name: value for cell in inside for name, value in cell.held.items()}
        cells.append(amount(Address("营收", row, column), merged))
    tables = crossed(cells)
    needs = needs_of(tables, RULE)
    found = suppress(tables, needs)
    assert audit(tables, needs, found.withheld) == ()
