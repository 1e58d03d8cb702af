"""终期评估, 效果、效率和可持续: what changed alongside the plan, what it cost, what decides whether it lasts."""

from __future__ import annotations

import math
from collections.abc import Callable

from planeval.ledger.tables import BY_ID
from planeval.measures.resources import FEWEST
from planeval.review import Review
from planeval.show.cluster import dependence_finding
from planeval.show.environment import retention_finding
from planeval.show.findings import Finding, finding_of, findings_list
from planeval.show.fund_returns import recycling_finding
from planeval.show.html import Fragment, heading, paragraph, rows_of, table, together
from planeval.show.incubation import flow_finding, lapsing_finding
from planeval.show.method import published_table
from planeval.show.policy_reviews import review_finding
from planeval.show.silence import unavailable
from planeval.show.trace import traced, with_trace
from planeval.show.words import ABSENT, listed

_EFFECTS = (
    ("产业集聚", "31_cluster"), ("创新主体", "32_actors"), ("企业培育", "33_enterprises"), ("成果转化", "34_transfer"),
    ("科技金融", "35_finance"), ("“四链”融合", "37_fusion"),
)  # fmt: skip
_QUESTIONS: tuple[tuple[str, Callable[[Review], str], str, str], ...] = (
    ("资质到期", lapsing_finding, "33_enterprises", "lapsing_section"),
    ("依赖单一企业", dependence_finding, "31_cluster", "concentration_section"),
    ("人才留存", retention_finding, "36_environment", "talent_section"),
    ("基金循环", recycling_finding, "35_finance", "recycling_section"),
    ("政策复评", review_finding, "60_policy", "review_section"),
)
_MEASURED_BY = "不适用：本计划以公开数为准，没有单位报送台账，公开数又不到这一层。"


def _no_ledger(review: Review) -> bool:
    return bool(review.method.value("source_of_record", review.period) == "published")


def final_effect_section(review: Review) -> Fragment:
    """What each theme page found, with what may and may not be concluded from it."""
    head = heading(3, "方案实施以来的变化", "effect")
    if _no_ledger(review):
        return together([head, paragraph(f"{_MEASURED_BY}下面只列出收集到的公开数。"), published_table(review)])
    first = flow_finding(review)
    if unavailable(review, "enterprises") is None:
        first += (
            "这些变化与方案的实施在时间上一致；没有对照地区和未入谷的对照企业，"
            "没有方案时会怎样不得而知，不能写成方案带来的。"
        )
    found = [finding_of(review, name, page) for name, page in _EFFECTS]
    return together([
        head, with_trace(paragraph(first), review, "flow_section"), findings_list(review, found, "effect")
    ])  # fmt: skip


@traced
def efficiency_section(review: Review) -> Fragment:
    """Money put in beside the count it was paid for; a sum per item only where that is one and the same."""
    head = heading(3, "花的钱和得到的结果", "efficiency")
    if _no_ledger(review):
        return together([head, paragraph(_MEASURED_BY)])
    found = review.themes.resources
    if found.money.empty:
        return together([head, paragraph("资金类台账还没有任何单位报送过，投入无从统计，不作零计。")])
    rows = rows_of(found.money)
    said = "、".join(f"{row['source']} {_wan(row['amount'])} 万元" for row in rows)
    lines = [
        (row["source"], BY_ID[row["table"]].sheet, _wan(row["amount"]), f"{row['items']:,} {row['item']}",
         _wan(row["per_item"]), _why_not(row["per_item"], row["items"]))
        for row in rows
    ]  # fmt: skip
    notes = [
        "各行是不同来源和去向的钱，有的互相包含（基金投资来自基金实缴），不相加。平均只在每一个结果都由这笔钱支付、"
        f"金额没有缺漏、且不少于 {FEWEST} 个时计算；没有写金额的不在合计里，也不作零计。",
        "台账不把资金分摊到各项指标，所以不计算“每培育一家企业花多少钱”这类单位成本。",
    ]
    if found.unfiled:
        notes.append(f"没有任何单位报送过的台账：{listed([BY_ID[name].sheet for name in found.unfiled])}。")
    return together([
        head, paragraph(f"到{review.period.label}末：{said}。"),
        table("投入和直接结果", ("投入", "台账表", "金额", "直接结果", "平均", "说明"), lines,
              ("text", "text", "number", "number", "number", "text"), unit="万元，另注明的除外", notes=notes),
    ])  # fmt: skip


def _wan(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def _why_not(per_item: float, items: int) -> str:
    if not math.isnan(per_item):
        return "金额÷直接结果"
    return f"不足 {FEWEST} 个，不作平均" if items < FEWEST else "有的没有写金额，不作平均"


def sustainability_section(review: Review) -> Fragment:
    """Titles that lapse, dependence on one firm, money that comes back, talents that stay, policies reviewed."""
    head = heading(3, "成果能不能持续", "sustainability")
    if _no_ledger(review):
        return together([head, paragraph(_MEASURED_BY)])
    found = [Finding(term, finding(review), page, (origin,)) for term, finding, page, origin in _QUESTIONS]
    told = with_trace(paragraph(_lasting(review)), review, "sustainability_section")
    return together([head, told, findings_list(review, found, "lasting")])


def _lasting(review: Review) -> str:
    """The first sentence: how many of the five questions the ledgers answer."""
    asked = {
        "资质到期": unavailable(review, "enterprises", "certificates") is None,
        "依赖单一企业": unavailable(review, "enterprises", "operations") is None,
        "人才留存": unavailable(review, "talents") is None,
        "基金循环": "investments" in review.themes.finance.filed,
        "政策复评": "policies" in review.themes.policies.filed,
    }
    silent = [name for name, told in asked.items() if not told]
    text = f"成果能否持续看 {len(asked)} 个方面，台账能回答 {len(asked) - len(silent)} 个"
    return text + (f"；{listed(silent)}本季没有报送，不得而知。" if silent else "。")
