"""Counting rules held against the ledger they speak of: unknown tables, columns and values, with did-you-mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from planeval.plan.documents import Place, nearest_line
from planeval.plan.method import CountingRule, Decision
from planeval.problems import Problem

ColumnsByTable = dict[str, dict[str, tuple[str, ...]]]


def unknown_entry(
    shown: str, place: Place, lines: dict[Place, int], what: str, written: str, known: list[str]
) -> Problem:
    """A Problem for an id that is not among the known ones, with the nearest of them as remedy."""
    close = difflib.get_close_matches(written, known, n=1)
    return Problem(
        shown, cell=f"第 {nearest_line(place, lines)} 行", rule="unknown_id", value=written,
        message=f"没有这个{what}", expected="、".join(known) if len(known) <= 12 else f"已列出的{what}",
        remedy=f"是不是“{close[0]}”" if close else f"改成已列出的{what}，或先把它补上",
    )  # fmt: skip


def counting_faults(
    decisions: dict[str, Decision], columns: ColumnsByTable, lines: dict[Place, int], shown: str
) -> Iterator[Problem]:
    """Faults of every counting rule (in force and competing) and of the tables in filing_duties."""
    if not columns:
        return
    closed = _closed_lists(decisions)
    for name, decision in decisions.items():
        entries = [("values", index, version.value) for index, version in enumerate(decision.values)]
        entries += [("readings", index, reading.value) for index, reading in enumerate(decision.readings)]
        for family, index, value in entries:
            place: Place = ("decisions", name, family, index, "value")
            if isinstance(value, CountingRule) and place in lines:
                yield from _rule_faults(value, columns, closed, place, lines, shown)
            elif name == "filing_duties":
                for table in value:
                    if table not in columns:
                        yield unknown_entry(shown, (*place, table), lines, "台账表", table, list(columns))


def _closed_lists(decisions: dict[str, Decision]) -> dict[str, tuple[str, ...]]:
    if "closed_lists" not in decisions:
        return {}
    return {key: values for version in decisions["closed_lists"].values for key, values in version.value.items()}


def _rule_faults(
    rule: CountingRule, columns: ColumnsByTable, closed: dict[str, tuple[str, ...]], place: Place,
    lines: dict[Place, int], shown: str,
) -> Iterator[Problem]:  # fmt: skip
    if rule.table not in columns:
        yield unknown_entry(shown, (*place, "table"), lines, "台账表", rule.table, list(columns))
        return
    known = columns[rule.table]
    for key in ("distinct", "dated_by", "ends_by", "sum"):
        column = getattr(rule, key)
        if column is not None and column not in known:
            yield unknown_entry(shown, (*place, key), lines, "列", column, list(known))
    for column, values in rule.where.items():
        if column not in known:
            yield unknown_entry(shown, (*place, "where", column), lines, "列", column, list(known))
            continue
        allowed = closed.get(f"{rule.table}-{column}", known[column])
        for value in values:
            if allowed and value not in allowed:
                yield unknown_entry(shown, (*place, "where", column), lines, "取值", value, list(allowed))
