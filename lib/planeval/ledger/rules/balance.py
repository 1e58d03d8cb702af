"""Amounts that must balance, and which of them to change when they do not (error localisation after Fellegi–Holt).

A set of cells is a remedy when the others can stay as they are and every relation can hold. The smallest such sets
are found exactly: an integer program picks the cells (scipy.optimize.milp), a linear program proves whether the rest
can then balance, and each failed proof becomes a constraint of the next pick.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import scipy
from pydantic import Field, model_validator

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.expressions import read_syntax
from planeval.ledger.rules.frames import Frames, Rows
from planeval.ledger.rules.operands import Refused
from planeval.ledger.rules.registry import ColumnIds, Failure, Words, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import Floats, Truths
from planeval.plan.model import Entry

_MOST_SETS = 5
_MOST_LOCATED = 50  # rows of one rule whose cells are worked out; the others are told with the relation alone
_SIGNS: dict[type[ast.cmpop], str] = {ast.LtE: "≤", ast.GtE: "≥", ast.Eq: "="}


@dataclass(frozen=True)
class Relation:
    """`weights · cells (≤ or =) limit`, and how it was written."""

    weights: dict[str, float]
    limit: float
    equal: bool
    text: str


def read_relation(text: str) -> Relation:
    """A linear relation between columns, `amount_paid <= amount_due` or `a + b == c`. Raises Refused."""
    tree = read_syntax(text)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _SIGNS:
        raise Refused(f"“{text}”不是一个平衡关系", "写成 a <= b、a >= b 或 a + b == c")
    left, right = _linear(tree.left), _linear(tree.comparators[0])
    turn = -1.0 if isinstance(tree.ops[0], ast.GtE) else 1.0
    names = list(dict.fromkeys(name for name in (*left, *right) if name))
    weights = {name: turn * (left.get(name, 0.0) - right.get(name, 0.0)) for name in names}
    if not any(weights.values()):
        raise Refused(f"“{text}”里没有列", "至少写一列")
    return Relation(weights, turn * (right.get("", 0.0) - left.get("", 0.0)), isinstance(tree.ops[0], ast.Eq), text)


def _linear(tree: ast.expr) -> dict[str, float]:
    """Column → factor, '' → constant. Raises Refused for anything that is not linear."""
    match tree:
        case ast.Name(id=name):
            return {name: 1.0}
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return {"": float(value)}
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return {name: -factor for name, factor in _linear(inner).items()}
        case ast.BinOp(op=ast.Add() | ast.Sub() as sign, left=one, right=other):
            turn = 1.0 if isinstance(sign, ast.Add) else -1.0
            first, second = _linear(one), _linear(other)
            return {name: first.get(name, 0.0) + turn * second.get(name, 0.0) for name in {**first, **second}}
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=int() | float() as factor), right=other):
            return {name: factor * own for name, own in _linear(other).items()}
    raise Refused(f"平衡关系里不能写“{ast.unparse(tree)[:40]}”", "只写列、数字、加、减和 数字*列")


class Balance(Entry):
    """columns: the amounts, first the one most likely wrong; relations: what must hold between them; tolerance: what
    rounding may leave over.
    """

    columns: Annotated[ColumnIds, Field(min_length=1, max_length=8)]
    relations: Annotated[Words, Field(min_length=1, max_length=8)]
    tolerance: Annotated[float, Field(ge=0)] = 0.01

    @model_validator(mode="after")
    def _linear_in_these_columns(self) -> Balance:
        for text in self.relations:
            try:
                unknown = [name for name in read_relation(text).weights if name not in self.columns]
            except Refused as fault:
                raise ValueError(f"{fault.message}；{fault.remedy}") from None
            if unknown:
                raise ValueError(f"columns 里没有 {'、'.join(unknown)}")
        return self


@dataclass(frozen=True)
class System:
    """Relations as matrices over cells: upper · x ≤ limits, equal · x = totals."""

    matrix: Floats
    limits: Floats
    equal: Truths
    tolerance: float

    def broken(self, cells: Floats) -> Truths:
        """Which relations fail, for a row or for many; a relation with a blank cell does not apply."""
        over = np.nan_to_num(cells) @ self.matrix.T - self.limits
        complete = np.isnan(cells).astype(float) @ (self.matrix != 0).T == 0
        return complete & ((over > self.tolerance) | (self.equal & (over < -self.tolerance)))


@named_check("row", settings=Balance, words=("relation", "cells"))
def balances(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Linear relations between amounts of a row hold. Names the smallest set of cells that must change (each of
    them, if several sets are equally small) and, where it is a single cell, how far. The first column of the rule
    that is in such a set is blamed.
    """
    rows, wanted = frames[rule.table], rule.settings(Balance)
    relations = [read_relation(text) for text in wanted.relations]
    system = system_of(relations, wanted.columns, wanted.tolerance)
    cells = np.column_stack([rows.floats(column) for column in wanted.columns])
    broken = system.broken(cells)
    for found, at in enumerate(np.flatnonzero(broken.any(axis=1))):
        sets = smallest_sets(system, cells[at]) if found < _MOST_LOCATED else []
        told = [relation for relation, wrong in zip(relations, broken[at], strict=True) if wrong]
        words = {
            "relation": "；".join(_in_words(relation, rows) for relation in told),
            "cells": _advice(sets, system, cells[at], rows, wanted.columns),
        }
        yield Failure(rule.table, int(at), wanted.columns[min(sets[0])] if sets else wanted.columns[0], words)


def system_of(relations: Sequence[Relation], columns: Sequence[str], tolerance: float) -> System:
    """The matrices of some relations over some columns."""
    matrix = np.array([[relation.weights.get(column, 0.0) for column in columns] for relation in relations])
    limits = np.array([relation.limit for relation in relations])
    return System(matrix, limits, np.array([relation.equal for relation in relations]), tolerance)


def smallest_sets(system: System, cells: Floats) -> list[frozenset[int]]:
    """Every smallest set of cells (at most five, by position) whose change lets all relations hold; blank cells
    may take any value at no cost. Empty when even changing everything would not help.
    """
    known = np.flatnonzero(~np.isnan(cells))
    must_hit: list[Floats] = []
    found: list[frozenset[int]] = []
    while len(found) < _MOST_SETS:
        cover = np.array(must_hit).reshape(-1, len(known))
        ask = scipy.optimize.milp(
            np.ones(len(known)), integrality=np.ones(len(known)), bounds=(0, 1),
            constraints=scipy.optimize.LinearConstraint(cover, lb=1.0) if len(cover) else (),
        )  # fmt: skip
        if not ask.success or (found and round(ask.fun) > len(found[0])):
            break
        picked = np.round(ask.x).astype(bool)
        if _can_hold(system, cells, known[picked]):
            found.append(frozenset(int(place) for place in known[picked]))
            must_hit.append((~picked).astype(float))  # a smallest set of another kind has a cell outside this one
        elif picked.all():
            return []
        else:
            must_hit.append((~picked).astype(float))
    return sorted(found, key=sorted)


def _can_hold(system: System, cells: Floats, freed: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    return _solved(system, cells, freed, np.zeros(len(cells))) is not None


def _solved(
    system: System, cells: Floats, freed: np.ndarray[tuple[int], np.dtype[np.int64]], costs: Floats
) -> float | None:
    """The least cost at which the relations hold when some cells may change, not below 0; None when they cannot."""
    low, high = cells.copy(), cells.copy()
    free = np.isnan(cells)
    free[freed] = True
    low[free], high[free] = 0.0, np.inf
    upper, equal = system.matrix[~system.equal], system.matrix[system.equal]
    slack = system.tolerance
    answer = scipy.optimize.linprog(
        costs, A_ub=np.vstack([upper, equal, -equal]),
        b_ub=np.concatenate([
            system.limits[~system.equal] + slack, system.limits[system.equal] + slack,
            slack - system.limits[system.equal],
        ]),
        bounds=np.column_stack([low, high]),
    )  # fmt: skip
    if answer.status == 3:
        return float("-inf")
    return float(answer.fun) if answer.success else None


def _advice(sets: Sequence[frozenset[int]], system: System, cells: Floats, rows: Rows, columns: Sequence[str]) -> str:
    """What to change, in Chinese: `已兑金额（不大于 200）或 应兑金额（不小于 350）`."""
    if not sets:
        return "、".join(_heading(rows, column) for column in columns)
    told = []
    for chosen in sets:
        named = "和".join(_heading(rows, columns[place]) for place in sorted(chosen))
        told.append(named + (_range(system, cells, min(chosen)) if len(chosen) == 1 else ""))
    return f"至少改 {len(sets[0])} 处：" + "，或".join(told)


def _range(system: System, cells: Floats, place: int) -> str:
    """Between which values a single cell lets the relations hold."""
    costs = np.zeros(len(cells))
    costs[place] = 1.0
    freed = np.array([place])
    low, high = _solved(system, cells, freed, costs), _solved(system, cells, freed, -costs)
    least = 0.0 if low is None else low
    most = np.inf if high is None else -high
    if most - least <= 4 * system.tolerance:
        return f"（应为 {(least + most) / 2:.10g}）"
    parts = [f"不小于 {least + system.tolerance:.10g}"] if least > system.tolerance else []
    parts += [f"不大于 {most - system.tolerance:.10g}"] if np.isfinite(most) else []
    return f"（{'、'.join(parts)}）" if parts else ""


def _heading(rows: Rows, column: str) -> str:
    return f"“{rows.table.column(column).heading}”"


def _in_words(relation: Relation, rows: Rows) -> str:
    """The relation with headings for columns: `“已兑金额”应 ≤ “应兑金额”`."""
    tree = read_syntax(relation.text)
    headings = {column.id: f"“{column.heading}”" for column in rows.table.columns}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = headings.get(node.id, node.id)
    said = ast.unparse(tree)
    for written, shown in (("<=", "应 ≤"), (">=", "应 ≥"), ("==", "应 =")):
        said = said.replace(written, shown)
    return said
