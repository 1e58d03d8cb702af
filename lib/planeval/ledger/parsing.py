"""Reading what people write in cells: numbers with 万 and 亿, dates in every office habit, names.

A parser returns the value understood or raises `Unreadable` with what was expected and what to do.
Nothing is guessed: 约300, 三成, 2025-03, 10 11 and 5² are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from planeval.periods import Period

_SCALES = {"": 1, "元": 1, "千": 1000, "万": 10**4, "万元": 10**4, "亿": 10**8, "亿元": 10**8}
_MONEY_UNITS = {"元": 1, "万元": 10**4, "亿元": 10**8}
_NUMBER = re.compile(
    r"(?P<digits>-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"\s*(?P<scale>元|万元|亿元|千|万|亿|)\s*(?P<rest>(?![0-9,.]).*|)"
)
_VAGUE = re.compile(r"[约近余多超逾]|左右|以上|以下|成|[~～≈]")
_CHINESE_DIGITS = re.compile(r"[一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟零〇]")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#|javascript:", re.IGNORECASE)
_BETWEEN = "\0"  # parts texts that are looked at together; no parser lets it through
_LOOSE_BLANK = re.compile(rf"  |(?:\A|{_BETWEEN}) | (?:{_BETWEEN}|\Z)")
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+")
_LARGEST = Decimal(10) ** 13
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(32874, 73051)  # 1990-01-01 … 2099-12-31
_YEARS = range(1900, 2100)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DAY = re.compile(r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?")
_PACKED_DAY = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_QUARTER = re.compile(r"(20[0-9]{2}) ?(?:年? ?Q ?([1-4])|年? ?第? ?([1-4一二三四]) ?季度?)")


class Unreadable(ValueError):
    """A cell that cannot be understood; `expected` and `remedy` are Chinese phrases for its author."""

    def __init__(self, message: str, expected: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.remedy = remedy


def plain(text: str) -> str:
    """Full-width letters and digits to half-width (NFKC), outer and zero-width white space off."""
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").strip()


def _half_width(text: str) -> str:
    """Full-width forms to half-width and white space to single blanks; nothing else changes.

    Not NFKC, which turns the footnote of 120① and the power of 5² into a digit.
    """
    return " ".join(text.translate(_HALF_WIDTH).replace("\u200b", "").replace("\ufeff", "").split())


def parse_text(written: str) -> str:
    """A name or note, see `visible`. Raises Unreadable for markup: no ledger text can pass for a piece of a page."""
    kept = visible(written)
    if _MARKUP.search(unicodedata.normalize("NFKC", kept)):
        raise Unreadable("含有网页代码", "普通文字", "删去尖括号和代码，只留文字")
    return kept


def visible(written: str) -> str:
    """A text on one line: control and bidi characters removed, runs of white space one blank."""
    kept = written
    if not written.isprintable():
        kept = "".join(" " if char.isspace() else char for char in written if _printable(char))
    return " ".join(kept.split())


def _printable(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs")


def reads_as_text(written: Sequence[str]) -> bool:
    """Whether `parse_text` gives back each of these texts as it stands, and none is blank."""
    together = _BETWEEN.join(written)
    return (
        all(written) and "".join(written).isprintable() and not _LOOSE_BLANK.search(together)
        and not _MARKUP.search(unicodedata.normalize("NFKC", together))
    )  # fmt: skip


def reads_as_code(written: Sequence[str]) -> bool:
    """Whether `parse_code` gives back each of these texts as it stands, and none is blank."""
    together = "".join(written)
    return all(written) and together.isascii() and together.isalnum() and together == together.upper()


def parse_code(written: str) -> str:
    """An identifier: NFKC, without any white space, letters upper case.

    Raises Unreadable for a long number that the spreadsheet has shortened (9.11405E+17): its digits are gone.
    """
    if written.isascii() and written.isalnum():
        return written.upper()
    code = parse_text(written)
    for _ in range(3):  # a sign that a blank kept apart may join the letter before it, once the blank is gone
        code = "".join(plain(code).split()).upper()
    if _SHORTENED.fullmatch(code):
        raise Unreadable("长数字被改成了近似值，原来的编号已丢失", "完整的编号", "先把这一列设为“文本”格式，再重新填写")
    return code


def parse_number(written: str, unit: str = "", factor: Decimal = Decimal(1)) -> float:
    """A non-negative number in the column's unit; `factor` converts a heading's unit into it.

    Understands full-width digits, 1,200.5, 1.2万 and, in money columns (unit 万元), 300万元, 2.5亿元 and
    1200元; refuses anything vague. Raises Unreadable.
    """
    text = _half_width(written)
    wanted = f"数字（{unit}）" if unit else "数字"
    if _VAGUE.search(text):
        raise Unreadable("是约数，不能计数", wanted, "填准确的数，不写约、余、左右、成")
    match = _NUMBER.fullmatch(text)
    if match is None:
        remedy = "改成阿拉伯数字，如 11" if _CHINESE_DIGITS.search(text) else "只填一个数字，单位不写在格子里"
        raise Unreadable("不是数字", wanted, remedy)
    scale, rest = match["scale"], match["rest"]
    money = unit in _MONEY_UNITS
    if rest not in ("", unit) or (scale.endswith("元") and not money):
        raise Unreadable(f"数字后面有“{(scale + rest).strip()}”", wanted, "只填数字，单位不写在格子里")
    value = Decimal(match["digits"].replace(",", ""))
    if scale.endswith("元"):
        value *= Decimal(_SCALES[scale]) / _MONEY_UNITS[unit]
    elif scale and money:
        raise Unreadable(f"“{scale}”的单位不清楚", wanted, "写明 元、万元 或 亿元，或只填以万元计的数字")
    else:
        value *= _SCALES[scale] * factor
    return _counted(value, wanted)


def _counted(value: Decimal, wanted: str) -> float:
    if value < 0:
        raise Unreadable("是负数", f"不小于 0 的{wanted}", "核对后填正数；冲减请更正原来的行")
    if value >= _LARGEST:
        raise Unreadable("数太大", f"十万亿以内的{wanted}", "核对单位和位数")
    return abs(float(value))


def parse_count(written: str, unit: str = "") -> float:
    """A whole non-negative number. Raises Unreadable."""
    value = parse_number(written, unit)
    if value != int(value):
        raise Unreadable("不是整数", f"整数（{unit}）" if unit else "整数", "填整数")
    return value


def heading_factor(heading_unit: str, unit: str) -> Decimal | None:
    """What turns a heading's money unit into the column's (亿元 → 万元: 10000); None when they cannot meet."""
    if heading_unit not in _MONEY_UNITS or unit not in _MONEY_UNITS:
        return None
    return Decimal(_MONEY_UNITS[heading_unit]) / Decimal(_MONEY_UNITS[unit])


def parse_date(written: str) -> date:
    """A day written 2025-03-31, 2025/3/31, 2025.3.31, 20250331, 2025年3月31日 or as an Excel serial.

    Raises Unreadable when the day is missing, does not exist or lies outside 1900 … 2099.
    """
    text = re.sub(r"[T ]00:00:00(\.0+)?$", "", _half_width(written))
    match = _DAY.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    if match:
        return _existing_day(*map(int, match.groups()))
    if re.fullmatch("[0-9]{5}", text) and int(text) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(text))
    if re.fullmatch(r"[0-9]{4} ?[-/.年] ?[0-9]{1,2} ?月?", text):
        raise Unreadable("缺少日子", "日期，如 2025-03-31", "补上是哪一天")
    raise Unreadable("不是日期", "日期，如 2025-03-31", "按 2025-03-31 的样子填写；没有日期的留空")


def _existing_day(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise Unreadable("年份不合理", "1900 年到 2099 年之间的日期", "核对年份；还没有日期的留空")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("没有这一天", "日期，如 2025-03-31", "核对月份和日子") from None


def parse_quarter(written: str) -> str:
    """A quarter written 2026Q3, 2026年第三季度, 2026年3季度; returned as `2026Q3`. Raises Unreadable."""
    match = _QUARTER.fullmatch(_half_width(written).upper())
    if match is None:
        raise Unreadable("不是季度", "季度，如 2026Q3", "按 2026Q3 的样子填写")
    quarter = match[2] or match[3]
    number = int(quarter) if quarter.isascii() else "一二三四".index(quarter) + 1
    return str(Period(int(match[1]), number))
