"""保障措施: the working group's own record (五(一)) and the publicity record (五(四))."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from planeval.measures.publicity import LEVELS, Publicity
from planeval.review import Review
from planeval.show.figures import ACCENT, INK, MUTED, RULE, chart, style
from planeval.show.html import Align, Cell, Fragment, folded, heading, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, without_rows
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed

_UNFILED = "未报送"
_GROUP_HEADINGS = ("季度", "收集", "交办", "涉及单位", "督办核验", "销号", "收集到交办的天数")
_GROUP_NOTES = (
    "口径：督办表中每件第一次到达该状态的日期；延期和催办不重复计。涉及单位为本季新交办的承办单位数，天数为中位数。",
    "专班会议的次数和纪要没有台账，这里只能看到专班交办、核验和销号的记录。",
)


@traced
def working_group_section(review: Review) -> Fragment:
    """What the group assigned, checked and closed in each quarter, and what the ledgers cannot say."""
    group = review.themes.working_group
    parts = [heading(3, "工作专班的交办与督办", "working-group")]
    if group.by_quarter.empty:
        return together([*parts, _nothing(review, "dispatch")])
    last = rows_of(group.by_quarter)[-1]
    finding = (
        f"截至 {review.period.label}末，工作专班累计交办 {int(group.by_quarter['assigned'].sum())} 件、"
        f"销号 {int(group.by_quarter['closed'].sum())} 件；"
        f"本季交办 {_count(last['assigned'])}、销号 {_count(last['closed'])}"
    )
    finding += f"，{listed(list(group.idle))} 没有交办。" if group.idle else "，每季都有交办。"
    rows = [
        (row["quarter"], *(_number(row[name]) for name in ("collected", "assigned", "units", "checked", "closed")),
         _days(row["days_to_assign"]))
        for row in rows_of(group.by_quarter)
    ]  # fmt: skip
    aligns: list[Align] = ["text", *["number" for _ in range(6)]]  # type: ignore[list-item]
    return together(
        [
            *parts,
            paragraph(finding),
            table("工作专班各季的交办与督办", _GROUP_HEADINGS, rows, aligns, unit="件", notes=_GROUP_NOTES),
        ]
    )


def _nothing(review: Review, table: str) -> Fragment:
    """Nobody ever filed the table, or what was filed holds no row."""
    return never_filed(review, table) or paragraph(without_rows(review, table, ""))


@traced
def publicity_section(review: Review) -> Fragment:
    """The publicity record: finding, by medium and level, by quarter, and every item."""
    record = review.themes.publicity
    parts = [heading(3, "宣传与推广", "publicity")]
    if record.items.empty:
        return together([*parts, _nothing(review, "publicity")])
    return together([
        *parts, paragraph(_finding(record, review)), _medium_table(record), _quarter_chart(record),
        folded(f"全部 {len(record.items)} 条记录", _item_table(record, review)),
    ])  # fmt: skip


def _finding(record: Publicity, review: Review) -> str:
    upper = int(record.items["level"].isin(LEVELS[:2]).sum())
    text = f"截至 {review.period.label}末共 {len(record.items)} 条，其中国家级和省级 {upper} 条；"
    text += f"推进会、交流会共 {len(record.meetings)} 次"
    text += f"，{listed(list(record.without_meeting))} 没有召开" if record.without_meeting else "，每季都有召开"
    text += f"；{'、'.join(_names(record.silent, review))}本季未报送，本季数可能偏少" if record.silent else ""
    return text + "。"


def _medium_table(record: Publicity) -> Fragment:
    rows = [
        (row["medium"], *(str(row[level]) for level in LEVELS), str(row["total"])) for row in rows_of(record.by_medium)
    ]
    total = record.by_medium[[*LEVELS, "total"]].sum()
    rows.append(("合计", *(str(int(total[name])) for name in (*LEVELS, "total"))))
    aligns: list[Align] = ["text", *["number" for _ in range(len(LEVELS) + 1)]]  # type: ignore[list-item]
    return table("宣传的媒体种类和级别", ("媒体种类", *LEVELS, "合计"), rows, aligns, unit="条",
                 notes=["口径：宣传表中刊播或召开日期不晚于本季末的记录，两个单位报的同一条只计一次。"])  # fmt: skip


def _quarter_chart(record: Publicity) -> Fragment:
    rows = rows_of(record.by_quarter)
    held = sum(row["meetings"] > 0 for row in rows if not pd.isna(row["meetings"]))
    title = f"{len(rows)} 个季度中 {held} 个召开了推进会或交流会" if held < len(rows) else "每季都召开了推进会或交流会"
    data = table("各季宣传条数", ("季度", "全部", "推进会、交流会"),
                 [(row["quarter"], _number(row["items"]), _number(row["meetings"])) for row in rows],
                 ("text", "number", "number"), unit="条", kind="plain")  # fmt: skip
    with mpl.rc_context(style()):
        figure = Figure(figsize=(7.2, 2.3))
        axes = figure.add_axes((0.04, 0.22, 0.94, 0.72))
        for place, row in enumerate(rows):
            if pd.isna(row["items"]):
                axes.text(place, 0.2, _UNFILED, ha="center", color=MUTED, fontsize=8.5)
                continue
            axes.bar(place, row["items"], width=0.55, color="#dbe4ee", edgecolor=RULE)
            axes.bar(place, row["meetings"], width=0.55, color=ACCENT)
            axes.text(place, row["items"] + 0.15, str(row["items"]), ha="center", color=INK, fontsize=9)
        axes.set_xticks(range(len(rows)), [row["quarter"] for row in rows], fontsize=8.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xlabel("浅色：全部条数（上方数字）　深色：其中推进会、交流会", fontsize=8.5, loc="left")
        said = "；".join(f"{row['quarter']} {_number(row['items'])} 条" for row in rows)
        return chart(figure, title, f"各季宣传条数的柱形图。{said}。", data)


def _item_table(record: Publicity, review: Review) -> Fragment:
    ordered = record.items.sort_values(["published_on", "item_id"], kind="stable")
    rows = [
        (row["item_id"], f"{row['published_on']:%Y-%m-%d}", row["title"], row["medium"], row["level"], row["outlet"],
         _source(row, review))
        for row in rows_of(ordered)
    ]  # fmt: skip
    return table("宣传记录", ("编号", "日期", "标题", "种类", "级别", "媒体或主办", "来源"), rows,
                 ("text", "text", "text", "text", "text", "text", "text"), kind="compact")  # fmt: skip


def _source(row: dict[str, object], review: Review) -> Cell:
    unit = review.plan.unit(str(row["unit_id"])).short_name
    return Cell(f"{unit} {row['period']} 第{row['row']}行")


def _names(units: tuple[str, ...], review: Review) -> list[str]:
    return [review.plan.unit(unit).short_name for unit in units]


def _number(value: object) -> str:
    return _UNFILED if pd.isna(value) else f"{value}"  # type: ignore[call-overload]


def _count(value: object) -> str:
    return _UNFILED if pd.isna(value) else f"{value} 件"  # type: ignore[call-overload]


def _days(value: object) -> str:
    return ABSENT if pd.isna(value) else f"{value:g}"  # type: ignore[call-overload]
