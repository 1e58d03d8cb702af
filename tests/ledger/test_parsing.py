"""What is understood in a cell and what is refused: worked tables first, then every input there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planeval.ledger.parsing import (
    Unreadable,
    heading_factor,
    parse_code,
    parse_count,
    parse_date,
    parse_number,
    parse_quarter,
    parse_text,
)
from planeval.ledger.reading_worker import cell_text

# written, unit of the column, understood
NUMBERS = [
    ("1200", "", 1200),
    ("1,200.5", "", 1200.5),
    ("１，２００．５", "", 1200.5),
    (" 12 ", "", 12),
    ("12\u00a0", "", 12),
    ("0", "万元", 0),
    ("-0", "万元", 0),
    ("0012", "", 12),
    ("1.2万", "", 12_000),
    ("3千", "", 3000),
    ("1.5亿", "人", 150_000_000),
    ("40人", "人", 40),
    ("3 万 人", "人", 30_000),
    ("300万元", "万元", 300),
    ("300 万元", "万元", 300),
    ("2.5亿元", "万元", 25_000),
    ("1200元", "万元", 0.12),
    ("1元", "亿元", 0.00000001),
    ("0.07亿元", "万元", 700),
    ("9999999999999", "", 9_999_999_999_999),
]
REFUSED_NUMBERS = [
    ("", "", "不是数字"),
    ("—", "", "不是数字"),
    ("约300", "", "是约数，不能计数"),
    ("300余", "", "是约数，不能计数"),
    ("300左右", "", "是约数，不能计数"),
    ("三成", "", "是约数，不能计数"),
    ("～300", "", "是约数，不能计数"),
    ("三百", "", "不是数字"),
    ("二万五", "", "不是数字"),
    ("12%", "", "数字后面有“%”"),
    ("40家", "人", "数字后面有“家”"),
    ("300万元", "人", "数字后面有“万元”"),
    ("300万", "万元", "“万”的单位不清楚"),
    ("10 11", "", "数字后面有“11”"),
    ("1 200", "", "数字后面有“200”"),
    ("10/11", "", "数字后面有“/11”"),
    ("10-11", "", "数字后面有“-11”"),
    ("12,00", "", "不是数字"),
    ("1,2000", "", "不是数字"),
    ("1.2.3", "", "不是数字"),
    ("1.", "", "不是数字"),
    (".5", "", "不是数字"),
    ("+5", "", "不是数字"),
    ("(5)", "", "不是数字"),
    ("5²", "", "数字后面有“²”"),
    ("120①", "", "数字后面有“①”"),
    ("½", "", "不是数字"),
    ("٣٤", "", "不是数字"),
    ("1e5", "", "数字后面有“e5”"),
    ("0x10", "", "数字后面有“x10”"),
    ("1_000", "", "数字后面有“_000”"),
    ("Infinity", "", "不是数字"),
    ("NaN", "", "不是数字"),
    ("-5", "", "是负数"),
    ("9" * 14, "", "数太大"),
    ("9" * 400, "", "数太大"),
    ("10000000000万元", "万元", None),
    ("2026-05-04", "", "数字后面有“-05-04”"),
]


@pytest.mark.parametrize(("written", "unit", "understood"), NUMBERS)
def test_numbers_that_are_understood(written: str, unit: str, understood: float) -> None:
    assert parse_number(written, unit) == understood


@pytest.mark.parametrize(("written", "unit", "message"), REFUSED_NUMBERS)
def test_numbers_that_are_refused(written: str, unit: str, message: str | None) -> None:
    """Nothing is guessed: a page that printed 1011 for 10 11 would be wrong and nobody would know."""
    if message is None:  # exactly ten thousand times the largest 亿元 fund there is: large, but a number
        assert parse_number(written, unit) == 10_000_000_000
        return
    with pytest.raises(Unreadable) as refusal:
        parse_number(written, unit)
    assert refusal.value.message == message and refusal.value.expected and refusal.value.remedy


@pytest.mark.parametrize(
    ("heading_unit", "unit", "factor"),
    [
        ("万元", "万元", 1),
        ("亿元", "万元", 10_000),
        ("元", "万元", Decimal("0.0001")),
        ("万元", "亿元", Decimal("0.0001")),
        ("美元", "万元", None),
        ("万", "万元", None),
        ("万元", "人", None),
    ],
)
def test_the_unit_of_a_heading_converts_or_does_not_meet(heading_unit: str, unit: str, factor: Any) -> None:
    assert heading_factor(heading_unit, unit) == factor


def test_a_unit_in_the_cell_beats_the_unit_of_the_heading() -> None:
    """Under 金额（亿元）, 2 is 20,000 万元, but 300万元 stays 300."""
    assert parse_number("2", "万元", Decimal(10_000)) == 20_000
    assert parse_number("300万元", "万元", Decimal(10_000)) == 300


@pytest.mark.parametrize("written", ["40", "40.0", "４０", "0.4百"])
def test_counts_are_whole(written: str) -> None:
    if written == "0.4百":
        with pytest.raises(Unreadable):
            parse_count(written)
    else:
        assert parse_count(written) == 40
    with pytest.raises(Unreadable, match="不是整数"):
        parse_count("40.5")


DATES = [
    ("2025-03-31", "2025-03-31"),
    ("2025/3/31", "2025-03-31"),
    ("2025.3.31", "2025-03-31"),
    ("2025.03.01", "2025-03-01"),
    ("20250331", "2025-03-31"),
    ("2025年3月31日", "2025-03-31"),
    ("２０２５年３月３１日", "2025-03-31"),
    ("2025 年 3 月 31 日", "2025-03-31"),
    ("2025-03-31 00:00:00", "2025-03-31"),
    ("2025-03-31T00:00:00.000", "2025-03-31"),
    ("45747", "2025-03-31"),
    ("32874", "1990-01-01"),
    ("1957-03-04", "1957-03-04"),
    ("2024-02-29", "2024-02-29"),
]
REFUSED_DATES = [
    ("2025-13-01", "没有这一天"),
    ("2025-02-29", "没有这一天"),
    ("20250230", "没有这一天"),
    ("2025-03", "缺少日子"),
    ("2025年3月", "缺少日子"),
    ("2025.1", "缺少日子"),
    ("25-03-31", "不是日期"),
    ("31/3/2025", "不是日期"),
    ("2025-1-1 1", "不是日期"),
    ("2025-03-31 10:30:00", "不是日期"),
    ("2025331", "不是日期"),
    ("3月31日", "不是日期"),
    ("二〇二五年三月三十一日", "不是日期"),
    ("2025-03-31—2025-04-02", "不是日期"),
    ("2025-W14-1", "不是日期"),
    ("٢٠٢٥-٠٣-٣١", "不是日期"),
    ("፩", "不是日期"),
    ("40", "不是日期"),
    ("99999", "不是日期"),
    ("今天", "不是日期"),
    ("", "不是日期"),
    ("0025-03-31", "年份不合理"),
    ("9999-12-31", "年份不合理"),
]


@pytest.mark.parametrize(("written", "understood"), DATES)
def test_dates_that_are_understood(written: str, understood: str) -> None:
    assert parse_date(written) == date.fromisoformat(understood)


@pytest.mark.parametrize(("written", "message"), REFUSED_DATES)
def test_dates_that_are_refused(written: str, message: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse_date(written)
    assert refusal.value.message == message and refusal.value.expected and refusal.value.remedy


@pytest.mark.parametrize(
    "written",
    ["2026Q3", "2026q3", "２０２６Ｑ３", "2026年Q3", "2026年第三季度", "2026年三季度", "2026年3季度", "2026年 第3季度"],
)
def test_quarters_that_are_understood(written: str) -> None:
    assert parse_quarter(written) == "2026Q3"


@pytest.mark.parametrize(
    "written", ["", "2026", "20263", "2026 3", "2026年3", "2026-3", "2026Q5", "26Q3", "2026Q٣", "三季度"]
)
def test_quarters_that_are_refused(written: str) -> None:
    """20263 might be March as well as the third quarter."""
    with pytest.raises(Unreadable, match="不是季度"):
        parse_quarter(written)


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("  甲 公司 ", "甲 公司"),
        ("甲\u3000公司\n二部", "甲 公司 二部"),
        ("甲\u200b公司\u202e", "甲公司"),
        ("a < b, R&D", "a < b, R&D"),
        ("\u200b", ""),
    ],
)
def test_names_keep_their_words_and_lose_what_cannot_be_seen(written: str, understood: str) -> None:
    assert parse_text(written) == understood


@pytest.mark.parametrize(
    "written",
    ["<b>甲</b>", "<script>", "</td>", "<!--", "<?php", "＜script＞", "&#60;b&#62;", "JavaScript:alert(1)",
     "<\u200bscript>", "<\u00adimg src=x>"],
)  # fmt: skip
def test_names_that_hold_markup_are_refused(written: str) -> None:
    """Also in disguise: full-width brackets, or a character between that nobody sees."""
    with pytest.raises(Unreadable, match="网页代码"):
        parse_text(written)


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (" ab-01 ", "AB-01"),
        ("ＡＢ０１", "AB01"),
        ("91 3501 00M0", "91350100M0"),
        ("晋科〔2025〕1号", "晋科〔2025〕1号"),
    ],
)
def test_codes_are_compared_in_one_form(written: str, understood: str) -> None:
    assert parse_code(written) == understood


@pytest.mark.parametrize("written", ["9.11405E+17", "9.114050012345678E+17", "9E+17"])
def test_codes_that_the_spreadsheet_shortened_are_refused(written: str) -> None:
    with pytest.raises(Unreadable, match="近似值"):
        parse_code(written)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("", ""), (True, "TRUE"), (40.0, "40"), (40, "40"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"), (911405000000000001.0, "9.11405E+17"), (float("nan"), "NaN"),
        (float("inf"), "INFINITY"), (date(2025, 3, 31), "2025-03-31"), (datetime(2025, 3, 31), "2025-03-31"),
        (datetime(2025, 3, 31, 0, 0, 0, 1000), "2025-03-31"),
        (datetime(2025, 3, 30, 23, 59, 59, 999_999), "2025-03-31"),
        (datetime(2025, 3, 31, 10, 30), "2025-03-31 10:30:00"), (time(3, 4), "03:04:00"),
        (timedelta(days=2), "2 days, 0:00:00"),
    ],
)  # fmt: skip
def test_a_cell_becomes_the_text_a_person_sees(cell: object, text: str) -> None:
    """Excel's dates carry the rounding of a float; a code of 18 digits has already lost its last three."""
    assert cell_text(cell).upper() == text.upper()


# ------------------------------------------------------------------------------- all inputs

AMOUNTS = st.decimals(0, 10**12, places=4).map(lambda amount: amount.normalize())


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


@given(AMOUNTS)
def test_a_number_written_in_any_accepted_way_is_read_back(amount: Decimal) -> None:
    """Plain, with thousands marks, full-width, between blanks: the same number."""
    for written in (
        f"{amount:f}",
        f"{amount:,f}",
        full_width(f"{amount:f}"),
        full_width(f"{amount:,f}"),
        f" {amount:f}\t",
    ):
        assert parse_number(written) == float(amount), written


@given(AMOUNTS, st.sampled_from(["元", "万元", "亿元"]), st.sampled_from(["元", "万元", "亿元"]))
def test_money_written_in_any_unit_is_the_same_money(amount: Decimal, written_in: str, column: str) -> None:
    """Amount and unit in the cell, or the amount under a heading with the unit: exactly the same value."""
    value = {"元": 1, "万元": 10**4, "亿元": 10**8}
    expected = amount * value[written_in] / value[column]
    if expected >= 10**13:
        with pytest.raises(Unreadable, match="数太大"):
            parse_number(f"{amount:f}{written_in}", column)
        return
    assert parse_number(f"{amount:f}{written_in}", column) == float(expected)
    factor = heading_factor(written_in, column)
    assert factor is not None and parse_number(f"{amount:,f}", column, factor) == float(expected)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_written_in_any_accepted_way_is_read_back(day: date) -> None:
    writings = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        full_width(day.isoformat()),
        f"{day.isoformat()} 00:00:00",
        cell_text(datetime(day.year, day.month, day.day)),
    ]
    if day >= date(1990, 1, 1):
        writings.append(str((day - date(1899, 12, 30)).days))
    assert [parse_date(written) for written in writings] == [day] * len(writings)


@given(st.floats(0, 1e12, allow_nan=False))
def test_a_number_cell_is_read_back_to_the_last_digit(value: float) -> None:
    """From the workbook's float to text and back nothing is lost (below Excel's own 15 digits)."""
    assert parse_number(cell_text(value)) == value


ANY_CELL = st.one_of(
    st.text(),
    st.text(alphabet="0123456789０９,，.．-－/年月日约余成万亿元千人%①²½٣፩ \u3000\u200b\u00a0eE+", max_size=14),
    st.from_regex(r"[0-9]{1,4}[-/.年][0-9]{1,3}[-/.月][0-9]{1,3}日?", fullmatch=True),
)


@given(ANY_CELL)
@example("")
@example("\x00")
@example("\ud800")
@example("9" * 5000)
@example("½" * 50)
def test_no_text_does_anything_but_be_understood_or_refused(written: str) -> None:
    """No parser raises anything but Unreadable, and its three phrases are there to be printed."""
    for parse in (parse_text, parse_code, parse_number, parse_count, parse_date, parse_quarter,
                  lambda text: parse_number(text, "万元", Decimal(10_000)),
                  lambda text: parse_count(text, "人")):  # fmt: skip
        try:
            parse(written)
        except Unreadable as refusal:
            assert refusal.message and refusal.expected and refusal.remedy


@given(ANY_CELL)
@example("A´")
@example("ŉ")
@pytest.mark.parametrize("parse", [parse_date, parse_quarter, parse_text, parse_code])
def test_what_is_understood_means_the_same_when_it_is_filed_again(parse: Callable[[str], Any], written: str) -> None:
    """Understanding is idempotent: a code copied from the echo into the next quarter's form is the same item."""
    try:
        understood = str(parse(written))
    except Unreadable:
        return
    if understood:
        assert str(parse(understood)) == understood


@given(ANY_CELL)
def test_every_number_understood_is_finite_and_not_negative(written: str) -> None:
    try:
        assert 0 <= parse_number(written) < 10**13
    except Unreadable:
        pass
