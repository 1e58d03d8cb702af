"""Responsible units judged on the sub-item ledger: shrunken scores, rank intervals, three bands, no league table.

A milestone counts for its lead unit with share 1 and for each supporting unit with a smaller share (a decision).
    score_u = Σ share · points / Σ share      n_u = (Σ share)² / Σ share²  (items it is worth; Kish 1965)
    shrunk_u = m + B_u (score_u − m),  B_u = τ² / (τ² + σ² / n_u)
σ²: variance of items inside a unit, pooled over the ranked units, not below a decided least; τ²: variance between
units, DerSimonian & Laird 1986 (for equal n the one-way ANOVA estimate (MSB − σ²) / n), not below 0; m: mean of
the scores weighted by 1 / (τ² + σ² / n). Rank intervals (rank 1 best): seeded draws from N(shrunk, B σ² / n).
Units with equal results share one interval and one band.
Points are on fixed goalposts, so a unit's score does not depend on any other unit; shrunk and rank do.
Limits: m, τ², σ² are taken as known; a milestone that two units share makes their scores correlated, which widens
nothing here; units with fewer than 3 items are scored but not ranked. The plan's own lists of units cannot
separate 8 of 19 units, hence the sub-items. References: Efron & Morris 1977; Goldstein & Spiegelhalter 1996.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from planeval.judge.scoring.points import displayed_points
from planeval.judge.scoring.refusal import refuse_if
from planeval.measures.tasks import NOT_DUE

COLUMNS = ("unit_id", "items", "score", "shrunk", "rank_low", "rank_high", "band")
PAIR_COLUMNS = ("unit_a", "unit_b", "probability_a_above_b", "distinct", "reason")
UPPER, MIDDLE, LOWER = BANDS = ("前段", "中段", "后段")
LEAD, SUPPORT = "牵头", "配合"
UNRANKED, NOTHING_DUE = "不排名", "没有到期节点"
SAME_LIST, TIED, WITHIN_ERROR, APART = "参与的节点和分工完全相同", "得分相同", "差距在误差之内", "能分出先后"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class UnitRules:
    """The decisions behind the bands. points: by milestone state; 未到期 has none and is not counted.

    least_item_sd: the least standard deviation of one item, in points, so that a few equal results are not taken
    for certainty. confidence: of the rank interval, both tails together; a pair is told apart at
    (1 + confidence) / 2.
    """

    supporting_share: float
    points: Mapping[str, float]
    least_item_sd: float
    least_items: int = 3
    confidence: float = 0.90
    draws: int = 20_000
    seed: int = 1

    def __post_init__(self) -> None:
        faults = []
        if not 0 <= self.supporting_share <= 1:
            faults.append((f"配合单位的份额 {self.supporting_share} 不在 0 到 1 之间", "例如 0.5；不计配合写 0"))
        bad = [state for state, points in self.points.items() if not 0 <= points <= 100]
        faults += [
            (f"“{state}”的得分 {self.points[state]} 不在 0 到 100 之间", "改成 0 到 100 之间的数") for state in bad
        ]
        if NOT_DUE in self.points:
            faults.append((f"给“{NOT_DUE}”规定了得分", "删去，没有到期的节点不计"))
        if not 0 <= self.least_item_sd <= 50:
            faults.append((f"单个节点得分的最小标准差 {self.least_item_sd} 不在 0 到 50 之间", "例如 10"))
        if self.least_items < 3:
            faults.append((f"参与排名的最少节点数 {self.least_items} 小于 3", "少于 3 项不排名，写 3 或更大"))
        if not 0.5 <= self.confidence < 1 or self.draws < 1:
            faults.append(("区间的置信水平或模拟次数不对", "置信水平例如 0.9，次数例如 20000"))
        refuse_if(faults)


@dataclass(frozen=True)
class UnitBands:
    """units: one row per unit in the order given, columns as in COLUMNS; score and shrunk are NaN and the ranks <NA>
    where there is none, and `band` says why. mean, between, within: m, τ², σ² (None when nobody is ranked).

    detail: unit_id, lead_items, supporting_items, effective_items (n), weight_on_own (B). pairs: ranked pairs,
    columns as in PAIR_COLUMNS. sentences: what can and cannot be said, by name (Chinese).
    """

    units: pd.DataFrame
    detail: pd.DataFrame
    pairs: pd.DataFrame
    mean: float | None
    between: float | None
    within: float | None
    sentences: tuple[str, ...]


def item_shares(milestones: pd.DataFrame, rules: UnitRules) -> pd.DataFrame:
    """One row per unit and counted milestone: unit_id, milestone_id, role, share, points, in a fixed order.

    milestones: milestone_id, lead_unit, supporting_units (ids joined by 、 or a sequence), state. A unit that is
    both lead and supporting counts once, as lead. A supporting share of 0 leaves supporting units out.
    """
    rows = []
    columns = ["milestone_id", "lead_unit", "supporting_units", "state"]
    for milestone, lead, supporting, state in milestones[columns].itertuples(index=False):
        if state not in rules.points:
            continue
        points = float(rules.points[state])
        rows.append((lead, milestone, LEAD, 1.0, points))
        if rules.supporting_share > 0:
            others = [unit for unit in _unit_ids(supporting) if unit != lead]
            rows += [(unit, milestone, SUPPORT, rules.supporting_share, points) for unit in dict.fromkeys(others)]
    table = pd.DataFrame(rows, columns=["unit_id", "milestone_id", "role", "share", "points"])
    return table.sort_values(["unit_id", "milestone_id"], ignore_index=True)


def _unit_ids(cell: object) -> list[str]:
    if isinstance(cell, str):
        return [part.strip() for part in cell.split("、") if part.strip()]
    return [str(part) for part in cell] if isinstance(cell, tuple | list) else []


def judge_units(milestones: pd.DataFrame, names: Mapping[str, str], rules: UnitRules) -> UnitBands:
    """Every unit on the milestones it leads or supports.

    names: unit id → name, in the order in which units are printed. Raises Refused for a milestone whose state is
    unknown, whose id is repeated, or whose unit is not in `names`.
    """
    shares = item_shares(milestones, rules)
    refuse_if(_faults(milestones, shares, names, rules))
    detail = _detail(shares, names)
    ranked = detail["items"].ge(rules.least_items)
    scores, sizes = detail["score"].to_numpy(), detail["effective_items"].to_numpy()
    mean, between, within = _components(shares, detail[ranked], rules.least_item_sd**2)
    own = _weight_on_own(sizes, between, within)
    shrunk = mean + own * (scores - mean)
    spread = np.sqrt(own * within / np.where(sizes > 0, sizes, np.nan))
    low, high = _rank_intervals(detail.loc[ranked, "unit_id"], shrunk[ranked], spread[ranked], rules)
    units = detail[["unit_id", "items", "score"]].assign(shrunk=shrunk)
    units["rank_low"] = units["unit_id"].map(low).astype("Int64")
    units["rank_high"] = units["unit_id"].map(high).astype("Int64")
    units["band"] = _bands(units, rules)
    pairs = _pairs(detail[ranked], shrunk[ranked], spread[ranked], shares, rules)
    known = bool(ranked.any())
    return UnitBands(
        units[list(COLUMNS)],
        detail.assign(weight_on_own=own).drop(columns=["items", "score"]), pairs,
        mean if known else None, between if known else None, within if known else None,
        _sentences(units, pairs, names, rules),
    )  # fmt: skip


def _faults(
    milestones: pd.DataFrame, shares: pd.DataFrame, names: Mapping[str, str], rules: UnitRules
) -> list[tuple[str, str]]:
    known = {*rules.points, NOT_DUE}
    strange = sorted(set(milestones["state"]) - known)
    faults = [(f"节点状态“{state}”没有规定得分", "在单位评价规则中补写") for state in strange]
    repeated = milestones["milestone_id"].duplicated()
    faults += [
        (f"节点“{each}”不止一行", "每个节点只留一行") for each in sorted(set(milestones.loc[repeated, "milestone_id"]))
    ]
    strangers = sorted(set(shares["unit_id"]) - set(names))
    return faults + [(f"节点写的单位“{each}”不在责任单位之列", "改用责任单位的编号") for each in strangers]


def _detail(shares: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Per unit in print order: unit_id, lead_items, supporting_items, effective_items, items, score."""
    rows = []
    for unit in names:
        own = shares[shares["unit_id"].eq(unit)]
        total = math.fsum(own["share"])
        lead = int(own["role"].eq(LEAD).sum())
        score = math.fsum(own["share"] * own["points"]) / total if total else math.nan
        worth = total**2 / math.fsum(own["share"] ** 2) if total else 0.0
        rows.append((unit, lead, len(own) - lead, worth, len(own), score))
    columns = ["unit_id", "lead_items", "supporting_items", "effective_items", "items", "score"]
    return pd.DataFrame(rows, columns=columns)


def _components(shares: pd.DataFrame, ranked: pd.DataFrame, least: float) -> tuple[float, float, float]:
    """m, τ², σ² of the ranked units; NaN, 0, 0 when nobody is ranked. Summed in id order."""
    ordered = ranked.sort_values("unit_id")
    scores, sizes = ordered["score"].to_numpy(), ordered["effective_items"].to_numpy()
    if not len(scores):
        return math.nan, 0.0, 0.0
    groups = [shares.loc[shares["unit_id"].eq(unit), "points"].to_numpy() for unit in ordered["unit_id"]]
    pooled = math.fsum(float(((g - g.mean()) ** 2).sum()) for g in groups) / sum(len(g) - 1 for g in groups)
    within = max(least, pooled)
    if len(scores) == 1:
        return float(scores[0]), 0.0, within
    if within == 0:
        return math.fsum(scores) / len(scores), float(np.var(scores, ddof=1)), 0.0
    precision = sizes / within
    centre = float((precision * scores).sum() / precision.sum())
    excess = float((precision * (scores - centre) ** 2).sum()) - (len(scores) - 1)
    between = max(0.0, excess / float(precision.sum() - (precision**2).sum() / precision.sum()))
    weight = 1 / (between + within / sizes)
    return float((weight * scores).sum() / weight.sum()), between, within


def _weight_on_own(sizes: Floats, between: float, within: float) -> Floats:
    """B = τ² / (τ² + σ² / n); 0 where nothing is known of a unit or units do not differ."""
    if between == 0:
        return np.zeros(len(sizes))
    return np.where(sizes > 0, between / (between + within / np.where(sizes > 0, sizes, 1.0)), 0.0)


def _rank_intervals(
    ids: pd.Series, shrunk: Floats, spread: Floats, rules: UnitRules
) -> tuple[dict[str, int], dict[str, int]]:
    """Lowest and highest plausible rank by unit, whatever the order of units. Equal units share both.

    In each draw a unit holds every place its ties could take, so units that do not differ at all get 1 to k.
    """
    order = np.argsort(ids.to_numpy(dtype=str), kind="stable")
    names, centre, width = ids.to_numpy(dtype=str)[order], shrunk[order], spread[order]
    draws = np.random.default_rng(rules.seed).standard_normal((rules.draws, len(names))) * width + centre
    draws = np.round(draws, 9)
    best = np.ones(draws.shape, dtype=np.int64)
    worst = np.zeros(draws.shape, dtype=np.int64)
    for column in range(len(names)):
        best[:, column] += (draws > draws[:, [column]]).sum(axis=1)
        worst[:, column] += (draws >= draws[:, [column]]).sum(axis=1)
    tail = (1 - rules.confidence) / 2
    table = pd.DataFrame({
        "like": [f"{c:.9f} {w:.9f}" for c, w in zip(centre, width, strict=True)],
        "low": np.quantile(best, tail, axis=0, method="inverted_cdf") if len(names) else [],
        "high": np.quantile(worst, 1 - tail, axis=0, method="inverted_cdf") if len(names) else [],
    })  # fmt: skip
    low, high = table.groupby("like")["low"].transform("min"), table.groupby("like")["high"].transform("max")
    return dict(zip(names, map(int, low), strict=True)), dict(zip(names, map(int, high), strict=True))


def _bands(units: pd.DataFrame, rules: UnitRules) -> list[str]:
    """前段: the whole interval in the upper half of the places; 后段: in the lower half; else 中段."""
    count = int(units["rank_low"].notna().sum())
    half = count // 2
    band: dict[str, str] = {}
    for unit, items, low, high in units[["unit_id", "items", "rank_low", "rank_high"]].itertuples(index=False):
        if pd.isna(low):
            band[unit] = f"{UNRANKED}（不足{rules.least_items}项）" if items else NOTHING_DUE
        else:
            band[unit] = UPPER if high <= half else LOWER if low > count - half else MIDDLE
    ranked = units[units["rank_low"].notna()]
    for _, tied in ranked.groupby(ranked["shrunk"].map(displayed_points))["unit_id"]:
        if len({band[unit] for unit in tied}) > 1:
            band.update(dict.fromkeys(tied, MIDDLE))
    return [band[unit] for unit in units["unit_id"]]


def _pairs(
    ranked: pd.DataFrame, shrunk: Floats, spread: Floats, shares: pd.DataFrame, rules: UnitRules
) -> pd.DataFrame:
    """Every ranked pair: P(a truly above b) = Φ((a − b) / √(s_a² + s_b²)), and whether that tells them apart."""
    ids = list(ranked["unit_id"])
    lists: dict[str, set[tuple[str, float]]] = {unit: set() for unit in ids}
    for unit, milestone, share in shares[["unit_id", "milestone_id", "share"]].itertuples(index=False):
        lists.setdefault(unit, set()).add((milestone, share))
    rows = []
    for a in range(len(ids)):
        for b in range(a + 1, len(ids)):
            gap, noise = round(float(shrunk[a] - shrunk[b]), 9), math.hypot(spread[a], spread[b])
            above = float(ndtr(gap / noise)) if noise > 0 else (math.copysign(0.5, gap) + 0.5 if gap else 0.5)
            distinct = max(above, 1 - above) >= (1 + rules.confidence) / 2
            same = lists[ids[a]] == lists[ids[b]]
            reason = SAME_LIST if same else TIED if gap == 0 else APART if distinct else WITHIN_ERROR
            rows.append((ids[a], ids[b], above, distinct, reason))
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def _sentences(units: pd.DataFrame, pairs: pd.DataFrame, names: Mapping[str, str], rules: UnitRules) -> tuple[str, ...]:
    ranked = [unit for unit, low in zip(units["unit_id"], units["rank_low"], strict=True) if not pd.isna(low)]
    few = [names[unit] for unit in units["unit_id"] if unit not in ranked]
    said = [f"{'、'.join(few)}的到期节点不足 {rules.least_items} 项，不排名。"] if few else []
    if len(ranked) < 2:
        return (*said, "参与排名的单位不足两个，没有排名。")
    blurred = pairs[~pairs["distinct"].astype(bool)]
    if len(blurred) == len(pairs):
        return (*said, f"参与排名的 {len(ranked)} 个单位彼此都分不出先后，名次没有意义。")
    if blurred.empty:
        return (*said, f"参与排名的 {len(ranked)} 个单位两两都能分出先后。")
    for unit in ranked:
        later = [names[other] for other in blurred.loc[blurred["unit_a"].eq(unit), "unit_b"]]
        if later:
            said.append(f"{names[unit]}与{'、'.join(later)}分不出先后。")
    return tuple(said)
