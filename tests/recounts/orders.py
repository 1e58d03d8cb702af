"""督办 a second time: each order read row by row in the order filed, as the ledger's heading says it goes."""

from __future__ import annotations

from datetime import date

from recomputation import Row, earlier, quarter_end
from recounts.filings import Known, Line, params_of
from recounts.work import decomposition


def changes(known: Known, end: date) -> dict[str, list[Line]]:
    """Order → its rows dated by a day, in the order in which each was first filed, with its last wording."""
    place: dict[tuple[str, ...], Line] = {}
    for line in known.lines("督办"):
        place[line.key] = line  # a row filed again keeps its place and takes the new wording
    found: dict[str, list[Line]] = {}
    for line in place.values():
        when = line.day("日期")
        if when is not None and when <= end:
            found.setdefault(line["督办编号"], []).append(line)
    return found


def about(known: Known, source: str) -> tuple[str, str, str]:
    """What a source clause speaks of: the kind of matter, its id and name."""
    _, _, named = source.partition(" ")
    node = decomposition(known).get(named)
    if node:
        return "节点", named, node["name"]
    target = next((each for each in params_of(known.root, "plan")["targets"] if each["name"] == named), None)
    return ("指标", target["id"], named) if target else ("其他", "", source)


def course(rows: list[Line]) -> Row:
    """Where an order has come to: its limit, how often that was put off, when it was solved and closed."""
    first = next((line.day("办结时限") for line in rows if line["状态"] == "交办"), None)
    limit, extensions, solved, closed, assigned = first, 0, None, None, False
    for line in rows:
        if line["状态"] == "解决":
            solved = line.day("日期")
        elif line["状态"] == "销号":
            closed = line.day("日期")
        elif line["状态"] == "交办":
            given = line.day("办结时限")
            if assigned and given and limit and given > limit:
                limit, extensions = given, extensions + 1
            solved, assigned = None, True  # sent back: not solved after all
    told = [line for line in rows if line.text("反馈")]
    feedback = f"{told[-1].day('日期')} {told[-1]['反馈']}" if told else None
    return {"first_limit": first or rows[0].day("办结时限"), "limit": limit or rows[-1].day("办结时限"),
            "extensions": extensions, "state": rows[-1]["状态"], "solved_on": solved, "closed_on": closed,
            "feedback": feedback}  # fmt: skip


def orders(known: Known, quarter: str) -> list[Row]:
    """Every order opened by the quarter's end, as it stood then."""
    end, found = quarter_end(quarter), []
    before = changes(known, quarter_end(earlier(quarter, 1)))
    names = {unit["id"]: unit["short_name"] for unit in params_of(known.root, "units")["units"]}
    for id, rows in changes(known, end).items():
        kind, about_id, name = about(known, rows[0]["来源条款"])
        now, opened = course(rows), rows[0].day("日期")
        assert opened is not None
        late = max(0, ((now["solved_on"] or end) - now["limit"]).days)
        light = (
            ("逾期补办" if now["solved_on"] else "逾期未办结") if late else "按期办结" if now["closed_on"] else "办理中"
        )
        unit = known.unit_ids[rows[0]["承办单位"]]
        found.append({
            "order_id": id, "kind": kind, "about_id": about_id, "about": name, "source": rows[0]["来源条款"],
            "content": rows[0]["事项"], "unit_id": unit, "unit": names[unit], "opened_on": opened,
            "state_before": before[id][-1]["状态"] if id in before else None, **now,
            "days_open": ((now["closed_on"] or end) - opened).days, "overdue_days": late, "light": light, "faults": 0,
        })  # fmt: skip
    return found
