"""Scores, total and what moved it, computed again from the recomputed shares, with nothing imported from the package.

Points = 60 + 40 × (done ÷ expected − 不允许值) ÷ (满意值 − 不允许值), kept within 0 to 100; equal weights over the
targets that count; nothing expected yet or no full period: left out; nobody filed: 0.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from recomputation import decisions_in_force, judged

SCORED_READINGS = {"weights": "equal", **{f"goalposts.{name}": "on_schedule" for name in (
    "partnerships", "platforms", "achievements", "high_tech_firms", "tech_smes", "revenue", "fund", "events"
)}}  # fmt: skip


def points(root: Path, quarter: str, known_on: str) -> dict[str, Fraction | None]:
    """Target id → points, None where it does not count."""
    decisions = decisions_in_force(root)
    found: dict[str, Fraction | None] = {}
    for name, row in judged(root, quarter, known_on).items():
        posts = next(
            reading["value"] for reading in decisions[f"goalposts.{name}"]["readings"] if reading["id"] == "on_schedule"
        ) if "readings" in decisions[f"goalposts.{name}"] else {"unacceptable": 0.6, "satisfactory": 1.0}  # fmt: skip
        low, high = Fraction(str(posts["unacceptable"])), Fraction(str(posts["satisfactory"]))
        if row["progress_light"] == "未报送":
            found[name] = Fraction(0)
        elif row["value"] is None or row["expected_share"] == 0:
            found[name] = None
        else:
            x = (row["done_share"] / row["expected_share"]).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
            found[name] = min(max(60 + 40 * (Fraction(x) - low) / (high - low), Fraction(0)), Fraction(100))
    return found


def total(scores: dict[str, Fraction | None]) -> Fraction:
    """The mean of the targets that count."""
    counted = [each for each in scores.values() if each is not None]
    return sum(counted, Fraction(0)) / len(counted)


def effects(before: dict[str, Fraction | None], after: dict[str, Fraction | None]) -> dict[str, Any]:
    """Each target's part in the change of the total: mean weight × Δpoints + Δweight × (mean points − mean total)."""
    share0 = Fraction(1, sum(each is not None for each in before.values()))
    share1 = Fraction(1, sum(each is not None for each in after.values()))
    centre = (total(before) + total(after)) / 2
    found = {}
    for name in after:
        first, last = before[name], after[name]
        w0, w1 = (share0 if first is not None else 0), (share1 if last is not None else 0)
        s0, s1 = (first if first is not None else last), (last if last is not None else first)
        if s0 is None or s1 is None:
            found[name] = Fraction(0)
        else:
            found[name] = (w0 + w1) * (s1 - s0) / 2 + (w1 - w0) * ((s0 + s1) / 2 - centre)
    return found
