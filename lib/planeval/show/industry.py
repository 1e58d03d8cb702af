"""The page of one industry: firms, certificates, revenue, achievements, capital, chain gaps, targets."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planeval.measures.industries import IndustryProfile
from planeval.plan.model import Industry
from planeval.review import Review
from planeval.show.html import Fragment, bullets, definition_list, esc, heading, paragraph, rows_of, table, together
from planeval.show.place_figures import history_chart
from planeval.show.places import absent, filing_notes, known_entry, not_applicable, share_of, span
from planeval.show.silence import never_filed, not_filed
from planeval.show.trace import traced
from planeval.show.words import ABSENT, amount, amount_with_unit, listed, percent


def _open(review: Review, industry: str) -> tuple[Industry, IndustryProfile] | None:
    """The industry and its profile; None when the plan names none. Raises InputError for an id nobody knows."""
    entry = known_entry(review.plan.text.industries, industry, "industry")
    return None if entry is None else (entry, review.themes.industries[industry])


def industry_title(review: Review, industry: str) -> Fragment:
    """The page's heading: which industry, which quarter."""
    found = _open(review, industry)
    text = f"{found[0].name if found else '产业'}　{review.period.label}"
    return Fragment(f"<h1>{esc(text)}</h1>", text)


@traced
def industry_summary(review: Review, industry: str) -> Fragment:
    """摘要 of one industry: what the plan asks of it, and where it stands."""
    found = _open(review, industry)
    if found is None:
        return paragraph(not_applicable(review, "产业", "分产业的情况"), "lead")
    entry, profile = found
    row = _industry_row(review, industry)
    earned = "" if math.isnan(row["revenue"]) else (
        f"，{span(profile.revenue)} 营收 {amount(row['revenue'], '万元')} 万元，占全谷 {percent(row['revenue_share'])}"
    )  # fmt: skip
    lead = f"{entry.name}在谷企业 {row['firms']} 家{earned}。"
    facts = [("方案要求", f"{entry.quote}（{entry.clause}）")]
    facts += [("产业链", "、".join(entry.chains))] if entry.chains else []
    facts += [("方案列出的重点", "、".join(entry.focus))] if entry.focus else []
    points = [point for point in (_moves(profile), _titles(review, profile), _gaps(review, entry)) if point]
    return together([Fragment(f'<p class="lead">{esc(lead)}</p>', lead), bullets(points), definition_list(facts)])


def _industry_row(review: Review, industry: str) -> dict[str, Any]:
    rows = review.themes.cluster.industries
    return rows_of(rows[rows["industry"].eq(industry)])[0]


def _moves(profile: IndustryProfile) -> str:
    now = rows_of(profile.history)[-1]
    return f"本季迁入 {now['entered']} 家，迁出 {now['left']} 家。"


def _titles(review: Review, profile: IndustryProfile) -> str:
    absent = never_filed(review, "certificates")
    if absent is not None:
        return absent.text
    said = [
        f"{row['kind']} {row['valid']:g} 家" for row in rows_of(profile.certificates) if not math.isnan(row["valid"])
    ]
    return f"有效期内的资质：{'、'.join(said)}。" if said else ""


def _gaps(review: Review, entry: Industry) -> str:
    links = review.themes.cluster.links
    here = rows_of(links.gaps[links.gaps["industry"].eq(entry.id)])
    if not entry.chains or not links.decided:
        return ""
    return (
        f"没有企业的环节：{'、'.join(row['chain'] + '的' + row['link'] for row in here)}。"
        if here
        else "各环节都有企业。"
    )


@traced
def industry_firms(review: Review, industry: str) -> Fragment:
    """Firms and revenue by quarter, and where the firms sit."""
    found = _open(review, industry)
    if found is None:
        return absent(review, "industry", "企业与营收", "industry")
    entry, profile = found
    rows = [
        (row["quarter"], f"{row['firms']}", f"{row['entered']}", f"{row['left']}",
         amount(row["revenue"], "万元") if not math.isnan(row["revenue"]) else "没有数", f"{row['earning']}")
        for row in rows_of(profile.history)
    ]  # fmt: skip
    zones = "、".join(
        f"{zone.name} {int(profile.rows['zone'].eq(zone.id).sum())} 家" for zone in review.plan.text.zones
    )
    first = f"{review.period.end.isoformat()} 在谷 {len(profile.rows)} 家：{zones}。" if zones else ""
    notes = [
        "企业：季末已入驻、未迁出。营收：季末在谷企业报送的当季营业收入，逐季独立，不累加；没有数不等于零。",
        *filing_notes(review.plan, profile.firms, profile.revenue),
    ]
    return together([
        heading(3, f"{entry.name}的企业与营收", "industry"),
        paragraph(first or f"在谷 {len(profile.rows)} 家。"),
        history_chart(entry.name, profile.history),
        table(f"{entry.name}逐季企业和营收", ("季度", "季末企业", "迁入", "迁出", "当季营收", "报营收的企业"), rows,
              ("text", "number", "number", "number", "number", "number"), unit="家、万元", notes=notes),
    ])  # fmt: skip


@traced
def industry_titles(review: Review, industry: str) -> Fragment:
    """Certificates its firms hold."""
    found = _open(review, industry)
    if found is None:
        return absent(review, "industry", "资质", "titles")
    entry, profile = found
    if never_filed(review, "certificates") is not None:
        return together([heading(3, f"{entry.name}企业的资质", "titles"), paragraph(_titles(review, profile))])
    rows = [
        (row["kind"], _count(row["valid"], "未定有效期口径"), _count(row["all_valid"], ABSENT),
         share_of(row["valid"], row["all_valid"]), f"{row['granted']}")
        for row in rows_of(profile.certificates)
    ]  # fmt: skip
    notes = [
        "有效：季末在谷、证书已发、未撤销、未过期的企业数，一家一种资质只计一次；有效期按各指标的口径。"
        "已取得：不看有效期。一家企业可以有几种资质，各行不能相加。",
        *_silent(review, profile, {"certificates": "资质"}),
    ]
    return together([
        heading(3, f"{entry.name}企业的资质", "titles"), paragraph(_titles(review, profile) or "没有资质的记录。"),
        table(f"{entry.name}企业持有的资质", ("资质", "有效", "全谷有效", "占全谷", "已取得"), rows,
              ("text", "number", "number", "number", "number"), unit="家", notes=notes),
    ])  # fmt: skip


def _count(value: float, otherwise: str) -> str:
    return otherwise if math.isnan(value) else f"{value:g}"


def _silent(review: Review, profile: IndustryProfile, tables: dict[str, str]) -> list[str]:
    notes = (not_filed(review.plan, sheet, profile.filed[table].due, profile.filed[table].heard)
             for table, sheet in tables.items())  # fmt: skip
    return [note for note in notes if note]


@traced
def industry_chains(review: Review, industry: str) -> Fragment:
    """The links of its chains with the firms in them."""
    found = _open(review, industry)
    if found is None:
        return absent(review, "industry", "产业链缺口", "gaps")
    entry, _ = found
    links = review.themes.cluster.links
    head = heading(3, f"{entry.name}的产业链缺口", "gaps")
    if not entry.chains:
        return together([head, paragraph(f"不适用：方案没有为{entry.name}列出产业链，只列了重点领域，不查环节缺口。")])
    if not links.decided:
        return together([head, paragraph("未作决定：评估办法还没有列出各链的环节，缺口无法查。")])
    rows = [
        (
            row["chain"],
            row["link"],
            f"{row['firms']}",
            listed(list(row["names"]), 6) if row["firms"] else "没有企业（缺口）",
        )
        for row in rows_of(links.links[links.links["industry"].eq(industry)])
    ]
    blank = int(links.unplaced.loc[links.unplaced["industry"].eq(industry), ["blank", "unlisted"]].to_numpy().sum())
    notes = [
        "环节清单是评估人员的决定，不是方案原文；环节由上游到下游排列。",
        f"{blank} 家在链企业没有填环节或填的不在清单上，缺口以核实后为准。" if blank else "在链企业都填了环节。",
    ]
    return together([
        head, paragraph(_gaps(review, entry)),
        table(f"{entry.name}各环节的企业", ("产业链", "环节", "企业（家）", "名单"), rows,
              ("mark", "mark", "number", "text"), notes=notes, kind="compact"),
    ])  # fmt: skip


@traced
def industry_results(review: Review, industry: str) -> Fragment:
    """Achievements by stage, investments and loans of its firms."""
    found = _open(review, industry)
    if found is None:
        return absent(review, "industry", "成果、投资和贷款", "results")
    entry, profile = found
    parts = {
        "achievements": _achievements(review, entry, profile),
        "investments": _money(f"{entry.name}企业获得的基金投资", "投资阶段", profile.investments,
                              _silent(review, profile, {"investments": "投资"})),
        "credit": _money(f"{entry.name}企业的贷款", "贷款种类", profile.credit,
                         _silent(review, profile, {"credit": "信贷"})),
    }  # fmt: skip
    unfiled = {table: said for table in parts if (said := never_filed(review, table)) is not None}
    told = {
        "achievements": f"登记在{entry.name}名下的成果 {int(profile.achievements['items'].sum())} 项",
        "investments": _total(profile.investments, "投资", "笔"), "credit": _total(profile.credit, "贷款", "笔"),
    }  # fmt: skip
    lead = "；".join(sentence for table, sentence in told.items() if table not in unfiled)
    return together([
        heading(3, f"{entry.name}的成果、投资和贷款", "results"),
        *([paragraph(f"截至季末{lead}。")] if lead else []),
        *(unfiled.get(table, part) for table, part in parts.items()),
    ])  # fmt: skip


def _achievements(review: Review, entry: Industry, profile: IndustryProfile) -> Fragment:
    rows = [
        (row["stage"], f"{row['items']}", _stated(row["contract"], row["with_contract"]),
         _stated(row["received"], row["with_received"]))
        for row in rows_of(profile.achievements)
    ]  # fmt: skip
    return table(f"{entry.name}的科技成果", ("所处阶段", "成果（项）", "合同金额", "到账金额"), rows,
                 ("text", "number", "number", "number"), unit="项、万元", notes=[
                     "按台账中的所属产业，含起算日以前的；每项成果只在它已到达的阶段计一次。金额只加写明的，括号内为写明金额的项数。",
                     *_silent(review, profile, {"achievements": "成果"})])  # fmt: skip


def _stated(value: float, count: int) -> str:
    return ABSENT if math.isnan(value) else f"{amount(value, '万元')}（{count}）"


def _total(rows: pd.DataFrame, what: str, unit: str) -> str:
    if rows.empty:
        return f"没有{what}的记录"
    return f"{what} {int(rows['items'].sum())} {unit}、{amount(rows['amount'].sum(), '万元')} 万元"


def _money(title: str, kind: str, rows: pd.DataFrame, silent: list[str]) -> Fragment:
    if rows.empty:
        return together(paragraph(note, "note") for note in silent)
    listed_rows = [(row["kind"], f"{row['items']}", f"{row['firms']}", amount(row["amount"], "万元")) for row in
                   rows_of(rows)]  # fmt: skip
    note = "截至季末的累计数；企业按“企业”表的所属产业，已迁出的企业也计入；金额为投出或放款金额，不是余额。"
    return table(title, (kind, "笔数", "企业", "金额"), listed_rows, ("text", "number", "number", "number"),
                 unit="笔、家、万元", notes=[note, *silent])  # fmt: skip


@traced
def industry_targets(review: Review, industry: str) -> Fragment:
    """How much of each target this industry brings."""
    found = _open(review, industry)
    if found is None:
        return absent(review, "industry", "对各项指标的贡献", "targets")
    entry, profile = found
    return together([
        heading(3, f"{entry.name}在各项指标中的份额", "targets"), parts_table(entry.name, "所属产业", profile.parts)
    ])  # fmt: skip


def parts_table(name: str, column: str, parts: pd.DataFrame) -> Fragment:
    """The part of each target's present value that one industry or zone brings."""
    rows = [
        (row["name"], amount(row["whole"], row["unit"]), amount(row["value"], row["unit"]),
         row["why_not"] or share_of(row["value"], row["whole"]))
        for row in rows_of(parts)
    ]  # fmt: skip
    placed = [row for row in rows_of(parts) if not row["why_not"] and row["whole"]]
    first = max(placed, key=lambda row: row["value"] / row["whole"]) if placed else None
    lead = (
        f"份额最大的指标是{first['name']}：{amount_with_unit(first['whole'], first['unit'])}中的 "
        f"{amount_with_unit(first['value'], first['unit'])}，{share_of(first['value'], first['whole'])}。"
        if first
        else "各项指标都不能划分。"
    )
    unplaced = sum(int(row["unplaced"]) for row in placed)
    notes = [
        f"按各指标口径中计入的事项划分，归属看事项自己或其企业的{column}；分母是指标现值，不是目标值。"
        "不足 5 的写原数，不写百分比。"
    ]
    notes += [f"{unplaced} 个计入的事项找不到归属，只在现值中。"] if unplaced else []
    return together([
        paragraph(lead),
        table(f"{name}在各项指标现值中的份额", ("指标", "现值", f"#{name}", "份额"), rows,
              ("text", "number", "number", "number"), unit="见指标", notes=notes),
    ])  # fmt: skip
