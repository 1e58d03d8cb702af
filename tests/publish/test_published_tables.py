"""CSV cells as they are published."""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planeval.ledger.exporting import FORMULA_STARTS
from planeval.periods import Period
from planeval.publish.tables import cell_text, csv_bytes, number_text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+86 351", "'+86 351"),
        ("-5", "'-5"),
        ("@某人", "'@某人"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        (" =1+1", "' =1+1"),
        ("\u200b＠某人", "'\u200b＠某人"),
        (">=", ">="),
        ("读书会", "读书会"),
        (-5, "-5"),
        (-0.25, "-0.25"),
        (4.0, "4"),
        (1e-07, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (Decimal("1.50"), "1.5"),
        (np.float64(2.5), "2.5"),
        (np.int64(3), "3"),
        (np.bool_(True), "true"),
        (False, "false"),
        (None, ""),
        (math.nan, ""),
        (pd.NaT, ""),
        (date(2026, 5, 4), "2026-05-04"),
        (pd.Timestamp(2026, 5, 4), "2026-05-04"),
        (Period(2026, 2), "2026Q2"),
        (("library", "schoolboard"), "library、schoolboard"),
    ],
)
def test_a_cell(value: object, written: str) -> None:
    assert cell_text(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_as_it_was_and_has_no_exponent(value: float) -> None:
    assert float(number_text(value)) == value and "e" not in number_text(value).lower()


@given(st.text() | st.text(" \u3000\u200b\ufeff=+-@＝＋－＠\t\r\n5"))
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert cell_text(text).strip(" \u3000\u200b\ufeff")[:1] not in FORMULA_STARTS


def test_a_file_has_a_bom_and_plain_line_ends_and_reads_back() -> None:
    table = pd.DataFrame({"name": ["甲,乙", "=1"], "value": [1.0, math.nan], "reported": [True, False]})
    content = csv_bytes(table)
    assert content.startswith(b"\xef\xbb\xbfname,value,reported\n") and b"\r" not in content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [["甲,乙", "1", "true"], ["'=1", "", "false"]]
