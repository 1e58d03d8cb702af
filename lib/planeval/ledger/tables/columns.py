"""The words ledger tables are declared in: columns, tables and short ways to write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal[
    "text", "code", "number", "count", "date", "choice", "quarter", "unit", "units", "industry", "zone", "task"
]
SAMPLE = "示例数据"
NATURES = ("正式填报", SAMPLE)


@dataclass(frozen=True)
class Column:
    """One column: Chinese heading, kind, unit (万元, 人 …), whether it must be filled, its closed list.

    Dates are days; `number` and `count` are not negative; `code` is compared after NFKC without spaces.
    """

    id: str
    heading: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The heading as printed in a form, with its unit."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading


@dataclass(frozen=True)
class Table:
    """One ledger table. `key` identifies an item; `ordered` are pairs of dates that must not run backwards.

    proof: what counts as evidence for a row. filed_by: whose business keeps this record; which unit that is, is
    decided in method.yml (`filing_duties`), not here. ended_by: the date that takes an item off the open list;
    open items are carried into the next quarter's form. repeated: a row a quarter, so nothing is carried.
    """

    id: str
    sheet: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    proof: str = ""
    filed_by: str = ""
    ended_by: str = ""
    repeated: bool = False

    def column(self, column_id: str) -> Column:
        """The column with this id; KeyError when the table has none."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)


def text(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    """Free text, one line."""
    return Column(id, heading, "text", meaning, required)


def code(id: str, heading: str, meaning: str, required: bool = True) -> Column:
    """An identifier."""
    return Column(id, heading, "code", meaning, required)


def day(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    """A day."""
    return Column(id, heading, "date", meaning, required)


def choice(id: str, heading: str, choices: str, meaning: str, required: bool = True) -> Column:
    """One of a closed list, written here with blanks between."""
    return Column(id, heading, "choice", meaning, required, choices=tuple(choices.split()))


def money(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    """An amount in 万元."""
    return Column(id, heading, "number", meaning, required, unit="万元")


def count(id: str, heading: str, unit: str, meaning: str, required: bool = False) -> Column:
    """A whole number with its unit."""
    return Column(id, heading, "count", meaning, required, unit=unit)


def area(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    """A floor area in 平方米."""
    return Column(id, heading, "number", meaning, required, unit="平方米")


def quarter(meaning: str) -> Column:
    """The quarter a repeated row speaks of."""
    return Column("quarter", "所属季度", "quarter", meaning, True)


def unit(id: str, heading: str, meaning: str, required: bool = False) -> Column:
    """A responsible unit of the plan."""
    return Column(id, heading, "unit", meaning, required)


ENTERPRISE_ID = code("enterprise_id", "企业代码", "统一社会信用代码，18 位")
INDUSTRY = Column("industry", "所属产业", "industry", "方案所列产业之一", True)
EVIDENCE = (
    text("evidence", "佐证材料", "文件名、文号或网址；没有佐证的行计入，但证据覆盖率降低"),
    Column("nature", "数据性质", "choice", "正式填报，或示例数据；空白按正式填报", choices=NATURES),
)
