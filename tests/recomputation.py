"""The eight targets of jincheng computed again from the raw cells of the filings.

Written against the plan's words and the readings in force in params/jincheng/method.yml, with nothing
imported from the package: register, workbooks, supersession, who is believed, expiry, windows, milestones,
rounding and lights are all done here a second time, in the plainest way.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml
from python_calamine import CalamineWorkbook

Row = dict[str, Any]
KEYS = {
    "企业": ("企业代码",),
    "资质": ("企业代码", "资质种类", "证书或登记编号"),
    "经营": ("企业代码", "所属季度"),
    "平台": ("平台编号",),
    "市校合作": ("合作编号",),
    "成果": ("成果编号",),
    "活动": ("活动编号",),
    "基金": ("基金编号", "记录种类", "文号或凭证号"),
    "人才": ("人才编号",),
    "人才服务": ("事项编号",),
    "载体": ("载体编号", "所属季度"),
    "投资": ("投资编号",),
    "信贷": ("贷款编号",),
    "政策": ("政策编号", "所属季度"),
    "任务节点": ("节点编号",),
    "宣传": ("宣传编号",),
    "督办": ("督办编号", "日期", "状态"),
}
TABLES = {
    "企业": "enterprises", "资质": "certificates", "经营": "operations", "平台": "platforms",
    "市校合作": "partnerships", "成果": "achievements", "活动": "events", "基金": "funds",
    "人才": "talents", "人才服务": "talent_services", "载体": "premises",
    "投资": "investments", "信贷": "credit", "政策": "policies", "任务节点": "milestones",
    "宣传": "publicity", "督办": "dispatch",
}  # fmt: skip
READINGS = {
    "plan_start": "written", "counting.partnerships": "entity_operating", "counting.platforms": "existing_included",
    "counting.achievements": "contracted", "counting.high_tech_firms": "valid_now",
    "counting.tech_smes": "twelve_months", "counting.revenue": "rolling_four_quarters", "counting.fund": "filed",
    "counting.events": "three_named_kinds",
}  # fmt: skip
PLAN_START = date(2024, 12, 2)


def decisions_in_force(root: Path) -> dict[str, Any]:
    """method.yml as plain data: decision id → its only version."""
    text = (root / "params/jincheng/method.yml").read_text(encoding="utf-8")
    found = {}
    for name, decision in yaml.safe_load(text)["decisions"].items():
        assert len(decision["values"]) == 1, name
        chosen = decision["values"][0]
        listed = {reading["id"]: reading["value"] for reading in decision.get("readings", [])}
        found[name] = {"value": listed.get(chosen.get("reading")), **chosen}
    return found


def quarter_end(quarter: str) -> date:
    """Last day of a quarter written 2026Q3."""
    year, number = int(quarter[:4]), int(quarter[5])
    return [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)][number - 1]


def earlier(quarter: str, back: int) -> str:
    """The quarter so many quarters before."""
    index = int(quarter[:4]) * 4 + int(quarter[5]) - 1 - back
    return f"{index // 4}Q{index % 4 + 1}"


def standing_rows(root: Path, known_on: str) -> tuple[dict[str, dict[tuple[str, ...], Row]], set[tuple[str, str]]]:
    """Sheet → key → the row believed, and which (quarter, sheet) anybody filed, as known on a day ('' = all)."""
    with (root / "data/jincheng/register.csv").open(encoding="utf-8-sig", newline="") as lines:
        register = [line for line in csv.DictReader(lines) if not known_on or line["received_on"] <= known_on]
    replaced = {line["supersedes"] for line in register if line["supersedes"]}
    register = [line for line in register if line["file"] not in replaced]
    register.sort(key=lambda line: (line["period"], line["received_on"]))
    duties = decisions_in_force(root)["filing_duties"]["value"]
    by_unit: dict[str, dict[tuple[str, ...], dict[str, Row]]] = {sheet: {} for sheet in KEYS}
    filed = set()
    for line in register:
        book = CalamineWorkbook.from_path(str(root / "data/jincheng/filings" / line["file"]))
        for sheet in set(book.sheet_names) & set(KEYS):
            filed.add((line["period"], sheet))
            header, *rows = book.get_sheet_by_name(sheet).to_python()
            names = [str(name).split("（")[0] for name in header]
            for cells in rows:
                row = dict(zip(names, cells, strict=True))
                key = tuple(str(row[name]).strip() for name in KEYS[sheet])
                by_unit[sheet].setdefault(key, {})[line["unit"]] = row
    believed: dict[str, dict[tuple[str, ...], Row]] = {}
    for sheet, items in by_unit.items():
        order = duties[TABLES[sheet]]
        believed[sheet] = {
            key: rows[min(rows, key=lambda unit: order.index(unit) if unit in order else 99)]
            for key, rows in items.items()
        }
    return believed, filed


def day(value: Any) -> date | None:
    """A cell as a day; None when blank."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if str(value).strip() else None


def on_or_before(value: Any, limit: date) -> bool:
    """Whether a cell holds a day not after the limit."""
    found = day(value)
    return found is not None and found <= limit


def year_later(value: Any, years: int) -> date:
    """The same day some years later (28 February for a 29th)."""
    begun = day(value)
    assert begun is not None
    try:
        return begun.replace(year=begun.year + years)
    except ValueError:
        return date(begun.year + years, 2, 28)


SHEETS = {
    "partnerships": "市校合作", "platforms": "平台", "achievements": "成果", "high_tech_firms": "资质", "tech_smes": "资质",
    "fund": "基金", "events": "活动",
}  # fmt: skip


def counted_rows(rows: dict[str, dict[tuple[str, ...], Row]], quarter: str) -> dict[str, list[Row]]:
    """Target id → the rows that count at the quarter's end, for all targets but revenue."""
    end = quarter_end(quarter)
    inside = {
        key[0] for key, row in rows["企业"].items()
        if on_or_before(row["入驻日期"], end) and not on_or_before(row["迁出日期"], end)
    }  # fmt: skip

    def holders(kind: str, years: int) -> list[Row]:
        firms = {
            key[0]: row for key, row in rows["资质"].items()
            if row["资质种类"] == kind and on_or_before(row["发证或入库日期"], end)
            and year_later(row["发证或入库日期"], years) > end and not on_or_before(row["撤销日期"], end)
            and key[0] in inside
        }  # fmt: skip
        return list(firms.values())

    return {
        "partnerships": [
            row for row in rows["市校合作"].values()
            if row["合作形式"] == "实体机构" and on_or_before(row["运行日期"], end)
            and not on_or_before(row["终止日期"], end)],
        "platforms": [
            row for row in rows["平台"].values()
            if row["级别"] in ("国家级", "省级") and on_or_before(row["认定日期"], end)
            and not on_or_before(row["撤销日期"], end)],
        "achievements": [
            row for row in rows["成果"].values()
            if row["转化阶段"] in ("签约", "到账", "投产") and on_or_before(row["转化日期"], end)
            and day(row["转化日期"]) >= PLAN_START],
        "high_tech_firms": holders("高新技术企业", 3),
        "tech_smes": holders("科技型中小企业", 1),
        "fund": [
            row for row in rows["基金"].values()
            if row["记录种类"] == "备案" and on_or_before(row["记录日期"], end)
            and day(row["记录日期"]) >= PLAN_START],
        "events": [
            row for row in rows["活动"].values()
            if row["活动种类"] in ("产业对接会", "科技论坛", "投融资对接") and on_or_before(row["举办日期"], end)
            and day(row["举办日期"]) >= PLAN_START],
    }  # fmt: skip


def values(root: Path, quarter: str, known_on: str) -> dict[str, Decimal | None]:
    """Target id → value as printed at the quarter's end; None when nobody filed what it needs."""
    rows, filed = standing_rows(root, known_on)
    counted = counted_rows(rows, quarter)
    amounts = {target: float(len(items)) for target, items in counted.items()}
    amounts["fund"] = sum(row["金额"] for row in counted["fund"]) / 10_000
    found = {
        target: printed(amount, 2 if target == "fund" else 0) if (quarter, SHEETS[target]) in filed else None
        for target, amount in amounts.items()
    }
    found["revenue"] = revenue(rows, filed, quarter)
    return found


def revenue(rows: dict[str, dict[tuple[str, ...], Row]], filed: set[tuple[str, str]], quarter: str) -> Decimal | None:
    """Four quarters of revenue of the firms inside the area at each quarter's end, in 亿元."""
    window = [earlier(quarter, back) for back in range(4)]
    named = {key[1] for key in rows["经营"]}
    if (quarter, "经营") not in filed or any((q, "经营") not in filed and q not in named for q in window):
        return None
    total = 0.0
    for (firm, when), row in rows["经营"].items():
        place = rows["企业"].get((firm,))
        if when in window and place is not None and on_or_before(place["入驻日期"], quarter_end(when)):
            if not on_or_before(place["迁出日期"], quarter_end(when)):
                total += row["营业收入"]
    return printed(total / 10_000, 2)


def was_filed(root: Path, quarter: str, known_on: str) -> bool:
    """Whether anybody filed 经营 for the quarter at all."""
    return (quarter, "经营") in standing_rows(root, known_on)[1]


def printed(value: float, places: int) -> Decimal:
    """A number as printed, halves up."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def judged(root: Path, quarter: str, known_on: str) -> dict[str, Row]:
    """Target id → value, done_share, expected_share, gap, progress_light, recomputed."""
    decisions = decisions_in_force(root)
    bands = decisions["light_bands"]["value"]
    plan = yaml.safe_load((root / "params/jincheng/plan.yml").read_text(encoding="utf-8"))
    found = values(root, quarter, known_on)
    result = {}
    for target in plan["targets"]:
        name, amount = target["id"], Decimal(str(target["amount"]))
        path = decisions[f"milestones.{name}"]["value"]
        due = [node for node in path if node <= quarter]
        expected = printed(float(Decimal(str(path[max(due)])) / amount) if due else 0, 3)
        value = found[name]
        row: Row = {"value": value, "expected_share": expected, "done_share": None, "gap": None}
        if value is None:
            row["progress_light"] = (
                "未满计算期" if name == "revenue" and was_filed(root, quarter, known_on) else "未报送"
            )
        else:
            done = (value / amount).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
            gap = done - expected
            reached = value > amount if target["comparison"] == ">" else value >= amount
            row |= {"done_share": done, "gap": gap}
            row["progress_light"] = (
                "已完成" if reached
                else "按序时" if gap >= Decimal(str(bands["on_pace"]))
                else "滞后" if gap >= Decimal(str(bands["behind"]))
                else "严重滞后"
            )  # fmt: skip
        result[name] = row
    return result


def evidence_shares(root: Path, quarter: str, known_on: str) -> dict[str, Decimal | None]:
    """Target id → share of the counted rows whose 佐证材料 is not blank, as printed; None without rows."""
    rows, filed = standing_rows(root, known_on)
    found: dict[str, Decimal | None] = {}
    for target, items in counted_rows(rows, quarter).items():
        said = bool(items) and (quarter, SHEETS[target]) in filed
        backed = sum(bool(str(row["佐证材料"]).strip()) for row in items)
        found[target] = printed(backed / len(items), 3) if said else None
    return found


def expiring_by_the_due_date(root: Path, quarter: str, known_on: str) -> dict[str, int]:
    """Firms holding a status at the quarter's end that what is filed lets run out by 2026-12-31."""
    rows, _ = standing_rows(root, known_on)
    counted = counted_rows(rows, quarter)
    return {
        target: len([row for row in counted[target] if year_later(row["发证或入库日期"], years) <= date(2026, 12, 31)])
        for target, years in (("high_tech_firms", 3), ("tech_smes", 1))
    }


def chance_that_all_are_punctual(punctual: int, results: int, to_come: int) -> Decimal:
    """Π (½ + k + i)/(1 + n + i) over the nodes to come, to 5 points within 0.05 … 0.95."""
    p = 1.0
    for step in range(to_come):
        p *= (0.5 + punctual + step) / (1 + results + step)
    twentieths = int(Decimal(repr(p * 20)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return Decimal(min(max(twentieths, 1), 19)) / 20


def order_courses(root: Path, quarter: str, known_on: str) -> dict[str, Row]:
    """督办 order → state, limit, overdue_days, light, closed_on at the quarter's end, as known on a day."""
    with (root / "data/jincheng/register.csv").open(encoding="utf-8-sig", newline="") as lines:
        register = [line for line in csv.DictReader(lines) if not known_on or line["received_on"] <= known_on]
    replaced = {line["supersedes"] for line in register if line["supersedes"]}
    rows = []
    for line in sorted(register, key=lambda line: (line["period"], line["received_on"])):
        if line["file"] not in replaced:
            book = CalamineWorkbook.from_path(str(root / "data/jincheng/filings" / line["file"]))
            if "督办" in book.sheet_names:
                header, *cells = book.get_sheet_by_name("督办").to_python()
                rows += [dict(zip(header, row, strict=True)) for row in cells]
    end = quarter_end(quarter)
    found: dict[str, Row] = {}
    for row in rows:
        when, limit = day(row["日期"]), day(row["办结时限"])
        if when is not None and when <= end:
            order = found.setdefault(row["督办编号"], {"solved": None, "closed_on": None})
            order |= {"state": row["状态"], "limit": limit}
            order["solved"] = when if row["状态"] == "解决" else order["solved"]
            order["closed_on"] = when if row["状态"] == "销号" else order["closed_on"]
    for order in found.values():
        late = max(0, ((order["solved"] or end) - order["limit"]).days)
        order["overdue_days"] = late
        order["light"] = (
            ("逾期补办" if order["solved"] else "逾期未办结") if late
            else "按期办结" if order["closed_on"] else "办理中"
        )  # fmt: skip
    return found
