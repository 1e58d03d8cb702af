"""What a ladder names must exist: targets counted from 资质 by kind, and 资质种类 of the closed list."""

from __future__ import annotations

from collections.abc import Iterator

from planeval.plan.counting_faults import ColumnsByTable, answers, unknown_entry
from planeval.plan.documents import Document, Place
from planeval.plan.ladder import Ladder, Rung
from planeval.plan.method import Decision
from planeval.plan.model import Plan
from planeval.problems import Problem


def ladder_faults(
    decisions: dict[str, Decision], plan: Plan, columns: ColumnsByTable, document: Document
) -> Iterator[Problem]:
    """Faults of every ladder a plan might follow, in force or competing."""
    if "certificates" not in columns:
        return
    kinds = set(columns["certificates"]["kind"].choices)
    for _, lists in answers(decisions, "closed_lists"):
        kinds = set(lists.get("certificates-kind", kinds))
    for place, ladder in answers(decisions, "enterprise_ladder"):
        assert isinstance(ladder, Ladder)
        for index, rung in enumerate(ladder.rungs):
            yield from _rung_faults((*place, "rungs", index), rung, plan, kinds, document)


def _rung_faults(place: Place, rung: Rung, plan: Plan, kinds: set[str], document: Document) -> Iterator[Problem]:
    targets = [target.id for target in plan.targets]
    if rung.target is not None and rung.target not in targets:
        yield unknown_entry(document, (*place, "target"), "指标", rung.target, targets)
    for number, kind in enumerate(rung.kinds):
        if kind not in kinds:
            yield unknown_entry(document, (*place, "kinds", number), "资质种类", kind, kinds)
