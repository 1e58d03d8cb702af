"""What a form lets be typed: dropdowns, checks of dates and numbers, and the hidden sheet of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from planeval.ledger.headings import column_letter
from planeval.ledger.tables import Column, Table
from planeval.ledger.workbooks import plan_names
from planeval.periods import Period
from planeval.plan import Plan

OPTIONS_SHEET = "选项"
LAST_ROW = 20_000  # the checks reach this far down; nobody types more rows into a form
QUARTERS_BACK = 8
_LONGEST_LIST = 255  # of a list written into the check itself; Excel's limit, and XlsxWriter drops longer ones
_LONGEST_MESSAGE = 255
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)


@dataclass
class OptionLists:
    """Lists that dropdowns point to by name; `write` puts them on a hidden sheet at the end of the workbook."""

    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def named(self, name: str, options: Sequence[str]) -> str:
        """Keep a list; returns the formula by which a check refers to it. One list under two names is one list."""
        for known, kept in self.lists.items():
            if kept == tuple(options):
                return f"={known}"
        self.lists[name] = tuple(options)
        return f"={name}"

    def write(self, workbook: Any) -> None:
        """Write the lists, one a column under its name; no sheet when there are none."""
        if not self.lists:
            return
        sheet = workbook.add_worksheet(OPTIONS_SHEET)
        for position, (name, options) in enumerate(self.lists.items()):
            sheet.write_string(0, position, name)
            for row, option in enumerate(options, start=1):
                sheet.write_string(row, position, option)
            letter = column_letter(position)
            workbook.define_name(name, f"='{OPTIONS_SHEET}'!${letter}$2:${letter}${len(options) + 1}")
        sheet.protect()
        sheet.very_hidden()


def options_of(column: Column, plan: Plan, period: Period) -> tuple[str, ...]:
    """What a column's dropdown offers, in the order of the plan; empty when it has none."""
    if column.kind == "quarter":
        return tuple(str(period.shift(-back)) for back in range(QUARTERS_BACK + 1))
    names = plan_names(column, plan)
    return column.choices if names is None else tuple(names.values())


def add_checks(sheet: Any, table: Table, plan: Plan, period: Period, lists: OptionLists) -> None:
    """Check every column of a sheet from row 2 on. Raises ValueError when XlsxWriter would leave a check out."""
    for position, column in enumerate(table.columns):
        check = _check(column, options_of(column, plan, period), lists, f"list_{table.id}_{column.id}")
        if check and sheet.data_validation(1, position, LAST_ROW - 1, position, check) != 0:
            raise ValueError(f"{table.sheet}·{column.heading}：这一列的校验写不进工作簿")


def _check(column: Column, options: tuple[str, ...], lists: OptionLists, name: str) -> dict[str, Any]:
    """The check of one column as XlsxWriter takes it; empty when anything may be typed."""
    if options:
        return _list_check(column, options, lists, name)
    if column.kind == "date":
        message = "填日期，如 2026-03-31；还没有日期的留空。"
        return _stop(column, message, validate="date", criteria="between", minimum=_FIRST_DAY, maximum=_LAST_DAY)
    unit = f"，以{column.unit}计" if column.unit else ""
    if column.kind == "number":
        message = f"填不小于 0 的数{unit}；只填数字，单位不写在格子里；没有数的留空，不填“无”。"
        return _stop(column, message, validate="decimal", criteria=">=", value=0)
    if column.kind == "count":
        message = f"填不小于 0 的整数{unit}；只填数字，单位不写在格子里；没有数的留空，不填“无”。"
        return _stop(column, message, validate="integer", criteria=">=", value=0)
    return {}


def _list_check(column: Column, options: tuple[str, ...], lists: OptionLists, name: str) -> dict[str, Any]:
    source: Any = list(options)
    by_plan = not column.choices
    if by_plan or len(",".join(options)) > _LONGEST_LIST or any("," in option for option in options):
        source = lists.named(name, options)
    if column.kind == "units":  # several units may stand in one cell: the list only helps
        return {"validate": "list", "source": source, "show_error": False}
    if column.kind == "quarter":
        message = f"一般填本季 {options[0]}。补报更早季度的，确认后继续。"
        return {**_stop(column, message, validate="list", source=source), "error_type": "warning"}
    return _stop(column, f"请从下拉列表中选：{'、'.join(options)}", validate="list", source=source)


def _stop(column: Column, message: str, **check: Any) -> dict[str, Any]:
    if len(message) > _LONGEST_MESSAGE:
        message = message[: _LONGEST_MESSAGE - 1] + "…"
    return {**check, "error_title": column.heading[:32], "error_message": message}
