"""plan.yml says what the plan says: every quote and every number is held against the plan's own text.

The text lies beside the project in shared/plan/ on the machines that have it; elsewhere the stored hash says
which text the quotes were checked against, and the tests that need no text still run.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planeval.plan import load_plan
from planeval.plan.model import Plan
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT.parent / "shared/plan/jincheng-38-2024.txt"
needs_text = pytest.mark.skipif(not TEXT.exists(), reason="the plan's text file is not on this machine")
CHINESE_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def the_plan() -> Plan:
    """The plan of jincheng as loaded."""
    return load_plan(Workspace(ROOT), "jincheng")


def quotes() -> Iterator[tuple[str, str]]:
    """(where, quote) of everything the plan file quotes."""
    text = the_plan().text
    families: tuple[Any, ...] = (
        text.targets, text.qualitative_targets, text.industries, text.zones, text.premises, text.tasks, text.safeguards,
        text.layout,
    )  # fmt: skip
    for entries in families:
        for entry in entries:
            yield entry.id, entry.quote
            for item in getattr(entry, "work_items", ()):
                yield item.id, item.quote


def compared(text: str) -> str:
    """Text as quotes are compared: NFKC."""
    return unicodedata.normalize("NFKC", text)


@needs_text
def test_the_stored_hash_is_the_hash_of_the_plan_text() -> None:
    """plan.yml says which bytes its quotes were taken from."""
    source = the_plan().text.source_text
    assert source is not None
    assert source.file == TEXT.name
    assert source.sha256 == hashlib.sha256(TEXT.read_bytes()).hexdigest()


@needs_text
def test_every_quote_occurs_word_for_word() -> None:
    """No paraphrase passes for the plan's words."""
    text = compared(TEXT.read_text(encoding="utf-8"))
    assert [where for where, quote in quotes() if compared(quote) not in text] == []


@needs_text
def test_task_units_are_the_clause_s_own_list_in_order() -> None:
    """The (责任单位:…) list at the end of each clause of section 四, unit by unit."""
    text = compared(TEXT.read_text(encoding="utf-8"))
    lists = re.findall(r"\(责任单位:([^)]*)\)", text)
    names = {unit.id: compared(unit.short_name) for unit in the_plan().units}
    assert [[names[unit] for unit in task.units] for task in the_plan().tasks] == [line.split("、") for line in lists]


def test_every_number_in_a_target_quote_is_the_target() -> None:
    """30家 is 30 家: one number a quote, equal to the amount, followed by the unit."""
    for target in the_plan().targets:
        numbers = CHINESE_NUMBER.findall(target.quote)
        assert [float(number) for number in numbers] == [target.amount], target.id
        assert f"{numbers[0]}{target.unit}" in compared(target.quote), target.id


def test_breaking_through_is_more_than_reaching() -> None:
    """突破 is `>`; 不少于, 不低于, 以上 and a bare number are `>=`."""
    for target in the_plan().targets:
        assert target.comparison == (">" if "突破" in target.quote else ">="), target.id


def test_the_plan_has_what_the_document_counts() -> None:
    """8 targets, 3 industries, 2 zones, 6 tasks, 19 units with 38 memberships, 4 safeguards."""
    plan = the_plan()
    text = plan.text
    assert [len(entries) for entries in (text.targets, text.industries, text.zones, text.tasks, text.safeguards)] == [
        8, 3, 2, 6, 4,
    ]  # fmt: skip
    assert len(plan.units) == 19
    assert sum(len(task.units) for task in plan.tasks) == 38
    assert sum(len(task.work_items) for task in plan.tasks) >= 45


def test_units_stand_in_the_order_the_plan_first_names_them() -> None:
    """Official order is the plan's, not the alphabet's."""
    named = [unit for task in the_plan().tasks for unit in task.units]
    assert [unit.id for unit in the_plan().units] == list(dict.fromkeys(named))
