"""The stranger's plan with the decisions of a score and two reviewed quarters; see tests/cases/assessment.yml."""

from __future__ import annotations

import shutil
from pathlib import Path

from stranger import EVENT_COLUMNS, PLAN, SCHOOL_COLUMNS, event, file_csv, school, write_text, write_workspace

SCORE = {
    "goalposts.readings": "{measure: of_expected, unacceptable: 0.6, satisfactory: 1.0}",
    "goalposts.schools": "{measure: of_expected, unacceptable: 0.6, satisfactory: 1.0}",
    "weights": "{basis: equal}",
    "floor": "{lines: {readings: 30}, cap: 中}",
    "grades": "{优: 90, 良: 80, 中: 60, 差: 0}",
    "missing": "{not_due: left_out, owed: zero, not_applicable: left_out, in_doubt: counted}",
    "robustness": "{weights: band, weight_band: 0.25, goalpost_band: 0.1, geometric_share: 0.5,"
    " late: [zero, left_out], draws: 1000, seed: 1}",
}
_SIGNED = """\
      - value: {table: partnerships, distinct: partnership_id, dated_by: signed_on, ends_by: ended_on}
        reason: 签了就算。
        by: 评估组
        from: 2026Q2
"""


def scored_workspace(root: Path, **changed: str) -> Path:
    """The workspace with a score; changed: decision id (`__` for a dot) → another value, '' to leave it out."""
    write_workspace(root, notebooks=False)
    other = {name.replace("__", "."): value for name, value in changed.items()}
    path = root / "params" / PLAN / "method.yml"
    text = path.read_text(encoding="utf-8")
    for name, value in other.items():
        if name not in SCORE and f"  {name}:\n" in text:
            old = text.split(f"  {name}:\n")[1].split("      - {value: ")[1].split(", reason:")[0]
            text = text.replace(
                f"怎样确定{name}\n    values:\n      - {{value: {old},",
                f"怎样确定{name}\n    values:\n      - {{value: {value},",
            )
    known = {**SCORE, **{name: value for name, value in other.items() if f"  {name}:\n" not in text}}
    for name, value in known.items():
        if value:
            text += f"  {name}:\n    question: 怎样确定{name}\n    values:\n      - value: {value}\n"
            text += "        reason: 便于举例。\n        by: 评估组\n        from: 2025Q1\n"
    write_text(path, text)
    return root


def two_quarters(root: Path) -> Path:
    """Reviewed in April and in July: one late event, two new ones, one partnership by a new counting rule."""
    scored_workspace(root)
    shutil.rmtree(root / "data" / PLAN)
    path = root / "params" / PLAN / "method.yml"
    text = path.read_text(encoding="utf-8")
    head, tail = text.split("dated_by: operating_on, ends_by: ended_on}", 1)
    line, rest = tail.split("\n", 1)
    write_text(path, f"{head}dated_by: operating_on, ends_by: ended_on}}{line}\n{_SIGNED}{rest}")
    write_text(
        root / "params/reviews/2026Q1.yml",
        f'plan: {PLAN}\nperiod: "2026Q1"\nas_known_on: "2026-04-20"\nedition: internal\n',
    )
    schools = [school(1), (*school(2)[:5], "2026-07-01", *school(2)[6:])]
    first = [event(1, held_on="2026-02-01")]
    later = [event(2, held_on="2026-03-20"), event(3, held_on="2026-05-04"), event(4, held_on="2026-06-01")]
    for period, day, events in (("2026Q1", "2026-04-10", first), ("2026Q2", "2026-07-10", [*first, *later])):
        file_csv(root, "library", "活动", EVENT_COLUMNS, events, period, day)
        file_csv(root, "schoolboard", "市校合作", SCHOOL_COLUMNS, schools, period, day)
    return root
