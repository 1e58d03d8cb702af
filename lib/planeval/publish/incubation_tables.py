"""The tables of 引育孵化 as they are published: columns documented where they are measured."""

from __future__ import annotations

import pandas as pd

from planeval.measures.incubation import Incubation
from planeval.measures.survival import Curve

INCUBATION_TABLES = {
    "incubation_flow": "各季企业存量和流动：季初、进、出、净增、季末",
    "incubation_origins": "企业来源：在谷、起算日以来进和出",
    "incubation_rungs": "企业梯度各级：当日有效、曾经有过、到期未续、已撤销",
    "incubation_steps": "企业梯度各级之间的升级：跟踪、已升、区间、半数用时",
    "incubation_curves": "升级和留存曲线的每一级：天数、在观察中、当天结束、比例、区间",
    "incubation_lapsing": "将到期的资质",
    "incubation_lapsed": "到期未续的资质",
}


def incubation_tables(firms: Incubation) -> dict[str, pd.DataFrame]:
    """File name → table. incubation_curves: curve, group and the columns of measures.survival.Curve.steps."""
    curves = [("climb", f"{each.row['from_id']}>{each.row['to_id']}", each.curve) for each in firms.climbs]
    curves += [("stay", stay.group or "all", stay.curve) for stay in firms.stays]
    tables = (firms.flow, firms.origins, firms.rungs, firms.steps, curve_table(curves), firms.lapsing, firms.lapsed)
    return dict(zip(INCUBATION_TABLES, tables, strict=True))


def curve_table(curves: list[tuple[str, str, Curve]]) -> pd.DataFrame:
    """Every step of some curves, each under its name and group; remaining: the share that has not ended."""
    columns = ["curve", "group", "days", "at_risk", "events", "remaining", "low", "high"]
    parts = [curve.steps.assign(curve=name, group=group) for name, group, curve in curves if len(curve.steps)]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
