"""科技金融: bank loans by kind of loan and type of firm, with what is still owed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.measures.finance import Finance
from planeval.measures.finance.credit import FIRM_TYPES
from planeval.review import Review
from planeval.show.actors_words import wan_text
from planeval.show.finance_figures import credit_chart
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed

_NAMED = FIRM_TYPES[:-1]  # the types the plan names; the last one is 其他
_COLUMNS = (
    "笔数",
    "企业（家）",
    "放款金额",
    "起算日以后笔数",
    "起算日以后放款",
    "未结清",
    "期末余额",
    "未写余额",
    "逾期",
)


@traced
def credit_section(review: Review) -> Fragment:
    """Loans to the types of firm the plan names, by kind, and quarter by quarter."""
    finance = review.themes.finance
    absent = never_filed(review, "credit", finance.filed)
    if absent:
        return together([heading(3, "科技信贷：没有可用的数", "credit"), absent])
    types, silent = rows_of(finance.by_firm_type), silence_notes(review, "credit")
    if not len(finance.loans):
        said = f"{review.period.label}末以前没有贷款记录。"
        return together([heading(3, "还没有贷款记录", "credit"), paragraph(said), silent])
    notes = [
        f"n={len(finance.loans)} 笔。口径：“信贷”表放款日期在评价日以前的，一笔一行；企业类型为放款时的类型；"
        "余额为未结清各笔所写之和，没有写的不作零计；逾期：过了到期日没有结清。企业数在各行之间可能重复。",
        *_notes(finance),
    ]
    return together([
        heading(3, _heading(types), "credit"), paragraph(_finding(finance, types)), silent,
        _table("贷款按企业类型", "企业类型", types, notes),
        _table("贷款按种类", "贷款种类", rows_of(finance.by_kind), notes[:1]),
        _quarter_table(finance), credit_chart(rows_of(finance.grants)),
    ])  # fmt: skip


def _heading(types: list[dict[str, Any]]) -> str:
    return (
        f"贷款余额 {wan_text(sum(row['balance'] for row in types))} 万元，{sum(row['open'] for row in types)} 笔未结清"
    )


def _finding(finance: Finance, types: list[dict[str, Any]]) -> str:
    named = [row for row in types if row["group"] in _NAMED]
    said = "、".join(f"{row['group']} {row['new_loans']} 笔 {wan_text(row['new_amount'])} 万元" for row in named)
    text = f"起算日以来方案点名的三类企业贷款：{said}。"
    none = [row["group"] for row in named if not row["loans"]]
    text += f"台账里{listed(none)}没有一笔贷款（同时有几种资格的按前者计）。" if none else ""
    last = rows_of(finance.grants)[-1]
    text += f"本季发放 {last['loans']:.0f} 笔 {wan_text(last['amount'])} 万元"
    overdue = sum(row["overdue"] for row in types)
    return text + (f"；{overdue} 笔过了到期日没有结清。" if overdue else "；没有逾期。")


def _notes(finance: Finance) -> list[str]:
    late = int(finance.loans["told_later"].sum())
    stale = int((finance.loans["stale"].astype(bool) & finance.loans["open"].astype(bool)).sum())
    notes = [f"其中 {late} 笔是以后各季补报的，当时的余额和是否结清不知道。"] if late else []
    return notes + ([f"其中 {stale} 笔未结清的本季没有再报，余额停在此前的报送。"] if stale else [])


def _table(caption: str, first: str, rows: list[dict[str, Any]], notes: list[str]) -> Fragment:
    body = [
        (row["group"], str(row["loans"]), str(row["firms"]), wan_text(row["amount"]), str(row["new_loans"]),
         wan_text(row["new_amount"]), str(row["open"]), wan_text(row["balance"]), str(row["unstated"]),
         str(row["overdue"]))
        for row in rows
    ]  # fmt: skip
    return table(caption, (first, *_COLUMNS), body, ("text", *numbers(9)), unit="万元、笔，另注明的除外", notes=notes)


def _quarter_table(finance: Finance) -> Fragment:
    body = [
        (row["period"], str(row["loans"]), wan_text(row["amount"]), _whole(row["open"]), wan_text(row["balance"]),
         _whole(row["unstated"]))
        for row in rows_of(finance.grants)
    ]  # fmt: skip
    return table(
        "各季发放和季末余额", ("季度", "当季发放笔数", "当季发放", "季末未结清", "季末余额", "其中未写余额"), body,
        ("text", *numbers(5)), unit="万元、笔",
        notes=["余额按报到该季的报送计；没有单位报送“信贷”表的季度写“—”，不作零计。余额是存量，各季不相加。"
               "首次报送以前放的款，只看得到那时还没有还清的。"],
    )  # fmt: skip


def _whole(value: float) -> str:
    return ABSENT if pd.isna(value) or math.isnan(value) else f"{value:.0f}"
