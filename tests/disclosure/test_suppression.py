"""Primary rules, exact secondary suppression and the audit, against published examples, hand-worked cases and
an attacker who tries everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from linked_cases import RULE, names, possible_worlds, table_of

from planeval.disclosure.attack import Attack
from planeval.disclosure.audit import PublicationRefused, audit
from planeval.disclosure.linked import Address, Cell, LinkedTables, adds_up, crossed, never_falls, said, same, share
from planeval.disclosure.rules import Need, needs_of
from planeval.disclosure.suppression import SECONDARY, suppress

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "disclosure.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["primary"], ids=lambda case: case["name"])
def test_primary_rules_by_hand(case: dict[str, Any]) -> None:
    cell = Cell(Address("表", "行", "列"), **{**case["cell"], "largest": tuple(case["cell"].get("largest", ()))})
    found = needs_of(LinkedTables((cell,)), RULE)
    assert len(found) == ("upper" in case)
    for need in found:
        assert need.upper == pytest.approx(case["upper"], abs=1e-3)
        assert need.lower == (pytest.approx(case["lower"], abs=1e-3) if "lower" in case else float("inf"))
        assert need.width == case.get("width", 0)


def test_the_pattern_sdctable_prints() -> None:
    tables, case = table_of(CASES["sdctable"]), CASES["sdctable"]
    found = suppress(tables, needs_of(tables, RULE))
    assert found.withheld == names(case["hidden"])
    assert found.exact and found.cost == 18 + 12 + 10
    assert found.state(Address("表1", "C", "male")) == SECONDARY


def test_a_rounded_print_leaves_what_rounds_to_it() -> None:
    """44 printed to tens is 40: a reader knows 35 to 45, and not 39 to 49."""
    total = Address("表1", "合计", "数")
    low, high = Attack.on(LinkedTables((Cell(total, 44.0, 12, step=10.0, out=True),))).range_of(total, set())
    assert (low.value, high.value) == (35, 45)


def test_two_gaps_in_every_line_are_not_protection() -> None:
    case = CASES["bridge"]
    tables, address = table_of(case), Address("表1", *case["recoverable"])
    for line in ("row", "column"):
        gaps = [gap[line == "column"] for gap in case["gaps"]]
        assert all(gaps.count(each) >= 2 for each in gaps)
    low, high = Attack.on(tables).range_of(address, names(case["gaps"]))
    assert (low.value, high.value) == (pytest.approx(case["value"]), pytest.approx(case["value"]))
    (finding,) = audit(tables, [Need(address, "样例", width=1)], names(case["gaps"]))
    assert "只能是 47" in finding.line()
    # 162 of rows w and x without what they print, 115 of columns a and c: nothing else is needed
    assert all("“表1”" in told for told in finding.given_away_by)


@pytest.mark.parametrize("case", CASES["ranges"], ids=lambda case: case["name"])
def test_ranges_by_hand(case: dict[str, Any]) -> None:
    low, high = Attack.on(table_of(case)).range_of(Address("表1", *case["of"]), names(case["gaps"]))
    assert (low.value, high.value) == (pytest.approx(case["low"]), pytest.approx(case["high"]))


# One hidden cell, protected in its own table, and one more publication that gives it away.

EAST, WEST, ALL = (Address("企业", row, "家数") for row in ("东区", "西区", "合计"))
HIDDEN = frozenset(f"格 {each}" for each in (EAST, WEST))


def firms() -> LinkedTables:
    cells = [Cell(each, value, contributors=int(value)) for each, value in ((EAST, 2), (WEST, 38), (ALL, 40))]
    return LinkedTables(tuple(cells), (adds_up(ALL, [EAST, WEST]),))


def other(row: str, value: float | None, **more: Any) -> Cell:
    return Cell(Address("另表", row, "家数", more.pop("period", "")), value, contributors=9, out=True, **more)


def planted(kind: str) -> LinkedTables:
    tables = firms()
    if kind == "percentage":  # 5.0 % of 40, to a tenth of a point: 1.98 to 2.02
        return replace(tables, statements=(*tables.statements, *share(EAST, ALL, 0.05, 0.001, "正文")))
    if kind == "text":
        return replace(tables, statements=(*tables.statements, said(WEST, 38, 0, "摘要")))
    if kind == "overlapping tables":  # 高新 firms of the east and the others of the east, in another table
        high, rest = other("高新", 1.0), other("其他", 1.0)
        tie = adds_up(EAST, [high.address, rest.address])
        return tables.joined(LinkedTables((high, rest)), [tie])
    if kind == "the same total twice":
        again = other("西区企业", 38.0)
        return tables.joined(LinkedTables((again,)), [same(WEST, again.address)])
    before, added = other("东区", 1.0, period="2026Q2"), other("东区新增", 1.0)
    tie = adds_up(EAST, [before.address, added.address], "累计数等于上季加本季新增")
    return tables.joined(LinkedTables((before, added)), [tie, never_falls(EAST, before.address)])


@pytest.mark.parametrize(
    "kind", ["percentage", "text", "overlapping tables", "the same total twice", "earlier quarter"]
)
def test_a_planted_way_to_a_hidden_cell_is_found(kind: str) -> None:
    needs = [need for need in needs_of(firms(), RULE) if need.address == EAST]
    assert audit(firms(), needs, HIDDEN) == ()
    (finding,) = audit(planted(kind), needs, HIDDEN)
    assert finding.address == EAST and finding.reader == "任何读者"
    said_so = {"percentage": "正文", "text": "摘要", "overlapping tables": "另表", "the same total twice": "另表",
               "earlier quarter": "2026Q2"}[kind]  # fmt: skip
    assert said_so in finding.line()
    if kind in ("overlapping tables", "earlier quarter"):  # out already, and nothing that may still be hidden helps
        with pytest.raises(PublicationRefused, match="公开版没有发布") as refused:
            suppress(planted(kind), needs)
        assert refused.value.findings == (finding,)
    else:  # the total, or the other part, may still be hidden
        assert audit(planted(kind), needs, suppress(planted(kind), needs).withheld) == ()


def test_a_percentage_that_is_not_out_yet_is_withheld_with_the_cell() -> None:
    tables = firms()
    tables = replace(tables, statements=(*tables.statements, *share(EAST, ALL, 0.05, 0.001, "占比", cost=0.5)))
    assert "占比" in suppress(tables, needs_of(tables, RULE)).withheld


def test_who_is_alone_in_a_cell_knows_it() -> None:
    """Revenue of 甲's 200 and 乙's 150 are hidden, 350 is what is missing: 乙 knows his own and reads 甲's off."""
    row = [("合计", 900.0, 6, ()), ("甲", 200.0, 1, ("甲公司",)), ("乙", 150.0, 1, ("乙公司",)), ("丙", 250.0, 3, ()),
           ("丁", 300.0, 3, ())]  # fmt: skip
    cells = [
        Cell(Address("营收", name, "万元"), value, count, (value / count,) * min(count, 3), who, whole=False)
        for name, value, count, who in row
    ]
    tables = crossed(cells)
    needs, two = needs_of(tables, RULE), {f"格 {Address('营收', name, '万元')}" for name in "甲乙"}
    low, high = Attack.on(tables).range_of(Address("营收", "甲", "万元"), two)
    assert (low.value, high.value) == (0, 350)  # anybody else
    assert {finding.reader for finding in audit(tables, needs, two)} == {
        "“营收”“甲”行“万元”列的唯一贡献者", "“营收”“乙”行“万元”列的唯一贡献者"
    }  # fmt: skip
    found = suppress(tables, needs)
    assert len(found.secondary) == 1 and audit(tables, needs, found.withheld) == ()


def test_when_time_runs_out_more_is_hidden_never_less() -> None:
    tables = table_of(CASES["sdctable"])
    needs = needs_of(tables, RULE)
    found = suppress(tables, needs, seconds=0)
    assert not found.exact and "时间不够" in found.note
    assert audit(tables, needs, found.withheld) == ()
    assert found.cost >= suppress(tables, needs).cost


def test_a_contradiction_is_an_error_not_a_pass() -> None:
    tables = firms()
    tables = replace(tables, statements=(*tables.statements, said(ALL, 41, 0, "摘要")))
    with pytest.raises(RuntimeError, match="no attacker's range"):
        audit(tables, needs_of(tables, RULE), HIDDEN)


# Any table.


@st.composite
def tables_of_counts(draw: st.DrawFn, most: int = 9, widest: int = 4) -> LinkedTables:
    """A two-way table of counts, and in half of the cases a second one that shares its row totals."""
    height, width = draw(st.integers(2, widest)), draw(st.integers(2, widest))
    inner = draw(st.lists(st.lists(st.integers(0, most), min_size=width, max_size=width),
                          min_size=height, max_size=height))  # fmt: skip
    first = _counted(inner, "表1")
    if not draw(st.booleans()):
        return first
    other = [[(value := sum(row)) // 2, value - value // 2] for row in inner]
    second = _counted(other, "表2")
    rows = [f"行{number}" for number in range(height)] + ["合计"]
    return first.joined(second, [same(Address("表1", row, "合计"), Address("表2", row, "合计")) for row in rows])


def _counted(inner: list[list[int]], table: str) -> LinkedTables:
    rows = [[sum(row), *row] for row in inner]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    named = [*(f"行{number}" for number in range(len(inner))), "合计"]
    columns = ["合计", *(f"列{number}" for number in range(len(inner[0])))]
    return crossed(
        [
            Cell(Address(table, name, column), float(value), contributors=value)
            for name, row in zip(named, rows, strict=True)
            for column, value in zip(columns, row, strict=True)
        ],
        margin_cost=3,
    )


@given(tables_of_counts(widest=3))
@settings(max_examples=12)
def test_what_is_suppressed_is_never_found(tables: LinkedTables) -> None:
    needs = needs_of(tables, RULE)
    found = suppress(tables, needs)
    assert audit(tables, needs, found.withheld) == ()
    assert suppress(tables, needs) == found
    # exact: nothing that is hidden beside the sensitive cells could be published again
    for address in found.secondary:
        assert audit(tables, needs, found.withheld - {f"格 {address}"})


@given(tables_of_counts(most=3, widest=2), st.data())
@settings(max_examples=15)
def test_the_range_is_the_one_found_by_trying_everything(tables: LinkedTables, data: st.DataObject) -> None:
    listed = sorted(Attack.on(tables).publications)
    withheld = frozenset(data.draw(st.lists(st.sampled_from(listed), min_size=1, max_size=3, unique=True)))
    hidden = [cell for cell in tables.cells if f"格 {cell.address}" in withheld]
    attack = Attack.on(tables)
    for cell in hidden:
        low, high = attack.range_of(cell.address, withheld)
        assume(high.value <= 12)
        worlds = [world[cell.address] for world in possible_worlds(tables, withheld, 12)]
        assert attack.whole_range(cell.address, withheld) == (pytest.approx(min(worlds)), pytest.approx(max(worlds)))
        assert low.value <= min(worlds) + 1e-6 and high.value >= max(worlds) - 1e-6


@given(tables_of_counts(), st.data())
@settings(max_examples=25)
def test_publishing_more_never_widens_a_range(tables: LinkedTables, data: st.DataObject) -> None:
    attack = Attack.on(tables)
    withheld = data.draw(st.lists(st.sampled_from(sorted(attack.publications)), min_size=2, unique=True))
    address = data.draw(st.sampled_from([cell.address for cell in tables.cells]))
    low, high = attack.range_of(address, withheld)
    less_low, less_high = attack.range_of(address, withheld[1:])
    assert less_low.value >= low.value - 1e-6 and less_high.value <= high.value + 1e-6


def test_cells_hidden_earlier_stay_hidden() -> None:
    """Last quarter's 东区 was hidden; this quarter's number and what was added would tell it."""
    before = Cell(Address("企业", "东区", "家数", "2026Q2"), None, hidden=True)
    now, added = Cell(EAST, 5, contributors=5), Cell(Address("新增", "东区", "家数"), 3, contributors=3)
    tables = LinkedTables((before, now, added), (adds_up(EAST, [before.address, added.address]),))
    needs = needs_of(tables, RULE)
    assert [need.why for need in needs] == ["以前的公开版不予公开"]
    assert audit(tables, needs, frozenset())
    assert len(suppress(tables, needs).secondary) == 1


def test_nothing_is_hidden_without_need() -> None:
    tables = LinkedTables((Cell(EAST, 30, contributors=30),))
    assert suppress(tables, ()).withheld == frozenset()
    assert suppress(LinkedTables(()), ()).exact
