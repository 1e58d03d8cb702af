"""Errors and warnings a second time: each rule that the demonstration breaks, as params/jincheng/rules.yml words it.

A rule that breaks for the first time is only in the published table, so it fails until it is recounted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from recomputation import Row, earlier, quarter_end, year_later
from recounts.counting import columns_of
from recounts.filings import Known, Line, params_of, quarter_start, quarters
from recounts.transfer import same_name


def fault(known: Known, rule: str, line: Line, column: str) -> Row:
    """A fault of one cell, as it is listed."""
    (said,) = [each for each in params_of(known.root, "rules")["rules"] if each["id"] == rule]
    letter = chr(ord("A") + list(line.cells).index(column))
    value = line.cells[column]
    shown = value.isoformat()[:10] if isinstance(value, date | datetime) else value
    return {"file": f"data/jincheng/filings/{line.file}", "sheet": line.sheet, "cell": f"{letter}{line.number}",
            "level": said["level"], "unit": line.unit, "value": shown if shown != "" else None, "rule": rule}  # fmt: skip


def settings(known: Known, rule: str) -> Any:
    """What a rule is set to."""
    return next(each["with"] for each in params_of(known.root, "rules")["rules"] if each["id"] == rule)


def disagreements(known: Known, rule: str, sheet: str) -> Iterator[Row]:
    """An item filed by two units who say different things: the first difference in the row that does not count."""
    names = columns_of(known.root)[sheet]
    for key, units in known.filers(sheet).items():
        rows = known.rows_by_unit(sheet, key)
        for unit in units[1:]:
            mine, used = rows[unit][-1], rows[units[0]][-1]
            differing = [
                names[c]
                for c in settings(known, rule)["compare"]
                if same_name(str(mine[names[c]])) != same_name(str(used[names[c]]))
            ]
            if differing:
                yield fault(known, rule, mine, differing[0])


def lapsing(known: Known, quarter: str) -> Iterator[Row]:
    """High-tech certificates valid now that run out within 180 days, before the plan ends, without a later one."""
    rule = "hnte_lapses_before_plan_end"
    end, plan_end = quarter_end(quarter), date.fromisoformat(params_of(known.root, "plan")["due"])
    lines = [line for line in known.believed("资质") if line["资质种类"] == "高新技术企业"]

    def expiry(line: Line) -> date:
        return year_later(line["发证或入库日期"], settings(known, rule)["months"] // 12)

    for line in lines:
        issued, revoked = line.day("发证或入库日期"), line.day("撤销日期")
        if issued is None or issued > end or expiry(line) <= end or (revoked and revoked <= end):
            continue
        later = any(expiry(each) > plan_end for each in lines if each["企业代码"] == line["企业代码"])
        near = expiry(line) <= min(plan_end, end + timedelta(days=settings(known, rule)["within_days"]))
        if near and not later and line["企业代码"] in known.inside(end):
            yield fault(known, rule, line, "发证或入库日期")


def operations(known: Known) -> Iterator[Row]:
    """A firm in the valley whose row of the next quarter is missing; revenue eight times that of the quarter before."""
    rows = {(line["企业代码"], line["所属季度"]): line for line in known.believed("经营")}
    last, times = known.quarters_filed("经营")[-1], settings(known, "revenue_ten_times")["times"]
    for (firm, quarter), line in rows.items():
        after, before = quarters(quarter, "2099Q4")[1], rows.get((firm, earlier(quarter, 1)))
        if after <= last and (firm, after) not in rows and firm in known.inside(quarter_end(after)):
            yield fault(known, "operations_missing_quarter", line, "企业代码")
        if before and not 1 / times < (line["营业收入"] / before["营业收入"]) < times:
            yield fault(known, "revenue_ten_times", line, "营业收入")


def achievements(known: Known) -> Iterator[Row]:
    """Contracts without an amount, with one far from the others, without a receiver or with a stranger for one."""
    lines = [line for line in known.lines("成果")]
    firms = {same_name(line["企业名称"]) for line in known.believed("企业")}
    typical = median(x for line in known.believed("成果") if (x := line.amount("合同金额")))
    for line in lines:
        amount, signed = line.amount("合同金额"), line["转化阶段"] != "登记"
        if signed and amount is None:
            yield fault(known, "achievement_contract_missing", line, "合同金额")
        if signed and re.search("待定|暂无|未定|无", line["承接单位"]):
            yield fault(known, "achievement_receiver_open", line, "承接单位")
        if amount and amount >= settings(known, "contract_far_from_typical")["times"] * typical:
            yield fault(known, "contract_far_from_typical", line, "合同金额")
    for line in known.believed("成果"):
        if line["转化阶段"] != "登记" and same_name(line["承接单位"]) not in firms:
            yield fault(known, "achievement_receiver_unknown", line, "承接单位")


def people(known: Known) -> Iterator[Row]:
    """Talents whose employer nobody filed under any name."""
    places = (("企业", "企业名称"), ("平台", "平台名称"), ("平台", "依托单位"), ("市校合作", "合作主体"))
    names = {same_name(line[column]) for sheet, column in places for line in known.believed(sheet)}
    for line in known.believed("人才"):
        if same_name(line["用人单位"]) not in names:
            yield fault(known, "talent_employer_unknown", line, "用人单位")


def unbacked(known: Known) -> Iterator[Row]:
    """Nodes said to be finished this quarter, and reports on the net, without a document."""
    for line in known.lines("任务节点"):
        finished = line.day("完成日期")
        if finished and finished >= quarter_start(line.period) and not line.text("佐证材料"):
            yield fault(known, "milestone_finished_without_evidence", line, "佐证材料")
    for line in known.lines("宣传"):
        if line["媒体种类"] == "网络" and not line.text("佐证材料"):
            yield fault(known, "publicity_without_address", line, "佐证材料")


def problems(known: Known, quarter: str) -> list[Row]:
    """Every fault of everything filed."""
    return [
        *disagreements(known, "enterprise_units_disagree", "企业"), *lapsing(known, quarter), *operations(known),
        *achievements(known), *disagreements(known, "event_units_disagree", "活动"), *people(known), *unbacked(known),
    ]  # fmt: skip
