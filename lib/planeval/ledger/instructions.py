"""The words of 填报说明, the first sheet of every form: who files what for which quarter, by when and how.

Receiving reads unit and quarter back from the first two lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from planeval.ledger.tables import SAMPLE, Table
from planeval.periods import Period
from planeval.plan import Plan

UNIT_LABEL, PERIOD_LABEL, CORRECTION_LABEL = "报送单位", "所属季度", "更正说明"

_HOW = (
    (
        "填什么",
        "本季新增的、有变化的和尚未办结的事项，一事一行，不填合计。"
        "没有新增的表保留表头，不删工作表：有表无行表示没有，缺表表示未报送。",
    ),
    (
        "怎样填",
        "表头带 * 的必填，行里缺了会变色。表头上的批注写明这一列填什么；有下拉列表的从列表里选；"
        "在最后一行之后接着填。表头和工作表名称不改，不加列，不合并单元格。"
        "日期填 2026-03-31 的样子；金额以万元计；没有数的留空，不填 0、不填“无”。",
    ),
    (
        "结转的事项",
        "浅绿色的行是以前报送过、还没有结束也没有过有效期的事项：有变化的直接改，已经结束的补填结束日期，"
        "没有变化的原样保留。编号不改。",
    ),
    (
        "数据性质",
        f"真实的行填“正式填报”或留空；演示、测试用的行填“{SAMPLE}”，凡用了这样的行，网页都标明“{SAMPLE}”。",
    ),
    ("佐证材料", "写文件名、文号或网址。没有佐证的行也计入，但会降低证据覆盖率。"),
    ("个人信息", "不填个人姓名、身份证号、手机号；人才只用编号。"),
    (
        "怎样更正",
        f"已经报送的不能改动。要更正的，把整份工作簿改好后另存一份，在“{CORRECTION_LABEL}”一栏写明更正了什么，"
        "重新报送；收件时登记为更正，原来的一份保留备查。",
    ),
)


def instruction_lines(
    plan: Plan, unit: str, period: Period, tables: Sequence[Table], carried: Mapping[str, int], last_day: date | None
) -> list[tuple[str, str]]:
    """Label and text of every line. carried: table id → rows carried in. last_day: of filing in time, if decided."""
    limit = f"{last_day.isoformat()} 以前（含当日）" if last_day else "按通知"
    return [
        (UNIT_LABEL, plan.unit(unit).name),
        (PERIOD_LABEL, f"{period.label}（{period}）"),
        ("方案", f"{plan.text.title}　{plan.text.document.number}".strip()),
        ("报送期限", limit),
        (CORRECTION_LABEL, ""),
        *_HOW,
        *((f"表“{table.sheet}”", _purpose(table, carried.get(table.id, 0))) for table in tables),
    ]


def _purpose(table: Table, carried: int) -> str:
    key = "＋".join(table.column(column).heading for column in table.key)
    more = f"已结转 {carried} 行。" if carried else ""
    return f"{table.meaning}。同一{key}只留一行。佐证：{table.proof}。{more}"
