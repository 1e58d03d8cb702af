"""创新生态 (clause 四（六）): talents and what is done for them, and the premises."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planeval.ledger import Ledger
from planeval.measures.environment.premises import PREMISES_COLUMNS, premises_by_zone
from planeval.measures.environment.services import KINDS, SERVICE_COLUMNS, service_curves, services_by
from planeval.measures.environment.subsidies import Subsidies, measure_subsidies
from planeval.measures.environment.talents import LEVEL_COLUMNS, LEVELS, arrivals, by_level
from planeval.measures.stays import Stay, stays_by_group
from planeval.measures.survival import Curve
from planeval.periods import Period
from planeval.plan import Method, Plan
from planeval.plan.ladder import SurvivalReading

__all__ = ["Environment", "measure_environment"]


@dataclass(frozen=True)
class Environment:
    """What the ledger says about talents, services and premises at the end of a period.

    arrivals, levels: see talents. stays: retention, everybody first, then by level. subsidies: None when 人才 was not
    filed. services, handlers: see services_by, by kind and by handling unit. service_curves: kind → days to finish.
    premises: see premises_by_zone. reading: the decision on censored times, None when not taken; then no curves.
    What rests on a table that nobody filed for the period is empty.
    """

    reading: SurvivalReading | None
    arrivals: pd.DataFrame
    levels: pd.DataFrame
    stays: tuple[Stay, ...]
    subsidies: Subsidies | None
    services: pd.DataFrame
    handlers: pd.DataFrame
    service_curves: dict[str, Curve]
    premises: pd.DataFrame


def measure_environment(ledger: Ledger, plan: Plan, method: Method, period: Period) -> Environment:
    """Everything of clause 四（六） that 人才, 人才服务 and 载体 tell."""
    people, served, places = (
        bool(ledger.filers(table, period)[1]) for table in ("talents", "talent_services", "premises")
    )
    reading: SurvivalReading | None = (
        method.value("survival_reading", period) if method.decides("survival_reading") else None
    )
    start, day = pd.Timestamp(method.plan_start(period)), pd.Timestamp(period.end)
    since = start if reading is not None and reading.cohort_since == "plan_start" else pd.Timestamp.min
    return Environment(
        reading=reading, arrivals=arrivals(ledger, period),
        levels=by_level(ledger, start, period) if people else pd.DataFrame(columns=list(LEVEL_COLUMNS)),
        stays=stays_by_group(ledger.current["talents"], "arrived_on", "level", LEVELS, (since, day), reading)
        if people and reading else (),
        subsidies=measure_subsidies(ledger, since, period, reading) if people else None,
        services=services_by(ledger, "kind", KINDS, period) if served else NO_SERVICES,
        handlers=services_by(ledger, "handled_by", (), period) if served else NO_SERVICES,
        service_curves=service_curves(ledger, since, period, reading) if served and reading else {},
        premises=premises_by_zone(ledger, plan, period) if places else pd.DataFrame(columns=list(PREMISES_COLUMNS)),
    )  # fmt: skip


NO_SERVICES = pd.DataFrame(columns=list(SERVICE_COLUMNS))
