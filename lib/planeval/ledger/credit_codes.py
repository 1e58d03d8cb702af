"""统一社会信用代码 (GB 32100-2015) of a whole column at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_LENGTH, _DIGITS = 18, 8  # characters in all; of these the first, which say who registers and where, are digits
_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([*(pow(3, place, 31) for place in range(_LENGTH - 1)), 1])  # of the check digit: 1
_VALUES = np.full(256, -1)
_VALUES[np.frombuffer(_ALPHABET, dtype=np.uint8)] = np.arange(len(_ALPHABET))


def looks_right(codes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which texts are 18 characters of the code's alphabet that end in the right check digit.

    codes: objects. False says nothing yet: a code written with blanks or hyphens is for python-stdnum to judge.
    """
    right = np.array([isinstance(code, str) and len(code) == _LENGTH and code.isascii() for code in codes], dtype=bool)
    if right.any():
        letters = np.frombuffer("".join(codes[right]).encode("ascii"), dtype=np.uint8).reshape(-1, _LENGTH)
        values = _VALUES[letters]
        known = (values >= 0).all(axis=1) & (values[:, :_DIGITS] < 10).all(axis=1)
        right[right] = known & ((values * _WEIGHTS).sum(axis=1) % 31 == 0)
    return right
