"""reports.yml: which pages a review of a plan publishes; one notebook may be run once for each part of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict

from planeval.plan.documents import read_document
from planeval.plan.explaining import validate
from planeval.plan.file_names import LONGEST, not_a_device
from planeval.plan.model import Entry, Plan, Text
from planeval.plan.review_files import EDITIONS, Edition
from planeval.workspace import Workspace

Part = Literal["unit", "industry", "zone"]
PART_NAMES: dict[Part, str] = {"unit": "责任单位", "industry": "产业", "zone": "区域"}


class Report(Entry):
    """A notebook a review publishes: as one page, or with `for_each` as one page per unit, industry or zone.

    The notebook of a `for_each` has one more parameter, named like the part (`unit = "kejiju"`).
    """

    notebook: Annotated[str, Field(pattern=r"^[0-9A-Za-z_\-]+$", max_length=LONGEST), AfterValidator(not_a_device)]
    title: Text
    editions: Annotated[tuple[Edition, ...], Strict(False), Field(min_length=1)]
    for_each: Part | None = None


class ReportList(Entry):
    """reports.yml: the pages of a review in reading order."""

    reports: Annotated[tuple[Report, ...], Strict(False), Field(min_length=1)]


def part_names(plan: Plan, part: Part) -> dict[str, str]:
    """Id → name as the plan writes it, of every unit, industry or zone, in the plan's order."""
    if part == "unit":
        return {unit.id: unit.short_name for unit in plan.units}
    entries = plan.text.industries if part == "industry" else plan.text.zones
    return {entry.id: entry.name for entry in entries}


def load_reports(workspace: Workspace, plan_id: str) -> tuple[Report, ...]:
    """The pages a plan's reviews publish, in reading order. Raises InputError with every fault of reports.yml."""
    path = workspace.plan_folder(plan_id) / "reports.yml"
    return validate(ReportList, read_document(path, workspace.relative(path))).reports


def declared_editions(reports: Sequence[Report]) -> tuple[str, ...]:
    """The editions for which a plan publishes anything, the most detailed first."""
    return tuple(edition for edition in EDITIONS if any(edition in report.editions for report in reports))
