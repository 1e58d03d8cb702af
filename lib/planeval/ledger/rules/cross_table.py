"""Checks between tables: what one table says must be known to, and agree with, another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, Strict

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Rows, day_number, period_of
from planeval.ledger.rules.registry import ColumnId, Failure, Where, named_check
from planeval.ledger.rules.rule import Rule
from planeval.ledger.rules.values import Floats, later_by_months, numbers
from planeval.plan.model import Entry


class Place(Entry):
    """A column of another table."""

    table: str
    column: ColumnId


class KnownIn(Entry):
    """column: what must be known; places: columns of other tables, one of which must hold it; where: rows asked."""

    column: ColumnId
    places: Annotated[tuple[Place, ...], Strict(False), Field(min_length=1)]
    where: Where = Field(default_factory=dict)


@named_check("cross_table", settings=KnownIn)
def known_in(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A code or name occurs in another table, compared in normal form. While nobody has filed that table, nothing
    is judged.
    """
    rows, wanted = frames[rule.table], rule.settings(KnownIn)
    if not all(len(frames[place.table]) for place in wanted.places):
        return
    known = {text for place in wanted.places for text in frames[place.table].normal(place.column)}
    asked = rows.where(wanted.where)
    for at, said in enumerate(rows.normal(wanted.column)):
        if asked[at] and said is not None and said not in known:
            yield Failure(rule.table, at, wanted.column)


class Stay(Entry):
    """Another table in which a thing has a beginning and an end. key: its code there; end blank: it goes on."""

    table: str
    key: ColumnId
    begins: ColumnId
    ends: ColumnId = ""


class WithinStay(Entry):
    """key: the thing's code here; dated_by: a date or quarter here; stay: where its beginning and end stand.

    early_days: how long before the beginning is still in order.
    """

    key: ColumnId
    dated_by: ColumnId
    stay: Stay
    early_days: Annotated[int, Field(ge=0)] = 0


@named_check("cross_table", settings=WithinStay, words=("begin", "end"))
def within_stay(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """What happens to a thing happens while it is there: not before its beginning, not after its end. A quarter
    counts as outside only when all of it is. Things the other table does not know are not judged.
    """
    rows, wanted = frames[rule.table], rule.settings(WithinStay)
    begun, ended = stays(frames[wanted.stay.table], wanted.stay, context)
    first, last = _days_spanned(rows, wanted.dated_by)
    keys = rows.normal(wanted.key)
    begins = np.array([begun.get(key, np.nan) for key in keys], dtype=np.float64)
    ends = np.array([ended.get(key, np.nan) for key in keys], dtype=np.float64)
    for at in np.flatnonzero((last < begins - wanted.early_days) | (first > ends)):
        words = {"begin": _iso(begins[at]), "end": _iso(ends[at])}
        yield Failure(rule.table, int(at), wanted.dated_by, words)


def stays(rows: Rows, stay: Stay, context: RuleContext) -> tuple[dict[str, float], dict[str, float]]:
    """Key → first beginning and last end, by the rows that count."""
    at = context.standing(rows)
    known = pd.DataFrame({"key": rows.normal(stay.key)[at], "begin": rows.days(stay.begins)[at]})
    known["end"] = (
        np.where(np.isnan(rows.days(stay.ends)[at]), np.inf, rows.days(stay.ends)[at]) if stay.ends else np.inf
    )
    spans = known.dropna(subset=["key"]).groupby("key").agg({"begin": "min", "end": "max"})
    keys = spans.index.tolist()
    return dict(zip(keys, spans["begin"], strict=True)), dict(zip(keys, spans["end"], strict=True))


def _days_spanned(rows: Rows, column: str) -> tuple[Floats, Floats]:
    """First and last day of a date or quarter column."""
    if rows.is_date(column):
        return rows.days(column), rows.days(column)
    numbers_of = rows.frame["of_quarter"].to_numpy(dtype=np.float64)
    spans = {number: period_of(number) for number in np.unique(numbers_of[~np.isnan(numbers_of)])}
    first = {number: day_number(span.start) for number, span in spans.items()}
    last = {number: day_number(span.end) for number, span in spans.items()}
    return (
        np.array([first.get(number, np.nan) for number in numbers_of], dtype=np.float64),
        np.array([last.get(number, np.nan) for number in numbers_of], dtype=np.float64),
    )


def _iso(days: float) -> str:
    return "" if not np.isfinite(days) else str(np.datetime64(int(days), "D"))


class Whole(Entry):
    """What a sum is held against: a column of rows of a table, taken as their sum or as their largest."""

    table: str
    by: ColumnId
    column: ColumnId
    where: Where = Field(default_factory=dict)
    taken_as: Literal["sum", "largest"] = "sum"


class SumWithin(Entry):
    """column: the amounts added up, one thing (`by`) at a time, in the order of dated_by; whole: what they must not
    exceed.
    """

    by: ColumnId
    column: ColumnId
    dated_by: ColumnId
    whole: Whole
    where: Where = Field(default_factory=dict)


@named_check("table", "cross_table", settings=SumWithin, words=("sum", "whole"))
def sum_within(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Amounts added up stay within another amount. The row by which the sum first exceeds it, and those after it, are
    told of. Where the other amount is unknown nothing is judged.
    """
    rows, wanted = frames[rule.table], rule.settings(SumWithin)
    limits = _wholes(frames[wanted.whole.table], wanted.whole, context)
    at = context.standing(rows)
    at = at[rows.where(wanted.where)[at]]
    added = pd.DataFrame({
        "by": rows.normal(wanted.by)[at], "amount": rows.floats(wanted.column)[at],
        "day": rows.days(wanted.dated_by)[at], "item": rows.items[at],
    }).dropna(subset=["by", "amount"])  # fmt: skip
    added = added.sort_values(["by", "day"], kind="stable")
    added["sum"] = added.groupby("by", sort=False)["amount"].cumsum()
    added["limit"] = added["by"].map(limits)
    for item, total, limit in added.loc[added["sum"] > added["limit"] + 0.01, ["item", "sum", "limit"]].to_numpy():
        for position in np.flatnonzero(rows.items == item):
            words = {"sum": f"{total:.15g}", "whole": f"{limit:.15g}"}
            yield Failure(rule.table, int(position), wanted.column, words)


def _wholes(rows: Rows, whole: Whole, context: RuleContext) -> dict[str, float]:
    at = context.standing(rows)
    at = at[rows.where(whole.where)[at]]
    amounts = pd.DataFrame({"by": rows.normal(whole.by)[at], "amount": rows.floats(whole.column)[at]}).dropna()
    grouped = amounts.groupby("by")["amount"]
    total = grouped.sum() if whole.taken_as == "sum" else grouped.max()
    return {str(key): float(amount) for key, amount in total.items()}


class HoldsCertificate(Entry):
    """column: what a row says its firm is; means: that word → kinds of certificate; months: kind → how long one
    lasts; on: the day it must be valid.
    """

    column: ColumnId
    firm: ColumnId
    on: ColumnId
    means: dict[str, Annotated[tuple[str, ...], Strict(False)]]
    months: dict[str, Annotated[int, Field(ge=1, le=600)]]


@named_check("cross_table", settings=HoldsCertificate)
def holds_certificate(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """A firm that a row calls 高新技术企业 (or the like) holds such a certificate, valid on the row's day, by the
    table 资质. While nobody has filed certificates, nothing is judged.
    """
    rows, wanted = frames[rule.table], rule.settings(HoldsCertificate)
    certificates = frames["certificates"]
    firms, said, days = rows.normal(wanted.firm), rows.objects(wanted.column), rows.days(wanted.on)
    for word, kinds in wanted.means.items() if len(certificates) else ():
        held = _validities(certificates, kinds, wanted.months)
        asked = pd.DataFrame({"firm": firms, "day": days, "at": np.arange(len(rows))})[said == word].dropna()
        found = asked.merge(held, on="firm")
        valid = found.loc[(found["begin"] <= found["day"]) & (found["day"] < found["end"]), "at"]
        for at in asked.loc[~asked["at"].isin(valid), "at"]:
            yield Failure(rule.table, int(at), wanted.column)


def _validities(rows: Rows, kinds: tuple[str, ...], months: dict[str, int]) -> pd.DataFrame:
    """Firm, first day and first day no longer valid of every certificate of these kinds."""
    said, issued = rows.objects("kind"), rows.days("issued_on")
    held = []
    for kind in kinds:
        here = said == kind
        begin = issued[here]
        end = later_by_months(numbers(begin, ~np.isnan(begin), "day"), months.get(kind, 600)).data
        end = np.fmin(end, rows.days("revoked_on")[here])
        held.append(pd.DataFrame({"firm": rows.normal("enterprise_id")[here], "begin": begin, "end": end}))
    return pd.concat(held).dropna()
