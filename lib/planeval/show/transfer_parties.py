"""成果转化: from whom achievements come, who takes them over, and the mid-trial bases."""

from __future__ import annotations

import math
from typing import Any

from planeval.measures.platforms import STANDING
from planeval.measures.receivers import INSIDE, UNLISTED
from planeval.measures.transfer import Transfer
from planeval.review import Review
from planeval.show.actors_words import NUMBER, day_text, wan_text
from planeval.show.html import Fragment, folded, heading, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced
from planeval.show.words import percent

_FEW, _SHOWN = 5, 10


@traced
def source_section(review: Review) -> Fragment:
    """Providers of contracts and how much hangs on one of them; receivers inside and outside the valley."""
    transfer = review.themes.transfer
    absent = never_filed(review, "achievements", transfer.filed)
    if absent:
        return together([heading(3, "成果来源没有报送", "sources"), absent])
    rows = [row for row in rows_of(transfer.sources) if row["contracts"]]
    if not rows:
        return together(
            [heading(3, "还没有签约的成果", "sources"), paragraph("没有合同，也就没有来源和承接单位可分。")]
        )
    return together([
        heading(3, f"合同来自 {len(rows)} 个来源", "sources"),
        paragraph(_source_finding(transfer, rows)),
        _source_table(transfer, rows[:_SHOWN], "签约最多的成果来源"),
        folded(f"全部 {len(rows)} 个来源", _source_table(transfer, rows, "签约成果的全部来源")),
        heading(3, _receiver_heading(transfer), "receivers"),
        _receiver_table(transfer),
        _alike_table(transfer),
    ])  # fmt: skip


def _source_finding(transfer: Transfer, rows: list[dict[str, Any]]) -> str:
    first = rows[0]
    text = f"签约最多的是{first['provider']}，{_of(first['contracts'], transfer.contracts)}"
    if not math.isnan(transfer.hhi):
        text += f"；按份数的赫芬达尔指数 {transfer.hhi:.3f}，相当于 {1 / transfer.hhi:.1f} 个同样大的来源"
    return f"{text}。"


def _of(part: int, whole: int) -> str:
    """`10/65，15.4%`; counts alone on fewer than five."""
    return f"{part}/{whole}" + (f"，{percent(part / whole)}" if whole >= _FEW else "")


def _source_table(transfer: Transfer, rows: list[dict[str, Any]], caption: str) -> Fragment:
    body = [
        (row["provider"], str(row["achievements"]), str(row["contracts"]),
         percent(row["share"]) if transfer.contracts >= _FEW else "—", wan_text(row["contract_amount"]),
         wan_text(row["received_amount"]))
        for row in rows
    ]  # fmt: skip
    return table(
        caption, ("成果来源", "成果（项）", "签约（项）", "占全部签约", "合同额（万元）", "到账额（万元）"), body,
        ("text", *[NUMBER] * 5), unit="见各列",
        notes=[f"n={transfer.contracts} 份合同。口径：来源按名称全同归并；"
               "赫芬达尔指数为各来源份数占比的平方和，全部来自一家时为 1。"],
    )  # fmt: skip


def _receiver_heading(transfer: Transfer) -> str:
    inside = sum(int(row["contracts"]) for row in rows_of(transfer.receivers) if row["place"] == INSIDE)
    return f"承接单位签约时在谷内的 {_of(inside, transfer.contracts)}"


def _receiver_table(transfer: Transfer) -> Fragment:
    rows = [
        (row["place"], str(int(row["contracts"])), wan_text(row["contract_amount"]), wan_text(row["received_amount"]))
        for row in rows_of(transfer.receivers)
    ]
    return table(
        "承接单位在谷内谷外", ("承接单位", "合同（份）", "合同额（万元）", "到账额（万元）"), rows,
        ("text", *[NUMBER] * 3), unit="见各列",
        notes=[f"n={transfer.contracts} 份。口径：承接单位与“企业”表按名称全同对应，"
               "入驻日不晚于签约日且当日尚未迁出的算谷内；"
               f"“{UNLISTED}”可能在谷外，也可能名称写法不同。"],
    )  # fmt: skip


def _alike_table(transfer: Transfer) -> Fragment:
    if transfer.similarity is None:
        return paragraph("名称相像到什么程度列为待核：未作决定，故没有查找相近名称。", "note")
    rows = [(row["receiver"], str(row["contracts"]), row["enterprise"]) for row in rows_of(transfer.alike_receivers)]
    if not rows:
        return paragraph("没有与入驻企业名称相近而不同的承接单位。", "note")
    return table("名称与入驻企业相近的承接单位（待核，未合并）", ("承接单位", "合同（份）", "相近的企业"), rows,
                 ("text", "number", "text"))  # fmt: skip


@traced
def base_section(review: Review) -> Fragment:
    """Mid-trial bases, and what the ledger cannot say of them."""
    transfer = review.themes.transfer
    absent = never_filed(review, "platforms", transfer.filed)
    if absent:
        return together([heading(3, "中试基地没有报送", "bases"), absent])
    standing = int(transfer.bases["standing"].eq(STANDING).sum())
    new = int((transfer.bases["standing"].eq(STANDING) & ~transfer.bases["existing"].astype(bool)).sum())
    rows = [
        (row["platform_id"], row["name"], row["level"], row["host"], row["host_place"], day_text(row["recognised_on"]),
         row["standing"], "方案前" if row["existing"] else "新认定")
        for row in rows_of(transfer.bases)
    ]  # fmt: skip
    headings = ("平台编号", "中试基地", "级别", "依托单位", "依托单位所在", "认定日期", "状态", "先后")
    return together([
        heading(3, f"在册中试基地 {standing} 个，其中新认定 {new} 个", "bases"),
        silence_notes(review, "platforms"),
        table("中试基地", headings, rows, ["text"] * len(headings), notes=[
            f"n={len(rows)}。口径：“平台”表中种类为中试基地的，期末未撤销为在册。",
            "台账没有成果经过哪个中试基地的记录，基地承接了多少成果、中试用时多久都无法量。",
        ]),
    ])  # fmt: skip
