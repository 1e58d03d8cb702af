"""The language rules are written in: what it says, that blanks never fail a row, and that nothing else gets in."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planeval.ledger.rules.expressions import LONGEST, Operand, parse_expression
from planeval.ledger.rules.operands import Refused
from planeval.ledger.rules.values import Values, numbers, texts

NAMES = {
    "amount": Operand("number"), "paid": Operand("number"), "name": Operand("text"), "units": Operand("text"),
    "kind": Operand("text", ("高新技术企业", "科技型中小企业")), "begun": Operand("day"), "ended": Operand("day"),
    "quarter": Operand("quarter"), "period": Operand("quarter"),
}  # fmt: skip


def column(kind: str, *cells: object) -> Values:
    known = np.array([cell is not None for cell in cells])
    if kind == "day":
        days = [np.nan if cell is None else float(np.datetime64(str(cell), "D").astype("int64")) for cell in cells]
        return numbers(np.array(days), known, "day")
    if kind == "number":
        return numbers(np.array([np.nan if cell is None else cell for cell in cells], dtype=float), known)
    return texts(np.array(cells, dtype=object), known, "quarter" if kind == "quarter" else "text")


def verdict(expression: str, **cells: object) -> bool | None:
    """Whether an expression holds for one row; None where that is unknown."""
    parsed = parse_expression(expression, NAMES)
    columns: Mapping[str, Values] = {name: column(NAMES[name].kind, cells.get(name)) for name in NAMES}
    if parsed.false_rows(columns.__getitem__, 1)[0]:
        return False
    return True if parsed.true_rows(columns.__getitem__, 1)[0] else None


@pytest.mark.parametrize(
    ("expression", "cells", "wanted"),
    [
        ("amount <= paid", {"amount": 1, "paid": 1}, True),
        ("0 < amount < 10", {"amount": 10}, False),
        ("amount - paid == 0.5", {"amount": 2, "paid": 1.5}, True),
        ("-amount / 2 + 1 * paid < 0", {"amount": 4, "paid": 1}, True),
        ("between(amount, 1, 3)", {"amount": 3}, True),
        ("between(begun, '2025-01-01', ended)", {"begun": "2024-12-31", "ended": "2026-01-01"}, False),
        ("begun < '2000-01-01'", {"begun": "1999-12-31"}, True),
        ("ended - begun <= 30", {"begun": "2025-01-01", "ended": "2025-01-31"}, True),
        ("begun + 30 == ended", {"begun": "2025-01-01", "ended": "2025-01-31"}, True),
        ("after_years(begun, 3) == '2027-02-28'", {"begun": "2024-02-29"}, True),
        ("after_months(begun, 1) == '2025-02-28'", {"begun": "2025-01-31"}, True),
        ("year(begun) == 2025 and month(begun) == 3", {"begun": "2025-03-31"}, True),
        ("year(quarter) == 2026 and quarter <= '2026Q3'", {"quarter": "2026Q3"}, True),
        ("quarter <= period", {"quarter": "2026Q4", "period": "2026Q3"}, False),
        ("kind in ['高新技术企业'] or kind not in ('科技型中小企业', '高新技术企业')", {"kind": "高新技术企业"}, True),
        ("matches(name, 'GR20[0-9]{2}[0-9]{8}')", {"name": "GR202514000001"}, True),
        ("matches(name, 'GR')", {"name": "GR2025"}, False),
        ("number(part(name, 3, 6)) == 2025", {"name": "GR202514000001"}, True),
        ("number(extract(name, '〔([0-9]{4})〕')) == 2024", {"name": "晋市政办〔2024〕38号"}, True),
        ("contains(name, '晋城') and length(name) == 4", {"name": "晋城光电"}, True),
        ("same(name, 'ＧＲ 2025')", {"name": "gr2025"}, True),
        ("lists(units, name)", {"units": "kejiju、gongxinju", "name": "gongxinju"}, True),
        ("lists(units, name)", {"units": "kejiju", "name": "ju"}, False),
        ("abs(amount - paid) < 1", {"amount": 1, "paid": 1.5}, True),
        ("blank(name) and not filled(name)", {}, True),
    ],
)
def test_what_it_says(expression: str, cells: dict[str, object], wanted: bool) -> None:
    assert verdict(expression, **cells) is wanted


@pytest.mark.parametrize(
    ("expression", "cells", "wanted"),
    [
        ("amount <= paid", {"amount": 5}, None),
        ("amount / paid > 1", {"amount": 1, "paid": 0}, None),
        ("amount <= paid and 1 > 2", {"amount": 5}, False),
        ("amount <= paid or 1 < 2", {"amount": 5}, True),
        ("not (amount <= paid)", {"amount": 5}, None),
        ("kind in ['高新技术企业']", {}, None),
        ("matches(name, '[0-9]+')", {}, None),
        ("number(name) > 5", {"name": "五"}, None),
        ("part(name, 7, 8) == '14'", {"name": "GR"}, None),
        ("after_years(begun, 3) > ended", {"begun": "2025-01-01"}, None),
    ],
)
def test_what_is_missing_fails_nothing(expression: str, cells: dict[str, object], wanted: bool | None) -> None:
    assert verdict(expression, **cells) is wanted


conditions = st.recursive(
    st.builds(
        lambda one, sign, other: f"{one} {sign} {other}",
        st.sampled_from(["amount", "paid", "1", "amount + paid", "amount - 2 * paid", "amount / paid"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(["amount", "paid", "0", "2.5"]),
    ),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=6,
)
cells = st.none() | st.integers(-3, 3).map(float)


@given(conditions, cells, cells)
def test_the_logic_is_that_of_an_sql_check(expression: str, amount: float | None, paid: float | None) -> None:
    """sqlite answers 0, 1 or NULL; an expression is false, true or unknown in the same cases."""
    with sqlite3.connect(":memory:") as database:
        answer = database.execute(f"select ({expression}) from (select ? as amount, ? as paid)", (amount, paid))
        (wanted,) = answer.fetchone()
    assert verdict(expression, amount=amount, paid=paid) is (None if wanted is None else bool(wanted))


HOSTILE = [
    "__import__('os').system('id')", "().__class__", "name.__class__ == 1", "amount.real > 1", "name[0] == 'a'",
    "[x for x in [1]]", "lambda: 1", "f'{amount}' == 'a'", "9**9**9 > 1", "amount ** 2 > 1", "1 << 999 > 1",
    "amount % 2 == 0", "amount // 2 == 0", "(1 if amount > 0 else 2) > 1", "(x := 1) > 0", "exec('1')",
    "eval('1')", "open('x')", "print(name)", "getattr(name, 'x') == 1", "{1: 2} == 3", "{1} == {1}",
    "b'a' == name", "1j == amount", "amount is None", "amount == None", "amount == True", "blank(*name)",
    "blank(x=name)", "matches(name, name)", "matches(name, '(a+)+')", "matches(name, '(a|b)*c')",
    "matches(name, 'a*b*c*')", "matches(name, '[')", "matches(name, 'a{1,}{2,}{3,}')",
    "after_years(begun, amount) > begun", "after_years(begun, 999999) > begun", "amount > " + "9" * 400,
    "amount > 1e999", "(" * 250 + "amount" + ")" * 250 + " > 1", "not " * 140 + "amount > 1",
    "amount > 1" + " or amount > 1" * 100, "amount > 1\x00", "amount > 1; import os", "amount > 1\nimport os",
    "await amount", "yield amount", "amount > '\\x31'", "", " ", "1", "amount", "amount + 1", "name > 'a'",
    "name == 1", "begun == 3", "begun + begun > begun", "quarter == '2026'", "begun == 'gestern'",
    "kind == '高新企业'", "kind in []", "kind in name", "Amount > 1", "amount > unknown", "sum(amount) > 1",
    "between(amount, 1) ", "amount > 1 > name", "~amount > 1", "+name == 'a'", "amount @ paid > 1",
    "... == amount",
]  # fmt: skip


@pytest.mark.parametrize("expression", HOSTILE)
def test_nothing_else_gets_in(expression: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_expression(expression, NAMES)
    assert caught.value.message
    assert caught.value.remedy


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_expression(text, NAMES)
    except Refused as fault:
        assert fault.remedy


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    for expression, near in {
        "amout > 1": "amount", "blnk(name)": "blank", "kind == '科技型中小'": "科技型中小企业"
    }.items():  # fmt: skip
        with pytest.raises(Refused) as caught:
            parse_expression(expression, NAMES)
        assert near in caught.value.remedy


def test_a_long_cell_does_not_slow_a_pattern() -> None:
    assert verdict("matches(name, '.*a.*b')", name="a" * 32_000) is False
    assert LONGEST < 1000
