"""The outlook in a target's figure: an 80 % interval at the due date, and the same in words."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes

from planeval.show.lights import chance
from planeval.show.words import amount

FORESEEN, SAID, BESIDE = "#8a97a5", "#56636f", 0.24


def draw_outlook(axes: Axes, place: int, row: dict[str, Any]) -> float:
    """A bar from low to high beside the due quarter, labelled at both ends; returns its top (0 when there is none)."""
    if not _is_foreseen(row):
        return 0.0
    low, high, x = row["outlook_low"], row["outlook_high"], place + BESIDE
    axes.plot([x, x], [low, high], color=FORESEEN, linewidth=6, solid_capstyle="butt", zorder=2)
    style: dict[str, Any] = {"ha": "left", "fontsize": 8, "color": SAID, "clip_on": False}
    axes.text(x + 0.08, low, amount(low, row["unit"]), va="top", **style)
    axes.text(x + 0.08, high, f"{amount(high, row['unit'])}（八成区间）", va="bottom", **style)
    return float(high)


def _is_foreseen(row: dict[str, Any]) -> bool:
    return not math.isnan(row["outlook_low"]) and row["outlook_low"] < row["outlook_high"]


def outlook_title(row: dict[str, Any]) -> str:
    """The clause that closes the figure's title."""
    if math.isnan(row["outlook_p"]):
        return "，到期能否达到暂不预测"
    return f"，到期达到的可能{chance(row['outlook_p'])}" if 0 < row["outlook_p"] < 1 else f"，{row['outlook_word']}"


def outlook_range(row: dict[str, Any]) -> str:
    """`66–83`, or nothing."""
    if not _is_foreseen(row):
        return ""
    return f"{amount(row['outlook_low'], row['unit'])}–{amount(row['outlook_high'], row['unit'])}"


def outlook_alt(row: dict[str, Any]) -> str:
    """The sentence for those who cannot see the bar."""
    return f"到期日的数有八成可能在 {outlook_range(row)} {row['unit']}。" if _is_foreseen(row) else ""
