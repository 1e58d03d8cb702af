"""Each element of the story that the demonstration filings tell, found in their raw cells."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from planeval.plan import Plan, load_plan
from planeval.workspace import Workspace
from sample_filings import QUARTERS, ROOT, Filings, Row, certificates, end_of, read_filings


@pytest.fixture(scope="module")
def filings() -> Filings:
    return read_filings()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Workspace(ROOT), "jincheng")


def test_all_units_file_and_the_late_silent_and_correcting_ones_do_as_told(filings: Filings, plan: Plan) -> None:
    units = [unit.id for unit in plan.units]
    filed = Counter((line["unit"], line["period"]) for line in filings.register)
    assert len(units) == 19
    assert {key for unit in units for quarter in QUARTERS if not filed[key := (unit, quarter)]} == {
        ("weijianwei", "2026Q1")
    }
    assert [key for key, count in filed.items() if count > 1] == [("jingkaiqu", "2025Q3")]
    for line in filings.register:
        gone = (date.fromisoformat(line["received_on"]) - end_of(line["period"])).days
        late = line["file"] in ("2025Q4/kejiju.xlsx", "2025Q3/jingkaiqu-v2.xlsx")
        assert gone > 15 if late else 5 <= gone <= 15, line
    assert (
        date(2026, 2, 10) <= date.fromisoformat(filings.line("2025Q4/kejiju.xlsx")["received_on"]) <= date(2026, 2, 20)
    )
    received = [line["received_on"] for line in filings.register]
    assert received == sorted(received)
    assert received[-1].startswith("2026-10")


def test_the_silent_unit_catches_up(filings: Filings) -> None:
    own = [row for row in filings.standing("任务节点") if row.unit == "weijianwei"]
    due = [row for row in own if row["完成时限"] == date(2026, 3, 31)]
    assert [bool(row["完成日期"]) for row in due if row.period < "2026Q1"] == [False] * 4
    assert [row["完成日期"] <= date(2026, 3, 31) for row in due if row.period == "2026Q2"] == [True]


def test_the_correction_changes_three_achievements_and_one_revenue(filings: Filings) -> None:
    line = filings.line("2025Q3/jingkaiqu-v2.xlsx")
    assert line["supersedes"] == "2025Q3/jingkaiqu.xlsx"
    assert line["received_on"] > "2026-01-28"  # the day of the 2025Q4 review
    changed: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
    for sheet in {row.sheet for row in filings.rows if row.file == line["file"]}:
        pairs = zip(filings.of(sheet, line["supersedes"]), filings.of(sheet, line["file"]), strict=True)
        changed[sheet] += [(old, new) for old, new in pairs if old.cells != new.cells]
    assert {sheet: len(pairs) for sheet, pairs in changed.items() if pairs} == {"成果": 3, "经营": 1}
    stages = Counter((old["转化阶段"], new["转化阶段"]) for old, new in changed["成果"])
    assert stages == {("签约", "登记"): 2, ("签约", "签约"): 1}
    (old, new) = changed["经营"][0]
    assert old["企业代码"] == new["企业代码"]
    assert old["营业收入（万元）"] == pytest.approx(10 * new["营业收入（万元）"])


def test_certificates_of_late_2022_lapse_and_some_are_renewed_under_a_new_number(filings: Filings) -> None:
    held = certificates(filings, "高新技术企业")
    first = {code: rows for code, rows in held.items() if rows[0]["发证或入库日期"].year == 2022}
    assert all(rows[0]["发证或入库日期"].month >= 10 for rows in first.values())
    renewed = [rows for rows in first.values() if len(rows) == 2]
    assert 0 < len(renewed) < len(first)
    assert all(rows[1]["证书或登记编号"] != rows[0]["证书或登记编号"] for rows in renewed)
    assert all(date(2025, 10, 1) <= rows[1]["发证或入库日期"] <= date(2025, 12, 31) for rows in renewed)
    assert 20 <= len({code for code, rows in held.items() if rows[-1]["发证或入库日期"] > date(2023, 9, 30)}) <= 29


def test_tech_sme_entries_come_in_summer_and_the_stock_dips_before(filings: Filings) -> None:
    entries = [row for rows in certificates(filings, "科技型中小企业").values() for row in rows]
    summer = [row for row in entries if 6 <= row["发证或入库日期"].month <= 9]
    assert len(summer) > 0.9 * len(entries)

    def stock(day: date) -> int:
        year_before = day.replace(year=day.year - 1)
        return len({row["企业代码"] for row in entries if year_before < row["发证或入库日期"] <= day})

    first, dip, _, top, _, second_dip, peak = [stock(end_of(quarter)) for quarter in QUARTERS]
    assert dip < first < top
    assert second_dip < top < peak
    assert 50 <= peak <= 59


def test_one_entry_is_revoked(filings: Filings) -> None:
    rows = [row for row in filings.standing("资质") if row["撤销日期"]]
    assert len(rows) == 1
    assert rows[0]["撤销日期"] < rows[0]["发证或入库日期"] + timedelta(days=365)


def test_a_firm_leaves_with_valid_certificates(filings: Filings) -> None:
    (gone,) = [row for row in filings.standing("企业") if row["迁出日期"]]
    held = certificates(filings, "高新技术企业")[gone["企业代码"]]
    assert held[-1]["发证或入库日期"] + timedelta(days=3 * 365) > gone["迁出日期"]
    filed = {row["所属季度"] for row in filings.of("经营") if row["企业代码"] == gone["企业代码"]}
    assert max(filed) == "2025Q4" < "2026Q1" == gone.period


def test_a_firm_and_an_event_are_filed_by_two_units(filings: Filings) -> None:
    for sheet, key, name in (("企业", "企业代码", "企业名称"), ("活动", "活动编号", "活动名称")):
        spellings: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in filings.of(sheet):
            spellings[row[key]].add((row.unit, row[name]))
        (twice,) = [pairs for pairs in spellings.values() if len({unit for unit, _ in pairs}) == 2]
        assert len({spelling for _, spelling in twice}) == 2


def test_a_milestone_is_overdue_and_made_up_later_and_some_are_not_due_yet(filings: Filings) -> None:
    own = [row for row in filings.standing("任务节点") if row.unit == "shenpiju"]
    course = {row.period: row["完成日期"] for row in own if row["完成时限"] == date(2025, 6, 30)}
    assert course["2025Q2"] == ""
    assert date(2025, 7, 1) <= course["2025Q3"] <= date(2025, 9, 30)
    last = {row["节点编号"]: row for row in filings.standing("任务节点")}
    assert any(row["完成时限"] > date(2026, 9, 30) and not row["完成日期"] for row in last.values())
    assert any(row["完成时限"] <= date(2026, 9, 30) and not row["完成日期"] for row in last.values())


def test_each_unit_has_three_to_six_milestones_within_its_tasks(filings: Filings, plan: Plan) -> None:
    tasks = {task.name: task for task in plan.tasks}
    last = {row["节点编号"]: row for row in filings.standing("任务节点")}
    per_unit = Counter(row.unit for row in last.values())
    assert set(per_unit) == {unit.id for unit in plan.units}
    assert set(per_unit.values()) <= {3, 4, 5, 6}
    for row in last.values():
        task = tasks[row["重点任务"]]
        lead = plan.unit_named(row["牵头单位"])
        assert lead is not None
        assert lead.id == row.unit and lead.id in task.units
        assert row["工作事项"] in {item.name for item in task.work_items}


def test_platforms_older_than_the_plan_and_a_municipal_one(filings: Filings) -> None:
    rows = {row["平台编号"]: row for row in filings.standing("平台")}.values()
    assert any(row["级别"] == "省级" and row["认定日期"] < date(2024, 12, 2) for row in rows)
    assert sum(row["级别"] == "市级" for row in rows) == 1


def test_partnerships_signed_but_not_operating(filings: Filings) -> None:
    rows = {row["合作编号"]: row for row in filings.standing("市校合作")}.values()
    entities = [row for row in rows if row["合作形式"] == "实体机构"]
    assert any(row["运行日期"] for row in entities)
    assert any(not row["运行日期"] for row in entities)
    assert any(row["合作形式"] == "合作协议" and row["终止日期"] for row in rows)


def test_achievements_move_through_all_four_stages(filings: Filings) -> None:
    stages = ["登记", "签约", "到账", "投产"]
    courses: dict[str, list[int]] = defaultdict(list)
    for row in filings.standing("成果"):
        courses[row["成果编号"]].append(stages.index(row["转化阶段"]))
    assert 70 <= len(courses) <= 85
    assert {course[-1] for course in courses.values()} == {0, 1, 2, 3}
    assert all(course == sorted(set(course)) for course in courses.values())
    assert sum(len(course) > 1 for course in courses.values()) > 20
    assert any(row["转化日期"] < date(2024, 12, 2) and row["转化阶段"] != "登记" for row in filings.standing("成果"))


def test_the_fund_is_announced_closed_filed_and_paid_in(filings: Filings) -> None:
    rows = sorted(filings.standing("基金"), key=lambda row: row["记录日期"])
    assert [row["记录种类"] for row in rows] == ["公告", "首期", "备案", "实缴", "实缴", "实缴"]
    announced, closed, filed, *paid = [row["金额（万元）"] for row in rows]
    assert announced > closed > filed >= sum(paid)
    assert len({row["文号或凭证号"] for row in rows}) == 6


def test_revenue_grows_has_a_season_and_one_row_is_missing(filings: Filings) -> None:
    total: Counter[str] = Counter()
    filed: dict[str, set[str]] = defaultdict(set)
    for row in filings.standing("经营"):
        total[row["所属季度"]] += row["营业收入（万元）"]
        filed[row["所属季度"]].add(row["企业代码"])
    growth = [total["2026Q1"] / total["2025Q1"], total["2026Q2"] / total["2025Q2"], total["2026Q3"] / total["2025Q3"]]
    assert min(growth) > 1.2
    assert total["2025Q4"] > total["2025Q3"] and total["2025Q4"] > total["2026Q1"]
    before, after = filed["2025Q4"] & filed["2026Q2"], filed["2026Q1"]
    assert len(before - after) == 1


def test_sizes_are_those_of_a_small_valley(filings: Filings) -> None:
    assert 90 <= len({row["企业代码"] for row in filings.of("企业")}) <= 120
    assert 15 <= len({row["活动编号"] for row in filings.of("活动")}) <= 24
    assert {row["活动种类"] for row in filings.of("活动")} == {"产业对接会", "科技论坛", "投融资对接", "其他"}
