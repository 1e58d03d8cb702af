"""Numbers as displayed. Every light is computed from these, so that a value shown as 15 % is judged as 15 %."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

DECIMALS = {"亿元": 2, "万元": 0}
SHARE_DECIMALS = 3


def displayed(value: float, unit: str) -> Decimal:
    """A value as printed in its unit: 亿元 to 2 decimals, 万元 and counts whole; halves round up."""
    return _rounded(Decimal(repr(float(value))), DECIMALS.get(unit, 0))


def displayed_share(share: Decimal | Fraction) -> Decimal:
    """A share as printed: to a tenth of a percentage point (0.367 is shown as 36.7 %)."""
    exact = Decimal(share.numerator) / Decimal(share.denominator) if isinstance(share, Fraction) else share
    return _rounded(exact, SHARE_DECIMALS)


def displayed_pace(value: Decimal) -> Decimal:
    """A pace per quarter, to 2 decimals."""
    return _rounded(value, 2)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
