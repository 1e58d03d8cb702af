"""终期评估, 相关性: whether the plan's numbers measure what the plan wants, and who judges the rest."""

from __future__ import annotations

from itertools import groupby

from planeval.plan import part_names
from planeval.plan.coverage import demands
from planeval.review import Review
from planeval.show.coverage import NOT_JUDGED, findings_of
from planeval.show.html import Fragment, heading, link, paragraph, table, together
from planeval.show.trace import traced
from planeval.show.words import quoted

_NO_COVERAGE = (
    "这个计划没有逐条列出单项和评价办法（params 中没有 coverage.yml），方案想要的有多少被量化，无从逐条回答。"
)


@traced
def relevance_section(review: Review) -> Fragment:
    """How many single demands the targets and ledgers measure, clause by clause, and what people have to judge."""
    return together([
        heading(3, "指标量的是不是方案想要的", "relevance"), *_covered(review),
        heading(3, "没有数字的要求", "qualitative"), _qualitative(review),
    ])  # fmt: skip


def _covered(review: Review) -> list[Fragment]:
    if not review.coverage:
        return [paragraph(_NO_COVERAGE)]
    listed = list(demands(review.plan))
    targets = {target.id for target in review.plan.targets}
    measured = [demand for demand in listed if review.coverage[demand.id].measures]
    only_judged = len(listed) - len(measured)
    beyond = sum(demand.id not in targets for demand in measured)
    first = (
        f"方案拆出的 {len(listed)} 个单项中，{len(targets)} 项由量化指标直接规定，"
        f"另有 {beyond} 项方案没有给数、由台账计量，{only_judged} 项只能由人判断；"
        f"量化指标只量到方案要求的一部分，指标全部达到不等于方案的要求全部做到。"
    )
    rows = []
    for clause, group in groupby(listed, key=lambda demand: demand.clause):
        mine = [review.coverage[demand.id] for demand in group]
        both = sum(bool(entry.measures and entry.qualitative) for entry in mine)
        rows.append((
            clause, str(len(mine)), str(sum(bool(entry.measures) for entry in mine)), str(both),
            str(sum(not entry.measures for entry in mine)),
        ))  # fmt: skip
    where = link("方法与口径", "90_method.html").html
    return [
        paragraph(first),
        table("各条款的单项怎样评价", ("条款", "单项", "由台账计量", "其中还需人判断", "只由人判断"), rows,
              ("text", "number", "number", "number", "number"), unit="项"),
        Fragment(f'<p class="note">每一单项由谁、在哪里评价见{where}。</p>'),
    ]  # fmt: skip


def _qualitative(review: Review) -> Fragment:
    wanted = review.plan.text.qualitative_targets
    if not wanted:
        return paragraph("方案没有不带数字的总体要求。")
    found = findings_of(review)
    units = part_names(review.plan, "unit")
    open_ones = sum(target.id not in found for target in wanted)
    rows = []
    for target in wanted:
        covered = review.coverage.get(target.id)
        judge = covered.qualitative if covered else None
        who = f"{units[judge.judge]}：{judge.how}" if judge else "由台账计量" if covered else "没有确定"
        said = found.get(target.id)
        needs = judge is not None or covered is None
        verdict = f"{said.finding}：{said.evidence}" if said else NOT_JUDGED if needs else "见有关页"
        rows.append((target.name, quoted(target.quote), who, verdict))
    return together([
        paragraph(f"方案有 {len(wanted)} 项不带数字的总体要求，其中 {open_ones} 项还没有人作出判断。"),
        table("不带数字的总体要求", ("要求", "方案原文", "由谁评、怎么评", "判断"), rows,
              ("text", "text", "text", "text"), kind="prose"),
    ])  # fmt: skip
