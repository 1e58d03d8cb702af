"""政策评价与修订: reviews due and done, what units propose to change, and what may be said of effects."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from planeval.measures.policies import IN_TIME, LATE, NOT_DUE, OVERDUE
from planeval.review import Review
from planeval.show.actors_words import day_text, wan_text
from planeval.show.html import Fragment, heading, numbers, paragraph, rows_of, table, together
from planeval.show.policies import nothing_to_say, whole
from planeval.show.trace import traced
from planeval.show.words import ABSENT, listed, percent

_CHANGES = ("修订", "废止", "新立")


def review_finding(review: Review) -> str:
    """Reviews due against done, in a sentence."""
    nothing = nothing_to_say(review, "reviews", "政策复评")
    if nothing is not None:
        return nothing.text.partition("\n")[2] or nothing.text
    rows = rows_of(review.themes.policies.inventory)
    states = Counter(row["review"] for row in rows)
    overdue = [row["name"] for row in rows if row["review"] == OVERDUE]
    due = states[IN_TIME] + states[LATE] + states[OVERDUE]
    if not due:
        return f"{states[NOT_DUE]} 项政策都没有到复评的日期。"
    text = f"已到期或已评的 {due} 项中，按期复评 {states[IN_TIME]} 项、逾期复评 {states[LATE]} 项、"
    text += f"逾期未评 {states[OVERDUE]} 项；未到期 {states[NOT_DUE]} 项。" + (
        f"逾期未评的：{listed(overdue)}。" if overdue else ""
    )
    return text


@traced
def review_section(review: Review) -> Fragment:
    """Reviews due against done, and the list of those that are due."""
    nothing = nothing_to_say(review, "reviews", "政策复评")
    if nothing is not None:
        return nothing
    rows = rows_of(review.themes.policies.inventory)
    overdue = [row for row in rows if row["review"] == OVERDUE]
    body = [
        (row["name"], review.plan.unit(row["owner"]).short_name, day_text(row["review_due_on"]),
         day_text(row["reviewed_on"]), row["review"], _days(row, review))
        for row in sorted(rows, key=lambda row: (row["review"] != OVERDUE, str(row["review_due_on"])))
    ]  # fmt: skip
    return together([
        heading(3, f"逾期未评 {len(overdue)} 项" if overdue else "没有逾期未评的政策", "reviews"),
        paragraph(review_finding(review)),
        table("复评：应评和实评", ("政策", "落实主体", "应复评", "实复评", "状态", "早（−）或晚（＋）"), body,
              ("text", "text", "text", "text", "text", "number"), unit="天",
              notes=[f"n={len(rows)} 项。口径：实复评日期晚于评价日的按未评计；逾期未评的天数计到评价日。"]),
    ])  # fmt: skip


def _days(row: dict[str, Any], review: Review) -> str:
    if row["review"] not in (IN_TIME, LATE, OVERDUE):
        return ABSENT
    done = review.period.end if row["review"] == OVERDUE else row["reviewed_on"].date()
    return f"{(done - row['review_due_on'].date()).days:+d}".replace("-", "−")


@traced
def proposal_section(review: Review) -> Fragment:
    """废改立: what units propose, with their reason and the numbers beside it."""
    nothing = nothing_to_say(review, "proposals", "废改立建议")
    if nothing is not None:
        return nothing
    rows = rows_of(review.themes.policies.inventory)
    said = [row for row in rows if isinstance(row["proposal"], str) and row["proposal"]]
    kinds = Counter(row["proposal"] for row in said)
    changes = [row for row in said if row["proposal"] in _CHANGES]
    title = "、".join(f"建议{kind} {kinds[kind]} 项" for kind in _CHANGES if kinds[kind]) or "没有废改立建议"
    body = [
        (row["name"], row["proposal"], _text(row["proposal_reason"]),
         f"{whole(row['beneficiaries'])}/{whole(row['eligible'])}",
         percent(row["delivery"]), day_text(row["reviewed_on"]), _text(row["evidence"]))
        for row in sorted(said, key=lambda row: row["proposal"] not in _CHANGES)
    ]  # fmt: skip
    return together([
        heading(3, title, "proposals"), paragraph(_proposal_finding(rows, said, changes)),
        *([table("废改立建议和依据",
                 ("政策", "建议", "理由", "实享/应享（户）", "兑现率", "复评日期", "佐证材料"), body,
                 ("text", "mark", "text", "number", "number", "text", "text"),
                 notes=[f"n={len(said)} 项。建议和理由照落实主体所报，本页不代拟；右侧各列是台账里的依据。"])]
          if said else []),
    ])  # fmt: skip


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value else ABSENT


def _proposal_finding(rows: list[dict[str, Any]], said: list[dict[str, Any]], changes: list[dict[str, Any]]) -> str:
    if not said:
        return f"{len(rows)} 项政策的落实主体都还没有写修订、废止或保留的建议。"
    text = f"{len(rows)} 项政策中 {len(said)} 项写了建议，其中要修订、废止或新立的 {len(changes)} 项"
    text += f"：{listed([row['name'] for row in changes])}。" if changes else "。"
    bare = [row["name"] for row in changes if _text(row["proposal_reason"]) == ABSENT]
    early = [row["name"] for row in changes if str(row["reviewed_on"]) == "NaT"]
    kept = [row for row in said if row["proposal"] == "保留"]
    idle = [row["name"] for row in kept if row["eligible"] > 0 and row["beneficiaries"] == 0]
    text += f"没有写理由的：{listed(bare)}。" if bare else ""
    text += f"没有复评就提出的：{listed(early)}。" if early else ""
    return text + (f"有人应享、无人实享而建议保留的：{listed(idle)}，保留的理由须补充。" if idle else "")


@traced
def effect_section(review: Review) -> Fragment:
    """Before and after, in wording that claims no cause, and why firms are not compared."""
    nothing = nothing_to_say(review, "effect", "政策前后")
    if nothing is not None:
        return nothing
    found = review.themes.policies
    if found.effects is None:
        return together([heading(3, "政策前后：未作决定", "effect"),
                         paragraph("看什么结果、多少家才可比，评估人员未作决定（policy_effect），不比。")])  # fmt: skip
    rows = rows_of(found.effects)
    told = [row for row in rows if not row["reason"]]
    first = f"{len(rows)} 项定了看什么结果的政策中，{len(told)} 项可作前后对照，{len(rows) - len(told)} 项不可。"
    first = first if told else f"{len(rows)} 项定了看什么结果的政策都还不能作前后对照。"
    first = first if rows else "台账里的政策没有一项定了看什么结果（policy_effect），不比。"
    body = [
        (row["name"], row["outcome"], day_text(row["effective_on"]), _window(row), _value(row["before"], row["unit"]),
         _value(row["after"], row["unit"]), _words(row))
        for row in rows
    ]  # fmt: skip
    refusal = f"双重差分没有做：{found.refusal}。" if found.refusal else "双重差分的条件已具备，须另作。"
    parts = [heading(3, _effect_heading(len(told)), "effect"), paragraph(first + refusal)]
    if rows:
        parts.append(
            table("政策施行前后", ("政策", "看什么", "起施行", "施行后的季度", "上年同季", "施行后", "怎样说"), body,
                  ("text", "text", "text", "text", *numbers(2), "text"),
                  notes=["口径：施行后最多四个完整季度新发生的数，与上年同样几季相比，免受季节影响；各季都要有单位报送。"
                         "看什么结果是评估人员的决定（policy_effect）。前后不同还有许多别的原因，只说是否一致，不说因果。"])
        )  # fmt: skip
    return together(parts)


def _effect_heading(told: int) -> str:
    return f"{told} 项政策可作前后对照，不能据此说是政策带来的" if told else "还没有政策可作前后对照"


def _window(row: dict[str, Any]) -> str:
    if not row["quarters"]:
        return ABSENT
    return row["after_from"] if row["quarters"] == 1 else f"{row['after_from']}—{row['after_to']}"


def _value(value: float, unit: str) -> str:
    if math.isnan(value):
        return ABSENT
    return f"{wan_text(value) if unit == '万元' else whole(value)} {unit}"


def _words(row: dict[str, Any]) -> str:
    if row["reason"]:
        return f"不比：{row['reason']}"
    short = f"（只有 {row['quarters']} 季，不满一年）" if row["quarters"] < 4 else ""
    if row["after"] > row["before"]:
        return f"增加，与政策起作用一致{short}"
    return f"{'没有变化' if row['after'] == row['before'] else '减少'}，与政策起作用不一致{short}"
