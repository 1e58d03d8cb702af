"""科技金融: what came back from the investments, what was invested again, and the fund's multiples and rates."""

from __future__ import annotations

import math

from planeval.measures.finance import Finance
from planeval.measures.finance.rates import Rate
from planeval.measures.finance.returns import Returns
from planeval.plan.fund_reading import FundReading
from planeval.review import Review
from planeval.show.actors_words import day_text, wan_text
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced
from planeval.show.words import percent

_UNDECIDED = "基金的倍数和年化收益率怎样算，评估人员未作决定（fund_reading），不算。"


@traced
def recycling_section(review: Review) -> Fragment:
    """股权退出—循环发展: exits, what they brought, what was invested again, and DPI, RVPI, TVPI and XIRR."""
    finance = review.themes.finance
    absent = never_filed(review, "investments", finance.filed)
    if absent:
        return together([heading(3, "退出和循环：没有可用的数", "recycling"), absent])
    parts = [
        heading(3, _heading(finance.returns), "recycling"), paragraph(_finding(finance.returns)),
        silence_notes(review, "investments"),
        *([_exit_table(finance)] if finance.returns.exits or finance.returns.partial else []),
    ]  # fmt: skip
    if finance.reading is None:
        return together([*parts, paragraph(_UNDECIDED)])
    absent = never_filed(review, "funds", finance.filed)
    multiples = absent or _multiple_table(review, finance.returns, finance.reading)
    return together([*parts, multiples, _rates(finance)])


def recycling_finding(review: Review) -> str:
    """Exits, what they brought and what was invested again."""
    finance = review.themes.finance
    absent = never_filed(review, "investments", finance.filed)
    return absent.text if absent else _finding(finance.returns)


def _heading(said: Returns) -> str:
    if not said.exits and not said.partial:
        return "还没有退出，资金没有循环"
    return f"退出 {said.exits} 个，收回 {wan_text(said.returned)} 万元，再投 {wan_text(said.reinvested)} 万元"


def _finding(said: Returns) -> str:
    if not said.held and not said.exits:
        return "没有投资记录，无从退出。"
    if not said.exits and not said.partial:
        return f"{said.held} 个项目都还持有，没有退出，没有收回，循环比例无从计算。"
    text = f"全部退出 {said.exits} 个项目（成本 {wan_text(said.cost_of_exits)} 万元）"
    text += f"，另有 {said.partial} 个部分收回" if said.partial else ""
    text += f"，共收回 {wan_text(said.returned)} 万元，其中再投 {wan_text(said.reinvested)} 万元"
    text += (
        f"，再投占收回 {percent(said.recycled)}（金额之比，{said.exits + said.partial} 个项目）"
        if said.returned
        else ""
    )
    return text + (f"；{said.unstated_exits} 个退出没有写金额，收回只少不多" if said.unstated_exits else "") + "。"


def _exit_table(finance: Finance) -> Fragment:
    items = finance.investments
    gone = items[items["exited_on"].notna() | items["exit_amount"].gt(0)]
    body = [
        (row["investment_id"], row["stage"], day_text(row["invested_on"]), wan_text(row["amount"]),
         day_text(row["exited_on"]), wan_text(row["exit_amount"]),
         "—" if math.isnan(row["exit_amount"]) or not row["amount"] else f"{row['exit_amount'] / row['amount']:.2f}",
         wan_text(row["reinvested_amount"]))
        for row in rows_of(gone)
    ]  # fmt: skip
    return table(
        "退出和收回的项目", ("投资编号", "阶段", "投资日期", "投资金额", "退出日期", "收回", "收回倍数", "再投"), body,
        ("text", "text", "text", "number", "text", *numbers(3)), unit="万元，另注明的除外",
        notes=[f"n={len(items)} 笔投资。口径：退出以股权全部转出之日为准，退出日期晚于评价日的按未退出计；"
               "收回、再投为报到本期末的累计数；收回倍数＝收回÷投资金额。再投的钱已是新的投资，在四个阶段的表里。"],
    )  # fmt: skip


def _multiple_table(review: Review, said: Returns, reading: FundReading) -> Fragment:
    if said.fault:
        return paragraph(f"DPI、RVPI、TVPI 不算：{said.fault}。")
    back = "收回－再投" if reading.distributed == "exits_less_reinvested" else "不把任何收回看作分配"
    rest = "按成本（减已收回）" if reading.unvalued == "at_cost" else "不计"
    cash = "计入" if reading.cash == "counted" else "不计"
    rows = [
        ("实缴", wan_text(said.paid_in), "分母，各次到账之和"),
        ("可分配的回收", wan_text(said.distributed), f"决定：{back}；台账没有向出资人分配的记录，这不是实际分配"),
        (f"有估值的 {said.valued} 个项目", wan_text(said.valuations), "期末估值"),
        (f"没有估值的 {said.held - said.valued} 个项目", wan_text(said.unvalued_cost), f"成本；决定：{rest}"),
        ("实缴未投的资金", wan_text(said.cash), f"实缴－（已投－再投）及未分配的收回；决定：{cash}；未扣管理费"),
        ("剩余价值", wan_text(said.residual), "以上决定计入的各项之和"),
        ("DPI", f"{said.dpi:.3f}", "可分配的回收÷实缴"),
        ("RVPI", f"{said.rvpi:.3f}", "剩余价值÷实缴"),
        ("TVPI", f"{said.tvpi:.3f}" + ("（J曲线）" if said.young else ""), "DPI＋RVPI"),
    ]  # fmt: skip
    return paragraph(_multiple_finding(review, said, reading)) + table(
        "基金的 DPI、RVPI、TVPI", ("项目", "数值", "怎样得来"), rows, ("text", "number", "text"),
        unit="万元，三个倍数除外", notes=["怎样算是评估人员的决定（fund_reading），不是方案的话；多只基金合并计算。"],
    )  # fmt: skip


def _multiple_finding(review: Review, said: Returns, reading: FundReading) -> str:
    text = f"到{review.period.label}末 DPI {said.dpi:.3f}，RVPI {said.rvpi:.3f}，TVPI {said.tvpi:.3f}"
    if said.young:
        text += f"（首次实缴 {said.since}，不满 {reading.j_curve_years:g} 年，处于J曲线低段，不评好坏）"
    text += f"。{said.held} 个持有项目中 {said.valued} 个有经审计或双方确认的估值"
    return text + ("，其余按评估人员的决定处理，不是业绩。" if said.valued < said.held else "。")


def _rates(finance: Finance) -> Fragment:
    said = [
        f"{name}：{_rate_words(rate)}"
        for name, rate in (("已退出项目的内部收益率", finance.exit_rate), ("全部投资的内部收益率", finance.all_rate))
        if rate is not None
    ]
    note = "内部收益率按 XIRR（实际天数÷365）；只在有收回或有经审计、双方确认的估值，并且现金流只变号一次时才算。"
    return together([paragraph("；".join(said) + "。"), paragraph(note, "note")])


def _rate_words(rate: Rate | str) -> str:
    if isinstance(rate, str):
        return f"不算，{rate}"
    multiple = "" if math.isnan(rate.multiple) else f"（收回是投出的 {rate.multiple:.2f} 倍）"
    if rate.reason:
        return f"不算，{rate.reason}{multiple}"
    return f"年化 {percent(rate.rate)}，现金流 {len(rate.flows)} 笔、跨 {rate.days} 天{multiple}"
