"""科技金融: the fund from announced to paid in, what public money brought with it, and the four stages."""

from __future__ import annotations

from typing import Any

from planeval.measures.finance import Finance
from planeval.measures.finance.funds import ANNOUNCED, FILED, FIRST_CLOSE, PAID_IN
from planeval.review import Review
from planeval.show.actors_words import day_text, target_notes, wan_text
from planeval.show.finance_figures import waterfall_chart
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced
from planeval.show.words import listed, percent

_FEW = 5
_STAGE_HEADINGS = ("阶段", "笔数", "企业（家）", "金额", "占全部金额", "其中已退出", "持有且有估值")
_RECORDS = (ANNOUNCED, FIRST_CLOSE, FILED, PAID_IN)


@traced
def fund_section(review: Review) -> Fragment:
    """公告, 首期, 备案 and 实缴 beside each other, with their days."""
    finance = review.themes.finance
    absent = never_filed(review, "funds", finance.filed)
    if absent:
        return together([heading(3, "科技创新基金：没有可用的数", "funds"), absent])
    rows = rows_of(finance.scales)
    if not rows:
        said = f"{review.period.label}末以前没有基金的公告、首期、备案或实缴记录。"
        return together([
            heading(3, "还没有基金记录", "funds"), paragraph(said), silence_notes(review, "funds"),
        ])  # fmt: skip
    return together([
        heading(3, _fund_heading(finance), "funds"),
        paragraph("；".join(_fund_finding(own) for own in _by_fund(rows)) + "。"),
        silence_notes(review, "funds"),
        _scale_table(review, rows),
        waterfall_chart(finance),
        _record_table(finance),
    ])  # fmt: skip


def finance_finding(review: Review) -> str:
    """The one sentence of the page: how far each fund has come from announcement to money paid in."""
    finance = review.themes.finance
    absent = never_filed(review, "funds", finance.filed)
    if absent:
        return absent.text
    rows = rows_of(finance.scales)
    return "；".join(_fund_finding(own) for own in _by_fund(rows)) + "。" if rows else "期末还没有基金记录。"


def _by_fund(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [[row for row in rows if row["fund_id"] == fund] for fund in dict.fromkeys(row["fund_id"] for row in rows)]


def _total(finance: Finance, record: str) -> float:
    return float(finance.scales.loc[finance.scales["record"].eq(record), "amount"].sum(min_count=1))


def _fund_heading(finance: Finance) -> str:
    said = [f"{record} {wan_text(_total(finance, record))}" for record in _RECORDS if _total(finance, record) > 0]
    return f"基金规模：{'、'.join(said)} 万元"


def _fund_finding(own: list[dict[str, Any]]) -> str:
    there = {row["record"]: row for row in own if row["rows"]}
    missing = [record for record in _RECORDS if record not in there]
    text = own[0]["name"] + "："
    text += "，".join(
        f"{day_text(row['last_on'])} {kind} {wan_text(row['amount'])} 万元" for kind, row in there.items()
    )
    if PAID_IN in there and FILED in there:
        text += f"，实缴是备案的 {percent(there[PAID_IN]['amount'] / there[FILED]['amount'])}"
    elif PAID_IN in there and ANNOUNCED in there:
        text += f"，实缴是公告的 {percent(there[PAID_IN]['amount'] / there[ANNOUNCED]['amount'])}"
    return text + (f"，没有{'、'.join(missing)}的记录" if missing else "")


def _scale_table(review: Review, rows: list[dict[str, Any]]) -> Fragment:
    body = []
    for own in _by_fund(rows):
        first = next((row["amount"] for row in own if row["rows"]), float("nan"))
        for row in own:
            share = percent(row["amount"] / first) if row["rows"] and first > 0 else "—"
            body.append((row["name"], row["record"], day_text(row["first_on"]), day_text(row["last_on"]),
                         str(row["rows"]), wan_text(row["amount"]), share))  # fmt: skip
    return table(
        "基金的公告、首期、备案和实缴", ("基金", "记录种类", "首次", "最近", "笔数", "金额", "占最早一步"), body,
        ("text", "text", "text", "text", *numbers(3)), unit="万元，另注明的除外",
        notes=[
            "口径：“基金”表评价日以前的记录，同一种类的几行相加（实缴即各次到账之和）；四种金额说的是四件事，不能互相代替。"
            "没有记录的写“—”，不作零计。",
            *target_notes(review, "funds"),
        ],
    )  # fmt: skip


def _record_table(finance: Finance) -> Fragment:
    body = [(day_text(row["recorded_on"]), row["record"], row["name"], wan_text(row["amount"]),
             wan_text(row["fiscal_amount"]), row["manager"], row["document_number"])
            for row in rows_of(finance.records.sort_values("recorded_on", kind="stable"))]  # fmt: skip
    return table(
        "基金记录逐笔", ("日期", "种类", "基金", "金额", "其中财政资金", "管理人", "文号或凭证号"), body,
        ("text", "text", "text", "number", "number", "text", "text"), unit="万元",
        notes=["管理人照台账所写；是否专业化团队由财政部门按登记备案和履历核定，台账没有。"],
    )  # fmt: skip


@traced
def leverage_section(review: Review) -> Fragment:
    """撬动: social capital beside public money, in the fund and in its rounds."""
    finance = review.themes.finance
    absent = never_filed(review, "funds", finance.filed)
    if absent:
        return together([heading(3, "撬动：没有可用的数", "leverage"), absent])
    rows = [row for row in rows_of(finance.scales) if row["rows"]]
    if not rows and not len(finance.investments):
        said = f"{review.period.label}末以前没有基金记录，也没有投资，撬动无从谈起。"
        return together([heading(3, "还没有可算撬动的资金", "leverage"), paragraph(said)])
    stated = [row for row in rows if row["record"] == PAID_IN and row["fiscal_amount"] > 0]
    return together([
        heading(3, _leverage_heading(stated), "leverage"),
        paragraph(_leverage_finding(stated, finance)),
        _leverage_table(rows),
        _round_table(review, finance),
    ])  # fmt: skip


def _leverage_heading(stated: list[dict[str, Any]]) -> str:
    if not stated:
        return "实缴里的财政资金没有写明，撬动比无从计算"
    fiscal, social = (sum(row[name] for row in stated) for name in ("fiscal_amount", "social_amount"))
    return f"实缴口径：财政资金每 1 元带来社会资本 {social / fiscal:.2f} 元"


def _leverage_finding(stated: list[dict[str, Any]], finance: Finance) -> str:
    if stated:
        fiscal, social = (sum(row[name] for row in stated) for name in ("fiscal_amount", "social_amount"))
        text = f"写明财政资金的实缴中，财政 {wan_text(fiscal)} 万元，其余 {wan_text(social)} 万元。"
    else:
        text = "没有一笔实缴写明其中财政资金多少，空白不作零计。"
    total = finance.stages[["investments", "social_stated", "beside_social", "social_capital"]].sum()
    if not total["social_stated"]:
        return text + "没有一笔投资写明同轮社会资本。"
    return text + (
        f"投到项目上，{total['investments']:.0f} 笔中 {total['social_stated']:.0f} 笔写明同轮社会资本，"
        f"基金 {wan_text(total['beside_social'])} 万元，社会资本 {wan_text(total['social_capital'])} 万元，"
        f"每 1 元基金对应 {total['social_capital'] / total['beside_social']:.2f} 元。"
    )


def _leverage_table(rows: list[dict[str, Any]]) -> Fragment:
    body = [
        (row["name"], row["record"], f"{row['fiscal_stated']}/{row['rows']}", wan_text(row["with_fiscal"]),
         wan_text(row["fiscal_amount"]), wan_text(row["social_amount"]),
         f"{row['leverage']:.2f}" if row["fiscal_amount"] > 0 else "—")
        for row in rows
    ]  # fmt: skip
    return table(
        "基金里的财政资金和社会资本",
        ("基金", "记录种类", "写明财政资金的笔数", "这些笔的金额", "财政资金", "社会资本", "撬动比"),
        body, ("text", "text", *numbers(5)), unit="万元，另注明的除外",
        notes=["口径：撬动比＝（金额－其中财政资金）÷其中财政资金，只用写明财政资金的笔；没有写的不作零计，也不进分母。"
               "公告、首期的撬动是计划，实缴的才是到了的钱。"],
    )  # fmt: skip


def _round_table(review: Review, finance: Finance) -> Fragment:
    absent = never_filed(review, "investments", finance.filed)
    if absent:
        return absent
    body = [
        (row["stage"], f"{row['social_stated']}/{row['investments']}", wan_text(row["beside_social"]),
         wan_text(row["social_capital"]), f"{row['social_ratio']:.2f}" if row["beside_social"] > 0 else "—")
        for row in rows_of(finance.stages)
    ]  # fmt: skip
    return table(
        "同一轮里的基金和社会资本",
        ("阶段", "写明同轮社会资本的笔数", "这些笔的基金投资", "同轮社会资本", "每 1 元基金对应"),
        body, ("text", *numbers(4)), unit="万元，另注明的除外",
        notes=["口径：“投资”表；同轮社会资本没有写的不知道有没有，不作零计。"
               "基金本身含社会资本，两张表的比不能相乘或相加。"],
    )  # fmt: skip


@traced
def stage_section(review: Review) -> Fragment:
    """种子—天使—科创—产业: how many and how much at each stage."""
    finance = review.themes.finance
    absent = never_filed(review, "investments", finance.filed)
    if absent:
        return together([heading(3, "全链条投资：没有可用的数", "stages"), absent])
    rows = rows_of(finance.stages)
    count = sum(row["investments"] for row in rows)
    if not count:
        return together([heading(3, "还没有投资", "stages"), paragraph(f"{review.period.label}末以前没有投资记录。"),
                         silence_notes(review, "investments")])  # fmt: skip
    none = [row["stage"] for row in rows if not row["investments"]]
    chain = f"{listed(none)}阶段没有投资" if none else "四个阶段都有投资"
    largest, most = (max(rows, key=lambda row: row[name]) for name in ("amount", "investments"))
    said = (
        f"共 {count} 笔、{wan_text(sum(row['amount'] for row in rows))} 万元，{chain}。"
        f"金额最多的是{largest['stage']}（{wan_text(largest['amount'])} 万元{_stage_share(largest, count)}），"
        f"笔数最多的是{most['stage']}（{most['investments']} 笔）。"
    )
    body = [
        (row["stage"], str(row["investments"]), str(row["firms"]), wan_text(row["amount"]),
         percent(row["share"]), str(row["exited"]), str(row["valued"]))
        for row in rows
    ]  # fmt: skip
    return together([
        heading(3, f"{count} 笔投资，{chain}", "stages"), paragraph(said),
        silence_notes(review, "investments"),
        table("四个阶段的投资", _STAGE_HEADINGS, body, ("text", *numbers(6)), unit="万元、笔，另注明的除外",
              notes=[f"n={count} 笔。口径：“投资”表投资日期在评价日以前的，按所填阶段分，含收回后再投的；"
                     "占比是金额之比。", *_told_later(finance)]),
    ])  # fmt: skip


def _stage_share(row: dict[str, Any], count: int) -> str:
    return f"，占 {percent(row['share'])}" if count >= _FEW else ""


def _told_later(finance: Finance) -> list[str]:
    late, stale = (int(finance.investments[name].sum()) for name in ("told_later", "stale"))
    notes = [f"其中 {late} 笔是以后各季补报的，当时的估值和退出不知道。"] if late else []
    return notes + ([f"其中 {stale} 笔本季没有再报，估值和退出停在此前的报送。"] if stale else [])
