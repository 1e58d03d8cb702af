"""The codebook data/README.md, written from the declarations of the tables: what each column of each table means.

`python -m planeval.ledger.codebook` rewrites it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from planeval.ledger.tables import TABLES, Column, Table
from planeval.ledger.workbooks import replace_file
from planeval.workspace import find_workspace

KINDS = {
    "text": "文字",
    "code": "编号",
    "number": "数（不小于 0）",
    "count": "整数（不小于 0）",
    "date": "日期",
    "choice": "下拉列表",
    "quarter": "季度",
    "unit": "责任单位",
    "units": "责任单位（可多个）",
    "industry": "方案所列产业",
    "zone": "方案所列区域",
    "task": "方案所列任务",
}

_HEAD = """\
# 台账编码本

本文件由程序按台账的表定义生成，不要手改；改了表定义后运行 `python -m planeval.ledger.codebook`。

每个责任单位每季报送一份工作簿，一张表一个工作表，一事一行，附佐证；合计由程序去数，不报合计。
空白的报送表用 `planeval template <评估>` 生成，收到的文件用 `planeval receive <文件>` 登记。

- 报送文件在 `<计划>/filings/<季度>/`，登记簿是 `<计划>/register.csv`，公开数和出处在 `<计划>/published/`。
- 编号：按文本填；比较前统一成半角大写、去掉空格。
- 主键：同一张表里主键相同的行是同一事项；一份报送里只留一行，前后几份报送以最近一次为准。
- 数：只填数字，金额以万元计；“约”“余”“三成”之类的约数不收。没有数的留空，空白不是零。
- 日期：如 2026-03-31；也认 2026年3月31日、2026/3/31、2026.3.31 和 Excel 日期。季度：如 2026Q3。
- 责任单位：`units.yml` 里的全称、简称或别名；产业、区域、任务：方案（`plan.yml`）里的名称。
- 下拉列表：下面列的是通用的选项；一个计划可以在 `method.yml` 的 `closed_lists` 里换成自己的。
- 哪个单位报哪张表，由评估人员在 `method.yml` 的 `filing_duties` 里决定；下面“谁报送”只说这类记录通常归谁管。
- 数据性质：真实的行填“正式填报”或留空；程序生成的行标“示例数据”，用了这样的行，网页都标明“示例数据”。
- 人才只用编号，任何一张表都不写个人姓名、身份证号和手机号。
"""


def codebook() -> str:
    """The whole codebook as Markdown."""
    listing = "\n".join(f"| [{table.sheet}](#{table.sheet}) | `{table.id}` | {table.meaning} |" for table in TABLES)
    contents = f"\n## 共 {len(TABLES)} 张表\n\n| 工作表 | 标识 | 一行是什么 |\n| --- | --- | --- |\n{listing}\n"
    return _HEAD + contents + "".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    facts = "\n".join(f"- {label}：{text}" for label, text in _facts(table))
    rows = "\n".join(f"| {' | '.join(_cells(column, table))} |" for column in table.columns)
    head = "| 列名 | 标识 | 内容 | 单位 | 必填 | 可选 | 说明 |\n| --- | --- | --- | --- | --- | --- | --- |"
    return f"\n## {table.sheet}\n\n{table.meaning}。\n\n{facts}\n\n{head}\n{rows}\n"


def _facts(table: Table) -> Iterator[tuple[str, str]]:
    def named(*columns: str) -> str:
        return "＋".join(table.column(column).heading for column in columns)

    yield "标识", f"`{table.id}`"
    yield "谁报送", table.filed_by
    yield "主键", named(*table.key)
    yield "佐证", table.proof
    if table.ordered:
        yield "日期先后", "；".join(f"{named(last)}不早于{named(first)}" for first, last in table.ordered)
    if table.repeated:
        yield "结转", "一季一行，不结转"
    elif table.ended_by:
        yield "结转", f"没有填“{named(table.ended_by)}”、也没有过有效期的事项，印在下一季的报送表里"
    else:
        yield "结转", "不结转；有变化时用同一编号再报一行"


def _cells(column: Column, table: Table) -> Iterator[str]:
    """One column as the cells of its line; what would break the line is written so that it does not."""
    required = "是" if column.required else ""
    key = "（主键）" if column.id in table.key else ""
    cells = (column.heading, f"`{column.id}`", KINDS[column.kind], column.unit, required + key,
             "、".join(column.choices), column.meaning)  # fmt: skip
    yield from (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)


def write_codebook(data: Path) -> Path:
    """Write the codebook into the folder of the data; returns its path."""
    path = data / "README.md"
    replace_file(path, codebook().encode("utf-8"))
    return path


if __name__ == "__main__":
    print(write_codebook(find_workspace().root / "data"))
