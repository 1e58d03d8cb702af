"""数据质量: who filed when, what was refused or understood otherwise, what has evidence, what was revised."""

from __future__ import annotations

import pandas as pd

from planeval.ledger.tables import BY_ID
from planeval.measures.quality import LATE, MISSING, NOT_ASKED, ON_TIME
from planeval.plan import part_names
from planeval.review import Review
from planeval.show.html import Align, Fragment, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import amount_with_unit, listed, percent, signed

_FEW = 5
_MARKS = {ON_TIME: "● 按时", LATE: "◆ 迟报", MISSING: "○ 未报送", NOT_ASKED: "—"}


@traced
def filing_table(review: Review) -> Fragment:
    """Every unit in every quarter: on time, late or silent, and how often it corrected."""
    history = review.filing_history
    if history.empty or history["filing"].eq(NOT_ASKED).all():
        return paragraph("本计划没有安排单位报送，本节不适用。")
    asked = history[history["filing"].ne(NOT_ASKED)]
    late, silent = asked["filing"].eq(LATE), asked["filing"].eq(MISSING)
    first = f"自首次报送以来应报 {len(asked)} 份次，迟报 {int(late.sum())} 次，未报送 {int(silent.sum())} 次"
    names = list(dict.fromkeys(asked.loc[late | silent, "name"]))
    first += f"，涉及{listed(names)}。" if names else "。"
    quarters = list(dict.fromkeys(history["period"]))
    aligns: list[Align] = ["text", *_marks(len(quarters)), "number"]
    rows = []
    for name, group in history.groupby("name", sort=False):
        marks = [_MARKS[state] for state in group["filing"]]
        rows.append((str(name), *marks, str(int(group["corrections"].sum()))))
    return together([
        paragraph(first),
        table("各单位历次报送", ("责任单位", *quarters, "更正次数"), rows,
              aligns, kind="compact",
              notes=["按每季第一份报送的收到日期判断；更正另计，不改变按时与否。"]),
    ])  # fmt: skip


def _marks(columns: int) -> list[Align]:
    return ["mark"] * columns


def _weakest(by_table: pd.DataFrame) -> str:
    """The table with the lowest share of rows with evidence, among those with enough rows for a share."""
    enough = [row for row in rows_of(by_table) if row["rows"] >= _FEW]
    if not enough:
        return ""
    row = min(enough, key=lambda each: each["with_evidence"] / each["rows"])
    counts = f"{row['with_evidence']}/{row['rows']} 行"
    return f"；最低的是“{BY_ID[row['table']].sheet}”，{counts}，{percent(row['with_evidence'] / row['rows'])}"


@traced
def evidence_table(review: Review) -> Fragment:
    """Share of counted rows that name evidence, by table; counts beside every share."""
    coverage = review.evidence
    if coverage.empty:
        return paragraph("没有计入的台账行。")
    by_table = coverage.groupby("table", sort=False)[["rows", "with_evidence"]].sum().reset_index()
    total, proved = int(by_table["rows"].sum()), int(by_table["with_evidence"].sum())
    first = f"计入的 {total} 行中 {proved} 行写明佐证材料（{percent(proved / total)}）{_weakest(by_table)}。"
    rows = [
        (BY_ID[row["table"]].sheet, str(row["rows"]), str(row["with_evidence"]),
         percent(row["with_evidence"] / row["rows"]) if row["rows"] >= _FEW else f"少于 {_FEW} 行，不计比例",
         BY_ID[row["table"]].proof)
        for row in rows_of(by_table)
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("佐证材料覆盖情况", ("台账表", "计入行数", "有佐证", "覆盖率", "应有的佐证"), rows,
              ("text", "number", "number", "number", "text")),
    ])  # fmt: skip


@traced
def revision_table(review: Review) -> Fragment:
    """What earlier quarters' values became since they were first known, by whom and why."""
    revisions = review.revisions
    if revisions.empty:
        return paragraph("以前各季的指标数值与当时相比没有变化。")
    short = part_names(review.plan, "unit")
    first = (
        f"以前各季有 {len(revisions)} 个指标数值在报送截止之后发生变化，"
        f"涉及{listed(list(dict.fromkeys(revisions['name'])))}。"
    )
    rows = [
        (row["name"], row["period"], amount_with_unit(row["first"], row["unit"]),
         amount_with_unit(row["now"], row["unit"]), signed(row["difference"], row["unit"]),
         "、".join(short[unit] for unit in row["units"]) or "—", row["reason"])
        for row in rows_of(revisions)
    ]  # fmt: skip
    return together([
        paragraph(first),
        table("以前各季数值的修订", ("指标", "季度", "当时", "现在", "变化", "涉及单位", "原因"), rows,
              ("text", "mark", "number", "number", "number", "text", "text"),
              notes=["当时：以该季报送截止日收到的报送计算；现在：以本次评估的数据截至日计算。两者都用现行口径。"]),
        _revising_units(review),
    ])  # fmt: skip


def _revising_units(review: Review) -> Fragment:
    rows = [
        (row["name"], str(row["revised"]), percent(row["mean_absolute_revision"]))
        for row in rows_of(review.revising_units)
    ]
    return table(
        "各单位后来的报送引起的修订",
        ("责任单位", "修订的数值", "平均修订幅度"),
        rows,
        ("text", "number", "number"),
        notes=["平均修订幅度：|变化|÷当时数值，对当时有数且不为零的各个数值取平均；涉及多个单位的各计一次。"],
    )
