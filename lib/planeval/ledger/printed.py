"""The kept tables of a published review: `data/<plan>/printed/<period>/targets.csv` and `run.json`, as published.

Nobody has to keep them. Where they are kept, the next review holds its changes against what was really printed,
and a difference that only another program or an edited method.yml can explain is told as such.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from planeval.periods import Period
from planeval.plan import Plan
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

_REMEDY = "把发布文件夹里的 tables/targets.csv 和 run.json 原样复制过来，或把这个文件夹删去"


@dataclass(frozen=True)
class PrintedResult:
    """What a review says of one target; None where it says nothing. score: points."""

    value: Decimal | None
    light: str
    score: float | None


@dataclass(frozen=True)
class PrintedReview:
    """What a published review printed, by which version of the program and which text of method.yml."""

    results: Mapping[str, PrintedResult]
    total: float | None
    package: str
    method_sha256: str


def printed_files(workspace: Workspace, plan: Plan, period: Period) -> tuple[Path, ...]:
    """The kept files of a review, none when they were not kept."""
    folder = workspace.data_folder(plan.id) / "printed" / str(period)
    return (folder / "targets.csv", folder / "run.json") if folder.is_dir() else ()


def read_printed(workspace: Workspace, plan: Plan, period: Period) -> PrintedReview | None:
    """What the review of a period printed; None when it was not kept. Raises InputError for files that do not fit."""
    paths = printed_files(workspace, plan, period)
    if not paths:
        return None
    table, run = paths
    rows = _rows(table, workspace)
    about = _run(run, workspace, plan, period)
    missing = [target.id for target in plan.targets if target.id not in rows]
    if missing:
        raise _unfit(table, workspace, f"没有指标 {'、'.join(missing)}")
    results = {target.id: _result(rows[target.id], table, workspace) for target in plan.targets}
    weights = {name: _number(rows[name].get("weight", ""), table, workspace) for name in results}
    parts = [
        Decimal(repr(each.score)) * weight for name, each in results.items()
        if each.score is not None and (weight := weights[name]) is not None
    ]  # fmt: skip
    method = f"params/{plan.id}/method.yml"
    hashes = [str(entry.get("sha256", "")) for entry in about["inputs"] if entry.get("path") == method]
    return PrintedReview(
        results, float(sum(parts)) if parts else None, str(about["package"]["version"]), "".join(hashes[:1])
    )


def _rows(path: Path, workspace: Workspace) -> dict[str, dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(path, workspace, "文件读不出来") from error
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if not rows or not {"target_id", "value", "progress_light"} <= set(rows[0]):
        raise _unfit(path, workspace, "缺少 target_id、value 或 progress_light 列")
    return {row["target_id"]: row for row in rows}


def _run(path: Path, workspace: Workspace, plan: Plan, period: Period) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        named = (about["plan"], about["period"])
        about["package"]["version"], about["inputs"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unfit(path, workspace, "不是本程序发布的 run.json") from error
    if named != (plan.id, str(period)):
        raise _unfit(path, workspace, f"是 {named[0]} {named[1]} 的，不是 {plan.id} {period} 的")
    return dict(about)


def _result(row: dict[str, str], path: Path, workspace: Workspace) -> PrintedResult:
    score = _number(row.get("score", ""), path, workspace)
    value = _number(row["value"], path, workspace)
    return PrintedResult(value, row["progress_light"], None if score is None else float(score))


def _number(text: str | None, path: Path, workspace: Workspace) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise _unfit(path, workspace, f"“{text}”不是数") from error


def _unfit(path: Path, workspace: Workspace, message: str) -> InputError:
    return InputError([Problem(workspace.relative(path), message=message, remedy=_REMEDY, rule="printed")])
