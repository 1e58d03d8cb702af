"""创新生态 a second time: talents, their subsidies, one-stop services, and the buildings."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from recomputation import PLAN_START, Row, quarter_end
from recounts.filings import Known, Line, quarter_of, quarter_start, quarters
from recounts.firms import stays, within
from recounts.survival import Times, curve_rows, followed

LEVELS = ("国家级", "省级", "市级", "博士", "硕士", "其他")
SERVICES = ("就医", "子女入学", "配偶就业", "虚拟账户", "补贴申领", "其他")


def in_post(line: Line, on: date) -> bool:
    """Arrived by a day and not left by it."""
    left = line.day("离开日期")
    return within(line.day("到岗日期"), date.min, on) and (left is None or left > on)


def arrivals(known: Known, quarter: str) -> list[Row]:
    """Arrived, left and in post by quarter, from the first one filed."""
    people, found = known.believed("人才"), []
    for each in quarters(known.quarters_filed("人才")[0], quarter):
        first, last = quarter_start(each), quarter_end(each)
        row: Row = {
            "arrived": sum(within(line.day("到岗日期"), first, last) for line in people),
            "left": sum(within(line.day("离开日期"), first, last) for line in people),
            "in_post": sum(in_post(line, last) for line in people),
        }
        if not any(known.filed("人才", later) for later in known.quarters_filed("人才") if later >= each):
            row = dict.fromkeys(row)
        heard = len(known.heard("人才", each))
        found.append({"period": each, **row, "units_due": len(known.due("人才")), "units_filed": heard})
    return found


def levels(known: Known, quarter: str) -> list[Row]:
    """Talents by level."""
    end, found = quarter_end(quarter), []
    for level in LEVELS:
        own = [line for line in known.believed("人才") if line["人才层次"] == level]
        found.append({
            "level": level,
            "ever": sum(within(line.day("到岗日期"), date.min, end) for line in own),
            "arrived": sum(within(line.day("到岗日期"), PLAN_START, end) for line in own),
            "left": sum(within(line.day("离开日期"), PLAN_START, end) for line in own),
            "in_post": sum(in_post(line, end) for line in own),
        })  # fmt: skip
    return found


def as_filed(known: Known, sheet: str, quarter: str) -> list[Line]:
    """Of each item the last row that its unit filed for a quarter or before: what was said by then."""
    told = [[row for row in rows if row.period <= quarter] for rows in known.history(sheet).values()]
    return [rows[-1] for rows in told if rows]


def owed(known: Known, quarter: str) -> list[Row]:
    """Everybody whose subsidy fell due by the quarter's end: due on, due, paid by then (None: not said), paid on."""
    end, found = quarter_end(quarter), []
    for line in as_filed(known, "人才", quarter):
        due_on, due = line.day("应发日期"), line.amount("应发补贴")
        if due is not None and due_on is not None and due_on <= end:
            paid, paid_on = line.amount("已发补贴"), line.day("发放日期")
            if paid_on is not None and paid_on > end:
                paid, paid_on = 0.0, None
            found.append({"due_on": due_on, "due": due, "paid": paid, "paid_on": paid_on})
    return sorted(found, key=lambda row: row["due_on"])


def subsidies(known: Known, quarter: str) -> list[Row]:
    """By the quarter in which they fell due: people, due, paid, and how far each was paid."""
    found = []
    for each, rows in groupby(owed(known, quarter), key=lambda row: quarter_of(row["due_on"])):
        own = list(rows)
        stated = [row for row in own if row["paid"] is not None]
        in_full = sum(row["paid"] >= row["due"] for row in stated)
        unpaid = sum(row["paid"] == 0 for row in stated)
        found.append({
            "period": each, "people": len(own), "due": sum(row["due"] for row in own),
            "paid": sum(row["paid"] for row in stated), "in_full": in_full,
            "in_part": len(stated) - in_full - unpaid, "unpaid": unpaid, "unstated": len(own) - len(stated),
        })  # fmt: skip
    return found


def payment_times(known: Known, quarter: str) -> Times:
    """Days from due to paid in full; a payment before its day took none; paid in full on no day is not followed."""
    end, times = quarter_end(quarter), []
    for row in owed(known, quarter):
        in_full = row["paid"] is not None and row["paid"] >= row["due"]
        if row["due_on"] >= PLAN_START and not (in_full and row["paid_on"] is None):
            times.append(followed(row["due_on"], row["paid_on"] if in_full else None, end))
    return times


def requests(known: Known, quarter: str) -> list[Line]:
    """Requests made by the quarter's end."""
    return [line for line in known.believed("人才服务") if within(line.day("提出日期"), date.min, quarter_end(quarter))]


def _services(lines: list[Line], group: str, quarter: str) -> Row:
    first, end = quarter_start(quarter), quarter_end(quarter)
    waiting = [line for line in lines if not within(line.day("办结日期"), date.min, end)]
    days = [(end - asked).days for line in waiting if (asked := line.day("提出日期"))]
    return {
        "group": group, "requested": len(lines),
        "this_quarter": sum(within(line.day("提出日期"), first, end) for line in lines),
        "finished": len(lines) - len(waiting), "open": len(waiting), "longest_open": max(days, default=None),
    }  # fmt: skip


def services(known: Known, quarter: str) -> list[Row]:
    """Requests by kind."""
    made = requests(known, quarter)
    return [_services([line for line in made if line["服务种类"] == kind], kind, quarter) for kind in SERVICES]


def handlers(known: Known, quarter: str) -> list[Row]:
    """Requests by the unit that handles them."""
    made = [(known.unit_ids[line["承办单位"]], line) for line in requests(known, quarter)]
    return [_services([line for of, line in made if of == unit], unit, quarter) for unit in {unit for unit, _ in made}]


def curves(known: Known, quarter: str) -> list[Row]:
    """Every step of the curves of staying, of payment and of service."""
    reading, end = known.decision("survival_reading"), quarter_end(quarter)
    found = stays(known.believed("人才"), "到岗日期", "离开日期", "人才层次", LEVELS, quarter)
    found.append(("payment", "all", payment_times(known, quarter)))
    asked = [line for line in requests(known, quarter) if within(line.day("提出日期"), PLAN_START, end)]
    for kind in ("all", *SERVICES):
        own = [line for line in asked if kind in ("all", line["服务种类"])]
        found.append(("service", kind, [
            followed(begun, line.day("办结日期"), end) for line in own if (begun := line.day("提出日期"))
        ]))  # fmt: skip
    return curve_rows(found, reading["least_at_risk"], reading["confidence"])


def premises(known: Known, quarter: str) -> list[Row]:
    """The quarter's buildings by zone and kind."""
    zones = known.ids_of("zones")
    found: dict[tuple[str, str], list[Line]] = {}
    for line in known.believed("载体"):
        if line["所属季度"] == quarter:
            found.setdefault((zones[line["所在区域"]], line["载体种类"]), []).append(line)
    return [
        {
            "zone": zone, "kind": kind, "places": len(own), "floor_area": (floor := sum(x["建筑面积"] for x in own)),
            "let_area": (let := sum(x["已用面积"] for x in own)), "occupancy": let / floor if floor else None,
            "tenants": sum(x.amount("入驻户数") or 0 for x in own),
            "tenants_unstated": sum(x.amount("入驻户数") is None for x in own),
        }
        for (zone, kind), own in found.items()
    ]  # fmt: skip
