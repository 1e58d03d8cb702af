"""Published figures (公开数): shown beside what units filed, never mixed into it.

Each `published/<name>.csv` has an origin card `<name>.yml`; a file without a readable card is refused.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from planeval.ledger.sheets import decode
from planeval.periods import Period
from planeval.plan import Plan
from planeval.plan.documents import read_document, validate
from planeval.plan.model import Day, Entry, Text
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

COLUMNS = ("series", "place", "period", "value", "unit", "note")
TARGET_COLUMN = "target_id"


class OriginCard(Entry):
    """Where a published file comes from and what it does and does not measure. confidence: A official page,
    B news or repost of it, C weak source.
    """

    title: Text
    publisher: Text
    url: str
    url_note: str = ""
    date_published: str
    date_collected: Day
    confidence: Literal["A", "B", "C"]
    confidence_note: Text
    measures: Text
    not_measures: Text
    columns: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class PublishedFile:
    """One card and its figures (columns of the CSV, value as float, plus `as_of`, the day it speaks of)."""

    name: str
    card: OriginCard
    figures: pd.DataFrame


def read_published(workspace: Workspace, plan: Plan) -> tuple[PublishedFile, ...]:
    """All published files of a plan by name; empty when there are none. Raises InputError with all faults."""
    folder = workspace.published(plan.id)
    files: list[PublishedFile] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        try:
            files.append(_read_one(workspace, path, plan))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(files)


def _read_one(workspace: Workspace, path: Path, plan: Plan) -> PublishedFile:
    shown = workspace.relative(path)
    card_path = path.with_suffix(".yml")
    content, lines = read_document(card_path, workspace.relative(card_path))
    card = validate(OriginCard, content, lines, workspace.relative(card_path))
    text, _ = decode(path.read_bytes(), shown)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            [
                Problem(
                    shown,
                    cell="第 1 行",
                    rule="published",
                    message=f"缺少列：{'、'.join(missing)}",
                    expected="、".join(COLUMNS),
                    remedy="补上这些列",
                )
            ]
        )
    rows, problems = [], []
    for number, line in enumerate(reader, start=2):
        fault = _fault(line, plan)
        if fault:
            problems.append(
                Problem(shown, cell=f"第 {number} 行", rule="published", message=fault, remedy="改正这一行")
            )
        else:
            rows.append(
                {
                    **{column: line[column].strip() for column in COLUMNS},
                    "value": float(line["value"]),
                    TARGET_COLUMN: (line.get(TARGET_COLUMN) or "").strip(),
                    "as_of": as_of(line["period"]),
                }
            )
    if problems:
        raise InputError(problems)
    names = [*COLUMNS, TARGET_COLUMN, "as_of"]
    return PublishedFile(path.stem, card, pd.DataFrame(rows, columns=names))


def _fault(line: dict[str, str], plan: Plan) -> str:
    if any(line.get(column) is None for column in COLUMNS):
        return "列数不够"
    try:
        float(line["value"])
        as_of(line["period"])
    except ValueError as error:
        return f"读不懂：{error}"
    target = (line.get(TARGET_COLUMN) or "").strip()
    if target and target not in [entry.id for entry in plan.targets]:
        return f"没有指标“{target}”"
    return ""


def as_of(text: str) -> date:
    """The last day a published period speaks of: 2023, 2024Q3, 2025-05 or 2025-05-22. Raises ValueError."""
    text = text.strip()
    if re.fullmatch(r"\d{4}", text):
        return date(int(text), 12, 31)
    if "Q" in text:
        return Period.parse(text).end
    if re.fullmatch(r"\d{4}-\d{2}", text):
        first = date.fromisoformat(f"{text}-01")
        return date(first.year + first.month // 12, first.month % 12 + 1, 1) - pd.Timedelta(days=1).to_pytimedelta()
    return date.fromisoformat(text)


def published_value(files: tuple[PublishedFile, ...], target_id: str, day: date) -> float | None:
    """The latest published figure that measures a target, as of a day; None when there is none (未见公开数据)."""
    found = [
        (row["as_of"], row["value"])
        for file in files
        for row in file.figures.to_dict("records")
        if row[TARGET_COLUMN] == target_id and row["as_of"] <= day
    ]
    return float(max(found)[1]) if found else None
