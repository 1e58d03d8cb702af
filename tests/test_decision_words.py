"""Every decision reads as a sentence: no type without words, no id and no repr on a page."""

from __future__ import annotations

import re
import typing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.plan import load_params
from planeval.plan.decisions import known_decisions, shape_of
from planeval.plan.model import Entry
from planeval.plan.validity import Validity
from planeval.show.decision_words import _WORDS, value_in_words
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
INSIDE = {Validity}  # worded by the rule that holds it
PLANS = {name: load_params(Workspace(ROOT), name, COLUMNS_BY_TABLE) for name in ("jincheng", "lvliang-2025")}


def entry_types(wanted: Any) -> set[type[BaseModel]]:
    """The params types a decision's value may have, through tuples, dicts and Annotated."""
    if isinstance(wanted, type) and issubclass(wanted, Entry):
        return {wanted}
    return {found for part in typing.get_args(wanted) for found in entry_types(part)}


def test_every_type_of_decision_has_its_words() -> None:
    """A new type of decision cannot reach 90_method as its repr, nor a tuple of it as 无."""
    shapes = [shape_of(name.replace("<指标>", "revenue")) for name in known_decisions()]
    types = {found for shape in shapes if shape is not None for found in entry_types(shape.wanted)}
    assert len(types) > 15
    assert {found.__name__ for found in types - set(_WORDS) - INSIDE} == set()


@pytest.mark.parametrize("plan_id", PLANS)
def test_no_id_and_no_repr_is_printed(plan_id: str) -> None:
    """Versions and readings of both plans: names of targets, tasks and units, not their ids."""
    plan, method = PLANS[plan_id]
    known = {each.id for each in (*plan.targets, *plan.tasks, *plan.units, *plan.text.industries)}
    for name, decision in method.text.decisions.items():
        for value in [*(version.value for version in decision.values), *(each.value for each in decision.readings)]:
            said = value_in_words(value, plan)
            assert "=" not in said and "{" not in said, name
            assert not known & set(re.findall(r"[a-z][a-z0-9_]{4,}", said)), name


def test_a_list_of_criteria_is_told_in_full() -> None:
    """运营成熟 has its criteria with their limits; an empty list is 无."""
    plan, method = PLANS["jincheng"]
    criteria = method.text.decisions["extension_readiness"].values[0].value
    said = value_in_words(criteria, plan)
    assert said.count("≥") == len(criteria) >= 3
    assert value_in_words((), plan) == "无"


def test_a_type_without_words_is_refused() -> None:
    """Never printed as it stands."""
    with pytest.raises(TypeError, match="no words for Validity"):
        value_in_words(Validity(years=3), PLANS["jincheng"][0])
