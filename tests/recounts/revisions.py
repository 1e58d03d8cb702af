"""What earlier values became after they were first known, and what changed since the last review and why."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import yaml

from recomputation import KEYS, Row, earlier
from recounts.cells import Among
from recounts.counting import Counted, targets, value
from recounts.filings import Known, due_day, quarters
from recounts.judging import judge, points, question_of


def first_known(known: Known, quarter: str) -> Known:
    """What was known on the last day of a quarter's filing."""
    return Known(known.root, due_day(quarter, known.decision("filing_deadline_days")).isoformat())


def why(now: Known, quarter: str, before: Counted, after: Counted) -> tuple[set[str], set[str]]:
    """Units and reasons of a changed value, from the rows that count on one side only or come from another filing."""
    old, new = ({line.key: line for line in each.lines} for each in (before, after))
    changed = {key for key in old.keys() | new.keys()
               if key not in old or key not in new or old[key].file != new[key].file}  # fmt: skip
    deadline = due_day(quarter).isoformat()
    units, reasons = set(), set()
    for key in changed:
        line = new.get(key) or old[key]
        units.add(line.unit)
        # The filing that speaks of the item now; of an item that counts no more, the one that replaced its filing.
        file = line.file if key in new else successor(now, line.file, key)
        (filing,) = [each for each in now.register if each["file"] == file]
        units.add(filing["unit"])
        if filing["received_on"] <= deadline:
            continue
        reasons.add("更正报送" if filing["supersedes"] else "迟报" if filing["period"] == quarter
                    else "以后季度补报" if filing["period"] > quarter else "后来的报送改动")  # fmt: skip
    return units, reasons


def successor(now: Known, file: str, key: tuple[str, ...]) -> str:
    """The filing that now speaks of an item, or that superseded the one that did."""
    for line in now.register:
        if line["supersedes"] == file:
            return line["file"]
    return next(own[-1].file for sheet in KEYS for own in now.rows_by_unit(sheet, key).values())


def value_revisions(known: Known, quarter: str) -> list[Row]:
    """Every earlier value that is now another one."""
    found = []
    for each in quarters("2025Q1", earlier(quarter, 1)):
        then = first_known(known, each)
        for target in targets(known):
            before, after = value(then, target["id"], each), value(known, target["id"], each)
            same = (before.value is None) == (after.value is None) and (
                before.value is None or after.value is None or abs(before.value - after.value) < 1e-9
            )
            if same:
                continue
            units, reasons = why(known, each, before, after)
            both = before.value is not None and after.value is not None
            found.append({
                "target_id": target["id"], "name": target["name"], "unit": target["unit"], "period": each,
                "known_first_on": due_day(each), "first": before.value, "now": after.value,
                "difference": after.value - before.value if both else None,  # type: ignore[operator]
                "units": Among(units), "reason": Among(reasons),
            })  # fmt: skip
    return found


def mean_revision(known: Known, target: str, quarter: str) -> tuple[float, int]:
    """Mean of |now − first| / |first| over the earlier quarters that have a value now, and how many they are."""
    moved = []
    for each in quarters("2025Q1", earlier(quarter, 1)):
        now, first = value(known, target, each).value, value(first_known(known, each), target, each).value
        if now is not None:
            moved.append(abs(now - first) / abs(first) if first else float(now != first))
    return (sum(moved) / len(moved) if moved else 0.0), len(moved)


def last_review(known: Known, quarter: str) -> Known | None:
    """What the review of the quarter before knew."""
    file = known.root / f"params/reviews/{earlier(quarter, 1)}.yml"
    if not file.exists():
        return None
    return Known(known.root, str(yaml.safe_load(file.read_text(encoding="utf-8"))["as_known_on"]))


def stages(known: Known, quarter: str) -> list[tuple[str, Callable[[Row], Row]]]:
    """The way from the last review to this one: as printed, computed again, corrected, decided, due, new facts.

    Every decision has one version, so 方法变更 and 口径变更 change nothing here.
    """
    last, before = last_review(known, quarter), earlier(quarter, 1)
    if last is None:
        return []

    def at(source: Known, measured: str, due: str) -> Callable[[Row], Row]:
        def judged(target: Row) -> Row:
            row = judge(question_of(known, target, due, value(source, target["id"], measured)))
            return row | {"points": points(known, target, row)}

        return judged

    return [("上期所印", at(last, before, before)), ("方法变更", at(last, before, before)),
            ("更正", at(known, before, before)), ("口径变更", at(known, before, before)),
            ("应达变化", at(known, before, quarter)), ("新增事实", at(known, quarter, quarter))]  # fmt: skip


CAUSES = {"方法变更": "by_method", "更正": "by_correction", "口径变更": "by_decision", "应达变化": "by_due",
          "新增事实": "by_new_facts"}  # fmt: skip


def moved(names: list[str], seen: list[Any], head: Row) -> Row:
    """One row: before, after, what each cause brought, and the causes by which it moved."""
    steps = list(zip(names[1:], pairwise(seen), strict=True))
    causes = [name for name, (old, new) in steps if old != new]
    numbers = all(isinstance(each, int | float | Decimal | Fraction) for each in seen)
    return head | {
        "before": seen[0], "after": seen[-1], "difference": seen[-1] - seen[0] if numbers else None,
        "cause": "、".join(causes) if seen[0] != seen[-1] else "没有变化",
        **{CAUSES[name]: new - old if numbers else None for name, (old, new) in steps},
    }  # fmt: skip


def changes(known: Known, quarter: str) -> list[Row]:
    """Value, light and score of every target, then the total, against the last review."""
    way, found, totals = stages(known, quarter), [], []
    names = [name for name, _ in way]
    for target in targets(known) if way else []:
        seen = [judged(target) for _, judged in way]
        head = {"target_id": target["id"], "name": target["name"]}
        for what, column, unit in (("数值", "value", target["unit"]), ("进度灯", "progress_light", None),
                                   ("得分", "points", "分")):  # fmt: skip
            found.append(moved(names, [each[column] for each in seen], head | {"what": what, "unit": unit}))
        totals.append([each["points"] for each in seen])
    if way:
        counted = [[own[place] for own in totals if own[place] is not None] for place in range(len(way))]
        found.append(moved(names, [sum(each, Fraction(0)) / len(each) for each in counted],
                           {"target_id": None, "name": "总分", "what": "总分", "unit": "分"}))  # fmt: skip
    return found
