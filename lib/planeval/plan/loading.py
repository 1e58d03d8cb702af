"""Loading params of a workspace: strict, all faults at once, every file of a plan in one message."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from planeval.plan import documents
from planeval.plan.counting_faults import ColumnsByTable, counting_faults, unknown_entry
from planeval.plan.documents import Place, nearest_line, read_document, validate
from planeval.plan.method import (
    PER_TARGET,
    REQUIRED,
    Decision,
    Method,
    MethodText,
    Report,
    ReportList,
    known_decisions,
    shape_of,
)
from planeval.plan.model import Plan, PlanText, UnitList
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace


def load_plan(workspace: Workspace, plan_id: str) -> Plan:
    """plan.yml and units.yml of a plan. Raises InputError with the faults of both files together."""
    folder = workspace.plan_folder(plan_id)
    _require_plan(workspace, plan_id)
    problems: list[Problem] = []
    loaded: list[Any] = []
    for name, model in (("plan.yml", PlanText), ("units.yml", UnitList)):
        shown = workspace.relative(folder / name)
        try:
            content, lines = read_document(folder / name, shown)
            loaded.append((validate(model, content, lines, shown), lines, shown))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    (text, lines, shown), (unit_list, _, _) = loaded
    problems += _unknown_units(text, unit_list, lines, shown)
    if text.id != plan_id:
        problems.append(
            Problem(
                shown,
                cell=f"第 {nearest_line(('id',), lines)} 行",
                rule="plan_id",
                value=text.id,
                message="id 与文件夹名不一致",
                expected=plan_id,
                remedy="两处写成一样",
            )
        )
    if problems:
        raise InputError(problems)
    return Plan(text=text, units=unit_list.units)


def _require_plan(workspace: Workspace, plan_id: str) -> None:
    names = sorted(path.parent.name for path in workspace.params.glob("*/plan.yml"))
    if plan_id not in names:
        close = difflib.get_close_matches(plan_id, names, n=1)
        hint = f"是不是“{close[0]}”" if close else f"现有计划：{'、'.join(names) or '（无）'}"
        raise InputError(
            [Problem(f"params/{plan_id}", rule="unknown_plan", value=plan_id, message="没有这个计划", remedy=hint)]
        )


def _unknown_units(text: PlanText, units: UnitList, lines: dict[Place, int], shown: str) -> Iterator[Problem]:
    known = [unit.id for unit in units.units]
    for index, task in enumerate(text.tasks):
        for position, unit in enumerate(task.units):
            if unit not in known:
                yield unknown_entry(shown, ("tasks", index, "units", position), lines, "责任单位", unit, known)


def load_method(workspace: Workspace, plan: Plan, columns: ColumnsByTable | None = None) -> Method:
    """method.yml of a plan, every value typed by its decision. Raises InputError with all faults.

    columns: table id → column id → closed list, of the ledger that counting rules and duties speak of.
    """
    path = workspace.plan_folder(plan.id) / "method.yml"
    shown = workspace.relative(path)
    content, lines = read_document(path, shown)
    text = validate(MethodText, content, lines, shown)
    problems = list(_decision_problems(text, plan, lines, shown))
    typed: dict[str, Decision] = {}
    for name, decision in text.decisions.items():
        shape = shape_of(name)
        if shape is not None:
            typed[name] = _typed(name, decision, shape, lines, shown, problems)
    if not problems:
        problems += _reference_problems(typed, plan, lines, shown)
        problems += counting_faults(typed, columns or {}, lines, shown)
    if problems:
        raise InputError(problems)
    return Method(text=MethodText(plan=text.plan, decisions=typed))


def _decision_problems(text: MethodText, plan: Plan, lines: dict[Place, int], shown: str) -> Iterator[Problem]:
    targets = [target.id for target in plan.targets]
    expected = [*REQUIRED, *(f"baseline.{target}" for target in targets)]
    for name in text.decisions:
        place = ("decisions", name)
        family, _, target = name.partition(".")
        if shape_of(name) is None:
            yield unknown_entry(shown, place, lines, "决定", name, list(known_decisions()))
        elif family in PER_TARGET and target not in targets:
            yield unknown_entry(shown, place, lines, "指标", target, targets)
    for name in expected:
        if name not in text.decisions:
            yield Problem(
                shown,
                cell=f"第 {nearest_line(('decisions',), lines)} 行",
                rule="missing_decision",
                value=name,
                message="缺少一项必须作出的决定",
                remedy=f"补上 {name}",
            )
    if text.plan != plan.id:
        yield Problem(
            shown,
            cell=f"第 {nearest_line(('plan',), lines)} 行",
            rule="plan_id",
            value=text.plan,
            message="plan 与所在文件夹不一致",
            expected=plan.id,
            remedy="两处写成一样",
        )


def _typed(
    name: str, decision: Decision, shape: Any, lines: dict[Place, int], shown: str, problems: list[Problem]
) -> Decision:
    """The decision with every value and reading parsed to its type; faults go to `problems`."""

    def parse(value: Any, place: Place) -> Any:
        try:
            return shape.validate_python(value)
        except ValidationError as error:
            problems.extend(documents.explain(error, None, lines, shown, place))
            return value

    here: Place = ("decisions", name)
    readings = tuple(
        reading.model_copy(update={"value": parse(reading.value, (*here, "readings", index, "value"))})
        for index, reading in enumerate(decision.readings)
    )
    listed = {reading.id: reading.value for reading in readings}
    versions = []
    for index, version in enumerate(decision.values):
        if version.reading is None:
            value = parse(version.value, (*here, "values", index, "value"))
            if readings:
                place = (*here, "values", index, "value")
                problems.append(_reading_fault(shown, place, lines, "", name, list(listed)))
        else:
            value = listed.get(version.reading)
            if version.reading not in listed:
                place = (*here, "values", index, "reading")
                problems.append(_reading_fault(shown, place, lines, version.reading, name, list(listed)))
        versions.append(version.model_copy(update={"value": value}))
    return decision.model_copy(update={"values": tuple(versions), "readings": readings})


def _reading_fault(
    shown: str, place: Place, lines: dict[Place, int], written: str, name: str, listed: list[str]
) -> Problem:
    close = difflib.get_close_matches(written, listed, n=1)
    return Problem(
        shown, cell=f"第 {nearest_line(place, lines)} 行", rule="reading", value=written,
        message=f"{name}：采用的应是 readings 中的一项", expected="、".join(listed) or "先列出 readings",
        remedy=f"是不是“{close[0]}”" if close else "用 reading: 写明采用哪一项",
    )  # fmt: skip


def _reference_problems(
    decisions: dict[str, Decision], plan: Plan, lines: dict[Place, int], shown: str
) -> Iterator[Problem]:
    """Ids inside decision values that name a unit or task nobody knows."""
    units = [unit.id for unit in plan.units]
    tasks = [task.id for task in plan.tasks]
    for index, version in enumerate(decisions["filing_duties"].values):
        for table, filers in version.value.items():
            place = ("decisions", "filing_duties", "values", index, "value", table)
            for filer in filers:
                if filer not in units:
                    yield unknown_entry(shown, place, lines, "单位", filer, units)
    for index, version in enumerate(decisions["lead_units"].values):
        for task, unit in version.value.items():
            place = ("decisions", "lead_units", "values", index, "value", task)
            if task not in tasks:
                yield unknown_entry(shown, place, lines, "任务", task, tasks)
            if unit not in units:
                yield unknown_entry(shown, place, lines, "单位", unit, units)


def load_reports(workspace: Workspace, plan_id: str) -> tuple[Report, ...]:
    """The pages a plan's reviews publish, in reading order."""
    path = workspace.plan_folder(plan_id) / "reports.yml"
    shown = workspace.relative(path)
    content, lines = read_document(path, shown)
    return validate(ReportList, content, lines, shown).reports
