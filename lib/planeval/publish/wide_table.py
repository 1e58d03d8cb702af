"""The targets told apart by unit, industry or zone, as counted in a store of any size: one CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from planeval.ledger.exporting import inert
from planeval.ledger.workbooks import replace_file
from planeval.measures.wide import SITE, WideCount
from planeval.plan import Plan, part_names

GROUPS = {"单位": SITE, "产业": "industry", "区域": "zone"}
UNFILED, NOTHING, UNKNOWN = "该单位没有报齐", "没有符合口径的事项", "台账未写明"


def group_column(written: str) -> str:
    """The ledger column that a person means: 单位, 产业, 区域, or the column's own id."""
    return GROUPS.get(written.strip(), written.strip())


def write_wide_table(counts: Mapping[str, WideCount], plan: Plan, by: Sequence[str], path: Path) -> int:
    """Write target, groups, value, unit and note; returns the number of rows. A blank value is not zero: the note says
    why it cannot be said. The file appears whole or not at all.
    """
    shown = {column: word for word, column in GROUPS.items()}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["指标", *(shown.get(column, column) for column in by), "数值", "计量单位", "说明"])
    rows = 0
    for target in plan.targets:
        count = counts[target.id]
        groups = count.values[list(by)].itertuples(index=False, name=None)
        values = count.values["value"].tolist()
        for group, value in zip(groups, values, strict=True) if values else [(("",) * len(by), math.nan)]:
            unsaid = math.isnan(value)
            number = "" if unsaid else f"{Decimal(repr(float(value))).normalize() + 0:f}"
            why = (UNFILED if values else count.reason or NOTHING) if unsaid else ""
            names = (inert(group_name(plan, column, each)) for column, each in zip(by, group, strict=True))
            writer.writerow([inert(target.name), *names, number, target.unit, why])
            rows += 1
    replace_file(path, b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))
    return rows


def group_name(plan: Plan, column: str, group: str | None) -> str:
    """The plan's name of a unit, industry or zone; what the plan does not know keeps its id."""
    if group is None:
        return UNKNOWN
    known = {
        SITE: part_names(plan, "unit"),
        "industry": {entry.id: entry.name for entry in plan.text.industries},
        "zone": {entry.id: entry.name for entry in plan.text.zones},
    }
    return known.get(column, {}).get(str(group), str(group))
