"""What is told at a glance about a part of a workbook is what following it cell by cell tells, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from filing_desk import sheet_xml
from planeval.ledger.addresses import column_letters
from planeval.ledger.credit_codes import looks_right
from planeval.ledger.sheet_scan import MAX_ELEMENTS, PartScan, _glanced, _scan_part

PLAIN = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" s="2"/></row><row r="7"><c r="B7"><v>1</v></c></row>'
ODD = {
    "formula": '<row r="1"><c r="A1"><f>1+1</f></c></row>',
    "error value": '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
    "error value, written apart": "<row r='1'><c r='A1' t = 'e'><v>#N/A</v></c></row>",
    "error value, as a reference": '<row r="1"><c r="A1" t="&#101;"><v>#N/A</v></c></row>',
    "error value behind a sign": '<row r="1"><c r="A1" x=">" t="e"><v>#N/A</v></c></row>',
    "cell without address": '<row r="1"><c><v>1</v></c></row>',
    "address behind the style": '<row r="1"><c s="1" r="A1"><v>1</v></c></row>',
    "prefixed": '<x:row xmlns:x="y" r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>',
    "CDATA": '<row r="1"><c r="A1"><v><![CDATA[1]]></v></c></row>',
    "comment": '<row r="1"><!-- <c r="A1"/> --><c r="B1"><v>1</v></c></row>',
    "too far": '<row r="200001"><c r="A200001"><v>1</v></c></row>',
    "too wide": '<row r="1"><c r="GS1"><v>1</v></c></row>',
    "beyond any sheet": '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
}  # fmt: skip


def pieces(part: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    return (part[start : start + size] for start in range(0, len(part), size))


def glanced(part: bytes, size: int = 1 << 16) -> PartScan | None:
    return _glanced(pieces(part, size), "活动", MAX_ELEMENTS, "port.xlsx")


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
def test_a_plain_part_is_told_at_a_glance(size: int) -> None:
    """However it is cut into pieces; C1 is blank and yet stretches it, which can only be too much."""
    found = glanced(sheet_xml(PLAIN), size)
    followed = _scan_part(pieces(sheet_xml(PLAIN)), "活动", True, MAX_ELEMENTS, "port.xlsx")
    assert found is not None and (found.rows, found.columns, found.untrusted) == (7, 3, {})
    assert (followed.rows, followed.columns) == (7, 2) and found.elements == followed.elements


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("size", [1, 64, 1 << 16])
def test_what_is_not_plain_is_followed(case: str, size: int) -> None:
    assert glanced(sheet_xml(ODD[case]), size) is None


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 150), st.sampled_from(["", "v", "f", "e"])), max_size=12))
def test_a_glance_never_sees_less(cells: list[tuple[int, int, str]]) -> None:
    """Random cells: whatever the glance answers reaches as far, and nothing of doubtful value was in it."""
    body = {"": "", "v": "<v>1</v>", "f": "<f>1+1</f>", "e": "<v>#REF!</v>"}
    kinds = {"e": ' t="e"'}
    rows = "".join(
        f'<row r="{row}"><c r="{column_letters(column)}{row}"{kinds.get(kind, "")}>{body[kind]}</c></row>'
        for row, column, kind in sorted(cells)
    )
    followed = _scan_part(pieces(sheet_xml(rows)), "活动", True, MAX_ELEMENTS, "port.xlsx")
    found = glanced(sheet_xml(rows))
    if found is not None:
        assert followed.untrusted == {} and found.elements == followed.elements
        assert found.rows >= followed.rows and found.columns >= followed.columns
    else:
        assert any(kind in "fe" and kind for _, _, kind in cells)


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.lists(
    st.tuples(st.text("0123456789", min_size=8, max_size=8), st.text(_ALPHABET, min_size=9, max_size=10))
    .map("".join)
    .map(lambda code: code + uscc.calc_check_digit(code) if len(code) == 17 else code)
    | st.text(max_size=20)
))  # fmt: skip
def test_credit_codes_of_a_column_are_those_that_stdnum_finds_valid(codes: list[str]) -> None:
    right = looks_right(np.array(codes, dtype=object))
    for code, looks in zip(codes, right, strict=True):
        assert uscc.is_valid(code) if looks else (not uscc.is_valid(code) or uscc.compact(code) != code)
