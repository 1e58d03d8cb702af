"""主导产业集聚度: sections of the page on industries and chains."""

from __future__ import annotations

import math
from typing import Any

from planeval.measures.cluster import INSIDE, Cluster
from planeval.measures.places import NOTHING
from planeval.review import Review
from planeval.show.cluster_figures import chain_chart, concentration_chart, industry_chart, location_chart
from planeval.show.html import Fragment, bullets, esc, heading, paragraph, rows_of, table, together
from planeval.show.places import SMALL, filing_notes, not_applicable, number, revenue_words, span
from planeval.show.trace import traced
from planeval.show.words import ABSENT, amount, listed, percent

_BY_US = "评估人员的决定，不是方案原文"
_OUTSIDE_CHAINS = "不在链上"


@traced
def cluster_summary(review: Review) -> Fragment:
    """摘要: the finding first, then one point for each section."""
    cluster = review.themes.cluster
    if cluster.industries.empty:
        return paragraph(not_applicable(review, "主导产业", "集聚度"), "lead")
    whole = rows_of(cluster.industries)[-1]
    lead = f"在谷企业 {whole['firms']} 家，{_earned(whole, cluster)}。"
    points = [point for point in (
        _main_industry(cluster), _location_point(cluster), _concentration_point(cluster), _gap_point(cluster)
    ) if point]  # fmt: skip
    return together([Fragment(f'<p class="lead">{esc(lead)}</p>', lead), bullets(points)])


def cluster_finding(review: Review) -> str:
    """The one sentence of the page: which industry has most firms, and whether one firm carries an industry."""
    cluster = review.themes.cluster
    if cluster.industries.empty:
        return not_applicable(review, "主导产业", "集聚度")
    return _main_industry(cluster) + _concentration_point(cluster)


def dependence_finding(review: Review) -> str:
    """Which industries lean on one firm; what is missing when that cannot be said."""
    cluster = review.themes.cluster
    if cluster.industries.empty:
        return not_applicable(review, "主导产业", "集聚度")
    if cluster.bands is None:
        return "多大份额来自一家企业算依赖：评估人员未作决定。"
    return _concentration_point(cluster) or "本季没有可用的营收数，是否依赖单一企业不得而知。"


def _earned(row: dict[str, Any], cluster: Cluster) -> str:
    if math.isnan(row["revenue"]):
        return "本季没有可用的营收数"
    return f"{span(cluster.revenue)} 营收合计 {amount(row['revenue'], '万元')} 万元"


def _main_industry(cluster: Cluster) -> str:
    rows = rows_of(cluster.industries)[:-1]
    if not cluster.firms.rows.shape[0]:
        return "三个产业都没有在谷企业的记录。" if len(rows) == 3 else "各产业都没有在谷企业的记录。"
    first = max(rows, key=lambda row: row["firms"])
    earned = "" if math.isnan(first["revenue_share"]) else f"、营收的 {percent(first['revenue_share'])}"
    return f"企业最多的产业是{first['name']}：{first['firms']} 家，占企业的 {percent(first['firm_share'])}{earned}。"


def _location_point(cluster: Cluster) -> str:
    outside = [row for row in rows_of(cluster.location) if row["place"] == INSIDE and not math.isnan(row["lq"])]
    silent = [row["name"] for row in rows_of(cluster.location) if row["place"] == INSIDE and math.isnan(row["lq"])]
    told = "；".join(
        f"{row['name']}在谷内营收中的份额是{row['reference']} {row['reference_period']} 年的 {number(row['lq'])} 倍"
        for row in outside
    )
    rest = f"{listed(silent)}没有可比的外部参照" if silent else ""
    return "，".join(part for part in (told, rest) if part) + "。"


def _concentration_point(cluster: Cluster) -> str:
    if cluster.bands is None:
        return ""
    rows = [row for row in rows_of(cluster.industries)[:-1] if not math.isnan(row["hhi"])]
    leaning = [row for row in rows if row["largest_share"] >= cluster.bands.one_firm]
    if not rows:
        return ""
    if not leaning:
        return f"没有哪个产业的营收有 {percent(cluster.bands.one_firm)} 以上来自一家企业。"
    return "；".join(
        f"{row['name']} {row['earning']} 家营收的 {percent(row['largest_share'])} 来自一家企业（{row['largest']}）"
        for row in leaning
    ) + "，属于依赖单一企业。"  # fmt: skip


def _gap_point(cluster: Cluster) -> str:
    links = cluster.links
    if not links.decided or links.links.empty:
        return ""
    gaps = rows_of(links.gaps)
    if not gaps:
        return f"{links.links['chain'].nunique()} 条产业链的 {len(links.links)} 个环节都有企业。"
    blank = int(links.unplaced["blank"].sum() + links.unplaced["unlisted"].sum())
    doubt = f"（另有 {blank} 家没有说明环节，缺口以核实后为准）" if blank else ""
    named = "、".join(f"{row['chain']}的{row['link']}" for row in gaps)
    return f"{len(links.links)} 个环节中 {len(gaps)} 个没有企业：{named}{doubt}。"


@traced
def industry_section(review: Review) -> Fragment:
    """Firms and revenue by industry and chain."""
    cluster = review.themes.cluster
    head = heading(3, "各产业和产业链的企业与营收", "industries")
    if cluster.industries.empty:
        return together([head, paragraph(not_applicable(review, "主导产业", "企业"))])
    rows = []
    for row in rows_of(cluster.industries):
        rows.append((row["name"], *_cells(row), percent(row["firm_share"]), percent(row["revenue_share"])))
        chains = [part for part in rows_of(cluster.chains) if part["industry"] == row["industry"]]
        for part in chains if len(chains) > 1 else ():
            if part["chain"] or part["firms"]:
                name = f"　#{part['chain'] or _OUTSIDE_CHAINS}"
                rows.append((name, *_cells(part), "", percent(part["revenue_share"])))
    notes = [
        f"企业：{review.period.end.isoformat()} 已入驻、未迁出的企业。{revenue_words(cluster.revenue)}",
        "“#”为其中项。有营收企业：计算期内至少报过一季；期内迁出的企业，其在谷季度的营收仍计入。",
        *filing_notes(review.plan, cluster.firms, cluster.revenue),
    ]
    return together([
        head, paragraph(_main_industry(cluster)),
        table("各产业和产业链的企业与营收", ("产业", "企业", "有营收企业", "营收", "企业占比", "营收占比"), rows,
              ("text", "number", "number", "number", "number", "number"), unit="家、万元", notes=notes),
        industry_chart(review),
    ])  # fmt: skip


def _cells(row: dict[str, Any]) -> tuple[str, str, str]:
    return f"{row['firms']}", f"{row['earning']}", amount(row["revenue"], "万元")


@traced
def location_section(review: Review) -> Fragment:
    """区位商: against the published reference where there is one, and zone by zone inside the area."""
    cluster = review.themes.cluster
    head = heading(3, "区位商", "location")
    if cluster.location.empty:
        return together([head, paragraph(not_applicable(review, "主导产业", "区位商"))])
    undecided = not review.method.decides("industry_reference")
    rows = [
        (row["name"], row["place"], f"{row['firms']}", percent(row["here_share"]), _reference(row),
         percent(row["reference_share"]), number(row["lq"]) if not row["why_not"] else row["why_not"])
        for row in rows_of(cluster.location)
    ]  # fmt: skip
    sources = sorted({row["source"] for row in rows_of(cluster.location) if row["source"]})
    notes = [
        "区位商＝（产业营收÷该地全部营收）÷（参照地区同一产业营收÷参照地区全部营收）；大于 1 表示份额高于参照地区。",
        "谷内只收方案所列的产业，没有采矿、商贸等行业，与全国全部二、三产业相比，商必然偏高，只能看变化，不能当作优势的证明。",
        f"{revenue_words(cluster.revenue)}区域按企业登记的所在区域；谷内比较的参照是同期谷内全部企业。",
        "未作决定：没有选定外部参照，只在谷内比较。"
        if undecided
        else f"参照地区和数的选择是{_BY_US}，见“方法与口径”。",
        *(f"参照数来源：{source}（“公开数”一节有出处）。" for source in sources),
    ]
    return together([
        head, paragraph(_location_point(cluster)),
        table("各产业区位商", ("产业", "地点", "企业（家）", "本地份额", "参照", "参照份额", "区位商"), rows,
              ("text", "text", "number", "number", "text", "number", "number"), unit="比值", notes=notes,
              kind="compact"),
        location_chart(review),
    ])  # fmt: skip


def _reference(row: dict[str, Any]) -> str:
    when = f" {row['reference_period']} 年" if row["reference_period"] else "（同期）"
    return f"{row['reference']}{when}" if row["reference"] else ABSENT


@traced
def concentration_section(review: Review) -> Fragment:
    """HHI, equivalent number, CR4, dependence on one firm, and how much of the unevenness lies between industries."""
    cluster = review.themes.cluster
    head = heading(3, "营收集中度和对单一企业的依赖", "concentration")
    if cluster.industries.empty:
        return together([head, paragraph(not_applicable(review, "主导产业", "集中度"))])
    if cluster.revenue.state == NOTHING or not len(cluster.revenue.firms):
        notes = filing_notes(review.plan, cluster.firms, cluster.revenue)
        return together([head, paragraph(f"本季没有可用的营收数，集中度无法计算。{''.join(notes)}")])
    rows = [
        (row["name"], f"{row['earning']}", number(row["hhi"], 0), number(row["equivalent"], 1), _cr4(row),
         row["largest"] or ABSENT, percent(row["largest_share"]), _band(row, cluster))
        for row in rows_of(cluster.industries)
    ]  # fmt: skip
    return together([
        head, paragraph(_concentration_point(cluster) or "集中度的提示线未作决定，下表只列数值。"),
        table("营收集中度", ("产业", "有营收企业", "HHI", "相当企业数", "CR4", "最大企业", "其占比", "提示"), rows,
              ("text", "number", "number", "number", "number", "text", "number", "mark"), notes=_notes(review, cluster),
              kind="compact"),
        concentration_chart(review),
    ])  # fmt: skip


def _cr4(row: dict[str, Any]) -> str:
    return f"不足 {SMALL} 家" if row["earning"] < SMALL else percent(row["cr4"])


def _band(row: dict[str, Any], cluster: Cluster) -> str:
    if cluster.bands is None or math.isnan(row["hhi"]):
        return ABSENT
    words = "集中" if row["hhi"] > cluster.bands.high else "较集中" if row["hhi"] >= cluster.bands.moderate else "分散"
    return f"{words}，依赖一家" if row["largest_share"] >= cluster.bands.one_firm else words


def _notes(review: Review, cluster: Cluster) -> list[str]:
    notes = [
        "HHI：各企业营收占比（百分数）的平方和，0 至 10000。相当企业数＝10000÷HHI：几家同样大的企业才有这样的集中度。"
        "CR4：最大四家的占比。",
        revenue_words(cluster.revenue),
    ]
    if cluster.bands is not None:
        bands = cluster.bands
        notes.append(f"提示：HHI 不低于 {bands.moderate:g} 为较集中，高于 {bands.high:g} 为集中；一家占 "
                     f"{percent(bands.one_firm)} 以上为依赖一家。界限是{_BY_US}。")  # fmt: skip
    uneven = cluster.unevenness
    if uneven is not None and uneven.between_share is not None:
        notes.append(
            f"企业营收差异的泰尔指数 T 为 {number(uneven.total, 3)}（{uneven.firms} 家），其中产业之间的部分 "
            f"{number(uneven.between, 4)}，占 {percent(uneven.between_share)}，其余是产业内部企业大小不一。"
        )
    return notes


@traced
def chain_section(review: Review) -> Fragment:
    """延链补链强链: every link of every chain with the firms in it, and the links that have none."""
    cluster = review.themes.cluster
    links = cluster.links
    head = heading(3, "延链、补链、强链：各环节的企业", "chains")
    if not any(industry.chains for industry in review.plan.text.industries):
        return together([head, paragraph(not_applicable(review, "产业链", "链上的缺口"))])
    if not links.decided:
        return together([head, paragraph("未作决定：方案只写产业链名称，评估办法还没有列出各链的环节，缺口无法查。")])
    rows = [
        (row["chain"], row["link"], f"{row['firms']}", "、".join(row["names"]) if row["firms"] else "没有企业（缺口）")
        for row in rows_of(links.links)
    ]
    notes = [
        f"环节由上游到下游排列；环节清单是{_BY_US}，方案只写了产业链名称。企业属于哪个环节以“企业”表的“所属环节”为准。",
        *(f"{row['chain']}：在链企业 {row['firms']} 家，{_unplaced(row)}" for row in rows_of(links.unplaced)),
        *(f"{chain}：还没有列环节。" for chain in links.undecided),
        *filing_notes(review.plan, cluster.firms, cluster.revenue)[:1],
    ]
    return together([
        head, paragraph(_gap_point(cluster) or "各产业链都还没有列出环节，缺口无法查。"),
        chain_chart(review),
        table("各产业链环节的企业", ("产业链", "环节", "企业", "名单"), rows, ("mark", "mark", "number", "text"),
              unit="家", notes=notes, kind="compact"),
    ])  # fmt: skip


def _unplaced(row: dict[str, Any]) -> str:
    parts = [f"{row['blank']} 家没有填环节"] if row["blank"] else []
    if row["unlisted"]:
        parts.append(f"{row['unlisted']} 家填的环节不在清单上（{'、'.join(row['unlisted_links'])}）")
    return "，".join(parts) + "。" if parts else "都填了环节。"
