"""Review files: which plan, which quarter, known when, for which edition. Names only, all strings."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import PlainValidator

from planeval.periods import Period
from planeval.plan.documents import read_document
from planeval.plan.explaining import validate
from planeval.plan.file_names import LONGEST, name_fault
from planeval.plan.method import Quarter
from planeval.plan.model import Entry, WordId, parse_date
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

Edition = Literal["internal", "unit", "brief", "public"]
EDITION_NAMES: dict[str, str] = {
    "internal": "内部版", "unit": "责任单位版", "brief": "领导专报", "public": "公开版",
}  # fmt: skip
EDITIONS = tuple(EDITION_NAMES)
INTERNAL, UNIT, BRIEF, PUBLIC = EDITIONS


def _known_day(value: object) -> date | None:
    """A day, or nothing for an empty text; raises ValueError (Chinese) for anything else."""
    if not isinstance(value, str):
        raise ValueError('应写成带引号的日期；不限日期写成 ""')
    return parse_date(value) if value else None


class _ReviewFile(Entry):
    plan: WordId
    period: Quarter
    as_known_on: Annotated[date | None, PlainValidator(_known_day)] = None
    edition: Edition = "internal"


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

    def of_edition(self, edition: str = INTERNAL) -> ReviewRequest:
        """The same review for another edition; all of them are made from the internal one."""
        return replace(self, edition=edition)


def review_words(
    period: str, as_known_on: str, edition: str, editions: Sequence[str] = EDITIONS
) -> tuple[Period, date | None]:
    """The quarter and the day a review is asked for by. Raises InputError with every word that cannot be used.

    editions: those that may be asked for here.
    """
    problems: list[Problem] = []
    quarter, day = Period(2000, 1), None
    try:
        quarter = Period.parse(period)
    except ValueError as error:
        problems.append(Problem("参数", cell="period", rule="period", message=str(error), remedy="改成 2026Q3 的样子"))
    try:
        day = parse_date(as_known_on) if as_known_on else None
    except ValueError as error:
        problems.append(Problem("参数", cell="as_known_on", rule="date", value=as_known_on, message=str(error),
                                remedy="改成日期，或留空"))  # fmt: skip
    if edition not in editions:
        problems.append(Problem("参数", cell="edition", rule="edition", value=edition, message="没有这个版本",
                                expected="、".join(editions), remedy="改成已有的版本"))  # fmt: skip
    if problems:
        raise InputError(problems)
    return quarter, day


def load_review(workspace: Workspace, review: str) -> ReviewRequest:
    """A review by name (`2026Q3`) or by path. Raises InputError with all faults of the file, and for a name that could
    not be a folder of the output.
    """
    path = _review_path(workspace, review)
    if fault := name_fault(path.stem):
        expected = f"汉字、字母、数字、下划线和连字符，最多 {LONGEST} 个字"
        raise InputError([Problem(workspace.relative(path), message=fault, value=path.stem, expected=expected,
                                  remedy="给评估文件改名，例如 2026Q3.yml", rule="review_name")])  # fmt: skip
    file = validate(_ReviewFile, read_document(path, workspace.relative(path)))
    return ReviewRequest(path.stem, path, file.plan, file.period, file.as_known_on, file.edition)


def _review_path(workspace: Workspace, review: str) -> Path:
    written = Path(review)
    if written.suffix in (".yml", ".yaml") and _is_file(written):
        return written.resolve()
    named = workspace.reviews / f"{written.name.removesuffix('.yml')}.yml"
    if _is_file(named):
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


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no system takes is none."""
    try:
        return path.is_file()
    except OSError:
        return False


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
