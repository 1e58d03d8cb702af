"""Numbers and lights in words, as printed everywhere: one wording for one thing."""

from __future__ import annotations

import math
from decimal import Decimal

from planeval.judge.progress import BEHIND as LATE
from planeval.judge.progress import DONE, FAR_BEHIND, LIGHTS, MISSED, ON_PACE, UNREPORTED
from planeval.judge.rounding import DECIMALS
from planeval.plan.model import Target
from planeval.show.html import Cell, esc

SYMBOLS = {DONE: "●", ON_PACE: "▲", LATE: "◆", FAR_BEHIND: "■", MISSED: "✕", UNREPORTED: "○"}
LIGHT_CLASSES = {
    DONE: "done", ON_PACE: "on-pace", LATE: "behind", FAR_BEHIND: "far-behind", MISSED: "missed",
    UNREPORTED: "unreported",
}  # fmt: skip
ABSENT = "—"


def amount(value: float, unit: str) -> str:
    """A value as displayed: 亿元 with 2 decimals, counts whole; 未报送 where there is none."""
    return UNREPORTED if math.isnan(value) else f"{value:,.{DECIMALS.get(unit, 0)}f}"


def amount_with_unit(value: float, unit: str) -> str:
    """`17 家`, `4.37 亿元`."""
    return UNREPORTED if math.isnan(value) else f"{amount(value, unit)} {unit}"


def percent(share: float) -> str:
    """0.367 → `36.7%`; a dash where there is none."""
    return ABSENT if math.isnan(share) else f"{100 * share:.1f}%"


def points(gap: float) -> str:
    """A difference of shares in percentage points, with its sign: `−3.1`."""
    return ABSENT if math.isnan(gap) else f"{100 * gap:+.1f}".replace("-", "−")


def pace(value: float, unit: str) -> str:
    """A pace per quarter: up to 2 decimals, no trailing zeros."""
    return ABSENT if math.isnan(value) else f"{Decimal(repr(float(value))).normalize():f} {unit}/季"


def light(word: str) -> Cell:
    """A light: symbol and word, coloured by its class. Readable without colour."""
    return Cell(
        f"{SYMBOLS[word]} {word}",
        f'<span class="light {LIGHT_CLASSES[word]}"><span aria-hidden="true">{SYMBOLS[word]}</span> {esc(word)}</span>',
    )


def legend() -> str:
    """All lights with their symbols, in order."""
    return "　".join(f"{SYMBOLS[word]} {word}" for word in LIGHTS)


def chinese_count(number: int) -> str:
    """Small counts in running text: 一项, 十二项 (up to 99)."""
    digits = "零一二三四五六七八九"
    if number < 10:
        return "两" if number == 2 else digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def listed(names: list[str], limit: int = 8) -> str:
    """Names joined by 、, cut after `limit` with how many are left out."""
    head = "、".join(names[:limit])
    return f"{head}等 {len(names)} 个" if len(names) > limit else head


def wanted(target: Target) -> str:
    """The target as printed: `≥ 30 家`."""
    return target.wanted


def pace_multiple(required: float, best: float) -> str:
    """How the required pace compares with the best quarter ever, in a clause."""
    if math.isnan(required) or math.isnan(best):
        return "尚无可比的历史季度"
    if required == 0:
        return "目标值已达到"
    if best <= 0:
        return "历史上没有净增加的季度"
    ratio = required / best
    return f"相当于历史最好季度的 {ratio:.1f} 倍" if ratio >= 0.1 else "远低于历史最好季度"
