"""The score under other choices, which lights hold, and how the forecasts did, a second time."""

from __future__ import annotations

import math
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.stats import beta

from recomputation import Row
from recounts.cells import Among, Drawn, Quantile
from recounts.counting import targets
from recounts.filings import Known
from recounts.judging import READINGS, answers, progress, share, verdicts
from recounts.outlook import forecasts

DRAWS = 40_000
Scores = dict[str, Fraction | None]


def weights_of(rule: Row, names: list[str]) -> dict[str, float]:
    """Equal, as given, or the principal eigenvector of the experts' judgements (their geometric mean)."""
    if rule["basis"] == "equal":
        return dict.fromkeys(names, 1 / len(names))
    if rule["basis"] == "given":
        return {name: float(weight) for name, weight in rule["given"].items()}
    matrices = [[[float(Fraction(cell)) for cell in row.split()] for row in rows] for rows in rule["experts"].values()]
    together = np.exp(np.log(np.array(matrices)).mean(axis=0))
    values, vectors = np.linalg.eig(together)
    vector = np.abs(vectors[:, values.real.argmax()].real)
    return dict(zip(rule["criteria"], map(float, vector / vector.sum()), strict=True))


def held_against(posts: Row, judged: Row) -> Fraction | None:
    """What is held against the goalposts: done ÷ due, or the done share itself; None where it does not count."""
    if judged["value"] is None or (posts["measure"] == "of_expected" and not judged["expected_share"]):
        return None
    if posts["measure"] == "done_share":
        return Fraction(judged["done_share"])
    return Fraction(share(Fraction(judged["done_share"]) / Fraction(judged["expected_share"])))


def scores(known: Known, quarter: str, posts: dict[str, Row]) -> Scores:
    """Points of every target: 60 + 40 (x − 不允许值) / (满意值 − 不允许值) within 0–100; 0 where nobody filed."""
    found: Scores = {}
    for target in targets(known):
        judged, post = progress(known, target, quarter), posts[target["id"]]
        x = held_against(post, judged)
        low, high = Fraction(str(post["unacceptable"])), Fraction(str(post["satisfactory"]))
        points = None if x is None else min(max(60 + 40 * (x - low) / (high - low), Fraction(0)), Fraction(100))
        found[target["id"]] = Fraction(0) if judged["progress_light"] == "未报送" else points
    return found


def one_decimal(number: Any) -> Decimal:
    """Points as printed, halves up."""
    return Decimal(repr(round(float(number), 9))).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def judged_total(known: Known, points: Scores, weights: dict[str, float]) -> Row:
    """Weighted mean of what counts, grade by the total as printed, capped where an item lies below its line."""
    counted = {name: each for name, each in points.items() if each is not None}
    total = sum(weights[n] * float(each) for n, each in counted.items()) / sum(weights[n] for n in counted)
    floor, grades = known.decision("floor"), list(known.decision("grades").items())
    below = sum(one_decimal(each) < floor["lines"][name] for name, each in counted.items())
    grade = next(word for word, least in grades if one_decimal(total) >= least)
    order = [word for word, _ in grades]
    grade = order[max(order.index(grade), order.index(floor["cap"]))] if below else grade
    return {"total": total, "grade": grade, "below_floor": below}


def goalposts(known: Known, label: str) -> dict[str, Row]:
    """Every target's goalposts under a reading."""
    return {t["id"]: next(value for name, value, _ in answers(known, f"goalposts.{t['id']}") if name == label)
            for t in targets(known)}  # fmt: skip


def readings(known: Known, quarter: str) -> list[Row]:
    """The total under every weight reading and every goalpost reading."""
    names, found = [target["id"] for target in targets(known)], []
    for weight, rule, weight_in_force in answers(known, "weights"):
        for post, _, post_in_force in answers(known, f"goalposts.{names[0]}"):
            points = scores(known, quarter, goalposts(known, post))
            found.append({"weights": weight, "goalposts": post, "in_force": weight_in_force and post_in_force,
                          **judged_total(known, points, weights_of(rule, names))})  # fmt: skip
    return found


def in_force(known: Known, quarter: str) -> tuple[Scores, dict[str, float]]:
    """Points and weights by the decisions in force."""
    names = [target["id"] for target in targets(known)]
    posts = {name: known.decision(f"goalposts.{name}") for name in names}
    return scores(known, quarter, posts), weights_of(known.decision("weights"), names)


def leave_one_out(known: Known, quarter: str) -> list[Row]:
    """The total without each target in turn."""
    points, weights = in_force(known, quarter)
    whole, found = judged_total(known, points, weights), []
    for target in targets(known):
        if points[target["id"]] is not None:
            rest = judged_total(known, points | {target["id"]: None}, weights)
            found.append({"item_id": target["id"], "name": target["name"], "total": rest["total"],
                          "change": rest["total"] - whole["total"], "grade": rest["grade"],
                          "grade_changes": rest["grade"] != whole["grade"]})  # fmt: skip
    return found


def simulation(known: Known, quarter: str) -> list[Row]:
    """The total when weights, goalposts and the way of adding up move at random, all at once; by draws of our own."""
    rule, random = known.decision("robustness"), np.random.default_rng(2005)
    points, weights = in_force(known, quarter)
    names = [name for name, each in points.items() if each is not None]
    assert rule["weights"] == "band"
    moved = np.array([weights[n] for n in names]) * random.uniform(
        1 - rule["weight_band"], 1 + rule["weight_band"], (DRAWS, len(names))
    )
    drawn = np.empty((DRAWS, len(names)))
    for place, name in enumerate(names):
        post = known.decision(f"goalposts.{name}")
        judged = progress(known, next(t for t in targets(known) if t["id"] == name), quarter)
        low, high, band = post["unacceptable"], post["satisfactory"], rule["goalpost_band"]
        shifts = random.uniform(-band, band, (2, DRAWS)) * (high - low)
        x = held_against(post, judged)
        if x is None:  # nobody filed: 0, left out or as last reported; the quarters reviewed here have no such target
            raise NotImplementedError(name)
        drawn[:, place] = np.clip(60 + 40 * (float(x) - low - shifts[0]) / (high - low + shifts[1] - shifts[0]), 0, 100)
    moved /= moved.sum(axis=1, keepdims=True)
    plain, geometric = (moved * drawn).sum(axis=1), np.exp((moved * np.log(np.maximum(drawn, 1))).sum(axis=1))
    totals = np.where(random.random(DRAWS) < rule["geometric_share"], geometric, plain)
    lines, grades = known.decision("floor"), list(known.decision("grades").items())
    below = (np.floor(drawn * 10 + 0.5) / 10 < [lines["lines"][n] for n in names]).any(axis=1)
    place = np.array(
        [next(i for i, (_, least) in enumerate(grades) if t >= least) for t in np.floor(totals * 10 + 0.5) / 10]
    )
    place = np.where(below, np.maximum(place, [word for word, _ in grades].index(lines["cap"])), place)
    draws = tuple(map(float, totals))
    found: list[Row] = [{"what": f"{q:g}", "value": Quantile(draws, q, 0.015)} for q in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return found + [
        {"what": word, "value": Drawn(float((place == i).mean()), 0.015)} for i, (word, _) in enumerate(grades)
    ]


def dependence(known: Known, quarter: str) -> list[Row]:
    """Whether a light holds under every reading, and which single choice changes it."""
    found = []
    for target in targets(known):
        own = [row for row in verdicts(known, quarter) if row["target_id"] == target["id"]]
        (force,) = [row for row in own if row["in_force"]]
        lights = Counter(row["progress_light"] for row in own)
        decisive = {
            name for column, name in READINGS.items() for row in own
            if row["progress_light"] != force["progress_light"]
            and all(row[other] == force[other] for other in READINGS if other != column)
        }  # fmt: skip
        found.append({
            "target_id": target["id"], "name": target["name"], "progress_light": force["progress_light"],
            "combinations": len(own), "run": len(own), "agreeing": lights[force["progress_light"]],
            "holds": len(lights) == 1, "decisive": Among(decisive),
            "lights": Among(f"{light} {number}" for light, number in lights.items()),
        })  # fmt: skip
    return found


def jeffreys(yes: int, n: int) -> tuple[float, float]:
    """95 % of Beta(yes + ½, n − yes + ½), from 0 where none and to 1 where all say yes."""
    low, high = beta.ppf((0.025, 0.975), yes + 0.5, n - yes + 0.5)
    return (0.0 if yes == 0 else float(low)), (1.0 if yes == n else float(high))


def closed(known: Known, quarter: str) -> list[Row]:
    """Forecasts whose outcome is known."""
    return [row for row in forecasts(known, quarter) if row["outcome"] is not None]


def calibration(known: Known, quarter: str) -> list[Row]:
    """Brier score, what always saying the share reached would have got, and how often the interval held."""
    own, everything = closed(known, quarter), forecasts(known, quarter)
    row: Row = dict.fromkeys(("brier", "brier_base", "coverage", "coverage_low", "coverage_high"))
    if own:
        hit, inside = [float(each["reached"]) for each in own], sum(each["within"] for each in own)
        mean = sum(hit) / len(hit)
        low, high = jeffreys(inside, len(own))
        row = {"brier": sum((float(each["p"]) - o) ** 2 for each, o in zip(own, hit, strict=True)) / len(own),
               "brier_base": sum((mean - o) ** 2 for o in hit) / len(own), "coverage": inside / len(own),
               "coverage_low": low, "coverage_high": high}  # fmt: skip
    return [{"closed": len(own), "open": len(everything) - len(own), **row}]


def by_word(known: Known, quarter: str) -> list[Row]:
    """What was said beside how often it came true."""
    words: dict[str, list[Row]] = {}
    for row in closed(known, quarter):
        words.setdefault(row["word"], []).append(row)
    found = []
    for word, own in words.items():
        hit = sum(row["reached"] for row in own)
        low, high = jeffreys(hit, len(own))
        found.append({"word": word, "forecasts": len(own), "mean_p": math.fsum(float(row["p"]) for row in own) / len(own),
                      "reached_share": hit / len(own), "reached_low": low, "reached_high": high})  # fmt: skip
    return found
