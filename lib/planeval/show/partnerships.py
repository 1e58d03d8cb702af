"""市校合作: by region and state, the universities the plan names, and what each has produced."""

from __future__ import annotations

from planeval.measures.actors import Actors
from planeval.measures.partnerships import OPERATING, STATES
from planeval.review import Review
from planeval.show.actors_figures import region_chart
from planeval.show.actors_words import NAMED_WHERE, NUMBER, day_text, names_note, target_notes, wan_text
from planeval.show.html import Fragment, folded, heading, paragraph, rows_of, table, together
from planeval.show.silence import never_filed, silence_notes
from planeval.show.trace import traced


@traced
def partnership_section(review: Review) -> Fragment:
    """Partnerships by region and state; the list."""
    actors = review.themes.actors
    absent = never_filed(review, "partnerships", actors.filed)
    if absent:
        return together([heading(3, "市校合作没有报送", "regions"), absent])
    said = actors.totals
    return together([
        heading(3, f"已签约市校合作 {said['partnerships']} 个，已运行 {said[OPERATING]} 个", "regions"),
        paragraph(_region_finding(actors)),
        silence_notes(review, "partnerships"),
        _region_table(review, actors),
        region_chart(actors),
        _partnership_list(actors),
    ])  # fmt: skip


def _region_finding(actors: Actors) -> str:
    said = actors.totals
    if not said["partnerships"]:
        return "期末还没有签约的市校合作。"
    states = "、".join(f"{state} {said[state]} 个" for state in STATES)
    text = f"已签约市校合作 {said['partnerships']} 个（{states}），涉及 {said['universities']} 所高校。"
    if not actors.regions_decided:
        return f"{text}高校各算哪个地区：未作决定，不分地区。"
    listed_regions = actors.regions.iloc[:-1]
    none = [row["region"] for row in rows_of(listed_regions) if not row["partnerships"]]
    lost = int(actors.regions.iloc[-1]["universities"])
    text += f"{'、'.join(none)}还没有合作。" if none else "名单所列各地区都有合作。"
    return text + (f"{lost} 所高校不在地区名单里，写“未定”。" if lost else "")


def _region_table(review: Review, actors: Actors) -> Fragment:
    columns = ("universities", "partnerships", *STATES)
    rows = [(row["region"], *(str(row[name]) for name in columns)) for row in rows_of(actors.regions)]
    notes = [
        f"n={actors.totals['partnerships']}。口径：“市校合作”表按合作编号计；签约日期不晚于期末的计入；已终止的单列；"
        "仅有协议指没有设立实体。地区是评估人员列的名单，不是方案原文。",
        "“活动”表没有地区一栏，与各地区的对接交流活动不能按地区计数。",
        *target_notes(review, "partnerships"),
    ]
    return table("市校合作按地区", ("地区", "高校（所）", "合作合计", *STATES), rows,
                 ("text", *[NUMBER] * len(columns)), unit="个", notes=notes)  # fmt: skip


def _partnership_list(actors: Actors) -> Fragment:
    rows = [
        (row["partnership_id"], row["university"], row["region"], row["partner"], row["form"],
         day_text(row["signed_on"]), day_text(row["operating_on"]), day_text(row["ended_on"]), row["state"])
        for row in rows_of(actors.partnerships)
    ]  # fmt: skip
    headings = ("合作编号", "高校", "地区", "合作主体", "形式", "签约", "运行", "终止", "期末状态")
    return folded(
        f"全部 {len(rows)} 个合作", table("市校合作名单", headings, rows, ["text"] * len(headings), kind="rows")
    )


@traced
def university_section(review: Review) -> Fragment:
    """The universities the plan names; what came from each partner; who else provides; names to be looked at."""
    actors = review.themes.actors
    named = _named_universities(actors)
    absent = never_filed(review, "partnerships", actors.filed)
    if absent:
        return together([heading(3, "合作高校没有报送", "universities"), absent, named])
    return together([
        heading(3, f"合作高校 {actors.totals['universities']} 所", "universities"),
        paragraph(_produced_finding(actors)),
        silence_notes(review, "achievements"),
        named,
        never_filed(review, "achievements", actors.filed) or _produced_table(actors),
        _others_table(actors),
        _alike_table(actors),
    ])  # fmt: skip


def _named_universities(actors: Actors) -> Fragment:
    rows = [
        (row["name"], row["clause"], f"{row['filed']} 个" if row["filed"] else "没有",
         f"{row['standing']} 个" if row["filed"] else "—")
        for row in rows_of(actors.named_universities)
    ]  # fmt: skip
    if not rows:
        return paragraph("方案没有点名合作高校。")
    return table("方案点名的高校有没有合作", ("高校", "方案条款", "已签约合作", "其中已运行"), rows,
                 ("text", "text", "number", "number"), notes=[NAMED_WHERE])  # fmt: skip


def _produced_finding(actors: Actors) -> str:
    said, named = actors.totals, actors.named_universities
    with_any = int(named["filed"].gt(0).sum())
    text = (
        f"方案点名的 {len(named)} 所高校中，{f'{with_any} 所有合作' if with_any else '还没有一所有合作'}。"
        if len(named)
        else ""
    )
    if "achievements" not in actors.filed:
        return text or "合作产出没有可用的数。"
    return (
        f"{text}有合作的 {said['universities']} 所高校及其合作主体提供成果 {said['by_partners']} 项"
        f"（全部 {said['achievements']} 项），已签约 {said['contracts']} 项，"
        f"其中 {said['since_signing']} 项在首次签约合作以后。"
    )


def _produced_table(actors: Actors) -> Fragment:
    rows = [
        (row["university"], row["region"], str(row["partnerships"]), str(row["achievements"]), str(row["contracts"]),
         str(row["since_signing"]), str(row["received"]), str(row["producing"]), wan_text(row["contract_amount"]),
         wan_text(row["received_amount"]))
        for row in rows_of(actors.universities)
    ]  # fmt: skip
    headings = (
        "高校",
        "地区",
        "合作（个）",
        "成果",
        "已签约",
        "其中合作以后",
        "到账",
        "投产",
        "合同额（万元）",
        "到账额（万元）",
    )
    return table(
        "各合作高校的成果", headings, rows, ("text", "text", *[NUMBER] * len(headings[2:])), unit="项，另注明的除外",
        notes=[
            f"n={actors.totals['by_partners']} 项。口径：成果来源与高校或其合作主体名称全同的才算；"
            "一所高校有几个合作的，"
            "成果记在高校名下，分不到单个合作。“其中合作以后”指转化日期不早于该校首个合作的签约日期。",
            "同名只说明成果由该校提供，不说明是合作带来的。到账、投产为期末已报的阶段；“—”为没有写金额。",
        ],
    )  # fmt: skip


def _others_table(actors: Actors) -> Fragment:
    rows = [
        (row["provider"], str(row["achievements"]), str(row["contracts"])) for row in rows_of(actors.other_providers)
    ]
    return folded(
        f"没有合作关系的 {len(rows)} 个成果来源",
        table("没有合作关系的成果来源", ("成果来源", "成果", "已签约"), rows, ("text", "number", "number"), unit="项"),
    )


def _alike_table(actors: Actors) -> Fragment:
    rows = [
        (row["provider"], str(row["achievements"]), row["name"], row["known_as"])
        for row in rows_of(actors.alike_providers)
    ]
    if not rows:
        return names_note(actors)
    listing = table(
        "名称与合作高校、合作主体相近的成果来源（待核，未计入）",
        ("成果来源", "成果（项）", "相近的名称", "是"), rows, ("text", "number", "text", "text"),
    )  # fmt: skip
    return listing + names_note(actors)
