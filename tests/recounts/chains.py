"""“四链”融合 and the three roles a second time: indices, coupling, coordination, and how firm the last degree is."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from recomputation import Row
from recounts.cells import Drawn
from recounts.counting import count, start_of
from recounts.filings import Known, quarters

DRAWS = 40_000


@cache
def values(known: Known, quarter: str) -> dict[tuple[str, str], float | None]:
    """(indicator, quarter) → value since the plan began; None where nobody who had to filed."""
    return {
        (name, each): count(known, indicator["rule"], start_of(known), each, indicator["unit"]).value
        for name, indicator in known.decision("fusion")["indicators"].items() for each in quarters("2024Q4", quarter)
    }  # fmt: skip


def index(number: float | None, low: float, high: float) -> float | None:
    """Where a value lies between its goalposts, from 0 to 1."""
    return None if number is None else min(max((number - low) / (high - low), 0.0), 1.0)


def indices_of(known: Known, quarter: str, each: str) -> dict[str, float | None]:
    """Indicator → index in one quarter."""
    return {
        name: index(values(known, quarter)[name, each], said["unacceptable"], said["satisfactory"])
        for name, said in known.decision("fusion")["indicators"].items()
    }


def indices(known: Known, quarter: str) -> list[Row]:
    """Every indicator of every quarter."""
    return [
        {"indicator": name, "period": each, "value": number, "index": indices_of(known, quarter, each)[name]}
        for (name, each), number in values(known, quarter).items()
    ]


def mean_of(own: list[str], by_name: dict[str, float | None]) -> tuple[float | None, list[str]]:
    """The mean index of some indicators, or those that are missing."""
    missing = [name for name in own if by_name[name] is None]
    return (None if missing else sum(by_name[name] or 0.0 for name in own) / len(own)), missing


def groups(known: Known, quarter: str) -> list[Row]:
    """Each chain and role of every quarter."""
    fusion, found = known.decision("fusion"), []
    for kind, part in (("chain", "chains"), ("role", "roles")):
        for name, group in fusion[part].items():
            for each in quarters("2024Q4", quarter):
                mean, missing = mean_of(group["indicators"], indices_of(known, quarter, each))
                found.append({"group": name, "kind": kind, "period": each, "index": mean, "missing": missing})
    return found


def coordination(chains: list[float]) -> tuple[float | None, float, float]:
    """C = n (ΠU)^(1/n) / ΣU, T = ΣU / n, D = √(C T); C unknown and D 0 where all chains are 0."""
    level = sum(chains) / len(chains)
    if not level:
        return None, 0.0, 0.0
    coupling = math.prod(chains) ** (1 / len(chains)) / level
    return coupling, level, math.sqrt(coupling * level)


def degrees(known: Known, quarter: str) -> list[Row]:
    """C, T, D and the grade of every quarter in which all chains are known."""
    fusion, table, found = known.decision("fusion"), groups(known, quarter), []
    for each in quarters("2024Q4", quarter):
        chains = [row for row in table if row["period"] == each and row["kind"] == "chain"]
        missing = [row["group"] for row in chains if row["missing"]]
        row: Row = {"period": each, "coupling": None, "level": None, "degree": None, "grade": None, "missing": missing}
        if not missing:
            coupling, level, degree = coordination([row["index"] for row in chains])
            shown = math.floor(degree * 100 + 0.5) / 100
            grade = [one["name"] for one in fusion["grades"] if one["least"] <= shown][-1]
            row |= {"coupling": coupling, "level": level, "degree": degree, "grade": grade}
        found.append(row)
    return found


def without(known: Known, quarter: str) -> list[Row]:
    """D of the last quarter when one indicator of a chain is left out."""
    fusion, now = known.decision("fusion"), indices_of(known, quarter, quarter)
    chains = [group["indicators"] for group in fusion["chains"].values()]
    return [
        {
            "indicator": out,
            "degree": coordination([mean_of([n for n in own if n != out], now)[0] or 0.0 for own in chains])[2],
        }
        for out in {name for own in chains for name in own}
    ]


def band(known: Known, quarter: str) -> list[Row]:
    """5 %, 50 % and 95 % of D when both goalposts of every indicator move by U(−b, b) of their distance."""
    fusion, random = known.decision("fusion"), np.random.default_rng(1999)
    moved = {}
    for name, said in fusion["indicators"].items():
        low, high = said["unacceptable"], said["satisfactory"]
        shifts = random.uniform(-fusion["goalpost_band"], fusion["goalpost_band"], (2, DRAWS)) * (high - low)
        number = values(known, quarter)[name, quarter]
        assert number is not None
        moved[name] = np.clip((number - low - shifts[0]) / (high + shifts[1] - low - shifts[0]), 0, 1)
    chains = np.array([np.mean([moved[n] for n in g["indicators"]], axis=0) for g in fusion["chains"].values()])
    degree = np.sqrt(np.prod(chains, axis=0) ** (1 / len(chains)))
    return [{"share": each, "degree": Drawn(float(np.quantile(degree, each)), 0.004)} for each in (0.05, 0.5, 0.95)]
