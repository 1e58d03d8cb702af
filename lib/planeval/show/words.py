"""Numbers and lights in words, as printed everywhere: one wording for one thing."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from planeval.judge.evidence import FAIR, NOT_APPLICABLE, NOTHING_TO_CHECK, SUFFICIENT, UNDECIDED, WEAK
from planeval.judge.milestone_lights import FINISHED, NO_NODES, NOTHING_DUE
from planeval.judge.outlook.bands import ASSURED, DOUBTFUL, OPEN
from planeval.judge.outlook.verdict import MISSED as MISSED_AT_DUE
from planeval.judge.outlook.verdict import NONE as NO_OUTLOOK
from planeval.judge.outlook.verdict import REACHED
from planeval.judge.progress import BEHIND as LATE
from planeval.judge.progress import DONE, FAR_BEHIND, LIGHTS, MISSED, ON_PACE
from planeval.judge.rounding import DECIMALS
from planeval.measures import dispatch as orders
from planeval.measures.counting import ABSENCES, INCOMPLETE, UNPUBLISHED, UNREPORTED
from planeval.show.html import Cell, esc

SYMBOLS = {
    DONE: "●", ON_PACE: "▲", LATE: "◆", FAR_BEHIND: "■", MISSED: "✕", UNREPORTED: "○", INCOMPLETE: "◌",
    UNPUBLISHED: "○", NOTHING_DUE: "◌", NO_NODES: "—",
    REACHED: "●", FINISHED: "●", ASSURED: "▲", OPEN: "◆", DOUBTFUL: "■", MISSED_AT_DUE: "✕", NO_OUTLOOK: "○",
    SUFFICIENT: "▲", FAIR: "◆", WEAK: "■", NOTHING_TO_CHECK: "◌", NOT_APPLICABLE: "—", UNDECIDED: "○",
    orders.IN_TIME: "●", orders.MADE_UP_LATE: "◆", orders.OVERDUE: "■", orders.IN_HAND: "▷",
}  # fmt: skip
LIGHT_CLASSES = {
    DONE: "done", ON_PACE: "on-pace", LATE: "behind", FAR_BEHIND: "far-behind", MISSED: "missed",
    REACHED: "done", FINISHED: "done", ASSURED: "on-pace", OPEN: "behind", DOUBTFUL: "far-behind",
    orders.IN_TIME: "done", orders.MADE_UP_LATE: "behind", orders.OVERDUE: "far-behind", orders.IN_HAND: "unreported",
    MISSED_AT_DUE: "missed", SUFFICIENT: "on-pace", FAIR: "behind", WEAK: "far-behind",
    **dict.fromkeys((*ABSENCES, NOTHING_DUE, NO_NODES, NO_OUTLOOK, NOTHING_TO_CHECK, NOT_APPLICABLE, UNDECIDED),
                    "unreported"),
}  # fmt: skip
ABSENT = "—"


def amount(value: float, unit: str) -> str:
    """A value as displayed: 亿元 with 2 decimals, counts whole; a dash where there is none."""
    return ABSENT if math.isnan(value) else f"{value:,.{DECIMALS.get(unit, 0)}f}"


def amount_with_unit(value: float, unit: str) -> str:
    """`17 家`, `4.37 亿元`; a dash where there is none."""
    return ABSENT if math.isnan(value) else f"{amount(value, unit)} {unit}"


def signed(value: float, unit: str) -> str:
    """A change with its sign: `+14`, `−0.15`."""
    return ABSENT if math.isnan(value) else f"{value:+,.{DECIMALS.get(unit, 0)}f}".replace("-", "−")


def percent(share: float) -> str:
    """0.367 → `36.7%`, 0.3125 → `31.3%` (halves round up); a dash where there is none."""
    return ABSENT if math.isnan(share) else f"{_half_up(100 * Decimal(repr(float(share))), 1)}%"


def _half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def points(gap: float) -> str:
    """A difference of shares in percentage points, with its sign: `−3.1`."""
    return ABSENT if math.isnan(gap) else f"{100 * gap:+.1f}".replace("+0.0", "0.0").replace("-", "−")


def pace(value: float, unit: str) -> str:
    """An amount per quarter: up to 2 decimals, no trailing zeros. Its column or sentence says 每季."""
    return ABSENT if math.isnan(value) else f"{Decimal(repr(float(value))).normalize():f} {unit}"


def light(word: str) -> Cell:
    """A light: symbol and word, coloured by its class. Readable without colour."""
    return Cell(
        f"{SYMBOLS[word]} {word}",
        f'<span class="light {LIGHT_CLASSES[word]}"><span aria-hidden="true">{SYMBOLS[word]}</span> {esc(word)}</span>',
    )


def legend() -> str:
    """All lights with their symbols, in order."""
    return "　".join(f"{SYMBOLS[word]} {word}" for word in LIGHTS)


def band(gap: float) -> str:
    """A limit of a light in whole percentage points: −0.10 → `−10`."""
    return f"{100 * gap:g}".replace("-", "−")


def quoted(words: str) -> str:
    """The plan's words between quotation marks; quotation marks inside them become single ones."""
    return f"“{words.replace('“', '‘').replace('”', '’')}”"


def listed(names: list[str], limit: int = 8) -> str:
    """Names joined by 、, cut after `limit` with how many are left out."""
    head = "、".join(names[:limit])
    return f"{head}等 {len(names)} 个" if len(names) > limit else head


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
