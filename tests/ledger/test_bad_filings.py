"""What a unit may send, and what it is told. Every filing here is a real file on disk.

The rule of each test: the fault is named with file, sheet, cell, what was written, what was expected and what
to do, in Chinese; the rows without a fault count, and so do the other unit's (`海关` always files event 9).
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from filing_desk import (
    CHINESE,
    EVENT_HEAD,
    FIRM_HEAD,
    FUND_HEAD,
    NODE_HEAD,
    PERIOD,
    Desk,
    csv_bytes,
    event,
    fund,
    good_events,
    open_desk,
    rezipped,
    saved,
    told,
    workbook,
)
from planeval.problems import ERROR, WARNING, InputError, Problem


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A workspace where 海关 has filed one event properly."""
    desk = open_desk(tmp_path / "港区 {1}")
    desk.receive("customs", workbook({"活动": [EVENT_HEAD, event(9)]}))
    return desk


def file_events(desk: Desk, *rows: list[Any], head: tuple[Any, ...] = EVENT_HEAD) -> list[Problem]:
    """File events from 港务局 and return what it is told."""
    return desk.problems(desk.receive("port", workbook({"活动": [head, *rows], "基金": [FUND_HEAD]})))


# ------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("heading", "written", "cell", "message", "expected"),
    [
        ("举办日期", "2025-13-01", "D3", "没有这一天", "日期，如 2025-03-31"),
        ("举办日期", "2026年5月", "D3", "缺少日子", "日期，如 2025-03-31"),
        ("举办日期", "五月四日", "D3", "不是日期", "日期，如 2025-03-31"),
        ("举办日期", "9999-12-31", "D3", "年份不合理", "1900 年到 2099 年之间的日期"),
        ("参加人数（人）", "约40", "G3", "是约数，不能计数", "数字（人）"),
        ("参加人数（人）", "四十", "G3", "不是数字", "数字（人）"),
        ("参加人数（人）", "40.5", "G3", "不是整数", "整数（人）"),
        ("参加人数（人）", "-40", "G3", "是负数", "不小于 0 的数字（人）"),
        ("参加人数（人）", "30 11", "G3", "数字后面有“11”", "数字（人）"),
        ("参加人数（人）", "40①", "G3", "数字后面有“①”", "数字（人）"),
        ("活动种类", "酒会", "C3", "不在可选的内容里", "产业对接会、科技论坛、投融资对接、其他"),
        ("活动名称", "<script>alert(1)</script>", "B3", "含有网页代码", "普通文字"),
        ("活动名称", "＜img src=x onerror=alert(1)＞", "B3", "含有网页代码", "普通文字"),
        ("活动名称", "<\u200bscript>", "B3", "含有网页代码", "普通文字"),
        ("活动名称", "", "B3", "“活动名称”必须填写", "通知或议程上的名称"),
        ("活动编号", "\u200b", "A3", "“活动编号”必须填写", "自编，不重复"),
        ("活动编号", "9.11405E+17", "A3", "长数字被改成了近似值，原来的编号已丢失", "完整的编号"),
        ("活动编号", 911405000000000001, "A3", "长数字被改成了近似值，原来的编号已丢失", "完整的编号"),
        ("活动编号", "HD1", "A3", "同一份报送里编号重复（第 2 行已有）", ""),
    ],
)
def test_a_wrong_cell_is_named_and_its_row_left_out(
    desk: Desk, heading: str, written: Any, cell: str, message: str, expected: str
) -> None:
    """Row 2 (HD1) and 海关's HD9 stand: the value is 2, not 3 and not nothing."""
    (fault,) = file_events(desk, event(1), event(2, **{heading: written}))
    assert (fault.file, fault.sheet, fault.cell) == (desk.shown(f"{PERIOD}/port.xlsx"), "活动", cell)
    assert (fault.message, fault.expected, fault.level, fault.unit) == (message, expected, ERROR, "port")
    assert CHINESE.search(fault.remedy)
    if isinstance(written, str) and written.strip("\u200b"):
        assert fault.value == written
    assert desk.value("events") == 2


def test_all_faults_of_a_filing_are_told_at_once(desk: Desk) -> None:
    """Four rows wrong in five places on two sheets: five faults, in the order of the file."""
    file = desk.receive("port", workbook({
        "活动": [EVENT_HEAD, event(1, "2025-13-01", 活动种类="酒会"), event(2, "昨天"), event(3)],
        "基金": [FUND_HEAD, fund(1, "三千万"), fund(2, 记录日期="2026/13/1"), fund(3)],
    }))  # fmt: skip
    assert [f"{problem.sheet}{problem.cell}" for problem in desk.problems(file)] == [
        "活动C2", "活动D2", "活动D3", "基金E2", "基金D3",
    ]  # fmt: skip
    assert (desk.value("events"), desk.value("fund")) == (2, 1)


def test_an_unknown_unit_in_a_cell_is_named_with_the_nearest_one(desk: Desk) -> None:
    """市港务句 was meant as 市港务局, an alias; the alias itself is understood and said back as 港务局."""
    rows = [
        ["JD1", "泊位建设", "疏浚航道", "完成疏浚", "市港务局", "海关", "2026-06-30", "", ""],
        ["JD2", "泊位建设", "疏浚航道", "验收", "市港务句", "", "2026-06-30", "", ""],
        ["JD3", "泊位建设", "疏浚航道", "移交", "港务局", "海关、市水利局", "2026-06-30", "", ""],
    ]
    file = desk.receive("port", workbook({"活动": [EVENT_HEAD], "基金": [FUND_HEAD], "任务节点": [NODE_HEAD, *rows]}))
    first, second = desk.problems(file)
    assert (first.cell, first.value, first.remedy) == ("E3", "市港务句", "是不是“市港务局”")
    assert (second.cell, second.value, second.message) == ("F4", "海关、市水利局", "没有“市水利局”这个责任单位")
    ledger = desk.ledger()
    assert list(ledger.current["milestones"]["lead_unit"]) == ["port"]
    assert [(echo.written, echo.understood) for echo in ledger.echoes if echo.cell == "E2"] == [("市港务局", "港务局")]


def test_a_wrong_enterprise_code_is_caught_by_its_check_digit(desk: Desk) -> None:
    """GB 32100: …91350100M000100Y43 is valid, one digit off is not."""
    rows = [
        ["91350100M000100Y43", "甲公司", "航运物流", "", "码头区", "2025-05-01", "", "本地"],
        ["91350100M000100Y44", "乙公司", "航运物流", "", "码头区", "2025-05-01", "2024-05-01", "本地"],
    ]
    file = desk.receive("port", workbook({"活动": [EVENT_HEAD], "基金": [FUND_HEAD], "企业": [FIRM_HEAD, *rows]}))
    digit, order = sorted(desk.problems(file))
    assert (digit.cell, digit.value) == ("A3", "91350100M000100Y44") and "校验码" in digit.message
    assert (order.cell, order.message) == ("G3", "“迁出日期”早于“入驻日期”")
    assert list(desk.ledger().current["enterprises"]["name"]) == ["甲公司"]


@pytest.mark.parametrize("kind", ["never saved", "never calculated", "text result blank", "error value"])
def test_a_formula_without_a_result_is_not_a_blank(desk: Desk, kind: str) -> None:
    """openpyxl saves formulas without any value, XlsxWriter with a 0 nobody calculated; Excel saves `""` as text."""
    if kind == "never calculated":
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        sheet = book.add_worksheet("活动")
        sheet.write_row(0, 0, EVENT_HEAD)
        sheet.write_row(1, 0, event(1))
        sheet.write_formula("G2", "=20+20")
        book.add_worksheet("基金").write_row(0, 0, FUND_HEAD)
        book.close()
        filing = content.getvalue()
    else:
        formula = {"error value": "#N/A"}.get(kind, "=20+20")
        filing = workbook({"活动": [EVENT_HEAD, event(1, **{"参加人数（人）": formula})], "基金": [FUND_HEAD]})
    if kind == "text result blank":
        part = zipfile.ZipFile(io.BytesIO(filing)).read("xl/worksheets/sheet1.xml")
        part = re.sub(
            rb'<c r="G2"[^>]*><f>20\+20</f><v ?/?>(</v>)?</c>', b'<c r="G2" t="str"><f>""</f><v></v></c>', part
        )
        filing = rezipped(filing, {"xl/worksheets/sheet1.xml": part})
    problems = desk.problems(desk.receive("port", filing))
    if kind == "text result blank":
        assert problems == [] and desk.value("events") == 2
        return
    fault = told(problems, "count")
    assert (fault.sheet, fault.cell) == ("活动", "G2")
    assert fault.message == ("公式出错，没有结果" if kind == "error value" else "公式没有保存计算结果")
    assert desk.value("events") == 1


def test_what_is_understood_is_said_back(desk: Desk) -> None:
    """Full-width digits, serials and spellings count, and each is echoed: written → understood."""
    assert file_events(desk, event("１", 46146, **{"参加人数（人）": "１，２００"})) == []
    echoes = {echo.cell: (echo.written, echo.understood) for echo in desk.ledger().echoes}
    assert echoes == {"A2": ("HD１", "HD1"), "D2": ("46146", "2026-05-04"), "G2": ("１，２００", "1200")}
    assert desk.value("events") == 2


# ----------------------------------------------------------------------------------- headings


@pytest.mark.parametrize(
    ("head", "counted", "level"),
    [
        ("金额（亿元）", [20_000.0], WARNING),
        ("金额 (元)", [0.0002], WARNING),
        ("金额", [2.0], WARNING),
        ("* 金额（万元）", [2.0], None),
        ("金额（美元）", [], ERROR),
        ("金额（万）", [], ERROR),
    ],
)
def test_money_in_another_unit_is_converted_or_refused(
    desk: Desk, head: str, counted: list[float], level: str | None
) -> None:
    """A 2 under 亿元 becomes 20,000 万元 and is said; 美元 refuses the sheet; no unit at all is asked about."""
    heads = tuple(head if name == "金额（万元）" else name for name in FUND_HEAD)
    file = desk.receive("port", workbook({"活动": [EVENT_HEAD], "基金": [heads, fund(1, 2)]}))
    if level is not None:
        fault = told(desk.problems(file), "heading_unit")
        assert (fault.sheet, fault.cell, fault.value, fault.level) == ("基金", "E1", head, level)
        assert "万元" in fault.message and "金额（万元）" in fault.remedy
    else:
        assert desk.problems(file) == []
    assert desk.ledger().current["funds"]["amount"].tolist() == counted


def test_a_renamed_column_gets_a_did_you_mean(desk: Desk) -> None:
    """举办时间 for 举办日期: the column is missing, and the unknown heading is offered its name back."""
    head = tuple("举办时间" if name == "举办日期" else name for name in EVENT_HEAD)
    problems = file_events(desk, event(1), head=head)
    missing, unknown = told(problems, "missing_column"), told(problems, "heading")
    assert (missing.cell, missing.expected, missing.level) == ("第 1 行", "举办日期", ERROR)
    assert (unknown.cell, unknown.value, unknown.level) == ("D1", "举办时间", WARNING)
    assert unknown.remedy == "是不是“举办日期”？请按模板改回"
    assert desk.value("events") == 1  # 海关 alone


def test_the_same_heading_twice_is_a_question_not_a_choice(desk: Desk) -> None:
    """Two columns called 举办日期: neither is taken, the sheet waits."""
    fault = told(file_events(desk, [*event(1), "2026-05-05"], head=(*EVENT_HEAD, "举办日期")), "heading")
    assert (fault.cell, fault.message, fault.level) == ("J1", "表头重复，不知道以哪一列为准", ERROR)
    assert desk.value("events") == 1


def test_a_merged_header_is_refused_with_its_place(desk: Desk) -> None:
    """活动编号 and 活动名称 merged into one cell: the sheet cannot be read, the remedy says how."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "活动"
    for row in (EVENT_HEAD, event(1)):
        sheet.append(list(row))
    sheet.merge_cells("A1:B1")
    problems = desk.problems(desk.receive("port", saved(book)))
    fault = told(problems, "merged_header")
    assert (fault.sheet, fault.cell, fault.remedy) == ("活动", "A1", "取消合并，按模板的表头填写")
    assert told(problems, "missing_column").expected == "活动名称"


def test_titles_blank_rows_totals_and_remarks_around_the_rows(desk: Desk) -> None:
    """A title row above the header, blank rows between blocks, a repeated header, a total and a signature below."""
    rows = [
        ["2026年第二季度推介活动台账"], [], EVENT_HEAD, event(1), [], [], EVENT_HEAD, event(2), [],
        ["合　计", "", "", "", "", "", 80], ["填表人：张三", "", "", "联系电话：0356"], ["注：本表不含内部会议"],
    ]  # fmt: skip
    problems = desk.problems(desk.receive("port", workbook({"活动": rows, "基金": [FUND_HEAD]})))
    assert [(problem.cell, problem.message, problem.level) for problem in problems] == [
        ("第 7 行", "重复的表头，不计入", WARNING),
        ("第 10 行", "合计行不计入", WARNING),
        ("第 11 行", "表尾说明不计入", WARNING),
        ("第 12 行", "表尾说明不计入", WARNING),
    ]
    assert desk.value("events") == 3


@pytest.mark.parametrize("label", ["合计", "总计", "合  计", "小计：", "合计（人）", "本季合计"])
@pytest.mark.parametrize("column", [0, 1, 9])
def test_a_total_is_recognised_wherever_its_label_stands(desk: Desk, label: str, column: int) -> None:
    """In the key column, in another one, or under a heading of the unit's own (序号)."""
    total: list[Any] = ["", "", "", "", "", "", 80, "", "", ""]
    total[column] = label
    problems = file_events(desk, [*event(1), 1], [*event(2), 2], total, head=(*EVENT_HEAD, "序号"))
    assert told(problems, "total_row").cell == "第 4 行"
    assert desk.value("events") == 3


def test_an_item_that_speaks_of_totals_is_still_an_item(desk: Desk) -> None:
    """合计 as a place name in a row with its own number is no total row."""
    assert file_events(desk, event(1, 地点="合计"), event(2, 活动名称="注：港区推介")) == []
    assert desk.value("events") == 3


def test_columns_without_heading_are_named_even_when_hidden(desk: Desk) -> None:
    """A hidden column K with figures and no heading: read by nobody, so it is said."""
    book = openpyxl.load_workbook(io.BytesIO(good_events(1, 2)))
    book["活动"]["K3"] = "另有3场未列"
    book["活动"].column_dimensions["K"].hidden = True
    fault = told(desk.problems(desk.receive("port", saved(book))), "no_heading")
    assert (fault.cell, fault.value, fault.level) == ("K3", "另有3场未列", WARNING)
    assert desk.value("events") == 3


# -------------------------------------------------------------------------------- sheets, files


def test_a_missing_sheet_is_said_and_is_not_zero(desk: Desk) -> None:
    """港务局 owes 活动 and 基金; without 基金 the fund is 未报送, not 0."""
    fault = told(desk.problems(desk.receive("port", workbook({"活动": [EVENT_HEAD, event(1)]}))), "missing_sheet")
    assert (fault.sheet, fault.level, fault.unit) == ("基金", ERROR, "port")
    assert (desk.value("fund"), desk.value("events")) == (None, 2)


def test_an_empty_sheet_is_zero_and_a_wholly_refused_one_is_not(desk: Desk) -> None:
    """Headings alone say: nothing this quarter. One row that cannot be read says nothing at all."""
    desk.receive("port", good_events(), "2026Q1/port.xlsx", period="2026Q1", received_on="2026-04-10")
    desk.receive("port", workbook({"活动": [EVENT_HEAD], "基金": [FUND_HEAD, fund(1, "三千万")]}))
    assert (desk.value("fund", "2026Q1"), desk.value("fund")) == (0, None)


def test_an_unknown_sheet_among_three(desk: Desk) -> None:
    """活动表 is offered 活动; a hidden list of options is nobody's business."""
    book = openpyxl.load_workbook(io.BytesIO(good_events(1)))
    book.create_sheet("活动表").append(["活动编号"])
    book.create_sheet("选项").append(["产业对接会"])
    book["选项"].sheet_state = "hidden"
    fault = told(desk.problems(desk.receive("port", saved(book))), "unknown_sheet")
    assert (fault.sheet, fault.remedy, fault.level) == ("活动表", "是不是“活动”", WARNING)
    assert desk.value("events") == 2


def test_csv_in_gb18030_is_read_right(desk: Desk) -> None:
    """What Excel saves as CSV on a Chinese system; 𠮷 (outside GBK) shows that it is GB18030."""
    rows = [
        EVENT_HEAD,
        [str(cell) for cell in event(1, 活动名称="𠮷港推介会")],
        [str(cell) for cell in event(2, "2025-13-01")],
    ]
    file = desk.receive("port", csv_bytes(rows, "gb18030"), f"{PERIOD}/port/活动.csv")
    fault = told([problem for problem in desk.problems(file) if problem.rule != "missing_sheet"], "date")
    assert (fault.sheet, fault.cell, fault.value) == ("活动", "D3", "2025-13-01")
    assert "𠮷港推介会" in set(desk.ledger().filed["events"]["name"])
    assert desk.value("events") == 2


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("活动.csv", "utf-8", ","),
        ("活动.CSV", "utf-8-sig", ","),
        ("活动-v2.csv", "utf-8-sig", ","),
        ("port_活动.csv", "utf-8-sig", ";"),
        ("活动.csv", "utf-16", "\t"),
    ],
)
def test_csv_under_other_names_and_encodings(desk: Desk, name: str, encoding: str, delimiter: str) -> None:
    """A correction cannot bear the name of what it corrects, so the sheet is any part of the file's name."""
    rows = [EVENT_HEAD, [str(cell) for cell in event(1)]]
    desk.receive("port", csv_bytes(rows, encoding, delimiter), f"{PERIOD}/port/{name}")
    assert desk.value("events") == 2


def test_a_registered_workbook_that_is_not_there(desk: Desk) -> None:
    desk.enter("port", f"{PERIOD}/port.xlsx")
    fault = told(desk.problems(), "missing_file")
    assert (fault.file, fault.unit) == (desk.shown(f"{PERIOD}/port.xlsx"), "port")
    assert desk.value("events") == 1


def test_a_folder_in_place_of_a_workbook(desk: Desk) -> None:
    (desk.data / "filings" / PERIOD / "port.xlsx").mkdir(parents=True)
    desk.enter("port", f"{PERIOD}/port.xlsx")
    assert told(desk.problems(), "unreadable_file").message == "文件读不出来"


def test_a_file_altered_after_receipt_does_not_count(desk: Desk) -> None:
    """One byte more than the register's hash: every row of the file waits for a proper correction."""
    file = desk.receive("port", good_events(1, 2))
    path = desk.root / file
    path.write_bytes(good_events(1, 2, 3))
    fault = told(desk.problems(file), "altered")
    assert "更正" in fault.remedy and desk.value("events") == 1


def test_a_file_nobody_entered_in_the_register_does_not_count(desk: Desk) -> None:
    """Excel's lock file (~$) and hidden files are nobody's filing."""
    folder = desk.data / "filings" / PERIOD
    for name in ("port.xlsx", "~$port.xlsx", ".port.xlsx.tmp"):
        (folder / name).write_bytes(good_events(1))
    fault = told(desk.problems(), "unregistered")
    assert (fault.file, desk.value("events")) == (desk.shown(f"{PERIOD}/port.xlsx"), 1)


def test_an_unknown_unit_in_the_register_stops_everything(desk: Desk) -> None:
    """The register is the spine: all its faults at once, each with the line an editor shows."""
    with desk.register.open("a", encoding="utf-8") as register:
        register.write("\n")  # a blank line counts as a line
    desk.enter("prot", f"{PERIOD}/port.xlsx", received_on="2026-07-32")
    desk.enter("port", "../port.xlsx", digest="abc", period="2026年二季度")
    with desk.register.open("a", encoding="utf-8") as register:
        register.write("port,2026Q2\n")
    with pytest.raises(InputError) as refusal:
        desk.review()
    assert [(problem.cell, problem.message) for problem in refusal.value.problems] == [
        ("第 4 行 unit", "没有这个责任单位"),
        ("第 4 行 received_on", "没有这一天"),
        ("第 5 行 period", "不是季度"),
        ("第 5 行 sha256", "不是 SHA-256"),
        ("第 5 行 file", "文件路径不在 filings 文件夹内，或写法不规范"),
        ("第 6 行", "列数不对"),
    ]
    lines = desk.register.read_text(encoding="utf-8-sig").split("\n")
    assert "prot" in lines[3] and "../port.xlsx" in lines[4] and refusal.value.problems[0].remedy == "是不是“port”"
