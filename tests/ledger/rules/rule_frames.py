"""Filed frames from a few lines of an example: every row starts as the usual one, and says only what differs."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pandas as pd
import yaml

from planeval.ledger.rules import Rule, RuleContext, RuleFindings, apply_rules, load_rules
from planeval.ledger.tables import BY_ID, TABLES, Table
from planeval.periods import Period
from planeval.plan import load_method, load_plan
from planeval.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
PERIOD = Period(2026, 3)
_EXAMPLES = yaml.safe_load((ROOT / "tests" / "cases" / "rules.yml").read_text(encoding="utf-8"))
USUAL: dict[str, dict[str, Any]] = _EXAMPLES["usual"]
EXAMPLES: dict[str, dict[str, list[dict[str, Any]]]] = _EXAMPLES["examples"]
LETTERS = {
    table.sheet: {column.id: ascii_uppercase[place] for place, column in enumerate(table.columns)} for table in TABLES
}


class _LettersEverywhere(dict[tuple[str, str], dict[str, str]]):
    """Every file has its columns in the order in which the tables declare them."""

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        return LETTERS.get(key[1], default)


@cache
def real_rules() -> tuple[Rule, ...]:
    workspace = Workspace(ROOT)
    return load_rules(workspace, load_plan(workspace, "jincheng"))


@cache
def real_context() -> RuleContext:
    workspace = Workspace(ROOT)
    plan = load_plan(workspace, "jincheng")
    return RuleContext.of(plan, load_method(workspace, plan), PERIOD, letters=_LettersEverywhere())


def filed(rows: dict[str, list[dict[str, Any]]]) -> dict[str, pd.DataFrame]:
    """Frames as the ledger hands them over; tables without rows are not there."""
    return {table: frame_of(BY_ID[table], said) for table, said in rows.items()}


def frame_of(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    counted: Counter[str] = Counter()
    complete = [_complete(table, row, counted) for row in rows]
    names = [*(column.id for column in table.columns), "unit_id", "period", "received_on", "file", "sheet", "row"]
    frame = pd.DataFrame(complete, columns=names, dtype=object)
    for column in table.columns:
        if column.kind == "date":
            frame[column.id] = pd.to_datetime(frame[column.id])
        elif column.kind in ("number", "count"):
            frame[column.id] = frame[column.id].astype(float)
    return frame


def _complete(table: Table, row: dict[str, Any], counted: Counter[str]) -> dict[str, Any]:
    whole = {**USUAL[table.id], **row}
    unit, period = whole.pop("unit"), Period.parse(whole.pop("period", str(PERIOD)))
    file = whole.pop("file", f"{period}/{unit}.xlsx")
    received = whole.pop("received_on", period.end + timedelta(days=10))
    counted[file] += 1
    texts = {
        column.id: str(value)
        for column in table.columns
        if column.kind not in ("date", "number", "count") and (value := whole.get(column.id)) is not None
    }
    origin = {"unit_id": unit, "period": period, "received_on": received, "file": file, "sheet": table.sheet}
    return {**whole, **texts, **origin, "row": counted[file] + 1}


def findings(rows: dict[str, list[dict[str, Any]]], *rules: str) -> RuleFindings:
    """What the named rules (all of them, without a name) find in an example."""
    chosen = [rule for rule in real_rules() if not rules or rule.id in rules]
    return apply_rules(chosen, filed(rows), real_context())


def blamed_cells(rows: dict[str, list[dict[str, Any]]], blames: list[str]) -> set[tuple[str, str, str]]:
    """`table row column` as file, sheet and cell."""
    frames = filed(rows)
    cells = set()
    for blame in blames:
        table, number, column = blame.split()
        row = frames[table].iloc[int(number) - 1]
        letter = LETTERS[BY_ID[table].sheet][column]
        cells.add((str(row["file"]), str(row["sheet"]), f"{letter}{row['row']}"))
    return cells


def day(text: str) -> date:
    return date.fromisoformat(text)
