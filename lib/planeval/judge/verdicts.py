"""Each target under every competing reading, and the smallest change of each decision that would flip its light."""

from __future__ import annotations

import math
from decimal import Decimal

import pandas as pd

from planeval.judge.combinations import MOST, Choice, choices, combinations
from planeval.judge.robustness.flips import JudgedTarget, flips
from planeval.ledger import Ledger
from planeval.measures.counting import Count
from planeval.measures.targets import measure_target
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target
from planeval.plan.method import parse_day

READING_COLUMNS = {
    "start_reading": "起算日", "counting_reading": "计数口径", "baseline_reading": "基数",
    "milestone_reading": "分期节点", "bands_reading": "亮灯界限",
}  # fmt: skip
VERDICT_COLUMNS = (
    "target_id", "name", "unit", *READING_COLUMNS, "in_force", "value", "done_share", "expected_share", "gap",
    "progress_light", "combinations",
)  # fmt: skip
DEPENDENCE_COLUMNS = (
    "target_id", "name", "progress_light", "combinations", "run", "agreeing", "holds", "decisive", "lights",
)  # fmt: skip


def judge_readings(
    ledger: Ledger, plan: Plan, method: Method, period: Period, counts: dict[str, Count], most: int = MOST
) -> pd.DataFrame:
    """Each target under every competing start date × counting rule × baseline × milestone path × bands.

    Columns as in VERDICT_COLUMNS; exactly one row per target is in force. combinations: how many there are in all;
    when more than `most`, that many are drawn and the page says so. A plan measured by published figures has no
    counting readings. A milestone reading without nodes is judged by elapsed share.
    """
    filed = method.value("source_of_record", period) == "filings"
    rows: list[dict[str, object]] = []
    for target in plan.targets:
        axes = [choices(method, decision, period) for decision in _decisions(target)]
        if not filed:
            axes[1] = [Choice("公开数", None, True)]
        drawn, number = combinations(axes, most)
        measured: dict[tuple[str, object], Count] = {}
        for start, counting, baseline, path, bands in drawn:
            rule = counting.value if isinstance(counting.value, CountingRule) else None
            day = parse_day(start.value)
            key = (counting.label, day)
            if key not in measured:
                measured[key] = measure_target(ledger, plan, target, period, rule, day) if filed else counts[target.id]
            nodes = {Period.parse(quarter): due for quarter, due in (path.value or {}).items()}
            judged = JudgedTarget(
                target, measured[key].value, float(baseline.value), day, nodes, period, bands.value,
                yearly=rule is not None and rule.window == "calendar_year", absence=measured[key].absence,
            )  # fmt: skip
            labels = dict(
                zip(READING_COLUMNS, (c.label for c in (start, counting, baseline, path, bands)), strict=True)
            )
            in_force = all(choice.in_force for choice in (start, counting, baseline, path, bands))
            rows.append({**_row(judged), **labels, "in_force": in_force, "combinations": number})
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))


def _decisions(target: Target) -> tuple[str, ...]:
    """The decisions that may have competing readings, in the order of READING_COLUMNS."""
    of_target = (f"{family}.{target.id}" for family in ("counting", "baseline", "milestones"))
    return ("plan_start", *of_target, "light_bands")


def _row(judged: JudgedTarget) -> dict[str, object]:
    progress = judged.progress()
    return {
        "target_id": judged.target.id, "name": judged.target.name, "unit": judged.target.unit,
        "value": _number(progress.value), "done_share": _number(progress.done_share),
        "expected_share": float(progress.expected_share), "gap": _number(progress.gap),
        "progress_light": progress.light,
    }  # fmt: skip


def judge_dependence(verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row per target: does its light hold under every reading, and which single choices change it.

    Columns as in DEPENDENCE_COLUMNS. run: combinations judged, of `combinations`. agreeing: those with the light in
    force. lights: each light and its number of combinations. decisive: the readings that, alone exchanged, change it.
    """
    rows = []
    for target_id, group in verdicts.groupby("target_id", sort=False):
        chosen = group[group["in_force"]].iloc[0]
        agreeing = int(group["progress_light"].eq(chosen["progress_light"]).sum())
        decisive = []
        for column, name in READING_COLUMNS.items():
            others = [other for other in READING_COLUMNS if other != column]
            alone = group[group[others].eq(chosen[others]).all(axis=1)]
            if alone["progress_light"].nunique() > 1:
                decisive.append(name)
        lights = group["progress_light"].value_counts(sort=False)
        rows.append({
            "target_id": target_id, "name": chosen["name"], "progress_light": chosen["progress_light"],
            "combinations": int(chosen["combinations"]), "run": len(group), "agreeing": agreeing,
            "holds": agreeing == len(group), "decisive": tuple(decisive),
            "lights": tuple(f"{light} {number}" for light, number in lights.items()),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(DEPENDENCE_COLUMNS))


def judge_flips(plan: Plan, method: Method, period: Period, counts: dict[str, Count]) -> pd.DataFrame:
    """The smallest change of each decision that flips each target's 进度灯; see robustness.flips."""
    judged = []
    for target in plan.targets:
        rule = method.counting(target.id, period)
        count = counts[target.id]
        judged.append(JudgedTarget(
            target, count.value, method.baseline(target.id, period), method.plan_start(period),
            method.milestone_path(target.id, period), period, method.value("light_bands", period),
            yearly=rule is not None and rule.window == "calendar_year", absence=count.absence,
        ))  # fmt: skip
    return flips(judged)


def _number(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)
