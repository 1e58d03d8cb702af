"""Small numbers are treated as such: no rate, in a table or on a page, without the counts it rests on beside it.

Every column that holds rates is named here with the columns of its counts, or with why it is no rate of counted things;
a new one fails until somebody says which. So whoever reads 100 % also reads that it is of 2.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

RATE = re.compile(
    r"share|ratio|coverage|occupancy|delivery|leverage|recycled|dpi|rvpi|tvpi|hhi|cr4|lq|equivalent|per_|remaining$"
    r"|(^|_)p$|(^|_)low$|(^|_)high$|score|shrunk|median"
)
# Published tables: rate → where its counts (or, for money and area, its parts) stand in the same row.
EVIDENCE, OUTLOOK = {"evidence_coverage": ["evidence_reason"]}, {
    name: ["outlook_reason"] for name in ("outlook_p", "outlook_low", "outlook_high")
}  # fmt: skip
NODES = {"finished_share": ["finished", "due"], **EVIDENCE, **OUTLOOK}
CURVE = {name: ["at_risk", "events"] for name in ("remaining", "low", "high")}
COUNTS: dict[str, dict[str, list[str]]] = {
    "cluster_chains": {"revenue_share": ["earning", "revenue"]},
    "cluster_industries": {"firm_share": ["firms"]} | {
        name: ["earning", "revenue"] for name in ("revenue_share", "hhi", "equivalent", "cr4", "largest_share")},
    "cluster_location": {name: ["firms"] for name in ("here_share", "reference_share", "lq")},
    "environment_curves": CURVE, "incubation_curves": CURVE,
    "environment_premises": {"occupancy": ["places", "floor_area", "let_area"]},
    "finance_returns": {"recycled": ["reinvested", "returned"], "dpi": ["distributed", "paid_in"],
                        "rvpi": ["residual", "paid_in", "valued", "held"], "tvpi": ["exits", "held", "valued"]},
    "finance_scales": {"leverage": ["rows", "fiscal_stated", "with_fiscal"]},
    "finance_stages": {"share": ["investments", "amount"], "social_ratio": ["social_stated", "beside_social"]},
    "forecasts": {name: ["reason"] for name in ("p", "low", "high")},
    "incubation_steps": {name: ["cohort", "reached"] for name in ("share", "low", "high", "median_days")},
    "policies": {"delivery": ["amount_due", "amount_paid"], "per_beneficiary": ["beneficiaries", "amount_paid"]} | {
        name: ["eligible", "beneficiaries"] for name in ("coverage", "low", "high")},
    "targets": EVIDENCE, "task_lights": NODES, "unit_lights": NODES,
    "transfer_cohorts": {"received_share": ["contracts", "amount_stated", "received_stated"]},
    "transfer_funnel": {name: ["reached", "previous"] for name in ("share", "low", "high")},
    "transfer_sources": {"share": ["contracts"]},
    "units": {name: ["items"] for name in ("score", "shrunk", "rank_low", "rank_high")},
    "zones_stock": {"delivered_share": ["planned", "delivered"]},
}  # fmt: skip
NO_RATE = {
    **dict.fromkeys(("targets.done_share", "verdicts.done_share"), "a value held against the plan's own number"),
    **dict.fromkeys(("targets.expected_share", "verdicts.expected_share"), "what is due by now, decided"),
    "targets.score": "points on decided goalposts",
    **dict.fromkeys(("task_lights.remaining", "unit_lights.remaining"), "a count: nodes still to come"),
    **{f"targets.{name}": "foreseen; outlook_reason says on what" for name in OUTLOOK},
}

# Pages: heading → the headings one of which has to stand in the same table; [""]: the counts stand in the cell itself.
STAY = ["跟踪"]
BESIDE: dict[str, list[str]] = {
    "完成率": ["完成/到期"], "余下按期的可能": ["余下节点"], "佐证": [""], "企业占比": ["企业"], "营收占比": ["有营收企业"],
    "本地份额": ["企业（家）"], "参照份额": ["企业（家）"], "CR4": ["有营收企业"], "其占比": ["有营收企业"],
    "最大一家": ["有营收企业"], "最大四家": ["有营收企业"], "占在谷企业": ["当日在谷"],
    "满 365 天仍在谷内（区间）": STAY, "满 365 天仍在岗（区间）": STAY, "365 天内走完": STAY, "已升/跟踪（区间）": [""],
    "区间": ["在观察中"], "比例": ["在观察中", "方案写明"],
    "占上一步": ["项数"], "到账占合同额": ["写了合同额（份）"], "占全部签约": ["签约（项）"], "占最早一步": ["笔数"],
    "占全部金额": ["笔数"], "兑现率": ["人数", "应兑", "实享/应享（户）"], "使用率": ["处数", "建筑面积"],
    "占全谷": ["全谷有效"], "份额": ["现值"], "实享/应享（户）": [""], "累计销号率": [""], "销号率": ["累计交办"],
    "覆盖率": ["计入行数"], "平均修订幅度": ["修订的数值"], "与现判相同": ["口径组合"], "实际达到": ["项数"],
    "平均概率": ["项数"], "把握区间（95%）": ["项数"], "现值": ["依据"], "不低于": ["依据"],
}  # fmt: skip
NO_SHARE = {
    "完成比例": "held against the plan's number", "应达比例": "decided", "到期达到的可能": "foreseen", "可能性": "foreseen",
    "对照数": "done ÷ due", "权重": "decided", "上期权重": "decided", "本期权重": "decided", "采用": "a decision's words",
    "理由": "a decision's words", "一端": "a decision moved", "另一端": "a decision moved", "合成": "weights of experts",
    "数值": "scores of the forecasts; the first row says how many", "说明": "words",
}  # fmt: skip
PERCENT = re.compile(r"-?\d+(?:\.\d+)?\s*%")


class Tables(HTMLParser):
    """Headings and rows of every table of a page, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self.found.append([])
        elif tag == "tr" and self.found:
            self.found[-1].append([])
        elif tag in ("td", "th") and self.found:
            self.found[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        """Text of the open cell."""
        if self.inside:
            self.found[-1][-1][-1] += data


def rates_of(page: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Heading, headings of the table and cells of the row for every cell of a page that prints a percentage."""
    reader = Tables()
    reader.feed(page.read_text(encoding="utf-8"))
    for table in reader.found:
        head = [cell.strip() for cell in table[0]] if table else []
        for row in table[1:]:
            for place, cell in enumerate(row):
                if PERCENT.search(cell) and len(row) == len(head):
                    yield head[place], head, row


def test_a_published_rate_stands_beside_its_counts(published: Path) -> None:
    """Every rate of every table, row by row."""
    for path in sorted((published / "tables").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        counts = COUNTS.get(path.stem, {})
        for rate in (name for name in (rows[0] if rows else {}) if RATE.search(name)):
            if f"{path.stem}.{rate}" in NO_RATE:
                continue
            assert rate in counts, f"{path.stem}.{rate}: which columns hold its counts?"
            for row in (row for row in rows if row[rate]):
                assert all(re.search(r"\d", row[count]) for count in counts[rate]), (path.stem, rate, row)


def test_a_printed_rate_stands_beside_its_counts(published: Path) -> None:
    """Every percentage in every table of every page: its counts in the same row."""
    for page in sorted(published.glob("*.html")):
        for heading, head, row in rates_of(page):
            if heading in NO_SHARE or heading.startswith("示例专家") or (heading == "比例" and "等级" in head):
                continue  # the last: of as many random draws as the sentence before the table says
            assert heading in BESIDE, f"{page.name}: 列“{heading}”的比例以什么计？"
            cells = dict(zip(head, row, strict=True))
            own = PERCENT.sub("", cells[heading])
            told = [own if name == "" else cells.get(name, "") for name in BESIDE[heading]]
            assert any(re.search(r"\d", each) for each in told), (page.name, heading, row)


# Sentences about a limit, an interval's level or a forecast carry no counts, and a decision is quoted as it is written.
LIMITS = re.compile(
    r"[≥≤]|以上|以内|区间|标称|下限|应达|约 ?\d|名次|配合记|上下|几何平均|示例设定|有效期|取“|取 ?\d|的\d+%区间"
)


def test_a_rate_in_a_sentence_has_its_counts(published: Path) -> None:
    """Paragraphs and items outside the decisions: a percentage and no other number is a rate of nobody knows how many."""
    bare = []
    for page in sorted(published.glob("*.html")):
        text = page.read_text(encoding="utf-8")
        for paragraph in re.findall(
            r'<(?:p|li)(?: class="(?!note|decision)[^"]*")?>(.*?)</(?:p|li)>', text, flags=re.S
        ):
            for sentence in re.split("。", re.sub(r"<[^>]+>", "", paragraph)):
                rest = re.sub(r"20\d\d(年|Q\d)?", "", PERCENT.sub("", sentence))
                if PERCENT.search(sentence) and not re.search(r"\d", rest) and not LIMITS.search(sentence):
                    bare.append(f"{page.name}: {sentence.strip()}")
    assert not bare, bare
