"""Where each single demand of the plan is measured and shown, or who judges it, clause by clause."""

from __future__ import annotations

from itertools import groupby

from planeval.ledger.tables import BY_ID
from planeval.plan import part_names
from planeval.plan.coverage import Covered, Demand, demands
from planeval.plan.decisions import Finding
from planeval.review import Review
from planeval.show.html import Cell, Fragment, folded, link, paragraph, table, together
from planeval.show.trace import traced
from planeval.show.words import quoted

FINDINGS = "qualitative_findings"
NOT_JUDGED = "未评"
_HEADINGS = ("单项", "方案原文", "在哪里看", "依据的表", "由谁评、怎么评", "判断")


@traced
def coverage_table(review: Review) -> Fragment:
    """Every demand with its clause and words: where it is measured, or who judges it, and what was found."""
    if not review.coverage:
        return paragraph("这个计划没有逐条列出评价办法（params 中没有 coverage.yml）。")
    listed = list(demands(review.plan))
    measured = sum(bool(review.coverage[demand.id].measures) for demand in listed)
    judged = [demand for demand in listed if review.coverage[demand.id].qualitative]
    found = findings_of(review)
    open_ones = sum(demand.id not in found for demand in judged)
    lead = (
        f"方案一至五部分共拆出 {len(listed)} 个单项：{measured} 项由台账计量，"
        f"{len(judged)} 项需要（或还需要）人来判断，其中 {open_ones} 项本期未评。"
    )
    parts = [paragraph(lead, "lead")]
    for clause, group in groupby(listed, key=lambda demand: demand.clause):
        rows = [_row(demand, review.coverage[demand.id], found.get(demand.id), review) for demand in group]
        body = table(f"{clause} 各单项由谁、在哪里评价", _HEADINGS, rows, ["text" for _ in _HEADINGS], kind="prose")
        parts.append(folded(f"{clause}（{len(rows)} 项）", body))
    return together([*parts, paragraph("由谁评、怎么评是示例设定，不是方案原文。", "note")])


def findings_of(review: Review) -> dict[str, Finding]:
    """What people found about demands that no ledger row can settle; empty when nobody decided any."""
    if not review.method.decides(FINDINGS):
        return {}
    found: dict[str, Finding] = review.method.value(FINDINGS, review.period)
    return found


def _row(demand: Demand, covered: Covered, found: Finding | None, review: Review) -> tuple[Cell | str, ...]:
    units = part_names(review.plan, "unit")
    judged = covered.qualitative
    places = [_place(shown) for shown in covered.shown]
    judgement = NOT_JUDGED if judged else "—"
    if found:
        judgement = f"{found.finding}：{found.evidence}"
    return (
        demand.name,
        quoted(demand.quote),
        Cell("、".join(cell.text for cell in places) or "—", "、".join(cell.html for cell in places) or "—"),
        "、".join(BY_ID[name].sheet for name in covered.tables) or "—",
        f"{units[judged.judge]}：{judged.how}" if judged else "—",
        judgement,
    )


def _place(shown: str) -> Cell:
    page, anchor = shown.split("#")
    return link(page, f"{page}.html#{anchor}")
