"""Loading params of a workspace: strict, all faults at once, every file of a plan in one message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from planeval.plan.counting_faults import ColumnsByTable, answers, counting_faults, unknown_entry
from planeval.plan.decisions import PER_TARGET, REQUIRED, known_decisions, shape_of
from planeval.plan.documents import Document, Place, read_document
from planeval.plan.explaining import Shape, validate
from planeval.plan.ladder_faults import ladder_faults
from planeval.plan.lights import KIND_NAMES
from planeval.plan.method import Decision, Method, MethodText
from planeval.plan.model import Plan, PlanText, UnitList
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace


def load_params(workspace: Workspace, plan_id: str, columns: ColumnsByTable | None = None) -> tuple[Plan, Method]:
    """A plan and its method. Raises InputError with the faults of plan.yml, units.yml and method.yml together."""
    problems: list[Problem] = []
    plan: Plan | None = None
    try:
        plan = load_plan(workspace, plan_id)
    except InputError as error:
        problems += error.problems
        if any(problem.rule == "unknown_plan" for problem in problems):
            raise
    try:
        document = _method_document(workspace, plan_id)
        method = _method(document, plan, columns or {})
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    if plan is None:
        raise InputError(problems)
    return plan, method


def load_plan(workspace: Workspace, plan_id: str) -> Plan:
    """plan.yml and units.yml of a plan. Raises InputError with the faults of both files together."""
    folder = workspace.plan_folder(plan_id)
    _require_plan(workspace, plan_id)
    problems: list[Problem] = []
    loaded: list[tuple[Any, Document]] = []
    for name, model in (("plan.yml", PlanText), ("units.yml", UnitList)):
        try:
            document = read_document(folder / name, workspace.relative(folder / name))
            loaded.append((validate(model, document), document))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    (text, document), (unit_list, _) = loaded
    problems += _unknown_units(text, unit_list, document)
    if text.id != plan_id:
        problems.append(_other_plan(document, "id", text.id, plan_id))
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


def _other_plan(document: Document, key: str, written: str, plan_id: str) -> Problem:
    return document.fault(
        (key,), "plan_id", f"{key} 与文件夹名不一致", value=written, expected=plan_id, remedy="两处写成一样"
    )


def _unknown_units(text: PlanText, units: UnitList, document: Document) -> Iterator[Problem]:
    known = [unit.id for unit in units.units]
    for index, task in enumerate(text.tasks):
        for position, unit in enumerate(task.units):
            if unit not in known:
                yield unknown_entry(document, ("tasks", index, "units", position), "责任单位", unit, known)


def load_method(workspace: Workspace, plan: Plan, columns: ColumnsByTable | None = None) -> Method:
    """method.yml of a plan, every value typed by its decision. Raises InputError with all faults.

    columns: table id → column id → facts, of the ledger that counting rules and duties speak of.
    """
    return _method(_method_document(workspace, plan.id), plan, columns or {})


def _method_document(workspace: Workspace, plan_id: str) -> Document:
    path = workspace.plan_folder(plan_id) / "method.yml"
    return read_document(path, workspace.relative(path))


def _method(document: Document, plan: Plan | None, columns: ColumnsByTable) -> Method:
    """The typed method; without a plan (it has faults of its own) only what can be said without it is checked."""
    text = validate(MethodText, document)
    problems: list[Problem] = []
    typed = {
        name: _typed(name, decision, shape, document, problems)
        for name, decision in text.decisions.items()
        if (shape := shape_of(name)) is not None
    }
    if plan is not None:
        problems += _decision_problems(text, plan, document)
        problems += _reference_problems(typed, plan, document)
        problems += _baseline_problems(typed, plan, document)
        problems += counting_faults(typed, plan, columns, document)
        problems += ladder_faults(typed, plan, columns, document)
    if problems:
        raise InputError(problems)
    return Method(text=MethodText(plan=text.plan, decisions=typed))


def _decision_problems(text: MethodText, plan: Plan, document: Document) -> Iterator[Problem]:
    targets = [target.id for target in plan.targets]
    for name in text.decisions:
        family, _, target = name.partition(".")
        if shape_of(name) is None:
            yield unknown_entry(document, ("decisions", name), "决定", name, known_decisions())
        elif family in PER_TARGET and target not in targets:
            yield unknown_entry(document, ("decisions", name), "指标", target, targets)
    for name in (*REQUIRED, *(f"baseline.{target}" for target in targets)):
        if name not in text.decisions:
            message, remedy = "缺少一项必须作出的决定", f"补上 {name}"
            yield document.fault(("decisions",), "missing_decision", message, value=name, remedy=remedy)
    if text.plan != plan.id:
        yield _other_plan(document, "plan", text.plan, plan.id)


def _typed(name: str, decision: Decision, shape: Shape, document: Document, problems: list[Problem]) -> Decision:
    """The decision with every value and reading parsed to its type (None where it fails); faults to `problems`."""
    here: Place = ("decisions", name)

    def parse(value: Any, place: Place) -> Any:
        try:
            return shape.validate(value, place, document)
        except InputError as error:
            problems.extend(error.problems)
            return None

    readings = tuple(
        reading.model_copy(update={"value": parse(reading.value, (*here, "readings", index, "value"))})
        for index, reading in enumerate(decision.readings)
    )
    listed = {reading.id: reading.value for reading in readings}
    versions = []
    for index, version in enumerate(decision.values):
        place = (*here, "values", index)
        if version.reading is None:
            value = parse(version.value, (*place, "value"))
        else:
            value = listed.get(version.reading)
        if (version.reading or "") not in listed and (readings or version.reading):
            problems.append(_reading_fault(document, place, version.reading or "", name, list(listed)))
        versions.append(version.model_copy(update={"value": value}))
    return decision.model_copy(update={"values": tuple(versions), "readings": readings})


def _reading_fault(document: Document, place: Place, written: str, name: str, listed: list[str]) -> Problem:
    close = difflib.get_close_matches(written, listed, n=1)
    return document.fault(
        (*place, "reading" if written else "value"), "reading", f"{name}：采用的应是 readings 中的一项", value=written,
        expected="、".join(listed) or "先列出 readings",
        remedy=f"是不是“{close[0]}”" if close else "用 reading: 写明采用哪一项",
    )  # fmt: skip


def _reference_problems(decisions: dict[str, Decision], plan: Plan, document: Document) -> Iterator[Problem]:
    """Ids inside decision values that name a unit or task nobody knows."""
    units = [unit.id for unit in plan.units]
    tasks = [task.id for task in plan.tasks]
    yield from _industry_references(decisions, plan, document)
    for place, duties in answers(decisions, "filing_duties"):
        for table, filers in duties.items():
            for position, filer in enumerate(filers):
                if filer not in units:
                    yield unknown_entry(document, (*place, table, position), "单位", filer, units)
    for place, leads in answers(decisions, "lead_units"):
        for task, unit in leads.items():
            if task not in tasks:
                yield unknown_entry(document, (*place, task), "任务", task, tasks)
            if unit not in units:
                yield unknown_entry(document, (*place, task), "单位", unit, units)
    known = {"target": [target.id for target in plan.targets], "task": tasks, "unit": units}
    for place, overrides in answers(decisions, "overrides"):
        for position, override in enumerate(overrides):
            if override.id not in known[override.kind]:
                yield unknown_entry(
                    document, (*place, position, "id"), KIND_NAMES[override.kind], override.id, known[override.kind]
                )
    targets = [target.id for target in plan.targets]
    for place, totals in answers(decisions, "public_totals"):
        for position, target in enumerate(totals.targets):
            if target not in targets:
                yield unknown_entry(document, (*place, "targets", position), "指标", target, targets)
    for place, parts in answers(decisions, "target_tasks"):
        for target, task in parts.items():
            if target not in targets:
                yield unknown_entry(document, (*place, target), "指标", target, targets)
            if task not in tasks:
                yield unknown_entry(document, (*place, target), "任务", task, tasks)


def _baseline_problems(decisions: dict[str, Decision], plan: Plan, document: Document) -> Iterator[Problem]:
    """Baselines that leave no way to the target: the done share would divide by nothing."""
    for target in plan.targets:
        for place, baseline in answers(decisions, f"baseline.{target.id}"):
            if baseline >= target.amount:
                message = f"baseline.{target.id}：基数不小于目标值，完成比例没有意义"
                yield document.fault(
                    place, "baseline", message, value=f"{baseline:g}",
                    expected=f"小于 {target.amount:g}", remedy="核对基数；目标已经达到的，请研究目标值",
                )  # fmt: skip


def decision_faults(workspace: Workspace, plan_id: str, faults: Iterable[tuple[str, str, str]]) -> list[Problem]:
    """Faults of decisions found where they are used, at their lines: (decision id, message, remedy) in Chinese."""
    document = _method_document(workspace, plan_id)
    return [
        document.fault(("decisions", name), "decision", f"{name}：{message}", value="", remedy=remedy)
        for name, message, remedy in faults
    ]


def _industry_references(decisions: dict[str, Decision], plan: Plan, document: Document) -> Iterator[Problem]:
    """Chains and industries that decisions name and the plan does not."""
    industries = plan.text.industries
    for name, what, known in (
        ("chain_links", "产业链", [chain for industry in industries for chain in industry.chains]),
        ("industry_reference", "产业", [industry.id for industry in industries]),
    ):
        for place, value in answers(decisions, name):
            for key in value:
                if key not in known:
                    yield unknown_entry(document, (*place, key), what, key, known)
