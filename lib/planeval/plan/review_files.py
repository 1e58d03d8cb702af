"""Review files: which plan, which quarter, known when, for which edition. Names only, all strings."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from planeval.periods import Period
from planeval.plan.documents import nearest_line, read_document, validate
from planeval.plan.method import Quarter
from planeval.plan.model import Entry, WordId, parse_date
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

EDITIONS = ("internal",)


class _ReviewFile(Entry):
    plan: WordId
    period: Quarter
    as_known_on: str = ""
    edition: Annotated[str, Field(pattern="^(internal)$")] = "internal"


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
    shown = workspace.relative(path)
    content, lines = read_document(path, shown)
    file = validate(_ReviewFile, content, lines, shown)
    try:
        known = parse_date(file.as_known_on) if file.as_known_on else None
    except ValueError as error:
        raise InputError(
            [
                Problem(
                    shown,
                    cell=f"第 {nearest_line(('as_known_on',), lines)} 行",
                    rule="date",
                    value=file.as_known_on,
                    message=f"as_known_on：{error}",
                    remedy="改成日期，或留空",
                )
            ]
        ) from error
    return ReviewRequest(path.stem, path, file.plan, file.period, known, file.edition)


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


def latest_review(workspace: Workspace) -> ReviewRequest:
    """The review of the latest period; InputError when there is none or two plans share that period."""
    requests = [load_review(workspace, name) for name in review_names(workspace)]
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
