"""Loading params/<plan>/rules.yml: strict, all faults at once, each with its line and a did-you-mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planeval.ledger.rules.catalogue import CHECKS
from planeval.ledger.rules.expressions import Operand, parse_expression
from planeval.ledger.rules.operands import Refused
from planeval.ledger.rules.registry import Check, references
from planeval.ledger.rules.rule import ALL_TABLES, Rule, RuleList, placeholders
from planeval.ledger.rules.values import KIND_OF_COLUMN
from planeval.ledger.tables import BY_ID, Column, Table
from planeval.plan import Plan
from planeval.plan.counting_faults import unknown_entry
from planeval.plan.documents import Document, Place, read_document
from planeval.plan.explaining import Shape, validate
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

FILE = "rules.yml"
ALWAYS = ("unit", "period", "heading")


def load_rules(workspace: Workspace, plan: Plan, tables: Mapping[str, Table] = BY_ID) -> tuple[Rule, ...]:
    """The rules of a plan in the order of the file; a plan without rules.yml has none.

    tables: the ledger's tables, with a plan's own closed lists. Raises InputError with every fault of the file.
    """
    path = workspace.plan_folder(plan.id) / FILE
    if not path.exists():
        return ()
    document = read_document(path, workspace.relative(path))
    listed = validate(RuleList, document)
    problems = list(_file_faults(listed, plan, document))
    for index, rule in enumerate(listed.rules):
        problems += _rule_faults(rule, ("rules", index), document, tables, plan)
    if problems:
        raise InputError(problems)
    return listed.rules


def operands(table: Table, plan: Plan) -> dict[str, Operand]:
    """Every name an expression about a table may use, with its kind and closed list."""
    named: dict[str, Operand] = {column.id: _operand(column, plan) for column in table.columns}
    named |= dict.fromkeys(("period_start", "period_end", "received_on", "plan_start", "plan_due"), Operand("day"))
    units = tuple(unit.id for unit in plan.units)
    return named | {
        "period": Operand("quarter"), "unit_id": Operand("text", units), "identifier": Operand("text", ("uscc", "any")),
    }  # fmt: skip


def _operand(column: Column, plan: Plan) -> Operand:
    text = plan.text
    by_plan = {
        "unit": tuple(unit.id for unit in plan.units),
        "industry": tuple(entry.id for entry in text.industries),
        "zone": tuple(entry.id for entry in text.zones),
        "task": tuple(entry.id for entry in plan.tasks),
    }
    return Operand(KIND_OF_COLUMN.get(column.kind, "text"), by_plan.get(column.kind, column.choices))


def _file_faults(listed: RuleList, plan: Plan, document: Document) -> Iterator[Problem]:
    if listed.plan != plan.id:
        yield document.fault(
            ("plan",), "plan_id", "plan 与所在文件夹不一致", value=listed.plan, expected=plan.id, remedy="两处写成一样"
        )
    seen: dict[str, int] = {}
    for index, rule in enumerate(listed.rules):
        if rule.id in seen:
            expected = f"每条规则的 id 各不相同（第 {document.line(('rules', seen[rule.id], 'id'))} 行已有）"
            yield document.fault(
                ("rules", index, "id"), "duplicate_rule", "规则的 id 重复", value=rule.id, expected=expected,
                remedy="换一个 id，或删去其中一条",
            )  # fmt: skip
        seen.setdefault(rule.id, index)


def _rule_faults(
    rule: Rule, place: Place, document: Document, tables: Mapping[str, Table], plan: Plan
) -> Iterator[Problem]:
    if rule.table != ALL_TABLES and rule.table not in tables:
        yield unknown_entry(document, (*place, "table"), "台账表", rule.table, [*tables, ALL_TABLES])
        return
    check = CHECKS.get(rule.check)
    if rule.check and check is None:
        yield unknown_entry(document, (*place, "check"), "检查", rule.check, CHECKS)
        return
    if rule.column and rule.column not in _columns_of(rule.table, tables):
        known = _columns_of(rule.table, tables)
        yield unknown_entry(document, (*place, "column"), "列", rule.column, known)
    if check is not None:
        yield from _check_faults(rule, check, place, document, tables)
    else:
        names = operands(tables[rule.table], plan)
        yield from _expression_faults(rule.when, names, (*place, "when"), document)
        if rule.scope == "cell":
            others = set(_columns_of(rule.table, tables)) - {rule.column}
            names = {name: operand for name, operand in names.items() if name not in others}
        yield from _expression_faults(rule.expression, names, (*place, "expression"), document)
    yield from _message_faults(rule, check, place, document, tables)


def _columns_of(table: str, tables: Mapping[str, Table]) -> dict[str, tuple[str, ...]]:
    """Column ids with their closed lists; those of every table for `all`."""
    chosen = tables.values() if table == ALL_TABLES else (tables[table],)
    return {column.id: column.choices for each in chosen for column in each.columns}


def _expression_faults(text: str, names: Mapping[str, Operand], place: Place, document: Document) -> Iterator[Problem]:
    if text:
        try:
            parse_expression(text, names)
        except Refused as fault:
            yield document.fault(place, "expression", fault.message, value=text, remedy=fault.remedy)


def _check_faults(
    rule: Rule, check: Check, place: Place, document: Document, tables: Mapping[str, Table]
) -> Iterator[Problem]:
    if rule.scope not in check.scopes:
        yield document.fault(
            (*place, "scope"), "scope", f"{rule.check} 不是这个范围的检查", value=rule.scope,
            expected="、".join(check.scopes), remedy="改成这项检查的范围",
        )  # fmt: skip
    try:
        settings = Shape(check.settings).validate(rule.given, (*place, "with"), document)
    except InputError as error:
        yield from error.problems
        return
    for reference in references(settings, rule.table):
        there = (*place, "with", *reference.place)
        if reference.table != ALL_TABLES and reference.table not in tables:
            yield unknown_entry(document, there, "台账表", reference.table, tables)
            continue
        known = _columns_of(reference.table, tables)
        if reference.column and reference.column not in known:
            yield unknown_entry(document, there, "列", reference.column, known)
            continue
        closed = known.get(reference.column, ())
        for value in reference.values:
            if closed and value not in closed:
                yield unknown_entry(document, there, "取值", value, closed)


def _message_faults(
    rule: Rule, check: Check | None, place: Place, document: Document, tables: Mapping[str, Table]
) -> Iterator[Problem]:
    columns = () if rule.table == ALL_TABLES else tuple(_columns_of(rule.table, tables))
    known = [*columns, *(check.words if check else ()), *ALWAYS]
    for key in ("message", "remedy"):
        try:
            used = placeholders(getattr(rule, key))
        except ValueError as error:
            yield document.fault((*place, key), "placeholder", str(error), remedy="大括号成对，里面只写名称")
            continue
        for name in used:
            if name not in known:
                yield unknown_entry(document, (*place, key), "占位词", name, known)
