"""引育孵化 a second time: firms that came and left, what they hold, how they climb, what runs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from recomputation import PLAN_START, Row, quarter_end, year_later
from recounts.filings import Known, Line, params_of, quarter_of, quarter_start, quarters
from recounts.survival import Times, curve_rows, followed, median, steps, wilson

ORIGINS = ("引进", "本地", "高校团队", "大学生创业")


def within(when: date | None, first: date, last: date) -> bool:
    """Whether something happened, and from the first to the last day."""
    return when is not None and first <= when <= last


def flow(known: Known, quarter: str) -> list[Row]:
    """Opening, entered, left, net and closing, from the first quarter filed."""
    firms, found = known.believed("企业"), []
    for each in quarters(known.quarters_filed("企业")[0], quarter):
        first, last = quarter_start(each), quarter_end(each)
        entered = sum(within(line.day("入驻日期"), first, last) for line in firms)
        left = sum(within(line.day("迁出日期"), first, last) for line in firms)
        closing = len(known.inside(last))
        row: Row = {"opening": closing - entered + left, "entered": entered, "left": left, "net": entered - left,
                    "closing": closing}  # fmt: skip
        if not any(known.filed("企业", later) for later in known.quarters_filed("企业") if later >= each):
            row = dict.fromkeys(row)
        heard = len(known.heard("企业", each))
        found.append({"period": each, **row, "units_due": len(known.due("企业")), "units_filed": heard})
    return found


def origins(known: Known, quarter: str) -> list[Row]:
    """Firms by where they come from."""
    end, inside, found = quarter_end(quarter), known.inside(quarter_end(quarter)), []
    for origin in ORIGINS:
        own = [line for line in known.believed("企业") if line["来源"] == origin]
        found.append({
            "origin": origin,
            "firms": sum(within(line.day("入驻日期"), date.min, end) for line in own),
            "entered": sum(within(line.day("入驻日期"), PLAN_START, end) for line in own),
            "left": sum(within(line.day("迁出日期"), PLAN_START, end) for line in own),
            "inside": sum(line["企业代码"] in inside for line in own),
        })  # fmt: skip
    return found


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder: the kinds of certificate that put a firm on it, and for how many years each holds."""

    id: str
    name: str
    kinds: tuple[str, ...]
    years: int | None


def ladder(known: Known) -> list[Rung]:
    """The rungs decided; one that follows a target takes the kinds and the validity of its counting rule."""
    found = []
    for rung in known.decision("enterprise_ladder")["rungs"]:
        kinds, validity = rung.get("kinds", []), rung.get("validity")
        if "target" in rung:
            rule = known.decision(f"counting.{rung['target']}")
            kinds, validity = rule["where"]["kind"], rule["validity"]
        years = validity and (validity["years"] if "years" in validity else validity["months"] // 12)
        found.append(Rung(rung["id"], rung["label"], tuple(kinds), years))
    return found


def titles(known: Known, rung: Rung, end: date) -> dict[str, list[Row]]:
    """Firm → its certificates of a rung issued by a day: the line, when issued, lapsing and revoked."""
    firms = {line["企业代码"] for line in known.believed("企业")}
    found: dict[str, list[Row]] = {}
    for line in known.believed("资质"):
        issued, revoked = line.day("发证或入库日期"), line.day("撤销日期")
        if line["资质种类"] in rung.kinds and issued is not None and issued <= end and line["企业代码"] in firms:
            lapses = year_later(issued, rung.years) if rung.years else None
            revoked = revoked if revoked is not None and revoked <= end else None
            found.setdefault(line["企业代码"], []).append(
                {"line": line, "issued": issued, "lapses": lapses, "revoked": revoked}
            )
    return found


def holds(title: Row, end: date) -> bool:
    """Whether a certificate stands on a day: not revoked, and the first day without it still to come."""
    return title["revoked"] is None and (title["lapses"] is None or title["lapses"] > end)


def rungs(known: Known, quarter: str) -> list[Row]:
    """Firms in the valley by rung: holding it, ever on it, and how it ended for those who lost it."""
    end, found = quarter_end(quarter), []
    inside = known.inside(end)
    for rung in ladder(known):
        row: Row = {"rung_id": rung.id, "rung": rung.name, "holding": 0, "ever": 0, "lapsed": 0, "revoked": 0}
        if not rung.kinds:
            row |= {"holding": len(inside), "ever": len(inside)}
        for own in (own for firm, own in titles(known, rung, end).items() if firm in inside):
            row["ever"] += 1
            if any(holds(title, end) for title in own):
                row["holding"] += 1
            else:
                row["revoked" if last_ended(own)["revoked"] else "lapsed"] += 1
        found.append(row)
    return found


def last_ended(own: list[Row]) -> Row:
    """The certificate of a firm that ended last."""
    return max(own, key=lambda title: min(day for day in (title["lapses"], title["revoked"]) if day))


def first_on(known: Known, rung: Rung, end: date) -> dict[str, date]:
    """Firm → the day it first stood on a rung."""
    if rung.kinds:
        return {firm: min(title["issued"] for title in own) for firm, own in titles(known, rung, end).items()}
    entered = {line["企业代码"]: line.day("入驻日期") for line in known.believed("企业")}
    return {firm: when for firm, when in entered.items() if when is not None and when <= end}


def climbers(known: Known, lower: Rung, upper: Rung, end: date) -> tuple[Row, Times]:
    """Who is followed from a rung to the next and who is not, and how long each has taken or has been waiting."""
    firms = {line["企业代码"]: line for line in known.believed("企业")}
    above, counts = first_on(known, upper, end), {"already_above": 0, "brought_along": 0, "earlier": 0}
    times: Times = []
    for firm, when in first_on(known, lower, end).items():
        entered, left = firms[firm].day("入驻日期"), firms[firm].day("迁出日期")
        assert entered is not None
        if firm in above and above[firm] < when:
            counts["already_above"] += 1
        elif when < entered:
            counts["brought_along"] += 1
        elif when < PLAN_START:
            counts["earlier"] += 1
        else:
            times.append(followed(when, above.get(firm), min(left or end, end)))
    return counts, times


def climbs(known: Known, quarter: str) -> list[tuple[Rung, Rung, Row, Times]]:
    """Every pair of neighbouring rungs."""
    decided = ladder(known)
    return [(lower, upper, *climbers(known, lower, upper, quarter_end(quarter))) for lower, upper in pairwise(decided)]


def climb_rows(known: Known, quarter: str) -> list[Row]:
    """One row per pair of rungs."""
    reading, found = known.decision("survival_reading"), []
    least, confidence = reading["least_at_risk"], reading["confidence"]
    for lower, upper, counts, times in climbs(known, quarter):
        reached, curve = sum(ended for _, ended in times), steps(times, least, confidence)
        row: Row = {"from_id": lower.id, "from_rung": lower.name, "to_id": upper.id, "to_rung": upper.name,
                    "cohort": len(times), "reached": reached, **counts, "share": None, "low": None, "high": None}  # fmt: skip
        if len(times) >= least:
            low, high = wilson(reached, len(times), confidence)
            row |= {"share": reached / len(times), "low": low, "high": high}
        found.append(row | {"median_days": median(curve), "followed_days": curve[-1]["days"] if curve else None})
    return found


def stays(lines: list[Line], begun: str, ended: str, group: str, order: tuple[str, ...], quarter: str) -> list[
    tuple[str, str, Times]
]:  # fmt: skip
    """How long those who came since the plan began stay: all, then group by group."""
    end, times = quarter_end(quarter), []
    for line in lines:
        when = line.day(begun)
        if when is not None and PLAN_START <= when <= end:
            times.append((line[group], followed(when, line.day(ended), end)))
    groups = [("stay", "all", [each for _, each in times])]
    return groups + [("stay", name, own) for name in order if (own := [each for of, each in times if of == name])]


def curves(known: Known, quarter: str) -> list[Row]:
    """Every step of the climbing and staying curves."""
    reading = known.decision("survival_reading")
    found = [("climb", f"{lower.id}>{upper.id}", times) for lower, upper, _, times in climbs(known, quarter)]
    found += stays(known.believed("企业"), "入驻日期", "迁出日期", "来源", ORIGINS, quarter)
    return curve_rows(found, reading["least_at_risk"], reading["confidence"])


def _named(known: Known, rung: Rung, title: Row) -> Row:
    line, names = title["line"], {each["企业代码"]: each["企业名称"] for each in known.believed("企业")}
    return {"enterprise_id": line["企业代码"], "name": names[line["企业代码"]], "rung_id": rung.id, "rung": rung.name,
            "kind": line["资质种类"], "certificate_number": line["证书或登记编号"]}  # fmt: skip


def _of_rungs(known: Known, end: date, chosen: Callable[[list[Row]], Row | None]) -> list[tuple[Rung, Row]]:
    """Of each firm in the valley and each rung that holds for a time only, one certificate."""
    inside = known.inside(end)
    return [
        (rung, title)
        for rung in ladder(known) if rung.years
        for firm, own in titles(known, rung, end).items() if firm in inside and (title := chosen(own))
    ]  # fmt: skip


def lapsing(known: Known, quarter: str) -> list[Row]:
    """Titles held that run out within the decided number of quarters, or before the plan ends; the nearest first."""
    end, found = quarter_end(quarter), []
    ahead = known.decision("enterprise_ladder")["lapsing_quarters"]
    horizon = quarter_end(quarters(quarter, "2099Q4")[ahead])
    plan_end = date.fromisoformat(params_of(known.root, "plan")["due"])

    def longest(own: list[Row]) -> Row | None:
        held = [title for title in own if holds(title, end)]
        return max(held, key=lambda title: title["lapses"]) if held else None

    for rung, title in _of_rungs(known, end, longest):
        near, before = title["lapses"] <= horizon, title["lapses"] <= plan_end
        if near or before:
            found.append(_named(known, rung, title) | {
                "issued_on": title["issued"], "lapses_on": title["lapses"], "quarter": quarter_of(title["lapses"]),
                "within_horizon": near, "before_plan_end": before,
            })  # fmt: skip
    return sorted(found, key=lambda row: row["lapses_on"])


def lapsed(known: Known, quarter: str) -> list[Row]:
    """Titles of firms in the valley that ran out and were not renewed; the latest first."""
    end = quarter_end(quarter)

    def gone(own: list[Row]) -> Row | None:
        last = last_ended(own) if not any(holds(title, end) for title in own) else None
        return last if last and not last["revoked"] else None

    found = [
        _named(known, rung, title) | {"lapsed_on": title["lapses"], "days": (end - title["lapses"]).days}
        for rung, title in _of_rungs(known, end, gone)
    ]
    return sorted(found, key=lambda row: row["lapsed_on"], reverse=True)
