"""The decisions on the ladder and on censored times, as an evaluator would write them."""

from __future__ import annotations

from planeval.plan import Plan
from planeval.plan.ladder import Ladder, Rung, SurvivalReading
from planeval.plan.validity import Validity
from planeval.show.counting_words import validity_in_words


def ladder_in_words(ladder: Ladder, plan: Plan) -> str:
    """Every rung with what puts a firm on it, lowest first."""
    names = {target.id: target.name for target in plan.targets}
    rungs = "；".join(f"{rung.label}：{_rung(rung, names)}" for rung in ladder.rungs)
    return f"{rungs}。到期清单看今后 {ladder.lapsing_quarters} 个季度"


def _rung(rung: Rung, names: dict[str, str]) -> str:
    if rung.target is not None:
        return f"按指标“{names.get(rung.target, rung.target)}”的口径"
    if not rung.kinds:
        return "在谷即算"
    held = validity_in_words(rung.validity) if isinstance(rung.validity, Validity) else "取得后不失效"
    return f"资质为{'、'.join(rung.kinds)}，{held}"


def survival_in_words(reading: SurvivalReading) -> str:
    """Whom curves follow, where they stop and at which day they are quoted."""
    whom = "起算日以后开始的" if reading.cohort_since == "plan_start" else "台账中全部"
    return (
        f"跟踪{whom}；在观察中的不足 {reading.least_at_risk} 例即停止；表中引用第 {reading.horizon_days} 天；"
        f"区间 {100 * reading.confidence:g}%"
    )
