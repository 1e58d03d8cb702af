"""The smallest change of each decision that turns a target's 进度灯, tried step by step from the nearest outwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from recomputation import Row
from recounts.counting import targets, value
from recounts.filings import Known
from recounts.judging import Question, judge, question_of, reached

THOUSANDTH = Decimal("0.001")


def light(question: Question) -> str:
    """The light of a question."""
    return str(judge(question)["progress_light"])


def outwards(centre: Decimal, step: Decimal, least: Decimal, most: Decimal) -> Iterator[Decimal]:
    """One step up, one step down, two steps up, … within the bounds."""
    for steps in range(1, int((most - least) / step) + 2):
        yield from (each for each in (centre + steps * step, centre - steps * step) if least <= each <= most)


def first_flip(
    question: Question, centre: Decimal, tried: Iterator[Decimal], changed: Callable[[Decimal], Question]
) -> Row:
    """The first value tried under which the light is another one."""
    before = light(question)
    for to in tried:
        after = light(changed(to))
        if after != before:
            return {"to": to, "change": to - centre, "new_light": after, "flips": True}
    return {"to": None, "change": None, "new_light": None, "flips": False}


def asked(question: Question) -> list[Row]:
    """Every decision that the light of a target rests on, with its smallest change."""
    name, unit = question.target["id"], question.target["unit"]
    step = Decimal("0.01") if unit == "亿元" else Decimal(1)
    amount = Decimal(str(question.target["amount"]))
    assert question.value is not None
    now, most = question.value, amount + (step if question.target["comparison"] == ">" else 0)
    more = (now + k * step for k in range(1, int((most - now) / step) + 1))
    less = (now - k * step for k in range(1, int(now / step) + 1))
    found = [
        {"decision": "counted.more", "in_force": now, "unit": unit,
         **first_flip(question, now, more, lambda to: replace(question, value=to))},
        {"decision": "counted.less", "in_force": now, "unit": unit,
         **first_flip(question, now, less, lambda to: replace(question, value=to))},
        {"decision": f"baseline.{name}", "in_force": question.baseline, "unit": unit,
         **first_flip(question, question.baseline, outwards(question.baseline, step, Decimal(0), amount - step),
                      lambda to: replace(question, baseline=to))},
    ]  # fmt: skip
    if reached(question):
        return found  # what has been reached is held against no band and no milestone
    for band, least, most in (("on_pace", question.behind, Decimal(0)), ("behind", Decimal(-1), question.on_pace)):
        centre = getattr(question, band)
        flip = first_flip(question, centre, outwards(centre, THOUSANDTH, least, most),
                          lambda to, band=band: replace(question, **{band: to}))  # type: ignore[misc]  # fmt: skip
        flip["change"] = None if flip["change"] is None else flip["change"] * 100
        found.append({"decision": f"light_bands.{band}", "in_force": centre, "unit": "百分点", **flip})
    return [*found, milestone(question, step, amount)]


def milestone(question: Question, step: Decimal, amount: Decimal) -> Row:
    """The last milestone due; before the first one, what is due this quarter is the baseline."""
    gone = [what for when, what in question.path if when <= question.quarter]
    centre = gone[-1] if gone else question.baseline
    when = max((when for when, _ in question.path if when <= question.quarter), default=question.quarter)

    def moved(to: Decimal) -> Question:
        return replace(question, path=tuple(sorted({**dict(question.path), when: to}.items())))

    flip = first_flip(question, centre, outwards(centre, step, Decimal(0), amount), moved)
    return {
        "decision": f"milestones.{question.target['id']}",
        "in_force": centre,
        "unit": question.target["unit"],
        **flip,
    }


def flips(known: Known, quarter: str) -> list[Row]:
    """Every target that has a value, decision by decision."""
    found = []
    for target in targets(known):
        counted = value(known, target["id"], quarter)
        if counted.value is not None:
            question = question_of(known, target, quarter, counted)
            head = {"target_id": target["id"], "name": target["name"], "light": light(question)}
            found += [head | row for row in asked(question)]
    return found
