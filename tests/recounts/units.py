"""Responsible units a second time: how they filed, what they lead, and how far their scores can be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from recomputation import Row
from recounts.cells import Drawn
from recounts.filings import SHEET_OF, Known, params_of
from recounts.work import FINISHED, filing_state, milestones

DRAWS = 40_000


def counted_nodes(known: Known, quarter: str) -> dict[str, list[tuple[float, float]]]:
    """Unit → (share, points) of each node it leads (share 1) or supports whose state has points."""
    rules = known.decision("unit_judgement")
    found: dict[str, list[tuple[float, float]]] = {unit["id"]: [] for unit in params_of(known.root, "units")["units"]}
    for row in milestones(known, quarter):
        points = rules["points"].get(row["state"])
        if points is not None:
            found[row["lead_unit"]].append((1.0, points))
            for unit in {*row["supporting_units"]} - {row["lead_unit"]}:
                found[unit].append((rules["supporting_share"], points))
    return found


def components(groups: list[list[tuple[float, float]]], least_sd: float) -> tuple[float, float, float]:
    """m, τ², σ²: DerSimonian & Laird's moments over units, σ² pooled over items and not below the decided least."""
    scores = [sum(s * p for s, p in own) / sum(s for s, _ in own) for own in groups]
    sizes = [sum(s for s, _ in own) ** 2 / sum(s * s for s, _ in own) for own in groups]
    squares = 0.0
    for own in groups:
        mean = sum(p for _, p in own) / len(own)
        squares += sum((p - mean) ** 2 for _, p in own)
    within = max(least_sd**2, squares / sum(len(own) - 1 for own in groups))
    w = [size / within for size in sizes]
    fixed = sum(a * s for a, s in zip(w, scores, strict=True)) / sum(w)
    q = sum(a * (s - fixed) ** 2 for a, s in zip(w, scores, strict=True))
    between = max(0.0, (q - (len(groups) - 1)) / (sum(w) - sum(a * a for a in w) / sum(w)))
    weights = [1 / (between + within / size) for size in sizes]
    return sum(a * s for a, s in zip(weights, scores, strict=True)) / sum(weights), between, within


def rank_intervals(centres: list[float], widths: list[float], confidence: float) -> list[tuple[int, int]]:
    """Lowest and highest plausible rank of each unit, 1 best, by draws of our own; units alike share both.

    In each draw a unit takes every place that its ties could take.
    """
    draws = np.random.default_rng(2026).normal(np.array(centres), np.array(widths), (DRAWS, len(centres))).round(9)
    best = 1 + (draws[:, None, :] > draws[:, :, None]).sum(axis=2)
    worst = (draws[:, None, :] >= draws[:, :, None]).sum(axis=2)
    tail = (1 - confidence) / 2
    low = np.quantile(best, tail, axis=0, method="inverted_cdf")
    high = np.quantile(worst, 1 - tail, axis=0, method="inverted_cdf")
    alike = [tuple(np.round(pair, 9)) for pair in zip(centres, widths, strict=True)]
    return [
        (int(min(low[i] for i, each in enumerate(alike) if each == one)),
         int(max(high[i] for i, each in enumerate(alike) if each == one)))
        for one in alike
    ]  # fmt: skip


def bands(known: Known, quarter: str) -> dict[str, Row]:
    """Unit → items, score, shrunk score, rank interval and band."""
    rules, nodes = known.decision("unit_judgement"), counted_nodes(known, quarter)
    ranked = [unit for unit, own in nodes.items() if len(own) >= rules["least_items"]]
    mean, between, within = components([nodes[unit] for unit in sorted(ranked)], rules["least_item_sd"])
    found: dict[str, Row] = {}
    for unit, own in nodes.items():
        row: Row = {"items": len(own), "score": None, "shrunk": None, "rank_low": None, "rank_high": None,
                    "band": "没有到期节点" if not own else f"不排名（不足{rules['least_items']}项）"}  # fmt: skip
        if own:
            size = sum(s for s, _ in own) ** 2 / sum(s * s for s, _ in own)
            b, score = between / (between + within / size), sum(s * p for s, p in own) / sum(s for s, _ in own)
            row |= {"score": score, "shrunk": mean + b * (score - mean), "width": (b * within / size) ** 0.5}
        found[unit] = row
    places = rank_intervals(
        [found[u]["shrunk"] for u in ranked], [found[u]["width"] for u in ranked], rules["confidence"]
    )
    half = len(ranked) / 2
    for unit, (low, high) in zip(ranked, places, strict=True):
        band = "前段" if high <= half else "后段" if low > half else "中段"
        found[unit] |= {"rank_low": Drawn(low, 1), "rank_high": Drawn(high, 1), "band": band}
    return found


def units(known: Known, quarter: str) -> list[Row]:
    """Every responsible unit: judged, then how it filed, and the nodes it leads whose result is known.

    No filing of the demonstration is refused in any part, so nobody has faults of level 错误.
    """
    duties: dict[str, list[str]] = known.decision("filing_duties")
    judged, filed, found = bands(known, quarter), milestones(known, quarter), []
    for unit in params_of(known.root, "units")["units"]:
        id = unit["id"]
        filing, received = filing_state(known, id, quarter)
        owed = [SHEET_OF[table] for table, who in duties.items() if id in who]
        own: list[Any] = [row["state"] for row in filed if row["lead_unit"] == id]
        row = {name: value for name, value in judged[id].items() if name != "width"}
        found.append({
            "unit_id": id, **row, "name": unit["short_name"], "filing": filing, "received_on": received,
            "tables_due": len(owed), "tables_filed": sum(id in known.heard(sheet, quarter) for sheet in owed),
            "refused": 0, "milestones": len(own), "due": sum(each in (*FINISHED, "逾期未完成") for each in own),
            "finished": sum(each in FINISHED for each in own), "overdue": own.count("逾期未完成"),
        })  # fmt: skip
    return found
