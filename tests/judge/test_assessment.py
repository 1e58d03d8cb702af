"""The score of a quarter as wired to a plan's own decisions: worked examples, refusals, invariants."""

from __future__ import annotations

import csv
import io
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planeval import robustness_section, score_and_changes
from planeval.judge.assessment.changes import SPLIT
from planeval.judge.assessment.decided import DecisionsRefused, check_decisions
from planeval.judge.assessment.standing import Standing
from planeval.judge.scoring.points import SCORED, Goalposts
from planeval.judge.scoring.totals import Floor, GradeScale, Scheme, decompose, score_items
from planeval.judge.scoring.weights import equal_weights
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.plan import Target, load_params
from planeval.plan.scoring_decisions import GoalpostRule
from planeval.problems import InputError
from planeval.publish.tables import TABLE_MEANINGS, csv_bytes, published_tables
from planeval.review import Review, open_review
from planeval.workspace import Workspace
from scored_stranger import SCORE, scored_workspace, two_quarters
from stranger import PLAN, write_text

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests/cases/assessment.yml").read_text(encoding="utf-8")
)
TARGET = Target(id="t", name="指标", unit="个", amount=10, comparison=">=", due="2026-12-31", kind="stock",
                direction="up", clause="一", quote="十个")  # fmt: skip


def reviewed(root: Path) -> Review:
    return open_review(PLAN, "2026Q2", workspace=root)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """The July review of the stranger's plan."""
    return reviewed(two_quarters(tmp_path_factory.mktemp("scored")))


# ------------------------------------------------------------------------------------- what is held against what


@pytest.mark.parametrize("case", CASES["against"], ids=[case["name"] for case in CASES["against"]])
def test_the_number_held_against_the_goalposts(case: dict[str, Any]) -> None:
    def exact(name: str) -> Decimal | None:
        return None if case[name] is None else Decimal(str(case[name]))

    expected = exact("expected")
    assert expected is not None
    standing = Standing(TARGET, exact("value"), exact("done"), expected, "", case.get("given", SCORED))
    x, state = standing.x(GoalpostRule(measure=case["measure"], unacceptable=0.6, satisfactory=1.0))
    assert (None if math.isnan(x) else x) == case["x"]
    assert state == case.get("state", SCORED)


# ------------------------------------------------------------------------------------------ since the last review


def row_of(review: Review, case: dict[str, Any]) -> dict[str, Any]:
    changes = review.changes
    found = changes[changes["target_id"].eq(case["target"]) & changes["what"].eq(case["what"])]
    (row,) = found.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize(
    "case", CASES["changes"], ids=[f"{case['target']} {case['what']}" for case in CASES["changes"]]
)
def test_what_changed_and_why(second: Review, case: dict[str, Any]) -> None:
    row = row_of(second, case)
    assert row["cause"] == case["cause"]
    for name in ("before", "after", "difference"):
        wanted = case[name]
        assert row[name] == (pytest.approx(wanted, abs=1e-9) if isinstance(wanted, int | float) else wanted), name
    steps = [row[column] for column in SPLIT.values()]
    if case["steps"] is None:
        assert steps == [None] * len(SPLIT)
    else:
        assert steps == pytest.approx(case["steps"], abs=1e-9)
        assert math.fsum(steps) == pytest.approx(case["difference"], abs=1e-9)


def test_the_last_review_is_known_as_its_file_says(second: Review) -> None:
    assert second.last_review is not None
    assert str(second.last_review.known_on) == "2026-04-20"
    assert "params/reviews/2026Q1.yml" in [file.path for file in second.inputs]


def test_points_and_weights_stand_beside_the_targets_and_give_the_total(second: Review) -> None:
    assert second.assessment is not None and second.assessment.total.value is not None
    targets = second.targets.set_index("target_id")
    assert dict(targets["score"]) == pytest.approx({"readings": 53.5, "schools": 66.8})
    assert math.fsum(targets["score"] * targets["weight"]) == pytest.approx(second.assessment.total.value, abs=1e-9)
    assert str(second.assessment.total.shown) == "60.2" and second.assessment.total.grade == "中"


def test_the_change_of_the_total_is_the_weighted_change_of_the_points(second: Review) -> None:
    """Δscore = Σ w·Δs: 0.5 × 37.4 + 0.5 × 26.7 = 32.05."""
    assert second.assessment is not None and second.assessment.change is not None
    change = second.assessment.change
    by_hand = 0.5 * (53.5 - 16.1) + 0.5 * (66.8 - 40.1)
    assert change.delta == pytest.approx(by_hand, abs=1e-9)
    assert list(change.table["effect"]) == pytest.approx([18.7, 13.35], abs=1e-9)


def test_what_was_really_printed_counts_when_it_was_kept(tmp_path: Path) -> None:
    """The last page said 2 events, this program finds 1: −1 by another method, the rest as before."""
    root = two_quarters(tmp_path / "kept")
    first = open_review(PLAN, "2026Q1", "2026-04-20", workspace=root)
    table = first.targets.assign(value=first.targets["value"].where(first.targets["target_id"].ne("readings"), 2.0))
    kept = root / "data" / PLAN / "printed" / "2026Q1"
    kept.mkdir(parents=True)
    (kept / "targets.csv").write_bytes(csv_bytes(table))
    about = {"plan": PLAN, "period": "2026Q1", "package": {"version": "0.0.9"}, "inputs": []}
    write_text(kept / "run.json", json.dumps(about))
    review = reviewed(root)
    row = row_of(review, {"target": "readings", "what": "数值"})
    assert (row["before"], row["after"], row["cause"]) == (2, 4, "方法变更、更正、新增事实")
    assert [row[column] for column in SPLIT.values()] == [-1, 1, 0, 0, 2]
    total = row_of(review, {"target": "", "what": "总分"})
    assert total["before"] == pytest.approx(28.1)
    assert "上期程序版本 0.0.9" in score_and_changes(review).text + score_and_changes(review).html
    write_text(kept / "run.json", json.dumps(about | {"period": "2025Q4"}))
    with pytest.raises(InputError, match="是 reading 2025Q4 的"):
        reviewed(root)


def test_the_first_review_has_nothing_to_compare_with(tmp_path: Path) -> None:
    review = reviewed(scored_workspace(tmp_path / "first"))
    assert review.last_review is None and review.changes.empty
    assert review.assessment is not None and review.assessment.change is None
    assert "没有可以比较的上期结果" in score_and_changes(review).html


def test_without_decisions_nothing_is_scored(stranger: Path) -> None:
    review = reviewed(stranger)
    assert review.assessment is None and review.targets["score"].isna().all()
    assert "没有作出评分的决定" in score_and_changes(review).html and "没有作出" in robustness_section(review).html


def test_the_published_tables_hold_both_kinds_of_revision(second: Review) -> None:
    tables = published_tables(second)
    assert set(tables) <= set(TABLE_MEANINGS)
    assert {"score", "weight"} <= set(tables["targets"].columns)
    rows = list(csv.DictReader(io.StringIO(csv_bytes(tables["revisions"]).decode("utf-8-sig"), newline="")))
    assert len(rows) == 2 * 3 + 1 and rows[0]["cause"] == "更正、新增事实" and rows[0]["by_correction"] == "1"
    assert "known_first_on" in tables["value_revisions"].columns


# --------------------------------------------------------------------------------------------------- the pages


def test_no_page_says_nan_or_none(second: Review) -> None:
    html = score_and_changes(second).html + robustness_section(second).html
    assert "nan" not in html.lower().replace("data:image", "") or "NaN" not in html
    for word in (">nan", ">None", "nan%", "NaN"):
        assert word not in html
    for said in ("低于警戒线", "未到期", "应报未报", "不适用", "待核", "5%—95%", "去掉"):
        assert said in html, said


def test_the_comparison_table_only_when_it_is_decided(tmp_path: Path, second: Review) -> None:
    assert "对照附表" not in robustness_section(second).html
    root = two_quarters(tmp_path / "compared")
    path = root / "params" / PLAN / "method.yml"
    text = path.read_text(encoding="utf-8")
    text += "  comparison:\n    question: 列不列\n    values:\n      - {value: {shown: true}, reason: 看看。, by: 我, from: 2025Q1}\n"
    write_text(path, text)
    review = reviewed(root)
    html = robustness_section(review).html
    for said in ("对照附表", "熵权法", "CRITIC", "TOPSIS", "模糊综合评价", "故不作评级", "Spearman"):
        assert said in html, said
    assert review.assessment is not None and review.assessment.total.value == pytest.approx(60.15)
    assert ">nan" not in html and ">None" not in html


# --------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("case", CASES["refused"], ids=[case["said"] for case in CASES["refused"]])
def test_a_decision_that_cannot_be_used_is_refused_at_its_line(tmp_path: Path, case: dict[str, Any]) -> None:
    root = scored_workspace(tmp_path / "w", **{case["decision"].replace(".", "__"): case["value"]})
    with pytest.raises(InputError) as refused:
        reviewed(root)
    problems = refused.value.problems
    assert {problem.file for problem in problems} == {f"params/{PLAN}/method.yml"}
    (told,) = [problem for problem in problems if case["said"] in problem.message]
    assert case["decision"] in told.message and told.cell.startswith("第 ") and told.remedy


def test_a_score_with_a_decision_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        reviewed(scored_workspace(tmp_path / "w", floor="", weights=""))
    assert [problem.message.split("：")[0] for problem in refused.value.problems] == ["weights", "floor"]


def test_an_inconsistent_expert_is_refused_with_the_judgement_named(tmp_path: Path) -> None:
    """One entry of 戊 turned round: the reading is refused although equal weights are in force."""
    params = tmp_path / "params" / "jincheng"
    (tmp_path / "data").mkdir()
    for source in (ROOT / "params/jincheng").glob("*.yml"):
        text = source.read_text(encoding="utf-8")
        if source.name == "method.yml":
            head, tail = text.split("示例专家戊（统计）:\n")
            rows = tail.split("\n")
            first = rows[0].split('"')[1].split()
            last = rows[7].split('"')[1].split()
            first[7], last[0] = "1/9", "9"
            rows[0], rows[7] = f'              - "{" ".join(first)}"', f'              - "{" ".join(last)}"'
            text = f"{head}示例专家戊（统计）:\n" + "\n".join(rows)
        write_text(params / source.name, text)
    source_text = ROOT / "params/jincheng"
    for extra in source_text.glob("*"):
        if extra.suffix != ".yml" and extra.is_file():
            write_text(params / extra.name, extra.read_text(encoding="utf-8"))
    plan, method = load_params(Workspace(tmp_path), "jincheng", COLUMNS_BY_TABLE)
    with pytest.raises(DecisionsRefused) as refused:
        check_decisions(method, plan)
    (fault,) = refused.value.faults
    assert fault.decision == "weights" and "示例专家戊（统计）的判断前后矛盾：CR = 0." in fault.message
    assert "“events 比 partnerships”" in fault.remedy


def test_one_target_alone_is_scored(tmp_path: Path) -> None:
    """Its points are the total; left out, nothing remains, and the page says so."""
    root = two_quarters(tmp_path / "one")
    plan = root / "params" / PLAN / "plan.yml"
    text = plan.read_text(encoding="utf-8")
    head, tail = text.split("  - {id: schools,")
    write_text(plan, head + tail[tail.index("tasks:") :])
    method = root / "params" / PLAN / "method.yml"
    parts = method.read_text(encoding="utf-8").split("\n  ")
    kept, skip = [], False
    for part in parts:
        if not part.startswith(" "):
            skip = part.split(":")[0] in ("baseline.schools", "counting.schools", "goalposts.schools")
        kept += [] if skip else [part]
    write_text(method, "\n  ".join(kept).rstrip("\n") + "\n")
    review = reviewed(root)
    assert review.assessment is not None and review.assessment.total.value == pytest.approx(53.5)
    assert ">nan" not in robustness_section(review).html


# ------------------------------------------------------------------------------------------------- invariants

shares = st.floats(0, 1.5).map(lambda share: round(share, 3))


def total_of(x: dict[str, float]) -> Any:
    ids = sorted(x)
    scheme = Scheme(dict.fromkeys(ids, Goalposts(0.6, 1.0)), equal_weights(ids), Floor({}, "中"),
                    GradeScale((("优", 90.0), ("良", 80.0), ("中", 60.0), ("差", 0.0))))  # fmt: skip
    rows = [(item, item, x[item], SCORED) for item in x]
    return score_items(pd.DataFrame(rows, columns=["item_id", "name", "x", "state"]), scheme)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdef"), shares, min_size=1), st.data())
def test_more_achieved_never_scores_less_and_a_newcomer_changes_nobodys_points(
    x: dict[str, float], data: st.DataObject
) -> None:
    item = data.draw(st.sampled_from(sorted(x)))
    before = total_of(x)
    better = total_of({**x, item: x[item] + 0.1})
    assert better.value >= before.value - 1e-9
    joined = total_of({**x, "z": 0.8}).table.set_index("item_id")["points"]
    assert dict(joined.drop("z")) == dict(before.table.set_index("item_id")["points"])
    turned = total_of(dict(reversed(x.items())))
    assert turned.value == before.value
    change = decompose(before, better)
    assert math.fsum(change.table["effect"]) == pytest.approx(better.value - before.value, abs=1e-9)


def test_the_example_covers_every_decision_of_the_score() -> None:
    assert {name.split(".")[0] for name in SCORE} == {
        "goalposts", "weights", "floor", "grades", "missing", "robustness"
    }  # fmt: skip
