"""How the world reaches the evaluators: quarterly filings, with what goes wrong in any year.

A filing carries what is new or changed since the unit's last one, and what is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planeval.ledger.tables import SAMPLE, TABLES, Table
from planeval.periods import Period
from planeval.plan import Unit
from planeval.sample.item import Item, Row, Setting
from planeval.sample.transfer import REGISTERED, SIGNED

NATURE_NOTE = ("数据性质", SAMPLE)
_YUAN_PER_WAN = 10_000


@dataclass(frozen=True)
class Delivery:
    """One workbook as a unit sent it. file and supersedes: below filings/, with forward slashes."""

    unit: str
    period: Period
    received_on: date
    file: str
    supersedes: str
    sheets: dict[Table, list[Row]]
    notes: tuple[tuple[str, str], ...]


def make_deliveries(items: Sequence[Item], setting: Setting) -> list[Delivery]:
    """Every filing of the story in the order of receipt."""
    sent: list[Delivery] = []
    for unit in setting.plan.units:
        own = [item for item in items if item.unit == unit.id]
        filed: dict[int, Row] = {}
        for quarter in setting.story.quarters:
            # story: one unit files nothing at all for a quarter; what it had to say comes with its next filing
            if (unit.id, quarter) == (setting.story.silent_unit, setting.story.silent_period):
                continue
            sent += _of_quarter(unit, quarter, _sheets(own, unit, quarter, filed, setting), own, setting)
    order = {unit.id: position for position, unit in enumerate(setting.plan.units)}
    return sorted(sent, key=lambda delivery: (delivery.received_on, order[delivery.unit], delivery.file))


def _sheets(
    own: Sequence[Item], unit: Unit, quarter: Period, filed: dict[int, Row], setting: Setting
) -> dict[Table, list[Row]]:
    """The rows a unit files for a quarter; `filed` remembers what it filed last for each item."""
    sheets: dict[Table, list[Row]] = {table: [] for table in TABLES if unit.id in setting.duties.get(table.id, ())}
    for number, item in enumerate(own):
        state = item.on(quarter.end)
        if state is not None and (state.open or filed.get(number) != state.row):
            sheets[item.table].append(state.row)
            filed[number] = state.row
    return sheets


def _of_quarter(
    unit: Unit, quarter: Period, sheets: dict[Table, list[Row]], own: Sequence[Item], setting: Setting
) -> list[Delivery]:
    """The filing of a quarter; where the story has it corrected, the wrong filing and its correction."""
    story = setting.story
    file, received = f"{quarter}/{unit.id}.xlsx", _received(unit, quarter, setting)
    notes = _notes(unit, quarter)
    if (unit.id, quarter) != (story.correcting_unit, story.corrected_period):
        return [Delivery(unit.id, quarter, received, file, "", sheets, notes)]
    correction = (
        *notes, ("更正说明", f"本文件更正 {file}：两项成果只登记、未签约；一项成果的合同金额误以元填报；"
                             "一家企业的营业收入小数点错位。以本文件为准。"),
    )  # fmt: skip
    return [
        Delivery(unit.id, quarter, received, file, "", _with_slips(sheets, own, setting), notes),
        Delivery(unit.id, quarter, story.corrected_on, f"{quarter}/{unit.id}-v2.xlsx", file, sheets, correction),
    ]


def _received(unit: Unit, quarter: Period, setting: Setting) -> date:
    """A working day between the bounds told. Story: one unit is late for one quarter."""
    story = setting.story
    if (unit.id, quarter) == (story.late_unit, story.late_period):
        return story.late_on
    month = quarter.next.start
    first, last = story.receipt_days[quarter.quarter - 1]
    return setting.dice(f"receipt {unit.id} {quarter}").day(month.replace(day=first), month.replace(day=last))


def _notes(unit: Unit, quarter: Period) -> tuple[tuple[str, str], ...]:
    return (
        ("报送单位", unit.name),
        ("所属季度", f"{quarter.label}（{quarter}）"),
        NATURE_NOTE,
        ("来历", "由程序按设定的情节生成，企业、高校、平台、金额和日期都是虚构的，不是任何单位的真实报送。"),
        ("填报范围", "本季新增、有变化的事项和尚未办结的事项；经营、政策、载体表每季一行，经营表填本季数，"
                     "不是累计数。没有新增的表只留表头。"),
        ("计量单位", "金额为万元，面积为平方米"),
    )  # fmt: skip


def _with_slips(sheets: dict[Table, list[Row]], own: Sequence[Item], setting: Setting) -> dict[Table, list[Row]]:
    """The same rows as first filed: two registrations passed off as contracts, an amount in yuan instead of
    万元, and a revenue with a slipped decimal point (story: 更正报送).
    """
    later = setting.story.corrected_period.next.end
    lasting = {state.row["achievement_id"] for item in own if item.table.id == "achievements"
               for state in (item.on(later),) if state is not None and state.row["stage"] == REGISTERED}  # fmt: skip
    return {table: _slipped(table.id, rows, lasting, setting) for table, rows in sheets.items()}


def _slipped(table: str, rows: list[Row], lasting: set[str], setting: Setting) -> list[Row]:
    if table == "operations":
        middling = sorted(rows, key=lambda row: row["revenue"])[len(rows) * 3 // 4]
        wrong = {**middling, "revenue": round(middling["revenue"] * setting.story.wrong_revenue_factor, 1)}
        return [wrong if row is middling else row for row in rows]
    if table == "achievements":
        passed_off = [row for row in rows if row["achievement_id"] in lasting][:2]
        in_yuan = next(row for row in rows if row["stage"] == SIGNED)
        if len(passed_off) < 2:
            raise ValueError("情节要求被更正的报送里至少有两项只登记的成果，现有的设定不满足")
        return [_slipped_achievement(row, passed_off, in_yuan) for row in rows]
    return rows


def _slipped_achievement(row: Row, passed_off: list[Row], in_yuan: Row) -> Row:
    if any(row is wrong for wrong in passed_off):
        return {**row, "stage": SIGNED}
    return {**row, "contract_amount": row["contract_amount"] * _YUAN_PER_WAN} if row is in_yuan else row
