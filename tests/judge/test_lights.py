"""证据灯 and the three lights of tasks and units on worked examples (tests/cases/lights.yml), and overrides by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from planeval.judge.evidence import EVIDENCE_LIGHTS, EvidenceFacts, judge_evidence
from planeval.judge.milestone_lights import Nodes, judge_node_outlook, judge_pace
from planeval.judge.outlook.bands import OUTLOOK_LIGHTS, outlook_light
from planeval.judge.outlook.verdict import displayed_probability, in_words
from planeval.judge.overrides import with_overrides
from planeval.judge.progress import LIGHTS
from planeval.periods import Period
from planeval.plan import lights as shapes
from planeval.plan.lights import EvidenceBands, MilestoneBands, OutlookBands, Override
from planeval.show.words import LIGHT_CLASSES, SYMBOLS

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "cases/lights.yml").read_text(encoding="utf-8"))
EVIDENCE = EvidenceBands.model_validate(CASES["bands"]["evidence"])
NODE_BANDS = MilestoneBands.model_validate(CASES["bands"]["milestones"])
OUTLOOK = OutlookBands.model_validate(CASES["bands"]["outlook"])


def named(section: str) -> Any:
    """Parametrize over the examples of one section."""
    return pytest.mark.parametrize("case", CASES[section], ids=[case["name"] for case in CASES[section]])


@named("evidence")
def test_evidence(case: dict[str, Any]) -> None:
    """The worst aspect decides, from shares as printed."""
    facts = {
        key: case[key] for key in ("rows", "with_evidence", "revision", "compared", "late", "absent") if key in case
    }
    judged = judge_evidence(EvidenceFacts(**facts, ages=tuple(case["ages"]) if "ages" in case else None), EVIDENCE)
    assert (judged.light, judged.coverage) == (case["light"], case["coverage"])
    assert judged.reason and "nan" not in judged.reason.lower()


def nodes(case: dict[str, Any]) -> Nodes:
    names = ("on_time", "late", "overdue", "unknown", "remaining")
    counts = [case.get(name, 0) for name in names]
    return Nodes(sum(counts), *counts)


@named("milestones")
def test_lights_of_milestones(case: dict[str, Any]) -> None:
    """Share finished, pace, and the chance that everything still to come is punctual."""
    pace = judge_pace(nodes(case), NODE_BANDS, case.get("past_due", False))
    outlook = judge_node_outlook(nodes(case), OUTLOOK)
    assert (pace["finished_share"], pace["progress_light"]) == (case["share"], case["progress"])
    assert (outlook["outlook_p"], outlook["outlook_light"]) == (case["p"], case["outlook"])
    assert pace["progress_reason"] and outlook["outlook_reason"]


COUNTS = st.integers(0, 12)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_one_more_punctual_node_never_darkens_a_light(on_time: int, late: int, overdue: int, remaining: int) -> None:
    """Monotone: an overdue node turned punctual betters pace and outlook, or leaves them."""
    before = Nodes(on_time + late + overdue + 1 + remaining, on_time, late, overdue + 1, 0, remaining)
    after = Nodes(before.total, on_time + 1, late, overdue, 0, remaining)
    order = ("已完成", "按序时", "滞后", "严重滞后")
    worse, better = (str(judge_pace(each, NODE_BANDS, False)["progress_light"]) for each in (before, after))
    assert order.index(better) <= order.index(worse)
    p_worse, p_better = (judge_node_outlook(each, OUTLOOK)["outlook_p"] for each in (before, after))
    if isinstance(p_worse, float) and isinstance(p_better, float):
        assert p_better >= p_worse


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 2), st.floats(0, 2))
def test_evidence_is_monotone(rows: int, documents: int, one: float, other: float) -> None:
    """More documents and smaller revisions never weaken it."""
    documents = min(documents, rows)
    low, high = sorted((one, other))
    order = list(EVIDENCE_LIGHTS)
    light = [
        judge_evidence(EvidenceFacts(rows, documents, revision=r, compared=3), EVIDENCE).light for r in (low, high)
    ]
    assert order.index(light[0]) <= order.index(light[1])
    more = judge_evidence(EvidenceFacts(rows, rows, revision=high, compared=3), EVIDENCE).light
    assert order.index(more) <= order.index(light[1])


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_outlook_light_follows_the_displayed_probability(one: float, other: float) -> None:
    """A higher probability is never judged worse; two that are printed alike have one light."""
    low, high = (displayed_probability(p) for p in sorted((one, other)))
    lights = [outlook_light(p, in_words(p), OUTLOOK) for p in (low, high)]
    assert OUTLOOK_LIGHTS.index(lights[1]) <= OUTLOOK_LIGHTS.index(lights[0])


def test_without_bands_nothing_is_judged_and_the_reason_says_so() -> None:
    assert judge_evidence(EvidenceFacts(3, 3), None).light == "未定档次"
    some = Nodes(5, 4, 0, 0, 0, 1)
    assert judge_pace(some, None, False)["progress_light"] == "未定档次"
    assert judge_node_outlook(some, None)["outlook_light"] == "未定档次"
    assert outlook_light(0.5, "胜负参半", None) == "未定档次"


GOOD = {
    "kind": "target", "id": "fund", "light": "outlook", "to": "不确定", "author": "评估员甲", "on": "2026-10-20",
    "reason": "备案材料已受理。", "from": "2026Q3", "until": "2026Q3",
}  # fmt: skip


def test_an_override_stands_beside_the_computed_light() -> None:
    """The computed column is untouched; the note says who, when and why; other quarters know nothing of it."""
    table = pd.DataFrame({"target_id": ["fund", "events"], "outlook_light": ["暂不预测", "已达到"]})
    override = Override.model_validate(GOOD)
    told = with_overrides(table, "target", "target_id", [override])
    assert list(told["outlook_light"]) == ["暂不预测", "已达到"]
    assert list(told["outlook_override"]) == ["不确定", ""] and list(told["progress_override"]) == ["", ""]
    assert told.loc[0, "override_note"] == "展望灯由评估员甲于 2026-10-20 改为“不确定”：备案材料已受理。"
    assert override.on == date(2026, 10, 20)
    assert override.holds_in(Period(2026, 3)) and not override.holds_in(Period(2026, 2))
    assert not override.holds_in(Period(2026, 4))
    assert with_overrides(table, "unit", "target_id", [override])["override_note"].eq("").all()


@pytest.mark.parametrize("missing", ["author", "on", "reason", "from", "until", "to"])
def test_an_override_without_author_date_or_reason_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Override.model_validate({key: value for key, value in GOOD.items() if key != missing})


@pytest.mark.parametrize(
    ("change", "says"),
    [({"author": ""}, "author"), ({"to": "按序时"}, "展望灯只能改为"), ({"until": "2026Q2"}, "until 早于 from")],
)
def test_an_impossible_override_is_refused(change: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Override.model_validate({**GOOD, **change})


def test_the_words_an_override_may_use_are_the_words_of_the_lights() -> None:
    """The list in plan/ is written a second time because plan/ may not import judge/."""
    assert set(shapes.PROGRESS_WORDS) < set(LIGHTS)
    assert set(shapes.OUTLOOK_WORDS) < set(OUTLOOK_LIGHTS)
    assert set(shapes.EVIDENCE_WORDS) < set(EVIDENCE_LIGHTS)


def test_every_light_has_a_symbol_and_a_colour() -> None:
    from planeval.judge.milestone_lights import FINISHED, MILESTONE_LIGHTS

    words = {*LIGHTS, *OUTLOOK_LIGHTS, *EVIDENCE_LIGHTS, *MILESTONE_LIGHTS, FINISHED}
    assert words <= set(SYMBOLS) and words <= set(LIGHT_CLASSES)
