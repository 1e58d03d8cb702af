"""Checks of one table as a whole: evidence, amounts out of proportion, items too close to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from planeval.ledger.rules.context import RuleContext
from planeval.ledger.rules.frames import Frames, Rows
from planeval.ledger.rules.registry import ColumnId, Failure, Where, named_check
from planeval.ledger.rules.rule import Rule
from planeval.plan.model import Entry

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0)]


class EvidenceShare(Entry):
    """at_least: the share of rows with evidence; rows: sheets with fewer rows are not judged. once_filled: table →
    column that must be filled before a row of that table owes evidence.
    """

    at_least: Share
    rows: Count
    once_filled: dict[str, str] = Field(default_factory=dict)


@named_check("table", settings=EvidenceShare, words=("missing", "rows", "at_rows"), one_filing=True)
def evidence_share(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Enough of the rows of each filed sheet that owe evidence have it. The first without is told of, all listed."""
    rows, wanted = frames[rule.table], rule.settings(EvidenceShare)
    filed = pd.DataFrame({
        "file": rows.objects("file"), "sheet": rows.objects("sheet"), "row": rows.frame["row"],
        "bare": [value is None for value in rows.objects("evidence")], "at": np.arange(len(rows)),
    })  # fmt: skip
    if rule.table in wanted.once_filled:
        filed = filed[rows.frame[wanted.once_filled[rule.table]].notna().to_numpy()]
    for _, sheet in filed.groupby(["file", "sheet"], sort=False, dropna=False):
        bare = sheet[sheet["bare"]]
        if len(sheet) >= wanted.rows and len(sheet) - len(bare) < wanted.at_least * len(sheet):
            listed = "、".join(str(row) for row in bare["row"].iloc[:20])
            words = {"missing": str(len(bare)), "rows": str(len(sheet)), "at_rows": listed}
            yield Failure(rule.table, int(bare["at"].iloc[0]), "evidence", words)


class MeanWithin(Entry):
    """column: an amount; low and high: what its mean over a filed sheet may be; rows: smaller sheets are not judged."""

    column: ColumnId
    low: Amount
    high: Amount
    rows: Count


@named_check("table", settings=MeanWithin, words=("mean", "rows"), one_filing=True)
def mean_within(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """The mean of a column over each filed sheet lies within bounds. The row farthest on the wrong side is told of."""
    rows, wanted = frames[rule.table], rule.settings(MeanWithin)
    amounts = pd.DataFrame({
        "file": rows.objects("file"), "amount": rows.floats(wanted.column), "at": np.arange(len(rows)),
    }).dropna()  # fmt: skip
    for _, sheet in amounts.groupby("file", sort=False):
        mean = float(sheet["amount"].mean())
        if len(sheet) >= wanted.rows and not wanted.low <= mean <= wanted.high:
            said = sheet["amount"].to_numpy()
            farthest = said.argmax() if mean > wanted.high else said.argmin()
            words = {"mean": f"{mean:.1f}", "rows": str(len(sheet))}
            yield Failure(rule.table, int(sheet["at"].to_numpy()[farthest]), wanted.column, words)


class FarFromTypical(Entry):
    """column: an amount; times: how many times the median of all items; rows: with fewer items nothing is judged."""

    column: ColumnId
    times: Annotated[float, Field(gt=1)]
    rows: Count
    where: Where = Field(default_factory=dict)


@named_check("table", settings=FarFromTypical, words=("typical", "times"))
def far_from_typical(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """No amount is so many times the median of its kind (an amount in 元 under a heading in 万元 is 10 000 times)."""
    rows, wanted = frames[rule.table], rule.settings(FarFromTypical)
    amounts = rows.floats(wanted.column)
    chosen = rows.where(wanted.where) & (amounts > 0)
    typical = amounts[np.intersect1d(np.flatnonzero(chosen), rows.last_words)]
    if len(typical) >= wanted.rows:
        median = float(np.median(typical))
        for at in np.flatnonzero(chosen & (amounts > wanted.times * median)):
            words = {"typical": f"{median:.15g}", "times": f"{amounts[at] / median:.0f}"}
            yield Failure(rule.table, int(at), wanted.column, words)


class TooClose(Entry):
    """by: whose items; column: their date; days: how far apart they must lie; where: the items it is asked of."""

    by: ColumnId
    column: ColumnId
    days: Count
    where: Where = Field(default_factory=dict)


@named_check("table", settings=TooClose, words=("other", "other_day"))
def too_close(frames: Frames, context: RuleContext, rule: Rule) -> Iterator[Failure]:
    """Two items of one owner lie far enough apart in time (a certificate of three years is not won again after one)."""
    rows, wanted = frames[rule.table], rule.settings(TooClose)
    dated = _dated(rows, wanted)
    step = dated["day"] - dated.groupby("by", sort=False)["day"].shift(1)
    before = dated.groupby("by", sort=False)["at"].shift(1)
    for at, other in zip(dated["at"][step < wanted.days], before[step < wanted.days], strict=True):
        words = {"other": rows.item_name(int(other)), "other_day": context.cell(rows, int(other), wanted.column)}
        yield Failure(rule.table, int(at), wanted.column, words)


def _dated(rows: Rows, wanted: TooClose) -> pd.DataFrame:
    """One row per item, by owner and day."""
    dated = pd.DataFrame({
        "by": rows.normal(wanted.by), "item": rows.items, "day": rows.days(wanted.column), "at": np.arange(len(rows)),
    })  # fmt: skip
    dated = dated[rows.where(wanted.where)].dropna().drop_duplicates("item", keep="last")
    return dated.sort_values(["by", "day", "at"], kind="stable")
