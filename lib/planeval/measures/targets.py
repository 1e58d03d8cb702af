"""The plan's targets measured from the ledger, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planeval.ledger import Ledger
from planeval.ledger.published import PublishedFile, published_value
from planeval.measures.achievement_stages import STAGES, with_stages_at
from planeval.measures.counting import UNPUBLISHED, UNREPORTED, Count, count_on, quarter_amount
from planeval.periods import Period
from planeval.plan import CountingRule, Method, Plan, Target


def measure_target(
    ledger: Ledger, plan: Plan, target: Target, period: Period, rule: CountingRule | None, start: date
) -> Count:
    """One target at the end of a period under a counting rule and a start date, in the target's unit.

    None with a reason when nobody who has to file the table filed it for the period: 未报送 is not zero.
    """
    if rule is None:
        return Count(None, pd.DataFrame(), "没有确定口径", UNREPORTED)
    return measure_rule(ledger, plan, rule, period, start, target.unit)


def measure_rule(ledger: Ledger, plan: Plan, rule: CountingRule, period: Period, start: date, unit: str) -> Count:
    """The value of any counting rule at the end of a period; None where nobody who had to file its table did.

    A rule that asks how far achievements have come is answered by what had been filed of them by the period: a row
    tells the stage at the end of its quarter, and only signing carries a day (achievement_stages).
    """
    due, filed = ledger.filers(rule.table, period)
    if not filed:
        names = "、".join(plan.unit(owed).short_name for owed in due)
        return Count(None, pd.DataFrame(), f"本季{names or '各单位'}均未报送", UNREPORTED)
    if rule.table == "achievements" and set(rule.where.get("stage", STAGES)) != set(STAGES[1:]):
        ledger = with_stages_at(ledger, period)
    return count_on(ledger, rule, start, period, unit)


def measure_targets(
    ledger: Ledger, published: tuple[PublishedFile, ...], plan: Plan, method: Method, period: Period
) -> dict[str, Count]:
    """Target id → value at the end of the period by the decisions in force, in the plan's order."""
    if method.value("source_of_record", period) == "published":
        return {target.id: _published(published, target, period) for target in plan.targets}
    return {
        target.id: measure_target(
            ledger, plan, target, period, method.counting(target.id, period), method.plan_start(period)
        )
        for target in plan.targets
    }


def _published(published: tuple[PublishedFile, ...], target: Target, period: Period) -> Count:
    value = published_value(published, target.id, period.end)
    absent = UNPUBLISHED if value is None else ""
    return Count(value, pd.DataFrame(), absent, absent)


def target_series(
    ledger: Ledger, published: tuple[PublishedFile, ...], plan: Plan, method: Method, period: Period
) -> pd.DataFrame:
    """Every target at the end of each quarter from the plan's start to the period, as known now.

    Columns: target_id, period, value (NaN: not reported), added (what the quarter itself brought; NaN
    when this quarter or, for stocks and flows, the one before cannot be said).
    """
    first = Period.of(method.plan_start(period))
    rows = []
    for target in plan.targets:
        before: float | None = None
        for quarter in first.until(period):
            value = value_in_quarter(ledger, published, plan, method, target, quarter, period)
            added = _added(ledger, method, target, quarter, period, value, before)
            rows.append({"target_id": target.id, "period": str(quarter), "value": value, "added": added})
            before = value
    return pd.DataFrame(rows, columns=["target_id", "period", "value", "added"]).astype(
        {"value": float, "added": float}
    )


def value_in_quarter(
    ledger: Ledger, published: tuple[PublishedFile, ...], plan: Plan, method: Method, target: Target,
    quarter: Period, decided_in: Period,
) -> float | None:  # fmt: skip
    """One target at the end of a quarter, by the decisions in force in another (usually later) period."""
    return count_in_quarter(ledger, published, plan, method, target, quarter, decided_in).count.value


@dataclass(frozen=True)
class TargetCount:
    """A count with the units that had to file its table for the quarter and those that did.

    undecided: the plan is measured from filings and no counting rule was decided.
    """

    count: Count
    due: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    undecided: bool = False


def count_in_quarter(
    ledger: Ledger, published: tuple[PublishedFile, ...], plan: Plan, method: Method, target: Target,
    quarter: Period, decided_in: Period,
) -> TargetCount:  # fmt: skip
    """One target at the end of a quarter, by the decisions in force in another (usually later) period."""
    if method.value("source_of_record", decided_in) == "published":
        return TargetCount(_published(published, target, quarter))
    rule, start = method.counting(target.id, decided_in), method.plan_start(decided_in)
    count = measure_target(ledger, plan, target, quarter, rule, start)
    due, filed = ledger.filers(rule.table, quarter) if rule else ((), ())
    return TargetCount(count, due, filed, undecided=rule is None)


def _added(
    ledger: Ledger, method: Method, target: Target, quarter: Period, decided_in: Period,
    value: float | None, before: float | None,
) -> float | None:  # fmt: skip
    """What a quarter brought: its own amount for annual flows, else the change since the quarter before."""
    rule = method.counting(target.id, decided_in)
    if target.kind == "annual_flow" and rule is not None:
        return quarter_amount(ledger, rule, quarter, target.unit)
    return value - before if value is not None and before is not None else None
