"""Which verdicts hold under every reading, which depend on our choice, and how little would flip each light."""

from __future__ import annotations

from typing import Any

from planeval.disclosure import withheld
from planeval.judge.combinations import MOST
from planeval.judge.verdicts import READING_COLUMNS
from planeval.review import Review
from planeval.show.html import Align, Cell, Fragment, bullets, folded, heading, paragraph, rows_of, table, together
from planeval.show.trace import traced
from planeval.show.words import amount, light, listed, percent, points


@traced
def verdict_table(review: Review) -> Fragment:
    """The headline, a row per target, and folded the verdict under every combination of readings."""
    rows = rows_of(review.dependence)
    sampled = any(row["run"] < row["combinations"] for row in rows)
    how = f"组合超过 {MOST:,} 种的，按固定种子抽取 {MOST:,} 种。" if sampled else "每一种组合都已算过，没有抽样。"
    listing = table(
        "进度灯对口径的依赖", ("指标", "现判", "口径组合", "与现判相同", "各组合的结论", "单独改变就会变灯的决定"),
        [(row["name"], light(row["progress_light"]), _combinations(row), _agreeing(row), "、".join(row["lights"]),
          "、".join(row["decisive"]) or "无") for row in rows],
        ("text", "mark", "number", "number", "text", "text"),
        notes=[f"组合：{'、'.join(READING_COLUMNS.values())}各取参数中列出的一种读法。{how}"], kind="compact",
    )  # fmt: skip
    details = [] if withheld(review.verdicts) else [_of_target(review, row) for row in rows]
    return together([paragraph(_headline(rows)), listing, *details])


def _headline(rows: list[dict[str, Any]]) -> str:
    firm = [row["name"] for row in rows if row["holds"]]
    shaky = [row["name"] for row in rows if not row["holds"]]
    if not shaky:
        return "在所列各种口径下，各指标的进度灯都不变。"
    text = f"{len(shaky)} 项指标的进度灯取决于评估人员的选择：{listed(shaky)}。"
    if not firm:
        return text + "没有一项在各种口径下都相同。"
    return f"{text}{len(firm)} 项在所列各种口径下结论相同：{listed(firm)}。"


def _combinations(row: dict[str, Any]) -> str:
    return f"{row['run']}/{row['combinations']}" if row["run"] < row["combinations"] else str(row["run"])


def _agreeing(row: dict[str, Any]) -> str:
    return f"{row['agreeing']}（{percent(row['agreeing'] / row['run'])}）"


def _of_target(review: Review, summary: dict[str, Any]) -> Fragment:
    rows = rows_of(review.verdicts[review.verdicts["target_id"].eq(summary["target_id"])])
    varying = [column for column in READING_COLUMNS if len({row[column] for row in rows}) > 1]
    texts: list[Align] = ["text" for _ in varying]
    listing = table(
        f"{summary['name']}：{len(rows)} 种口径组合，{'结论一致' if summary['holds'] else '结论不一'}",
        ("采用", *(READING_COLUMNS[column] for column in varying), "数值", "完成比例", "应达比例", "差距（百分点）",
         "进度灯"),
        [(Cell("采用", "<strong>采用</strong>") if row["in_force"] else "备选", *(row[column] for column in varying),
          amount(row["value"], row["unit"]), percent(row["done_share"]), percent(row["expected_share"]),
          points(row["gap"]), light(row["progress_light"])) for row in rows],
        ("mark", *texts, "number", "number", "number", "number", "mark"),
        unit=rows[0]["unit"], kind="compact",
    )  # fmt: skip
    return folded(f"{summary['name']}的 {len(rows)} 种组合", listing)


@traced
def flip_table(review: Review) -> Fragment:
    """The smallest change of each decision that would flip each target's light, one sentence each."""
    if withheld(review.flips):
        return Fragment("")
    rows = rows_of(review.flips)
    parts = [paragraph(
        "每次只改一项决定，从最小的一步改起，按印出的数逐步重判；改到头仍不变灯的也写明。"
        "计入的数多算或少算几个就会变灯，另列出来，供核对时掌握轻重。"
    )]  # fmt: skip
    for target in review.plan.targets:
        mine = [row for row in rows if row["target_id"] == target.id]
        flipping = [row["sentence"] for row in mine if row["flips"]]
        steady = [row["sentence"] for row in mine if not row["flips"]]
        parts.append(heading(3, f"{target.name}（{mine[0]['light']}）"))
        parts.append(bullets(flipping) if flipping else paragraph("没有哪一项决定单独改动就会变灯。"))
        if steady:
            parts.append(folded(f"改动也不变灯的 {len(steady)} 项", bullets(steady)))
    return together(parts)
