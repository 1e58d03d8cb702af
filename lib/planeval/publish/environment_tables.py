"""The tables of 创新生态 as they are published: sums and counts only, no row of a person."""

from __future__ import annotations

import pandas as pd

from planeval.measures.environment import Environment
from planeval.measures.environment.subsidies import SUBSIDY_COLUMNS
from planeval.publish.incubation_tables import curve_table

ENVIRONMENT_TABLES = {
    "environment_arrivals": "各季人才到岗、离开和在岗",
    "environment_levels": "各层次人才：到岗、离开、在岗",
    "environment_subsidies": "人才补贴按应发季度：人数、应发、已发（万元）、发放状态",
    "environment_services": "“一站式”服务按种类：提出、办结、未办结、最长等待天数",
    "environment_handlers": "“一站式”服务按承办单位",
    "environment_premises": "载体按区域和种类：面积、使用率、入驻户数",
    "environment_curves": "人才留存、补贴发放、服务办结用时曲线的每一级",
}


def environment_tables(found: Environment) -> dict[str, pd.DataFrame]:
    """File name → table. environment_curves: as in curve_table, curves stay, payment and service."""
    curves = [("stay", stay.group or "all", stay.curve) for stay in found.stays]
    paid = found.subsidies
    if paid is not None and paid.curve is not None:
        curves.append(("payment", "all", paid.curve))
    curves += [("service", kind or "all", curve) for kind, curve in found.service_curves.items()]
    due = paid.quarters if paid is not None else pd.DataFrame(columns=list(SUBSIDY_COLUMNS))
    tables = (
        found.arrivals, found.levels, due, found.services, found.handlers, found.premises, curve_table(curves),
    )  # fmt: skip
    return dict(zip(ENVIRONMENT_TABLES, tables, strict=True))
