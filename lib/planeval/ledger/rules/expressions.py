"""The small language in which a rule says what must hold of a row: `amount_paid <= amount_due`.

Comparisons (also chained and `in [...]`), `and` `or` `not`, `+ - * /`, numbers, texts, column names, `between` and
the functions of `functions`. Days and quarters are compared with texts written '2025-03-31' and '2026Q3'. Text is
read with Python's own parser and only the listed kinds of nodes are accepted; nothing of Python is ever run.

A cell that is blank (or a result that cannot be formed: a division by zero) is unknown, and what depends on it is
unknown, with the logic of `values`: a row fails only where the expression is known to be false, so a rule does not
apply where an operand is missing. `blank(x)` and `filled(x)` are always known.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from planeval.ledger.rules.functions import FUNCTIONS, pattern_fault
from planeval.ledger.rules.operands import (
    Columns,
    Node,
    Refused,
    alike,
    calculated,
    compared,
    nearest,
    negative,
    sum_kind,
)
from planeval.ledger.rules.values import KIND_NAMES, Kind, Truths, Values, both, constant, either, opposite

LONGEST = 600
_MOST_NODES = 150
_LARGEST_NUMBER = 1e12
_ORDERED = ("number", "day", "quarter")
_COMPARISONS: dict[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


@dataclass(frozen=True)
class Operand:
    """What a name in an expression stands for; `choices` is its closed list, id by id, or empty."""

    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expression:
    """A checked expression, ready to be held against rows."""

    text: str
    root: Node

    def false_rows(self, columns: Columns, count: int) -> Truths:
        """Where the expression is known to be false, for `count` rows."""
        result = self.root.work_out(columns)
        return np.broadcast_to(result.known & ~result.data, (count,))

    def true_rows(self, columns: Columns, count: int) -> Truths:
        """Where the expression is known to be true."""
        result = self.root.work_out(columns)
        return np.broadcast_to(result.known & result.data, (count,))


def parse_expression(text: str, names: Mapping[str, Operand]) -> Expression:
    """Check an expression that may speak of `names`. Raises Refused for anything that is not of the language."""
    tree = read_syntax(text)
    root = _Checker(names).node(tree)
    if root.kind != "truth":
        raise Refused("表达式应是一个判断", "写成比较，如 amount > 0")
    return Expression(text, root)


def read_syntax(text: str) -> ast.expr:
    """The syntax tree of an expression, of bounded size. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused(f"表达式超过 {LONGEST} 个字符", "拆成几条规则")
    if "\\" in text:
        raise Refused("表达式里不能有反斜杠", "正则表达式用 [0-9]、[.] 代替")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning) as error:
        raise Refused(f"表达式写错了：{getattr(error, 'msg', error)}", "检查括号、引号和运算符") from error
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise Refused("表达式太长", "拆成几条规则")
    return tree


class _Checker:
    """Turns a syntax tree into nodes, kind by kind; everything not named here is refused."""

    def __init__(self, names: Mapping[str, Operand]) -> None:
        self.names = names

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.BoolOp():
                return self._logic(tree)
            case ast.UnaryOp():
                return self._unary(tree)
            case ast.BinOp():
                return self._arithmetic(tree)
            case ast.Compare():
                return self._comparison(tree)
            case ast.Call():
                return self._call(tree)
            case ast.Name():
                return self._name(tree)
            case ast.Constant():
                return self._constant(tree)
        raise Refused(f"表达式里不能用 {ast.unparse(tree)[:40]}", "只用比较、and/or/not、加减乘除、列名和所列函数")

    def _logic(self, tree: ast.BoolOp) -> Node:
        parts = [self._truth(value) for value in tree.values]
        join = both if isinstance(tree.op, ast.And) else either
        return Node("truth", lambda columns: reduce(join, (part.work_out(columns) for part in parts)))

    def _truth(self, tree: ast.expr) -> Node:
        found = self.node(tree)
        if found.kind != "truth":
            raise Refused(f"“{ast.unparse(tree)}”不是判断", "and、or、not 只连接判断")
        return found

    def _unary(self, tree: ast.UnaryOp) -> Node:
        if isinstance(tree.op, ast.Not):
            inner = self._truth(tree.operand)
            return Node("truth", lambda columns: opposite(inner.work_out(columns)))
        if isinstance(tree.op, ast.USub):
            amount = self._of_kind(tree.operand, "number")
            return Node("number", lambda columns: negative(amount.work_out(columns)))
        raise Refused("不认识的运算符", "只用 + - * / 和 not")

    def _arithmetic(self, tree: ast.BinOp) -> Node:
        work = _ARITHMETIC.get(type(tree.op))
        if work is None:
            raise Refused("不能用这种运算（乘方、取余、整除、位运算）", "只用 + - * /")
        left, right = self.node(tree.left), self.node(tree.right)
        minus, plus = isinstance(tree.op, ast.Sub), isinstance(tree.op, ast.Add)
        kind = sum_kind(minus, plus, left.kind, right.kind)
        return Node(kind, lambda columns: calculated(work, left.work_out(columns), right.work_out(columns), kind))

    def _comparison(self, tree: ast.Compare) -> Node:
        operands = [tree.left, *tree.comparators]
        links = [
            self._link(left, sign, right)
            for left, sign, right in zip(operands, tree.ops, operands[1:], strict=False)
        ]  # fmt: skip
        return Node("truth", lambda columns: reduce(both, (link(columns) for link in links)))

    def _link(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Callable[[Columns], Values]:
        if isinstance(sign, ast.In | ast.NotIn):
            return self._membership(left, isinstance(sign, ast.NotIn), right)
        if type(sign) not in _COMPARISONS:
            raise Refused("不能用 is", "用 == 或 !=；判断空白用 blank(x)、filled(x)")
        one, other = alike(self.node(left), self.node(right))
        if one.kind == "truth" or (one.kind not in _ORDERED and not isinstance(sign, ast.Eq | ast.NotEq)):
            raise Refused(f"{KIND_NAMES[one.kind]}不能比大小", "文字只用 ==、!=、in 比较")
        compare = _COMPARISONS[type(sign)]
        return lambda columns: compared(compare, one.work_out(columns), other.work_out(columns))

    def _membership(self, left: ast.expr, negative: bool, right: ast.expr) -> Callable[[Columns], Values]:
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise Refused("in 后面应是一个列表", "写成 kind in ['高新技术企业', '科技型中小企业']")
        value = self.node(left)
        pairs = [alike(value, self.node(item)) for item in right.elts]

        def found(columns: Columns) -> Values:
            each = (compared(operator.eq, one.work_out(columns), other.work_out(columns)) for one, other in pairs)
            result = reduce(either, each)
            return opposite(result) if negative else result

        return found

    def _call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise Refused(f"不能调用 {ast.unparse(tree.func)[:40]}", f"可用的函数：{'、'.join(FUNCTIONS)}、between")
        if tree.func.id == "between" and len(tree.args) == 3:
            value, low, high = tree.args
            steps = (self._link(low, ast.LtE(), value), self._link(value, ast.LtE(), high))
            return Node("truth", lambda columns: both(steps[0](columns), steps[1](columns)))
        function = FUNCTIONS.get(tree.func.id)
        if function is None:
            raise Refused(f"没有函数 {tree.func.id}", nearest(tree.func.id, [*FUNCTIONS, "between"]))
        if len(tree.args) != len(function.takes):
            raise Refused(f"{tree.func.id} 要 {len(function.takes)} 个参数", f"{tree.func.id}：{function.meaning}")
        pairs = list(zip(tree.args, function.takes, strict=True))
        columns_in = [self._of_kind(given, taken) for given, taken in pairs if taken not in _WRITTEN_OUT]
        constants = [_written_out(given, taken) for given, taken in pairs if taken in _WRITTEN_OUT]
        return Node(
            function.gives,
            lambda columns: function.apply(*(part.work_out(columns) for part in columns_in), *constants),
        )

    def _of_kind(self, tree: ast.expr, wanted: str) -> Node:
        found = self.node(tree)
        if wanted != "any" and found.kind not in wanted.split("|"):
            named = "或".join(KIND_NAMES[kind] for kind in wanted.split("|"))
            raise Refused(f"“{ast.unparse(tree)[:40]}”是{KIND_NAMES[found.kind]}，这里要{named}", "换成合适的列")
        return found

    def _name(self, tree: ast.Name) -> Node:
        operand = self.names.get(tree.id)
        if operand is None:
            raise Refused(f"没有“{tree.id}”这一列", nearest(tree.id, list(self.names)))
        return Node(operand.kind, lambda columns: columns(tree.id), choices=operand.choices)

    def _constant(self, tree: ast.Constant) -> Node:
        value = tree.value
        if isinstance(value, str):
            return Node("text", lambda columns: constant("text", value), literal=value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST_NUMBER:
            return Node("number", lambda columns: constant("number", float(value)))
        raise Refused(f"不能写 {str(value)[:40]}", "只写一万亿以内的数和带引号的文字")


_WRITTEN_OUT = ("pattern", "whole", "words")


def _written_out(tree: ast.expr, taken: str) -> str | float:
    """A constant argument of a function. Raises Refused."""
    value = tree.value if isinstance(tree, ast.Constant) else None
    if taken == "whole":
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1200:
            return float(value)
        raise Refused("这里要写一个 1 到 1200 的整数", "直接写出整数")
    if not isinstance(value, str) or not value:
        raise Refused("这里要写一段带引号的文字", "直接写出文字，不用列名")
    fault = pattern_fault(value) if taken == "pattern" else ""
    if fault:
        raise Refused(fault, "改用简单的正则表达式")
    return value
