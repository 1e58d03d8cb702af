"""Checks over time: how a figure moves from quarter to quarter, and what a unit says again about an old item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.cross_table import Stay, stays
from planeval.ledger.rules.frames import Frames, Rows, day_number, period_of
from planeval.ledger.rules.registry import ColumnId, ColumnIds, Failure, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import Floats
from planeval.plan.model import Entry

Times = Annotated[float, Field(gt=1)]
Amount = Annotated[float, Field(ge=0)]


class Series(Entry):
    """by: whose figures; column: an amount filed quarter by quarter; floor: smaller amounts are not judged."""

    by: ColumnId
    column: ColumnId
    floor: Amount = 0.0


class Jump(Series):
    """times: a change by so many times, up or down, is a jump."""

    times: Times


def figures(rows: Rows, wanted: Series, context: RuleContext) -> pd.DataFrame:
    """The figures that count: by, quarter (a running number), amount, at; in the order of time."""
    at = context.standing(rows)
    series = pd.DataFrame({
        "by": rows.normal(wanted.by)[at], "quarter": rows.frame["of_quarter"].to_numpy()[at],
        "amount": rows.floats(wanted.column)[at], "at": at,
    }).dropna()  # fmt: skip
    series = series.drop_duplicates(["by", "quarter"], keep="last")
    return series.sort_values(["by", "quarter"], kind="stable").reset_index(drop=True)


def _ratio(series: pd.DataFrame, back: int, floor: float) -> Floats:
    """Each amount over the one so many rows back, at most so many quarters and one ago; NaN where there is none."""
    earlier = series.groupby("by", sort=False)[["amount", "quarter"]].shift(back)
    near = (series["quarter"] - earlier["quarter"]) <= back + 1
    large = (
        (series["amount"] >= floor) & (earlier["amount"] >= floor) & (earlier["amount"] > 0) & (series["amount"] > 0)
    )
    with np.errstate(all="ignore"):
        ratio = series["amount"] / earlier["amount"]
    return ratio.where(near & large).to_numpy(dtype=np.float64)


@named_check("cross_period", settings=Jump, words=("times", "before", "before_quarter", "direction"))
def jumps(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A figure does not change tenfold from one quarter to the next. A quarter that only returns to what it was
    before an odd one is not told of; the odd one is.
    """
    rows, wanted = frames[rule.table], rule.settings(Jump)
    series = figures(rows, wanted, context)
    if series.empty:
        return
    step, two_back = (_ratio(series, back, wanted.floor) for back in (1, 2))
    jump = (step >= wanted.times) | (step <= 1 / wanted.times)
    after_jump = np.concatenate([[False], jump[:-1]])
    returns = after_jump & (two_back < wanted.times) & (two_back > 1 / wanted.times)
    at, quarters, amounts = (series[column].to_numpy() for column in ("at", "quarter", "amount"))
    for place in np.flatnonzero(jump & ~returns):
        up = step[place] > 1
        words = {
            "times": f"{step[place] if up else 1 / step[place]:.1f}", "direction": "倍" if up else "分之一",
            "before": f"{amounts[place - 1]:.15g}", "before_quarter": str(period_of(quarters[place - 1])),
        }  # fmt: skip
        yield Failure(rule.table, int(at[place]), wanted.column, words)


def _years(series: pd.DataFrame) -> pd.DataFrame:
    """One row per owner and year that has all four quarters (q1 … q4): where the fourth stands, and the next q1."""
    years = series[series["quarter"] % 4 == 3].rename(columns={"amount": "q4"})
    for name, back in (("q3", 1), ("q2", 2), ("q1", 3), ("next_q1", -1)):
        other = series[["by", "quarter", "amount"]].rename(columns={"amount": name})
        years = years.merge(other.assign(quarter=other["quarter"] + back), on=["by", "quarter"], how="left")
    return years.dropna(subset=["q1", "q2", "q3", "q4"])


@named_check("cross_period", settings=Series, words=("others",))
def fourth_quarter_is_year(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The fourth quarter is less than the other three together: else it is likely the whole year's figure."""
    rows, wanted = frames[rule.table], rule.settings(Series)
    series = figures(rows, wanted, context)
    if not series.empty:
        years = _years(series)
        others = years["q1"] + years["q2"] + years["q3"]
        wrong = (years["q4"] >= others) & (others >= max(wanted.floor, 0.01))
        for at, total in zip(years.loc[wrong, "at"], others[wrong], strict=True):
            yield Failure(rule.table, int(at), wanted.column, {"others": f"{total:.15g}"})


class RunningTotal(Series):
    """rise: how many times the fourth quarter is of the first; fall: what part of it the next first quarter is."""

    rise: Times
    fall: Annotated[float, Field(gt=0, lt=1)]


@named_check("cross_period", settings=RunningTotal, words=("figures", "next_q1"))
def looks_like_running_total(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A year's quarters do not rise like a running total (ever higher, to a multiple of the first) only to fall back
    in the next first quarter.
    """
    rows, wanted = frames[rule.table], rule.settings(RunningTotal)
    series = figures(rows, wanted, context)
    if series.empty:
        return
    years = _years(series).dropna(subset=["next_q1"])
    rising = (years["q1"] < years["q2"]) & (years["q2"] < years["q3"]) & (years["q3"] < years["q4"])
    high = (years["q4"] >= wanted.rise * years["q1"]) & (years["q1"] >= wanted.floor)
    for _, year in years[rising & high & (years["next_q1"] <= wanted.fall * years["q4"])].iterrows():
        listed = "、".join(f"{year[quarter]:.15g}" for quarter in ("q1", "q2", "q3", "q4"))
        words = {"figures": listed, "next_q1": f"{year['next_q1']:.15g}"}
        yield Failure(rule.table, int(year["at"]), wanted.column, words)


class Unchanged(Series):
    """also: other figures that would have to be the same too."""

    also: ColumnIds = ()


@named_check("cross_period", settings=Unchanged, words=("before_quarter",))
def copied_from_last_quarter(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A quarter's figures are not all the same as the last quarter's to the last digit."""
    rows, wanted = frames[rule.table], rule.settings(Unchanged)
    series = figures(rows, wanted, context)
    at, quarters = series["at"].to_numpy(dtype=np.int64), series["quarter"].to_numpy()
    same = np.ones(len(series), dtype=bool)
    for column in (wanted.column, *wanted.also):
        said = pd.Series(rows.floats(column)[at])
        same &= said.eq(said.shift(1)).to_numpy()
    next_one = series["quarter"].diff().eq(1) & series["by"].eq(series["by"].shift(1))
    for place in np.flatnonzero(same & next_one.to_numpy() & (series["amount"] >= wanted.floor).to_numpy()):
        words = {"before_quarter": str(period_of(quarters[place - 1]))}
        yield Failure(rule.table, int(at[place]), wanted.column, words)


class EachQuarter(Entry):
    """by: whose rows; stay: where its coming and going stands."""

    by: ColumnId
    stay: Stay


@named_check("cross_period", settings=EachQuarter, words=("missing",))
def row_each_quarter(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Whoever had a row in one quarter has one in the next that anybody filed, unless gone by then. The last row
    before the gap is told of.
    """
    rows, wanted = frames[rule.table], rule.settings(EachQuarter)
    _, ended = stays(frames[wanted.stay.table], wanted.stay, context)
    quarters = rows.frame["of_quarter"].to_numpy()
    seen = pd.DataFrame({"by": rows.normal(wanted.by), "quarter": quarters, "at": np.arange(len(rows))}).dropna()
    seen = seen.drop_duplicates(["by", "quarter"], keep="last").sort_values(["by", "quarter"], kind="stable")
    filed = set(seen["quarter"])
    following = seen.groupby("by", sort=False)["quarter"].shift(-1)
    gap = seen["quarter"].add(1).isin(filed) & (following != seen["quarter"] + 1)
    for owner, quarter, at in zip(seen["by"][gap], seen["quarter"][gap], seen["at"][gap], strict=True):
        missing = period_of(quarter + 1)
        if ended.get(owner, np.inf) > day_number(missing.end):
            yield Failure(rule.table, int(at), wanted.by, {"missing": str(missing)})


class NeverFalls(Entry):
    """by: whose figures; column: a running total; dated_by: `period` (filed for) or `quarter`."""

    by: ColumnId
    column: ColumnId
    dated_by: Literal["period", "quarter"] = "period"


@named_check("cross_period", settings=NeverFalls, words=("before", "before_period"))
def never_falls(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A running total of one unit on one thing does not fall from one filing to the next."""
    rows, wanted = frames[rule.table], rule.settings(NeverFalls)
    when = rows.frame["of_quarter" if wanted.dated_by == "quarter" else "filed_for"].to_numpy()
    said = pd.DataFrame({
        "by": rows.normal(wanted.by), "unit": rows.units, "amount": rows.floats(wanted.column), "when": when,
        "at": np.arange(len(rows)),
    }).dropna()  # fmt: skip
    said = said.sort_values(["by", "unit", "when", "at"], kind="stable")
    before = said.groupby(["by", "unit"], sort=False)[["amount", "when"]].shift(1)
    fallen = said["amount"] < before["amount"] - 0.01
    for at, amount, period in zip(said["at"][fallen], before["amount"][fallen], before["when"][fallen], strict=True):
        words = {"before": f"{amount:.15g}", "before_period": str(period_of(period))}
        yield Failure(rule.table, int(at), wanted.column, words)
