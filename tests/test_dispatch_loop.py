"""The 督办 loop from end to end: commands in a workspace, the register they leave, and a recount from raw cells."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from planeval import dispatching
from planeval.cli import app
from planeval.dispatching import OrderDesk, change_order
from planeval.ledger.tables import COLUMNS_BY_TABLE
from planeval.plan import load_params
from planeval.review import open_review
from planeval.workspace import Workspace
from recomputation import order_courses
from stranger import PLAN, REVIEW, write_workspace

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = sorted(path for path in (ROOT / "params/reviews").glob("20*.yml"))
AUTHOR = ("--author", "工作专班督查岗")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A stranger's workspace that keeps 督办: the school board holds the ledger, the library leads."""
    root = write_workspace(tmp_path / "书香", notebooks=False)
    method = root / "params" / PLAN / "method.yml"
    text = method.read_text(encoding="utf-8")
    text = text.replace("partnerships: [schoolboard]}", "partnerships: [schoolboard], dispatch: [schoolboard]}")
    limits = (
        "{behind: 60, far_behind: 30, missed: 30, overdue_milestone: 60, extensions: 1, extension_days: 35, "
        "feedback: 书面反馈, ageing: [30, 60]}"
    )
    for name, value in (("target_tasks", "{readings: campus}"), ("dispatch_limits", limits)):
        text += (
            f"  {name}:\n    question: 怎样确定{name}\n    values:\n"
            f"      - {{value: {value}, reason: 便于举例。, by: 评估组, from: 2025Q1}}\n"
        )
    method.write_text(text, encoding="utf-8", newline="\n")
    return root


def run(place: Path, *words: str, code: int = 0) -> str:
    """A dispatch command; its output together with what it says to the person."""
    result: Any = CliRunner().invoke(app, ["dispatch", *words, "--workspace", str(place)])
    assert result.exit_code == code, result.output + result.stderr
    return str(result.stdout + result.stderr)


def register(place: Path) -> list[str]:
    return (place / "data" / PLAN / "register.csv").read_text(encoding="utf-8-sig").splitlines()


def opened(place: Path) -> str:
    return run(place, "open", REVIEW, "--write", *AUTHOR, "--received-on", "2026-07-20")


def test_an_order_from_proposal_to_its_end(place: Path) -> None:
    """3 of 10 readings at the half-way mark of 2025—2026 are far behind: 30 days; the schools have no lead."""
    before = register(place)
    said = run(place, "open", REVIEW, "--received-on", "2026-07-20")
    assert "读书活动" in said and "图书馆" in said and "还没有登记" in said and register(place) == before
    said = opened(place)
    assert "DB-2026-01" in said and "2026-08-19" in said  # 20 July + 30 days
    assert register(place)[:-1] == before and "2026Q3/schoolboard/督办/督办-0001.csv" in register(place)[-1]
    assert "没有要开的督办单" in opened(place) or "没有确定" in opened(place)
    assert len(register(place)) == len(before) + 1
    late = [*AUTHOR, "--received-on", "2026-08-20"]
    assert "时限（2026-08-19）过了" in run(
        place, "extend", "DB-2026-01", "--to", "2026-09-10", "--text", "场地", *late, code=2
    )  # fmt: skip
    assert "还没有解决" in run(place, "close", "DB-2026-01", *late, code=2)
    answer = [
        "feedback",
        "DB-2026-01",
        "--text",
        "已补办七场",
        "--author",
        "图书馆经办岗",
        "--received-on",
        "2026-08-25",
    ]
    assert "逾期补办" in run(place, *answer)
    lines = len(register(place))
    assert "没有重复登记" in run(place, *answer) and len(register(place)) == lines
    end = ["close", "DB-2026-01", *AUTHOR, "--received-on", "2026-08-28"]
    assert "逾期补办" in run(place, *end)
    assert "已经销号" in run(place, *answer[:-1], "2026-08-29", code=2)
    review = open_review(PLAN, "2026Q3", workspace=place)
    order = review.orders.iloc[0]
    assert (order["light"], order["overdue_days"], str(order["closed_on"])) == ("逾期补办", 6, "2026-08-28")
    then = open_review(PLAN, "2026Q3", "2026-08-20", workspace=place)
    assert then.orders.iloc[0]["state"] == "交办"  # as known then, nothing later
    assert (review.period, "schoolboard", "dispatch") not in review.ledger.reported  # no quarterly filing of its own
    assert not [problem for problem in review.ledger.problems if "/督办/" in problem.file]


REFUSED: list[tuple[list[str], str]] = [
    (["feedback", "DB-2026-09", "--text", "办了", *AUTHOR], "没有这件督办"),
    (["feedback", "DB-2026-01", "--text", "办了"], "没有写填写人"),
    (["feedback", "DB-2026-01", "--text", "办了", "--author", "张三13800138000"], "不写手机号"),
    (["feedback", "DB-2026-01", "--text", "办了", "--on", "2026-07-19", *AUTHOR], "日期早于上一次变化"),
    (["feedback", "DB-2026-01", "--text", "办了", "--on", "2026-07-26", *AUTHOR], "在登记之日"),
    (["feedback", "DB-2026-01", "--text", "办了", "--state", "结束", *AUTHOR], "没有“结束”这个状态"),
    (["feedback", "DB-2026-01", "--text", " ", *AUTHOR], "没有内容"),
    (["extend", "DB-2026-01", "--to", "2026-12-31", "--text", "场地", *AUTHOR], "最多 35 天"),
    (["extend", "DB-2026-01", "--to", "2026-08-01", "--text", "场地", *AUTHOR], "不晚于现在的时限"),
]


def test_what_may_not_be_is_refused_with_a_remedy(place: Path) -> None:
    """One workspace for all of them: a refusal leaves nothing behind that the next could trip over."""
    opened(place)
    before = register(place)
    for words, said in REFUSED:
        told = run(place, *words, "--received-on", "2026-07-25", code=2)
        assert said in told and "处理：" in told and register(place) == before


def test_an_extension_in_time_moves_the_limit_once(place: Path) -> None:
    opened(place)
    more = ["extend", "DB-2026-01", "--text", "场地", *AUTHOR, "--received-on", "2026-08-10"]
    assert "2026-09-10" in run(place, *more, "--to", "2026-09-10")
    assert "没有重复登记" in run(place, *more, "--to", "2026-09-10")
    again = ["extend", "DB-2026-01", "--text", "场地", *AUTHOR, "--received-on", "2026-08-11", "--to", "2026-09-20"]
    assert "已经延期 1 次" in run(place, *again, code=2)
    assert "DB-2026-01" in run(place, "list") and "灯按 2026-08-10" in run(place, "list")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("step", ["before the copy", "before the line"])
def test_killed_in_the_middle_the_register_is_as_it_was(
    step: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(place)
    before = register(place)
    plan, method = load_params(Workspace(place), PLAN, COLUMNS_BY_TABLE)
    desk = OrderDesk(Workspace(place), plan, method, date(2026, 8, 1), lambda said: None)

    def record() -> None:
        change_order(desk, "DB-2026-01", "解决", date(2026, 8, 1), "办了", "图书馆经办岗")

    child = os.fork()
    if child == 0:
        try:  # whatever happens, this copy of the test's process ends here
            signal.alarm(60)
            name = "add_line" if step == "before the line" else "replace_file"
            monkeypatch.setattr(
                f"planeval.ledger.receiving.{name}", lambda *words: os.kill(os.getpid(), signal.SIGKILL)
            )  # fmt: skip
            record()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert register(place) == before
    record()
    assert len(register(place)) == len(before) + 1


def test_a_plan_without_the_ledger_is_told_so() -> None:
    said = run(ROOT, "open", "lvliang-2025Q4", "--received-on", "2026-11-23", code=2)
    assert "督办不适用" in said and "filing_duties" in said
    assert dispatching.next_number(2026, ["DB-2026-09", "DB-2025-30", "旧号"]) == "DB-2026-10"


def recounted() -> Iterator[Any]:
    for path in REVIEWS:
        yield pytest.param(yaml.safe_load(path.read_text(encoding="utf-8")), id=path.stem)


@pytest.mark.parametrize("asked", list(recounted()))
def test_orders_agree_with_a_recount_from_raw_cells(asked: dict[str, str]) -> None:
    """State, limit, overdue days and light of every order, as known on the day of the review."""
    review = open_review(asked["plan"], asked["period"], asked["as_known_on"], asked["edition"], workspace=ROOT)
    again = order_courses(ROOT, asked["period"], asked["as_known_on"])
    names = ("state", "limit", "overdue_days", "light", "closed_on")
    found = {row["order_id"]: tuple(row[name] for name in names) for row in review.orders.to_dict("records")}
    assert found == {order: tuple(row[name] for name in names) for order, row in again.items()}
    closed = sum(row["closed_on"] is not None for row in again.values())
    assert review.order_quarters.iloc[-1]["closed_to_date"] == closed
    assert review.order_faults.empty
    about = set(review.orders.loc[review.orders["closed_on"].isna(), "about_id"])
    assert not about & set(review.proposed_orders["about_id"])  # never a second order while one is open
