"""What a 退回单 says: which filing, what was not counted and why, what to do by when, what was counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planeval.ledger.register import Filing
from planeval.ledger.tables import TABLES
from planeval.ledger.templates import deadline
from planeval.periods import Period
from planeval.problems import ERROR, Problem, shorten
from planeval.review import Review
from planeval.show.html import Fragment, bullets, definition_list, esc, paragraph, table

LONGEST = 200  # characters of a fault's words in a cell
MOST = 300  # faults of a level on the page; the workbook lists more
_ROW = re.compile(r"[A-Z]{1,3}([1-9][0-9]*)|第 ?([1-9][0-9]*) ?行.*")
_HEADINGS = ("序号", "文件", "工作表", "格子", "写的是", "问题", "应为", "处理")


@dataclass(frozen=True)
class Slip:
    """One unit's return slip: its standing filings, its faults, and the marked workbooks that go with it.

    file_of: a fault's file → the filing that it is in.
    """

    unit: str
    filings: tuple[Filing, ...]
    problems: tuple[Problem, ...]
    file_of: dict[str, Filing]
    workbooks: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Faults that kept something out."""
        return tuple(problem for problem in self.problems if problem.level == ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Faults that were counted all the same."""
        return tuple(problem for problem in self.problems if problem.level != ERROR)

    @property
    def title(self) -> str:
        """退回单 when something was refused, 核对单 when everything was counted."""
        return "退回单" if self.errors else "核对单"

    def of_period(self, problems: Sequence[Problem], period: Period) -> list[Problem]:
        """The faults that lie in filings of one quarter."""
        return [problem for problem in problems
                if problem.file in self.file_of and self.file_of[problem.file].period == period]  # fmt: skip


def slip_blocks(slip: Slip, review: Review) -> list[str]:
    """The blocks of the page, in the order in which they are read."""
    unit = review.plan.unit(slip.unit)
    blocks = [f"<h1>{esc(unit.name)}{esc(slip.title)}</h1>", _opening(slip, review).html,
              "<h2>一、结论</h2>", paragraph(_conclusion(slip, review), "lead").html]  # fmt: skip
    number = iter("二三四五")
    if slip.errors:
        caption, note = "没有计入的", "错误所在的行没有计入；没有写明格子的，整张表或整份文件没有计入。"
        blocks += [f"<h2>{next(number)}、要改正的错误</h2>", _listing(caption, slip.errors, slip, note).html]
    if slip.warnings:
        caption, note = "请核对的", "除写明“不计入”的以外，都已经计入。核对后确有错的，一并更正；没有错的不用处理。"
        blocks += [f"<h2>{next(number)}、请核对的警告</h2>", _listing(caption, slip.warnings, slip, note).html]
    blocks += [f"<h2>{next(number)}、已经计入的</h2>", _counted(slip, review).html]
    return [*blocks, f"<h2>{next(number)}、怎样更正，什么时候交</h2>", bullets(_to_do(slip, review)).html]


def _opening(slip: Slip, review: Review) -> Fragment:
    now = [filing for filing in slip.filings if filing.period == review.period]
    filed = "；".join(f"{filing.file}（{filing.received_on} 收到）" for filing in now) or "本季没有报送"
    facts = definition_list([
        ("责任单位", review.plan.unit(slip.unit).name),
        ("所属季度", f"{review.period.label}（截至 {review.period.end}）"),
        ("本季报送", filed),
        ("数据截至", f"{review.as_known_on} 收到的报送" if review.as_known_on else "没有报送"),
        ("错误", f"{len(slip.errors)} 处"),
        ("警告", f"{len(slip.warnings)} 处"),
        ("标注的工作簿", "、".join(slip.workbooks) or "无"),
    ])  # fmt: skip
    return Fragment(
        f'<section class="opening" data-fingerprint="{esc(review.fingerprint)}" data-period="{esc(review.period)}" '
        f'data-edition="{esc(review.edition)}">{facts.html}</section>'
    )


def _conclusion(slip: Slip, review: Review) -> str:
    errors, warnings = (slip.of_period(found, review.period) for found in (slip.errors, slip.warnings))
    earlier = len(slip.problems) - len(errors) - len(warnings)
    refused = len(_refused_rows(errors))
    said = f"{review.period.label}的报送"
    if errors:
        said += f"有 {len(errors)} 处错误" + (f"，涉及的 {refused} 行没有计入" if refused else "，有关内容没有计入")
    else:
        said += "没有错误" if any(filing.period == review.period for filing in slip.filings) else "还没有收到"
    said += f"；另有 {len(warnings)} 处警告，请核对" if warnings else ""
    said += f"；以前各季的报送还有 {earlier} 处没有处理" if earlier else ""
    return f"{said}。"


def _refused_rows(errors: Sequence[Problem]) -> set[tuple[str, str, int]]:
    """The rows that faults stand in: file, sheet, row number."""
    rows = set()
    for problem in errors:
        match = _ROW.fullmatch(problem.cell)
        if match:
            rows.add((problem.file, problem.sheet, int(match[1] or match[2])))
    return rows


def _listing(caption: str, problems: Sequence[Problem], slip: Slip, note: str) -> Fragment:
    notes = [note]
    if len(problems) > MOST:
        notes.append(f"共 {len(problems)} 处，这里列出前 {MOST} 处，其余见标注的工作簿。")
    rows = [(str(number), *_cells(problem, slip))
            for number, problem in enumerate(_latest_first(problems, slip)[:MOST], start=1)]  # fmt: skip
    aligns = ("mark", *["text"] * (len(_HEADINGS) - 1))
    return table(caption, _HEADINGS, rows, aligns, notes=notes, kind="rows")  # type: ignore[arg-type]


def _cells(problem: Problem, slip: Slip) -> Iterator[str]:
    filing = slip.file_of.get(problem.file)
    yield filing.file if filing else problem.file
    texts = (problem.sheet, problem.cell, problem.value, problem.message, problem.expected, problem.remedy)
    yield from (shorten(text, LONGEST) or "—" for text in texts)


def _latest_first(problems: Sequence[Problem], slip: Slip) -> list[Problem]:
    """The latest quarter first; within it, in the order found."""

    def age(problem: Problem) -> int:
        filing = slip.file_of.get(problem.file)
        return -(filing.period.year * 4 + filing.period.quarter) if filing else 1

    return sorted(problems, key=age)


def _counted(slip: Slip, review: Review) -> Fragment:
    refused = _refused_rows(slip.of_period(slip.errors, review.period))
    rows = []
    for each in TABLES:
        owed = slip.unit in review.ledger.duties.get(each.id, ())
        filed = (review.period, slip.unit, each.id) in review.ledger.reported
        if owed or filed:
            out = sum(sheet.strip() == each.sheet for _, sheet, _ in refused)
            state = "已报送" if filed else "未报送，或整张表没有计入"
            rows.append((each.sheet, str(_accepted(review, slip.unit, each.id)), str(out), state))
    caption = f"{review.period.label}各表计入的行"
    return table(
        caption, ("工作表", "计入（行）", "没有计入（行）", "情况"), rows, ("text", "number", "number", "text")
    )


def _accepted(review: Review, unit: str, table_id: str) -> int:
    rows = review.ledger.filed[table_id]
    return sum(who == unit and when == review.period for who, when in zip(rows["unit_id"], rows["period"], strict=True))


def _to_do(slip: Slip, review: Review) -> Iterator[str]:
    last_day = deadline(review.method, review.period)
    if slip.workbooks:
        yield (f"打开 {'、'.join(slip.workbooks)}：这是报送文件的副本，有问题的格子已着色并加了批注，"
               "第一张表“退回说明”列出全部问题。")  # fmt: skip
    if not slip.errors:
        yield "警告核对无误的，不用重新报送。"
    yield "在工作簿里改正，“填报说明”的“更正说明”一栏写明更正了什么，另存一份，整份重新报送；已经报送的原件不改动。"
    yield "收件时登记为更正，从收到之日起以更正件为准；以前公布的评估按当时收到的报送，不改写。"
    decided = next(choice for choice in review.decisions if choice.id == "filing_deadline_days")
    rule = f"本季报送期限是 {last_day}（季度结束后 {decided.value} 天，{decided.by}）"
    late = review.as_known_on is not None and review.as_known_on > last_day
    yield f"{rule}，已过期限，请尽快更正。" if late else f"{rule}，请在这一天以前（含当日）交来更正件。"
