"""How units filed and how their scores can be told apart, a second time."""

from __future__ import annotations

from statistics import NormalDist

from recomputation import TABLES, Row
from recounts.filings import Known, params_of, quarters
from recounts.revisions import value_revisions
from recounts.units import bands, components, counted_nodes
from recounts.work import filing_state, milestones


def history(known: Known, quarter: str) -> list[Row]:
    """Every unit in every quarter since the first filing: in time, late or not, and how often corrected."""
    found = []
    for unit in params_of(known.root, "units")["units"]:
        for each in quarters(min(line["period"] for line in known.received), quarter):
            state, received = filing_state(known, unit["id"], each)
            corrected = [line for line in known.received
                         if (line["unit"], line["period"]) == (unit["id"], each) and line["supersedes"]]  # fmt: skip
            found.append({"unit_id": unit["id"], "name": unit["short_name"], "period": each, "filing": state,
                          "received_on": received, "corrections": len(corrected)})  # fmt: skip
    return found


def evidence(known: Known, quarter: str) -> list[Row]:
    """Rows that count and rows with a document, by the unit believed and by table."""
    rows: dict[tuple[str, str], list[bool]] = {}
    for sheet, table in TABLES.items():
        for line in known.believed(sheet):
            rows.setdefault((line.unit, table), []).append(bool(line["佐证材料"]))
    return [{"unit_id": unit, "table": table, "rows": len(own), "with_evidence": sum(own)}
            for (unit, table), own in rows.items()]  # fmt: skip


def detail(known: Known, quarter: str) -> list[Row]:
    """What each unit's score rests on: items led and supported, how many they are worth, weight on its own score."""
    rules, nodes, found = known.decision("unit_judgement"), counted_nodes(known, quarter), []
    ranked = sorted(unit for unit, own in nodes.items() if len(own) >= rules["least_items"])
    _, between, within = components([nodes[unit] for unit in ranked], rules["least_item_sd"])
    for unit, own in nodes.items():
        worth = sum(s for s, _ in own) ** 2 / sum(s * s for s, _ in own) if own else 0.0
        led = sum(row["lead_unit"] == unit and rules["points"].get(row["state"]) is not None
                  for row in milestones(known, quarter))  # fmt: skip
        found.append({"unit_id": unit, "lead_items": led, "supporting_items": len(own) - led, "effective_items": worth,
                      "weight_on_own": between / (between + within / worth) if worth and between else 0.0})  # fmt: skip
    return found


def pairs(known: Known, quarter: str) -> list[Row]:
    """Every ranked pair: P(a truly above b) = Φ((a − b) / √(s_a² + s_b²)), told apart at (1 + confidence) / 2."""
    rules, judged, found = known.decision("unit_judgement"), bands(known, quarter), []
    ranked = [unit for unit, row in judged.items() if row["rank_low"] is not None]
    for place, a in enumerate(ranked):
        for b in ranked[place + 1 :]:
            one, two = judged[a], judged[b]
            spread = (one["width"] ** 2 + two["width"] ** 2) ** 0.5
            gap = one["shrunk"] - two["shrunk"]
            p = NormalDist().cdf(gap / spread) if spread else 0.5
            found.append({"unit_a": a, "unit_b": b, "probability_a_above_b": p,
                          "distinct": max(p, 1 - p) >= (1 + rules["confidence"]) / 2})  # fmt: skip
    return found


def revised(known: Known, quarter: str) -> list[Row]:
    """How many values each unit's later filings changed, and by how much on average."""
    table, found = value_revisions(known, quarter), []
    for unit in params_of(known.root, "units")["units"]:
        own = [row for row in table if unit["id"] in row["units"]]
        moved = [
            abs(row["difference"]) / abs(row["first"]) for row in own if row["difference"] is not None and row["first"]
        ]
        if own:
            found.append({"unit_id": unit["id"], "name": unit["short_name"], "revised": len(own),
                          "mean_absolute_revision": sum(moved) / len(moved) if moved else None})  # fmt: skip
    return found
