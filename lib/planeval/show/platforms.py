"""创新平台: by kind and level, older than the plan or new, by whom and where; those the plan names."""

from __future__ import annotations

from typing import Any

from planeval.measures.actors import Actors
from planeval.measures.platforms import STANDING, UNLISTED
from planeval.plan import part_names
from planeval.review import Review
from planeval.show.actors_figures import platform_chart
from planeval.show.actors_words import NAMED_WHERE, NUMBER, day_text, names_note, target_notes
from planeval.show.html import Fragment, folded, heading, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced
from planeval.show.words import listed


@traced
def platform_section(review: Review) -> Fragment:
    """Platforms by kind and level, older than the plan or new; issuers and hosts; those the plan names; the list."""
    actors = review.themes.actors
    absent = never_filed(review, "platforms", actors.filed)
    if absent:
        return together([heading(3, "创新平台没有报送", "platforms"), absent, _named_platforms(actors)])
    said = actors.totals
    return together([
        heading(3, f"在册创新平台 {said['standing']} 个，新认定 {said['new']} 个", "platforms"),
        paragraph(_platform_finding(review, actors)),
        silence_notes(review, "platforms"),
        _kind_table(review, actors),
        platform_chart(actors),
        _host_table(actors),
        _named_platforms(actors),
        _twice(review, actors),
        _alike_platforms(actors),
        _platform_list(review, actors),
    ])  # fmt: skip


def actors_finding(review: Review) -> str:
    """The one sentence of the page: platforms that stand, and how many of them are new."""
    actors = review.themes.actors
    absent = never_filed(review, "platforms", actors.filed)
    return absent.text if absent else _platform_finding(review, actors)


def _platform_finding(review: Review, actors: Actors) -> str:
    said, start = actors.totals, review.method.plan_start(review.period)
    if not said["standing"]:
        return f"期末没有在册的创新平台，已撤销 {said['revoked']} 个。"
    levels = "、".join(f"{level} {said.get(level, 0)} 个" for level in _levels(actors))
    return (
        f"期末在册创新平台 {said['standing']} 个（{levels}）：起算日 {start.isoformat()} 前已有 {said['existing']} 个，"
        f"以后新认定 {said['new']} 个" + (f"；另有 {said['revoked']} 个已撤销。" if said["revoked"] else "。")
    )


def _levels(actors: Actors) -> list[str]:
    return [name for name in actors.kinds.columns if name not in ("kind", "standing", "existing", "new", "revoked")]


def _kind_table(review: Review, actors: Actors) -> Fragment:
    levels = _levels(actors)
    columns = (*levels, "standing", "existing", "new", "revoked")
    rows = [(row["kind"], *(str(row[name]) for name in columns)) for row in rows_of(actors.kinds)]
    rows.append(("合计", *(str(actors.totals.get(name, 0)) for name in columns)))
    return table(
        "创新平台按种类和级别", ("种类", *levels, "在册合计", "其中方案前已有", "其中新认定", "已撤销"), rows,
        ("text", *[NUMBER] * len(columns)), unit="个",
        notes=[
            f"n={len(actors.platforms)}。口径：“平台”表按平台编号一个只计一次；认定日期不晚于期末的计入，"
            "撤销日期不晚于期末的算已撤销；各级别为在册数。种类次序依方案四（二）。",
            *target_notes(review, "platforms"),
        ],
    )  # fmt: skip


def _host_table(actors: Actors) -> Fragment:
    named = {
        "issuers": ("认定机关", "issuer"),
        "hosts": ("依托单位", "host"),
        "host_places": ("依托单位所在", "host_place"),
    }
    rows = [
        (label, row[column], str(row["platforms"]), listed([str(name) for name in row["names"]]))
        for frame, (label, column) in named.items()
        for row in rows_of(getattr(actors, frame))
    ]
    hosts = len(actors.hosts)
    most = int(actors.hosts["platforms"].max()) if hosts else 0
    several = f"最多的一家有 {most} 个。" if most > 1 else "每家 1 个。"
    said = f"在册平台分布在 {hosts} 家依托单位，{several}" if hosts else "没有在册平台，也就没有依托单位可列。"
    return paragraph(said) + folded(
        "按认定机关和依托单位",
        table("在册平台按认定机关、依托单位", ("分组", "名称", "平台数", "平台"), rows,
              ("text", "text", "number", "text"), unit="个",
              notes=[f"依托单位与“企业”表按名称全同对应；对不上的写“{UNLISTED}”，可能在谷外，也可能写法不同。"]),
    )  # fmt: skip


def _named_platforms(actors: Actors) -> Fragment:
    rows = [
        (row["name"], f"{row['clause']}", _found(row), STANDING if row["standing"] else "—")
        for row in rows_of(actors.named_platforms)
    ]
    if not rows:
        return paragraph("方案没有点名具体的创新平台。")
    found = int(actors.named_platforms["filed"].gt(0).sum())
    return together([
        heading(3, f"方案点名的平台：{len(rows)} 个{f'中 {found} 个' if found else '都不'}在台账中", "named-platforms"),
        table("方案点名的创新平台", ("平台", "方案条款", "台账中", "状态"), rows, ("text", "text", "text", "text"),
              notes=[NAMED_WHERE]),
    ])  # fmt: skip


def _found(row: dict[str, Any]) -> str:
    return f"有 {row['filed']} 行" if row["filed"] else "没有同名的行"


def _twice(review: Review, actors: Actors) -> Fragment:
    twice = [row for row in rows_of(actors.platforms) if row["also_filed_by"]]
    if not twice:
        return paragraph("没有两个单位报送同一平台编号的情况，每个平台只计一次。", "note")
    short = part_names(review.plan, "unit")
    rows = [
        (row["platform_id"], row["name"], short.get(row["unit_id"], row["unit_id"]),
         "、".join(short.get(unit, unit) for unit in row["also_filed_by"]))
        for row in twice
    ]  # fmt: skip
    return table("两个以上单位报送的平台（只计一次）", ("平台编号", "平台", "采用谁的", "还有谁报"), rows,
                 ("text", "text", "text", "text"), notes=["采用次序依“报送义务”决定中的单位次序。"])  # fmt: skip


def _alike_platforms(actors: Actors) -> Fragment:
    if actors.alike_platforms.empty:
        return names_note(actors)
    rows = [
        (row["one"], row["one_name"], row["other"], row["other_name"], row["reason"])
        for row in rows_of(actors.alike_platforms)
    ]
    return table("可能是同一平台的编号（待核，未合并）", ("编号", "平台", "另一编号", "平台", "为何列出"), rows,
                 ("text", "text", "text", "text", "text")) + names_note(actors)  # fmt: skip


def _platform_list(review: Review, actors: Actors) -> Fragment:
    short = part_names(review.plan, "unit")
    rows = [
        (row["platform_id"], row["name"], row["kind"], row["level"], row["issuer"], row["host"],
         day_text(row["recognised_on"]), _state(row), "方案前" if row["existing"] else "新认定",
         short.get(row["unit_id"], row["unit_id"]))
        for row in rows_of(actors.platforms)
    ]  # fmt: skip
    headings = ("平台编号", "平台", "种类", "级别", "认定机关", "依托单位", "认定日期", "状态", "先后", "报送单位")
    return folded(
        f"全部 {len(rows)} 个平台", table("创新平台名单", headings, rows, ["text"] * len(headings), kind="rows")
    )


def _state(row: dict[str, Any]) -> str:
    return STANDING if row["standing"] == STANDING else f"{row['standing']}（{day_text(row['revoked_on'])}）"
