"""The second half of the story, money, people, policies and premises, found in the raw cells and tied together."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest
import yaml

from planeval.ledger.tables import TABLES
from planeval.plan import Plan, load_plan
from planeval.workspace import Workspace
from sample_filings import QUARTERS, ROOT, Filings, Row, certificates, end_of, latest, quarterly, read_filings

END = date(2026, 9, 30)


@pytest.fixture(scope="module")
def filings() -> Filings:
    return read_filings()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


# ------------------------------------------------------------------------------ every table, every duty


def test_all_seventeen_tables_are_filed_by_the_units_that_owe_them(filings: Filings, plan: Plan) -> None:
    text = (ROOT / "params/jincheng/method.yml").read_text(encoding="utf-8")
    (duties,) = yaml.safe_load(text)["decisions"]["filing_duties"]["values"]
    assert set(duties["value"]) == {table.id for table in TABLES}
    for table in TABLES:
        assert {row.unit for row in filings.of(table.sheet)} == set(duties["value"][table.id]), table.sheet


def test_rows_speak_of_their_quarter_or_an_earlier_one(filings: Filings) -> None:
    planned = {"完成时限", "到期日期", "失效日期", "应复评日期", "办结时限"}
    for row in filings.rows:
        days = [cell for heading, cell in row.cells.items() if isinstance(cell, date) and heading not in planned]
        assert all(day <= end_of(row.period) for day in days), (row.file, row.sheet, row.cells)


def test_nobody_is_named_and_no_number_is_a_person_s(filings: Filings) -> None:
    for sheet in ("投资", "信贷", "人才", "人才服务", "政策", "宣传", "载体", "督办"):
        cells = [(heading, str(cell)) for row in filings.of(sheet) for heading, cell in row.cells.items()]
        assert not [cell for _, cell in cells if re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", cell)], sheet
        assert not [cell for name, cell in cells if name != "企业代码" and re.search(r"\d{17}[\dXx]", cell)], sheet
    assert all(row["填写人"].endswith("岗") for row in filings.of("督办"))


# ------------------------------------------------------------------------------ money


def test_some_fund_records_say_how_much_is_fiscal(filings: Filings) -> None:
    parts = [(row["其中财政资金（万元）"], row["金额（万元）"]) for row in filings.standing("基金")]
    assert any(part == "" for part, _ in parts)
    told = [(part, whole) for part, whole in parts if part != ""]
    assert len(told) >= 4
    assert all(0 < part < whole for part, whole in told)


def test_investments_come_out_of_what_is_paid_in(filings: Filings) -> None:
    rows = latest(filings, "投资", "投资编号").values()
    paid_in = [(row["记录日期"], row["金额（万元）"]) for row in filings.standing("基金") if row["记录种类"] == "实缴"]
    assert {row["投资阶段"] for row in rows} == {"种子", "天使", "科创", "产业"}
    assert {row["基金编号"] for row in rows} == {row["基金编号"] for row in filings.of("基金")}
    assert {row["企业代码"] for row in rows} <= {row["企业代码"] for row in filings.of("企业")}
    for day in {row["投资日期"] for row in rows}:
        spent = sum(row["投资金额（万元）"] for row in rows if row["投资日期"] <= day)
        back = sum(row["退出金额（万元）"] or 0 for row in rows if row["退出日期"] and row["退出日期"] <= day)
        assert spent <= sum(amount for paid, amount in paid_in if paid <= day) + back


def test_one_investment_is_sold_and_part_of_it_invested_again(filings: Filings) -> None:
    rows = latest(filings, "投资", "投资编号").values()
    (sold,) = [row for row in rows if row["退出日期"]]
    assert sold["退出日期"] > sold["投资日期"]
    assert 0 < sold["退出再投金额（万元）"] < sold["退出金额（万元）"] > sold["投资金额（万元）"]
    assert any(row["投资日期"] > sold["退出日期"] and row["投资金额（万元）"] == sold["退出再投金额（万元）"]
               for row in rows)  # fmt: skip
    held = [row for row in rows if not row["退出日期"] and row["投资日期"] <= date(2026, 6, 30)]
    assert {bool(row["期末估值（万元）"]) for row in held} == {True, False}
    assert {bool(row["同轮社会资本（万元）"]) for row in rows} == {True, False}


def test_loans_grow_and_are_booked_under_the_title_held_on_the_day(filings: Filings) -> None:
    rows = list(latest(filings, "信贷", "贷款编号").values())
    granted = Counter(
        row.period for row in {row["贷款编号"]: row for row in reversed(filings.standing("信贷"))}.values()
    )
    assert granted["2026Q3"] > granted["2025Q2"]
    assert len({row["银行"] for row in rows}) == 5
    assert {row["企业类型"] for row in rows} >= {"高新技术企业", "科技型中小企业", "其他"}
    high, small = certificates(filings, "高新技术企业"), certificates(filings, "科技型中小企业")
    for row in rows:
        day, firm = row["放款日期"], row["企业代码"]
        wanted = "高新技术企业" if holds(high.get(firm, []), day, 3) else ""
        wanted = wanted or ("科技型中小企业" if holds(small.get(firm, []), day, 1) else "")
        assert row["企业类型"] == wanted or (not wanted and row["企业类型"] in ("专精特新企业", "其他")), row.cells


def holds(rows: list[Row], day: date, years: int) -> bool:
    """Whether one of the certificates is valid on a day."""
    issued = [row["发证或入库日期"] for row in rows if not row["撤销日期"] or day < row["撤销日期"]]
    return any(first <= day < first.replace(year=first.year + years) for first in issued)


def test_loans_are_repaid_but_for_one_that_is_overdue(filings: Filings) -> None:
    rows = latest(filings, "信贷", "贷款编号").values()
    repaid = [row for row in rows if row["结清日期"]]
    assert len(repaid) >= 8
    assert all(row["期末余额（万元）"] == 0 for row in repaid)
    assert all(row["期末余额（万元）"] <= row["贷款金额（万元）"] for row in rows)
    (overdue,) = [row for row in rows if not row["结清日期"] and row["到期日期"] <= END]
    assert overdue["期末余额（万元）"] > 0
    assert overdue.period == "2026Q3"  # carried forward, not forgotten


# ------------------------------------------------------------------------------ people


def test_talents_of_all_levels_arrive_and_a_few_leave(filings: Filings) -> None:
    rows = latest(filings, "人才", "人才编号")
    assert {row["人才层次"] for row in rows.values()} == {"国家级", "省级", "市级", "博士", "硕士", "其他"}
    assert 60 <= len(rows) <= 80
    assert sum(bool(row["离开日期"]) for row in rows.values()) == 4
    assert {row.unit for row in rows.values() if row["人才层次"] == "省级"} == {"zuzhibu"}
    employers = {row["企业名称"] for row in filings.of("企业")} | {row["平台名称"] for row in filings.of("平台")}
    assert {row["用人单位"] for row in rows.values()} <= employers


def test_subsidies_are_paid_some_late_some_in_part_some_not_yet(filings: Filings) -> None:
    due = [row for row in latest(filings, "人才", "人才编号").values() if row["应发补贴（万元）"]]
    waits = [(row["发放日期"] - row["应发日期"]).days for row in due if row["发放日期"]]
    assert min(waits) >= 0
    assert sum(wait > 60 for wait in waits) >= 5
    assert sum(wait <= 30 for wait in waits) >= 10
    shares = [row["已发补贴（万元）"] / row["应发补贴（万元）"] for row in due]
    assert max(shares) == 1
    assert any(0 < share < 1 for share in shares)
    assert 0 in shares


def test_services_have_times_and_some_stay_open(filings: Filings) -> None:
    rows = latest(filings, "人才服务", "事项编号").values()
    assert {row["人才编号"] for row in rows} <= {row["人才编号"] for row in filings.of("人才")}
    assert {row["服务种类"] for row in rows} == {"就医", "子女入学", "配偶就业", "虚拟账户", "补贴申领", "其他"}
    assert all(row["提出日期"] <= row["办结日期"] for row in rows if row["办结日期"])
    waiting = [row for row in rows if not row["办结日期"]]
    assert 5 <= len(waiting) < len(rows) / 3
    assert any(row["提出日期"] < date(2025, 12, 31) for row in waiting)
    handled = {(row["服务种类"], row["承办单位"]) for row in rows}
    assert len(handled) == 6
    assert ("子女入学", "市教育局") in handled


# ------------------------------------------------------------------------------ policies, publicity, premises


def test_policies_are_used_more_and_more_within_what_is_due(filings: Filings) -> None:
    found = quarterly(filings, "政策", "政策编号")
    assert all(8 <= len(rows) <= 10 for rows in found.values())
    for rows in found.values():
        assert all(row["实享户数（户）"] <= row["应享户数（户）"] for row in rows.values())
        assert all((row["已兑金额（万元）"] or 0) <= (row["应兑金额（万元）"] or 0) for row in rows.values())
    for heading in ("应享户数（户）", "实享户数（户）", "应兑金额（万元）", "已兑金额（万元）"):
        totals = [sum(row[heading] or 0 for row in found[quarter].values()) for quarter in QUARTERS]
        assert totals == sorted(totals)
        assert totals[0] < totals[3] < totals[6]


def test_a_review_is_overdue_a_policy_serves_nobody_and_two_are_to_change(filings: Filings) -> None:
    found = quarterly(filings, "政策", "政策编号")
    last = found["2026Q3"].values()
    (overdue,) = [row for row in last if not row["复评日期"] and row["应复评日期"] < END]
    (unused,) = [row for row in last if row["应享户数（户）"] and not row["实享户数（户）"]]
    assert overdue["政策编号"] != unused["政策编号"]
    assert unused["应享户数（户）"] == 2
    proposals = Counter(row["废改立建议"] for row in last)
    assert proposals["修订"] == proposals["废止"] == 1
    assert all(bool(row["建议理由"]) == (row["废改立建议"] in ("修订", "废止")) for row in last)
    (new,) = set(found["2026Q3"]) - set(found["2026Q2"])
    assert found["2026Q3"][new]["起施行日期"] == date(2026, 7, 1)


def test_the_policy_on_talents_says_what_the_talents_ledger_says(filings: Filings) -> None:
    for quarter in QUARTERS:
        (policy,) = [
            row for row in quarterly(filings, "政策", "政策编号")[quarter].values() if "人才补贴" in row["政策名称"]
        ]
        known = {row["人才编号"]: row for row in filings.standing("人才") if row.period <= quarter}.values()
        assert policy["应享户数（户）"] == sum(row["应发补贴（万元）"] != "" for row in known)
        assert policy["应兑金额（万元）"] == pytest.approx(sum(row["应发补贴（万元）"] or 0 for row in known))
        assert policy["已兑金额（万元）"] == pytest.approx(sum(row["已发补贴（万元）"] or 0 for row in known))


def test_publicity_in_every_medium_and_on_the_events(filings: Filings) -> None:
    rows = latest(filings, "宣传", "宣传编号").values()
    assert {row["媒体种类"] for row in rows} == {"报刊", "网络", "电视", "推进会", "交流会", "其他"}
    assert {row.period for row in rows} == set(QUARTERS)
    held = {row["活动名称"]: row["举办日期"] for row in filings.of("活动")}
    reports = [(row, name) for row in rows for name in held if f"：{name}举办" in row["标题"]]
    assert len(reports) >= 8
    assert all(timedelta(0) <= row["刊播日期"] - held[name] <= timedelta(days=4) for row, name in reports)


def test_premises_stay_within_the_plan_and_fill_up(filings: Filings, plan: Plan) -> None:
    found = quarterly(filings, "载体", "载体编号")
    limits = {stock.name: stock.amount * 10_000 for stock in plan.text.premises}
    assert set(limits) == {"办公区", "标准化厂房"}
    used = []
    for quarter in QUARTERS:
        rows = found[quarter].values()
        assert all(row["已用面积（平方米）"] <= row["建筑面积（平方米）"] for row in rows)
        for kind, limit in limits.items():
            assert 0 < sum(row["建筑面积（平方米）"] for row in rows if row["载体种类"] == kind) <= limit
        small = [row for row in rows if row["载体种类"] != "标准化厂房"]  # also if incubators lie in the offices
        assert sum(row["建筑面积（平方米）"] for row in small) <= limits["办公区"]
        used.append(
            [sum(row[name] for row in rows) for name in ("已用面积（平方米）", "建筑面积（平方米）", "入驻户数（户）")]
        )
    assert used == sorted(used)
    assert used[0][0] / used[0][1] + 0.2 < used[-1][0] / used[-1][1] < 0.95
    assert {row["所在区域"] for row in found["2025Q1"].values()} == {zone.name for zone in plan.text.zones}
    firms = latest(filings, "企业", "企业代码")
    resident = sum(not row["迁出日期"] for row in firms.values())
    assert 0.8 * resident < used[-1][2] <= resident + 15  # firms with premises of their own, teams without a firm
