"""公开版: what anybody may read of a review, and how to read it; every number from the review of this edition."""

from __future__ import annotations

from planeval.plan.lights import LIGHT_NAMES
from planeval.plan.method import EXAMPLE_AUTHOR
from planeval.review import Review
from planeval.show.decision_words import value_in_words
from planeval.show.html import Fragment, bullets, definition_list, esc, folded, paragraph, table, together
from planeval.show.opening import conclusion, furthest_behind, unlikely
from planeval.show.trace import traced
from planeval.show.words import legend

_MEANINGS = {
    "progress": "看现在：完成比例与应达比例相比",
    "outlook": "看到期：按以往的走势，到期能否达到",
    "evidence": "看依据：这个数有多少佐证材料、有没有后来改动",
}
_ABSENT = "“—”表示没有数或不适用，不是零；“不公开”表示为保护单个企业而不列，不是零，也不是没有报送"


@traced
def public_summary(review: Review) -> Fragment:
    """The conclusion first; nothing about single units."""
    lead = conclusion(review)
    said = [text for text in (furthest_behind(review), unlikely(review)) if text]
    said.append(_filed(review))
    return together([Fragment(f'<p class="lead">{esc(lead)}</p>', lead), bullets(said)])


def _filed(review: Review) -> str:
    tally = review.tally
    if not tally.files:
        return "本计划没有安排单位报送，评估只用公开数据。"
    left_out = f"，其中 {tally.errors} 处有错误的行或文件没有计入" if tally.errors else ""
    return f"依据 {tally.files} 份报送文件{left_out}；未报送的按未报送处理，不按零计算。"


@traced
def public_method(review: Review) -> Fragment:
    """How many decisions are the evaluators' own, and the ones that bear on every light."""
    decisions = review.decisions
    example = sum(decision.by == EXAMPLE_AUTHOR for decision in decisions)
    first = f"方案没有规定、由评估人员作出的决定共 {len(decisions)} 项"
    first += f"，其中 {example} 项为{EXAMPLE_AUTHOR}，正式使用前须由责任部门重新确定。" if example else "。"
    shaky = list(review.dependence.loc[~review.dependence["holds"].astype(bool), "name"])
    second = f"换一种口径，进度灯会改变的指标：{'、'.join(shaky)}。" if shaky else "各项进度灯不随口径改变。"
    rows = [
        (decision.question, value_in_words(decision.value, review.plan, decision.reading), decision.by)
        for decision in decisions
    ]
    listing = table("评估人员的决定", ("问题", "采用", "作出者"), rows, ("text", "text", "mark"), kind="decisions",
                    notes=["都不是方案原文。"])  # fmt: skip
    return together([paragraph(first), paragraph(second), folded(f"{len(decisions)} 项决定", listing)])


def how_to_read(review: Review) -> Fragment:
    """What the marks mean."""
    facts = [(name, _MEANINGS[which]) for which, name in LIGHT_NAMES.items()]
    facts += [
        ("记号", legend()),
        ("没有数", _ABSENT),
        ("人工改判", "灯由人改动的，计算结果和改动并列印出，计数和评分仍按计算结果"),
    ]
    return definition_list(facts)
