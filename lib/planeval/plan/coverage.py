"""coverage.yml: where each single demand of the plan is measured and shown, or who judges it and how.

A plan without the file has no coverage table. With it, every demand of the plan must have an entry: a demand
nobody looks at is a fault of the params, not something a reader finds out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, NamedTuple

from pydantic import Field, Strict, model_validator

from planeval.plan.counting_faults import unknown_entry
from planeval.plan.documents import Document, read_document
from planeval.plan.explaining import validate
from planeval.plan.model import Entry, Plan, QualitativeTarget, Target, Text, WordId, Zone
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

_Names = Annotated[tuple[Text, ...], Strict(False)]


class Qualitative(Entry):
    """Who judges a demand that no ledger row can settle, and by what."""

    judge: WordId
    how: Text


class Covered(Entry):
    """How one demand is looked after.

    measures: attributes of `Review` or `Themes` (`tasks`, `themes.cluster`). tables: ledger tables they are counted
    from. shown: places on pages, `<page>#<anchor>`. Measured, qualitative, or both.
    """

    measures: _Names = ()
    tables: _Names = ()
    shown: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z_\-]+#[0-9A-Za-z_\-]+$")], ...], Strict(False)
    ] = ()
    qualitative: Qualitative | None = None

    @model_validator(mode="after")
    def _measured_or_judged(self) -> Covered:
        if bool(self.measures) != bool(self.shown):
            raise ValueError("measures 和 shown 应一起写：怎么量，在哪一页看")
        if not self.measures and self.qualitative is None:
            raise ValueError("应写 measures 和 shown，或写 qualitative（谁评、怎么评）")
        return self


class CoverageText(Entry):
    """coverage.yml as written: demand id → how it is looked after."""

    plan: WordId
    items: dict[WordId, Covered]


class Demand(NamedTuple):
    """One single demand of the plan with its clause and the plan's own words."""

    id: str
    name: str
    clause: str
    quote: str


def demands(plan: Plan) -> Iterator[Demand]:
    """Every single demand of sections 一 to 五, in the plan's order."""
    text = plan.text
    stated: tuple[Target | QualitativeTarget | Zone, ...] = (*text.targets, *text.qualitative_targets, *text.zones)
    for entry in stated:
        yield Demand(entry.id, entry.name, entry.clause, entry.quote)
    for clause in text.clauses:
        for item in clause.work_items:
            yield Demand(item.id, item.name, clause.clause, item.quote)


def load_coverage(workspace: Workspace, plan: Plan, tables: Collection[str]) -> Mapping[str, Covered]:
    """Demand id → how it is covered; empty for a plan without coverage.yml.

    Raises InputError with all faults: unknown demands, tables and units, and demands left out.
    """
    path = workspace.plan_folder(plan.id) / "coverage.yml"
    if not path.exists():
        return {}
    document = read_document(path, workspace.relative(path))
    text = validate(CoverageText, document)
    problems = list(_faults(text, plan, tables, document))
    if problems:
        raise InputError(problems)
    return text.items


def _faults(text: CoverageText, plan: Plan, tables: Collection[str], document: Document) -> Iterator[Problem]:
    known = {demand.id: demand for demand in demands(plan)}
    units = [unit.id for unit in plan.units]
    if text.plan != plan.id:
        yield document.fault(("plan",), "plan_id", "plan 与文件夹名不一致", value=text.plan, expected=plan.id,
                             remedy="两处写成一样")  # fmt: skip
    for name, covered in text.items.items():
        if name not in known:
            yield unknown_entry(document, ("items", name), "事项", name, known)
        for index, table in enumerate(covered.tables):
            if table not in tables:
                yield unknown_entry(document, ("items", name, "tables", index), "表", table, tables)
        if covered.qualitative and covered.qualitative.judge not in units:
            place = ("items", name, "qualitative", "judge")
            yield unknown_entry(document, place, "单位", covered.qualitative.judge, units)
    for name, demand in known.items():
        if name not in text.items:
            yield document.fault(
                ("items",), "not_covered", f"{demand.clause} 的事项“{demand.name}”没有写怎么评", value=name,
                remedy=f"补上 {name}：measures 和 shown，或 qualitative",
            )  # fmt: skip
