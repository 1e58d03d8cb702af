"""展望灯 of every target and the forecasts kept of earlier quarters, from the filings as they were known then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from recomputation import Row, earlier, quarter_end
from recounts import predictive
from recounts.cells import Digits
from recounts.counting import Counted, added, admitted, columns_of, expiry, stands, start_of, targets, value
from recounts.filings import Known, quarters
from recounts.judging import exact, pace, question_of, reached, shown
from recounts.revisions import first_known
from recounts.words import WORDS, at_least
from recounts.work import to_twentieth

FEWEST, MOST = 4, 12


@dataclass(frozen=True)
class Seen:
    """A forecast: chance as printed, interval as printed, method and the numbers its sentence carries."""

    p: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    word: str = "暂不预测"
    method: str = ""
    said: tuple[Any, ...] = ()


def past_of(figures: dict[str, float], quarter: str, ahead: list[str]) -> predictive.Past:
    """The last 12 quarters with a figure, and those to be foreseen."""
    window = [each for each in quarters(earlier(quarter, MOST - 1), quarter) if each in figures]
    return predictive.Past(
        np.array([figures[each] for each in window]),
        np.array([1.0 - len(quarters(each, quarter)) for each in window]),
        np.array([float(each[5] == "4") for each in window]),
        np.array([len(quarters(quarter, each)) - 1.0 for each in ahead]),
        np.array([float(each[5] == "4") for each in ahead]),
    )


def caution(past: predictive.Past) -> list[int]:
    """The numbers of the sentence on what a forecast rests on: quarters, and how many fourth ones were seen."""
    seen = int(past.fourth.sum())
    return [len(past.added), *([seen] if past.ahead_fourth.any() and seen < 2 else [])]


def held(known: Known, target: str, quarter: str) -> dict[str, date]:
    """Item that counts at a quarter's end → the first day on which it no longer will."""
    rule = known.decision(f"counting.{target}")
    found: dict[str, date] = {}
    counted = value(known, target, quarter)
    names = columns_of(known.root)["资质"]
    firms = {line["企业代码"] for line in counted.lines}
    for line in admitted(known, rule):
        if line["企业代码"] in firms and stands(known, rule, line, start_of(known), quarter_end(quarter)):
            begun = line.day(names[rule["dated_by"]])
            assert begun is not None
            ends = expiry(begun, rule["validity"])
            found[line["企业代码"]] = max(found.get(line["企业代码"], ends), ends)
    return found


@cache
def turnover(known: Known, target: str, quarter: str) -> Row:
    """What ran out and was renewed or not, what was recognised anew by quarter, and what left without running out."""
    told = [each for each in quarters("2024Q4", quarter) if value(known, target, each).value is not None]
    row: Row = {"ends": held(known, target, quarter), "lapsed": 0, "renewed": 0, "lost": 0, "recognised": {}}
    for before, now in pairwise(told):
        if earlier(now, 1) != before:
            continue
        old, new = held(known, target, before), held(known, target, now)
        out = {item for item, ends in old.items() if ends <= quarter_end(now)}
        row["renewed"] += len(out & new.keys())
        row["lapsed"] += len(out - new.keys())
        row["lost"] += len(old.keys() - out - new.keys())
        row["recognised"][now] = float(len(new.keys() - old.keys()))
    return row


def least_value(target: Row) -> Decimal:
    """The smallest value that, as printed, meets the target: > 5 亿元 is 5.005, the first printed as 5.01."""
    step = Decimal("0.01") if target["unit"] == "亿元" else Decimal(1)
    limit = exact(target["amount"]) + (step if target["comparison"] == ">" else 0)
    return limit - step / 2 if target["unit"] == "亿元" else limit


def distribution(known: Known, target: Row, quarter: str, ahead: list[str]) -> tuple[Any, str, list[Any]]:
    """What the quarters ahead bring: its distribution (None: abstained), method and the numbers of its sentence."""
    if target["kind"] == "expiring_stock":
        return _pipeline(known, target, quarter, ahead)
    figures = {each: own for each in quarters("2024Q4", quarter)
               if (own := added(known, target["id"], each)) is not None}  # fmt: skip
    past = past_of(figures, quarter, ahead)
    if len(past.added) < FEWEST:
        return None, "", [len(past.added), FEWEST]
    if target["unit"] == "亿元":
        booked = int((past.added != 0).sum())
        if booked < FEWEST - 1:
            return None, "", [len(past.added), booked]
        return predictive.money(past), "log_linear", caution(past)
    if target["kind"] == "stock" or (past.added < 0).any():
        return predictive.net_change(past), "net_change", caution(past)
    return predictive.flow(past), "flow", caution(past)


def _pipeline(known: Known, target: Row, quarter: str, ahead: list[str]) -> tuple[Any, str, list[Any]]:
    facts = turnover(known, target["id"], quarter)
    expiring = sum(ends <= quarter_end(ahead[-1]) for ends in facts["ends"].values())
    lapsed, renewed = facts["lapsed"], facts["renewed"]
    past = past_of(facts["recognised"], quarter, ahead)
    if len(past.added) < FEWEST:
        return None, "", [FEWEST]
    said = [expiring, lapsed + renewed, renewed] if expiring else []
    found = predictive.flow(past).minus(predictive.lapses(expiring, lapsed, renewed))
    return found, "pipeline", [*said, *caution(past)]


def foreseen(known: Known, target: Row, quarter: str, now: Decimal, ahead: list[str], needed: Decimal) -> Seen:
    """The chance that the quarters ahead bring what is needed, and 80 % of where that leads from `now`."""
    found, method, said = distribution(known, target, quarter, ahead)
    if found is None:
        return Seen(None, said=tuple(said))
    p = to_twentieth(round(found.at_least(float(needed)), 9))
    low, high = (shown(float(now) + found.quantile(share), target["unit"]) for share in (0.1, 0.9))
    word = next(word for least, word in WORDS if at_least(p, least))
    return Seen(p, low, high, word, method, tuple(said))


def at_due(known: Known, target: Row, quarter: str) -> Seen:
    """The outlook of a target at its due date."""
    counted: Counted = value(known, target["id"], quarter)
    due = f"{target['due'][:4]}Q4"
    ahead = quarters(quarter, due)[1:]
    figures = [added(known, target["id"], each) for each in quarters("2024Q4", quarter)]
    if target["kind"] == "annual_flow":
        final = quarters(earlier(due, 3), due)
        gone = [added(known, target["id"], each) for each in final if each <= quarter]
        if any(each is None for each in gone):
            return Seen(None, said=("?",))
        now, ahead = shown(sum(each or 0 for each in gone), target["unit"]), [each for each in final if each > quarter]
    elif counted.value is None:
        return Seen(None)
    else:
        now = shown(counted.value, target["unit"])
    seen = foreseen(known, target, quarter, now, ahead, least_value(target) - now)
    if seen.method == "pipeline" and (lost := turnover(known, target["id"], quarter)["lost"]):
        seen = replace(seen, said=(*seen.said, lost))  # those who left otherwise, of whom nothing is foreseen
    standing = reached(question_of(known, target, quarter, Counted(float(now))))
    if standing and target["kind"] in ("flow", "money", "annual_flow") and not any((each or 0) < 0 for each in figures):
        return Seen(Decimal(1), seen.low, seen.high, "已达到", "arithmetic")
    return seen


def next_quarter(known: Known, target: Row, quarter: str, needed: Decimal) -> Seen:
    """The chance that the next quarter alone brings the pace then required."""
    ahead = quarters(quarter, "2099Q4")[1:2]
    return foreseen(known, target, quarter, Decimal(0), ahead, needed)


@cache
def forecasts(known: Known, quarter: str) -> list[Row]:
    """Every quarter's forecast from what was known when its filings were due, and what came of it."""
    found = []
    for made_in in quarters("2025Q3", quarter):  # the fourth quarter since the plan began
        then = known if made_in == quarter else first_known(known, made_in)
        for target in targets(known):
            left = len(quarters(made_in, f"{target['due'][:4]}Q4")) - 1
            events = [("到期", left, least_value(target), at_due(then, target, made_in))]
            wanted = pace(then, target, made_in)
            if wanted:
                events.append(("下一季", 1, wanted, next_quarter(then, target, made_in, wanted)))
            for event, horizon, needed, seen in events:
                if seen.p is None or seen.method == "arithmetic":
                    continue
                row = {"target_id": target["id"], "name": target["name"], "unit": target["unit"], "event": event,
                       "made_in": made_in, "known_on": then.last_day, "horizon": horizon,
                       "closes_in": quarters(made_in, "2099Q4")[horizon], "needed": needed, "p": seen.p,
                       "low": seen.low, "high": seen.high, "word": seen.word, "method": seen.method,
                       "reason": Digits(seen.said)}  # fmt: skip
                found.append(row | _came_of_it(known, target, row, quarter))
    return found


def _came_of_it(known: Known, target: Row, row: Row, quarter: str) -> Row:
    if row["closes_in"] > quarter:
        return {"outcome": None, "reached": None, "within": None}
    closes = row["closes_in"]
    came = added(known, target["id"], closes) if row["event"] == "下一季" else value(known, target["id"], closes).value
    if came is None:
        return {"outcome": None, "reached": None, "within": None}
    outcome = shown(came, target["unit"])
    return {"outcome": outcome, "reached": outcome >= row["needed"], "within": row["low"] <= outcome <= row["high"]}
