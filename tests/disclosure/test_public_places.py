"""What anybody may read by industry and zone: printed cells and marks, nothing else, by the decided rule."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from linked_cases import decided

from planeval.disclosure import DisclosedReview, disclose
from planeval.disclosure.audit import audit
from planeval.disclosure.public_places import HIDDEN, SHOWN, every_cell, public_suppression
from planeval.disclosure.public_system import PLACES, RULE, TOTALS
from planeval.disclosure.rules import needs_of
from planeval.plan.disclosure_decisions import PublicPlaces, PublicTotals
from planeval.problems import InputError
from planeval.publish.tables import csv_bytes, published_tables
from planeval.review import Review, open_review
from planeval.show.public_places import MARK, public_place_tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def edition(demonstration: Review) -> DisclosedReview:
    found = disclose(demonstration, "public")
    assert isinstance(found, DisclosedReview)
    return found


def test_small_cells_and_some_others_are_hidden_and_the_rest_is_as_counted(
    demonstration: Review, edition: DisclosedReview
) -> None:
    assert edition.places is not None
    key = ["table", "industry", "zone"]
    rows, whole = edition.places.rows.set_index(key), every_cell(demonstration).set_index(key)
    assert set(rows["state"]) == {SHOWN, HIDDEN} and len(rows) == 5 * 4 * 3
    shown = rows["state"].eq(SHOWN)
    assert rows.loc[shown, ["value", "share"]].equals(whole.loc[shown, ["value", "share"]])
    assert rows.loc[~shown, ["value", "share"]].isna().all(axis=None)
    small = whole["value"].between(1, 2) & whole.index.get_level_values("table").str.contains("企业")
    assert small.any() and rows.loc[small, "state"].eq(HIDDEN).all()
    assert rows.loc[~small, "state"].eq(HIDDEN).any()  # and others for their sake


def test_nothing_hidden_can_be_worked_out(demonstration: Review) -> None:
    found = public_suppression(demonstration)
    assert found is not None
    system, hidden = found
    assert hidden.exact and hidden.secondary
    needs = [need for need in needs_of(system.tables, system.rule) if not system.tables.at[need.address].unprinted]
    assert audit(system.tables, needs, hidden.withheld, system.accepted) == ()
    some = sorted(hidden.secondary)[::6]
    weakest = [each for each in some if audit(
        system.tables, needs, hidden.withheld - {each}, system.accepted)]  # fmt: skip
    assert weakest == some  # each is needed


def test_the_page_prints_the_table_and_a_word_for_what_it_hides(edition: DisclosedReview) -> None:
    assert edition.places is not None
    made = public_place_tables(edition)
    hidden = int(edition.places.rows["state"].eq(HIDDEN).sum())
    shares = int(edition.places.rows.query("zone == '合计'")["state"].eq(HIDDEN).sum())
    said = re.sub(r"<[^>]+>", "", made.html)
    assert said.count(MARK) == hidden + shares + 1  # and where the mark is explained
    assert f"其中 {hidden} 格" in said and "不足 3 个贡献者" in said and "表中不指明是哪些格" in said
    assert "主区" in said and "企业：全谷 110 家，光机电最多，占 65.5%" in said
    numbers = {float(each.replace(",", "")) for each in re.findall(r'class="number">([\d,.]+)</td>', made.html)}
    assert numbers == set(edition.places.rows["value"].dropna())


def test_the_table_of_the_edition_holds_the_printed_cells_and_its_hand_over_no_other(edition: DisclosedReview) -> None:
    assert edition.places is not None
    content = csv_bytes(published_tables(edition)["public_places"]).decode("utf-8-sig").splitlines()
    assert content[0] == "table,unit,industry,zone,value,share,state"
    assert sum(line.endswith(f",,,{HIDDEN}") for line in content) == int(edition.places.rows["state"].eq(HIDDEN).sum())
    handed = pickle.loads(pickle.dumps(edition))
    assert handed.places.rows.equals(edition.places.rows)
    assert not any("address" in str(part).lower() for part in vars(handed.places))


def test_a_total_of_one_filing_is_public_because_it_was_decided(
    demonstration: Review, edition: DisclosedReview
) -> None:
    """The fund rests on one filing. Named by the decision it is printed; under the competing reading it is gone, with
    its light, its override and every word on it.
    """
    assert "fund" in set(edition.targets["target_id"])
    few = decided(demonstration, PLACES, PublicPlaces(tables=("firms",)))  # the others are not what this is about
    strict = disclose(decided(few, TOTALS, PublicTotals(targets=())), "public")
    assert isinstance(strict, DisclosedReview) and strict.places is not None
    assert set(demonstration.targets["target_id"]) - set(strict.targets["target_id"]) == {"fund"}
    assert strict.places.targets == ("科技创新基金",)
    assert "按公开规则不列总数和灯的指标：科技创新基金" in public_place_tables(strict).text
    overrides = next(each.value for each in strict.decisions if each.id == "overrides")
    assert not [each for each in overrides if each.id == "fund"]
    assert "fund" not in set(strict.dependence["target_id"])


def test_the_tables_are_those_that_were_decided(demonstration: Review) -> None:
    fewer = disclose(decided(demonstration, PLACES, PublicPlaces(tables=("firms", "employees"))), "public")
    none = disclose(decided(demonstration, PLACES, PublicPlaces(tables=())), "public")
    assert isinstance(fewer, DisclosedReview) and isinstance(none, DisclosedReview)
    assert fewer.places is not None and none.places is not None
    assert list(fewer.places.rows["table"].unique()) == ["企业", "从业人员"]
    assert none.places.rows.empty and "评估人员决定" in public_place_tables(none).text


def test_without_a_rule_what_was_filed_is_not_published(demonstration: Review) -> None:
    with pytest.raises(InputError, match="没有决定什么样的数不公开"):
        disclose(decided(demonstration, RULE, None), "public")


def test_a_plan_of_published_figures_has_nothing_to_hide() -> None:
    found = disclose(open_review("lvliang-2025", "2025Q4", workspace=ROOT), "public")
    assert isinstance(found, DisclosedReview) and found.places is not None
    assert found.places.rows.empty and "不适用" in public_place_tables(found).text
    assert not (set(found.targets["name"]) & set(found.places.targets))
