"""Published figures (公开数): shown beside what units filed, never mixed into it.

Each `published/<name>.csv` has an origin card `<name>.yml`; a file without a readable card is refused.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from planeval.ledger.parsing import visible
from planeval.ledger.sheets import decode, read_bytes
from planeval.periods import Period
from planeval.plan import Plan
from planeval.plan.documents import read_document
from planeval.plan.explaining import validate
from planeval.plan.model import Day, Entry, Text, parse_date
from planeval.problems import InputError, Problem
from planeval.workspace import Workspace

COLUMNS = ("series", "place", "period", "value", "unit", "note")
TARGET_COLUMN = "target_id"
_Said = dict[tuple[str, date], tuple[float, str]]  # (target, day) → figure and the file that gives it
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")


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
    """One card and its figures (COLUMNS, target_id, value as float, `as_of`: the day it speaks of)."""

    name: str
    card: OriginCard
    figures: pd.DataFrame


def read_published(workspace: Workspace, plan: Plan) -> tuple[PublishedFile, ...]:
    """All published files of a plan by name; empty when there are none. Raises InputError with all faults."""
    folder = workspace.published(plan.id)
    files: list[PublishedFile] = []
    problems: list[Problem] = []
    said: _Said = {}
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        shown = workspace.relative(path)
        card = _read_card(path.with_suffix(".yml"), workspace, problems)
        figures = _read_figures(path, shown, plan, said, problems)
        if card is not None:
            files.append(PublishedFile(path.stem, card, figures))
    if problems:
        raise InputError(problems)
    return tuple(files)


def _read_card(path: Path, workspace: Workspace, problems: list[Problem]) -> OriginCard | None:
    shown = workspace.relative(path)
    try:
        return validate(OriginCard, read_document(path, shown))
    except InputError as error:
        problems += error.problems
        return None


def _read_figures(path: Path, shown: str, plan: Plan, said: _Said, problems: list[Problem]) -> pd.DataFrame:
    """The figures of one CSV file (COLUMNS, target_id, as_of); faults go to `problems`."""
    rows: list[dict[str, Any]] = []
    try:
        text, _ = decode(read_bytes(path, shown), shown)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            problems.append(_fault(shown, 1, f"缺少列：{'、'.join(missing)}", expected="、".join(COLUMNS)))
        for line in () if missing else reader:
            faults = list(_line_faults(line, reader.line_num, plan, shown))
            if not faults:
                rows.append(_figure(line))
                faults = list(_contradiction(rows[-1], said, path.stem, reader.line_num, shown))
            problems += faults
    except InputError as error:
        problems += error.problems
    except csv.Error:
        problems.append(_fault(shown, reader.line_num, "引号不成对，不是合法的 CSV"))
    return pd.DataFrame(rows, columns=[*COLUMNS, TARGET_COLUMN, "as_of"])


def _fault(shown: str, line: int, message: str, value: str = "", expected: str = "") -> Problem:
    return Problem(shown, "", f"第 {line} 行", message, value, expected, "改正这一行", "published")


def _figure(line: dict[str, str]) -> dict[str, Any]:
    figure: dict[str, Any] = {column: visible(line[column]) for column in COLUMNS}
    target = (line.get(TARGET_COLUMN) or "").strip()
    return {**figure, "value": float(figure["value"]), TARGET_COLUMN: target, "as_of": as_of(figure["period"])}


def _line_faults(line: dict[str, str], number: int, plan: Plan, shown: str) -> Iterator[Problem]:
    if None in line or any(line.get(column) is None for column in COLUMNS):
        yield _fault(shown, number, "列数不对")
        return
    if not _PLAIN_NUMBER.fullmatch(line["value"].strip()):
        yield _fault(shown, number, "value 不是普通的数字", line["value"], "如 1234.5，不带千分号和单位")
    try:
        as_of(line["period"])
    except ValueError:
        yield _fault(shown, number, "period 读不懂", line["period"], "2023、2024Q3、2025-05 或 2025-05-22")
    target = (line.get(TARGET_COLUMN) or "").strip()
    known = [entry.id for entry in plan.targets]
    if target and target not in known:
        close = difflib.get_close_matches(target, known, n=1)
        yield replace(
            _fault(shown, number, "没有这个指标", target, "、".join(known)),
            remedy=f"是不是“{close[0]}”" if close else "改成 plan.yml 中的指标 id，或留空",
        )


def _contradiction(figure: dict[str, Any], said: _Said, name: str, number: int, shown: str) -> Iterator[Problem]:
    """Another figure for the same target on the same day: which of them measures it must be decided by a person."""
    if not figure[TARGET_COLUMN]:
        return
    value, where = said.setdefault((figure[TARGET_COLUMN], figure["as_of"]), (figure["value"], name))
    if value != figure["value"]:
        message = f"同一指标同一时点另有数值 {value:g}（{where}），只能以一个为准"
        yield replace(_fault(shown, number, message, f"{figure['value']:g}"), remedy="另一个的 target_id 留空")


def as_of(text: str) -> date:
    """The last day a published period speaks of: 2023, 2024Q3, 2025-05 or 2025-05-22. Raises ValueError."""
    text = text.strip()
    if re.fullmatch("[0-9]{4}", text):
        return date(int(text), 12, 31)
    if "Q" in text:
        return Period.parse(text).end
    if re.fullmatch("[0-9]{4}-[0-9]{2}", text):
        first = date.fromisoformat(f"{text}-01")
        return date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
    return parse_date(text)


def published_value(files: tuple[PublishedFile, ...], target_id: str, day: date) -> float | None:
    """The latest published figure that measures a target, as of a day; None when there is none (未见公开数据)."""
    found = [
        (row["as_of"], row["value"])
        for file in files
        for row in file.figures.to_dict("records")
        if row[TARGET_COLUMN] == target_id and row["as_of"] <= day
    ]
    return float(max(found)[1]) if found else None
