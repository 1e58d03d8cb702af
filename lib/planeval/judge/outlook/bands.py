"""展望灯: three lights from the probability as displayed, by bands that are decisions (method.yml `outlook_bands`)."""

from __future__ import annotations

from decimal import Decimal

from planeval.judge.evidence import UNDECIDED
from planeval.judge.outlook.verdict import MISSED, NONE, REACHED
from planeval.plan.lights import OutlookBands

ASSURED, OPEN, DOUBTFUL = "有把握", "不确定", "难以达到"
OUTLOOK_LIGHTS = (REACHED, ASSURED, OPEN, DOUBTFUL, MISSED, NONE, UNDECIDED)


def outlook_light(p: float | None, word: str, bands: OutlookBands | None) -> str:
    """The light of a displayed probability; 已达到, 到期未达到 and 暂不预测 are lights of their own."""
    if word in (REACHED, MISSED, NONE):
        return word
    if bands is None or p is None:
        return UNDECIDED
    shown = Decimal(repr(p))
    if shown >= Decimal(repr(bands.assured)):
        return ASSURED
    return OPEN if shown >= Decimal(repr(bands.open)) else DOUBTFUL
