"""保障措施 and 督办 a second time: the publicity record, the working group's own record, orders by quarter and unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from statistics import median

from recomputation import PLAN_START, Row, quarter_end
from recounts.counting import targets
from recounts.filings import Known, Line, params_of, quarter_of, quarter_start, quarters
from recounts.firms import within
from recounts.judging import progress
from recounts.orders import about, changes, course, orders
from recounts.work import milestones

MEDIA = ("报刊", "网络", "电视", "推进会", "交流会", "其他")
LEVELS = ("国家级", "省级", "市级", "其他")
MEETINGS = ("推进会", "交流会")
LIGHTS = ("按期办结", "逾期补办", "逾期未办结", "办理中")


def published(known: Known, quarter: str) -> list[Line]:
    """Everything published by the quarter's end."""
    return [x for x in known.believed("宣传") if within(x.day("刊播日期"), date.min, quarter_end(quarter))]


def by_medium(known: Known, quarter: str) -> list[Row]:
    """Items by medium and level."""
    items, found = published(known, quarter), []
    for medium in MEDIA:
        own = [line["媒体级别"] for line in items if line["媒体种类"] == medium]
        found.append({"medium": medium, **{level: own.count(level) for level in LEVELS}, "total": len(own)})
    return found


def by_quarter(known: Known, quarter: str) -> list[Row]:
    """Items and meetings of each quarter; not known where no unit filed 宣传 for it."""
    items, found = published(known, quarter), []
    for each in quarters(known.quarters_filed("宣传")[0], quarter):
        own = [line["媒体种类"] for line in items if quarter_of(line.cells["刊播日期"]) == each]
        row: Row = {"items": len(own), "meetings": sum(medium in MEETINGS for medium in own)}
        found.append({"quarter": each, **(row if known.filed("宣传", each) else dict.fromkeys(row))})
    return found


def firsts(known: Known, quarter: str, state: str) -> dict[str, tuple[str, date]]:
    """Order → the unit addressed and the day on which it first came into a state."""
    found: dict[str, tuple[str, date]] = {}
    for id, rows in changes(known, quarter_end(quarter)).items():
        for line in rows:
            when = line.day("日期")
            if line["状态"] == state and id not in found and when is not None:
                found[id] = (known.unit_ids[line["承办单位"]], when)
    return found


def working_group(known: Known, quarter: str) -> list[Row]:
    """Orders by the quarter in which they first came into each state, and how long the first assignment took."""
    states = {"collected": "收集", "assigned": "交办", "checked": "督办", "closed": "销号"}
    first = {name: firsts(known, quarter, state) for name, state in states.items()}
    found = []
    for each in quarters(known.quarters_filed("督办")[0], quarter):
        row: Row = {name: sum(quarter_of(when) == each for _, when in own.values()) for name, own in first.items()}
        new = {id: said for id, said in first["assigned"].items() if quarter_of(said[1]) == each}
        days = [(when - first["collected"][id][1]).days for id, (_, when) in new.items() if id in first["collected"]]
        row |= {"units": len({unit for unit, _ in new.values()}), "days_to_assign": median(days) if days else None}
        found.append({"quarter": each, **(row if known.filed("督办", each) else dict.fromkeys(row))})
    return found


def order_quarters(known: Known, quarter: str) -> list[Row]:
    """The loop quarter by quarter, as known now."""
    found = []
    for each in quarters(quarter_of(PLAN_START), quarter):
        first, end = quarter_start(each), quarter_end(each)
        now = {row["order_id"]: row for row in orders(known, each)}
        before = [
            row
            for row in now.values()
            if row["opened_on"] < first and not (row["closed_on"] and row["closed_on"] < first)
        ]
        new = [row for row in now.values() if row["opened_on"] >= first]
        closed = [row for row in now.values() if within(row["closed_on"], first, end)]
        still = [row for row in now.values() if not row["closed_on"]]
        earlier = {
            id: course(rows)["extensions"]
            for id, rows in changes(known, date.fromordinal(first.toordinal() - 1)).items()
        }
        gone = sum(row["closed_on"] is not None for row in now.values())
        found.append({
            "period": each, "carried": len(before), "opened": len(new), "closed": len(closed), "open": len(still),
            "overdue": sum(row["light"] == "逾期未办结" for row in now.values()),
            "late_closed": sum(row["light"] == "逾期补办" for row in closed),
            "extended": sum(row["extensions"] > earlier.get(id, 0) for id, row in now.items()),
            "opened_to_date": len(now), "closed_to_date": gone, "closing_share": gone / len(now) if now else None,
        })  # fmt: skip
    return found


def order_units(known: Known, quarter: str) -> list[Row]:
    """Orders of each unit that has any."""
    table, found = orders(known, quarter), []
    for unit in params_of(known.root, "units")["units"]:
        own = [row for row in table if row["unit_id"] == unit["id"]]
        closed = sum(row["closed_on"] is not None for row in own)
        if own:
            found.append({"unit_id": unit["id"], "unit": unit["short_name"], "orders": len(own), "closed": closed,
                          **{light: _number(own, light) for light in LIGHTS}, "closing_share": closed / len(own)})  # fmt: skip
    return found


def _number(own: Iterable[Row], light: str) -> int:
    return sum(row["light"] == light for row in own)


def ageing(known: Known, quarter: str) -> list[Row]:
    """Open orders by days since opening, both ends of a band included."""
    limits = known.decision("dispatch_limits")["ageing"]
    still, found = [row for row in orders(known, quarter) if not row["closed_on"]], []
    for least, most in zip([0, *(limit + 1 for limit in limits)], [*limits, None], strict=True):
        own = [row for row in still if row["days_open"] >= least and (most is None or row["days_open"] <= most)]
        found.append({"from_days": least, "to_days": most, "orders": len(own), "overdue": _number(own, "逾期未办结")})
    return found


def proposed(known: Known, quarter: str) -> list[Row]:
    """Matters with no order open: targets behind and nodes overdue, each to its lead unit with its limit."""
    end, limits, found = quarter_end(quarter), known.decision("dispatch_limits"), []
    days = {"滞后": "behind", "严重滞后": "far_behind", "到期未完成": "missed", "逾期未完成": "overdue_milestone"}
    courses: dict[str, list[tuple[str, Row]]] = {}
    for id, rows in changes(known, date.max).items():
        courses.setdefault(about(known, rows[0]["来源条款"])[1], []).append(
            (id, course(rows) | {"on": rows[0].day("日期")})
        )
    leads, tasks = known.decision("lead_units"), known.decision("target_tasks")
    matters = [("指标", t["id"], t["name"], progress(known, t, quarter)["progress_light"], leads[tasks[t["id"]]])
               for t in targets(known)]  # fmt: skip
    matters += [("节点", row["milestone_id"], row["name"], row["state"], row["lead_unit"])
                for row in milestones(known, quarter)]  # fmt: skip
    names = {unit["id"]: unit["short_name"] for unit in params_of(known.root, "units")["units"]}
    for kind, id, name, state, unit in matters:
        mine = sorted(courses.get(id, []), key=lambda each: each[1]["on"])
        before = [(order, now) for order, now in mine if now["on"] <= end]
        still = [order for order, now in before if not (now["closed_on"] and now["closed_on"] <= end)]
        if state not in days or still:
            continue
        later = [order for order, now in mine if now["on"] > end]
        found.append({
            "kind": kind, "about_id": id, "about": name, "unit_id": unit, "unit": names[unit],
            "limit_days": limits[days[state]], "previous_order": before[-1][0] if before else None,
            "order_id": later[0] if later else None, "feedback_asked": limits["feedback"],
        })  # fmt: skip
    return found
