"""Excel's names of columns."""

from __future__ import annotations


def column_letters(number: int) -> str:
    """Excel's name of a column, from 1: A, B, … AA."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


COLUMN_NUMBERS = {column_letters(number): number for number in range(1, 16_385)}
