"""Every single demand of the plan is looked after: by a measure that exists and a page that shows it, or by a judge."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from planeval.ledger.tables import BY_ID
from planeval.measures.themes import Themes
from planeval.plan import load_plan
from planeval.plan.coverage import demands, load_coverage
from planeval.problems import InputError
from planeval.review import Review
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
PLAN = load_plan(Workspace(ROOT), "jincheng")
COVERED = load_coverage(Workspace(ROOT), PLAN, BY_ID)


def test_every_demand_has_its_entry() -> None:
    """8 targets, 4 statements, 2 zones, and at least 40 single demands of section four among all the others."""
    listed = list(demands(PLAN))
    assert [demand.id for demand in listed if demand.id not in COVERED] == []
    by_section = Counter(demand.clause[0] for demand in listed)
    assert by_section["一"] == 12
    assert by_section["四"] >= 40
    assert set(by_section) == set("一二三四五")


def test_every_measure_named_exists() -> None:
    """A measure is a field of Review or a property of Themes: something a page can really ask for."""
    known = {field.name for field in fields(Review)} | {name for name in vars(Review) if not name.startswith("_")}
    known |= {f"themes.{name}" for name in vars(Themes) if not name.startswith("_")}
    named = {measure for covered in COVERED.values() for measure in covered.measures}
    assert named - known == set()
    assert len(named) > 10


def test_every_page_shows_what_the_table_says(published: Path) -> None:
    """Each page#anchor is on the page that was really published, and 90_method links to it."""
    method = (published / "90_method.html").read_text(encoding="utf-8")
    places = sorted({place for covered in COVERED.values() for place in covered.shown})
    missing = []
    for place in places:
        page, anchor = place.split("#")
        file = published / f"{page}.html"
        if not file.exists() or not re.search(rf'\sid="{re.escape(anchor)}"', file.read_text(encoding="utf-8")):
            missing.append(place)
        elif f'href="{page}.html#{anchor}"' not in method:
            missing.append(f"90_method → {place}")
    assert missing == []


@pytest.mark.parametrize(
    ("change", "rule", "said"),
    [
        (lambda items: items.pop("smart_factories"), "not_covered", "建设一批智能工厂"),
        (lambda items: items.update(smart_factory={"qualitative": {"judge": "kejiju", "how": "看"}}), "unknown_id",
         "smart_factories"),
        (lambda items: items["events"].update(tables=["event"]), "unknown_id", "events"),
        (lambda items: items["smart_factories"]["qualitative"].update(judge="gongxin"), "unknown_id", "gongxinju"),
        (lambda items: items["events"].pop("shown"), "value_error", "一起写"),
        (lambda items: items["smart_factories"].clear(), "value_error", "谁评"),
    ],
)  # fmt: skip
def test_a_gap_in_the_table_is_a_fault_of_the_params(change, rule: str, said: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A demand left out, a misspelt id, table or judge, half an entry: named with the line."""
    text = yaml.safe_load((ROOT / "params/jincheng/coverage.yml").read_text(encoding="utf-8"))
    change(text["items"])
    folder = tmp_path / "params/jincheng"
    folder.mkdir(parents=True)
    (tmp_path / "data").mkdir()
    (folder / "coverage.yml").write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_coverage(Workspace(tmp_path), PLAN, BY_ID)
    assert any(said in f"{problem.message}{problem.remedy}" for problem in caught.value.problems)
    assert all("行" in problem.cell for problem in caught.value.problems)
