"""Params are read strictly: every fault at once, in Chinese, at the line where an editor shows it.

Each case changes one line of good params. The fault's line is not written down here: it is looked up in the
file, so that a fault reported one line off fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from filing_desk import CHINESE, METHOD_YML, PLAN, PLAN_YML, UNITS_YML, Desk, open_desk
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.periods import Period
from planeval.plan import Method, Plan, load_params
from planeval.plan.documents import read_document
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

CASES: list[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/params.yml").read_text(encoding="utf-8")
)
GOOD = {"plan.yml": PLAN_YML, "units.yml": UNITS_YML, "method.yml": METHOD_YML}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(tmp_path_factory.mktemp("params"))


def load(desk: Desk, **changed: str | bytes) -> tuple[Plan, Method]:
    """Load the params with some files' content replaced (plan=…, units=…, method=…)."""
    for name, good in GOOD.items():
        text = changed.get(name.removesuffix(".yml"), good)
        content = text.encode("utf-8") if isinstance(text, str) else text
        desk.params(name).write_bytes(content)
    return load_params(Workspace(desk.root), PLAN, COLUMNS_BY_TABLE)


def refused(desk: Desk, **changed: str | bytes) -> list[Problem]:
    """Every fault of such params; each one has a place, and words a reader of Chinese can act on."""
    with pytest.raises(InputError) as refusal:
        load(desk, **changed)
    for problem in refusal.value.problems:
        assert CHINESE.search(problem.message) and CHINESE.search(problem.remedy), problem
        assert not re.search(r"[Ii]nput should|[Vv]alue error|[Ee]rror|pydantic", problem.line()), problem
    return list(refusal.value.problems)


def line_of(text: str, piece: str) -> str:
    """The line, as a fault names it, on which a piece of text stands; the piece must be there once."""
    assert text.count(piece) == 1, piece
    return f"第 {text[: text.index(piece)].count(chr(10)) + 1} 行"


def changed(file: str, old: str, new: str) -> str:
    assert GOOD[file].count(old) == 1, old
    return GOOD[file].replace(old, new)


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [problem.line() for problem in problems]
    return problems[0]


def test_good_params_load(desk: Desk) -> None:
    plan, method = load(desk)
    assert [unit.id for unit in plan.units] == ["port", "customs"]
    assert method.counting("fund", Period(2026, 2)) is not None


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_fault_is_told_at_its_line(desk: Desk, case: dict[str, str]) -> None:
    text = changed(case["file"], case["change"], case["into"])
    fault = only(refused(desk, **{case["file"].removesuffix(".yml"): text}))
    assert (fault.file, fault.cell) == (f"params/{PLAN}/{case['file']}", line_of(text, case.get("line", case["into"])))
    assert fault.message == case["says"], fault.line()
    assert case.get("remedy", "修改") in fault.remedy


def test_the_line_is_the_editors_even_where_yaml_counts_otherwise(desk: Desk) -> None:
    """U+2028, which comes along when text is pasted from a word processor, ends a line for YAML alone."""
    text = changed("plan.yml", "short_title: 港区振兴", 'short_title: "港区\u2028振兴"').replace(
        "amount: 3,", "amount: -3,"
    )
    assert only(refused(desk, plan=text)).cell == line_of(text, "amount: -3")
    windows = text.replace("\n", "\r\n")
    assert only(refused(desk, plan=windows)).cell == line_of(windows, "amount: -3")


def test_the_faults_of_three_files_come_in_one_message(desk: Desk) -> None:
    """plan.yml, units.yml and method.yml are mended in one go, not in three."""
    faults = refused(
        desk,
        plan=changed("plan.yml", "amount: 3,", "amount: -3,"),
        units=changed("units.yml", "short_name: 海关", "short_name: 海关, alias: [x]"),
        method=changed("method.yml", "{value: 15,", '{value: "15",').replace("from: 2025Q1}", "form: 2025Q1}", 1),
    )
    assert [problem.file.rpartition("/")[2] for problem in faults[:2]] == ["plan.yml", "units.yml"]
    assert {problem.file.rpartition("/")[2] for problem in faults[2:]} == {"method.yml"}


def test_all_faults_of_one_file_come_in_one_message(desk: Desk) -> None:
    """A wrong kind, a wrong reference and an unknown column of one method: three faults, three lines."""
    text = METHOD_YML
    for old, new in (
        ("{value: 15,", '{value: "15",'),
        ("funds: [port]", "funds: [prot]"),
        ("sum: amount", "sum: amounts"),
    ):
        text = text.replace(old, new)
    assert [problem.cell for problem in refused(desk, method=text)] == [
        line_of(text, '"15"'), line_of(text, "prot"), line_of(text, "sum: amounts"),
    ]  # fmt: skip


def test_scalars_stay_what_was_written(tmp_path: Path) -> None:
    """YAML 1.1 would read no as False, 012 as 10, 12:30 as 750, 1e3 as text or number, a date as a date."""
    words = ["no", "yes", "on", "Off", "NO", "True", "012", "12:30", "1e3", "0x1F", "1_000", "2025-03-31", "2026Q3",
             "3.5.1", "+5", ".5", "5.", "1.0e3", ".inf", ".nan", "0o17", "٣", "1" * 19]  # fmt: skip
    path = tmp_path / "scalars.yml"
    path.write_text("".join(f"- {word}\n" for word in words), encoding="utf-8")
    assert read_document(path, "scalars.yml").content == words
    assert yaml.safe_load("no") is False and yaml.safe_load("012") == 10  # what is avoided here
    path.write_text("[true, false, null, ~, '', 0, -7, 12, 2.50, -0.1]", encoding="utf-8")
    assert read_document(path, "scalars.yml").content == [True, False, None, None, "", 0, -7, 12, 2.5, -0.1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAN_YML.encode("gb18030"), "不是 UTF-8 编码"),
        (PLAN_YML.encode("utf-16"), "不是 UTF-8 编码"),
        (b"", "文件：应写成键值"),
        (b"- a\n- b\n", "文件：应写成键值"),
        (b"x: " + b"[" * 3000, "嵌套超过 20 层"),
        (b"x: " + b"[" * 40 + b"]" * 40, "嵌套超过 20 层"),
        (b"x: '" + b"a" * 2_000_000 + b"'", "参数文件超过 2 MB"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "参数文件里不能用YAML 锚点（&）"),
        (b"a: &a [*a]\n", "参数文件里不能用YAML 锚点（&）"),
    ],
    ids=["GB18030", "UTF-16", "empty", "a list", "deep", "too deep", "too large", "laughing", "endless"],
)
def test_a_file_that_is_no_params_file_at_all(desk: Desk, content: bytes, message: str) -> None:
    faults = refused(desk, plan=content)
    assert faults[0].message == message and faults[0].file == f"params/{PLAN}/plan.yml"


def test_the_line_of_the_first_byte_that_is_not_utf8(desk: Desk) -> None:
    content = PLAN_YML.encode() + "note: 港区\n".encode("gb18030")
    assert only(refused(desk, plan=content)).cell == f"第 {PLAN_YML.count(chr(10)) + 1} 行"


def test_a_byte_order_mark_is_no_fault(desk: Desk) -> None:
    assert load(desk, plan=b"\xef\xbb\xbf" + PLAN_YML.encode())[0].id == PLAN


def test_a_missing_file_and_a_missing_plan(desk: Desk) -> None:
    load(desk)
    desk.params("units.yml").rename(desk.params("unit.yml"))
    with pytest.raises(InputError) as refusal:
        load_params(Workspace(desk.root), PLAN)
    assert [(problem.file, problem.remedy) for problem in refusal.value.problems] == [
        (f"params/{PLAN}/units.yml", "是不是“unit.yml”")
    ]
    desk.params("unit.yml").rename(desk.params("units.yml"))
    with pytest.raises(InputError) as refusal:
        load_params(Workspace(desk.root), "harbor")
    assert only(list(refusal.value.problems)).remedy == f"是不是“{PLAN}”"


def test_a_closed_list_must_be_one_that_exists(desk: Desk) -> None:
    """A plan may replace a list of choices; a misspelt one would silently replace nothing."""
    lists = "decisions:\n  closed_lists:\n    question: 选项\n    values:\n      - {value: {%s: [讲座]}, reason: 无, by: 我, from: 2025Q1}\n"
    good = METHOD_YML.replace("decisions:\n", lists % "events-kind")
    assert load(desk, method=good)[1].decides("closed_lists")
    for written, near in (("event-kind", "events-kind"), ("events-kinds", "events-kind")):
        text = METHOD_YML.replace("decisions:\n", lists % written)
        fault = only(refused(desk, method=text))
        assert (fault.cell, fault.value) == (line_of(text, written), written) and near in fault.remedy


def test_where_knows_the_plans_own_industries_and_the_closed_lists(desk: Desk) -> None:
    rule = "{table: enterprises, where: {industry: [%s]}, distinct: enterprise_id, dated_by: entered_on}"
    old = METHOD_YML[METHOD_YML.index("{table: funds"):METHOD_YML.index("\n        reason: 便于举例\n")]  # fmt: skip
    load(desk, method=METHOD_YML.replace(old, rule % "shipping"))
    fault = only(refused(desk, method=METHOD_YML.replace(old, rule % "航运物流")))
    assert (fault.message, fault.expected) == ("没有这个取值", "shipping")


# --------------------------------------------------------------------- any damage to good params

JUNK = st.sampled_from(
    ["", "null", "true", "no", "-1", "3.5", "[]", "{}", "[[x]]", "{a: b}", "x", "示例", '"', "'", "&a", "*a", "!t",
     "- x", ": :", "\t", "2026-13-01", "{value: 1}", "\x07", "\u2028"]
)  # fmt: skip


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 10_000), st.integers(1, 12), JUNK)
def test_any_damage_is_told_in_chinese_with_a_line_of_the_file(
    desk: Desk, name: str, at: int, cut: int, junk: str
) -> None:
    """Cut a piece out of a good file and put junk there: it loads, or the faults can be mended; no traceback."""
    good = GOOD[name]
    at %= len(good)
    text = good[:at] + junk + good[at + cut :]
    try:
        load(desk, **{name.removesuffix(".yml"): text})
    except InputError as refusal:
        lines = text.count("\n") + 1
        for problem in refusal.problems:
            assert CHINESE.search(problem.message), problem
            assert not re.search(r"[Ii]nput should|[Vv]alue error|pydantic|expected|found", problem.message), problem
            if problem.file.endswith(name):
                (number,) = re.findall(r"第 (\d+) 行", problem.cell) or ["1"]
                assert 1 <= int(number) <= lines
