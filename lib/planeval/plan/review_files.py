"""Review files: which plan, which quarter, known when, for which edition. Names only, all strings."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import PlainValidator

from planeval.periods import Period
from planeval.plan.documents import read_document
from planeval.plan.explaining import validate
from planeval.plan.method import Quarter
from planeval.plan.model import Entry, WordId, parse_date
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

EDITIONS = ("internal",)


def _known_day(value: object) -> date | None:
    """A day, or nothing for an empty text; raises ValueError (Chinese) for anything else."""
    if not isinstance(value, str):
        raise ValueError('应写成带引号的日期；不限日期写成 ""')
    return parse_date(value) if value else None


class _ReviewFile(Entry):
    plan: WordId
    period: Quarter
    as_known_on: Annotated[date | None, PlainValidator(_known_day)] = None
    edition: Literal["internal"] = "internal"


@dataclass(frozen=True)
class ReviewRequest:
    """A review file: names only. `name` is the file's stem and names the output folder."""

    name: str
    path: Path
    plan: str
    period: Period
    as_known_on: date | None
    edition: str

    def parameters(self) -> dict[str, str]:
        """What a notebook is given: the same names and strings as in the review file."""
        day = self.as_known_on.isoformat() if self.as_known_on else ""
        return {"plan": self.plan, "period": str(self.period), "as_known_on": day, "edition": self.edition}


def load_review(workspace: Workspace, review: str) -> ReviewRequest:
    """A review by name (`2026Q3`) or by path. Raises InputError with all faults of the file."""
    path = _review_path(workspace, review)
    file = validate(_ReviewFile, read_document(path, workspace.relative(path)))
    return ReviewRequest(path.stem, path, file.plan, file.period, file.as_known_on, file.edition)


def _review_path(workspace: Workspace, review: str) -> Path:
    written = Path(review)
    if written.suffix in (".yml", ".yaml") and written.is_file():
        return written.resolve()
    named = workspace.reviews / f"{written.name.removesuffix('.yml')}.yml"
    if named.is_file():
        return named
    names = review_names(workspace)
    close = difflib.get_close_matches(review, names, n=1)
    raise InputError(
        [
            Problem(
                "params/reviews",
                rule="unknown_review",
                value=review,
                message="没有这个评估",
                remedy=f"是不是“{close[0]}”" if close else f"现有评估：{'、'.join(names) or '（无）'}",
            )
        ]
    )


def review_names(workspace: Workspace) -> list[str]:
    """Names of all review files of a workspace, sorted."""
    return sorted(path.stem for path in workspace.reviews.glob("*.yml"))


def reviews_of(workspace: Workspace, plan_id: str, period: Period) -> list[ReviewRequest]:
    """The review files of a plan and a quarter; InputError with the faults of every file that cannot be read."""
    return [request for request in _all_reviews(workspace) if (request.plan, request.period) == (plan_id, period)]


def _all_reviews(workspace: Workspace) -> list[ReviewRequest]:
    requests: list[ReviewRequest] = []
    problems: list[Problem] = []
    for name in review_names(workspace):
        try:
            requests.append(load_review(workspace, name))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return requests


def latest_review(workspace: Workspace) -> ReviewRequest:
    """The review of the latest period; InputError when there is none or two plans share that period."""
    requests = _all_reviews(workspace)
    if not requests:
        raise InputError(
            [
                Problem(
                    "params/reviews",
                    rule="no_review",
                    message="还没有评估文件",
                    remedy="先建立一个评估文件，例如 2026Q3.yml",
                )
            ]
        )
    last = max(request.period for request in requests)
    latest = [request for request in requests if request.period == last]
    if len(latest) > 1:
        names = "、".join(request.name for request in latest)
        raise InputError(
            [
                Problem(
                    "params/reviews",
                    rule="which_review",
                    message=f"同一季度有多个评估：{names}",
                    remedy="请写明要运行哪一个",
                )
            ]
        )
    return latest[0]
