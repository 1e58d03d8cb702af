"""Any counting rule of method.yml applied to the raw rows: what counts on a day, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from recomputation import Row, earlier, quarter_end, year_later
from recounts.filings import SHEET_OF, Known, Line, params_of, quarters
from recounts.transfer import STAGES, achievements

UNREPORTED, INCOMPLETE = "未报送", "未满计算期"
SCALE = {"亿元": 10_000}  # 万元 in one


@cache
def columns_of(root: Path) -> dict[str, dict[str, str]]:
    """Sheet → id of a column → its Chinese name, from the codebook."""
    found: dict[str, dict[str, str]] = {}
    sheet = ""
    for line in (root / "data/README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sheet = line[3:].strip()
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[2].startswith("`") and sheet in SHEET_OF.values():
            found.setdefault(sheet, {})[cells[2].strip("`")] = cells[1]
    return found


@dataclass(frozen=True)
class Counted:
    """What a rule comes to at the end of a quarter: None with the state of its absence, and the rows that count."""

    value: float | None
    lines: tuple[Line, ...] = ()
    absence: str = ""


def expiry(begun: date, validity: Row) -> date:
    """First day on which a status no longer holds."""
    if "until" in validity:
        return {"year_end": date(begun.year + 1, 1, 1), "next_march_31": date(begun.year + 1, 4, 1)}[validity["until"]]
    return year_later(begun, validity["years"] if "years" in validity else validity["months"] // 12)


def stands(known: Known, rule: Row, line: Line, start: date, end: date) -> bool:
    """Begun, since the start if the rule wants it, not ended, not expired, of a firm in the valley."""
    names = columns_of(known.root)[line.sheet]
    begun = line.day(names[rule["dated_by"]])
    if begun is None or begun > end or ("since" in rule and begun < start):
        return False
    ended = line.day(names[rule["ends_by"]]) if "ends_by" in rule else None
    if ended is not None and ended <= end:
        return False
    if "validity" in rule and expiry(begun, rule["validity"]) <= end:
        return False
    return not rule.get("resident") or line[names["enterprise_id"]] in known.inside(end)


def admitted(known: Known, rule: Row) -> list[Line]:
    """The believed rows of a rule's sheet that hold what it demands of their columns."""
    sheet = SHEET_OF[rule["table"]]
    names = columns_of(known.root)[sheet]
    return [
        line for line in known.believed(sheet)
        if all(line[names[column]] in allowed for column, allowed in rule.get("where", {}).items())
    ]  # fmt: skip


def window(name: str, quarter: str) -> list[str]:
    """The quarters over which an annual flow is added."""
    year = int(quarter[:4])
    return {
        "rolling_four_quarters": quarters(earlier(quarter, 3), quarter),
        "calendar_year": quarters(f"{year}Q1", quarter),
        "last_full_year": quarters(f"{year - 1}Q1", f"{year - 1}Q4")
        if quarter[5] != "4"
        else quarters(f"{year}Q1", quarter),
    }[name]


def of_quarters(known: Known, rule: Row, wanted: list[str]) -> Counted:
    """An amount added over quarters; not known when one of them was neither filed nor named by any row."""
    sheet = SHEET_OF[rule["table"]]
    names = columns_of(known.root)[sheet]
    rows = [(str(line[names[rule["dated_by"]]]), line) for line in admitted(known, rule)]
    told = {when for when, _ in rows} | set(known.quarters_filed(sheet))
    if set(wanted) - told:
        return Counted(None, absence=INCOMPLETE)
    lines = tuple(
        line for when, line in rows
        if when in wanted and (not rule.get("resident") or line[names["enterprise_id"]] in known.inside(quarter_end(when)))
    )  # fmt: skip
    return Counted(sum(line.amount(names[rule["sum"]]) or 0 for line in lines), lines)


def count(known: Known, rule: Row, start: date, quarter: str, unit: str) -> Counted:
    """A rule at the end of a quarter, in its target's unit; not known when nobody who has to filed its sheet."""
    sheet = SHEET_OF[rule["table"]]
    if not known.filed(sheet, quarter):
        return Counted(None, absence=UNREPORTED)
    scale = SCALE.get(unit, 1)
    if "window" in rule:
        found = of_quarters(known, rule, window(rule["window"], quarter))
        return Counted(None if found.value is None else found.value / scale, found.lines, found.absence)
    if rule["table"] == "achievements" and rule["where"]["stage"] != list(STAGES[1:]):
        # How far an item had come is told by the row filed by then; only signing carries a day.
        own = [row for row in achievements(known, quarter) if row["stage"] in rule["where"]["stage"]]
        return Counted(float(sum("since" not in rule or row["on"] >= start for row in own)))
    names = columns_of(known.root)[sheet]
    lines = [line for line in admitted(known, rule) if stands(known, rule, line, start, quarter_end(quarter))]
    if "sum" in rule:
        return Counted(sum(line.amount(names[rule["sum"]]) or 0 for line in lines) / scale, tuple(lines))
    one_each = {line[names[rule["distinct"]]]: line for line in lines}
    return Counted(float(len(one_each)), tuple(one_each.values()))


def targets(known: Known) -> list[Row]:
    """The plan's targets."""
    found: list[Row] = params_of(known.root, "plan")["targets"]
    return found


def start_of(known: Known) -> date:
    """The day from which the plan counts."""
    return date.fromisoformat(known.decision("plan_start"))


@cache
def value(known: Known, target: str, quarter: str) -> Counted:
    """A target at the end of a quarter, by the decisions in force."""
    unit = next(each["unit"] for each in targets(known) if each["id"] == target)
    return count(known, known.decision(f"counting.{target}"), start_of(known), quarter, unit)


@cache
def added(known: Known, target: str, quarter: str) -> float | None:
    """What a quarter brought: its own amount of an annual flow, else the change since the quarter before."""
    rule: Any = known.decision(f"counting.{target}")
    if "window" in rule:
        if not known.filed(SHEET_OF[rule["table"]], quarter):
            return None
        own = of_quarters(known, rule, [quarter]).value
        return None if own is None else own / 10_000
    now, before = value(known, target, quarter).value, value(known, target, earlier(quarter, 1)).value
    return None if now is None or before is None else now - before


def series(known: Known, quarter: str) -> list[Row]:
    """Every target at the end of each quarter since the plan began."""
    return [
        {"target_id": target["id"], "period": each, "value": value(known, target["id"], each).value,
         "added": added(known, target["id"], each)}
        for target in targets(known) for each in quarters("2024Q4", quarter)
    ]  # fmt: skip
