"""Shares, gaps, lights, points and paces of the targets, from the numbers as displayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from recomputation import Row, earlier, printed, quarter_end
from recounts.counting import Counted, added, count, start_of, targets, value
from recounts.filings import Known, params_of, quarter_start, quarters

LIGHTS = ("按序时", "滞后", "严重滞后")


def exact(number: Any) -> Decimal:
    """A number as it is written."""
    return Decimal(repr(float(number)))


def shown(number: float, unit: str) -> Decimal:
    """A value as printed: 亿元 to two decimals, counts whole, halves up."""
    return printed(number, 2 if unit == "亿元" else 0)


def share(number: Fraction | Decimal) -> Decimal:
    """A share as printed: to a tenth of a per cent."""
    exactly = Fraction(number)
    return Decimal(int(exactly * 1000 + (Fraction(1, 2) if exactly >= 0 else Fraction(-1, 2)))) / 1000


@dataclass(frozen=True)
class Question:
    """Everything that a target's 进度灯 depends on."""

    target: Row
    value: Decimal | None
    absence: str
    start: date
    baseline: Decimal
    path: tuple[tuple[str, Decimal], ...]
    quarter: str
    on_pace: Decimal
    behind: Decimal
    over: Decimal
    yearly: bool = False


def elapsed(first: date, last: date, now: date) -> Fraction:
    """The part of the days from the first to the last, both counted, that has gone by."""
    return min(max(Fraction((now - first).days + 1, (last - first).days + 1), Fraction(0)), Fraction(1))


def expected(question: Question) -> Decimal:
    """The share due by now: the last milestone due, nothing before the first; else the share of days gone by."""
    base, amount = question.baseline, exact(question.target["amount"])
    due = date.fromisoformat(question.target["due"])
    if question.path:
        gone = [what for when, what in question.path if when <= question.quarter]
        return share(Fraction((gone[-1] if gone else base) - base) / Fraction(amount - base))
    if question.yearly:
        first = quarter_start(f"{question.quarter[:4]}Q1")
        last = min(date(first.year, 12, 31), due)
        return share(elapsed(question.start, due, last) * elapsed(first, last, quarter_end(question.quarter)))
    return share(elapsed(question.start, due, quarter_end(question.quarter)))


def reached(question: Question) -> bool:
    """Whether a value as printed meets the target; 突破 must be exceeded."""
    assert question.value is not None
    amount = exact(question.target["amount"])
    return question.value > amount if question.target["comparison"] == ">" else question.value >= amount


def judge(question: Question) -> Row:
    """value, done_share, expected_share, gap, progress_light, low_target."""
    due = expected(question)
    row: Row = {"value": question.value, "done_share": None, "expected_share": due, "gap": None,
                "progress_light": question.absence, "low_target": False}  # fmt: skip
    if question.value is None:
        return row
    span = Fraction(exact(question.target["amount"]) - question.baseline)
    done = share(Fraction(question.value - question.baseline) / span)
    gap = done - due
    if reached(question):
        light = "已完成"
    elif quarter_end(question.quarter) >= date.fromisoformat(question.target["due"]):
        light = "到期未完成"
    else:
        light = LIGHTS[0] if gap >= question.on_pace else LIGHTS[1] if gap >= question.behind else LIGHTS[2]
    return row | {"done_share": done, "gap": gap, "progress_light": light,
                  "low_target": reached(question) and done >= question.over}  # fmt: skip


def question_of(
    known: Known, target: Row, quarter: str, counted: Counted, *, start: date | None = None, baseline: Any = None,
    path: Row | None = None, bands: Row | None = None, rule: Row | None = None,
) -> Question:  # fmt: skip
    """A target as decided, or with some of the decisions exchanged."""
    id = target["id"]
    path = known.decision(f"milestones.{id}") if path is None else path
    bands = bands or known.decision("light_bands")
    rule = rule or known.decision(f"counting.{id}")
    base = known.decision(f"baseline.{id}") if baseline is None else baseline
    return Question(
        target, None if counted.value is None else shown(counted.value, target["unit"]), counted.absence,
        start or start_of(known), exact(base), tuple((when, exact(path[when])) for when in sorted(path)), quarter,
        exact(bands["on_pace"]), exact(bands["behind"]), exact(bands["over"]), rule.get("window") == "calendar_year",
    )  # fmt: skip


def answers(known: Known, decision: str) -> list[tuple[str, Any, bool]]:
    """The competing answers of a decision: label, value and whether it is in force."""
    said = params_of(known.root, "method")["decisions"][decision]
    (chosen,) = said["values"]
    if "readings" not in said:
        return [("采用值", chosen["value"], True)]
    return [(each["label"], each["value"], each["id"] == chosen["reading"]) for each in said["readings"]]


@cache
def verdicts(known: Known, quarter: str) -> list[Row]:
    """Every target under every start date × counting rule × baseline × milestone path × bands."""
    found = []
    for target in targets(known):
        axes = [answers(known, name) for name in (
            "plan_start", f"counting.{target['id']}", f"baseline.{target['id']}", f"milestones.{target['id']}",
            "light_bands",
        )]  # fmt: skip
        for start, rule, base, path, bands in product(*axes):
            counted = count(known, rule[1], date.fromisoformat(start[1]), quarter, target["unit"])
            judged = judge(question_of(known, target, quarter, counted, start=date.fromisoformat(start[1]),
                                       baseline=base[1], path=path[1], bands=bands[1], rule=rule[1]))  # fmt: skip
            judged.pop("low_target")
            found.append({
                "target_id": target["id"], "name": target["name"], "unit": target["unit"], "start_reading": start[0],
                "counting_reading": rule[0], "baseline_reading": base[0], "milestone_reading": path[0],
                "bands_reading": bands[0], "in_force": all(each[2] for each in (start, rule, base, path, bands)),
                **judged, "combinations": len(axes[0]) * len(axes[1]) * len(axes[2]) * len(axes[3]) * len(axes[4]),
            })  # fmt: skip
    return found


READINGS = {"start_reading": "起算日", "counting_reading": "计数口径", "baseline_reading": "基数",
            "milestone_reading": "分期节点", "bands_reading": "亮灯界限"}  # fmt: skip


def final(known: Known, quarter: str) -> list[Row]:
    """Reached or not, under how many of the readings, and which single choice would change it."""
    table, found = verdicts(known, quarter), []
    past = quarter_end(quarter) >= date.fromisoformat(params_of(known.root, "plan")["due"])
    for target in targets(known):
        own = [row for row in table if row["target_id"] == target["id"]]
        (force,) = [row for row in own if row["in_force"]]
        met = [row for row in own if row["progress_light"] == "已完成"]
        absent = [row for row in own if row["value"] is None]
        if force["value"] is None:
            verdict = "没有可用的数"
        elif met and len(met) + len(absent) < len(own):
            verdict = "取决于口径"
        else:
            verdict = "已达到" if met else "未达到" if past else "尚未达到"
        decisive = [
            name for column, name in READINGS.items()
            if any(all(row[other] == force[other] for other in READINGS if other != column) and row["value"] is not None
                   and (row in met) != (force in met) for row in own)
        ]  # fmt: skip
        found.append({
            "target_id": target["id"], "name": target["name"], "unit": target["unit"], "value": force["value"],
            "amount": target["amount"], "comparison": target["comparison"], "progress_light": force["progress_light"],
            "readings": len(own), "reached": len(met), "absent": len(absent), "verdict": verdict,
            "holds": force["value"] is not None and verdict != "取决于口径", "decisive": decisive,
        })  # fmt: skip
    return found


def progress(known: Known, target: Row, quarter: str) -> Row:
    """A target judged by the decisions in force."""
    return judge(question_of(known, target, quarter, value(known, target["id"], quarter)))


def pace(known: Known, target: Row, quarter: str) -> Decimal | None:
    """What each quarter left must bring; of an annual flow, of the four quarters that will be judged."""
    counted, due = value(known, target["id"], quarter), f"{target['due'][:4]}Q4"
    amount, left = exact(target["amount"]), len(quarters(quarter, due)) - 1
    if counted.value is None and target["kind"] != "annual_flow":
        return None
    if target["kind"] == "annual_flow":
        gone = [added(known, target["id"], each) for each in quarters(earlier(due, 3), due) if each <= quarter]
        if any(each is None for each in gone):
            return None
        rest, left = amount - sum(exact(each) for each in gone), 4 - len(gone)
        if rest <= 0:
            return Decimal(0)
    else:
        assert counted.value is not None
        now = question_of(known, target, quarter, counted)
        if reached(now):
            return Decimal(0)
        assert now.value is not None
        rest = amount - now.value
    return (rest / left).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if left else None


def points(known: Known, target: Row, judged: Row) -> Fraction | None:
    """60 + 40 (x − 不允许值) / (满意值 − 不允许值) within 0–100, x = done ÷ due; 0 unreported, None where not counted."""
    posts = known.decision(f"goalposts.{target['id']}")
    assert posts["measure"] == "of_expected"
    if judged["progress_light"] == "未报送":
        return Fraction(0)
    if judged["value"] is None or judged["expected_share"] == 0:
        return None
    x = share(Fraction(judged["done_share"]) / Fraction(judged["expected_share"]))
    low, high = Fraction(str(posts["unacceptable"])), Fraction(str(posts["satisfactory"]))
    return min(max(60 + 40 * (Fraction(x) - low) / (high - low), Fraction(0)), Fraction(100))
