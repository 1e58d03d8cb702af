"""Every printed number says where it comes from, and what it says of itself comes out when calculated again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from pathlib import Path

import pytest

from planeval.disclosure import disclose
from planeval.ledger.tables import BY_ID
from planeval.plan.decisions import known_decisions
from planeval.publish.tables import TABLE_MEANINGS
from planeval.review import Review
from planeval.show import target_trace, trace
from planeval.show.origins import ORIGINS

SHOW = Path(__file__).resolve().parents[1] / "lib" / "planeval" / "show"
FIRST_FILING = "2025Q1/"


def decorated() -> Iterator[str]:
    """Names of the functions of show that wear @traced."""
    for file in sorted(SHOW.glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                marks = [mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)]
                yield from [node.name] if "traced" in marks else []


def test_every_origin_belongs_to_a_section_and_names_only_what_there_is() -> None:
    assert set(ORIGINS) - set(decorated()) == {
        "target_table",
        "brief_targets",
        "index_tables",
        "sustainability_section",
    }  # given theirs by hand
    families = [name.partition(".")[0] for name in known_decisions()]
    for name, origin in ORIGINS.items():
        assert origin.formula.endswith("。"), name
        assert set(origin.ledger) <= set(BY_ID), name
        assert set(origin.tables) <= set(TABLE_MEANINGS), name
        unknown = [one for one in origin.decisions if one.partition(".")[0] not in families]
        assert unknown == [], name


def test_a_section_that_nobody_declared_cannot_be_shown() -> None:
    def new_section(review: Review) -> None:
        """A section somebody adds."""

    with pytest.raises(KeyError, match="new_section has no origin"):
        trace.traced(new_section)  # type: ignore[arg-type]


def test_the_places_of_the_origins_are_places_of_the_demonstration(demonstration: Review) -> None:
    shown = {place for covered in demonstration.coverage.values() for place in covered.shown}
    fixed = {place for origin in ORIGINS.values() for place in origin.places if "{part}" not in place}
    assert fixed <= shown


def numbers(said: str) -> Decimal:
    """`（21－0）÷（30－0）` calculated."""
    plain = said.replace("（", "(").replace("）", ")").replace("－", "-").replace("÷", "/").replace("，", "")
    assert re.fullmatch(r"[-0-9.()/ ]+", plain), plain
    return Decimal(str(eval(plain.replace(",", ""))))


def test_the_printed_arithmetic_comes_out(demonstration: Review) -> None:
    """Each `完成比例＝（现值－基数）÷（目标值－基数）＝…` gives the printed percentage, to the tenth of a point."""
    text = unescape(target_trace.target_traces(demonstration).html)
    equations = re.findall(r"(?:完成比例|应达比例)＝(（[^＝]+）÷（[^＝]+）)＝([0-9.]+)%", text)
    assert len(equations) == 2 * len(demonstration.plan.targets)
    for said, printed in equations:
        share = (100 * numbers(said)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert share == Decimal(printed), said
    needed = re.findall(r"每季所需＝（([0-9.]+)－([0-9.]+)）÷ ([0-9]+) 个季度＝([0-9.]+) ", text)
    assert needed
    for amount, value, left, printed in needed:
        assert (Decimal(amount) - Decimal(value)) / int(left) == Decimal(printed)


def test_rows_and_files_of_a_target_are_those_that_were_counted(demonstration: Review) -> None:
    """The file numbers lead to the files in which the counted rows stand."""
    for target in demonstration.plan.targets:
        items = demonstration.counts[target.id].items
        said = trace.files_of(demonstration, items)
        runs = [run.split("–") for run in said.removeprefix("（文件 ").removesuffix("）").split("、")]
        named = {number for run in runs for number in range(int(run[0]), int(run[-1]) + 1)}
        assert {demonstration.inputs[number - 1].path for number in named} == set(items["file"])


@pytest.mark.parametrize("edition", ["unit", "brief", "public"])
def test_a_lower_edition_traces_without_what_it_may_not_see(demonstration: Review, edition: str) -> None:
    """Clause, decisions and formula stay; no filing is named and no row of another unit counted."""
    review = disclose(demonstration, edition, "kejiju")
    told = target_trace.target_traces(review).html + "".join(
        trace.trace(review, origin, "digital").html for origin in ORIGINS.values()
    )
    assert "完成比例＝" in told and "条款" in told and FIRST_FILING not in told and "（文件 " not in told
    assert "本版不列台账行" in told
    assert ("本单位所报" in told) == (edition == "unit")
